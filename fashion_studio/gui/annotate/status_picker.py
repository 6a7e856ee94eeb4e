"""The photo's status as segments, with the rarer ones behind an arrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.domain.labels import Status
from fashion_studio.gui.components.base import Tipped, themed
from fashion_studio.gui.components.painting import draw_text, rounded
from fashion_studio.gui.components.tiles import STATUS_ICONS
from fashion_studio.gui.theme.icons import draw_icon

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

__all__ = ["STATUS_TITLES", "StatusPicker"]

STATUS_TITLES: Final[dict[Status, str]] = {
    Status.NEW: "New",
    Status.IN_WORK: "In work",
    Status.DONE: "Done",
    Status.REVIEWED: "Reviewed",
    Status.REJECTED: "Rejected",
}
_WIDE: Final = (Status.NEW, Status.IN_WORK, Status.DONE, Status.REVIEWED)
_NARROW: Final = (Status.NEW, Status.IN_WORK, Status.DONE)
_ARROW_PX: Final = 27


class StatusPicker(Tipped, QWidget):
    """New, in work, done, reviewed, and an arrow for the rest; `more_asked` carries where its menu goes."""

    picked = Signal(object)
    more_asked = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._status: Status | None = None
        self._entries: tuple[Status, ...] = _WIDE
        self._hovered = -1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Status")
        self.radius_px = 6

    def show_status(self, status: Status | None) -> None:
        """The photo's status; None without a photo."""
        if status is not self._status:
            self._status = status
            self.setAccessibleDescription(STATUS_TITLES[status] if status is not None else "")
            self.update()

    def set_narrow(self, narrow: bool) -> None:
        """Three segments, or four."""
        self._entries = _NARROW if narrow else _WIDE
        self.update()

    def hidden_statuses(self) -> tuple[Status, ...]:
        """What is behind the arrow."""
        return tuple(status for status in Status if status not in self._entries)

    def sizeHint(self) -> QSize:
        """28 high."""
        return QSize(240, self.theme.px(28))

    def minimumSizeHint(self) -> QSize:
        """As narrow as the inspector gets."""
        return QSize(200, self.theme.px(28))

    def _parts(self) -> list[QRect]:
        """The segments by the width of their words, the last one the arrow."""
        metrics = self.theme.metrics("small", 500)
        words = [metrics.horizontalAdvance(STATUS_TITLES[status]) for status in self._entries]
        spare = self.width() - _ARROW_PX - sum(words)
        rects, x = [], 0
        for place, word in enumerate(words):
            each = spare // len(words) + (1 if place < spare % len(words) else 0)
            rects.append(QRect(x, 0, word + each, self.height()))
            x += word + each
        return [*rects, QRect(x, 0, self.width() - x, self.height())]

    def paintEvent(self, event: QPaintEvent) -> None:
        """One border, parts, words."""
        painter, theme = QPainter(self), self.theme
        rounded(painter, self.rect(), 6, theme.color("raised"), theme.color("border"))
        inside = QPainterPath()
        inside.addRoundedRect(self.rect().toRectF().adjusted(1, 1, -1, -1), 5, 5)
        parts = self._parts()
        on = self._entries.index(self._status) if self._status in self._entries else len(parts) - 1
        on = -1 if self._status is None else on
        for place, rect in enumerate(parts):
            if place in {on, self._hovered}:
                painter.save()
                painter.setClipPath(inside)
                painter.fillRect(rect, theme.color("selected" if place == on else "hover"))
                painter.restore()
            if place:
                painter.fillRect(rect.left(), 1, 1, self.height() - 2, theme.color("border"))
            ink = theme.color("text" if place == on else "text2")
            if place < len(self._entries):
                text = STATUS_TITLES[self._entries[place]]
                align = Qt.AlignmentFlag.AlignHCenter
                draw_text(painter, rect.adjusted(1, 0, 0, 0), text, theme.font("small", 500), ink, align)
            else:
                self._paint_arrow(painter, rect, is_on=place == on)
        painter.end()

    def _paint_arrow(self, painter: QPainter, rect: QRect, *, is_on: bool) -> None:
        spot = QPointF(rect.left() + (rect.width() - 14) // 2 + 1, (self.height() - 14) // 2)
        if is_on and self._status is not None:
            icon, role, _ = STATUS_ICONS[self._status]
            draw_icon(painter, icon, self.theme.color(role), spot, 14)
        else:
            draw_icon(painter, "chevron-down", self.theme.color("text2"), spot, 14)

    def _at(self, x: float) -> int:
        return next((i for i, rect in enumerate(self._parts()) if rect.left() <= x <= rect.right()), -1)

    def _take(self, place: int) -> None:
        if 0 <= place < len(self._entries):
            if self._entries[place] is not self._status:
                self.picked.emit(self._entries[place])
        elif place == len(self._entries):
            rect = self._parts()[-1]
            self.more_asked.emit(self.mapToGlobal(QPoint(rect.left(), rect.bottom() + 4)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Gives the status."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._take(self._at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Shows what would be taken."""
        hovered = self._at(event.position().x())
        if hovered != self._hovered:
            self._hovered = hovered
            if 0 <= hovered < len(self._entries):
                self.setToolTip(STATUS_TITLES[self._entries[hovered]])
            else:
                self.setToolTip("Other statuses and the split")
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing would be taken."""
        self._hovered = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go through the statuses, Down opens the rest."""
        place = self._entries.index(self._status) if self._status in self._entries else -1
        if event.key() == Qt.Key.Key_Left and place > 0:
            self._take(place - 1)
        elif event.key() == Qt.Key.Key_Right and place + 1 < len(self._entries):
            self._take(place + 1)
        elif event.key() == Qt.Key.Key_Down:
            self._take(len(self._entries))
        else:
            super().keyPressEvent(event)

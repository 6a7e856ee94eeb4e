"""The landmarks tab: every landmark with who set it, how it is seen, where it is, and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from fashion_studio.domain.labels import Visibility
from fashion_studio.gui.components.base import themed
from fashion_studio.gui.components.painting import draw_dashed_ring, draw_dot, draw_ring, draw_text, rounded
from fashion_studio.gui.theme.icons import draw_icon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QHelpEvent, QMouseEvent, QPaintEvent

    from fashion_studio.gui.canvas.marks import Mark

__all__ = ["LandmarksPane"]

_SEEN: Final = {
    Visibility.VISIBLE: "visible",
    Visibility.OCCLUDED: "occluded",
    Visibility.ABSENT: "absent",
}


class LandmarksPane(QWidget):
    """A row a landmark.

    Signals:
        picked: a landmark's row was pressed.
        visibility_asked: its visibility was pressed: the next one, please.
        take_asked, delete_asked: the model's in its place; away with the person's.
    """

    picked = Signal(str)
    visibility_asked = Signal(str)
    take_asked = Signal(str)
    delete_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = themed(self)
        self._theme.changed.connect(self._resize)
        self._marks: tuple[Mark, ...] = ()
        self._with_proposal: frozenset[str] = frozenset()
        self._selected = ""
        self._hovered = -1
        self._hovered_act = ""
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Landmarks")

    def show_marks(self, marks: Sequence[Mark], with_proposal: frozenset[str]) -> None:
        """The landmarks of the photo, and the names of those that the model has placed."""
        state = (tuple(marks), with_proposal)
        if state != (self._marks, self._with_proposal):
            self._marks, self._with_proposal = state
            self._resize()

    def show_selected(self, name: str) -> None:
        """The landmark with the ring."""
        if name != self._selected:
            self._selected = name
            self.update()

    def _resize(self) -> None:
        self.setFixedHeight(self._theme.px(24) + len(self._marks) * self._row_height() + self._theme.px(8))
        self.update()

    def _row_height(self) -> int:
        return self._theme.px(32)

    def row_rect(self, place: int) -> QRect:
        """Where a row lies."""
        top = self._theme.px(24) + self._theme.px(4) + place * self._row_height()
        return QRect(0, top, self.width(), self._row_height())

    def _columns(self, rect: QRect) -> tuple[QRect, QRect, QRect, QRect, QRect]:
        """Name, visibility, coordinates, take, delete."""
        px = self._theme.px
        delete = QRect(rect.right() + 1 - px(8) - px(24), rect.top() + px(4), px(24), px(24))
        take = delete.translated(-px(26), 0)
        name = QRect(px(36), rect.top(), px(64), rect.height())
        seen = QRect(name.right() + px(4), rect.top(), px(82), rect.height())
        spot = QRect(seen.right() + px(4), rect.top(), take.left() - seen.right() - px(8), rect.height())
        return name, seen, spot, take, delete

    def paintEvent(self, event: QPaintEvent) -> None:
        """Head and rows."""
        painter, theme = QPainter(self), self._theme
        painter.fillRect(event.rect(), theme.color("panel"))
        name, seen, spot, _, _ = self._columns(QRect(0, theme.px(4), self.width(), theme.px(24)))
        font, ink = theme.font("caption"), theme.color("text3")
        for area, title in ((name, "Landmark"), (seen, "Visibility"), (spot, "x, y in px")):
            draw_text(painter, area, title, font, ink)
        for place, mark in enumerate(self._marks):
            self._paint_row(painter, self.row_rect(place), mark, is_hovered=place == self._hovered)
        painter.end()

    def _paint_row(self, painter: QPainter, rect: QRect, mark: Mark, *, is_hovered: bool) -> None:
        theme = self._theme
        if mark.name == self._selected:
            painter.fillRect(rect, theme.color("selected"))
        elif is_hovered:
            painter.fillRect(rect, theme.color("hover"))
        name, seen, spot, take, delete = self._columns(rect)
        self._paint_shape(painter, QPointF(self._theme.px(20), rect.center().y() + 0.5), mark)
        draw_text(painter, name, mark.title, theme.font("small", 500), theme.color("text"))
        dot = QPointF(seen.left() + 4, rect.center().y() + 0.5)
        words = seen.adjusted(theme.px(14), 0, 0, 0)
        if not mark.is_set:
            draw_dashed_ring(painter, dot, theme.color("unknown"))
            draw_text(painter, words, "not set", theme.font("small"), theme.color("text3"))
        else:
            if mark.by_person:
                draw_dot(painter, dot, theme.color("humanfill"))
            else:
                draw_ring(painter, dot, theme.color("modelfill"))
            draw_text(painter, words, _SEEN[mark.visibility], theme.font("small"), theme.color("text"))
        if mark.is_drawn:
            text = f"{mark.x:.1f}, {mark.y:.1f}"
            draw_text(painter, spot, text, theme.font("small"), theme.color("text2"))
        if is_hovered or mark.name == self._selected:
            if mark.name in self._with_proposal:
                self._paint_act(painter, take, "bot", is_on=is_hovered and self._hovered_act == "take")
            if mark.by_person:
                self._paint_act(painter, delete, "x", is_on=is_hovered and self._hovered_act == "delete")

    def _paint_act(self, painter: QPainter, rect: QRect, icon: str, *, is_on: bool) -> None:
        if is_on:
            rounded(painter, rect, 6, self._theme.color("pressed"))
        spot = QPointF(rect.left() + (rect.width() - 16) // 2, rect.top() + (rect.height() - 16) // 2)
        draw_icon(painter, icon, self._theme.color("text" if is_on else "text2"), spot)

    def _paint_shape(self, painter: QPainter, center: QPointF, mark: Mark) -> None:
        """The mark as on the photo, on its dark ground."""
        theme = self._theme
        color = theme.photo_color(mark.side if mark.side in {"left", "right"} else "across")
        ground = theme.photo_color("ground")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for radius, fill, pen in (
            (7.5, ground, Qt.PenStyle.NoPen),
            (4.5, color if mark.by_person else ground, QPen(color, 2)),
        ):
            painter.setPen(pen)
            painter.setBrush(fill)
            if mark.side == "right":
                area = QRectF(center.x() - radius, center.y() - radius, 2 * radius, 2 * radius)
                painter.drawRoundedRect(area, 1.5, 1.5)
            else:
                painter.drawEllipse(center, radius, radius)

    # --- pointer

    def _at(self, point: QPointF) -> tuple[int, str]:
        for place in range(len(self._marks)):
            rect = self.row_rect(place)
            if rect.contains(point.toPoint()):
                _, seen, _, take, delete = self._columns(rect)
                for act, area in (("seen", seen), ("take", take), ("delete", delete)):
                    if area.contains(point.toPoint()):
                        return place, act
                return place, ""
        return -1, ""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Shows the acts of the row under the pointer."""
        hovered = self._at(event.position())
        if hovered != (self._hovered, self._hovered_act):
            self._hovered, self._hovered_act = hovered
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer."""
        super().leaveEvent(event)
        self._hovered, self._hovered_act = -1, ""
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Selects a landmark, or does what was pressed."""
        place, act = self._at(event.position())
        if place < 0 or event.button() is not Qt.MouseButton.LeftButton:
            return
        mark = self._marks[place]
        self.picked.emit(mark.name)
        if act == "seen" and mark.is_set:
            self.visibility_asked.emit(mark.name)
        elif act == "take" and mark.name in self._with_proposal:
            self.take_asked.emit(mark.name)
        elif act == "delete" and mark.by_person:
            self.delete_asked.emit(mark.name)

    def event(self, event: QEvent) -> bool:
        """Says what a press would do."""
        if event.type() is QEvent.Type.ToolTip:
            self._tell(event)  # type: ignore[arg-type]
            return True
        return super().event(event)

    def _tell(self, event: QHelpEvent) -> None:
        place, act = self._at(event.pos().toPointF())
        tips = {
            "seen": "Visible, occluded, absent  (V)",
            "take": "Take the model's  (M)",
            "delete": "Take this landmark away  (Delete)",
        }
        QToolTip.showText(event.globalPos(), tips.get(act, "") if place >= 0 else "", self)

"""The history tab: what was changed of this photo, by whom and when, old → new, and the way back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.components.base import themed
from fashion_studio.gui.components.painting import draw_text, rounded
from fashion_studio.gui.theme.icons import draw_icon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent, QPaintEvent

    from fashion_studio.domain.queries import HistoryEntry

__all__ = ["HistoryPane"]

_ROW_PX = 52


class HistoryPane(QWidget):
    """A row a change, the newest first. `back_asked` carries the change to go back before."""

    back_asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = themed(self)
        self._theme.changed.connect(self._resize)
        self._entries: tuple[HistoryEntry, ...] = ()
        self._hovered = -1
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("History")

    @property
    def entries(self) -> tuple[HistoryEntry, ...]:
        """What is shown."""
        return self._entries

    def show_entries(self, entries: Sequence[HistoryEntry]) -> None:
        """The changes of a photo."""
        self._entries = tuple(entries)
        self._resize()

    def _resize(self) -> None:
        count = max(len(self._entries), 3)
        self.setFixedHeight(count * self._theme.px(_ROW_PX) + self._theme.px(8))
        self.update()

    def row_rect(self, place: int) -> QRect:
        """Where a row lies."""
        height = self._theme.px(_ROW_PX)
        return QRect(0, self._theme.px(4) + place * height, self.width(), height)

    def button_rect(self, place: int) -> QRect:
        """Where a row's "Go back" lies."""
        rect, px = self.row_rect(place), self._theme.px
        width = px(12) + 14 + 6 + self._theme.metrics("small", 500).horizontalAdvance("Go back") + px(4)
        return QRect(rect.right() + 1 - px(12) - width, rect.top() + px(12), width, px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Rows, or one sentence."""
        painter, theme = QPainter(self), self._theme
        painter.fillRect(event.rect(), theme.color("panel"))
        if not self._entries:
            area = QRectF(0, theme.px(40), self.width(), theme.px(20))
            align = Qt.AlignmentFlag.AlignHCenter
            words, ink = "Nothing has been changed yet.", theme.color("text3")
            draw_text(painter, area, words, theme.font("small"), ink, align)
        for place, entry in enumerate(self._entries):
            rect = self.row_rect(place)
            if rect.intersects(event.rect()):
                self._paint_entry(painter, rect, place, entry)
        painter.end()

    def _paint_entry(self, painter: QPainter, rect: QRect, place: int, entry: HistoryEntry) -> None:
        theme, px = self._theme, self._theme.px
        is_hovered = place == self._hovered
        if is_hovered:
            painter.fillRect(rect, theme.color("hover"))
        right = rect.right() - px(12)
        if is_hovered and not entry.reverted:
            self._paint_button(painter, self.button_rect(place))
            right = self.button_rect(place).left() - px(8)
        when = _when(entry.at)
        first = QRect(px(12), rect.top() + px(8), right - px(12), px(16))
        second = first.translated(0, px(18))
        ink = theme.color("text3" if entry.reverted else "text")
        title = _field_title(entry)
        draw_text(painter, first, title, theme.font("small", 600), ink)
        used = theme.metrics("small", 600).horizontalAdvance(title) + px(8)
        change = f"{entry.before or 'not set'} → {entry.after or 'not set'}"
        draw_text(painter, first.adjusted(used, 0, 0, 0), change, theme.font("small"), ink)
        words = f"{when} · {entry.actor} · {entry.title}" + (" · taken back" if entry.reverted else "")
        draw_text(painter, second, words, theme.font("caption"), theme.color("text3"))

    def _paint_button(self, painter: QPainter, rect: QRect) -> None:
        theme = self._theme
        rounded(painter, rect, 6, theme.color("raised"), theme.color("border"))
        draw_icon(painter, "undo-2", theme.color("text2"), rect.topLeft() + QPoint(theme.px(8), 7), 14)
        words = rect.adjusted(theme.px(8) + 14 + 6, 0, 0, 0)
        draw_text(painter, words, "Go back", theme.font("small", 500), theme.color("text"))

    # --- pointer

    def _at(self, point: QPointF) -> int:
        place = (int(point.y()) - self._theme.px(4)) // self._theme.px(_ROW_PX)
        return place if 0 <= place < len(self._entries) else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Shows the way back of the row under the pointer."""
        hovered = self._at(event.position())
        if hovered != self._hovered:
            self._hovered = hovered
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer."""
        self._hovered = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Goes back."""
        place = self._at(event.position())
        if place >= 0 and self.button_rect(place).contains(event.position().toPoint()):
            entry = self._entries[place]
            if not entry.reverted:
                self.back_asked.emit(entry.change_id)


def _field_title(entry: HistoryEntry) -> str:
    """The part of the photo that changed, as the operation names it."""
    return entry.field.replace("_", " ").capitalize()


def _when(at: datetime) -> str:
    local = at.astimezone()
    now = datetime.now().astimezone()
    if local.date() == now.date():
        return f"{local:%H:%M:%S}"
    year = f" {local.year}" if local.year != now.year else ""
    return f"{local:%H:%M}, {local.day} {local:%b}{year}"

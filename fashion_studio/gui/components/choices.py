"""Check box, radio, switch, segment, tab bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.components.base import Control, Tipped, themed
from fashion_studio.gui.components.motion import Motion
from fashion_studio.gui.components.painting import (
    draw_check_box,
    draw_dot,
    draw_radio,
    draw_ring,
    draw_text,
    rounded,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

__all__ = ["CheckBox", "Radio", "Segment", "Switch", "TabBar"]


class _Mark(Control):
    """A 16 px mark with an optional text."""

    mark_px = 16

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setCheckable(True)
        self.radius_px = 4
        self.setAccessibleName(text)

    def sizeHint(self) -> QSize:
        """Mark, gap and text; at least 24 high with text, so that it can be hit."""
        if not self.text():
            return QSize(self.mark_px, 16)
        width = self.theme.metrics("small").horizontalAdvance(self.text()) + 1
        return QSize(self.mark_px + 8 + width, self.theme.px(24))

    def paint(self, painter: QPainter) -> None:
        """Mark and text."""
        top = (self.height() - 16) // 2
        self.paint_mark(painter, QRectF(0, top, self.mark_px, 16))
        if self.text():
            area = QRectF(self.mark_px + 8, 0, self.width() - self.mark_px - 8, self.height())
            draw_text(painter, area, self.text(), self.theme.font("small"), self.ink("text"))

    def paint_mark(self, painter: QPainter, area: QRectF) -> None:
        """A check box."""
        draw_check_box(painter, self.theme, area, on=self.isChecked(), enabled=self.isEnabled())


class CheckBox(_Mark):
    """On or off, one of many that may be on."""


class Radio(_Mark):
    """A person's choice of one."""

    mark_px = 14

    def paint_mark(self, painter: QPainter, area: QRectF) -> None:
        """A ring, filled thick when chosen."""
        round_area = QRectF(area.x(), area.y() + 1, 14, 14)
        draw_radio(painter, self.theme, round_area, on=self.isChecked(), enabled=self.isEnabled())


class Switch(_Mark):
    """A setting that holds at once."""

    mark_px = 28

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._sliding = Motion("toggle", lambda _share: self.update(), self)
        self.toggled.connect(lambda _on: self._sliding.run() if self.isVisible() else None)

    def paint_mark(self, painter: QPainter, area: QRectF) -> None:
        """A track with a knob."""
        theme, on = self.theme, self.isChecked()
        if on:
            rounded(painter, area, 8, theme.color("accentfill" if self.isEnabled() else "line"))
        else:
            rounded(
                painter, area, 8, theme.color("raised"), theme.color("strong" if self.isEnabled() else "line")
            )
        way = (area.width() - 16) * (self._sliding.share if on else 1.0 - self._sliding.share)
        x = area.x() + 8 + way
        draw_dot(painter, QPointF(x, area.center().y()), self.ink("onaccent" if on else "text2"), 10)


class Segment(Tipped, QWidget):
    """One of a few, side by side under one border. Entries may carry a person's or a model's mark."""

    picked = Signal(int)

    def __init__(
        self,
        entries: Sequence[str],
        *,
        marks: Sequence[str] = (),
        stretch: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._entries, self._marks, self._stretch = list(entries), list(marks), stretch
        self._index = 0
        self._hovered = -1
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        horizontal = QSizePolicy.Policy.Expanding if stretch else QSizePolicy.Policy.Fixed
        self.setSizePolicy(horizontal, QSizePolicy.Policy.Fixed)
        self.radius_px = 6

    @property
    def index(self) -> int:
        """Which entry is on; -1 for none."""
        return self._index

    def set_index(self, index: int) -> None:
        """Shows another entry as on, without telling."""
        self._index = index
        self.update()

    def _widths(self) -> list[int]:
        metrics = self.theme.metrics("small", 500)
        mark = 14 if self._marks else 0
        widths = [metrics.horizontalAdvance(text) + 21 + mark for text in self._entries]
        if self._stretch and self.width() > sum(widths):
            each, rest = divmod(self.width(), len(widths))
            widths = [each + (place < rest) for place in range(len(widths))]
        return widths

    def sizeHint(self) -> QSize:
        """As wide as its entries."""
        metrics = self.theme.metrics("small", 500)
        mark = 14 if self._marks else 0
        width = sum(metrics.horizontalAdvance(text) + 21 + mark for text in self._entries)
        return QSize(width + 1, self.theme.px(28))

    def minimumSizeHint(self) -> QSize:
        """Never squeezed."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Border, parts, marks, texts."""
        painter, theme = QPainter(self), self.theme
        rounded(painter, self.rect(), 6, theme.color("raised"), theme.color("border"))
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 5, 5)
        x = 0
        for place, (text, width) in enumerate(zip(self._entries, self._widths(), strict=True)):
            area = QRectF(x, 0, width, self.height())
            on = place == self._index
            if on or place == self._hovered:
                painter.save()
                painter.setClipPath(outline)
                painter.fillRect(area, theme.color("selected" if on else "hover"))
                painter.restore()
            if place:
                painter.fillRect(QRectF(x, 1, 1, self.height() - 2), theme.color("border"))
            self._paint_entry(painter, area, place, text)
            x += width
        painter.end()

    def _paint_entry(self, painter: QPainter, area: QRectF, place: int, text: str) -> None:
        theme = self.theme
        ink = theme.color("text" if place in {self._index, self._hovered} else "text2")
        font = theme.font("small", 500)
        if not self._marks:
            draw_text(painter, area, text, font, ink, Qt.AlignmentFlag.AlignHCenter)
            return
        width = theme.metrics("small", 500).horizontalAdvance(text) + 14
        left = area.center().x() - width / 2
        spot = QPointF(left + 4, area.center().y())
        if self._marks[place] == "human":
            draw_dot(painter, spot, theme.color("humanfill"))
        else:
            draw_ring(painter, spot, theme.color("modelfill"))
        draw_text(painter, QRectF(left + 14, area.y(), width, area.height()), text, font, ink)

    def _at(self, x: float) -> int:
        edge = 0
        for place, width in enumerate(self._widths()):
            edge += width
            if x < edge:
                return place
        return len(self._entries) - 1

    def _pick(self, place: int) -> None:
        if 0 <= place < len(self._entries) and place != self._index:
            self._index = place
            self.update()
            self.picked.emit(place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Picks an entry."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._pick(self._at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Shows what would be picked."""
        self._hovered = self._at(event.position().x())
        self.update()

    def leaveEvent(self, event: object) -> None:
        """Nothing would be picked."""
        self._hovered = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows pick the neighbour."""
        if event.key() == Qt.Key.Key_Left:
            self._pick(self._index - 1)
        elif event.key() == Qt.Key.Key_Right:
            self._pick(self._index + 1)
        else:
            super().keyPressEvent(event)


class TabBar(QWidget):
    """Tabs 36 high with a count beside the name; the one shown is underlined."""

    picked = Signal(int)

    def __init__(
        self, entries: Sequence[str], *, padding_px: int = 12, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._entries = list(entries)
        self._counts = [""] * len(self._entries)
        self._shown = [True] * len(self._entries)
        self._index, self._hovered, self._padding = 0, -1, padding_px
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def index(self) -> int:
        """Which tab is shown."""
        return self._index

    def set_index(self, index: int) -> None:
        """Shows another tab, without telling."""
        self._index = index
        self.update()

    def set_count(self, index: int, count: str) -> None:
        """The small figure beside a name; empty for none."""
        self._counts[index] = count
        self.update()

    def set_shown(self, index: int, *, shown: bool) -> None:
        """Hides a tab where room is short."""
        self._shown[index] = shown
        self.update()

    def _places(self) -> list[tuple[int, float, float]]:
        places, x = [], float(self._padding)
        for index, text in enumerate(self._entries):
            if not self._shown[index]:
                continue
            width = float(self.theme.metrics("small", 500).horizontalAdvance(text) + 1)
            if self._counts[index]:
                width += 6 + self.theme.metrics("caption", 500).horizontalAdvance(self._counts[index])
            places.append((index, x, width))
            x += width + 16
        return places

    def sizeHint(self) -> QSize:
        """All tabs beside each other."""
        places = self._places()
        width = places[-1][1] + places[-1][2] + self._padding if places else 0
        return QSize(round(width), self.theme.px(36))

    def minimumSizeHint(self) -> QSize:
        """Never squeezed."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Names, counts, line."""
        painter, theme, height = QPainter(self), self.theme, self.height()
        painter.fillRect(0, height - 1, self.width(), 1, theme.color("line"))
        for index, x, width in self._places():
            on = index == self._index
            name = theme.metrics("small", 500).horizontalAdvance(self._entries[index]) + 1
            ink = theme.color("text" if on or index == self._hovered else "text3")
            area = QRectF(x, 0, name + 1, height - 2)
            draw_text(painter, area, self._entries[index], theme.font("small", 500), ink)
            if self._counts[index]:
                count = QRectF(x + name + 6, 0, width - name, height - 2)
                font = theme.font("caption", 500)
                draw_text(painter, count, self._counts[index], font, theme.color("text3"))
            if on:
                painter.fillRect(QRectF(x, height - 2, width, 2), theme.color("accent"))
        painter.end()

    def _at(self, x: float) -> int:
        for index, left, width in self._places():
            if left - 8 <= x < left + width + 8:
                return index
        return -1

    def _pick(self, index: int) -> None:
        if index >= 0 and index != self._index:
            self._index = index
            self.update()
            self.picked.emit(index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Shows a tab."""
        self._pick(self._at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Marks what would be shown."""
        self._hovered = self._at(event.position().x())
        self.update()

    def leaveEvent(self, event: object) -> None:
        """Nothing is marked."""
        self._hovered = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows show the neighbour."""
        shown = [index for index, _, _ in self._places()]
        place = shown.index(self._index) if self._index in shown else 0
        if event.key() == Qt.Key.Key_Left and place > 0:
            self._pick(shown[place - 1])
        elif event.key() == Qt.Key.Key_Right and place + 1 < len(shown):
            self._pick(shown[place + 1])
        else:
            super().keyPressEvent(event)

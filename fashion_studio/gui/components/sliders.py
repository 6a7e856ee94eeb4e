"""Slider and range slider; the range may carry a histogram above it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.components.base import Tipped, themed
from fashion_studio.gui.components.focus import keyboard_focus
from fashion_studio.gui.components.painting import draw_dot, draw_focus_ring, rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QWheelEvent

    from fashion_studio.gui.theme.theme import Theme

__all__ = ["RangeSlider", "Slider"]

_MARGIN = 8


def _draw_thumb(
    painter: QPainter, theme: Theme, center: QPointF, *, enabled: bool = True, focused: bool = False
) -> None:
    draw_dot(painter, center, theme.color("strong" if enabled else "border"), 16)
    draw_dot(painter, center, theme.color("panel"), 14)
    draw_dot(painter, center, theme.color("text" if enabled else "disabled"), 10)
    if focused:
        area = QRectF(center.x() - 5, center.y() - 5, 10, 10)
        draw_focus_ring(painter, area, 5, theme.color("accent"), None)


class Slider(Tipped, QWidget):
    """A whole number on a track. Double click goes back to the default, arrows step 1, with Shift 10."""

    moved = Signal(int)
    own_focus_ring = True

    def __init__(
        self, low: int, high: int, value: int, *, tooltip: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._low, self._high, self._value, self._default = low, high, value, value
        self.pretend: frozenset[str] = frozenset()
        self.setToolTip(tooltip)
        self.setAccessibleName(tooltip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def value(self) -> int:
        """What is set."""
        return self._value

    def set_value(self, value: int, *, tell: bool = False) -> None:
        """Another value, inside the range."""
        value = min(self._high, max(self._low, value))
        if value != self._value:
            self._value = value
            self.update()
            if tell:
                self.moved.emit(value)

    def sizeHint(self) -> QSize:
        """120 wide, 24 high to be hit."""
        return QSize(120, 24)

    def minimumSizeHint(self) -> QSize:
        """Short ones still work."""
        return QSize(48, 24)

    def _x(self) -> float:
        span = self.width() - 2 * _MARGIN
        return _MARGIN + span * (self._value - self._low) / max(1, self._high - self._low)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Track, filled part, thumb."""
        painter, theme = QPainter(self), self.theme
        middle, enabled = self.height() / 2, self.isEnabled()
        rounded(
            painter,
            QRectF(_MARGIN - 6, middle - 2, self.width() - 2 * _MARGIN + 12, 4),
            2,
            theme.color("track"),
        )
        filled = QRectF(_MARGIN - 6, middle - 2, self._x() - _MARGIN + 6, 4)
        rounded(painter, filled, 2, theme.color("accent" if enabled else "disabled"))
        focused = "focus" in self.pretend or (self.hasFocus() and keyboard_focus(self))
        _draw_thumb(painter, theme, QPointF(self._x(), middle), enabled=enabled, focused=focused)
        painter.end()

    def _follow(self, x: float) -> None:
        share = (x - _MARGIN) / max(1, self.width() - 2 * _MARGIN)
        self.set_value(self._low + round(share * (self._high - self._low)), tell=True)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jumps to the pointer."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._follow(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follows the pointer."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._follow(event.position().x())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Back to the default."""
        self.set_value(self._default, tell=True)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A notch is a step of a twentieth."""
        step = max(1, (self._high - self._low) // 20)
        self.set_value(self._value + (step if event.angleDelta().y() > 0 else -step), tell=True)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Home, End."""
        step = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        moves = {
            Qt.Key.Key_Left: self._value - step,
            Qt.Key.Key_Down: self._value - step,
            Qt.Key.Key_Right: self._value + step,
            Qt.Key.Key_Up: self._value + step,
            Qt.Key.Key_Home: self._low,
            Qt.Key.Key_End: self._high,
        }
        target = moves.get(Qt.Key(event.key()))
        if target is None:
            super().keyPressEvent(event)
        else:
            self.set_value(target, tell=True)


class RangeSlider(Tipped, QWidget):
    """Two thumbs, 0 to 100, with an optional histogram. `moved` while dragging, `settled` at its end."""

    moved = Signal(int, int)
    settled = Signal(int, int)
    own_focus_ring = True

    def __init__(self, *, tooltip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._low, self._high = 0, 100
        self._bins: tuple[int, ...] = ()
        self._active = 1
        self.setToolTip(tooltip)
        self.setAccessibleName(tooltip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def range(self) -> tuple[int, int]:
        """Both ends, 0 to 100."""
        return self._low, self._high

    def set_range(self, low: int, high: int) -> None:
        """Other ends, without telling."""
        self._low, self._high = max(0, min(low, high)), min(100, max(low, high))
        self.update()

    def set_histogram(self, bins: Sequence[int]) -> None:
        """Counts of equal bins over the whole range; empty for none."""
        self._bins = tuple(bins)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """40 for the histogram, 20 for the slider."""
        return QSize(200, (42 if self._bins else 0) + 20)

    def minimumSizeHint(self) -> QSize:
        """Narrow ones still work."""
        return QSize(80, self.sizeHint().height())

    def _x(self, value: int) -> float:
        return _MARGIN + (self.width() - 2 * _MARGIN) * value / 100

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bars, track, thumbs."""
        painter, theme = QPainter(self), self.theme
        middle = self.height() - 10
        if self._bins:
            self._paint_bars(painter)
        rounded(painter, QRectF(2, middle - 2, self.width() - 4, 4), 2, theme.color("track"))
        left, right = self._x(self._low), self._x(self._high)
        rounded(painter, QRectF(left, middle - 2, right - left, 4), 2, theme.color("accent"))
        focused = self.hasFocus() and keyboard_focus(self)
        for place, x in enumerate((left, right)):
            _draw_thumb(painter, theme, QPointF(x, middle), focused=focused and place == self._active)
        painter.end()

    def _paint_bars(self, painter: QPainter) -> None:
        theme, top = self.theme, max(self._bins) or 1
        step = self.width() / len(self._bins)
        for place, count in enumerate(self._bins):
            height = max(2.0 if count else 1.0, 38 * count / top)
            share = 100 * (place + 0.5) / len(self._bins)
            inside = self._low <= share <= self._high
            bar = QRectF(place * step, 40 - height, max(1.0, step - 2), height)
            rounded(painter, bar, 1, theme.color("modelfill" if inside and count else "track"))

    def _set(self, x: float) -> None:
        value = round(100 * (x - _MARGIN) / max(1, self.width() - 2 * _MARGIN))
        self._move(min(100, max(0, value)))

    def _move(self, value: int) -> None:
        if self._active == 0:
            self._low = min(value, self._high)
        else:
            self._high = max(value, self._low)
        self.update()
        self.moved.emit(self._low, self._high)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes the nearer thumb."""
        x = event.position().x()
        near_low = abs(x - self._x(self._low)) < abs(x - self._x(self._high))
        if self._low == self._high:
            near_low = x < self._x(self._low)
        self._active = 0 if near_low else 1
        self._set(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follows the pointer."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._set(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The range holds."""
        self.settled.emit(self._low, self._high)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Back to everything."""
        self.set_range(0, 100)
        self.settled.emit(0, 100)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the thumb, up and down choose it."""
        step = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        value = self._low if self._active == 0 else self._high
        if event.key() in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            self._move(min(100, max(0, value + (step if event.key() == Qt.Key.Key_Right else -step))))
            self.settled.emit(self._low, self._high)
        elif event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            self._active = 1 - self._active
            self.update()
        else:
            super().keyPressEvent(event)

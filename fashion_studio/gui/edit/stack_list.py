"""The edits of a photo as layers: the last done on top, the photo itself at the bottom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.components.base import Tipped, themed
from fashion_studio.gui.components.focus import is_plain_key, keyboard_focus
from fashion_studio.gui.components.marks import draw_swatch
from fashion_studio.gui.components.painting import draw_focus_ring, draw_text, rounded
from fashion_studio.gui.components.sliders import Slider
from fashion_studio.gui.theme.icons import draw_icon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

__all__ = ["EDGE_PX", "Layer", "StackList"]

_ROW_PX: Final = 48
_STRENGTH_PX: Final = 26
_ORIGINAL_PX: Final = 34
_GAP_PX: Final = 4
_GRIP_PX, _SWATCH_PX, _EYE_PX = 14, 24, 24
_DEAD_ZONE_PX: Final = 4
EDGE_PX: Final = 4
"""Free around the layers, for the ring of the focus."""
_KEYS: Final = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right})


@dataclass(frozen=True, slots=True)
class Layer:
    """One edit as it is shown.

    Attributes:
        about: its region and threshold, or that it does nothing.
        rgb, glyph: its swatch, or its picture.
        problem: why it changes nothing; empty when it does.
    """

    title: str
    about: str
    rgb: tuple[int, int, int] | None
    glyph: str
    enabled: bool
    strength: float
    problem: str = ""


class StackList(Tipped, QWidget):
    """Layers that can be picked, dragged, switched off; the current one has a strength slider.

    Places are those of the stack: 0 is done first and stands at the bottom.

    Signals:
        picked: a place. toggled: a place whose eye was pressed. moved: from and to.
        strength_moved: 0 to 1, of the current layer, while the slider moves.
    """

    picked = Signal(int)
    toggled = Signal(int)
    moved = Signal(int, int)
    strength_moved = Signal(float)
    own_focus_ring = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._layers: tuple[Layer, ...] = ()
        self._original = ""
        self._current = -1
        self._hovered = -1
        self._pressed: tuple[int, float] | None = None
        self._dragged: tuple[int, float] | None = None
        self.strength = Slider(0, 100, 100, tooltip="How strongly the edit is done", parent=self)
        self.strength.moved.connect(lambda value: self.strength_moved.emit(value / 100))
        self.strength.moved.connect(lambda _value: self.update())
        self.strength.hide()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Edit stack")
        self.theme.changed.connect(self._relay)

    # --- content

    @property
    def layers(self) -> tuple[Layer, ...]:
        """In the order of the stack."""
        return self._layers

    @property
    def current(self) -> int:
        """Which layer is open; -1 for none."""
        return self._current

    def show_stack(self, layers: Sequence[Layer], current: int, original: str) -> None:
        """Other layers.

        Args:
            layers: in the order of the stack.
            current: the open one, -1 for none.
            original: what the dashed layer at the bottom says.
        """
        self._layers, self._current, self._original = tuple(layers), current, original
        if 0 <= current < len(self._layers):
            self.strength.set_value(round(self._layers[current].strength * 100))
        self._relay()

    # --- geometry

    def _order(self) -> list[int]:
        """Places from top to bottom, as they would be after the drag under way."""
        order = list(range(len(self._layers) - 1, -1, -1))
        if self._dragged is not None:
            place = self._dragged[0]
            order.remove(place)
            order.insert(self._drop_row(), place)
        return order

    def _high(self, place: int) -> int:
        theme = self.theme
        return theme.px(_ROW_PX) + (theme.px(_STRENGTH_PX) if place == self._current else 0)

    def layer_rect(self, place: int) -> QRectF:
        """Where a layer is painted."""
        top = float(EDGE_PX)
        for other in self._order():
            high = self._high(other)
            if other == place:
                if self._dragged is not None and self._dragged[0] == place:
                    top = self._dragged[1]
                return QRectF(EDGE_PX, top, self.width() - 2 * EDGE_PX, high)
            top += high + _GAP_PX
        return QRectF()

    def eye_rect(self, place: int) -> QRectF:
        """Where its eye is."""
        rect = self.layer_rect(place)
        middle = rect.top() + self.theme.px(_ROW_PX) / 2
        return QRectF(rect.right() - 8 - _EYE_PX, round(middle - _EYE_PX / 2), _EYE_PX, _EYE_PX)

    def _drop_row(self) -> int:
        place, top = self._dragged or (0, 0.0)
        middle = top + self._high(place) / 2
        row, edge = 0, float(EDGE_PX)
        for other in range(len(self._layers) - 1, -1, -1):
            if other == place:
                continue
            high = self._high(other)
            if middle > edge + high / 2:
                row += 1
            edge += high + _GAP_PX
        return row

    def _relay(self) -> None:
        total = sum(self._high(place) + _GAP_PX for place in range(len(self._layers)))
        self.setFixedHeight(total + self.theme.px(_ORIGINAL_PX) + 2 * EDGE_PX)
        self._place_slider()
        self.update()

    def _place_slider(self) -> None:
        shown = 0 <= self._current < len(self._layers) and self._dragged is None
        self.strength.setVisible(shown)
        if shown:
            rect = self.layer_rect(self._current)
            words = self.theme.metrics("caption").horizontalAdvance("Strength") + 8
            left = rect.left() + 8 + _GRIP_PX + 8 + words
            figure = self.theme.metrics("caption", 500).horizontalAdvance("0.00") + 12
            top = rect.top() + self.theme.px(_ROW_PX) - 4
            self.strength.setGeometry(round(left), round(top), round(rect.right() - figure - left), 24)

    def resizeEvent(self, event: object) -> None:
        """The slider follows."""
        self._place_slider()

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Layers, then the photo; a dragged one last."""
        painter = QPainter(self)
        dragged = self._dragged[0] if self._dragged is not None else -1
        for place in range(len(self._layers)):
            if place != dragged:
                self._paint_layer(painter, place)
        self._paint_original(painter)
        if dragged >= 0:
            self._paint_layer(painter, dragged)
        painter.end()

    def _paint_layer(self, painter: QPainter, place: int) -> None:
        theme, layer, rect = self.theme, self._layers[place], self.layer_rect(place)
        current, off = place == self._current, not layer.enabled
        fill = "selected" if current else "hover" if place == self._hovered else "raised"
        rounded(painter, rect, 6, theme.color(fill), theme.color("accent" if current else "line"))
        row = theme.px(_ROW_PX)
        middle = rect.top() + row / 2
        grip = QPointF(rect.left() + 8, round(middle - 7))
        draw_icon(painter, "grip-vertical", theme.color("text3"), grip, _GRIP_PX)
        spot = QRectF(grip.x() + _GRIP_PX + 8, round(middle - _SWATCH_PX / 2), _SWATCH_PX, _SWATCH_PX)
        painter.setOpacity(0.5 if off else 1.0)
        if layer.rgb is not None:
            draw_swatch(painter, theme, spot, layer.rgb)
        else:
            rounded(painter, spot, 4, theme.color("raised"), theme.color("strong"))
            faint = theme.color("text3" if off else "text2")
            draw_icon(painter, layer.glyph, faint, spot.topLeft() + QPointF(4, 4), 16)
        painter.setOpacity(1.0)
        eye = self.eye_rect(place)
        left = spot.right() + 8
        words = QRectF(left, rect.top() + 8, eye.left() - 4 - left, theme.line_px("small"))
        ink = "text3" if off else "text"
        draw_text(painter, words, layer.title, theme.font("small", 500), theme.color(ink))
        below = words.translated(0, theme.line_px("small"))
        role = "disagree" if layer.problem and not off else "text3" if off else "text2"
        draw_text(painter, below, layer.about, theme.font("caption"), theme.color(role))
        icon = "eye-off" if off else "eye"
        draw_icon(painter, icon, theme.color("text3" if off else "text2"), eye.topLeft() + QPointF(4, 4), 16)
        if current:
            self._paint_strength(painter, rect, row)
            if keyboard_focus(self):
                draw_focus_ring(painter, rect, 6, theme.color("accent"), None)

    def _paint_strength(self, painter: QPainter, rect: QRectF, row: int) -> None:
        theme = self.theme
        line = QRectF(rect.left() + 30, rect.top() + row - 4, rect.width() - 38, 24)
        draw_text(painter, line, "Strength", theme.font("caption"), theme.color("text2"))
        figure = f"{self.strength.value / 100:.2f}"
        ink, align = theme.color("text"), Qt.AlignmentFlag.AlignRight
        draw_text(painter, line, figure, theme.font("caption", 500), ink, align)

    def _paint_original(self, painter: QPainter) -> None:
        theme = self.theme
        high = theme.px(_ORIGINAL_PX)
        rect = QRectF(EDGE_PX, self.height() - high - EDGE_PX, self.width() - 2 * EDGE_PX, high)
        pen = QPen(theme.color("border"), 1)
        pen.setDashPattern([3, 3])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 5.5, 5.5)
        spot = QPointF(rect.left() + 8, round(rect.center().y() - 7))
        draw_icon(painter, "lock", theme.color("text2"), spot, 14)
        words = rect.adjusted(30, 0, -8, 0)
        draw_text(painter, words, self._original, theme.font("small"), theme.color("text2"))

    # --- mouse and keys

    def _at(self, point: QPointF) -> int:
        for place in range(len(self._layers)):
            if self.layer_rect(place).contains(point):
                return place
        return -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Picks a layer, presses its eye, or takes hold of it."""
        point = event.position()
        place = self._at(point)
        if event.button() is not Qt.MouseButton.LeftButton or place < 0:
            return
        if self.eye_rect(place).contains(point):
            self.toggled.emit(place)
            return
        self._pressed = (place, point.y() - self.layer_rect(place).top())
        if place != self._current:
            self.picked.emit(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Carries a layer, or marks the one under the pointer."""
        point = event.position()
        if self._pressed is not None and event.buttons() & Qt.MouseButton.LeftButton:
            place, grip = self._pressed
            top = point.y() - grip
            moved = abs(top - self.layer_rect(place).top()) > _DEAD_ZONE_PX
            if len(self._layers) > 1 and (self._dragged is not None or moved):
                self._dragged = (place, top)
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
                self._place_slider()
                self.update()
            return
        place = self._at(point)
        if place != self._hovered:
            self._hovered = place
            self.update()
        self._say_tip(place, point)

    def _say_tip(self, place: int, point: QPointF) -> None:
        if place < 0:
            self.setToolTip("")
        elif self.eye_rect(place).contains(point):
            self.setToolTip("Switch this edit off or on  (X)")
        elif self._layers[place].problem:
            self.setToolTip(self._layers[place].problem)
        else:
            self.setToolTip("Drag to reorder  (Ctrl ↑)")
        on_layer = place >= 0
        self.setCursor(Qt.CursorShape.PointingHandCursor if on_layer else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Puts a carried layer down."""
        self._pressed = None
        if self._dragged is None:
            return
        place, target = self._dragged[0], len(self._layers) - 1 - self._drop_row()
        self._dragged = None
        self.unsetCursor()
        self._relay()
        if target != place:
            self.moved.emit(place, target)

    def leaveEvent(self, event: object) -> None:
        """Nothing is marked."""
        self._hovered = -1
        self.update()

    def event(self, event: QEvent) -> bool:
        """Takes its own keys before the window's commands do."""
        if event.type() is QEvent.Type.ShortcutOverride and is_plain_key(event, _KEYS):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down pick the neighbour; left and right are the strength."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(event)
            return
        if event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            step = 1 if event.key() == Qt.Key.Key_Up else -1
            target = self._current + step
            if 0 <= target < len(self._layers):
                self.picked.emit(target)
        elif event.key() in {Qt.Key.Key_Left, Qt.Key.Key_Right} and self._current >= 0:
            self.strength.keyPressEvent(event)
        else:
            super().keyPressEvent(event)

"""The garment with every value of an attribute: tiles that fill as the answers come; a click takes one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.components.base import Tipped, themed
from fashion_studio.gui.components.focus import is_plain_key, keyboard_focus
from fashion_studio.gui.components.marks import draw_swatch
from fashion_studio.gui.components.painting import draw_focus_ring, draw_text, rounded
from fashion_studio.gui.library.pictures import filled
from fashion_studio.gui.theme.icons import draw_icon

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent, QPaintEvent

__all__ = ["GridValue", "ValueGrid"]

_COLUMNS: Final = 3
_GAP_X, _GAP_Y = 10, 8
_ASPECT: Final = 0.75
_CAPTION_PX: Final = 20
_EDGE_PX: Final = 5
_SWATCH_PX: Final = 10
_MOVES: Final = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: -_COLUMNS,
    Qt.Key.Key_Down: _COLUMNS,
}
_KEYS: Final = frozenset(_MOVES)


@dataclass(frozen=True, slots=True)
class GridValue:
    """One tile: a value, and the swatch or glyph before its name."""

    name: str
    title: str
    rgb: tuple[int, int, int] | None = None
    glyph: str = ""


class ValueGrid(Tipped, QWidget):
    """Tiles in three columns. `picked` carries a value's name; `hovered` too, "" for none.

    It has the keyboard's focus as one; arrows move a cursor and Enter takes what is under it.
    """

    picked = Signal(str)
    own_focus_ring = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._values: tuple[GridValue, ...] = ()
        self._pictures: dict[str, QPixmap] = {}
        self._current = ""
        self._cursor = -1
        self._hovered = -1
        self._dimmed = False
        self._usable = True
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Values")
        self.theme.changed.connect(self._fit)

    # --- content

    @property
    def values(self) -> tuple[GridValue, ...]:
        """What is shown."""
        return self._values

    @property
    def current(self) -> str:
        """The value of the current edit, with the ring."""
        return self._current

    @property
    def filled(self) -> tuple[str, ...]:
        """Values whose picture is here."""
        return tuple(value.name for value in self._values if value.name in self._pictures)

    def show_values(self, values: Sequence[GridValue]) -> None:
        """Another attribute, without pictures."""
        if tuple(values) != self._values:
            self._values = tuple(values)
            self._cursor = self._hovered = -1
            self._pictures.clear()
            self._fit()
        self.update()

    def set_current(self, value: str) -> None:
        """Puts the ring on a value; "" for none."""
        if value != self._current:
            self._current = value
            self.update()

    def set_usable(self, *, usable: bool) -> None:
        """Whether a value can be taken. It is not disabled meanwhile: it would lose the keyboard's focus."""
        self._usable = usable

    def put(self, value: str, image: NDArray[np.uint8]) -> None:
        """A value's picture, (H, W, 3) uint8 sRGB."""
        height, width = image.shape[:2]
        data = image if image.flags.c_contiguous else image.copy()
        wrapped = QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        ratio = self.devicePixelRatioF()
        self._pictures[value] = QPixmap.fromImage(filled(wrapped, self._tile_size(), ratio))
        self.update()

    def forget(self, *, keep: bool) -> None:
        """Other pictures are being made; until they are here the old ones stay, paler, or nothing does."""
        self._dimmed = keep and bool(self._pictures)
        if not keep:
            self._pictures.clear()
        self.update()

    def settle(self) -> None:
        """All pictures are of the present edit."""
        self._dimmed = False
        self.update()

    # --- geometry

    def _tile_size(self) -> QSize:
        width = (self.width() - 2 * _EDGE_PX - (_COLUMNS - 1) * _GAP_X) // _COLUMNS
        return QSize(max(width, 24), max(round(width * _ASPECT), 18))

    def _pitch(self) -> int:
        return self._tile_size().height() + self.theme.px(_CAPTION_PX) + _GAP_Y

    def tile_rect(self, place: int) -> QRect:
        """Where a tile's picture is."""
        size = self._tile_size()
        x = _EDGE_PX + (place % _COLUMNS) * (size.width() + _GAP_X)
        return QRect(x, _EDGE_PX + (place // _COLUMNS) * self._pitch(), size.width(), size.height())

    def _fit(self) -> None:
        rows = -(-len(self._values) // _COLUMNS)
        self.setFixedHeight(max(1, rows * self._pitch() + _EDGE_PX))

    def resizeEvent(self, event: object) -> None:
        """Another width, other heights."""
        self._fit()

    def _at(self, point: QPointF) -> int:
        for place in range(len(self._values)):
            if self.tile_rect(place).adjusted(0, 0, 0, self.theme.px(_CAPTION_PX)).contains(point.toPoint()):
                return place
        return -1

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """The tiles in view."""
        painter = QPainter(self)
        for place, value in enumerate(self._values):
            rect = self.tile_rect(place)
            if rect.top() - 5 <= event.rect().bottom() and rect.bottom() + 26 >= event.rect().top():
                self._paint_tile(painter, place, value, rect)
        painter.end()

    def _paint_tile(self, painter: QPainter, place: int, value: GridValue, rect: QRect) -> None:
        theme, frame = self.theme, QRectF(rect)
        on, hovered = value.name == self._current, place == self._hovered
        picture = self._pictures.get(value.name)
        if picture is None:
            self._paint_waiting(painter, value, frame)
        else:
            painter.setOpacity(0.45 if self._dimmed else 1.0)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(rect, picture)
            painter.setOpacity(1.0)
        cursor = place == self._cursor and keyboard_focus(self)
        if on or cursor:
            draw_focus_ring(painter, frame, 6, theme.color("accent"), theme.color("panel"))
        elif hovered:
            rounded(painter, frame.adjusted(-1, -1, 1, 1), 7, None, theme.color("strong"))
        high = theme.px(_CAPTION_PX)
        top = rect.bottom() + 3 if on else rect.bottom() + 1
        mark = QRectF(rect.x(), round(top + (high - _SWATCH_PX) / 2), _SWATCH_PX, _SWATCH_PX)
        left = rect.x() + _SWATCH_PX + 4
        if value.rgb is not None:
            draw_swatch(painter, theme, mark, value.rgb)
        elif value.glyph:
            draw_icon(painter, value.glyph, theme.color("text2"), QPointF(rect.x(), mark.y() - 2), 14)
            left += 4
        words = QRectF(left, top, rect.right() + 1 - left, high)
        strong = on or hovered
        font = theme.font("caption", 600 if on else 400)
        draw_text(painter, words, value.title, font, theme.color("text" if strong else "text2"))

    def _paint_waiting(self, painter: QPainter, value: GridValue, frame: QRectF) -> None:
        theme = self.theme
        rounded(painter, frame, 6, theme.color("raised"))
        pen = QPen(theme.color("border"), 1)
        pen.setDashPattern([3, 3])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), 5.5, 5.5)
        if value.glyph:
            middle = frame.center()
            spot = QPointF(round(middle.x() - 14), round(middle.y() - 14))
            draw_icon(painter, value.glyph, theme.color("disabled"), spot, 28)

    # --- mouse and keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Marks what a click would take."""
        place = self._at(event.position())
        if place != self._hovered:
            self._hovered = place
            self.setToolTip(f"{self._values[place].title}  (Enter)" if place >= 0 else "")
            self.update()

    def leaveEvent(self, event: object) -> None:
        """Nothing is marked."""
        self._hovered = -1
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Marks at once."""
        super().enterEvent(event)
        self._hovered = self._at(event.position())
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes a value."""
        place = self._at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and place >= 0:
            self._cursor = place
            self._take(place)

    def _take(self, place: int) -> None:
        if self._usable:
            self.picked.emit(self._values[place].name)

    def step(self, by: int) -> None:
        """Takes the value after (1) or before (-1) the current one; without one the first or the last."""
        names = [value.name for value in self._values]
        if not names:
            return
        place = names.index(self._current) + by if self._current in names else (0 if by > 0 else -1)
        self._take(place % len(names))

    def event(self, event: QEvent) -> bool:
        """Takes its own keys before the window's commands do."""
        if event.type() is QEvent.Type.ShortcutOverride and is_plain_key(event, _KEYS):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the cursor, Enter takes."""
        key = Qt.Key(event.key())
        if key in _MOVES and self._values:
            names = [value.name for value in self._values]
            start = self._cursor if self._cursor >= 0 else 0
            if self._cursor < 0 and self._current in names:
                start = names.index(self._current)
            self._cursor = min(max(start + _MOVES[key], 0), len(names) - 1)
            self.update()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space} and self._cursor >= 0:
            self._take(self._cursor)
        else:
            super().keyPressEvent(event)

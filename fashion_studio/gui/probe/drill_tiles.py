"""Pictures behind a point or a figure: two beside each other, each with what was decided on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.components.base import themed
from fashion_studio.gui.components.focus import keyboard_focus
from fashion_studio.gui.components.marks import per_cent
from fashion_studio.gui.components.painting import draw_focus_ring, draw_text
from fashion_studio.gui.library.pictures import Pictures
from fashion_studio.gui.probe import probe_pictures
from fashion_studio.gui.probe.cell_painting import paint_picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from fashion_studio.gui.probe.probe_pictures import ProbePictures

__all__ = ["DrillTile", "DrillTiles"]

_GAP_PX: Final = 12
_LEAST_PX: Final = 100


@dataclass(frozen=True, slots=True)
class DrillTile:
    """One picture.

    Attributes:
        picture: its number in `ProbePictures`.
        caption: what it shows; `title` and `confidence` what was decided.
        item_id: the photo in the project; 0 for a picture that is none.
    """

    picture: int
    caption: str
    title: str
    confidence: float
    tip: str = ""
    item_id: int = 0


class DrillTiles(QWidget):
    """Any number of tiles; only those on the screen are painted and loaded. `opened` carries an item's id."""

    opened = Signal(int)
    own_focus_ring = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._tiles: tuple[DrillTile, ...] = ()
        self._current = -1
        self.pictures = Pictures(self._frame, self, ratio=self.devicePixelRatioF(), load=probe_pictures.load)
        self.pictures.arrived.connect(lambda _number: self.update())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Pictures")

    @property
    def tiles(self) -> tuple[DrillTile, ...]:
        """What is shown."""
        return self._tiles

    def open(self, pictures: ProbePictures | None) -> None:
        """Another probe."""
        self.pictures.open(pictures)
        self.show_tiles(())

    def show_tiles(self, tiles: Sequence[DrillTile]) -> None:
        """Other pictures."""
        if tuple(tiles) == self._tiles:
            return
        self._tiles = tuple(tiles)
        self._current = -1
        words = [f"{tile.caption}: {tile.title} {per_cent(tile.confidence)}" for tile in self._tiles]
        self.setAccessibleDescription("\n".join(words))
        self._fit()

    # ------------------------------------------------------------ geometry

    @property
    def _across(self) -> int:
        return max(2, (self.width() - 16 + _GAP_PX) // (self.theme.px(150) + _GAP_PX))

    @property
    def _frame(self) -> QSize:
        room = self.width() - 8 - _GAP_PX * (self._across - 1)
        side = max(_LEAST_PX, room // self._across)
        return QSize(side, side)

    @property
    def _step(self) -> int:
        return self._frame.height() + 2 * self.theme.line_px("caption") + 20

    def _area(self, place: int) -> QRect:
        row, column = divmod(place, self._across)
        return QRect(QPoint(column * (self._frame.width() + _GAP_PX), row * self._step), self._frame)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other frames, other pictures."""
        self._fit()

    def _fit(self) -> None:
        self.pictures.set_size(self._frame, self.devicePixelRatioF())
        rows = -(-len(self._tiles) // self._across)
        self.setFixedHeight(max(1, rows * self._step))
        self.update()

    # ------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """The tiles in the part that is seen."""
        painter = QPainter(self)
        first = max(0, event.rect().top() // self._step) * self._across
        last = (event.rect().bottom() // self._step + 1) * self._across
        for place in range(first, min(last, len(self._tiles))):
            self._paint_tile(painter, place)
        painter.end()

    def _paint_tile(self, painter: QPainter, place: int) -> None:
        theme, tile, area = self.theme, self._tiles[place], self._area(place)
        frame = QRectF(area)
        paint_picture(painter, theme, frame, self.pictures, tile.picture)
        if place == self._current and keyboard_focus(self):
            draw_focus_ring(painter, frame.adjusted(3, 3, -3, -3), 4, theme.color("accent"), None)
        line, top = theme.line_px("caption"), area.bottom() + 5
        words = QRectF(area.x(), top, area.width(), line)
        draw_text(painter, words, tile.caption, theme.font("caption"), theme.color("text2"))
        figure = per_cent(tile.confidence)
        wide = theme.metrics("small", 500).horizontalAdvance(figure) + 2
        below = QRectF(area.x(), top + line, area.width() - wide - 6, line)
        draw_text(painter, below, tile.title, theme.font("small", 600), theme.color("text"))
        right = QRectF(area.right() + 1 - wide, top + line, wide, line)
        ink, align = theme.color("text2"), Qt.AlignmentFlag.AlignRight
        draw_text(painter, right, figure, theme.font("small", 500), ink, align)

    # ------------------------------------------------------------ pointer and keys

    def _at(self, spot: QPoint) -> int:
        for place in range(len(self._tiles)):
            if self._area(place).adjusted(0, 0, 0, self._step - self._frame.height()).contains(spot):
                return place
        return -1

    def tip_at(self, spot: QPoint) -> str:
        """All that is known of a picture."""
        place = self._at(spot)
        return self._tiles[place].tip if place >= 0 else ""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Opens the photo where there is one."""
        self._open(self._at(event.position().toPoint()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows from picture to picture, Enter opens the photo."""
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._across,
            Qt.Key.Key_Down: self._across,
        }
        if event.key() in steps and self._tiles:
            to = self._current + steps[Qt.Key(event.key())] if self._current >= 0 else 0
            self._current = min(len(self._tiles) - 1, max(0, to))
            self.update()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._open(self._current)
        else:
            super().keyPressEvent(event)

    def _open(self, place: int) -> None:
        if 0 <= place < len(self._tiles) and self._tiles[place].item_id:
            self.opened.emit(self._tiles[place].item_id)

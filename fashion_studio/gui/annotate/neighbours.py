"""The column of neighbours: the pass in its fixed order, virtual, with badges, each one click away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QVBoxLayout, QWidget

from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.gui.components.base import Surface, themed
from fashion_studio.gui.components.buttons import IconButton
from fashion_studio.gui.components.kept_pictures import KeptPictures
from fashion_studio.gui.components.painting import draw_text
from fashion_studio.gui.components.tiles import Tile, caption_height, paint_tile
from fashion_studio.gui.library.pictures import Pictures

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QPaintEvent, QResizeEvent

    from fashion_studio.domain.queries import Changes, ItemRow
    from fashion_studio.gui.session import Session

__all__ = ["NeighboursColumn", "NeighboursList"]

_WIDE_PX: Final = 112
_NARROW_PX: Final = 64
_RING_PX: Final = 5
_TILES: Final = 64
"""Of 70 KB each; of the tiles that a step paints, half were painted alike before."""


class NeighboursList(QAbstractScrollArea):
    """The tiles. Holds ids only; rows and pictures are fetched for what can be seen."""

    picked = Signal(int)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._theme = themed(self)
        self._theme.changed.connect(self._relay)
        self._painted = KeptPictures(_TILES)
        self._theme.changed.connect(self._painted.forget)
        self._pictures = Pictures(QSize(_WIDE_PX, _WIDE_PX), self, ratio=self.devicePixelRatioF())
        self._pictures.arrived.connect(self._on_thumbnail)
        self._rows: dict[int, ItemRow] = {}
        self._place = -1
        self._narrow = False
        self._titles: dict[str, str] = {}
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # can be moved as it is
        self.setAccessibleName("Neighbours")

    # --- content

    def open_project(self) -> None:
        """Another project, or none."""
        self._pictures.open(self._session.project)
        self.reset()

    def close_pictures(self) -> None:
        """Ends the threads that make the pictures."""
        self._pictures.close()

    def reset(self) -> None:
        """Another queue."""
        vocabulary = self._session.vocabulary
        self._titles = {}
        if vocabulary is not None and vocabulary.has(CATEGORY):
            self._titles = {value.name: value.title for value in vocabulary.attribute(CATEGORY).values}
        self._rows.clear()
        self._place = self._session.position(self._session.current)
        self._relay()

    def forget_rows(self, changes: Changes) -> None:
        """After a write: what these tiles show is asked for again."""
        if len(changes.item_ids) > len(self._rows):
            self._rows.clear()
        for item_id in changes.item_ids:
            self._rows.pop(item_id, None)
        self.viewport().update()

    def show_place(self, place: int) -> None:
        """Puts the ring on a photo of the queue and brings it into view, with the one before and after."""
        before, self._place = self._place, place
        bar = self.verticalScrollBar()
        if place >= 0:
            rect = self._tile_rect(place)
            room = self._pitch() if self.viewport().height() > 3 * self._pitch() else 0
            top, bottom = rect.top() - room, rect.bottom() + room
            if top < bar.value():
                bar.setValue(max(top, 0))
            elif bottom > bar.value() + self.viewport().height():
                bar.setValue(min(bottom - self.viewport().height(), max(top, 0)))
        for changed in {before, place}:
            self._repaint_tile(changed)

    def set_narrow(self, narrow: bool) -> None:
        """Smaller tiles without captions."""
        if narrow != self._narrow:
            self._narrow = narrow
            self._pictures.set_size(QSize(self._side(), self._side()), self.devicePixelRatioF())
            self._relay()
            self.show_place(self._place)

    # --- geometry

    def _side(self) -> int:
        return _NARROW_PX if self._narrow else _WIDE_PX

    def _pitch(self) -> int:
        return self._side() + (8 if self._narrow else caption_height(self._theme) + 10)

    def _tile_rect(self, place: int) -> QRect:
        side = self._side()
        top = (8 if self._narrow else 10) + place * self._pitch()
        return QRect((self.viewport().width() - side) // 2, top, side, side)

    def _relay(self) -> None:
        height = int(self._session.queue.size) * self._pitch() + (8 if self._narrow else 10)
        view = self.viewport().height()
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, height - view))
        bar.setPageStep(view)
        bar.setSingleStep(self._pitch() // 2)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another height, another range."""
        super().resizeEvent(event)
        self._relay()
        self.show_place(self._place)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Moves the tiles that stay in view; only what comes in is painted."""
        self.viewport().scroll(dx, dy)

    def _repaint_tile(self, place: int) -> None:
        if place >= 0:
            self.viewport().update(self._whole_tile(place))

    def _whole_tile(self, place: int) -> QRect:
        """In the viewport, with its ring and its caption."""
        rect = self._tile_rect(place).translated(0, -self.verticalScrollBar().value())
        return rect.adjusted(-_RING_PX, -_RING_PX, _RING_PX, self._pitch() - self._side())

    def _visible(self) -> range:
        top = self.verticalScrollBar().value()
        first = max(0, (top - 10) // self._pitch())
        last = (top + self.viewport().height()) // self._pitch() + 1
        return range(first, min(last, int(self._session.queue.size)))

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the tiles in view."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self._theme.color("panel"))
        places = self._visible()
        self._fetch_rows(places)
        shift = self.verticalScrollBar().value()
        for place in places:
            if event.region().intersects(self._whole_tile(place)):
                self._paint_one(painter, place, self._tile_rect(place).translated(0, -shift))
        painter.end()

    def _fetch_rows(self, places: range) -> None:
        project = self._session.project
        ids = [int(self._session.queue[place]) for place in places]
        missing = [item_id for item_id in ids if item_id not in self._rows]
        if project is None or not missing:
            return
        if len(self._rows) > 500:
            self._rows = {item_id: row for item_id, row in self._rows.items() if item_id in set(ids)}
        for row in project.rows(missing):
            self._rows[row.id] = row

    def _paint_one(self, painter: QPainter, place: int, rect: QRect) -> None:
        item_id = int(self._session.queue[place])
        row = self._rows.get(item_id)
        if row is None:
            return
        is_current = place == self._place
        failure = "File is missing" if row.missing else row.failure
        tile = Tile(
            title=self._titles.get(row.category or "", row.category or row.name),
            status=row.status,
            confidence=row.confidence,
            disagreements=row.disagreements,
            flagged=row.flagged,
            edited=row.is_derived,
            failure=failure,
            selected=is_current,
            current=is_current,
            caption=not self._narrow,
        )
        picture = None if failure else self._pictures.get(item_id)

        def draw(inner: QPainter) -> None:
            paint_tile(inner, self._theme, rect, tile, picture, surface="panel")

        says = (tile, None if picture is None else picture.cacheKey())
        # The ring reaches 4 px beyond the picture; one tile's place ends where the next one's begins.
        ground = QRect(rect.left() - _RING_PX, rect.top() - 4, rect.width() + 2 * _RING_PX, self._pitch())
        self._painted.paint(painter, ground, says, self._theme.color("panel"), draw)

    def _on_thumbnail(self, item_id: int) -> None:
        place = self._session.position(item_id)
        if place in self._visible():
            self._repaint_tile(place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Shows the photo that was pressed."""
        y = event.position().toPoint().y() + self.verticalScrollBar().value()
        for place in self._visible():
            rect = self._tile_rect(place)
            if rect.top() <= y <= rect.bottom() + caption_height(self._theme):
                self.picked.emit(int(self._session.queue[place]))
                return

    def sizeHint(self) -> QSize:
        """As wide as its tiles and their margins."""
        return QSize(80 if self._narrow else 136, 400)


class _Head(QWidget):
    """The place in the pass: 4 of 118."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = themed(self)
        self.place, self.count = -1, 0
        self.grid = IconButton("layout-grid", "Back to the grid", size_px=24, icon_px=14, parent=self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The figures and the line below."""
        painter, theme = QPainter(self), self._theme
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("line"))
        area = QRectF(12, 0, self.width() - 40, self.height() - 1)
        number = f"{self.place + 1:,}" if self.place >= 0 else "–"
        draw_text(painter, area, number, theme.font("caption", 600), theme.color("text"))
        width = theme.metrics("caption", 600).horizontalAdvance(number + " ")
        rest = f"of {self.count:,}"
        draw_text(painter, area.adjusted(width, 0, 0, 0), rest, theme.font("caption"), theme.color("text2"))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The button at the right."""
        side = self.grid.sizeHint().width()
        self.grid.setGeometry(self.width() - 7 - side, (self.height() - 1 - side) // 2, side, side)


class NeighboursColumn(Surface):
    """Place in the pass, and the tiles around it. `grid_asked`: back to the library."""

    picked = Signal(int)
    grid_asked = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("panel", "r", parent)
        self._session = session
        self._head = _Head(self)
        self._head.grid.clicked.connect(lambda _checked=False: self.grid_asked.emit())
        self.list = NeighboursList(session, self)
        self.list.picked.connect(self.picked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 1, 0)
        layout.setSpacing(0)
        layout.addWidget(self._head)
        layout.addWidget(self.list, 1)
        self.set_narrow(narrow=False)

    def set_narrow(self, narrow: bool) -> None:
        """80 wide without a head, or 136."""
        self.setFixedWidth(80 if narrow else 136)
        self._head.setVisible(not narrow)
        self._head.setFixedHeight(self.theme.px(32))
        self.list.set_narrow(narrow)

    def reset(self) -> None:
        """Another queue."""
        self.list.reset()
        self.show_current()

    def show_current(self) -> None:
        """The session stands at another photo."""
        place = self._session.position(self._session.current)
        self._head.place, self._head.count = place, int(np.size(self._session.queue))
        self._head.update()
        self.list.show_place(place)

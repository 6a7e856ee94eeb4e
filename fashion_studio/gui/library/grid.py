"""The grid: a view of any number of tiles in which only those on the screen cost anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter, QRegion
from PySide6.QtWidgets import QAbstractItemView, QWidget

from fashion_studio.gui.components.base import themed
from fashion_studio.gui.components.focus import keyboard_focus
from fashion_studio.gui.components.tiles import Tile, caption_height, paint_tile
from fashion_studio.gui.library.grid_geometry import MARGIN_TOP, GridGeometry, frame_size
from fashion_studio.gui.library.pictures import Pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent, QWheelEvent

    from fashion_studio.domain.queries import ItemRow
    from fashion_studio.gui.library.tile_model import TileModel

__all__ = ["TileGrid"]

Index = QModelIndex | QPersistentModelIndex


class TileGrid(QAbstractItemView):
    """Tiles in rows, as many beside each other as fit.

    `opened` carries the id of a tile that was double-clicked or entered; `picked` the number selected.
    """

    opened = Signal(int)
    picked = Signal()
    own_focus_ring = True

    def __init__(
        self, model: TileModel, title_of: Callable[[ItemRow], str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._title_of = title_of
        self._tile_width = 144
        self._tiles = model
        self.pictures = Pictures(frame_size(self._tile_width), self, ratio=self.devicePixelRatioF())
        self.pictures.arrived.connect(self._on_picture)
        self.setModel(model)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setMouseTracking(True)
        self.setAccessibleName("Photos")
        self.viewport().setAutoFillBackground(False)
        self.verticalScrollBar().setSingleStep(48)
        self.theme.changed.connect(self.updateGeometries)

    # ------------------------------------------------------------ geometry

    @property
    def geometry_now(self) -> GridGeometry:
        """Where everything lies, as the view is scrolled now."""
        return GridGeometry(
            self.viewport().width(),
            self.viewport().height(),
            self._tile_width,
            caption_height(self.theme),
            self._tiles.rowCount(),
            self.verticalScrollBar().value(),
        )

    @property
    def tile_width(self) -> int:
        """Width of a picture, 96 to 256."""
        return self._tile_width

    @property
    def columns(self) -> int:
        """Tiles beside each other."""
        return self.geometry_now.columns

    def set_tile_width(self, width_px: int) -> None:
        """Another size; the photos at the top stay at the top."""
        first = self.geometry_now.first_place
        self._tile_width = min(256, max(96, width_px))
        self.pictures.set_size(frame_size(self._tile_width), self.devicePixelRatioF())
        self._relay(first)

    def _relay(self, first: int = -1) -> None:
        """Other sizes: another scroll range, and the row of a place at the top."""
        grid, bar = self.geometry_now, self.verticalScrollBar()
        bar.setRange(0, max(0, grid.content_height - grid.height))
        bar.setPageStep(grid.height)
        if first >= 0:
            bar.setValue(grid.top_of(first) - MARGIN_TOP)
        self.viewport().update()

    def updateGeometries(self) -> None:
        """Qt asks for the scroll range."""
        super().updateGeometries()
        self._relay()

    def rowsInserted(self, parent: Index, start: int, end: int) -> None:
        """Photos were added at the end. Qt repaints nothing for it: it leaves that to each view."""
        super().rowsInserted(parent, start, end)
        self._relay()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The tile at the top stays at the top."""
        first = self.geometry_now.first_place if event.oldSize().isValid() else -1
        super().resizeEvent(event)
        self._relay(first if self.verticalScrollBar().value() else -1)

    # ------------------------------------------------------------ what Qt asks of a view

    def visualRect(self, index: Index) -> QRect:
        """Picture and caption."""
        return self.geometry_now.tile_rect(index.row()) if index.isValid() else QRect()

    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        """Brings a tile into view with as little movement as possible."""
        if not index.isValid():
            return
        grid, bar = self.geometry_now, self.verticalScrollBar()
        top = grid.top_of(index.row())
        bottom = top + grid.row_height
        if hint is QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue((top + bottom - self.viewport().height()) // 2)
        elif top - MARGIN_TOP < bar.value():
            bar.setValue(top - MARGIN_TOP)
        elif bottom > bar.value() + self.viewport().height():
            bar.setValue(bottom - self.viewport().height())

    def indexAt(self, point: QPoint) -> QModelIndex:
        """The tile under a point."""
        place = self.geometry_now.place_at(point)
        return self._tiles.index(place) if place >= 0 else QModelIndex()

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Arrows, pages, Home and End."""
        count = self._tiles.rowCount()
        if not count:
            return QModelIndex()
        grid = self.geometry_now
        place, columns = self.currentIndex().row(), grid.columns
        page = max(1, grid.height // grid.row_height) * columns
        moves = QAbstractItemView.CursorAction
        steps = {
            moves.MoveLeft: -1,
            moves.MoveRight: 1,
            moves.MovePrevious: -1,
            moves.MoveNext: 1,
            moves.MoveUp: -columns,
            moves.MoveDown: columns,
            moves.MovePageUp: -page,
            moves.MovePageDown: page,
        }
        if action == moves.MoveHome or place < 0:
            target = 0
        elif action == moves.MoveEnd:
            target = count - 1
        else:
            target = place + steps[action]
            if action in {moves.MoveUp, moves.MoveDown} and not 0 <= target < count:
                same_row = place // columns == (count - 1) // columns
                target = place if action == moves.MoveUp or same_row else count - 1
        return self._tiles.index(min(count - 1, max(0, target)))

    def horizontalOffset(self) -> int:
        """Never scrolls sideways."""
        return 0

    def verticalOffset(self) -> int:
        """How far it is scrolled."""
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: Index) -> bool:
        """Nothing is hidden."""
        return False

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Selects the tiles that a rubber band or a click covers."""
        area, grid = rect.normalized(), self.geometry_now
        selection = QItemSelection()
        for place in grid.places_between(area.top(), area.bottom()):
            if grid.tile_rect(place).intersects(area):
                index = self._tiles.index(place)
                selection.select(index, index)
        self.selectionModel().select(selection, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """Where a change of selection must be repainted: everything; painting a screen is cheap."""
        return QRegion(self.viewport().rect())

    # ------------------------------------------------------------ selection by id

    def selected_ids(self) -> NDArray[np.int64]:
        """Ids of the selected photos in the order of the listing."""
        ids = self._tiles.ids
        chosen = np.zeros(ids.size, dtype=bool)
        for span in self.selectionModel().selection().toList():
            chosen[span.top() : span.bottom() + 1] = True
        picked: NDArray[np.int64] = ids[chosen]
        return picked

    def select_ids(self, wanted: Iterable[int] | NDArray[np.int64]) -> None:
        """Selects these photos, as far as they are listed, in runs."""
        places = np.flatnonzero(np.isin(self._tiles.ids, np.asarray(list(wanted), dtype=np.int64)))
        selection = QItemSelection()
        if places.size:
            for run in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1):
                selection.select(self._tiles.index(int(run[0])), self._tiles.index(int(run[-1])))
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def set_current_id(self, item_id: int) -> None:
        """Makes a photo the current one and brings it into view."""
        place = self._tiles.place_of(item_id)
        if place >= 0:
            flag = QItemSelectionModel.SelectionFlag.NoUpdate
            self.selectionModel().setCurrentIndex(self._tiles.index(place), flag)
            self.scrollTo(self._tiles.index(place))

    def current_id(self) -> int:
        """Id of the current photo; -1 for none."""
        place = self.currentIndex().row()
        return int(self._tiles.ids[place]) if 0 <= place < self._tiles.ids.size else -1

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tells that other photos are selected."""
        super().selectionChanged(selected, deselected)
        self.viewport().update()
        self.picked.emit()

    # ------------------------------------------------------------ painting

    def visible_places(self) -> range:
        """Places of the tiles on the screen."""
        return self.geometry_now.places_between(0, self.viewport().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The tiles on the screen."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self.theme.color("window"))
        selection, current = self.selectionModel(), self.currentIndex().row()
        spans = selection.selection().toList()
        several = len(spans) > 1 or any(span.height() > 1 for span in spans)
        focused, grid = keyboard_focus(self), self.geometry_now
        for place in grid.places_between(event.rect().top() - 6, event.rect().bottom() + 6):
            rect = grid.picture_rect(place)
            if not rect.adjusted(-6, -6, 6, 40).intersects(event.rect()):
                continue
            row = self._tiles.row(place)
            if row is None:
                continue
            selected = selection.isSelected(self._tiles.index(place))
            tile = Tile(
                title=self._title_of(row),
                status=row.status,
                confidence=row.confidence,
                disagreements=row.disagreements,
                flagged=row.flagged,
                edited=row.is_derived,
                failure=row.failure or ("file is missing" if row.missing else None),
                selected=selected,
                checked=selected and several,
                current=place == current,
                focused=focused and place == current,
            )
            picture = None if tile.failure is not None else self.pictures.get(row.id)
            paint_tile(painter, self.theme, rect, tile, picture)
        painter.end()

    def _on_picture(self, item_id: int) -> None:
        for place in self.visible_places():
            if int(self._tiles.ids[place]) == item_id:
                self.viewport().update(self.geometry_now.picture_rect(place).adjusted(-4, -4, 4, 4))
                return

    # ------------------------------------------------------------ keys and pointer

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens; the rest is Qt's (arrows, Shift, Ctrl+A, Home, End, pages)."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.current_id() >= 0:
            self.opened.emit(self.current_id())
            return
        if event.key() == Qt.Key.Key_Escape and self.selectionModel().hasSelection():
            self.clearSelection()
            return
        with_ctrl = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if not with_ctrl and event.text().isprintable() and event.text().strip():
            event.ignore()  # letters are commands, not a search by typing
            return
        super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Opens a photo."""
        index = self.indexAt(event.position().toPoint())
        if index.isValid():
            self.opened.emit(int(self._tiles.ids[index.row()]))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolls by rows of pixels; with Ctrl it changes the tiles' size."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_tile_width(self._tile_width + (16 if event.angleDelta().y() > 0 else -16))
            event.accept()
            return
        super().wheelEvent(event)

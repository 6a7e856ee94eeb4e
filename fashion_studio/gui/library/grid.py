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
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter, QRegion
from PySide6.QtWidgets import QAbstractItemView, QWidget

from fashion_studio.gui.components.base import themed
from fashion_studio.gui.components.focus import keyboard_focus
from fashion_studio.gui.components.tiles import Tile, caption_height, paint_tile
from fashion_studio.gui.library.pictures import Pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent, QWheelEvent

    from fashion_studio.domain.queries import ItemRow
    from fashion_studio.gui.library.tile_model import TileModel

__all__ = ["TileGrid"]

_GAP_X, _GAP_Y = 12, 10
_MARGIN_LEFT, _MARGIN_RIGHT, _MARGIN_TOP, _MARGIN_BOTTOM = 20, 8, 14, 80
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
        self.pictures = Pictures(self._frame_size(), self, ratio=self.devicePixelRatioF())
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
        self.theme.changed.connect(self._relay)

    # ------------------------------------------------------------ geometry

    def _frame_size(self) -> QSize:
        return QSize(self._tile_width, round(self._tile_width * 164 / 144))

    @property
    def tile_width(self) -> int:
        """Width of a picture, 96 to 256."""
        return self._tile_width

    def set_tile_width(self, width_px: int) -> None:
        """Another size; the photo in the middle stays in view."""
        first = self._place_at_top()
        self._tile_width = min(256, max(96, width_px))
        self.pictures.set_size(self._frame_size(), self.devicePixelRatioF())
        self._relay()
        if first >= 0:
            self.verticalScrollBar().setValue(self._top_of(first) - _MARGIN_TOP)

    def _row_height(self) -> int:
        return self._frame_size().height() + caption_height(self.theme) + _GAP_Y

    @property
    def columns(self) -> int:
        """Tiles beside each other."""
        room = self.viewport().width() - _MARGIN_LEFT - _MARGIN_RIGHT + _GAP_X
        return max(1, room // (self._tile_width + _GAP_X))

    def _gap(self) -> float:
        """Room between two tiles, so that the columns fill the width evenly."""
        columns = self.columns
        if columns == 1:
            return float(_GAP_X)
        return (self.viewport().width() - _MARGIN_LEFT - _MARGIN_RIGHT - columns * self._tile_width) / (
            columns - 1
        )

    def _top_of(self, place: int) -> int:
        return _MARGIN_TOP + (place // self.columns) * self._row_height()

    def _place_at_top(self) -> int:
        count = self._tiles.rowCount()
        if not count:
            return -1
        row = self.verticalScrollBar().value() // self._row_height()
        return min(count - 1, row * self.columns)

    def _picture_rect(self, place: int) -> QRect:
        column = place % self.columns
        x = _MARGIN_LEFT + round(column * (self._tile_width + min(self._gap(), 3.0 * _GAP_X)))
        y = self._top_of(place) - self.verticalScrollBar().value()
        return QRect(QPoint(x, y), self._frame_size())

    def _relay(self) -> None:
        rows = -(-self._tiles.rowCount() // self.columns)
        height = _MARGIN_TOP + rows * self._row_height() + _MARGIN_BOTTOM
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, height - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        self.viewport().update()

    def updateGeometries(self) -> None:
        """Qt asks for the scroll range."""
        super().updateGeometries()
        self._relay()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The tile at the top stays at the top."""
        first = self._place_at_top()
        super().resizeEvent(event)
        self._relay()
        if first > 0:
            self.verticalScrollBar().setValue(self._top_of(first) - _MARGIN_TOP)

    # ------------------------------------------------------------ what Qt asks of a view

    def visualRect(self, index: Index) -> QRect:
        """Picture and caption."""
        if not index.isValid():
            return QRect()
        return self._picture_rect(index.row()).adjusted(0, 0, 0, caption_height(self.theme))

    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        """Brings a tile into view with as little movement as possible."""
        if not index.isValid():
            return
        top, bar = self._top_of(index.row()), self.verticalScrollBar()
        bottom = top + self._row_height()
        if hint is QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue((top + bottom - self.viewport().height()) // 2)
        elif top - _MARGIN_TOP < bar.value():
            bar.setValue(top - _MARGIN_TOP)
        elif bottom > bar.value() + self.viewport().height():
            bar.setValue(bottom - self.viewport().height())

    def indexAt(self, point: QPoint) -> QModelIndex:
        """The tile under a point."""
        y = point.y() + self.verticalScrollBar().value() - _MARGIN_TOP
        if y < 0:
            return QModelIndex()
        first = (y // self._row_height()) * self.columns
        for place in range(first, min(first + self.columns, self._tiles.rowCount())):
            if self.visualRect(self._tiles.index(place)).contains(point):
                return self._tiles.index(place)
        return QModelIndex()

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Arrows, pages, Home and End."""
        count = self._tiles.rowCount()
        if not count:
            return QModelIndex()
        place, columns = self.currentIndex().row(), self.columns
        page = max(1, self.viewport().height() // self._row_height()) * columns
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
        area = rect.normalized()
        selection = QItemSelection()
        top = area.top() + self.verticalScrollBar().value() - _MARGIN_TOP
        bottom = area.bottom() + self.verticalScrollBar().value() - _MARGIN_TOP
        height, columns = self._row_height(), self.columns
        last = min(self._tiles.rowCount() - 1, (max(0, bottom) // height + 1) * columns - 1)
        for place in range(max(0, top // height) * columns, last + 1):
            index = self._tiles.index(place)
            if self.visualRect(index).intersects(area):
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
        top, height = self.verticalScrollBar().value() - _MARGIN_TOP, self._row_height()
        first = max(0, top // height) * self.columns
        last = ((top + self.viewport().height()) // height + 1) * self.columns
        return range(first, min(self._tiles.rowCount(), max(first, last)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The tiles on the screen."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self.theme.color("window"))
        selection, current = self.selectionModel(), self.currentIndex().row()
        spans = selection.selection().toList()
        several = len(spans) > 1 or any(span.height() > 1 for span in spans)
        focused = keyboard_focus(self)
        for place in self.visible_places():
            rect = self._picture_rect(place)
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
                self.viewport().update(self._picture_rect(place).adjusted(-4, -4, 4, 4))
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

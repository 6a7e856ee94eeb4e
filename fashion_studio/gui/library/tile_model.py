"""The grid's model: nothing but ids; rows are fetched for what is seen."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from fashion_studio.domain.errors import UserError
from fashion_studio.gui.library.filter_words import edited_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from fashion_studio.domain.queries import ItemRow
    from fashion_studio.services.project import Project

__all__ = ["ID_ROLE", "ROW_ROLE", "TileModel"]

ID_ROLE: Final = Qt.ItemDataRole.UserRole
ROW_ROLE: Final = Qt.ItemDataRole.UserRole + 1
_ROW_ROLES: Final = {
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.ToolTipRole,
    ROW_ROLE,
}
_PAGE: Final = 128
_KEPT: Final = 4096
_NO_IDS: Final[NDArray[np.int64]] = np.empty(0, dtype=np.int64)


class TileModel(QAbstractListModel):
    """Ids in the order of a listing. `row(place)` gives what a tile shows, fetched a page at a time."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project: Project | None = None
        self._ids: NDArray[np.int64] = _NO_IDS
        self._rows: OrderedDict[int, ItemRow] = OrderedDict()

    @property
    def ids(self) -> NDArray[np.int64]:
        """All ids, in order."""
        return self._ids

    def open(self, project: Project | None) -> None:
        """Another project."""
        self.beginResetModel()
        self._project = project
        self._ids = _NO_IDS
        self._rows.clear()
        self.endResetModel()

    def set_ids(self, ids: NDArray[np.int64]) -> None:
        """Another listing. One that only grew at its end is told as an insertion, so that nothing jumps."""
        old = self._ids
        if ids.size > old.size and np.array_equal(ids[: old.size], old):
            self.beginInsertRows(QModelIndex(), int(old.size), int(ids.size) - 1)
            self._ids = ids
            self.endInsertRows()
            return
        self.beginResetModel()
        self._ids = ids
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's
        """Number of photos."""
        return 0 if parent.isValid() else int(self._ids.size)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Name for text, id, the whole row; for tips and readers of screens what an edit made it of."""
        if not index.isValid() or index.row() >= self._ids.size:
            return None
        if role == ID_ROLE:
            return int(self._ids[index.row()])
        if role not in _ROW_ROLES:
            return None
        row = self.row(index.row())
        if row is None or role == ROW_ROLE:
            return "" if row is None and role != ROW_ROLE else row
        origin = edited_words(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return origin or None
        return f"{row.name}, {origin}" if origin and role == Qt.ItemDataRole.AccessibleTextRole else row.name

    def row(self, place: int) -> ItemRow | None:
        """What the tile at a place shows; None when the photo has gone."""
        item_id = int(self._ids[place])
        row = self._rows.get(item_id)
        if row is None:
            self._fetch(place)
            row = self._rows.get(item_id)
        else:
            self._rows.move_to_end(item_id)
        return row

    def _fetch(self, place: int) -> None:
        if self._project is None:
            return
        start = place - place % _PAGE
        wanted = [
            int(item_id) for item_id in self._ids[start : start + _PAGE] if int(item_id) not in self._rows
        ]
        try:
            rows: Sequence[ItemRow] = self._project.rows(wanted)
        except UserError:  # a photo of the listing has just been taken out; the next listing is under way
            return
        for row in rows:
            self._rows[row.id] = row
        while len(self._rows) > _KEPT:
            self._rows.popitem(last=False)

    def invalidate(self, item_ids: Iterable[int]) -> None:
        """These photos show something else now."""
        changed = {int(item_id) for item_id in item_ids}
        for item_id in changed:
            self._rows.pop(item_id, None)
        if not changed or self._ids.size == 0:
            return
        if len(changed) > 200:
            top, bottom = 0, int(self._ids.size) - 1
        else:
            places = np.flatnonzero(np.isin(self._ids, np.fromiter(changed, dtype=np.int64)))
            if places.size == 0:
                return
            top, bottom = int(places[0]), int(places[-1])
        self.dataChanged.emit(self.index(top), self.index(bottom))

    def place_of(self, item_id: int) -> int:
        """Place of an id; -1 when it is not listed."""
        found = np.flatnonzero(self._ids == item_id)
        return int(found[0]) if found.size else -1

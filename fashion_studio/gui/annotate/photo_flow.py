"""Keeps the photos around the current one decoded, and the one that is looked at closely in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from fashion_studio.domain.errors import PhotoError
from fashion_studio.gui.annotate.photo_shelf import PhotoShelf, Wish

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.domain.errors import StudioError
    from fashion_studio.domain.queries import ItemRow
    from fashion_studio.gui.canvas.photo_image import PhotoImage
    from fashion_studio.gui.canvas.surface import CanvasSurface
    from fashion_studio.gui.session import Session

__all__ = ["AHEAD", "BEHIND", "PhotoFlow", "around"]

AHEAD: Final = 4
BEHIND: Final = 2
_FULL_AFTER_MS: Final = 700
"""Whoever stays this long may zoom in; until then nobody needs a large photo's own pixels."""


def around(
    queue: Sequence[int] | NDArray[np.int64], place: int, ahead: int = AHEAD, behind: int = BEHIND
) -> list[int]:
    """Ids around a place of the queue, not the place itself, the likeliest to be shown next first."""
    order = []
    for step in range(1, max(ahead, behind) + 1):
        if step <= ahead and place + step < len(queue):
            order.append(int(queue[place + step]))
        if step <= behind and place - step >= 0:
            order.append(int(queue[place - step]))
    return order


class PhotoFlow(QObject):
    """Photos for the canvas.

    Signals:
        arrived: id of a photo that can be shown now, or shown better.
        failed: id, and the reason.
    """

    arrived = Signal(int)
    failed = Signal(int, str)

    def __init__(self, session: Session, canvas: CanvasSurface, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._shelf: PhotoShelf | None = None
        self._direction = 1
        self._row: ItemRow | None = None
        self._last_place = -1
        self._wants_full = False
        self._dwell = QTimer(self)
        self._dwell.setSingleShot(True)
        self._dwell.setInterval(_FULL_AFTER_MS)
        self._dwell.timeout.connect(self._want_full)
        canvas.zoom_changed.connect(self._on_zoom)

    def open_project(self) -> None:
        """Another project, or none."""
        self.close()
        project = self._session.project
        if project is not None:
            self._shelf = PhotoShelf(project.path, self._on_arrived)

    def close(self) -> None:
        """Ends the threads."""
        self._dwell.stop()
        shelf, self._shelf = self._shelf, None
        if shelf is not None:
            shelf.close()

    def photo(self, item_id: int) -> PhotoImage | None:
        """The photo, if it is here."""
        return self._shelf.get(item_id) if self._shelf is not None else None

    def failure(self, item_id: int) -> str:
        """Why it cannot be shown; empty when it can, or was not tried."""
        error = self._shelf.failure(item_id) if self._shelf is not None else None
        return "" if error is None else _reason(error)

    def forget(self, item_ids: Sequence[int]) -> None:
        """Files that changed are decoded again."""
        if self._shelf is not None:
            self._shelf.forget(item_ids)

    def show(self, row: ItemRow | None, place: int) -> None:
        """The photo on the screen now; those around it follow, more of them where the person is heading."""
        self._direction = self._heading(place)
        self._row, self._last_place, self._wants_full = row, place, False
        self._dwell.start()
        self._wish()

    def expect(self, item_id: int) -> None:
        """This photo is shown in a moment: decoding it begins now, beside what the window does first."""
        shelf, project = self._shelf, self._session.project
        if shelf is not None and project is not None and item_id >= 0:
            shelf.want(
                [self._wish_for(row, full=False) for row in project.rows([item_id]) if _can_be_shown(row)]
            )

    def likely_next(self) -> list[int]:
        """The two photos after the current one in the direction in which the person is going."""
        return self._beyond(self._last_place, self._direction, 2)

    def on_the_way(self, place: int, count: int) -> list[int]:
        """The photos behind a place of the queue, for somebody who goes there from the current one."""
        return self._beyond(place, self._heading(place), count)

    def _heading(self, place: int) -> int:
        return 1 if place >= self._last_place else -1

    def _beyond(self, place: int, direction: int, count: int) -> list[int]:
        ahead, behind = (count, 0) if direction > 0 else (0, count)
        return around(self._session.queue, place, ahead, behind)

    def look_around(self) -> None:
        """The canvas has come to the front: the neighbours, which nobody needed until now, are made too."""
        self._wish()

    def _wish(self) -> None:
        shelf, project, row = self._shelf, self._session.project, self._row
        if shelf is None or project is None or row is None:
            return
        ahead, behind = (AHEAD, BEHIND) if self._direction > 0 else (BEHIND, AHEAD)
        if not self._canvas.isVisible():
            ahead = behind = 0
        ids = around(self._session.queue, self._last_place, ahead, behind)
        wishes = [self._wish_for(row, full=False)]
        if self._wants_full:
            wishes.append(self._wish_for(row, full=True))
        wishes += [self._wish_for(other, full=False) for other in project.rows(ids) if _can_be_shown(other)]
        shelf.want(wishes if _can_be_shown(row) else wishes[1:])

    def _wish_for(self, row: ItemRow, *, full: bool) -> Wish:
        size = (row.width_px, row.height_px)
        return Wish(row.id, size, self._canvas.fit_size(size), full)

    def _want_full(self) -> None:
        if not self._wants_full:
            self._wants_full = True
            self._wish()

    def _on_zoom(self, zoom: float) -> None:
        photo = self._canvas.photo
        if photo is None or photo.is_full or self._wants_full:
            return
        if zoom * photo.width_px > photo.levels[0].width_px * 1.05:
            self._want_full()

    def _on_arrived(self, item_id: int, outcome: PhotoImage | StudioError) -> None:
        """In the shelf's threads."""
        if self._row is None or item_id != self._row.id:
            return
        reason = _reason(outcome) if isinstance(outcome, Exception) else ""
        if reason:
            self._session.bridge.post(lambda: self.failed.emit(item_id, reason))
        else:
            self._session.bridge.post(lambda: self.arrived.emit(item_id))


def _can_be_shown(row: ItemRow) -> bool:
    return row.failure is None and not row.missing


def _reason(error: StudioError) -> str:
    return error.reason if isinstance(error, PhotoError) else str(error)

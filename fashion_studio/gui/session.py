"""What the window works on: the open project, the listing, the queue of a pass, the current photo.

Every workspace holds the same session. Writes go through `perform`, which tells all panes at once what
changed.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QThread, QTimer, Signal

from fashion_studio.domain.errors import StudioError
from fashion_studio.domain.queries import Changes, ItemFilter, Sort, SortKey
from fashion_studio.gui.reverting import Reverting
from fashion_studio.gui.works import Works

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.gui.bridge import Bridge
    from fashion_studio.jobs.engine_client import EngineClient, EngineState
    from fashion_studio.services.project import Project

__all__ = ["NO_IDS", "Session"]

NO_IDS: NDArray[np.int64] = np.empty(0, dtype=np.int64)
_log = logging.getLogger(__name__)


def _nothing() -> None:
    """Stands for ending a subscription that was never made."""


class Session(QObject):
    """The window's state that is not a widget's.

    Attributes:
        listing: ids that match `filter` in the order of `sort`; follows every change.
        queue: ids of the present pass, in an order that stays; photos handled in it stay in it.

    Signals:
        project_changed: another project was opened, or none is open now.
        changed: a write was made; carries `Changes`.
        reverted: undo or redo was done; carries `Changes`, after `changed` did.
        listing_changed, queue_changed, current_changed(id or -1), filter_changed.
        engine_state_changed: carries `EngineState`.
        saved_changed: the time of the last save or the number of unsaved changes is another.
        toast: sentence, and whether it can be undone.
        problem: one sentence about what could not be done, and what helps.
    """

    project_changed = Signal()
    changed = Signal(object)
    reverted = Signal(object)
    listing_changed = Signal()
    queue_changed = Signal()
    current_changed = Signal(int)
    filter_changed = Signal()
    engine_state_changed = Signal(object)
    saved_changed = Signal()
    toast = Signal(str, bool)
    problem = Signal(str)

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.works = Works(self)
        self._reverting = Reverting(self)
        self.project: Project | None = None
        self.engine: EngineClient | None = None
        self.filter = ItemFilter()
        self.sort = Sort()
        self.listing: NDArray[np.int64] = NO_IDS
        self.queue: NDArray[np.int64] = NO_IDS
        self.queue_title = ""
        self._extends = False
        self.saved_at: datetime | None = None
        self.last_title = ""
        self._current = -1
        self._place = 0
        self._asked_anew = False
        self._heard: Changes | None = None
        self._unsubscribe: Callable[[], None] = _nothing
        self._refresh_soon = QTimer(self)
        self._refresh_soon.setSingleShot(True)
        self._refresh_soon.setInterval(120)
        self._refresh_soon.timeout.connect(self.refresh_listing)

    # ------------------------------------------------------------ project

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The open project's vocabulary."""
        return self.project.vocabulary if self.project is not None else None

    def adopt(self, project: Project | None) -> None:
        """Makes an opened project the one all workspaces show; the one before is closed."""
        self._let_go()
        self.project = project
        if project is not None:
            self._unsubscribe = project.subscribe(self._on_change)
        self.filter, self.sort = ItemFilter(), Sort()
        self.queue, self.queue_title = NO_IDS, ""
        self.saved_at = None
        self.last_title = (project.undo_status().undo_title or "") if project is not None else ""
        self.listing = project.ids(self.filter, self.sort) if project is not None else NO_IDS
        self._current = -1
        self.project_changed.emit()
        self.listing_changed.emit()
        self.open_queue()

    def _let_go(self) -> None:
        self.works.let_go()
        self._unsubscribe()
        self._unsubscribe = _nothing
        self.bridge.forget("listing")
        if self.project is not None:
            self.project.close()
            self.project = None

    # ------------------------------------------------------------ listing and queue

    def set_filter(self, item_filter: ItemFilter) -> None:
        """Other conditions; the listing, and with it a new pass, follows when it has been found."""
        self.filter = item_filter
        self._asked_anew = True
        self.filter_changed.emit()
        self.refresh_listing()

    def set_sort(self, sort: Sort) -> None:
        """Another order; the listing, and with it a new pass, follows when it has been found."""
        self.sort = sort
        self._asked_anew = True
        self.filter_changed.emit()
        self.refresh_listing()

    def refresh_listing(self, *, extend: bool = False) -> None:
        """Asks for the listing again, in the background; a newer question makes this one stale.

        Args:
            extend: once it is there, photos that the pass does not have yet join it at its end.
        """
        self._extends = self._extends or extend
        project, item_filter, sort = self.project, self.filter, self.sort
        if project is None:
            return
        self.bridge.submit(
            lambda: project.ids(item_filter, sort), self._take_listing, self.report, lane="listing"
        )

    def _take_listing(self, ids: NDArray[np.int64]) -> None:
        begin = self._asked_anew or self.queue.size == 0
        extend, self._extends = self._extends, False
        self._asked_anew = False
        if not np.array_equal(ids, self.listing):
            self.listing = ids
            self.listing_changed.emit()
        if begin and not np.array_equal(ids, self.queue):
            self.open_queue()
        elif extend:
            self.extend_queue()

    def open_queue(
        self,
        ids: Sequence[int] | NDArray[np.int64] | None = None,
        *,
        current: int | None = None,
        title: str = "",
    ) -> None:
        """Begins a pass over the listing, or over given photos, and stands at `current` or the first one."""
        self.queue = self.listing.copy() if ids is None else np.asarray(ids, dtype=np.int64)
        self.queue_title = title
        self.queue_changed.emit()
        if current is not None:
            self.set_current(current)
        elif self.queue.size == 0:
            self.set_current(-1)
        elif self.position(self._current) < 0:
            self.set_current(int(self.queue[0]))

    def extend_queue(self) -> None:
        """Adds photos that the listing has and the pass has not at its end: a scan brings them one by one."""
        fresh = self.listing[~np.isin(self.listing, self.queue)]
        if fresh.size:
            self.queue = np.concatenate([self.queue, fresh])
            self.queue_changed.emit()
            if self._current < 0:
                self.set_current(int(self.queue[0]))

    # ------------------------------------------------------------ current photo

    @property
    def current(self) -> int:
        """Id of the photo that is shown; -1 for none."""
        return self._current

    def set_current(self, item_id: int) -> None:
        """Shows another photo."""
        if item_id != self._current:
            self._current = item_id
            self.current_changed.emit(item_id)

    def position(self, item_id: int) -> int:
        """Place of a photo in the queue; -1 when it is not in it."""
        # Nearly every question is about the current photo or its neighbour, so look there before everywhere.
        for place in range(max(0, self._place - 1), min(self._place + 2, self.queue.size)):
            if self.queue[place] == item_id:
                self._place = place
                return place
        found = np.flatnonzero(self.queue == item_id)
        if not found.size:
            return -1
        self._place = int(found[0])
        return self._place

    def next(self) -> bool:
        """To the next photo of the queue; False at its end."""
        return self._step(1)

    def previous(self) -> bool:
        """To the photo before; False at the beginning."""
        return self._step(-1)

    def _step(self, by: int) -> bool:
        place = self.position(self._current) + by
        if not 0 <= place < self.queue.size:
            return False
        self.set_current(int(self.queue[place]))
        return True

    # ------------------------------------------------------------ writing

    def perform(self, write: Callable[[], Changes | None], *, toast: bool | None = None) -> Changes | None:
        """Runs one write and tells every pane what it changed.

        Args:
            write: one call of the project's, such as `lambda: project.set_status(ids, status)`.
            toast: whether a toast offers to undo it; by default when it touched more than one photo.

        Returns:
            What changed; None when nothing did or when it was refused (then `problem` has said why).
        """
        if self._reverting.refuses():
            return None
        self._heard = None
        try:
            changes = write()
        except StudioError as error:
            self.report(error)
            self.saved_changed.emit()
            return None
        if changes is None or not (changes.item_ids or changes.items_added):
            return changes
        if self._heard is not changes:
            self._announce(changes)
        if len(changes.item_ids) > 1 if toast is None else toast:
            self.toast.emit(changes.title, True)
        return changes

    def perform_later(
        self, write: Callable[[], Changes | None], *, done: Callable[[Changes | None], None] | None = None
    ) -> None:
        """The same off the window's thread, for writes on very many photos."""

        def told(changes: Changes | None) -> None:
            if changes is not None and changes.item_ids:
                self.toast.emit(changes.title, True)
            if done is not None:
                done(changes)

        self.bridge.submit(write, told, self.report)

    def _on_change(self, changes: Changes) -> None:
        """Called by the project after every write, in the thread that wrote."""
        if QThread.currentThread() is self.thread():
            self._announce(changes)
        else:
            self.bridge.post(lambda: self._announce(changes))

    def _announce(self, changes: Changes) -> None:
        self._heard = changes
        if changes.operation_id:
            self.saved_at = datetime.now().astimezone()
        if self.project is not None:
            self.last_title = self.project.undo_status().undo_title or ""
        self.changed.emit(changes)
        self.saved_changed.emit()
        unmoved = self.filter == ItemFilter() and self.sort.key in {SortKey.NAME, SortKey.DATE}
        if (changes.items_added or not unmoved) and not self._refresh_soon.isActive():
            self._refresh_soon.start()

    def undo(self) -> Changes | None:
        """Takes the last operation back; a very large one in a thread, with None as the answer now."""
        return self._reverting.undo()

    def redo(self) -> Changes | None:
        """Makes the last undone operation again, as `undo` does."""
        return self._reverting.redo()

    def report(self, error: Exception) -> None:
        """Says in one sentence what could not be done. Errors that are nobody's fault but ours are raised."""
        if not isinstance(error, StudioError):
            raise error
        _log.info("refused: %s", error)
        self.problem.emit(str(error))

    # ------------------------------------------------------------ engine

    def set_engine(self, engine: EngineClient | None) -> None:
        """Makes an engine the one that reads; its state is told through `engine_state`."""
        self.engine = engine

    def engine_state(self, state: EngineState) -> None:
        """Called by the engine on its own thread whenever its state changes."""
        self.bridge.post(lambda: self.engine_state_changed.emit(state))

    def close(self) -> None:
        """Ends the engine and closes the project; the bridge is closed by who made it."""
        self._refresh_soon.stop()
        self._let_go()
        if self.engine is not None:
            self.engine.close()

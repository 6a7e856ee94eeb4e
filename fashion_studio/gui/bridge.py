"""The one bridge from threads, futures and processes to the window's thread.

Work goes out through `submit` (the window's own threads) or `follow` (somebody else's future); what comes
back is called on the window's thread. A newer call in the same lane makes the older ones stale: they are
cancelled where that is possible and dropped where not, so that no answer is shown to a question that nobody
asks any more.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from fashion_studio.domain.errors import Cancelled

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Bridge", "Ticket"]

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Ticket:
    """One piece of work under way. `cancel` takes it back: neither of its callbacks is called after that."""

    def __init__(self, future: Future[Any], lane: str | None) -> None:
        self.future = future
        self.lane = lane
        self.stale = threading.Event()

    def cancel(self) -> None:
        """Takes the work back."""
        self.stale.set()
        self.future.cancel()

    @property
    def cancelled(self) -> bool:
        """Whether it was taken back; long work asks this now and then and stops."""
        return self.stale.is_set()


class Bridge(QObject):
    """Calls back on the thread it was made on, which is the window's."""

    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None, *, workers: int = 3) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="window")
        self._long = ThreadPoolExecutor(2, thread_name_prefix="window-long")
        self._lanes: dict[str, Ticket] = {}
        self._closed = threading.Event()
        self._open_count = 0
        self._arrived.connect(self._call, Qt.ConnectionType.QueuedConnection)

    def submit(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        *,
        lane: str | None = None,
        long: bool = False,
    ) -> Ticket:
        """Runs `work` in a thread of the window and hands its result to `done` on the window's thread.

        Args:
            work: must not touch a widget.
            done: called with the result.
            failed: called with the error; without it errors go to the program's hook for unexpected ones.
            lane: newer work in the same lane makes this work stale.
            long: runs for seconds; does not hold up short work.
        """
        pool = self._long if long else self._pool
        return self.follow(pool.submit(work), done, failed, lane=lane)

    def follow(
        self,
        future: Future[T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        *,
        lane: str | None = None,
    ) -> Ticket:
        """Hands the result of a future, whoever completes it, to `done` on the window's thread."""
        ticket = Ticket(future, lane)
        if lane is not None:
            self.forget(lane)
            self._lanes[lane] = ticket
        self._open_count += 1

        def finished(ended: Future[T]) -> None:
            self.post(lambda: self._deliver(ticket, ended, done, failed))

        future.add_done_callback(finished)
        return ticket

    def forget(self, lane: str) -> None:
        """Makes what is under way in a lane stale."""
        older = self._lanes.pop(lane, None)
        if older is not None:
            older.cancel()

    def post(self, call: Callable[[], None]) -> None:
        """Calls something on the window's thread, soon. Safe from any thread; dropped after `close`."""
        if not self._closed.is_set():
            try:
                self._arrived.emit(call)
            except RuntimeError:  # the window went away between the question and the call
                _log.debug("an answer arrived after the window had closed")

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return self._open_count > 0

    def close(self) -> None:
        """Takes everything back and waits for the threads. Nothing is called back afterwards."""
        self._closed.set()
        for lane in list(self._lanes):
            self.forget(lane)
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._long.shutdown(wait=True, cancel_futures=True)

    @Slot(object)
    def _call(self, call: Callable[[], None]) -> None:
        if not self._closed.is_set():
            call()

    def _deliver(
        self,
        ticket: Ticket,
        ended: Future[T],
        done: Callable[[T], None] | None,
        failed: Callable[[Exception], None] | None,
    ) -> None:
        self._open_count -= 1
        if ticket.lane is not None and self._lanes.get(ticket.lane) is ticket:
            del self._lanes[ticket.lane]
        if ticket.cancelled or ended.cancelled():
            return
        error = ended.exception()
        if error is None:
            if done is not None:
                done(ended.result())
        elif isinstance(error, (Cancelled, CancelledError)):
            return
        elif failed is not None and isinstance(error, Exception):
            failed(error)
        else:
            raise error

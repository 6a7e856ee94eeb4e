"""Requests whose answers are wanted, and the futures of those who want them. Safe from any thread."""

from __future__ import annotations

import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fashion_studio.jobs.wire import Matte, Ping, Read, Teach

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.jobs.edit_wire import EditRequest

__all__ = ["Ticket", "TicketBook"]


@dataclass(slots=True)
class Ticket:
    """A request whose answer is wanted, by one or several; taken back when the last of them goes away.

    Attributes:
        values: the parts of a grid that are here already.
        started_s: since when it is worked on; None while it waits.
        deaths: how often the engine died meanwhile.
    """

    request: Read | Matte | Teach | Ping | EditRequest
    path: Path
    waiting: list[Future[Any]] = field(default_factory=list)
    on_progress: Callable[[str, int, int], None] | None = None
    on_value: Callable[[str, NDArray[np.uint8]], None] | None = None
    values: dict[str, NDArray[np.uint8]] = field(default_factory=dict)
    started_s: float | None = None
    deaths: int = 0

    def complete(self, result: object) -> None:
        """Ends the futures of a ticket that was taken."""
        for future in self.waiting:
            if future.set_running_or_notify_cancel():
                future.set_result(result)

    def fail(self, error: Exception) -> None:
        """Ends the futures of a ticket that was taken, with an error."""
        for future in self.waiting:
            if future.set_running_or_notify_cancel():
                future.set_exception(error)


class TicketBook:
    """All open tickets.

    Whoever takes a future off its ticket's list, by cancelling it or by `take`, is the one to end it.
    """

    def __init__(self, lock: AbstractContextManager[Any], withdrawn: Callable[[int], None]) -> None:
        """`lock` is re-entrant; `withdrawn` is told, under it, of requests that nobody wants any more."""
        self._lock = lock
        self._withdrawn = withdrawn
        self._tickets: dict[int, Ticket] = {}
        self._reads: dict[tuple[Path, bool], int] = {}

    def all(self) -> list[Ticket]:
        """The open ones, oldest first."""
        with self._lock:
            return list(self._tickets.values())

    def get(self, number: int) -> Ticket | None:
        """The open ticket of this number."""
        with self._lock:
            return self._tickets.get(number)

    def reading(self, path: Path, *, with_maps: bool) -> Ticket | None:
        """The open reading of a photo."""
        return self.get(self._reads.get((path, with_maps), -1))

    def add(self, ticket: Ticket) -> Future[Any]:
        """Opens a ticket, for one who waits."""
        with self._lock:
            self._tickets[ticket.request.id] = ticket
            if isinstance(ticket.request, Read):
                self._reads[ticket.path, ticket.request.with_maps] = ticket.request.id
            return self.wait_for(ticket)

    def wait_for(self, ticket: Ticket) -> Future[Any]:
        """One more who waits."""
        future: Future[Any] = Future()
        with self._lock:
            ticket.waiting.append(future)
        number = ticket.request.id
        future.add_done_callback(lambda ended: self._on_done(number, ended))
        return future

    def take(self, number: int) -> Ticket | None:
        """Closes the ticket, for the one who is to complete it; None for everyone after."""
        with self._lock:
            ticket = self._tickets.pop(number, None)
            if ticket is not None and isinstance(ticket.request, Read):
                key = (ticket.path, ticket.request.with_maps)
                if self._reads.get(key) == number:
                    del self._reads[key]
            return ticket

    def cancel(self, which: Callable[[Ticket], bool]) -> None:
        """Cancels the futures of these tickets."""
        stale = [future for ticket in self.all() if which(ticket) for future in ticket.waiting]
        for future in stale:
            future.cancel()

    def mark_started(self, numbers: Iterable[int]) -> None:
        """Work on these has begun."""
        with self._lock:
            for number in numbers:
                ticket = self._tickets.get(number)
                if ticket is not None:
                    ticket.started_s = time.monotonic()

    def _on_done(self, number: int, future: Future[Any]) -> None:
        if not future.cancelled():
            return
        with self._lock:
            ticket = self._tickets.get(number)
            if ticket is None or future not in ticket.waiting:
                return
            ticket.waiting.remove(future)
            if not ticket.waiting:
                self.take(number)
                self._withdrawn(number)
        future.set_running_or_notify_cancel()

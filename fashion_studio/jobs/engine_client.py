"""The window's side of the engine: futures instead of messages, and an engine that comes back when it dies.

Qt-free and thread-safe. No call waits for the engine: requests are queued, and futures complete on the
client's own thread. Nothing here imports a network library.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from fashion_studio.domain.errors import EnvironmentProblem, PhotoError
from fashion_studio.jobs.engine_supervisor import (
    EngineOptions,
    EnginePhase,
    EngineState,
    EngineSupervisor,
)
from fashion_studio.jobs.reading_cache import ReadingCache
from fashion_studio.jobs.request_queue import Priority
from fashion_studio.jobs.wire import (
    Answer,
    ArrayAnswer,
    Cancel,
    ErrorAnswer,
    Matte,
    Ping,
    Pong,
    Prioritise,
    Progress,
    Read,
    ReadingAnswer,
    Release,
    Request,
    Started,
    Taught,
    Teach,
    UseHeads,
    error_from_wire,
    path_to_wire,
    reading_from_wire,
    unpack,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.domain.predictions import Reading
    from fashion_studio.jobs.arena import Arena

__all__ = ["EngineClient", "EngineOptions", "EnginePhase", "EngineState", "Priority"]


@dataclass(slots=True)
class _Ticket:
    """A request whose answer is wanted, by one or several; taken back when the last of them goes away."""

    request: Read | Matte | Teach | Ping
    path: Path
    waiting: list[Future[Any]] = field(default_factory=list)
    on_progress: Callable[[str, int, int], None] | None = None
    started_s: float | None = None
    deaths: int = 0


class EngineClient:
    """One engine process and the requests to it.

    `on_state` is called at every change of `state`, mostly on the client's thread. Futures are completed
    there, too; cancelling one takes the request back. Call `close` when the window closes.
    """

    def __init__(
        self,
        model_dir: Path,
        device: str = "auto",
        *,
        on_state: Callable[[EngineState], None] | None = None,
        log_file: Path | None = None,
        options: EngineOptions | None = None,
    ) -> None:
        self.model_dir = model_dir
        self._options = options or EngineOptions()
        self._lock = threading.RLock()
        self._cache = ReadingCache(self._options.cache_bytes)
        self._tickets: dict[int, _Ticket] = {}
        self._reads: dict[tuple[Path, bool], int] = {}
        self._number = 0
        self._heads = UseHeads(b"")
        self.outdated = ""
        self._supervisor = EngineSupervisor(
            self,
            self._lock,
            ["--model", str(model_dir), "--device", device],
            options=self._options,
            log_file=log_file,
            on_state=on_state,
        )

    # ------------------------------------------------------------ life

    @property
    def state(self) -> EngineState:
        """Where the engine stands now."""
        return self._supervisor.state

    @property
    def pid(self) -> int | None:
        """Process id of the running engine."""
        return self._supervisor.pid

    def start(self) -> None:
        """Starts the engine in the background; also the way back after it was given up."""
        self._supervisor.start()

    def close(self) -> None:
        """Cancels what is pending and ends the engine. Returns when the process is gone."""
        self._cancel(lambda _: True)
        self._supervisor.close()

    # ------------------------------------------------------------ requests

    def cached(self, path: Path, *, with_maps: bool = True) -> Reading | None:
        """A reading that is already here; None when there is none or the file has changed."""
        return self._cache.get(path, with_maps=with_maps)

    def read(
        self, path: Path, *, with_maps: bool = True, priority: Priority = Priority.SHOWN
    ) -> Future[Reading]:
        """Reads a photo. One already asked for is not asked for twice, only made as urgent as now said.

        Returns:
            The caller's own future. It ends with the reading, or with PhotoError (this photo),
            EnvironmentProblem (there is no engine, or no memory) or BugError.
        """
        known = self._cache.get(path, with_maps=with_maps)
        if known is not None:
            done: Future[Reading] = Future()
            done.set_result(known)
            return done
        with self._lock:
            ticket = self._tickets.get(self._reads.get((path, with_maps), -1))
            if ticket is not None and isinstance(ticket.request, Read):
                if priority <= ticket.request.priority:
                    ticket.request = msgspec.structs.replace(ticket.request, priority=int(priority))
                    self._supervisor.post(Prioritise(ticket.request.id, priority))
                return self._wait_for(ticket)
            request = Read(self._next_id(), path_to_wire(path), with_maps, priority)
            return self._submit(_Ticket(request, path))

    def show(self, path: Path, ahead: Sequence[Path] = ()) -> Future[Reading]:
        """Reads the photo on the screen first, then its neighbours; takes all other reading back."""
        self.cancel_pending(keep={path, *ahead})
        future = self.read(path)
        for neighbour in ahead:
            self.read(neighbour, priority=Priority.AHEAD)
        return future

    def matte(
        self,
        path: Path,
        *,
        method: str = "house",
        priority: Priority = Priority.SHOWN,
        on_progress: Callable[[str, int, int], None] | None = None,
    ) -> Future[NDArray[np.uint8]]:
        """Cuts the garment out: uint8 (H, W) of the upright photo, 255 on the garment.

        Args:
            path: the photo.
            method: "house", the name of a rembg model, or "file:" and the path of an ONNX file for rembg.
            priority: as for `read`.
            on_progress: text, bytes done, bytes in all (0 = not known), while weights are fetched.
        """
        with self._lock:
            request = Matte(self._next_id(), path_to_wire(path), method, priority)
            return self._submit(_Ticket(request, path, on_progress=on_progress))

    def teach(
        self, request: Teach, *, on_progress: Callable[[str, int, int], None] | None = None
    ) -> Future[Taught]:
        """Fits heads to labels; nothing uses them before `use_heads`. `on_progress`: heads done, in all."""
        with self._lock:
            mine = msgspec.structs.replace(request, id=self._next_id())
            return self._submit(_Ticket(mine, Path(), on_progress=on_progress, started_s=time.monotonic()))

    def use_heads(self, heads: bytes, *, instead_of: str = "") -> None:
        """Answers with these heads (a file's content; empty: the model's own), also after a restart.

        Readings under way by the model `instead_of`, the one until now, are asked for again.
        """
        with self._lock:
            self._heads = UseHeads(heads)
            self.outdated = instead_of
            self._cache.clear()
            self._supervisor.post(self._heads)

    def ping(self) -> Future[None]:
        """Ends when the engine's listening thread has answered."""
        with self._lock:
            return self._submit(_Ticket(Ping(self._next_id()), Path()))

    def cancel_pending(self, *, keep: Collection[Path] = ()) -> None:
        """Takes back every reading that is asked for and not in `keep`; their futures are cancelled."""
        self._cancel(lambda ticket: isinstance(ticket.request, Read) and ticket.path not in keep)

    # ------------------------------------------------------------ what the supervisor asks and tells (Owner)

    def wanted(self) -> Sequence[Request]:
        """Everything unanswered; suspects alone, so that a second death names its cause."""
        for ticket in self._tickets.values():
            if not isinstance(ticket.request, Teach):  # which begins at once, beside the photos
                ticket.started_s = None
            if ticket.deaths and isinstance(ticket.request, Read):
                ticket.request = msgspec.structs.replace(ticket.request, alone=True)
        first: list[Request] = [self._heads] if self._heads.heads else []
        return first + [ticket.request for ticket in self._tickets.values()]

    def answered(self, answer: Answer, arena: Arena) -> bool:
        """Completes the future an answer belongs to; answers nobody waits for any more are dropped."""
        if isinstance(answer, Started):
            self._mark_started(answer.ids)
            return False
        if isinstance(answer, ReadingAnswer):
            self._on_reading(answer, arena)
            return True
        if isinstance(answer, (ArrayAnswer, Taught)):
            self._complete(self._take(answer.id), self._unpacked(answer, arena))
            return True
        if isinstance(answer, ErrorAnswer):
            ticket = self._take(answer.id)
            if ticket is not None:
                _fail(ticket, error_from_wire(answer, ticket.path))
            return True
        if isinstance(answer, Pong):
            self._complete(self._take(answer.id), None)
        elif isinstance(answer, Progress):
            self._on_progress(answer)
        return False

    def _unpacked(self, answer: ArrayAnswer | Taught, arena: Arena) -> object:
        if isinstance(answer, Taught):
            return answer
        alpha = unpack(answer.packed, arena)["alpha"]
        self._supervisor.post(Release(answer.packed.offset))
        return alpha

    def died(self, reason: str) -> None:
        """Counts the death against what was being worked on; fails what has caused too many."""
        with self._lock:
            suspects = [ticket for ticket in self._tickets.values() if ticket.started_s is not None]
            for ticket in suspects:
                ticket.deaths += 1
            guilty = [ticket for ticket in suspects if ticket.deaths >= self._options.deaths_per_photo]
        for ticket in guilty:
            if self._take(ticket.request.id) is not None:
                _fail(ticket, _guilty(ticket, reason))

    def given_up(self, reason: str) -> None:
        """Fails everything that still waits."""
        with self._lock:
            numbers = list(self._tickets)
        for number in numbers:
            ticket = self._take(number)
            if ticket is not None:
                _fail(ticket, _no_engine(reason))

    def is_stalled(self) -> bool:
        """Whether a photo has been worked on for longer than any photo takes. Matting may fetch weights."""
        now = time.monotonic()
        with self._lock:
            return any(
                ticket.started_s is not None and now - ticket.started_s > self._options.stall_s
                for ticket in self._tickets.values()
                if isinstance(ticket.request, Read)
            )

    # ------------------------------------------------------------ tickets

    def _next_id(self) -> int:
        self._number += 1
        return self._number

    def _submit(self, ticket: _Ticket) -> Future[Any]:
        """Called with the lock held, so that no engine is born between the ticket and its request."""
        if self.state.phase is EnginePhase.OFF:
            refused: Future[Any] = Future()
            refused.set_exception(_no_engine(self.state.reason))
            return refused
        self._tickets[ticket.request.id] = ticket
        if isinstance(ticket.request, Read):
            self._reads[ticket.path, ticket.request.with_maps] = ticket.request.id
        self._supervisor.post(ticket.request)
        return self._wait_for(ticket)

    def _wait_for(self, ticket: _Ticket) -> Future[Any]:
        """One more who waits. Called with the lock held."""
        future: Future[Any] = Future()
        ticket.waiting.append(future)
        number = ticket.request.id
        future.add_done_callback(lambda ended: self._on_done(number, ended))
        return future

    def _on_done(self, number: int, future: Future[Any]) -> None:
        """Whoever takes a future off its ticket's list, here or in `_take`, is the one to end it."""
        if not future.cancelled():
            return
        with self._lock:
            ticket = self._tickets.get(number)
            if ticket is None or future not in ticket.waiting:
                return
            ticket.waiting.remove(future)
            if not ticket.waiting:
                self._take(number)
                self._supervisor.post(Cancel((number,)))
        future.set_running_or_notify_cancel()

    def _cancel(self, which: Callable[[_Ticket], bool]) -> None:
        with self._lock:
            stale = [future for t in self._tickets.values() if which(t) for future in t.waiting]
        for future in stale:
            future.cancel()

    def _take(self, number: int) -> _Ticket | None:
        """The ticket, for the one who is to complete it; None for everyone after."""
        with self._lock:
            ticket = self._tickets.pop(number, None)
            if ticket is not None and isinstance(ticket.request, Read):
                key = (ticket.path, ticket.request.with_maps)
                if self._reads.get(key) == number:
                    del self._reads[key]
            return ticket

    def _mark_started(self, numbers: Sequence[int]) -> None:
        with self._lock:
            for number in numbers:
                ticket = self._tickets.get(number)
                if ticket is not None:
                    ticket.started_s = time.monotonic()

    def _on_reading(self, answer: ReadingAnswer, arena: Arena) -> None:
        reading = reading_from_wire(answer, arena)
        if answer.packed is not None:
            self._supervisor.post(Release(answer.packed.offset))
        with self._lock:
            ticket = self._tickets.get(answer.id)
            if ticket is not None and self.outdated and reading.prediction.model == self.outdated:
                self._supervisor.post(ticket.request)  # it was read before the heads changed
                return
        ticket = self._take(answer.id)
        if ticket is not None:
            self._cache.put(ticket.path, reading, answer.stamp)
        self._complete(ticket, reading)

    def _on_progress(self, answer: Progress) -> None:
        with self._lock:
            ticket = self._tickets.get(answer.id)
        if ticket is not None and ticket.on_progress is not None:
            ticket.on_progress(answer.text, answer.done, answer.total)

    def _complete(self, ticket: _Ticket | None, result: object) -> None:
        for future in ticket.waiting if ticket is not None else ():
            if future.set_running_or_notify_cancel():
                future.set_result(result)


def _fail(ticket: _Ticket, error: Exception) -> None:
    for future in ticket.waiting:
        if future.set_running_or_notify_cancel():
            future.set_exception(error)


def _guilty(ticket: _Ticket, reason: str) -> EnvironmentProblem | PhotoError:
    if isinstance(ticket.request, Teach):
        return EnvironmentProblem(
            f"Teaching stopped {ticket.deaths} times: {reason}.", "Nothing has changed. Try again later."
        )
    return PhotoError(ticket.path, f"the model stopped on it {ticket.deaths} times: {reason}")


def _no_engine(reason: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        reason or "The model is not running.", "Start the model again from the status bar."
    )

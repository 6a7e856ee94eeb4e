"""The window's side of the engine: futures instead of messages, and an engine that comes back when it dies.

Qt-free and thread-safe. No call waits for the engine: requests are queued, and futures complete on the
client's own thread. Nothing here imports a network library.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from fashion_studio.config.resources import generator_dir as shipped_generator
from fashion_studio.domain.errors import EnvironmentProblem, PhotoError
from fashion_studio.jobs.edit_client import EditingClient, edit_result, is_of_shown_photo
from fashion_studio.jobs.edit_wire import ARRAYLESS, EditAnswer, EditRequest, ValueAnswer
from fashion_studio.jobs.engine_supervisor import (
    EngineOptions,
    EnginePhase,
    EngineState,
    EngineSupervisor,
)
from fashion_studio.jobs.packing import unpack
from fashion_studio.jobs.reading_cache import ReadingCache
from fashion_studio.jobs.request_queue import Priority
from fashion_studio.jobs.tickets import Ticket, TicketBook
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
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.domain.predictions import Reading
    from fashion_studio.jobs.arena import Arena

__all__ = ["EngineClient", "EngineOptions", "EnginePhase", "EngineState", "Priority"]


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
        generator_dir: Path | None = None,
    ) -> None:
        """None as generator is the shipped one; see `editing`."""
        self.model_dir = model_dir
        self.editing = EditingClient(self, generator_dir or shipped_generator())
        self._options = options or EngineOptions()
        self._lock = threading.RLock()
        self._cache = ReadingCache(self._options.cache_bytes)
        self._tickets = TicketBook(self._lock, lambda number: self._supervisor.post(Cancel((number,))))
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
        self._tickets.cancel(lambda _: True)
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
            ticket = self._tickets.reading(path, with_maps=with_maps)
            if ticket is not None and isinstance(ticket.request, Read):
                if priority <= ticket.request.priority:
                    ticket.request = msgspec.structs.replace(ticket.request, priority=int(priority))
                    self._supervisor.post(Prioritise(ticket.request.id, priority))
                return self._tickets.wait_for(ticket)
            request = Read(self._next_id(), path_to_wire(path), with_maps, priority)
            return self._submit(Ticket(request, path))

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
            return self._submit(Ticket(request, path, on_progress=on_progress))

    def teach(
        self, request: Teach, *, on_progress: Callable[[str, int, int], None] | None = None
    ) -> Future[Taught]:
        """Fits heads to labels; nothing uses them before `use_heads`. `on_progress`: heads done, in all."""
        with self._lock:
            mine = msgspec.structs.replace(request, id=self._next_id())
            return self._submit(Ticket(mine, Path(), on_progress=on_progress, started_s=time.monotonic()))

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
            return self._submit(Ticket(Ping(self._next_id()), Path()))

    def ask_edit(
        self,
        make: Callable[[int], EditRequest],
        path: Path,
        on_value: Callable[[str, NDArray[np.uint8]], None] | None = None,
    ) -> Future[Any]:
        """For `editing`: asks what `make` makes of a number."""
        with self._lock:
            return self._submit(Ticket(make(self._next_id()), path, on_value=on_value))

    def cancel_pending(self, *, keep: Collection[Path] = ()) -> None:
        """Takes back every reading and edit that is asked for and not of a photo in `keep`."""

        def stale(ticket: Ticket) -> bool:
            of_photo = isinstance(ticket.request, Read) or is_of_shown_photo(ticket.request)
            return of_photo and ticket.path not in keep

        self._tickets.cancel(stale)

    # ------------------------------------------------------------ what the supervisor asks and tells (Owner)

    def wanted(self) -> Sequence[Request]:
        """Everything unanswered; suspects alone, so that a second death names its cause."""
        for ticket in self._tickets.all():
            if not isinstance(ticket.request, Teach):  # which begins at once, beside the photos
                ticket.started_s = None
            if ticket.deaths and isinstance(ticket.request, Read):
                ticket.request = msgspec.structs.replace(ticket.request, alone=True)
        first: list[Request] = [self._heads] if self._heads.heads else []
        return first + [ticket.request for ticket in self._tickets.all()]

    def answered(self, answer: Answer, arena: Arena) -> bool:
        """Completes the future an answer belongs to; answers nobody waits for any more are dropped."""
        if isinstance(answer, Started):
            self._tickets.mark_started(answer.ids)
            return False
        if isinstance(answer, ReadingAnswer):
            self._on_reading(answer, arena)
            return True
        if isinstance(answer, (ArrayAnswer, Taught)):
            self._complete(answer.id, self._unpacked(answer, arena))
            return True
        if isinstance(answer, EditAnswer):
            self._on_edit(answer, arena)
            return True
        if isinstance(answer, ErrorAnswer):
            ticket = self._tickets.take(answer.id)
            if ticket is not None:
                ticket.fail(error_from_wire(answer, ticket.path))
            return True
        if isinstance(answer, Pong):
            self._complete(answer.id, None)
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
            suspects = [ticket for ticket in self._tickets.all() if ticket.started_s is not None]
            for ticket in suspects:
                ticket.deaths += 1
            guilty = [ticket for ticket in suspects if ticket.deaths >= self._options.deaths_per_photo]
        for ticket in guilty:
            if self._tickets.take(ticket.request.id) is not None:
                ticket.fail(_guilty(ticket, reason))

    def given_up(self, reason: str) -> None:
        """Fails everything that still waits."""
        for ticket in self._tickets.all():
            if self._tickets.take(ticket.request.id) is not None:
                ticket.fail(_no_engine(reason))

    def is_stalled(self) -> bool:
        """Whether a photo has been worked on for longer than any photo takes. Matting may fetch weights."""
        now = time.monotonic()
        return any(
            ticket.started_s is not None and now - ticket.started_s > self._options.stall_s
            for ticket in self._tickets.all()
            if isinstance(ticket.request, (Read, EditRequest))
        )

    # ------------------------------------------------------------ tickets

    def _next_id(self) -> int:
        self._number += 1
        return self._number

    def _submit(self, ticket: Ticket) -> Future[Any]:
        """Called with the lock held, so that no engine is born between the ticket and its request."""
        if self.state.phase is EnginePhase.OFF:
            refused: Future[Any] = Future()
            refused.set_exception(_no_engine(self.state.reason))
            return refused
        self._supervisor.post(ticket.request)
        return self._tickets.add(ticket)

    def _on_reading(self, answer: ReadingAnswer, arena: Arena) -> None:
        reading = reading_from_wire(answer, arena)
        if answer.packed is not None:
            self._supervisor.post(Release(answer.packed.offset))
        with self._lock:
            ticket = self._tickets.get(answer.id)
            if ticket is not None and self.outdated and reading.prediction.model == self.outdated:
                self._supervisor.post(ticket.request)  # it was read before the heads changed
                return
        if ticket is not None and isinstance(ticket.request, Read):
            self._cache.put(ticket.path, reading, answer.stamp)
        self._complete(answer.id, reading)

    def _on_edit(self, answer: EditAnswer, arena: Arena) -> None:
        packed = None if isinstance(answer, ARRAYLESS) else answer.packed
        arrays = {} if packed is None else unpack(packed, arena)
        if packed is not None:
            self._supervisor.post(Release(packed.offset))
        ticket = self._tickets.get(answer.id)
        if ticket is None:
            return
        if isinstance(answer, ValueAnswer):
            ticket.values[answer.value] = arrays["image"]
            if ticket.on_value is not None:
                ticket.on_value(answer.value, arrays["image"])
            return
        self._complete(answer.id, edit_result(answer, arrays or ticket.values))

    def _on_progress(self, answer: Progress) -> None:
        ticket = self._tickets.get(answer.id)
        if ticket is not None and ticket.on_progress is not None:
            ticket.on_progress(answer.text, answer.done, answer.total)

    def _complete(self, number: int, result: object) -> None:
        ticket = self._tickets.take(number)
        if ticket is not None:
            ticket.complete(result)


def _guilty(ticket: Ticket, reason: str) -> EnvironmentProblem | PhotoError:
    if isinstance(ticket.request, Teach):
        return EnvironmentProblem(
            f"Teaching stopped {ticket.deaths} times: {reason}.", "Nothing has changed. Try again later."
        )
    return PhotoError(ticket.path, f"the model stopped on it {ticket.deaths} times: {reason}")


def _no_engine(reason: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        reason or "The model is not running.", "Start the model again from the status bar."
    )

"""Keeps one engine process alive: starts it, listens, starts another when it dies, gives up in the end.

It knows nothing of photos. Whoever owns it (`engine_client`) says through `Owner` what is still wanted.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec

from fashion_studio.domain.errors import StudioError
from fashion_studio.jobs.arena import Arena
from fashion_studio.jobs.engine_process import EngineProcess
from fashion_studio.jobs.wire import (
    Answer,
    HeadsInUse,
    Ready,
    Request,
    Shutdown,
    Unusable,
    decode_answer,
    encode,
    read_frame,
    write_frame,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

__all__ = ["EngineOptions", "EnginePhase", "EngineState", "EngineSupervisor", "Owner"]

_log = logging.getLogger(__name__)
_LOOK_FOR_STALLS_S: Final = 1.0


class EnginePhase(StrEnum):
    """Where the engine stands."""

    OFF = "off"
    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"


@dataclass(frozen=True, slots=True)
class EngineState:
    """What the status bar shows.

    Attributes:
        reason: why it is off or restarting, a sentence for a person; empty when all is well.
        heads: value names of each head in the order of its maps (of the model's vocabulary).
        restarts: how often it has died since it was started.
        heads_problem: why taught heads are not used though they were wanted; a sentence.
    """

    phase: EnginePhase
    reason: str = ""
    model: str = ""
    device: str = ""
    load_ms: float = 0.0
    heads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    landmarks: tuple[str, ...] = ()
    restarts: int = 0
    heads_problem: str = ""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Bounds; tests shorten them.

    Attributes:
        back_off_s: the wait before each restart in a row; after the last one follows giving up.
        steady_s: an engine that lived this long has not died quickly.
        deaths_per_photo: after so many deaths while it was worked on, a photo is failed by name.
        stall_s: an engine that works on one request longer than this is ended as if it had died.
        reader: module:class that loads the model; another one only in tests.
    """

    arena_bytes: int = 64 << 20
    cache_bytes: int = 192 << 20
    back_off_s: Sequence[float] = (0.0, 0.5, 1.0, 2.0, 4.0)
    steady_s: float = 60.0
    deaths_per_photo: int = 2
    stall_s: float = 180.0
    reader: str = ""


class Owner(Protocol):
    """Whose requests the supervisor carries. All but `wanted` are called without its lock held."""

    def wanted(self) -> Sequence[Request]:
        """What a new engine is to be asked first. Called with the lock held."""

    def answered(self, answer: Answer, arena: Arena) -> bool:
        """Takes an answer; True if it was work done, so that the engine counts as healthy."""

    def died(self, reason: str) -> None:
        """The engine is gone; whatever it was working on is under suspicion."""

    def given_up(self, reason: str) -> None:
        """There will be no engine any more."""

    def is_stalled(self) -> bool:
        """Whether a request has been worked on for too long."""


class EngineSupervisor:
    """One thread that listens to the engine and restarts it, and per engine one that writes to it."""

    def __init__(
        self,
        owner: Owner,
        lock: AbstractContextManager[Any],
        arguments: Sequence[str],
        *,
        options: EngineOptions,
        log_file: Path | None,
        on_state: Callable[[EngineState], None] | None,
    ) -> None:
        self._owner = owner
        self._lock = lock
        self._arguments = [*arguments, *(["--reader", options.reader] if options.reader else [])]
        self._options = options
        self._log_file = log_file
        self._on_state = on_state
        self._outbox: queue.SimpleQueue[Request | None] | None = None
        self._engine: EngineProcess | None = None
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._quick_deaths = 0
        self.state = EngineState(EnginePhase.OFF)

    @property
    def pid(self) -> int | None:
        """Process id of the running engine."""
        engine = self._engine
        return None if engine is None else engine.process.pid

    def start(self) -> None:
        """Starts the engine in the background; does nothing while there is one."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            self._closing.clear()
            self._quick_deaths = 0
            self.state = EngineState(EnginePhase.STARTING)
            self._thread = threading.Thread(target=self._live, name="engine-listener", daemon=True)
        self._tell(self.state)
        self._thread.start()

    def close(self) -> None:
        """Ends the engine. Returns when the process and the threads are gone."""
        self._closing.set()
        with self._lock:
            engine, thread = self._engine, self._thread
        if engine is not None:
            self.post(Shutdown())
            engine.end()
        if thread is not None and thread is not threading.current_thread():
            thread.join()
        self._tell(EngineState(EnginePhase.OFF))

    def post(self, request: Request) -> None:
        """Sends a request, if there is an engine; never waits. Called with the lock held or not."""
        with self._lock:
            if self._outbox is not None:
                self._outbox.put(request)

    # ------------------------------------------------------------ the listener's thread

    def _live(self) -> None:
        try:
            arena = Arena.create(self._options.arena_bytes)
        except OSError as error:
            reason = f"There is no memory to share with the model ({error.strerror or error})."
        else:
            try:
                reason = self._live_with(arena)
            finally:
                arena.close()
        if not reason:
            return
        _log.warning("The engine is given up: %s", reason)
        with self._lock:
            self.state = EngineState(EnginePhase.OFF, reason, restarts=self.state.restarts)
        self._owner.given_up(reason)
        with self._lock:
            self._thread = None  # from here on, also inside the callback, it may be started again
        self._tell(self.state)

    def _live_with(self, arena: Arena) -> str:
        """Engine after engine, until closed ("") or given up (the reason)."""
        while not self._closing.is_set():
            started_s, worked = time.monotonic(), False
            try:
                engine = EngineProcess.start(self._arguments, arena, self._log_file)
            except OSError as error:
                reason = f"it cannot be started ({error.strerror or error})"
            else:
                worked, refusal = self._serve(engine, arena)
                reason = engine.reason()
                if refusal:
                    return refusal
            if self._closing.is_set():
                break
            steady = worked or time.monotonic() - started_s > self._options.steady_s
            self._quick_deaths = 1 if steady else self._quick_deaths + 1
            _log.warning("The engine is gone: %s.", reason)
            self._owner.died(reason)
            if self._quick_deaths > len(self._options.back_off_s):
                return f"The model stopped {self._quick_deaths} times in a row; the last time {reason}."
            again = replace(self.state, phase=EnginePhase.RESTARTING, restarts=self.state.restarts + 1)
            self._tell(replace(again, reason=f"The model stopped because {reason}; starting it again."))
            self._closing.wait(self._options.back_off_s[self._quick_deaths - 1])
        return ""

    def _serve(self, engine: EngineProcess, arena: Arena) -> tuple[bool, str]:
        """Talks to one engine until it is gone: whether it did any work, and why it has no model, if so."""
        outbox: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        writer = threading.Thread(
            target=self._write, args=(engine, outbox), name="engine-writer", daemon=True
        )
        with self._lock:
            if self._closing.is_set():  # closed while it was being started: nobody else would end it
                engine.process.kill()
            self._engine, self._outbox = engine, outbox
            for request in self._owner.wanted():
                outbox.put(request)
        writer.start()
        worked, refusal = False, ""
        try:
            while (data := read_frame(engine.stdout)) is not None:
                answer = decode_answer(data)
                if isinstance(answer, Ready):
                    self._on_ready(answer)
                elif isinstance(answer, Unusable):
                    refusal = answer.reason
                elif isinstance(answer, HeadsInUse):
                    self._tell(replace(self.state, model=answer.model, heads_problem=answer.problem))
                else:
                    worked = self._owner.answered(answer, arena) or worked
        except (StudioError, msgspec.DecodeError, OSError, ValueError):
            if not self._closing.is_set():
                _log.exception("The engine does not speak our language; it is ended.")
            engine.process.kill()
        finally:
            with self._lock:
                self._engine = self._outbox = None
            engine.end()
            outbox.put(None)
            writer.join()
            engine.close()
        return worked, refusal

    def _write(self, engine: EngineProcess, outbox: queue.SimpleQueue[Request | None]) -> None:
        while True:
            try:
                request = outbox.get(timeout=_LOOK_FOR_STALLS_S)
            except queue.Empty:
                if self._owner.is_stalled():
                    _log.warning("The engine has not answered for too long; it is ended.")
                    engine.process.kill()
                continue
            if request is None:
                return
            try:
                write_frame(engine.stdin, encode(request))
            except (OSError, ValueError):  # it is gone (closed pipe); the listener knows, and asks again
                return

    def _on_ready(self, answer: Ready) -> None:
        _log.info("Model %s on %s in %.0f ms.", answer.model, answer.device, answer.load_ms)
        self._tell(
            EngineState(
                EnginePhase.READY,
                model=answer.model,
                device=answer.device,
                load_ms=answer.load_ms,
                heads=answer.heads,
                landmarks=answer.landmarks,
                restarts=self.state.restarts,
            )
        )

    def _tell(self, state: EngineState) -> None:
        self.state = state
        if self._on_state is None:
            return
        try:
            self._on_state(state)
        except Exception:  # noqa: BLE001 - a listener's mistake must not end the engine
            _log.exception("A listener failed on %s.", state.phase)

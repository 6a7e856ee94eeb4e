"""A job from inside: progress, heartbeat, pause and cancel. Used by the command that a job is.

with JobWorker(run_dir) as job:
    for number, thing in enumerate(things):
        job.checkpoint()
        ...
        job.progress(number + 1, len(things))
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Self

import psutil

from fashion_studio.domain.errors import Cancelled, EnvironmentProblem, StudioError, UserError
from fashion_studio.jobs.events import EventWriter
from fashion_studio.jobs.specification import CONTROL, EVENTS, STATE, JobExit, JobSpec, replace_text

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

__all__ = ["Control", "JobPhase", "JobState", "JobWorker", "is_alive", "read_state", "write_state"]

_HEARTBEAT_S: Final = 1.0
_LOOK_S: Final = 0.1
_SAME_BIRTH_S: Final = 1.0

_log = logging.getLogger(__name__)


class JobPhase(StrEnum):
    """Where a job stands. INTERRUPTED is never written: it is what a reader finds of a process that died."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def is_active(self) -> bool:
        """Whether something may still come."""
        return self in (JobPhase.WAITING, JobPhase.RUNNING, JobPhase.PAUSED)


class Control(StrEnum):
    """What may be asked of a job."""

    RUN = "run"
    PAUSE = "pause"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class JobState:
    """The content of `state.json`.

    Attributes:
        done, total: progress in the job's own units; total 0 = not known.
        text: what it is doing, or why it failed, for people.
        pid: its process; 0 before it runs.
        born: when that process was created (seconds since 1970): a pid alone may be another's by now.
        beat: last sign of life, seconds since 1970.
        exit_code: a JobExit once it has ended.
    """

    phase: JobPhase = JobPhase.WAITING
    done: int = 0
    total: int = 0
    text: str = ""
    pid: int = 0
    born: float = 0.0
    beat: float = 0.0
    exit_code: int | None = None


class JobWorker:
    """The running job's side of its run folder."""

    def __init__(self, run_dir: Path) -> None:
        self.run_dir = run_dir
        self.spec = JobSpec.read(run_dir)
        self._events = EventWriter(run_dir / EVENTS)
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._control = Control.RUN
        self._pulse = threading.Thread(target=self._beat, name="job-heartbeat", daemon=True)
        self.state = JobState()

    def __enter__(self) -> Self:
        pid = os.getpid()
        before = read_state(self.run_dir)
        if is_alive(before):
            msg = f"The run {self.run_dir.name} is already going on."
            raise UserError(msg)
        if before.phase is not JobPhase.WAITING:  # what was asked of an earlier run is not asked of this one
            (self.run_dir / CONTROL).unlink(missing_ok=True)
        self._save(phase=JobPhase.RUNNING, pid=pid, born=process_birth(pid) or 0.0)
        self._events.write("started", pid=pid, title=self.spec.title)
        self._pulse.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Writes how it ended; errors go on their way."""
        self._over.set()
        self._pulse.join()
        self._events.flush()
        phase, code, text = _end(error, self.state.text)
        if code is JobExit.BUG:
            _log.error("The job failed.", exc_info=error)
        # The event first: who sees the state ended may stop reading events.
        self._events.write("ended", phase=phase.value, exit_code=int(code), text=text)
        self._save(phase=phase, exit_code=int(code), text=text)

    @property
    def exit_code(self) -> JobExit:
        """How it ended; DONE while it has not."""
        return JobExit(self.state.exit_code or 0)

    def progress(self, done: int, total: int, text: str = "") -> None:
        """Says how far it is; as often as one likes."""
        with self._lock:
            self.state = replace(self.state, done=done, total=total, text=text)
        self._events.write("progress", frequent=True, done=done, total=total, text=text)

    def tell(self, kind: str, **data: Any) -> None:
        """Writes an event of the job's own."""
        self._events.write(kind, **data)

    def should_stop(self) -> bool:
        """Whether the person has cancelled; waits here while the job is paused."""
        while self._control is Control.PAUSE and not self._over.is_set():
            if self.state.phase is not JobPhase.PAUSED:
                self._change_phase(JobPhase.PAUSED)
            time.sleep(_LOOK_S)
        if self.state.phase is JobPhase.PAUSED:
            self._change_phase(JobPhase.RUNNING)
        return self._control is Control.CANCEL

    def checkpoint(self) -> None:
        """A place where the job may be paused or end.

        Raises:
            Cancelled: the person wants it to end.
        """
        if self.should_stop():
            raise Cancelled

    def _change_phase(self, phase: JobPhase) -> None:
        self._events.flush()
        self._save(phase=phase)
        self._events.write(phase.value)

    def _save(self, **changes: Any) -> None:
        with self._lock:
            self.state = replace(self.state, beat=round(time.time(), 3), **changes)
            write_state(self.run_dir, self.state)

    def _beat(self) -> None:
        """Shows that the job lives, and listens to what is asked of it."""
        next_beat_s = 0.0
        while not self._over.wait(_LOOK_S):
            self._control = read_control(self.run_dir)
            if time.monotonic() >= next_beat_s:
                next_beat_s = time.monotonic() + _HEARTBEAT_S
                try:
                    self._save()
                except OSError:  # a full disk stops the job where it writes its results, not here
                    _log.warning("The state of the job cannot be written.", exc_info=True)


def read_state(run_dir: Path) -> JobState:
    """The state as last written; WAITING where there is none.

    A damaged file is no state either: it is replaced at the next heartbeat.
    """
    try:
        data = json.loads((run_dir / STATE).read_text(encoding="utf-8"))
        return JobState(**{**data, "phase": JobPhase(data["phase"])})
    except (OSError, ValueError, KeyError, TypeError):
        return JobState()


def write_state(run_dir: Path, state: JobState) -> None:
    """Replaces the state.

    Raises:
        OSError: the disk does not take it.
    """
    replace_text(run_dir / STATE, json.dumps(asdict(state)))


def is_alive(state: JobState) -> bool:
    """Whether the process that wrote this state lives and has not ended its work."""
    if not state.pid or not state.phase.is_active:
        return False
    born = process_birth(state.pid)
    return born is not None and abs(born - state.born) < _SAME_BIRTH_S


def read_control(run_dir: Path) -> Control:
    """What is asked of the job; RUN where nothing is."""
    try:
        return Control((run_dir / CONTROL).read_text(encoding="utf-8").strip())
    except (OSError, ValueError):
        return Control.RUN


def process_birth(pid: int) -> float | None:
    """When a living process was created; None where there is none of that id (a zombie is none)."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except psutil.Error:
        return None


def _end(error: BaseException | None, text: str) -> tuple[JobPhase, JobExit, str]:
    if error is None:
        return JobPhase.DONE, JobExit.DONE, text
    if isinstance(error, (Cancelled, KeyboardInterrupt)):
        return JobPhase.CANCELLED, JobExit.CANCELLED, text
    if isinstance(error, (EnvironmentProblem, OSError, MemoryError)):
        return JobPhase.FAILED, JobExit.ENVIRONMENT, str(error) or "There is not enough memory."
    if isinstance(error, StudioError):
        return JobPhase.FAILED, JobExit.REFUSED, str(error)
    return JobPhase.FAILED, JobExit.BUG, f"{type(error).__name__}: {error}"

"""Jobs from outside: starting them, watching, pausing and ending them, finding them again at the next start.

A job is a process of its own that survives the window; all that connects the two is the run folder.
"""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

import psutil

from fashion_studio.domain.errors import EnvironmentProblem, StudioError
from fashion_studio.jobs.engine_process import environment_for_children, last_line
from fashion_studio.jobs.events import Event, EventReader
from fashion_studio.jobs.specification import CONTROL, EVENTS, LOG, SPEC, JobSpec, replace_text
from fashion_studio.jobs.worker import Control, JobPhase, JobState, is_alive, read_state, write_state

__all__ = ["Job", "find_jobs", "start_job"]

PROGRAM: Final[str] = "fashion_studio"
_START_GRACE_S: Final = 60.0
_NICENESS: Final = 10
_GROUP_NICENESS: Final = 5
"""A third of what a session gets that has not stepped back: enough for the window, and the job goes on."""

_log = logging.getLogger(__name__)


class Job:
    """A run folder, with or without a living process. Any number of these may look at the same folder."""

    def __init__(self, run_dir: Path) -> None:
        """Attaches to a run.

        Raises:
            UserError: it is not a run folder.
        """
        self.run_dir = run_dir
        self.spec = JobSpec.read(run_dir)
        self._events = EventReader(run_dir / EVENTS)

    def state(self) -> JobState:
        """Where it stands. A process that is gone without a word makes it INTERRUPTED."""
        state = read_state(self.run_dir)
        if not state.phase.is_active or _is_going_on(state):
            return state
        state = read_state(self.run_dir)  # it may have ended between the two questions
        if not state.phase.is_active:
            return state
        return replace(state, phase=JobPhase.INTERRUPTED, text="It was interrupted.")

    def events(self) -> list[Event]:
        """What it has told since the last call."""
        return self._events.read()

    def pause(self) -> None:
        """Lets it rest at its next checkpoint."""
        self._ask(Control.PAUSE)

    def resume(self) -> None:
        """Lets a resting job go on."""
        self._ask(Control.RUN)

    def cancel(self) -> None:
        """Lets it end at its next checkpoint; what is finished stays, and `restart` goes on from there."""
        self._ask(Control.CANCEL)
        state = self.state()
        if state.phase is JobPhase.INTERRUPTED:  # nobody is there to listen
            write_state(self.run_dir, replace(state, phase=JobPhase.CANCELLED, text=""))

    def end(self, *, grace_s: float = 10.0) -> JobState:
        """Cancels it, waits, and kills it when it does not listen. Returns its last state."""
        self.cancel()
        state = self.wait(grace_s)
        if state.phase.is_active and state.pid and _is_going_on(state):
            try:
                psutil.Process(state.pid).kill()
            except psutil.NoSuchProcess:
                _log.debug("The job ended by itself.")
            state = self.wait(grace_s)
        return state

    def wait(self, timeout_s: float) -> JobState:
        """Waits until it has ended or the time is over; returns where it stands then."""
        end = time.monotonic() + timeout_s
        while (state := self.state()).phase.is_active and time.monotonic() < end:
            time.sleep(0.02)
        return state

    def restart(self, *more: str) -> None:
        """Runs an interrupted, cancelled or failed job again in the same folder; it goes on where it was.

        Args:
            more: arguments for this time only, after those of the specification.

        Raises:
            EnvironmentProblem: the process cannot be started.
        """
        if self.state().phase.is_active:
            return
        (self.run_dir / CONTROL).unlink(missing_ok=True)
        _spawn(replace(self.spec, arguments=(*self.spec.arguments, *more)), self.run_dir)

    def _ask(self, control: Control) -> None:
        replace_text(self.run_dir / CONTROL, control.value)


def start_job(spec: JobSpec, run_dir: Path) -> Job:
    """Freezes the specification in a new run folder and starts the job; it goes on when this process ends.

    Raises:
        UserError: the folder is a run already.
        EnvironmentProblem: the folder cannot be written or the process not be started.
    """
    try:
        spec.write(run_dir)
    except OSError as error:
        raise EnvironmentProblem(
            f"The run folder {run_dir.name} cannot be written: {error.strerror}.",
            "Make room or choose another.",
        ) from error
    _spawn(spec, run_dir)
    return Job(run_dir)


def find_jobs(runs_dir: Path) -> list[Job]:
    """All runs in a folder, the oldest first, living or not. Folders that are no runs are left out."""
    if not runs_dir.is_dir():
        return []
    jobs = [Job(folder) for folder in runs_dir.iterdir() if (folder / SPEC).is_file() and _is_run(folder)]
    return sorted(jobs, key=lambda job: (job.spec.created_utc, job.run_dir.name))


def _is_going_on(state: JobState) -> bool:
    if not state.pid:  # started, and not yet so far as to say its pid
        return time.time() - state.beat < _START_GRACE_S
    return is_alive(state)


def _is_run(folder: Path) -> bool:
    try:
        JobSpec.read(folder)
    except StudioError:
        _log.info("%s is no run folder of this program's version.", folder.name)
        return False
    return True


def _spawn(spec: JobSpec, run_dir: Path) -> None:
    on_windows = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(
        subprocess, "CREATE_NO_WINDOW", 0
    )
    waiting = JobState(beat=time.time())
    write_state(run_dir, waiting)
    try:
        with (run_dir / LOG).open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own module, the frozen specification's arguments
                [sys.executable, "-P", "-m", PROGRAM, *spec.command(run_dir)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment_for_children(),
                creationflags=on_windows,
                start_new_session=True,
            )
    except OSError as error:
        raise EnvironmentProblem(f"The job cannot be started: {error.strerror or error}.") from error
    _let_others_go_first(process.pid)
    # Somebody must take note of its end while this window lives, or its id stays taken (a zombie).
    reaper = threading.Thread(
        target=_reap, args=(process, run_dir, waiting), name=f"job-{process.pid}", daemon=True
    )
    reaper.start()


def _let_others_go_first(pid: int) -> None:
    """A job of minutes must not slow a window that is answered in milliseconds.

    Linux with autogroups shares the processor between sessions first, and niceness counts only inside one. A
    job has a session of its own, so its whole group must step back, too. Shares say nothing about who comes
    first: a job also has the idle policy, which its threads and loaders inherit, so that whatever wakes up in
    the window takes the core at once instead of waiting for the job's turn to end.
    """
    lower = getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", _NICENESS)
    with contextlib.suppress(psutil.Error, OSError):  # it may have ended already
        psutil.Process(pid).nice(lower)
    if hasattr(os, "SCHED_IDLE"):
        with contextlib.suppress(OSError):
            os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
    with contextlib.suppress(OSError):  # another system, or no autogroups
        Path(f"/proc/{pid}/autogroup").write_text(str(_GROUP_NICENESS), encoding="ascii")


def _reap(process: subprocess.Popen[bytes], run_dir: Path, waiting: JobState) -> None:
    code = process.wait()
    if run_dir.is_dir() and read_state(run_dir) == waiting:  # it never came to speak itself
        text = f"The job could not begin: {last_line(run_dir / LOG) or f'code {code}'}"
        write_state(run_dir, JobState(JobPhase.FAILED, text=text, exit_code=code))

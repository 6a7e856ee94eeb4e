"""Knows the project's runs: looks at them in a thread, follows the one that is shown, moves the queue on.

A run is a process of its own with a folder; nothing here waits for it. Looking goes on while something runs
or waits, about twice a second while the room is on the screen and more seldom while it is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from fashion_studio.gui.train.wording import WORK_STATES
from fashion_studio.services.run_story import RunStory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fashion_studio.gui.session import Session
    from fashion_studio.gui.works import Work
    from fashion_studio.jobs.background import Job
    from fashion_studio.jobs.events import Event
    from fashion_studio.services.run_list import RunEntry

__all__ = ["RunKeeper"]

_LOOK_MS: Final = 500
_LOOK_HIDDEN_MS: Final = 1500


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one look brought."""

    entries: list[RunEntry]
    in_use: Path | None
    job: Job | None
    events: list[Event]
    started: Path | None


class RunKeeper(QObject):
    """The window's view of all runs.

    Signals:
        runs_changed: `entries` or `in_use` are others.
        story_changed: the shown run has told something, or another run is shown.
        made: a run that was to be used has its model; carries its `RunEntry`.
    """

    runs_changed = Signal()
    story_changed = Signal()
    made = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.entries: list[RunEntry] = []
        self.in_use: Path | None = None
        self.current: Path | None = None
        self.story = RunStory()
        self.known = False
        self._job: Job | None = None
        self._turn = 0
        self._looking = False
        self._again = False
        self._visible = False
        self._works: dict[Path, Work] = {}
        self._wanted: dict[Path, str] = {}
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.look)
        session.project_changed.connect(self._on_project)

    # ------------------------------------------------------------ what is known

    @property
    def entry(self) -> RunEntry | None:
        """The run that is shown."""
        return next((entry for entry in self.entries if entry.run_dir == self.current), None)

    @property
    def running(self) -> RunEntry | None:
        """The run that a process works on."""
        return next((entry for entry in self.entries if entry.phase.is_active), None)

    def set_visible(self, *, visible: bool) -> None:
        """Whether the room is on the screen."""
        self._visible = visible
        if visible:
            self.look()

    def show(self, run_dir: Path | None) -> None:
        """Follows another run."""
        if run_dir == self.current:
            return
        self._follow(run_dir)
        self.story_changed.emit()
        self.look()

    def _follow(self, run_dir: Path | None) -> None:
        self.current, self.story, self._job = run_dir, RunStory(), None
        self._turn += 1  # what is asked for the run before says nothing of this story, be it the same run

    def _on_project(self) -> None:
        self._soon.stop()
        self.entries, self.in_use, self.known = [], None, False
        self._follow(None)
        self._works, self._wanted = {}, {}
        self.runs_changed.emit()
        self.story_changed.emit()
        if self._session.project is not None:
            self._soon.start(_LOOK_MS if self._visible else _LOOK_HIDDEN_MS)  # photos come first

    # ------------------------------------------------------------ looking

    def look(self) -> None:
        """Asks how all runs stand, in a thread; one question at a time."""
        project = self._session.project
        if project is None:
            return
        if self._looking:
            self._again = True
            return
        self._looking, self._again = True, False
        self._soon.stop()
        current, job, turn = self.current, self._job, self._turn

        def ask() -> _Seen:
            from fashion_studio.jobs.background import Job  # noqa: PLC0415 - not at start
            from fashion_studio.services.model_list import model_in_use  # noqa: PLC0415 - not at start
            from fashion_studio.services.project_training import runs_dir  # noqa: PLC0415 - not at start
            from fashion_studio.services.run_list import list_runs, start_next  # noqa: PLC0415 - not at start

            started = None if project.read_only else start_next(runs_dir(project))
            entries = list_runs(runs_dir(project))
            known = any(entry.run_dir == current for entry in entries)
            follow = job or (Job(current) if current is not None and known else None)
            events = follow.events() if follow is not None else []
            return _Seen(entries, model_in_use(project), follow, events, started)

        def seen(found: _Seen) -> None:
            self._looking = False
            if project is self._session.project:
                self._take(found, turn)
            else:
                self.look()

        def failed(error: Exception) -> None:
            self._looking = False
            if project is self._session.project:
                self._session.report(error)

        self._session.bridge.submit(ask, seen, failed)

    def _take(self, seen: _Seen, turn: int) -> None:
        changed = not self.known or (seen.entries, seen.in_use) != (self.entries, self.in_use)
        self.entries, self.in_use, self.known = seen.entries, seen.in_use, True
        if turn == self._turn:
            self._job = seen.job
            if self.story.take(seen.events):
                self.story_changed.emit()
        self._tell_works()
        if changed:
            self.runs_changed.emit()
        self._go_on_wanted()
        lively = any(entry.phase.is_active or entry.queued_at for entry in self.entries)
        if self._again or turn != self._turn:
            self.look()
        elif lively or self._wanted:
            self._soon.start(_LOOK_MS if self._visible else _LOOK_HIDDEN_MS)

    def _tell_works(self) -> None:
        """Every run under way is also long work of the window, for the status bar and the list of jobs."""
        for entry in self.entries:
            work = self._works.get(entry.run_dir)
            if work is None:
                if not entry.phase.is_active:
                    continue
                work = self._session.works.begin(entry.title, can_pause=True, survives=True)
                self._works[entry.run_dir] = work
                work.pause_asked.connect(lambda on, run=entry.run_dir: self.pause(run, pausing=on))
                work.cancel_asked.connect(lambda run=entry.run_dir: self.cancel(run))
            if entry.phase.is_active:
                work.state = WORK_STATES[entry.phase.value]
                work.progress(entry.done, entry.total, entry.text or "starts")
            else:
                work.end(WORK_STATES[entry.phase.value], entry.text)
                del self._works[entry.run_dir]

    # ------------------------------------------------------------ acts

    def pause(self, run_dir: Path, *, pausing: bool) -> None:
        """Lets a run rest, or go on."""
        self._act(run_dir, lambda job: job.pause() if pausing else job.resume())

    def cancel(self, run_dir: Path) -> None:
        """Ends a run between two steps; its checkpoint stays. A queued one leaves the queue."""

        def act(job: Job) -> None:
            from fashion_studio.services.run_list import leave_queue  # noqa: PLC0415 - not at start

            leave_queue(run_dir)
            if job.state().phase.is_active:
                job.cancel()

        self._wanted.pop(run_dir, None)
        self._act(run_dir, act)

    def go_on(self, run_dir: Path) -> None:
        """Starts a run, or lets it go on where it was; it waits while another one is going on."""

        def act(_job: Job) -> None:
            from fashion_studio.services.run_list import enqueue  # noqa: PLC0415 - not at start

            enqueue(run_dir)

        self._act(run_dir, act)

    def use_best(self, run_dir: Path) -> None:
        """Ends a run if it is going on, makes the model of its best epoch, and tells when it is there."""
        self._wanted[run_dir] = "ending"
        entry = next((known for known in self.entries if known.run_dir == run_dir), None)
        if entry is not None and entry.phase.is_active:
            self._act(run_dir, lambda job: job.cancel())
        else:
            self._go_on_wanted()

    def _go_on_wanted(self) -> None:
        for entry in self.entries:
            stage = self._wanted.get(entry.run_dir)
            if stage is None or entry.phase.is_active:
                continue
            if entry.bundle is not None:
                del self._wanted[entry.run_dir]
                self.made.emit(entry)
            elif stage == "ending":
                self._wanted[entry.run_dir] = "finishing"
                self._finish(entry.run_dir)
            else:
                del self._wanted[entry.run_dir]  # it failed; the run says why

    def _finish(self, run_dir: Path) -> None:
        def act(_job: Job) -> None:
            from fashion_studio.services.training import finish_training  # noqa: PLC0415 - not at start

            finish_training(run_dir)

        self._act(run_dir, act)

    def _act(self, run_dir: Path, act: Callable[[Job], object]) -> None:
        def run() -> None:
            from fashion_studio.jobs.background import Job  # noqa: PLC0415 - not at start

            act(Job(run_dir))

        self._session.bridge.submit(run, lambda _none: self.look(), self._session.report)

    def take_in(self, folder: Path, done: Callable[[Path], None]) -> None:
        """Copies a run that was trained elsewhere into the project."""
        project = self._session.project
        if project is None:
            return

        def run() -> Path:
            from fashion_studio.services.project_training import runs_dir  # noqa: PLC0415 - not at start
            from fashion_studio.services.run_list import take_in_run  # noqa: PLC0415 - not at start

            return take_in_run(folder, runs_dir(project))

        def told(run_dir: Path) -> None:
            self.look()
            done(run_dir)

        self._session.bridge.submit(run, told, self._session.report, long=True)

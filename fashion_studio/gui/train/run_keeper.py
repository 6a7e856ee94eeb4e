"""Knows the project's trainings: follows the one that is shown, moves the queue on, makes wanted models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from fashion_studio.gui.run_watch import RunWatch
from fashion_studio.services.run_story import RunStory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtCore import QObject

    from fashion_studio.gui.session import Session
    from fashion_studio.jobs.background import Job
    from fashion_studio.jobs.events import Event
    from fashion_studio.services.project import Project
    from fashion_studio.services.run_list import RunEntry

__all__ = ["RunKeeper"]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one look brought."""

    entries: list[RunEntry]
    in_use: Path | None
    job: Job | None
    events: list[Event]
    started: Path | None


class RunKeeper(RunWatch):
    """The window's view of all trainings.

    Signals:
        made: a run that was to be used has its model; carries its `RunEntry`.
    """

    made = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(session, parent)
        self.in_use: Path | None = None
        self.story = RunStory()
        self._job: Job | None = None
        self._wanted: dict[Path, str] = {}

    def _forget_story(self) -> None:
        self.story, self._job = RunStory(), None

    def _on_project(self) -> None:
        self.in_use, self._wanted = None, {}
        super()._on_project()

    def _wants_more(self) -> bool:
        return bool(self._wanted)

    # ------------------------------------------------------------ looking

    def _question(self, project: Project) -> Callable[[], _Seen]:
        current, job = self.current, self._job

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

        return ask

    def _take(self, found: _Seen, *, same: bool) -> None:
        other_model = found.in_use != self.in_use
        self.in_use = found.in_use
        changed = self._adopt(found.entries) or other_model
        if same:
            self._job = found.job
            if self.story.take(found.events):
                self.story_changed.emit()
        if changed:
            self.runs_changed.emit()
        self._go_on_wanted()

    # ------------------------------------------------------------ acts

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

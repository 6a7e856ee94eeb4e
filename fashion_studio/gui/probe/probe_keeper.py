"""Knows the project's probes: follows the one that is shown, starts new ones and lets them go on."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal

from fashion_studio.gui.run_watch import RunWatch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PySide6.QtCore import QObject

    from fashion_studio.gui.probe.probe_view import JointView, ProbeView
    from fashion_studio.gui.session import Session
    from fashion_studio.jobs.background import Job
    from fashion_studio.probing.records import ProbeSpec
    from fashion_studio.services.probing.run_files import ProbeRun
    from fashion_studio.services.project import Project
    from fashion_studio.services.run_list import RunEntry

__all__ = ["ProbeKeeper"]

_VIEW_S: Final = 1.5
"""So long a running probe's results are collected before they are scored and shown."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one look brought; `view` None where there is nothing new, or where it is `unread` so far."""

    entries: list[RunEntry]
    run: ProbeRun | None
    view: ProbeView | None
    unread: bool = False
    other: ProbeRun | None = None
    joint: JointView | None = None


class ProbeKeeper(RunWatch):
    """The window's view of all probes.

    Attributes:
        view: the shown probe's results so far; None before the first look.
        beside: the run that is laid beside it; None for none.
        joint: both together; None without another, and before they were read.

    Signals:
        began: a new probe has been started; carries its run folder.
        starting_changed: a probe is being frozen, or no longer.
    """

    began = Signal(object)
    starting_changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(session, parent)
        self.view: ProbeView | None = None
        self.starting = False
        self.beside: Path | None = None
        self.joint: JointView | None = None
        self._run: ProbeRun | None = None
        self._other: ProbeRun | None = None
        self._unread = False
        self._read_at = 0.0

    @property
    def shown(self) -> ProbeView | None:
        """The models that are looked at: the shown probe's, and those of the one beside it."""
        return self.joint.view if self.joint is not None else self.view

    @property
    def has_backdrops(self) -> bool:
        """Whether any model that is looked at saw photos before other backgrounds."""
        sides = (self.view, self.joint.other if self.joint is not None else None)
        return any(side is not None and bool(side.spec.backdrops) for side in sides)

    def _wants_more(self) -> bool:
        return self._unread

    def _forget_story(self) -> None:
        self.view, self._run, self._unread = None, None, False
        self.beside, self._other, self.joint = None, None, None

    def lay_beside(self, run_dir: Path | None) -> None:
        """Reads another probe beside the shown one; None takes it away."""
        if run_dir in {self.beside, self.current}:
            return
        self._turn += 1  # what is being asked now says nothing of this pair
        self.beside, self._other, self.joint = run_dir, None, None
        self.story_changed.emit()
        self.look()

    def _question(self, project: Project) -> Callable[[], _Seen]:
        current, known, unread = self.current, self._run, self._unread
        due = time.monotonic() - self._read_at > _VIEW_S
        beside, other, shown, joined = self.beside, self._other, self.view, self.joint

        def ask() -> _Seen:
            from fashion_studio.gui.probe.probe_view import joint_view, read_view  # noqa: PLC0415 - not at start
            from fashion_studio.services.probing.freezing import probe_jobs  # noqa: PLC0415 - not at start
            from fashion_studio.services.probing.run_files import ProbeRun  # noqa: PLC0415 - not at start
            from fashion_studio.services.run_list import read_run  # noqa: PLC0415 - not at start

            entries = [read_run(job.run_dir) for job in reversed(probe_jobs(project))]
            run = known
            if run is None and any(entry.run_dir == current for entry in entries) and current is not None:
                run = ProbeRun(current)
            if run is None:
                return _Seen(entries, None, None)
            fresh = run.refresh() or known is None or unread
            active = any(entry.run_dir == current and entry.phase.is_active for entry in entries)
            if fresh and not due and active and known is not None:
                return _Seen(entries, run, None, unread=True)  # scoring hundreds of photos takes its time
            view = read_view(run) if fresh else None
            if beside is None or (view or shown) is None:
                return _Seen(entries, run, view)
            second = other or ProbeRun(beside)
            if not second.refresh() and joined is not None and view is None:
                return _Seen(entries, run, None, other=second, joint=joined)
            joint = joint_view(view or shown, read_view(second))  # type: ignore[arg-type]
            return _Seen(entries, run, view, other=second, joint=joint)

        return ask

    def _take(self, found: _Seen, *, same: bool) -> None:
        changed = self._adopt(found.entries)
        if same:
            self._run, self._unread = found.run, found.unread
            joined = found.joint is not self.joint and not found.unread
            if not found.unread:
                self._other, self.joint = found.other, found.joint
            if found.view is not None:
                self.view, self._read_at = found.view, time.monotonic()
            if found.view is not None or joined:
                self.story_changed.emit()
        if changed:
            self.runs_changed.emit()

    # ------------------------------------------------------------ acts

    def start(self, spec: ProbeSpec, ids: Sequence[int] | None) -> None:
        """Freezes and starts a new probe of these photos (None: all), in a thread."""
        project = self._session.project
        if project is None or self.starting:
            return
        self._set_starting(starting=True)

        def begin() -> Job:
            from fashion_studio.services.probing.freezing import start_probe  # noqa: PLC0415 - not at start

            return start_probe(project, spec, ids)

        def begun(job: Job) -> None:
            self._set_starting(starting=False)
            if project is self._session.project:
                self.show(job.run_dir)
                self.began.emit(job.run_dir)

        def refused(error: Exception) -> None:
            self._set_starting(starting=False)
            self._session.report(error)

        self._session.bridge.submit(begin, begun, refused, long=True)

    def _set_starting(self, *, starting: bool) -> None:
        self.starting = starting
        self.starting_changed.emit()

    def go_on(self, run_dir: Path) -> None:
        """Lets a cancelled, failed or interrupted probe go on where it was."""
        self._act(run_dir, lambda job: job.restart())

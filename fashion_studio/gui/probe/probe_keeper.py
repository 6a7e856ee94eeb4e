"""Knows the project's probes: follows the one that is shown, starts new ones and lets them go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from fashion_studio.gui.run_watch import RunWatch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PySide6.QtCore import QObject

    from fashion_studio.gui.probe.probe_view import ProbeView
    from fashion_studio.gui.session import Session
    from fashion_studio.jobs.background import Job
    from fashion_studio.probing.records import ProbeSpec
    from fashion_studio.services.probing.run_files import ProbeRun
    from fashion_studio.services.project import Project
    from fashion_studio.services.run_list import RunEntry

__all__ = ["ProbeKeeper"]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one look brought; `view` None where the shown probe has told nothing new."""

    entries: list[RunEntry]
    run: ProbeRun | None
    view: ProbeView | None


class ProbeKeeper(RunWatch):
    """The window's view of all probes.

    Attributes:
        view: the shown probe's results so far; None before the first look.

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
        self._run: ProbeRun | None = None

    def _forget_story(self) -> None:
        self.view, self._run = None, None

    def _question(self, project: Project) -> Callable[[], _Seen]:
        current, known = self.current, self._run

        def ask() -> _Seen:
            from fashion_studio.gui.probe.probe_view import read_view  # noqa: PLC0415 - not at start
            from fashion_studio.services.probing.freezing import probe_jobs  # noqa: PLC0415 - not at start
            from fashion_studio.services.probing.run_files import ProbeRun  # noqa: PLC0415 - not at start
            from fashion_studio.services.run_list import read_run  # noqa: PLC0415 - not at start

            entries = [read_run(job.run_dir) for job in reversed(probe_jobs(project))]
            run = known
            if run is None and any(entry.run_dir == current for entry in entries) and current is not None:
                run = ProbeRun(current)
            fresh = run is not None and (run.refresh() or known is None)
            return _Seen(entries, run, read_view(run) if run is not None and fresh else None)

        return ask

    def _take(self, found: _Seen, *, same: bool) -> None:
        changed = self._adopt(found.entries)
        if same:
            self._run = found.run
            if found.view is not None:
                self.view = found.view
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

"""Freezing a run: every photo is read once, in a thread; it shows how far it is and can be cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from fashion_studio.domain.errors import Cancelled, StudioError
from fashion_studio.gui.components.marks import ProgressBar
from fashion_studio.gui.works import WorkState

if TYPE_CHECKING:
    from pathlib import Path

    from fashion_studio.gui.session import Session
    from fashion_studio.gui.works import Work
    from fashion_studio.learning.run_folder import TrainingChoice
    from fashion_studio.services.project import Project
    from fashion_studio.services.project_training import TrainingData

__all__ = ["RunFreezing"]


class RunFreezing(QObject):
    """One at a time. `done` carries the run's folder; `changed` says that it began or ended."""

    done = Signal(object)
    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._work: Work | None = None
        self.bar = ProgressBar()
        self.bar.hide()

    @property
    def busy(self) -> bool:
        """Whether a run is being frozen."""
        return self._work is not None

    def begin(self, project: Project, data: TrainingData, choice: TrainingChoice, title: str) -> None:
        """Makes a run folder in the project."""
        work = self._session.works.begin("Reading the photos for a training")
        self._work = work
        self.bar.set_share(None)
        self.bar.show()

        def told(done: int, total: int) -> None:
            self._session.bridge.post(lambda: self._progress(work, done, total))

        def freeze() -> Path | None:
            from fashion_studio.services.project_training import prepare_run  # noqa: PLC0415 - not at start

            try:
                return prepare_run(
                    project, data, choice, title=title, on_progress=told, should_stop=work.should_stop
                )
            except Cancelled:
                return None

        ticket = self._session.bridge.submit(
            freeze, lambda run: self._ended(work, run), lambda error: self._failed(work, error), long=True
        )
        work.thread_future = ticket.future

    def _progress(self, work: Work, done: int, total: int) -> None:
        if work.active:
            work.progress(done, total)
            self.bar.set_share(done / total if total else None)

    def _ended(self, work: Work, run_dir: Path | None) -> None:
        work.end(WorkState.CANCELLED if run_dir is None else WorkState.DONE)
        self._rest()
        if run_dir is not None:
            self.done.emit(run_dir)

    def _failed(self, work: Work, error: Exception) -> None:
        if not isinstance(error, StudioError):
            raise error
        work.end(WorkState.FAILED, str(error))
        self._rest()
        self._session.report(error)

    def _rest(self) -> None:
        self._work = None
        self.bar.hide()
        self.changed.emit()

"""Reading every photo of the project in the background: starts the job, follows it, finds it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fashion_studio.domain.queries import UNSET, ItemFilter
from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.gui.photo_jobs import PhotoJobs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtCore import QObject

    from fashion_studio.gui.photo_jobs import TakenIn
    from fashion_studio.gui.session import Session
    from fashion_studio.jobs.background import Job
    from fashion_studio.services.project import Project

__all__ = ["ReadingAll"]


class ReadingAll(PhotoJobs):
    """Results are taken in while the job runs."""

    def __init__(
        self,
        session: Session,
        engine_choice: Callable[[], tuple[Path | None, str]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(session, parent)
        self._choice = engine_choice
        self._wanted = self._looked = False
        session.engine_state_changed.connect(lambda _state: self._start_wanted())

    def start(self) -> None:
        """Lets the model read every photo that it has not read yet."""
        if not self.running:
            self._start(anew=False)

    def start_when_ready(self) -> None:
        """Reads without being asked and without a word when nothing is left: once the engine is up.

        Until then the engine has the processor, and a job that went on without a window is found first.
        """
        self._wanted = True
        self._start_wanted()

    def _start_wanted(self) -> None:
        engine = self._session.engine
        ready = engine is not None and engine.state.phase.value == "ready"
        if self._wanted and self._looked and ready and not self.running:
            self._wanted = False
            self._start(anew=False, told=False)

    def start_anew(self) -> None:
        """Lets another model read every photo again; what is being read by the one before is given up."""
        for work in self._works:
            if work.active:
                work.cancel()
        self._start(anew=True)

    def _start(self, *, anew: bool, told: bool = True) -> None:
        project = self._session.project
        if project is None or project.read_only or not project.count:
            return
        model_dir, device = self._choice()

        def begin() -> Job | None:
            from fashion_studio.services.predicting import predict_project  # noqa: PLC0415 - not at start

            unread = project.ids(None if anew else ItemFilter(by_model={CATEGORY: frozenset({UNSET})}))
            return (
                predict_project(project, unread, model_dir=model_dir, device=device) if len(unread) else None
            )

        self._session.bridge.submit(
            begin, lambda job: self._begun(project, job, told=told), self._session.report
        )

    def _begun(self, project: Project, job: Job | None, *, told: bool) -> None:
        if job is None:
            if told:
                self._session.toast.emit("The model has read every photo", False)
        elif project is self._session.project:
            self._follow(project, job)

    def _find(self) -> None:
        self._wanted = self._looked = False
        super()._find()

    def _open_jobs(self, project: Project) -> list[Job]:
        from fashion_studio.services.predicting import prediction_jobs  # noqa: PLC0415 - not at start

        return prediction_jobs(project)

    def _on_found(self) -> None:
        self._looked = True
        self._start_wanted()

    def _take_in(self, project: Project, run_dir: Path) -> TakenIn:
        from fashion_studio.services.predicting import take_in_predictions  # noqa: PLC0415 - not at start

        return take_in_predictions(project, run_dir)

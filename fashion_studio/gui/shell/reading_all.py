"""Reading every photo of the project in the background: starts the job, follows it, finds it again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from fashion_studio.domain.queries import UNSET, ItemFilter
from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.gui.works import WorkState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fashion_studio.gui.session import Session
    from fashion_studio.gui.works import Work
    from fashion_studio.jobs.background import Job
    from fashion_studio.jobs.worker import JobState
    from fashion_studio.services.project import Project

__all__ = ["ReadingAll"]

_LOOK_S: Final = 0.25


class ReadingAll(QObject):
    """The job is a process of its own and survives the window; results are taken in while it runs."""

    def __init__(
        self,
        session: Session,
        engine_choice: Callable[[], tuple[Path | None, str]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._choice = engine_choice
        self._works: list[Work] = []
        self._wanted = self._looked = False
        session.project_changed.connect(self._find)
        session.engine_state_changed.connect(lambda _state: self._start_wanted())

    @property
    def running(self) -> bool:
        """Whether photos are being read now."""
        return any(work.active for work in self._works)

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
        """Jobs that went on while no window was open."""
        self._works = []
        self._wanted = self._looked = False
        project = self._session.project
        if project is None or project.read_only:
            return

        def look() -> list[Job]:
            from fashion_studio.services.predicting import prediction_jobs  # noqa: PLC0415 - not at start

            return prediction_jobs(project)

        def found(jobs: list[Job]) -> None:
            for job in jobs if project is self._session.project else []:
                self._follow(project, job)
            self._looked = True
            self._start_wanted()

        self._session.bridge.submit(look, found, self._session.report, lane="jobs")

    def _follow(self, project: Project, job: Job) -> None:
        session = self._session
        work = session.works.begin(job.spec.title, can_pause=True, survives=True)
        work.detail = "starts"
        self._works = [known for known in self._works if known.active] + [work]
        work.pause_asked.connect(lambda pausing: self._pause(job, pausing=pausing))
        work.cancel_asked.connect(job.cancel)

        def tell(state: JobState, failed: int) -> None:
            session.bridge.post(lambda: _show(work, state, failed))

        ticket = session.bridge.submit(
            lambda: _take_in(project, job, work, tell),
            lambda state: _end(work, state),
            lambda error: work.end(WorkState.FAILED, str(error)),
            long=True,
        )
        work.thread_future = ticket.future

    def _pause(self, job: Job, *, pausing: bool) -> None:
        from fashion_studio.jobs.worker import JobPhase  # noqa: PLC0415 - not at start

        if pausing:
            job.pause()
        elif job.state().phase is JobPhase.INTERRUPTED:
            job.restart()
        else:
            job.resume()


def _take_in(
    project: Project, job: Job, work: Work, tell: Callable[[JobState, int], None]
) -> JobState | None:
    """In a thread: brings results into the project until the job has ended; None when it is let go of."""
    from fashion_studio.jobs.worker import JobPhase  # noqa: PLC0415 - not at start
    from fashion_studio.services.predicting import take_in_predictions  # noqa: PLC0415 - not at start

    failed = 0
    while not work.released():
        state = job.state()
        taken = take_in_predictions(project, job.run_dir)
        failed += len(taken.failed)
        tell(state, failed)
        # An interrupted job waits for the person: it can go on or be given up.
        if taken.complete and (state.phase is not JobPhase.INTERRUPTED or work.should_stop()):
            return state
        time.sleep(_LOOK_S)
    return None


def _show(work: Work, state: JobState, failed: int) -> None:
    if not work.active:
        return
    phases = {"paused": WorkState.PAUSED, "interrupted": WorkState.PAUSED, "waiting": WorkState.WAITING}
    work.state = phases.get(state.phase.value, WorkState.RUNNING)
    skipped = f", {failed:,} could not be read" if failed else ""
    text = "interrupted, can go on" if state.phase.value == "interrupted" else state.text
    work.progress(state.done, state.total, f"{text}{skipped}")


def _end(work: Work, state: JobState | None) -> None:
    if state is None:
        return
    ends = {"done": WorkState.DONE, "cancelled": WorkState.CANCELLED}
    work.end(ends.get(state.phase.value, WorkState.FAILED), state.text)

"""Jobs that go through photos of the project: followed, paused, cancelled, let go of and found again."""

from __future__ import annotations

import time
from abc import abstractmethod
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QObject

from fashion_studio.gui.works import WorkState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from fashion_studio.gui.session import Session
    from fashion_studio.gui.works import Work
    from fashion_studio.jobs.background import Job
    from fashion_studio.jobs.worker import JobState
    from fashion_studio.services.project import Project

__all__ = ["PhotoJobs", "TakenIn"]

_LOOK_S: Final = 0.25


class TakenIn(Protocol):
    """What one look at a job's results brought into the project."""

    @property
    def failed(self) -> Sequence[tuple[int, str]]:
        """Photos the job could not do, (id, reason)."""

    @property
    def complete(self) -> bool:
        """Whether the job has ended and nothing is left to take in."""


class PhotoJobs(QObject):
    """A job is a process of its own and survives the window; its results are taken in by a thread of it.

    A kind of job says how its open jobs are found, and how their results are taken in.
    """

    left_out_words = "could not be read"

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._works: list[Work] = []
        session.project_changed.connect(self._find)

    @property
    def running(self) -> bool:
        """Whether a job of this kind goes on now."""
        return any(work.active for work in self._works)

    # --- what a kind of job adds

    @abstractmethod
    def _open_jobs(self, project: Project) -> list[Job]:
        """In a thread: jobs with something still to come."""

    @abstractmethod
    def _take_in(self, project: Project, run_dir: Path) -> TakenIn:
        """In a thread: brings what is there into the project."""

    def _on_found(self) -> None:
        """Jobs that went on while no window was open are followed now."""

    def _on_ended(self, work: Work, taken: TakenIn) -> None:
        """A job has ended; `taken` is what the last look brought."""

    # --- following

    def _find(self) -> None:
        """Jobs that went on while no window was open."""
        self._works = []
        project = self._session.project
        if project is None or project.read_only:
            return

        def found(jobs: list[Job]) -> None:
            for job in jobs if project is self._session.project else []:
                self._follow(project, job)
            self._on_found()

        lane = f"jobs.{type(self).__name__}"
        self._session.bridge.submit(lambda: self._open_jobs(project), found, self._session.report, lane=lane)

    def _follow(self, project: Project, job: Job) -> None:
        session = self._session
        work = session.works.begin(job.spec.title, can_pause=True, survives=True)
        work.detail = "starts"
        self._works = [known for known in self._works if known.active] + [work]
        work.pause_asked.connect(lambda pausing: _pause(job, pausing=pausing))
        work.cancel_asked.connect(job.cancel)

        def tell(state: JobState, failed: int) -> None:
            left_out = f", {failed:,} {self.left_out_words}" if failed else ""
            session.bridge.post(lambda: _show(work, state, left_out))

        def ended(outcome: tuple[JobState, TakenIn] | None) -> None:
            if outcome is not None:
                _end(work, outcome[0])
                self._on_ended(work, outcome[1])

        ticket = session.bridge.submit(
            lambda: self._watch(project, job, work, tell),
            ended,
            lambda error: work.end(WorkState.FAILED, str(error)),
            long=True,
        )
        work.thread_future = ticket.future

    def _watch(
        self, project: Project, job: Job, work: Work, tell: Callable[[JobState, int], None]
    ) -> tuple[JobState, TakenIn] | None:
        """In a thread: takes results in until the job has ended; None when it is let go of."""
        from fashion_studio.jobs.worker import JobPhase  # noqa: PLC0415 - not at start

        failed = 0
        while not work.released():
            state = job.state()
            taken = self._take_in(project, job.run_dir)
            failed += len(taken.failed)
            tell(state, failed)
            # An interrupted job waits for the person: it can go on or be given up.
            if taken.complete and (state.phase is not JobPhase.INTERRUPTED or work.should_stop()):
                return state, taken
            time.sleep(_LOOK_S)
        return None


def _pause(job: Job, *, pausing: bool) -> None:
    from fashion_studio.jobs.worker import JobPhase  # noqa: PLC0415 - not at start

    if pausing:
        job.pause()
    elif job.state().phase is JobPhase.INTERRUPTED:
        job.restart()
    else:
        job.resume()


def _show(work: Work, state: JobState, left_out: str) -> None:
    if not work.active:
        return
    phases = {"paused": WorkState.PAUSED, "interrupted": WorkState.PAUSED, "waiting": WorkState.WAITING}
    work.state = phases.get(state.phase.value, WorkState.RUNNING)
    text = "interrupted, can go on" if state.phase.value == "interrupted" else state.text
    work.progress(state.done, state.total, f"{text}{left_out}")


def _end(work: Work, state: JobState) -> None:
    ends = {"done": WorkState.DONE, "cancelled": WorkState.CANCELLED}
    work.end(ends.get(state.phase.value, WorkState.FAILED), state.text)

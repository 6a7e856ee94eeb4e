"""Undo and redo of the project: at once, or where they change very much as work beside the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from fashion_studio.domain.errors import Cancelled, StudioError
from fashion_studio.gui.works import WorkState

if TYPE_CHECKING:
    from collections.abc import Callable

    from fashion_studio.domain.queries import Changes
    from fashion_studio.gui.session import Session
    from fashion_studio.gui.works import Work
    from fashion_studio.services.project import Project

__all__ = ["MANY", "Reverting"]

MANY: Final = 2_000
"""Labels that are taken back in less than a tenth of a second; more of them are taken back in a thread."""


class Reverting(QObject):
    """Takes operations of the session's project back and makes them again."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._work: Work | None = None
        session.project_changed.connect(self._forget)

    def undo(self) -> Changes | None:
        """Takes the last operation back; None too where it is done in a thread."""
        project = self._session.project
        if project is None or self.refuses():
            return None
        if project.undo_size() <= MANY and not project.is_writing:
            return self._told(self._session.perform(project.undo, toast=False))
        self._begin(project, f"Undoing “{project.undo_status().undo_title}”", project.undo)
        return None

    def redo(self) -> Changes | None:
        """Makes the last undone operation again; None too where it is done in a thread."""
        project = self._session.project
        if project is None or self.refuses():
            return None
        if project.redo_size() <= MANY and not project.is_writing:
            return self._told(self._session.perform(project.redo, toast=False))
        self._begin(project, f"Redoing “{project.undo_status().redo_title}”", project.redo)
        return None

    def refuses(self) -> bool:
        """Whether nothing can be written now, because much is being taken back; the person is then told."""
        if self._work is None:
            return False
        self._session.problem.emit(
            f"{self._work.title} is still under way, so this was not saved. Wait for its end, or cancel it."
        )
        return True

    def _told(self, changes: Changes | None) -> Changes | None:
        if changes is not None and changes.item_ids:
            self._session.reverted.emit(changes)
        return changes

    def _begin(self, project: Project, title: str, act: Callable[..., Changes | None]) -> None:
        session = self._session
        work = self._work = session.works.begin(title)

        def told(done: int, total: int) -> None:
            session.bridge.post(lambda: work.progress(done, total) if work.active else None)

        def guarded() -> Changes | Cancelled | None:
            try:
                return act(on_progress=told, should_stop=work.should_stop)
            except Cancelled as cancelled:
                return cancelled

        def ended(outcome: Changes | Cancelled | None) -> None:
            self._end(work, outcome)

        ticket = session.bridge.submit(guarded, ended, lambda error: self._failed(work, error), long=True)
        work.thread_future = ticket.future

    def _end(self, work: Work, outcome: Changes | Cancelled | None) -> None:
        if not self._is_over(work):
            return
        if isinstance(outcome, Cancelled):
            work.end(WorkState.CANCELLED, "Cancelled; nothing was changed.")
            return
        count = 0 if outcome is None else len(outcome.item_ids)
        work.end(WorkState.DONE, "1 photo changed." if count == 1 else f"{count:,} photos changed.")
        self._told(outcome)

    def _failed(self, work: Work, error: Exception) -> None:
        if not isinstance(error, StudioError):
            raise error
        if self._is_over(work):
            work.end(WorkState.FAILED, str(error))
            self._session.report(error)
            self._session.saved_changed.emit()

    def _is_over(self, work: Work) -> bool:
        """Frees the way for the next; False where the project is closed and nobody waits any more."""
        is_ours = self._work is work
        if is_ours:
            self._work = None
        return is_ours and work.active

    def _forget(self) -> None:
        self._work = None

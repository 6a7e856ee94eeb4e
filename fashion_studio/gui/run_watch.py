"""Follows runs of one kind: looks at them in a thread, tells the window's list of work, pauses and ends them.

A run is a process of its own with a folder; nothing here waits for it. Looking goes on while something runs
or waits, about twice a second while its room is on the screen and more seldom while it is not.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from fashion_studio.gui.works import WorkState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from fashion_studio.gui.session import Session
    from fashion_studio.gui.works import Work
    from fashion_studio.jobs.background import Job
    from fashion_studio.services.project import Project
    from fashion_studio.services.run_list import RunEntry

__all__ = ["WORK_STATES", "RunWatch"]

_LOOK_MS: Final = 500
_LOOK_HIDDEN_MS: Final = 1500

WORK_STATES: Final[dict[str, WorkState]] = {
    "starting": WorkState.RUNNING,
    "running": WorkState.RUNNING,
    "paused": WorkState.PAUSED,
    "interrupted": WorkState.FAILED,
    "finished": WorkState.DONE,
    "cancelled": WorkState.CANCELLED,
    "failed": WorkState.FAILED,
    "queued": WorkState.WAITING,
    "prepared": WorkState.CANCELLED,
}


class RunWatch(QObject):
    """What all keepers of runs share. A kind of run says what is asked in the thread and what it brings.

    Attributes:
        entries: all runs, the newest first.
        current: the run that is shown.
        known: whether the first look at this project has brought something.

    Signals:
        runs_changed: `entries` are others.
        story_changed: the shown run has told something, or another run is shown.
    """

    runs_changed = Signal()
    story_changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.entries: list[RunEntry] = []
        self.current: Path | None = None
        self.known = False
        self._turn = 0
        self._looking = False
        self._again = False
        self._visible = False
        self._works: dict[Path, Work] = {}
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.look)
        session.project_changed.connect(self._on_project)

    # ------------------------------------------------------------ what a kind of run adds

    @abstractmethod
    def _question(self, project: Project) -> Callable[[], Any]:
        """What is asked in a thread; must not touch this object there."""

    @abstractmethod
    def go_on(self, run_dir: Path) -> None:
        """Starts a run that waits or was stopped."""

    @abstractmethod
    def _take(self, found: Any, *, same: bool) -> None:
        """What it brought; `same` says that no other run has been shown meanwhile."""

    def _forget_story(self) -> None:
        """Another run is shown, or none."""

    def _wants_more(self) -> bool:
        """Whether to look again although nothing runs or waits."""
        return False

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
        self.current = run_dir
        self._turn += 1  # what is asked for the run before says nothing of this story, be it the same run
        self._forget_story()

    def _on_project(self) -> None:
        self._soon.stop()
        self.entries, self.known = [], False
        self._follow(None)
        self._works = {}
        self.runs_changed.emit()
        self.story_changed.emit()
        if self._session.project is not None:
            self._soon.start(self._pause_ms)  # photos come first

    @property
    def _pause_ms(self) -> int:
        return _LOOK_MS if self._visible else _LOOK_HIDDEN_MS

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
        turn = self._turn

        def seen(found: Any) -> None:
            self._looking = False
            if project is not self._session.project:
                self.look()
                return
            self._take(found, same=turn == self._turn)
            lively = any(entry.phase.is_active or entry.queued_at for entry in self.entries)
            if self._again or turn != self._turn:
                self.look()
            elif lively or self._wants_more():
                self._soon.start(self._pause_ms)

        def failed(error: Exception) -> None:
            self._looking = False
            if project is self._session.project:
                self._session.report(error)

        self._session.bridge.submit(self._question(project), seen, failed)

    def _adopt(self, entries: Sequence[RunEntry]) -> bool:
        """Takes over how all runs stand; whether anything is another than before."""
        changed = not self.known or list(entries) != self.entries
        self.entries, self.known = list(entries), True
        self._tell_works()
        return changed

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

    def toggle_pause(self) -> None:
        """Lets the shown run rest, go on, or start."""
        entry = self.entry
        if entry is None:
            return
        if entry.phase.is_active:
            self.pause(entry.run_dir, pausing=entry.phase.value != "paused")
        elif entry.phase.can_go_on:
            self.go_on(entry.run_dir)

    def cancel(self, run_dir: Path) -> None:
        """Ends a run at its next checkpoint; what is finished stays."""
        self._act(run_dir, lambda job: job.cancel() if job.state().phase.is_active else None)

    def _act(self, run_dir: Path, act: Callable[[Job], object]) -> None:
        def run() -> None:
            from fashion_studio.jobs.background import Job  # noqa: PLC0415 - not at start

            act(Job(run_dir))

        self._session.bridge.submit(run, lambda _none: self.look(), self._session.report)

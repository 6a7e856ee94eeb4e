"""Long work the window knows of: what it is, how far it is, how to pause or end it."""

from __future__ import annotations

import threading
import time
from concurrent.futures import wait
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = ["Work", "WorkState", "Works"]

_PATIENCE_S: Final = 15.0


class WorkState(StrEnum):
    """Where a piece of work stands."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Work(QObject):
    """One piece of long work. Threads read `should_stop` and call nothing else; the window calls the rest.

    Attributes:
        survives: done by a process of its own that goes on when the window lets go of it.
        thread_future: ends when the window's thread that does or follows the work has ended.
    """

    changed = Signal()
    pause_asked = Signal(bool)
    cancel_asked = Signal()

    def __init__(
        self, title: str, *, can_pause: bool = False, survives: bool = False, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.survives = survives
        self.thread_future: Future[Any] | None = None
        self.title = title
        self.detail = ""
        self.figure = ""
        self.done = 0
        self.total = 0
        self.state = WorkState.RUNNING
        self.can_pause = can_pause
        self.started_at = time.time()
        self.ended_at: float | None = None
        self._stop = threading.Event()
        self._released = threading.Event()

    @property
    def active(self) -> bool:
        """Not ended yet."""
        return self.state in {WorkState.WAITING, WorkState.RUNNING, WorkState.PAUSED}

    def should_stop(self) -> bool:
        """Whether the person has asked for its end; safe from any thread."""
        return self._stop.is_set()

    def hold(self, seconds: float) -> None:
        """Waits in a thread before the work begins, unless its end is asked for."""
        self._stop.wait(seconds)

    def released(self) -> bool:
        """Whether the window has let go of work that goes on without it; safe from any thread."""
        return self._released.is_set()

    def progress(self, done: int, total: int, detail: str = "") -> None:
        """Says how far it is; total 0 means not known."""
        self.done, self.total = done, total
        if detail:
            self.detail = detail
        self.changed.emit()

    def end(self, state: WorkState, detail: str = "") -> None:
        """Says that and how it has ended."""
        self.state = state
        self.ended_at = time.time()
        if detail:
            self.detail = detail
        self.changed.emit()

    def cancel(self) -> None:
        """Asks for its end."""
        self._stop.set()
        self.cancel_asked.emit()

    def let_go(self) -> None:
        """The project is being closed: what survives is only followed no longer, the rest is cancelled."""
        if self.survives:
            self._released.set()
        else:
            self.cancel()

    def toggle_pause(self) -> None:
        """Asks for a pause, or for going on."""
        if not self.can_pause or not self.active:
            return
        pausing = self.state is not WorkState.PAUSED
        self.state = WorkState.PAUSED if pausing else WorkState.RUNNING
        self.pause_asked.emit(pausing)
        self.changed.emit()


class Works(QObject):
    """All long work since the window opened, the newest first.

    Work of a second or two passes by: the status bar shows it, and no list keeps it.

    Signals:
        changed: of the long work, any piece.
        passing_changed: of what passes by.
    """

    changed = Signal()
    passing_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._works: list[Work] = []
        self._passing: Work | None = None

    def begin(self, title: str, *, can_pause: bool = False, survives: bool = False) -> Work:
        """Adds a piece of running work."""
        work = Work(title, can_pause=can_pause, survives=survives, parent=self)
        work.changed.connect(self.changed)
        self._works.insert(0, work)
        self.changed.emit()
        return work

    @property
    def passing(self) -> Work | None:
        """What passes by now."""
        return self._passing

    def begin_passing(self, title: str) -> Work:
        """Adds work of a second or two, in place of any such before; `end` takes it away."""
        if self._passing is not None:
            self._passing.end(WorkState.DONE)
        work = self._passing = Work(title, parent=self)
        work.changed.connect(lambda: self._on_passing(work))
        self.passing_changed.emit()
        return work

    def _on_passing(self, work: Work) -> None:
        if not work.active and self._passing is work:
            self._passing = None
            work.deleteLater()
        self.passing_changed.emit()

    def all(self) -> list[Work]:
        """The newest first."""
        return list(self._works)

    def active(self) -> list[Work]:
        """What has not ended."""
        return [work for work in self._works if work.active]

    def forget(self, work: Work) -> None:
        """Takes a piece of ended work off the list."""
        if not work.active and work in self._works:
            self._works.remove(work)
            work.deleteLater()
            self.changed.emit()

    def let_go(self) -> None:
        """Ends or lets go of everything and waits until no thread works on the project any more."""
        active = self.active()
        for work in active:
            work.let_go()
        threads = [work.thread_future for work in active if work.thread_future is not None]
        if threads:
            wait(threads, timeout=_PATIENCE_S)
        for work in active:
            if work.active:
                work.end(WorkState.WAITING if work.survives else WorkState.CANCELLED)
        self._works = [work for work in self._works if not work.survives]
        self.changed.emit()

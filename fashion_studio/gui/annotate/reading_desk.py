"""Asks the engine for the photo on the screen and its neighbours, and puts what it says beside the labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from fashion_studio.domain.errors import EnvironmentProblem, StudioError
from fashion_studio.gui.annotate.heat_choice import model_heads
from fashion_studio.jobs.engine_client import EnginePhase, Priority

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from fashion_studio.domain.predictions import Prediction, Reading
    from fashion_studio.domain.queries import Item
    from fashion_studio.gui.annotate.heat_choice import ModelHeads
    from fashion_studio.gui.session import Session
    from fashion_studio.services.project import Project

__all__ = ["ReadingDesk"]

_ASK_AFTER_MS: Final = 40
"""While photos fly by nothing is asked; a glance is enough for it."""
_STORE_AFTER_MS: Final = 250


class ReadingDesk(QObject):
    """Readings of the current photo and of those around it.

    Signals:
        read: id and reading of a photo, the one on the screen or one that may come next.
        arrived: id of a photo whose reading is here now.
        refused: id, and the reason why the model cannot read this photo.
    """

    read = Signal(int, object)
    arrived = Signal(int)
    refused = Signal(int, str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._item: Item | None = None
        self._around: tuple[int, ...] = ()
        self._reasons: dict[int, str] = {}
        self._unstored: dict[int, Prediction] = {}
        self._followed: set[int] = set()
        self._paths: dict[int, Path] = {}
        self._ask = _timer(self, _ASK_AFTER_MS, self._ask_now)
        self._store = _timer(self, _STORE_AFTER_MS, self.store_now)

    @property
    def is_away(self) -> bool:
        """Whether no answer can be expected now: no engine, or it is starting again."""
        engine = self._session.engine
        return engine is None or engine.state.phase in {EnginePhase.OFF, EnginePhase.RESTARTING}

    @property
    def heads(self) -> ModelHeads:
        """The order of the model's maps."""
        return model_heads(self._session)

    def reading(self, item: Item) -> Reading | None:
        """What is here of a photo, with maps; never waits."""
        engine = self._session.engine
        return engine.cached(item.path) if engine is not None else None

    def reading_ahead(self, item_id: int) -> Reading | None:
        """What is here of a photo that was asked for ahead."""
        engine, path = self._session.engine, self._paths.get(item_id)
        return engine.cached(path) if engine is not None and path is not None else None

    def reason(self, item_id: int) -> str:
        """Why the model could not read a photo; empty when it could, or has not tried."""
        return self._reasons.get(item_id, "")

    def look_at(self, item: Item | None, around: Sequence[int]) -> None:
        """The photo on the screen now, and those to be read ahead, the nearest first."""
        self._item, self._around = item, tuple(around)
        if item is None:
            self._ask.stop()
        else:
            self._ask.start()

    def ask_again(self) -> None:
        """After the engine came back."""
        self._reasons.clear()
        if self._item is not None:
            self._ask_now()

    def _ask_now(self) -> None:
        engine, project, item = self._session.engine, self._session.project, self._item
        if engine is None or project is None or item is None or self.is_away:
            return
        around = self._around
        wanted = item.row.id
        if engine.cached(item.path) is None and item.row.failure is None and not item.row.missing:
            self._follow(project, wanted, engine.read(item.path, priority=Priority.SHOWN))

        def look_up() -> list[tuple[int, Path]]:
            return [(item_id, project.path(item_id)) for item_id in around]

        def ask_ahead(paths: list[tuple[int, Path]]) -> None:
            if self._item is not item or self.is_away:
                return
            engine.cancel_pending(keep={item.path, *(path for _, path in paths)})
            for item_id, path in paths:
                self._paths[item_id] = path
                if engine.cached(path) is None:
                    self._follow(project, item_id, engine.read(path, priority=Priority.AHEAD))

        self._session.bridge.submit(look_up, ask_ahead, self._ignore, lane="annotate.ahead")

    def _ignore(self, error: Exception) -> None:
        """A photo may leave the project between two questions; the next question no longer names it."""
        if not isinstance(error, StudioError):
            raise error

    def _follow(self, project: Project, item_id: int, future: Future[Reading]) -> None:
        if item_id in self._followed:
            return
        self._followed.add(item_id)

        def done(reading: Reading) -> None:
            self._followed.discard(item_id)
            if project is self._session.project:
                self._take(item_id, reading)

        def failed(error: Exception) -> None:
            self._followed.discard(item_id)
            if project is self._session.project:
                self._take_failure(item_id, error)

        future.add_done_callback(
            lambda ended: (
                self._session.bridge.post(lambda: self._followed.discard(item_id))
                if ended.cancelled()
                else None
            )
        )
        self._session.bridge.follow(future, done, failed)

    def _take(self, item_id: int, reading: Reading) -> None:
        self._reasons.pop(item_id, None)
        self._unstored[item_id] = reading.prediction
        self._store.start()
        self.read.emit(item_id, reading)
        self.arrived.emit(item_id)

    def _take_failure(self, item_id: int, error: Exception) -> None:
        if not isinstance(error, StudioError):
            raise error
        if isinstance(error, EnvironmentProblem):
            return  # the engine itself; its state tells
        reason = getattr(error, "reason", str(error))
        self._reasons[item_id] = reason
        self.refused.emit(item_id, reason)

    def store_now(self) -> None:
        """Writes the predictions that have come in, in a thread of the window."""
        self._store.stop()
        project = self._session.project
        engine = self._session.engine
        batch = [(item_id, prediction) for item_id, prediction in self._unstored.items()]
        self._unstored.clear()
        if project is None or not batch or project.read_only:
            return

        def write() -> None:
            outdated = "" if engine is None else engine.outdated  # heads were exchanged since it was read
            fresh = [
                (i, prediction)
                for i, prediction in batch
                if prediction.model != outdated and not prediction.repeats(project.item(i).prediction)
            ]
            if fresh:
                project.put_predictions(fresh)

        self._session.bridge.submit(write, None, self._session.report)

    def store_before(self, item_id: int) -> None:
        """Makes sure that what is shown of a photo is stored, before something is taken from it."""
        project, prediction = self._session.project, self._unstored.pop(item_id, None)
        if project is not None and prediction is not None:
            project.put_predictions([(item_id, prediction)])

    def drop(self) -> None:
        """Another project: what is under way belongs to the last one."""
        self._ask.stop()
        self._store.stop()
        self._item, self._around = None, ()
        self._unstored.clear()
        self._reasons.clear()
        self._followed.clear()
        self._paths.clear()


def _timer(parent: QObject, interval_ms: int, run: object) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(interval_ms)
    timer.timeout.connect(run)
    return timer

"""Asks the engine for edited pictures; the newest question wins, and nobody waits for an answer.

One preview is under way at a time, and while it is, only the newest of all further wishes is remembered: a
slider that moves for seconds gets pictures all the way. What the reading model says, and the grid of values,
are asked for when the picture has come to rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from fashion_studio.domain.errors import EnvironmentProblem, StudioError
from fashion_studio.gui.canvas.photo_image import build_photo_image
from fashion_studio.jobs.engine_client import EnginePhase

if TYPE_CHECKING:
    from concurrent.futures import Future

    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.domain.edits import EditGrid, EditPreview, EditStack, EditStep, GeneratorFacts
    from fashion_studio.domain.predictions import Reading
    from fashion_studio.domain.queries import Item
    from fashion_studio.gui.canvas.photo_image import PhotoImage
    from fashion_studio.gui.session import Session

__all__ = ["EditDesk", "Shown"]

_REST_MS: Final = 220
_GRID_PX: Final = 192
_LEAST_PX, _MOST_PX = 384, 2048
_LANES: Final = ("edit.preview", "edit.picture", "edit.reading", "edit.grid", "edit.facts")


@dataclass(frozen=True, slots=True)
class Shown:
    """A preview and its picture, ready to be painted."""

    preview: EditPreview
    picture: PhotoImage


@dataclass(frozen=True, slots=True)
class _Wish:
    item: Item
    stack: EditStack
    fitted_px: tuple[int, int]
    size_px: int
    outlined: int | None


class EditDesk(QObject):
    """Questions and answers for the photo on the screen.

    Signals:
        facts_changed: a generator is there, or it is known why not.
        shown: a `Shown` of the newest stack.
        refused: one sentence: why the newest stack could not be computed.
        read: a `Reading` of the result, and the stack it is of.
        grid_value: a value and its picture; grid_ended: a sentence, empty when all is well.
        waiting_changed: something is under way, or nothing is any more.
    """

    facts_changed = Signal()
    shown = Signal(object)
    refused = Signal(str)
    read = Signal(object, object)
    grid_value = Signal(str, object)
    grid_ended = Signal(str)
    waiting_changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.facts: GeneratorFacts | None = None
        self.no_generator = ""
        self._asked: _Wish | None = None
        self._newest: _Wish | None = None
        self._grid: tuple[Item, EditStack, EditStep] | None = None
        self._grid_number = 0
        self._grid_future: Future[EditGrid] | None = None
        self._unread: _Wish | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._ask_at_rest)
        session.engine_state_changed.connect(lambda _state: self._on_engine())
        session.project_changed.connect(self.forget)

    # --- the engine

    @property
    def phase(self) -> EnginePhase:
        """Where the engine stands."""
        engine = self._session.engine
        return engine.state.phase if engine is not None else EnginePhase.OFF

    @property
    def is_waiting(self) -> bool:
        """Whether a picture is under way."""
        return self._asked is not None

    @property
    def is_filling(self) -> bool:
        """Whether a grid is under way, or will be."""
        return self._grid is not None

    def ask_facts(self) -> None:
        """Which edits are there; again after an engine came, or a generator."""
        engine = self._session.engine
        if engine is None or self.phase is not EnginePhase.READY:
            self.facts_changed.emit()
            return
        self._follow(engine.editing.facts(), self._take_facts, self._no_facts, "edit.facts")

    def _take_facts(self, facts: GeneratorFacts) -> None:
        self.facts, self.no_generator = facts, ""
        self.facts_changed.emit()

    def _no_facts(self, error: Exception) -> None:
        if not isinstance(error, StudioError):
            raise error
        if isinstance(error, EnvironmentProblem):
            return  # the engine itself; its state tells
        self.facts, self.no_generator = None, str(error)
        self.facts_changed.emit()

    def _on_engine(self) -> None:
        if self.phase is EnginePhase.READY:
            self.ask_facts()
        else:
            self.facts_changed.emit()

    def forget(self) -> None:
        """Another photo, or none: nothing that is under way is of use."""
        self._rest.stop()
        self._asked = self._newest = self._unread = self._grid = None
        self._grid_number += 1
        for lane in _LANES:
            if lane != "edit.facts":
                self._session.bridge.forget(lane)
        engine = self._session.engine
        if engine is not None and self.facts is not None:
            engine.editing.cancel()
        self.waiting_changed.emit()

    # --- pictures

    def show(
        self,
        item: Item,
        stack: EditStack,
        fitted_px: tuple[int, int],
        zoom: float,
        *,
        outlined: int | None = None,
    ) -> None:
        """The stack that is to be seen now.

        Args:
            item: the photo.
            stack: what is done to it; what comes of it is read by the model where a step is active.
            fitted_px: device pixels of the fitted photo.
            zoom: device pixels per image pixel; a closer look asks for a larger picture.
            outlined: place of a step whose region is wanted although it does nothing.
        """
        long_side = max(item.row.width_px, item.row.height_px, 1)
        closer = round(long_side * zoom)
        size = min(max(*fitted_px, min(closer, long_side), _LEAST_PX), _MOST_PX)
        self._newest = _Wish(item, stack, fitted_px, size, outlined)
        self._rest.stop()
        if not stack.active:
            self._unread = None
            self._session.bridge.forget("edit.reading")
        if self._asked is None or self._asked.item.row.id != item.row.id:
            self._ask_newest()

    def _ask_newest(self) -> None:
        engine, wish = self._session.engine, self._newest
        if engine is None or wish is None or self.facts is None:
            return
        self._asked, self._newest = wish, None
        self.waiting_changed.emit()
        future = engine.editing.preview(
            wish.item.path, wish.stack, size_px=wish.size_px, outlined=wish.outlined
        )
        future.add_done_callback(lambda ended: self._on_taken_back(wish) if ended.cancelled() else None)
        self._follow(future, lambda preview: self._take(wish, preview), self._fail_preview, "edit.preview")

    def _on_taken_back(self, wish: _Wish) -> None:
        """In any thread: somebody else has cancelled it; what is wanted now is asked for."""
        self._session.bridge.post(lambda: self._answered() if self._asked is wish else None)

    def _take(self, wish: _Wish, preview: EditPreview) -> None:
        size = (wish.item.row.width_px, wish.item.row.height_px)

        def built(picture: PhotoImage) -> None:
            self.shown.emit(Shown(preview, picture))

        self._session.bridge.submit(
            lambda: build_photo_image(preview.image, size, wish.fitted_px), built, lane="edit.picture"
        )
        self._unread = wish if wish.stack.active else None
        self._answered()

    def _answered(self) -> None:
        self._asked = None
        if self._newest is not None:
            self._ask_newest()
        else:
            self._rest.start()
            self.waiting_changed.emit()

    def _fail_preview(self, error: Exception) -> None:
        if not isinstance(error, StudioError):
            raise error
        self._answered()
        self.refused.emit(str(error))

    # --- at rest

    def want_grid(self, item: Item, stack: EditStack, step: EditStep) -> None:
        """Every value of the step's attribute, once the picture has come to rest."""
        self._grid = (item, stack, step)
        self._grid_number += 1
        if self._asked is None:
            self._rest.start()
        self.waiting_changed.emit()

    def cancel_grid(self) -> None:
        """The values that are not here yet do not come; those that are stay."""
        future, self._grid_future = self._grid_future, None
        self._grid = None
        self._grid_number += 1
        self._session.bridge.forget("edit.grid")
        if future is not None:
            future.cancel()
        self.grid_ended.emit("")
        self.waiting_changed.emit()

    def _read_result(self, item: Item, stack: EditStack) -> None:
        engine = self._session.engine
        if engine is None:
            return

        def done(reading: Reading) -> None:
            self.read.emit(reading, stack)

        self._follow(engine.editing.reading(item.path, stack), done, self._ignore, "edit.reading")

    def _ask_at_rest(self) -> None:
        engine, grid, unread = self._session.engine, self._grid, self._unread
        if engine is None or self.facts is None:
            return
        if unread is not None:
            self._unread = None
            self._read_result(unread.item, unread.stack)
        if grid is None:
            return
        item, stack, step = grid
        number = self._grid_number

        def came(value: str, image: NDArray[np.uint8]) -> None:
            self._session.bridge.post(lambda: self._fill(number, value, image))

        future = self._grid_future = engine.editing.grid(
            item.path, stack, step, size_px=_GRID_PX, on_value=came
        )
        self._follow(future, lambda found: self._end_grid(number, found), self._fail_grid, "edit.grid")

    def _fill(self, number: int, value: str, image: NDArray[np.uint8]) -> None:
        if number == self._grid_number:
            self.grid_value.emit(value, image)

    def _end_grid(self, number: int, found: EditGrid) -> None:
        if number == self._grid_number:
            self._grid = None
            for value, image in found.images.items():
                self.grid_value.emit(value, image)
            self.grid_ended.emit(found.problem)
            self.waiting_changed.emit()

    def _fail_grid(self, error: Exception) -> None:
        self._ignore(error)
        self._grid = None
        self.grid_ended.emit(str(error))
        self.waiting_changed.emit()

    def _ignore(self, error: Exception) -> None:
        """The preview says what is wrong with the photo, the engine's state what is wrong with it."""
        if not isinstance(error, StudioError):
            raise error

    def _follow(self, future: Future[Any], done: Any, failed: Any, lane: str) -> None:
        self._session.bridge.follow(future, done, failed, lane=lane)

"""The edits of the photo on the screen: every act on the stack, kept in the project's journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from fashion_studio.domain.edits import DEFAULT_THRESHOLDS, EditRegion, EditStack, EditStep, PaintedMask
from fashion_studio.domain.errors import StudioError
from fashion_studio.gui.edit.wording import region_title, step_title

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.domain.edits import RegionKind
    from fashion_studio.domain.queries import Changes, Item
    from fashion_studio.gui.session import Session

__all__ = ["StackKeeper"]

_SETTLE_MS: Final = 450


class StackKeeper(QObject):
    """One stack, one current step (-1: the next value becomes a new one).

    Sliders change the stack at once and are kept as one operation when they have come to rest; everything
    else is an operation of its own, so that undo goes step by step, strokes of the brush included.

    Signals:
        photo_changed: another photo, or none.
        stack_changed: another stack (of the same photo), whoever changed it.
        current_changed: another step is open.
    """

    photo_changed = Signal()
    stack_changed = Signal()
    current_changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._item: Item | None = None
        self._stack = EditStack()
        self._kept = EditStack()
        self._current = -1
        self._next_region: RegionKind | None = None
        self._title = self._sliding = ""
        self.problem = ""
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self.flush)
        session.changed.connect(self._on_change)

    # --- what is open

    @property
    def item(self) -> Item | None:
        """The photo."""
        return self._item

    @property
    def stack(self) -> EditStack:
        """Its edits as they are on the screen."""
        return self._stack

    @property
    def current(self) -> int:
        """Place of the open step, -1 for none."""
        return self._current

    @property
    def step(self) -> EditStep | None:
        """The open step."""
        return self._stack.steps[self._current] if 0 <= self._current < len(self._stack.steps) else None

    @property
    def next_region(self) -> RegionKind | None:
        """What the next new step acts on; None for its attribute's usual region."""
        return self._next_region

    def show(self, item: Item | None) -> None:
        """Opens a photo's stack as it was left."""
        self.flush()
        self._item = item
        self._next_region = None
        self._adopt(self._read())
        self._current = len(self._stack.steps) - 1
        self.photo_changed.emit()

    def _read(self) -> EditStack:
        project, item = self._session.project, self._item
        self.problem = ""
        if project is None or item is None:
            return EditStack()
        try:
            return project.kept_stack(item.row.id) or EditStack()
        except StudioError as error:
            self.problem = str(error)
            return EditStack()

    def _adopt(self, stack: EditStack) -> None:
        self._stack = self._kept = stack

    def _on_change(self, changes: Changes) -> None:
        """Undo, redo, or another hand: the stack as the project has it now."""
        if self._item is None or self._item.row.id not in changes.item_ids or "stack" not in changes.fields:
            return
        self._settle.stop()
        stack = self._read()
        if stack == self._stack:
            self._kept = stack
            return
        grown = len(stack.steps) > len(self._stack.steps)
        self._adopt(stack)
        last = len(stack.steps) - 1
        self._current = last if grown or self._current > last else self._current
        self.stack_changed.emit()

    # --- acts

    def pick(self, place: int) -> None:
        """Opens a step; -1 begins a new one."""
        if place != self._current and -1 <= place < len(self._stack.steps):
            self.flush()
            self._current = place
            self._next_region = None
            self.current_changed.emit()

    def take_value(self, attribute: str, value: str) -> None:
        """Gives the open step another value, or adds a step where it is of another attribute."""
        step = self.step
        if step is not None and step.attribute == attribute:
            changed = msgspec.structs.replace(step, value=value)
            self._put(changed, self._current, step_title(self._session.vocabulary, changed))
            return
        self.flush()
        fresh = EditStep.of(attribute, value, self._next_region)
        title = step_title(self._session.vocabulary, fresh)
        self._current = len(self._stack.steps)
        self._next_region = None
        self._change((*self._stack.steps, fresh), title)

    def set_region(self, kind: RegionKind) -> None:
        """Another region for the open step, without what was painted; for the next one if none is open."""
        step = self.step
        if step is None:
            self._next_region = kind
            self.current_changed.emit()
            return
        region = EditRegion(kind)
        changed = msgspec.structs.replace(step, region=region, threshold=DEFAULT_THRESHOLDS[kind])
        self._put(changed, self._current, f"Region: {region_title(region)}")

    def paint(self, painted: NDArray[np.float32], erased: NDArray[np.float32]) -> None:
        """What the brush has added to the open step's region and taken from it, (H, W) 0 to 1."""
        step = self.step
        if step is None:
            return
        region = EditRegion(
            step.region.kind,
            PaintedMask.from_array(painted) if painted.any() else None,
            PaintedMask.from_array(erased) if erased.any() else None,
        )
        self._put(msgspec.structs.replace(step, region=region), self._current, "Stroke of the brush")

    def slide_threshold(self, threshold: float) -> None:
        """While a slider moves."""
        self._slide("threshold", threshold, f"Threshold {threshold:.2f}")

    def slide_strength(self, strength: float) -> None:
        """While a slider moves."""
        self._slide("strength", strength, f"Strength {strength:.2f}")

    def toggle(self, place: int) -> None:
        """Switches a step off, or on."""
        if 0 <= place < len(self._stack.steps):
            step = self._stack.steps[place]
            title = "Edit switched off" if step.enabled else "Edit switched on"
            self._put(msgspec.structs.replace(step, enabled=not step.enabled), place, title)

    def move(self, place: int, target: int) -> None:
        """Reorders; what was open stays open."""
        steps = list(self._stack.steps)
        if not (0 <= place < len(steps) and 0 <= target < len(steps)) or place == target:
            return
        self.flush()
        open_step = self._current
        steps.insert(target, steps.pop(place))
        order = list(range(len(steps)))
        order.insert(target, order.pop(place))
        self._current = order.index(open_step) if open_step >= 0 else -1
        self._change(tuple(steps), "Edit moved")

    def delete(self, place: int) -> None:
        """Takes a step out."""
        steps = list(self._stack.steps)
        if not 0 <= place < len(steps):
            return
        self.flush()
        del steps[place]
        if self._current >= place:
            self._current = max(self._current - 1, min(0, len(steps) - 1))
        self._change(tuple(steps), "Edit deleted")

    def clear(self) -> None:
        """Takes all steps out."""
        if self._stack.steps:
            self.flush()
            self._current = -1
            self._change((), "Edits deleted")

    # --- keeping

    def _put(self, step: EditStep, place: int, title: str) -> None:
        if step != self._stack.steps[place]:
            self.flush()
            self._change(_with(self._stack, step, place).steps, title)

    def _slide(self, name: str, value: float, title: str) -> None:
        step = self.step
        if step is None or getattr(step, name) == value:
            return
        if name != self._sliding:
            self.flush()
        self._sliding, self._title = name, title
        changed = msgspec.structs.replace(step, **{name: value})
        self._stack = _with(self._stack, changed, self._current)
        self._settle.start()
        self.stack_changed.emit()

    def _change(self, steps: tuple[EditStep, ...], title: str) -> None:
        self._title = title
        self._stack = msgspec.structs.replace(self._stack, steps=steps)
        self.stack_changed.emit()
        self.flush()

    def flush(self) -> None:
        """Keeps what is on the screen, if it is not kept yet."""
        self._settle.stop()
        self._sliding = ""
        project, item, stack = self._session.project, self._item, self._stack
        if project is None or item is None or project.read_only or stack == self._kept:
            return
        self._kept = stack
        title = self._title
        self._session.perform(lambda: project.keep_stack(item.row.id, stack, title), toast=False)


def _with(stack: EditStack, step: EditStep, place: int) -> EditStack:
    steps = (*stack.steps[:place], step, *stack.steps[place + 1 :])
    return msgspec.structs.replace(stack, steps=steps)

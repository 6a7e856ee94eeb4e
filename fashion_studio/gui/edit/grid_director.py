"""Which attribute's values are shown on the photo, and how far their pictures are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject

from fashion_studio.domain.edits import EditStack, EditStep
from fashion_studio.gui.edit.value_grid import GridValue
from fashion_studio.gui.edit.wording import (
    attribute_title,
    filling_title,
    glyph_of,
    in_all_title,
    rgb_of,
    value_title,
)
from fashion_studio.gui.works import WorkState
from fashion_studio.jobs.engine_client import EnginePhase

if TYPE_CHECKING:
    from collections.abc import Hashable

    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.domain.queries import Item
    from fashion_studio.gui.edit.edit_desk import EditDesk
    from fashion_studio.gui.edit.side_panels import ValuesPanel
    from fashion_studio.gui.edit.stack_keeper import StackKeeper
    from fashion_studio.gui.session import Session
    from fashion_studio.gui.works import Work

__all__ = ["GridDirector"]


class GridDirector(QObject):
    """Tabs, grid and heading of the right side."""

    def __init__(
        self,
        session: Session,
        keeper: StackKeeper,
        desk: EditDesk,
        right: ValuesPanel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._keeper, self._desk, self._right = session, keeper, desk, right
        self._attribute = ""
        self._key: Hashable = None
        self._photo = -1
        self._missing: set[str] = set()
        self._problem = ""
        self._work: Work | None = None
        desk.grid_value.connect(self._on_value)
        desk.grid_ended.connect(self._on_ended)
        desk.waiting_changed.connect(self._say)
        right.attribute_picked.connect(self.show_attribute)
        right.grid.picked.connect(lambda value: keeper.take_value(self._attribute, value))

    # --- which attribute

    @property
    def attribute(self) -> str:
        """Whose values are shown."""
        return self._attribute

    def _names(self) -> list[str]:
        facts = self._desk.facts
        return list(facts.attributes) if facts is not None else []

    def show_facts(self) -> None:
        """What can be edited, or why nothing can."""
        names, step, desk = self._names(), self._keeper.step, self._desk
        if names and self._attribute not in names:
            at_hand = step.attribute if step is not None else ""
            self._attribute = at_hand if at_hand in names else names[0]
        missing = not names and desk.phase is EnginePhase.READY and bool(desk.no_generator)
        title = "No model that edits yet" if missing else ""
        self._right.missing.say(title, desk.no_generator, "Train one" if missing else "")
        self._right.area.setVisible(not missing)
        self._key = None
        self._show_tabs()

    def follow_step(self) -> None:
        """The tab of the open step comes to the front."""
        step = self._keeper.step
        if step is not None and step.attribute in self._names() and step.attribute != self._attribute:
            self._attribute = step.attribute
            self._show_tabs()

    def show_attribute(self, place: int) -> None:
        """Another tab; the last is followed by the first."""
        names = self._names()
        if names:
            self._attribute = names[place % len(names)]
            self._show_tabs()
            self.show_current()
            self.want(self._keeper.item if self._photo >= 0 else None)

    def next_attribute(self) -> None:
        """The tab after this one."""
        names = self._names()
        if self._attribute in names:
            self.show_attribute(names.index(self._attribute) + 1)

    def _show_tabs(self) -> None:
        names, facts, vocabulary = self._names(), self._desk.facts, self._session.vocabulary
        titles = [attribute_title(vocabulary, name) for name in names]
        self._right.show_attributes(titles, names.index(self._attribute) if self._attribute in names else 0)
        values = facts.attributes.get(self._attribute, ()) if facts is not None else ()
        self._right.grid.show_values([self._value(value) for value in values])

    def _value(self, value: str) -> GridValue:
        vocabulary, attribute = self._session.vocabulary, self._attribute
        rgb = rgb_of(vocabulary, attribute, value)
        glyph = "" if rgb is not None else glyph_of(attribute, value)
        return GridValue(value, value_title(vocabulary, attribute, value), rgb, glyph)

    def show_current(self) -> None:
        """Puts the ring on the open step's value."""
        step = self._keeper.step
        mine = step is not None and step.attribute == self._attribute
        self._right.grid.set_current(step.value if step is not None and mine else "")

    # --- the pictures

    def clear(self) -> None:
        """Another photo."""
        self.forget()
        self._right.grid.forget(keep=False)

    def forget(self) -> None:
        """What was asked for is taken back; it is asked for again when it is wanted again."""
        self._key, self._problem = None, ""

    def want(self, item: Item | None) -> None:
        """Every value on this photo, unless that is here or under way; None for no photo."""
        self._photo = item.row.id if item is not None else -1
        facts = self._desk.facts
        values = facts.attributes.get(self._attribute, ()) if facts is not None else ()
        if item is not None and values:
            base, step = self._question(values[0])
            key = (item.row.id, base.active, step)
            if key != self._key:
                self._key, self._problem = key, ""
                self._missing = set(values)
                self._right.grid.forget(keep=True)
                self._desk.want_grid(item, base, step)
        self._say()

    def _question(self, value: str) -> tuple[EditStack, EditStep]:
        """The other edits, and the one whose value is varied: the open one, or the next."""
        keeper = self._keeper
        stack, step = keeper.stack, keeper.step
        if step is None or step.attribute != self._attribute:
            fresh = EditStep.of(self._attribute, value, keeper.next_region)
            return msgspec.structs.replace(stack, steps=stack.active), fresh
        others = stack.steps[: keeper.current] + stack.steps[keeper.current + 1 :]
        active = tuple(each for each in others if each in stack.active)
        return (
            msgspec.structs.replace(stack, steps=active),
            msgspec.structs.replace(step, value=value, enabled=True),
        )

    def _on_value(self, value: str, image: NDArray[np.uint8]) -> None:
        self._right.grid.put(value, image)
        self._missing.discard(value)
        self._say()

    def _on_ended(self, problem: str) -> None:
        self._problem = problem
        self._right.grid.settle()
        self._say()

    def _say(self) -> None:
        values = self._right.grid.values
        total = len(values)
        title = in_all_title(self._attribute, total) if values else ""
        asked = self._key is not None and total > 0
        here = total - len(self._missing)
        ready = self._desk.phase is EnginePhase.READY
        fills = asked and ready and self._desk.is_filling and here < total
        self._right.say(title, f"{here} of {total}" if asked else "", self._words())
        self._tell(here if fills else -1, total)

    def _tell(self, here: int, total: int) -> None:
        """How far it is, in the status bar; -1: it does not fill."""
        title = filling_title(self._attribute)
        if self._work is not self._session.works.passing:
            self._work = None  # something else passes by
        if self._work is not None and (here < 0 or self._work.title != title):
            work, self._work = self._work, None
            work.end(WorkState.DONE)
        if here < 0:
            return
        if self._work is None:
            self._work = self._session.works.begin_passing(title)
            self._work.cancel_asked.connect(self._desk.cancel_grid)
        self._work.progress(here, total)

    def _words(self) -> str:
        phase, project = self._desk.phase, self._session.project
        if phase is EnginePhase.STARTING:
            return "The engine is starting. Pictures come when it is there."
        if phase is not EnginePhase.READY:
            return "The engine is away. Pictures come when it is back."
        if self._problem:
            return self._problem
        if project is not None and project.read_only:
            return "Open for reading only: edits can be seen and exported, but are not kept."
        return ""

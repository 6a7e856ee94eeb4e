"""How anything is done to an open project: journalled operations, undone and redone, told to all panes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fashion_studio.domain.errors import Cancelled, NotSaved, UserError
from fashion_studio.domain.labels import Status
from fashion_studio.domain.queries import Changes
from fashion_studio.services.project_reads import ProjectReads
from fashion_studio.store.bulk import uncollected
from fashion_studio.store.edits import Edit, Fact, Kind, Subject
from fashion_studio.store.history import change_of
from fashion_studio.store.writing import REVERT_STEPS, Unsaved

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from fashion_studio.store.dataset import Dataset
    from fashion_studio.store.edits import Operation

__all__ = ["ProjectOperations"]


def _silent(_done: int, _total: int) -> None:
    """Nobody wants to know."""


def _never() -> bool:
    return False


class ProjectOperations(ProjectReads):
    """What every write of `services.project.Project` goes through."""

    def __init__(self, folder: Path, dataset: Dataset, *, read_only: bool) -> None:
        """Takes over an open dataset."""
        super().__init__(folder, dataset, read_only=read_only)
        self._listeners: list[Callable[[Changes], None]] = []

    def subscribe(self, listener: Callable[[Changes], None]) -> Callable[[], None]:
        """Calls `listener` after every change, in the thread that made it; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def take_over(
        self,
        title: Callable[[int], str],
        facts: Mapping[Fact, Any],
        *,
        actor: str,
        may_replace: Callable[[Fact, Any], bool],
    ) -> Changes:
        """Makes facts from elsewhere this project's own, as one operation with one undo.

        Args:
            title: of the operation, made from the number of photos it changes.
            facts: values in journal form, as `store.facts` writes them; the caller has checked them.
            actor: who the journal says it was: the file.
            may_replace: asked with each fact and its present value; where it says no nothing changes.
        """
        with self._dataset.writer.lock, uncollected():
            now = self._dataset.writer.current(facts)
            allowed = {fact: data for fact, data in facts.items() if may_replace(fact, now[fact])}
            return self._write(title, allowed, actor=actor)

    def restore(self, change_id: int) -> Changes:
        """Gives one field of one photo back the value it had before this change.

        Raises:
            UserError: there is no such change.
        """
        change = change_of(self._dataset, change_id)
        if change is None:
            msg = "This change is not in the history any more. Reload the photo."
            raise UserError(msg)
        fact = change.edit.fact
        name = self._words.field(fact.subject, fact.field)
        value = self._words.value(fact.subject, fact.field, change.edit.before)
        return self._write(lambda _: f"{name} put back to {value}", {fact: change.edit.before}, work=False)

    def undo(
        self, *, on_progress: Callable[[int, int], None] = _silent, should_stop: Callable[[], bool] = _never
    ) -> Changes | None:
        """Takes back the last operation that stands, whoever made it; None if there is none.

        Args:
            on_progress: told how many of how many steps are done.
            should_stop: asked before and between the steps; then nothing is changed.

        Raises:
            ConflictError: something has changed since; nothing was written.
            Cancelled: `should_stop` said so; nothing was written.
        """
        step = _stepping(on_progress, should_stop)
        return self._reverted(lambda: self._dataset.writer.undo(step))

    def redo(
        self, *, on_progress: Callable[[int, int], None] = _silent, should_stop: Callable[[], bool] = _never
    ) -> Changes | None:
        """Does again what was undone last, as `undo` does; None if there is nothing.

        Raises:
            ConflictError: something has changed since; nothing was written.
            Cancelled: `should_stop` said so; nothing was written.
        """
        step = _stepping(on_progress, should_stop)
        return self._reverted(lambda: self._dataset.writer.redo(step))

    def undo_size(self) -> int:
        """How many labels undo would change now."""
        return self._dataset.writer.revert_size(Kind.UNDO)

    def redo_size(self) -> int:
        """How many labels redo would change now."""
        return self._dataset.writer.revert_size(Kind.REDO)

    @property
    def is_writing(self) -> bool:
        """Whether another thread writes now, so that a write of this one would wait."""
        return self._dataset.writer.is_busy

    def _note_failure(self, item_id: int, reason: str | None) -> None:
        super()._note_failure(item_id, reason)
        title = "1 photo cannot be read" if reason else "1 photo can be read again"
        self._told(Changes(0, title, (item_id,), frozenset({"files"}), items_added=True))

    def _write(
        self,
        title: Callable[[int], str],
        targets: Mapping[Fact, Any],
        *,
        work: bool = True,
        actor: str | None = None,
    ) -> Changes:
        """One operation that gives facts these values; with `work`, new photos are in work afterwards."""
        writer = self._dataset.writer
        with writer.lock, uncollected():
            self._dataset.index.positions(sorted({fact.item_id for fact in targets}))
            now = writer.current(targets)
            edits = [Edit(fact, now[fact], data) for fact, data in targets.items() if now[fact] != data]
            touched = list(dict.fromkeys(edit.fact.item_id for edit in edits))
            count = len(touched)
            if work:
                status = writer.current(Fact(Subject.ITEM, item_id, "status") for item_id in touched)
                edits += [
                    Edit(fact, value, Status.IN_WORK.value)
                    for fact, value in status.items()
                    if value == Status.NEW.value and fact not in targets
                ]
            sentence = title(count or len({fact.item_id for fact in targets}))
            kept: Unsaved | None = None
            try:
                operation = writer.write(sentence, edits, actor=actor)
            except Unsaved as problem:
                kept, operation = problem, problem.operation
        return self._outcome(operation, kept) or Changes(0, sentence, ())

    def _reverted(self, act: Callable[[], Operation | None]) -> Changes | None:
        kept: Unsaved | None = None
        try:
            operation = act()
        except Unsaved as problem:
            kept, operation = problem, problem.operation
        return self._outcome(operation, kept)

    def _outcome(self, operation: Operation | None, kept: Unsaved | None) -> Changes | None:
        """Tells the listeners, then (once) that the edit is only in memory; no lock is held here."""
        if operation is None:
            return None
        changes = self._told(self._changes(operation))
        if kept is not None:
            raise NotSaved(str(kept), changes) from kept
        return changes

    def _changes(self, operation: Operation) -> Changes:
        ids = tuple(dict.fromkeys(edit.fact.item_id for edit in operation.edits))
        fields = frozenset(
            "landmarks" if edit.fact.subject is Subject.LANDMARK else edit.fact.field
            for edit in operation.edits
        )
        title = self._words.operation(operation.kind, operation.title)
        return Changes(operation.id, title, ids, fields, items_added="hidden" in fields)

    def _told(self, changes: Changes) -> Changes:
        if changes.item_ids or changes.items_added:
            for listener in list(self._listeners):
                listener(changes)
        return changes


def _stepping(on_progress: Callable[[int, int], None], should_stop: Callable[[], bool]) -> Callable[[], None]:
    """What counts the steps, tells of them, and ends the work by `Cancelled` between two of them."""
    done = 0

    def step() -> None:
        nonlocal done
        if should_stop():
            raise Cancelled
        done = min(done + 1, REVERT_STEPS)
        on_progress(done, REVERT_STEPS)

    return step

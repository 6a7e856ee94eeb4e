"""The one door for writes: transactions, the journal, undo and redo, and edits that could not be written yet.

When the disk is full or read-only an edit is not lost: it stays in memory as a finished operation, reads
see it, and every later write first tries to write those before it.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, update

from fashion_studio.domain.errors import (
    BugError,
    ConflictError,
    EnvironmentProblem,
    ProjectBusy,
    ProjectError,
)
from fashion_studio.store.bulk import execute_many, uncollected
from fashion_studio.store.edits import Edit, Kind, Operation, inverse
from fashion_studio.store.facts import read_facts, write_facts
from fashion_studio.store.journal import Head, count_changes, read_head, read_operation, write_operation
from fashion_studio.store.tables import ITEM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from fashion_studio.store.database import Database
    from fashion_studio.store.edits import Fact
    from fashion_studio.store.item_index import ItemIndex

__all__ = ["REVERT_STEPS", "Unsaved", "Writer", "write_summaries"]

REVERT_STEPS: Final = 5
"""Of an undo: read, compared, facts written, journal written, summaries written."""


def _no_step() -> None:
    """Nobody wants to hear of the steps."""


class Unsaved(EnvironmentProblem):
    """An edit is kept in memory because it cannot be written.

    Attributes:
        operation: the edit, done as far as reads are concerned.
    """

    def __init__(self, problem: str, operation: Operation) -> None:
        super().__init__(problem, "Your edit is kept in memory until it can be saved.")
        self.operation = operation


class Writer:
    """Serialises writes on one database and its index.

    Attributes:
        pending: operations that could not be written yet, oldest first.
        overlay: values of the facts they changed, for reads.
        lock: held during every write; hold it to see several facts unchanged.
    """

    def __init__(self, database: Database, index: ItemIndex, actor: str, *, refused: str = "") -> None:
        """Starts from the journal's last operation.

        Args:
            database: where to write.
            index: kept in line with every write.
            actor: who the journal says it was.
            refused: a sentence with which every write is refused, for projects opened for reading only.
        """
        self.database = database
        self.index = index
        self.actor = actor
        self.pending: list[Operation] = []
        self.overlay: dict[Fact, Any] = {}
        self.lock = RLock()
        self._refused = refused
        self.head = Head()
        self.reload_head()

    def reload_head(self) -> None:
        """Reads again where the journal stands."""
        with self.database.reading() as connection:
            self.head = read_head(connection)

    def current(self, facts: Iterable[Fact]) -> dict[Fact, Any]:
        """Values of these facts now, in journal form, with edits that are not written yet."""
        wanted = list(facts)
        with self.database.reading() as connection:
            values = read_facts(connection, wanted)
        if self.overlay:
            values.update({fact: self.overlay[fact] for fact in values if fact in self.overlay})
        return values

    def write(self, title: str, edits: Sequence[Edit], *, actor: str | None = None) -> Operation | None:
        """Makes edits as one operation; edits that change nothing are left out.

        Args:
            title: for the journal.
            edits: what changes.
            actor: who the journal says it was; None is the person who works.

        Returns:
            The operation, None if nothing changes.

        Raises:
            Unsaved: the first edit of a row that cannot be written; it is kept, reads see it.
            ProjectError: the project is open for reading only.
        """
        with self.lock:
            self._check_allowed()
            real = tuple(edit for edit in edits if edit.before != edit.after)
            if not real:
                return None
            operation = self._operation(Kind.EDIT, title, real, actor=actor)
            self._keep(operation)
            return operation

    def undo(self, step: Callable[[], None] = _no_step) -> Operation | None:
        """Reverts the last operation that stands; None if there is none.

        `step` is called after each of the `REVERT_STEPS` (again for every edit that waited to be written);
        what it raises is raised here, and nothing was written.

        Raises:
            ConflictError: something is no longer as that operation left it; nothing was written.
        """
        return self._revert(Kind.UNDO, step)

    def redo(self, step: Callable[[], None] = _no_step) -> Operation | None:
        """Reverts the last undo, as `undo` does; None if there is none.

        Raises:
            ConflictError: something is no longer as that undo left it; nothing was written.
        """
        return self._revert(Kind.REDO, step)

    def revert_size(self, kind: Kind) -> int:
        """How many edits undo or redo would take back now."""
        top = self._top(kind)
        waiting = next((operation for operation in list(self.pending) if operation.id == top), None)
        if top is None or waiting is not None:
            return 0 if waiting is None else len(waiting.edits)
        with self.database.reading() as connection:
            return count_changes(connection, top)

    @property
    def is_busy(self) -> bool:
        """Whether another thread is in the middle of a write."""
        is_free = self.lock.acquire(blocking=False)
        if is_free:
            self.lock.release()
        return not is_free

    def operation(self, operation_id: int) -> Operation | None:
        """An operation, written or pending."""
        for operation in self.pending:
            if operation.id == operation_id:
                return operation
        with self.database.reading() as connection:
            return read_operation(connection, operation_id)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction for what is not a person's edit; pending edits are written in it first.

        Raises:
            EnvironmentProblem: nothing was written; pending edits stay pending.
        """
        with self.lock:
            self._check_allowed()
            with self.database.writing() as connection:
                self._store(connection, self.pending)
                yield connection
            self._settle()

    def retry(self) -> int:
        """Tries to write what is pending; returns how many operations still are.

        Raises:
            EnvironmentProblem: it still cannot be written.
        """
        if self.pending:
            with self.transaction():
                pass
        return len(self.pending)

    def move_to(self, database: Database) -> None:
        """Goes on with another database that holds the same data, and writes there what is pending.

        Raises:
            EnvironmentProblem: it cannot be written there; everything is as before.
        """
        with self.lock:
            previous, self.database = self.database, database
            try:
                self.retry()
            except BaseException:
                self.database = previous
                raise
            previous.close()

    def _check_allowed(self) -> None:
        if self._refused:
            raise ProjectError(self._refused)

    def _operation(
        self,
        kind: Kind,
        title: str,
        edits: tuple[Edit, ...],
        target: Operation | None = None,
        actor: str | None = None,
    ) -> Operation:
        head = self.head
        number = head.last_operation_id + 1
        undo_top: int | None = number
        redo_top: int | None = None
        below = head.undo_top
        if kind is Kind.UNDO and target is not None:
            undo_top, redo_top, below = target.below, number, head.redo_top
        elif kind is Kind.REDO and target is not None:
            redo_top = target.below
        return Operation(
            id=number,
            kind=kind,
            title=title,
            actor=actor or self.actor,
            at_us=time.time_ns() // 1000,
            reverts=None if target is None else target.id,
            undo_top=undo_top,
            redo_top=redo_top,
            below=below,
            first_change_id=head.last_change_id + 1,
            edits=edits,
        )

    def _top(self, kind: Kind) -> int | None:
        return self.head.undo_top if kind is Kind.UNDO else self.head.redo_top

    def _revert(self, kind: Kind, step: Callable[[], None]) -> Operation | None:
        with self.lock, uncollected():
            self._check_allowed()
            top = self._top(kind)
            if top is None:
                return None
            target = self.operation(top)
            if target is None:
                msg = f"The journal names operation {top} and does not have it."
                raise BugError(msg)
            step()
            now = self.current(edit.fact for edit in target.edits)
            if any(now[edit.fact] != edit.after for edit in target.edits):
                msg = (
                    f"“{target.title}” cannot be taken back: something has changed since. Reload the project."
                )
                raise ConflictError(msg)
            step()
            operation = self._operation(kind, target.title, inverse(target.edits), target)
            self._keep(operation, step)
            return operation

    def _keep(self, operation: Operation, step: Callable[[], None] = _no_step) -> None:
        restore = self.index.apply(operation.edits, operation.at_us)
        try:
            with self.database.writing() as connection:
                self._store(connection, [*self.pending, operation], step)
        except (EnvironmentProblem, ProjectBusy) as problem:
            first = not self.pending
            self.pending.append(operation)
            self.overlay.update({edit.fact: edit.after for edit in operation.edits})
            self.head = self.head.after(operation)
            if first:
                raise Unsaved(str(problem), operation) from problem
        except BaseException:
            self.index.take_back(restore)
            raise
        else:
            self.head = self.head.after(operation)
            self._settle()

    def _store(
        self, connection: Connection, operations: Sequence[Operation], step: Callable[[], None] = _no_step
    ) -> None:
        for operation in operations:
            write_facts(connection, operation.edits)
            step()
            write_operation(connection, operation)
            step()
        touched = {edit.fact.item_id for operation in operations for edit in operation.edits}
        if touched:
            write_summaries(connection, self.index, self.index.positions(sorted(touched)))
        step()

    def _settle(self) -> None:
        self.pending.clear()
        self.overlay.clear()


def write_summaries(connection: Connection, index: ItemIndex, positions: NDArray[np.intp]) -> None:
    """Writes the records at these positions beside the facts they are derived from."""
    if len(positions) == 0:
        return
    statement = update(ITEM).where(ITEM.c.id == bindparam("of_item")).values(summary=bindparam("record"))
    ids = index.ids[positions].tolist()
    rows = [
        (index.summary(position), item_id) for item_id, position in zip(ids, positions.tolist(), strict=True)
    ]
    execute_many(connection, statement, ("record", "of_item"), rows)

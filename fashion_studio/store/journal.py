"""The append-only journal: at once undo, redo across restarts, and the history of every photo.

An operation is never changed. Undo writes a new operation that reverts another; redo reverts the undo. Both
stacks are linked lists inside the journal itself (`undo_top`, `redo_top`, `below`), so the last row says
all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, insert, select

from fashion_studio.store.bulk import execute_many
from fashion_studio.store.edits import Edit, Fact, Kind, Operation, Subject
from fashion_studio.store.facts import Decoder, chunks, encoded
from fashion_studio.store.tables import CHANGE, OPERATION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, Row

__all__ = [
    "Head",
    "StoredChange",
    "count_changes",
    "item_changes",
    "read_head",
    "read_operation",
    "reverted",
    "reverts_of",
    "write_operation",
]


_SUBJECTS: Final = {subject.value: subject for subject in Subject}


@dataclass(frozen=True, slots=True)
class Head:
    """Where the journal stands after its last operation."""

    last_operation_id: int = 0
    last_change_id: int = 0
    undo_top: int | None = None
    redo_top: int | None = None

    def after(self, operation: Operation) -> Head:
        """The head once this operation is written."""
        last_change = max(self.last_change_id, operation.first_change_id + len(operation.edits) - 1)
        return Head(operation.id, last_change, operation.undo_top, operation.redo_top)


@dataclass(frozen=True, slots=True)
class StoredChange:
    """One edit with the operation it belongs to."""

    change_id: int
    operation_id: int
    kind: Kind
    title: str
    actor: str
    at_us: int
    edit: Edit


def read_head(connection: Connection) -> Head:
    """The head of the stored journal."""
    last = connection.execute(
        select(OPERATION.c.id, OPERATION.c.undo_top, OPERATION.c.redo_top)
        .order_by(OPERATION.c.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return Head()
    change = connection.execute(select(func.max(CHANGE.c.id))).scalar_one()
    return Head(last.id, change or 0, last.undo_top, last.redo_top)


def write_operation(connection: Connection, operation: Operation) -> None:
    """Appends one operation and its changes."""
    connection.execute(
        insert(OPERATION),
        {
            "id": operation.id,
            "kind": operation.kind.value,
            "title": operation.title,
            "actor": operation.actor,
            "at_us": operation.at_us,
            "reverts": operation.reverts,
            "undo_top": operation.undo_top,
            "redo_top": operation.redo_top,
            "below": operation.below,
        },
    )
    before = encoded(edit.before for edit in operation.edits)
    after = encoded(edit.after for edit in operation.edits)
    rows = [
        (operation.first_change_id + i, operation.id, fact.subject.value, fact.item_id, fact.field, old, new)
        for i, ((fact, _, _), old, new) in enumerate(zip(operation.edits, before, after, strict=True))
    ]
    names = ("id", "operation_id", "subject", "item_id", "field", "before", "after")
    execute_many(connection, insert(CHANGE), names, rows)


def read_operation(connection: Connection, operation_id: int) -> Operation | None:
    """One operation with all its edits, None if there is none of this id."""
    row = connection.execute(select(OPERATION).where(OPERATION.c.id == operation_id)).one_or_none()
    if row is None:
        return None
    changes = connection.execute(
        select(CHANGE).where(CHANGE.c.operation_id == operation_id).order_by(CHANGE.c.id)
    ).all()
    decode = Decoder()
    return Operation(
        id=row.id,
        kind=Kind(row.kind),
        title=row.title,
        actor=row.actor,
        at_us=row.at_us,
        reverts=row.reverts,
        undo_top=row.undo_top,
        redo_top=row.redo_top,
        below=row.below,
        first_change_id=changes[0].id if changes else 0,
        edits=tuple(_edit(change, decode) for change in changes),
    )


def count_changes(connection: Connection, operation_id: int) -> int:
    """How many edits an operation has."""
    asked = select(func.count()).select_from(CHANGE).where(CHANGE.c.operation_id == operation_id)
    return int(connection.execute(asked).scalar_one())


def item_changes(connection: Connection, item_id: int) -> list[StoredChange]:
    """Everything that was ever changed of one photo, oldest first."""
    rows = connection.execute(
        select(CHANGE, OPERATION.c.kind, OPERATION.c.title, OPERATION.c.actor, OPERATION.c.at_us)
        .join(OPERATION, OPERATION.c.id == CHANGE.c.operation_id)
        .where(CHANGE.c.item_id == item_id)
        .order_by(CHANGE.c.id)
    )
    decode = Decoder()
    return [
        StoredChange(
            row.id, row.operation_id, Kind(row.kind), row.title, row.actor, row.at_us, _edit(row, decode)
        )
        for row in rows
    ]


def reverts_of(connection: Connection, operation_ids: Iterable[int]) -> dict[int, list[int]]:
    """Which operations revert these, and which revert those, and so on: reverted id → reverting ids."""
    found: dict[int, list[int]] = {}
    wanted: Sequence[int] = sorted(set(operation_ids))
    while wanted:
        following: list[int] = []
        for part in chunks(wanted):
            rows = connection.execute(
                select(OPERATION.c.id, OPERATION.c.reverts).where(OPERATION.c.reverts.in_(part))
            )
            for operation_id, target in rows:
                found.setdefault(target, []).append(operation_id)
                following.append(operation_id)
        wanted = following
    return found


def reverted(operation_id: int, reverts: dict[int, list[int]]) -> bool:
    """Whether an operation is taken back now: the last of the chain of reverts stands."""
    taken_back = False
    while operation_id in reverts:
        operation_id = reverts[operation_id][-1]
        taken_back = not taken_back
    return taken_back


def _edit(row: Row[tuple[object, ...]], decode: Decoder) -> Edit:
    fact = Fact(_SUBJECTS[row.subject], row.item_id, row.field)
    return Edit(fact, decode(row.before), decode(row.after))

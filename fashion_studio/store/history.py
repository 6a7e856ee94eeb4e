"""Small questions to the journal and the files of one photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from fashion_studio.store.journal import StoredChange, item_changes, reverted, reverts_of
from fashion_studio.store.photos import KnownFile, files_of
from fashion_studio.store.tables import CHANGE, ITEM, OPERATION

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fashion_studio.store.dataset import Dataset

__all__ = [
    "change_of",
    "files_of_item",
    "hash_of_item",
    "hashes",
    "item_history",
    "operations_since",
    "title_of",
]


def item_history(dataset: Dataset, item_id: int) -> tuple[list[StoredChange], set[int]]:
    """(all changes of a photo, oldest first, unwritten ones too; ids of operations taken back)."""
    writer = dataset.writer
    with writer.lock, dataset.reading() as connection:
        stored = item_changes(connection, item_id)
        reverts = reverts_of(connection, {change.operation_id for change in stored})
        pending = list(writer.pending)
    for operation in pending:
        if operation.reverts is not None:
            reverts.setdefault(operation.reverts, []).append(operation.id)
        for i, edit in enumerate(operation.edits):
            if edit.fact.item_id == item_id:
                stored.append(
                    StoredChange(
                        operation.first_change_id + i,
                        operation.id,
                        operation.kind,
                        operation.title,
                        operation.actor,
                        operation.at_us,
                        edit,
                    )
                )
    return stored, {change.operation_id for change in stored if reverted(change.operation_id, reverts)}


def change_of(dataset: Dataset, change_id: int) -> StoredChange | None:
    """One change by its id, written or not."""
    item_id: int | None
    for operation in dataset.writer.pending:
        place = change_id - operation.first_change_id
        if 0 <= place < len(operation.edits):
            item_id = operation.edits[place].fact.item_id
            break
    else:
        with dataset.reading() as connection:
            item_id = connection.execute(
                select(CHANGE.c.item_id).where(CHANGE.c.id == change_id)
            ).scalar_one_or_none()
    if item_id is None:
        return None
    return next((c for c in item_history(dataset, item_id)[0] if c.change_id == change_id), None)


def title_of(dataset: Dataset, operation_id: int) -> str | None:
    """Title of an operation, written or not."""
    for operation in dataset.writer.pending:
        if operation.id == operation_id:
            return operation.title
    with dataset.reading() as connection:
        statement = select(OPERATION.c.title).where(OPERATION.c.id == operation_id)
        return connection.execute(statement).scalar_one_or_none()


def operations_since(dataset: Dataset, at_us: int) -> int:
    """How many operations there were since then."""
    pending = sum(operation.at_us >= at_us for operation in dataset.writer.pending)
    with dataset.reading() as connection:
        statement = select(func.count()).select_from(OPERATION).where(OPERATION.c.at_us >= at_us)
        return int(connection.execute(statement).scalar_one()) + pending


def files_of_item(connection: Connection, item_id: int) -> list[KnownFile]:
    """The files of a photo, in the order in which they were found."""
    return files_of(connection, [item_id])[item_id]


def hashes(dataset: Dataset) -> list[tuple[int, str]]:
    """(id, content hash) of all photos, in order of names."""
    with dataset.reading() as connection:
        rows = connection.execute(select(ITEM.c.id, ITEM.c.content_hash).order_by(ITEM.c.name_key, ITEM.c.id))
        return [(row.id, row.content_hash) for row in rows]


def hash_of_item(connection: Connection, item_id: int) -> str | None:
    """The content hash of a photo, None if it is not in the project."""
    return connection.execute(select(ITEM.c.content_hash).where(ITEM.c.id == item_id)).scalar_one_or_none()

"""Photos that edits made: adding them, hidden at first, and asking where they come from.

What a person sees of them is one journalled fact, `hidden`: saving shows them, undo hides them again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import insert, select

from fashion_studio.store.history import hash_of_item
from fashion_studio.store.item_index import OriginKey
from fashion_studio.store.photos import add_root, insert_files, insert_items, items_by_hash
from fashion_studio.store.reading import read_details
from fashion_studio.store.tables import DERIVED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from fashion_studio.store.dataset import Dataset
    from fashion_studio.store.photos import PhotoFile

__all__ = [
    "EDITS",
    "NewDerived",
    "OriginRow",
    "add_derived",
    "children_of",
    "own_root",
    "read_origin",
]

EDITS: Final = "edits"
"""The project's own folder of edited pictures."""


@dataclass(frozen=True, slots=True)
class NewDerived:
    """A picture in the project's own folder that is to be a photo of it; `stack` is JSON."""

    parent_id: int
    stack: str
    photo: PhotoFile


class OriginRow(NamedTuple):
    """One row of `derived`, with the photo that has the parent's content of then, or had it last."""

    item_id: int
    parent_id: int
    parent_hash: str
    stack: str
    made_us: int
    parent_changed: bool


def own_root(dataset: Dataset, project: Path) -> int:
    """The id of the project's own root; it is declared at the first edited picture.

    Raises:
        EnvironmentProblem: it cannot be written.
    """
    with dataset.writer.transaction() as connection:
        return add_root(connection, project / EDITS, project, own=True)


def add_derived(dataset: Dataset, new: Sequence[NewDerived]) -> list[int]:
    """Adds pictures as hidden photos in one transaction; returns their ids in this order.

    Args:
        dataset: where to.
        new: pictures whose content no photo has, each content once.

    Raises:
        UserError: a parent is not in the project.
        EnvironmentProblem: it cannot be written; nothing changed.
    """
    index = dataset.index
    if not new:
        return []
    with dataset.writer.lock:
        index.positions([each.parent_id for each in new])
        photos = [each.photo for each in new]
        with dataset.writer.transaction() as connection:
            made_us = time.time_ns() // 1000
            ids, records = insert_items(connection, index.layout, photos, made_us)
            insert_files(connection, zip(ids, photos, strict=True))
            origins = _insert_origins(connection, index.origins, dict(zip(ids, new, strict=True)), made_us)
        index.note_origins(origins)
        index.append(ids, records, [photo.name for photo in photos])
    return ids


def read_origin(connection: Connection, item_id: int) -> OriginRow | None:
    """Where a photo comes from; None for one that no edit made."""
    row = connection.execute(select(DERIVED).where(DERIVED.c.item_id == item_id)).one_or_none()
    if row is None:
        return None
    same = hash_of_item(connection, row.parent_id) == row.parent_hash
    elsewhere = None if same else items_by_hash(connection, [row.parent_hash]).get(row.parent_hash)
    parent = row.parent_id if elsewhere is None else elsewhere
    changed = not same and elsewhere is None
    return OriginRow(row.item_id, parent, row.parent_hash, row.stack, row.made_us, changed)


def children_of(connection: Connection, parent_id: int) -> list[int]:
    """Photos that edits of this one made, the oldest first, hidden ones too."""
    statement = select(DERIVED.c.item_id).where(DERIVED.c.parent_id == parent_id)
    return list(connection.execute(statement.order_by(DERIVED.c.item_id)).scalars())


def _insert_origins(
    connection: Connection, origins: Mapping[int, OriginKey], new: Mapping[int, NewDerived], made_us: int
) -> dict[int, OriginKey]:
    parents = sorted({each.parent_id for each in new.values()})
    details = read_details(connection, parents, {}, predictions=False)
    made = {}
    rows = []
    for item_id, each in new.items():
        parent_hash = details[each.parent_id].content_hash
        begun = origins.get(each.parent_id)
        made[item_id] = OriginKey(each.parent_id, parent_hash if begun is None else begun.source_hash)
        rows.append(
            {
                "item_id": item_id,
                "parent_id": each.parent_id,
                "parent_hash": parent_hash,
                "source_hash": made[item_id].source_hash,
                "stack": each.stack,
                "made_us": made_us,
                "hidden": True,
            }
        )
    connection.execute(insert(DERIVED), rows)
    return made

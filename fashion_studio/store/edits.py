"""The words of the journal: facts, edits of facts, and operations that join edits.

A fact is one thing a person can say of one photo: an answer, a landmark, or a field of the item itself. Its
value is plain JSON data or None. Every write is a list of edits; undo is the same list turned round.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NamedTuple

__all__ = ["ITEM_FIELDS", "Edit", "Fact", "Kind", "Operation", "Subject", "inverse"]


class Subject(StrEnum):
    """Which table a fact lies in."""

    ANSWER = "answer"
    LANDMARK = "landmark"
    ITEM = "item"
    STACK = "stack"
    DERIVED = "derived"


ITEM_FIELDS: Final = ("status", "split", "flagged", "note", "box")
"""Fields of an item that a person edits, in the order of the tables."""


class Fact(NamedTuple):
    """The address of a fact.

    `field` is an attribute, a landmark's name, one of `ITEM_FIELDS`, "stack", or "hidden" of a derived photo.
    """

    subject: Subject
    item_id: int
    field: str


class Edit(NamedTuple):
    """A fact with its value before and after, as plain JSON data; None is no answer, landmark, box, stack."""

    fact: Fact
    before: Any
    after: Any


class Kind(StrEnum):
    """What sort of operation it is; `undo` and `redo` revert another one."""

    EDIT = "edit"
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True, slots=True)
class Operation:
    """Edits that are done, undone and shown as one.

    Attributes:
        at_us: microseconds since 1970, UTC.
        first_change_id: id of the first edit's row in `change`; the others follow.
        undo_top, redo_top: tops of the two stacks after this operation.
        below: what lies beneath it in the stack it is on.
    """

    id: int
    kind: Kind
    title: str
    actor: str
    at_us: int
    reverts: int | None
    undo_top: int | None
    redo_top: int | None
    below: int | None
    first_change_id: int
    edits: tuple[Edit, ...] = field(repr=False)


def inverse(edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """The edits that take `edits` back, last first."""
    return tuple(Edit(edit.fact, edit.after, edit.before) for edit in reversed(edits))

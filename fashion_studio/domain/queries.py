"""Questions to a project and their answers: filters, orders, counts, rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from fashion_studio.domain.edits import EditStack
    from fashion_studio.domain.geometry import Box
    from fashion_studio.domain.labels import Answer, Landmark, Split, Status
    from fashion_studio.domain.predictions import Prediction

__all__ = [
    "NOT_APPLICABLE",
    "UNKNOWN",
    "UNSET",
    "Agreement",
    "Changes",
    "Facets",
    "HistoryEntry",
    "Item",
    "ItemFilter",
    "ItemRow",
    "Origin",
    "Sort",
    "SortKey",
    "UndoStatus",
]

UNSET: Final = "?unset"
UNKNOWN: Final = "?unknown"
NOT_APPLICABLE: Final = "?not_applicable"


class Agreement(StrEnum):
    """How person and model stand to each other on a photo."""

    DISAGREES = "disagrees"
    AGREES = "agrees"
    OPEN = "open"


@dataclass(frozen=True)
class ItemFilter:
    """Conditions joined by "and"; the values inside one condition by "or". Empty means no condition.

    Attributes:
        text: part of the file name, of the note, or of a value's name.
        by_person: attribute → values a person gave; may contain UNSET, UNKNOWN, NOT_APPLICABLE.
        by_model: attribute → values the model proposes; may contain UNSET.
        confidence: range of the model's category confidence, 0 to 1, both ends included.
        derived: only (not) photos made by an edit.
    """

    text: str = ""
    statuses: frozenset[Status] = frozenset()
    splits: frozenset[Split] = frozenset()
    agreements: frozenset[Agreement] = frozenset()
    flagged: bool | None = None
    has_landmarks: bool | None = None
    by_person: Mapping[str, frozenset[str]] = field(default_factory=dict)
    by_model: Mapping[str, frozenset[str]] = field(default_factory=dict)
    confidence: tuple[float, float] | None = None
    derived: bool | None = None


class SortKey(StrEnum):
    """What a list of photos is ordered by; ties always by id.

    The date is the camera's where the file says it, else the file's own.
    """

    NAME = "name"
    DATE = "date"
    CONFIDENCE = "confidence"
    DISAGREEMENT = "disagreement"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Sort:
    """An order. Photos without the value (no prediction yet) come last either way."""

    key: SortKey = SortKey.NAME
    descending: bool = False


@dataclass(frozen=True)
class Facets:
    """Counts beside every filter: what would remain if only that group of conditions changed.

    Attributes:
        person: attribute → value (with UNSET, UNKNOWN, NOT_APPLICABLE) → count.
        model: attribute → value (with UNSET) → count.
        confidence_histogram: 20 equal bins of category confidence.
        derived, not_derived: photos that an edit made, and the others.
    """

    total: int
    matching: int
    statuses: Mapping[Status, int]
    splits: Mapping[Split, int]
    agreements: Mapping[Agreement, int]
    person: Mapping[str, Mapping[str, int]]
    model: Mapping[str, Mapping[str, int]]
    flagged: int
    without_landmarks: int
    confidence_histogram: tuple[int, ...]
    derived: int = 0
    not_derived: int = 0


@dataclass(frozen=True, slots=True)
class ItemRow:
    """What a tile or a list row shows.

    Attributes:
        name: file name without its folder.
        category: the person's, else the model's, else None.
        confidence: the model's category confidence, None without a prediction.
        disagreements: attributes on which person and model differ.
        failure: reason why the file cannot be read, None for a good one.
        missing: whether the file is not where it was.
        edited_from: name of the photo that this one was made from by an edit; None for a photo.
    """

    id: int
    name: str
    width_px: int
    height_px: int
    status: Status
    split: Split
    flagged: bool
    category: str | None
    category_by_person: bool
    confidence: float | None
    disagreements: int
    failure: str | None = None
    missing: bool = False
    edited_from: str | None = None

    @property
    def is_derived(self) -> bool:
        """Whether it was made by an edit."""
        return self.edited_from is not None


@dataclass(frozen=True, slots=True)
class Origin:
    """What a derived photo was made of.

    Attributes:
        item_id: the derived photo.
        parent_id: the photo the stack was applied to.
        parent_name: its file name.
        parent_changed: whether that photo's file has another content now than when the edit was made.
        stack: what was done to it, with the generator and the seeds.
    """

    item_id: int
    parent_id: int
    parent_name: str
    parent_changed: bool
    stack: EditStack
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """Everything about one photo.

    Attributes:
        path: where the file is now (the first of its paths that exists).
        answers: a person's, by attribute; an attribute without an entry is not set.
        landmarks: a person's, by name; a landmark without an entry is not set.
        box: a person's.
        prediction: the current model's, if it has been made.
    """

    row: ItemRow
    path: Path
    content_hash: str
    answers: Mapping[str, Answer]
    landmarks: Mapping[str, Landmark]
    box: Box | None
    note: str
    prediction: Prediction | None
    other_paths: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """What one write did. `title` is a sentence part for toasts: "Fit set to Regular on 42 photos"."""

    operation_id: int
    title: str
    item_ids: tuple[int, ...]
    fields: frozenset[str] = frozenset()
    items_added: bool = False


@dataclass(frozen=True, slots=True)
class UndoStatus:
    """What undo and redo would do now; None when there is nothing."""

    undo_title: str | None
    redo_title: str | None
    changes_today: int = 0


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of one photo: old → new, in words, and enough to go back."""

    change_id: int
    operation_id: int
    at: datetime
    actor: str
    field: str
    title: str
    before: str
    after: str
    reverted: bool = False

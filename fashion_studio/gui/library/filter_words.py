"""Filters and orders in words, and what each chip takes away."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from fashion_studio.domain.labels import Split, Status
from fashion_studio.domain.queries import (
    NOT_APPLICABLE,
    UNKNOWN,
    UNSET,
    Agreement,
    ItemFilter,
    Sort,
    SortKey,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fashion_studio.domain.queries import ItemRow
    from fashion_studio.domain.vocabulary import Vocabulary

__all__ = [
    "AGREEMENT_TITLES",
    "EDITED_TITLES",
    "SORTS",
    "SPLIT_TITLES",
    "STATUS_TITLES",
    "Condition",
    "conditions",
    "edited_words",
    "sort_title",
    "toggled",
    "toggled_value",
    "value_title",
]

T = TypeVar("T")

STATUS_TITLES: Final[dict[Status, str]] = {
    Status.NEW: "New",
    Status.IN_WORK: "In work",
    Status.DONE: "Done",
    Status.REVIEWED: "Reviewed",
    Status.REJECTED: "Rejected",
}
SPLIT_TITLES: Final[dict[Split, str]] = {
    Split.TRAIN: "Train",
    Split.VALIDATION: "Validation",
    Split.TEST: "Test",
    Split.NONE: "No split",
}
AGREEMENT_TITLES: Final[dict[Agreement, str]] = {
    Agreement.DISAGREES: "Model disagrees",
    Agreement.AGREES: "Model agrees",
    Agreement.OPEN: "Not compared",
}
EDITED_TITLES: Final[dict[bool, str]] = {True: "Edited photos", False: "Not edited"}
SORTS: Final[tuple[tuple[str, Sort], ...]] = (
    ("Name", Sort(SortKey.NAME)),
    ("Newest first", Sort(SortKey.DATE, descending=True)),
    ("Oldest first", Sort(SortKey.DATE)),
    ("Least sure first", Sort(SortKey.CONFIDENCE)),
    ("Most sure first", Sort(SortKey.CONFIDENCE, descending=True)),
    ("Most disagreement first", Sort(SortKey.DISAGREEMENT, descending=True)),
    ("Last changed first", Sort(SortKey.CHANGED, descending=True)),
)
_SPECIAL: Final = {UNSET: "not set", UNKNOWN: "Unknown", NOT_APPLICABLE: "Does not apply"}


@dataclass(frozen=True, slots=True)
class Condition:
    """One chip: what it says, and the filter that is left without it."""

    title: str
    without: ItemFilter


def value_title(vocabulary: Vocabulary, attribute: str, value: str) -> str:
    """A value as a person reads it; the three special answers included."""
    if value in _SPECIAL:
        return _SPECIAL[value]
    for entry in vocabulary.attribute(attribute).values:
        if entry.name == value:
            return entry.title
    return value


def edited_words(row: ItemRow) -> str:
    """What an edit made the photo of; empty for a photo."""
    return f"Edited from {row.edited_from}" if row.is_derived else ""


def sort_title(sort: Sort) -> str:
    """The order in words."""
    for title, entry in SORTS:
        if entry == sort:
            return title
    return sort.key.value.capitalize()


def conditions(item_filter: ItemFilter, vocabulary: Vocabulary) -> list[Condition]:
    """Every condition that is on, in a fixed order, each with the filter that remains without it."""
    found: list[Condition] = []
    if item_filter.text:
        found.append(Condition(f"“{item_filter.text}”", replace(item_filter, text="")))
    if item_filter.statuses:
        names = ", ".join(title for status, title in STATUS_TITLES.items() if status in item_filter.statuses)
        found.append(Condition(f"Status: {names}", replace(item_filter, statuses=frozenset())))
    found += _attribute_conditions(item_filter, vocabulary)
    if item_filter.confidence is not None:
        low, high = (round(100 * end) for end in item_filter.confidence)
        found.append(Condition(f"Confidence {low}–{high}", replace(item_filter, confidence=None)))
    if item_filter.agreements:
        names = ", ".join(
            title for entry, title in AGREEMENT_TITLES.items() if entry in item_filter.agreements
        )
        found.append(Condition(names, replace(item_filter, agreements=frozenset())))
    if item_filter.splits:
        names = ", ".join(title for split, title in SPLIT_TITLES.items() if split in item_filter.splits)
        found.append(Condition(f"Split: {names}", replace(item_filter, splits=frozenset())))
    if item_filter.flagged is not None:
        title = "Flagged" if item_filter.flagged else "Not flagged"
        found.append(Condition(title, replace(item_filter, flagged=None)))
    if item_filter.has_landmarks is not None:
        title = "Has landmarks" if item_filter.has_landmarks else "No landmarks"
        found.append(Condition(title, replace(item_filter, has_landmarks=None)))
    if item_filter.derived is not None:
        title = EDITED_TITLES[item_filter.derived]
        found.append(Condition(title, replace(item_filter, derived=None)))
    return found


def _attribute_conditions(item_filter: ItemFilter, vocabulary: Vocabulary) -> list[Condition]:
    found = []
    for by_model, table in ((False, item_filter.by_person), (True, item_filter.by_model)):
        for name, values in table.items():
            if not values or not vocabulary.has(name):
                continue
            title = vocabulary.attribute(name).title
            words = ", ".join(sorted(value_title(vocabulary, name, value) for value in values))
            rest = {key: kept for key, kept in table.items() if key != name}
            without = (
                replace(item_filter, by_model=rest) if by_model else replace(item_filter, by_person=rest)
            )
            found.append(Condition(f"{title}{' by model' if by_model else ''}: {words}", without))
    return found


def toggled(group: frozenset[T], member: T) -> frozenset[T]:
    """The group with a member put in or taken out."""
    return group - {member} if member in group else group | {member}


def toggled_value(
    table: Mapping[str, frozenset[str]], attribute: str, value: str
) -> dict[str, frozenset[str]]:
    """Attribute conditions with one value put in or taken out; empty groups vanish."""
    changed = dict(table)
    values = toggled(changed.get(attribute, frozenset()), value)
    if values:
        changed[attribute] = values
    else:
        changed.pop(attribute, None)
    return changed

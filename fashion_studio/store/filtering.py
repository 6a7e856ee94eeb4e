"""Filters, orders and the counts beside every filter, computed on the columns of `item_index`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.queries import UNSET, Facets, ItemFilter, SortKey
from fashion_studio.store.summaries import AGREEMENTS, CODE_FIRST_VALUE, SPLITS, STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from numpy.typing import NDArray

    from fashion_studio.domain.queries import Sort
    from fashion_studio.domain.vocabulary import Attribute
    from fashion_studio.store.item_index import ItemIndex, NameTable
    from fashion_studio.store.summaries import Records, SummaryLayout

__all__ = ["HISTOGRAM_BINS", "View"]

HISTOGRAM_BINS: Final = 20

_NEVER: Final = 1_000
"""More conditions than there are, so that no group of them can make up for it."""

_SPECIAL_CODES: Final = {"?unset": 0, "?unknown": 1, "?not_applicable": 2}


class View:
    """One consistent look at an index, taken for one question; the index may grow meanwhile."""

    def __init__(self, index: ItemIndex) -> None:
        """Takes references, copies nothing."""
        self._layout: SummaryLayout = index.layout
        self._names: NameTable = index.names
        self._notes = index.notes
        records, ids = index.records, index.ids
        self._count = min(len(ids), len(records), len(self._names))
        self._ids = ids[: self._count]
        self._records: Records = records[: self._count]
        self._origins = index.origins
        # Files that cannot be read and were never worked on: listed as failures, skipped as photos.
        skipped = self._records["failed"] & (self._records["changed_us"] == 0)
        if index.hidden:
            skipped |= self._among(index.hidden)
        self._skipped: NDArray[np.bool_] | None = skipped if skipped.any() else None

    @property
    def count(self) -> int:
        """Number of photos."""
        return self._count - (0 if self._skipped is None else int(np.count_nonzero(self._skipped)))

    def ids(
        self, question: ItemFilter, sort: Sort, name_order: Callable[[], NDArray[np.int64]]
    ) -> NDArray[np.int64]:
        """Ids of the photos that match, in order.

        Args:
            question: the conditions.
            sort: the order; ties by id, photos without the value last.
            name_order: gives all ids ordered by name; called only if it is needed.

        Raises:
            UserError: the filter names an attribute that the vocabulary does not have.
        """
        matching = self.matching(question)
        if sort.key is SortKey.NAME:
            ordered = name_order()
            at = np.searchsorted(self._ids, ordered)
            inside = (at < self._count) if len(ordered) > self._count else np.ones(len(at), dtype=bool)
            at = at[inside]
            chosen = at[matching[at]]
            return self._ids[chosen[::-1] if sort.descending else chosen]
        positions = np.flatnonzero(matching)
        return self._ids[positions[self._order(positions, sort)]]

    def matching(self, question: ItemFilter) -> NDArray[np.bool_]:
        """Which photos match all conditions."""
        result = np.ones(self._count, dtype=bool) if self._skipped is None else ~self._skipped
        for mask in self._conditions(question).values():
            result &= mask
        return result

    def facets(self, question: ItemFilter) -> Facets:
        """Counts beside every filter: each group of conditions is counted without itself."""
        conditions = self._conditions(question)
        failed = np.zeros(self._count, dtype=np.uint16)
        for mask in conditions.values():
            failed += ~mask
        if self._skipped is not None:
            failed[self._skipped] += _NEVER
        everything: NDArray[np.bool_] = failed == 0

        def without(group: str) -> NDArray[np.bool_]:
            """Photos that match all conditions but this group's."""
            if group not in conditions:
                return everything
            only_this: NDArray[np.bool_] = failed == ~conditions[group]
            return only_this

        records = self._records
        agreement = np.bincount(records["agreement"][without("agreement")], minlength=len(AGREEMENTS))
        status = np.bincount(records["status"][without("status")], minlength=len(STATUSES))
        split = np.bincount(records["split"][without("split")], minlength=len(SPLITS))
        of_both = without("derived")
        derived = int(np.count_nonzero(self._among(self._origins) & of_both)) if self._origins else 0
        confidence = records["confidence"][without("confidence")]
        confidence = confidence[~np.isnan(confidence)]
        bins = np.minimum((confidence * HISTOGRAM_BINS).astype(np.intp), HISTOGRAM_BINS - 1)
        return Facets(
            total=self.count,
            matching=int(np.count_nonzero(everything)),
            statuses={name: int(status[i]) for i, name in enumerate(STATUSES)},
            splits={name: int(split[i]) for i, name in enumerate(SPLITS)},
            agreements={name: int(agreement[i]) for i, name in enumerate(AGREEMENTS)},
            person=self._value_counts("person", without),
            model=self._value_counts("model", without),
            flagged=int(np.count_nonzero(records["flagged"] & without("flagged"))),
            without_landmarks=int(np.count_nonzero((records["landmarks"] == 0) & without("landmarks"))),
            confidence_histogram=tuple(np.bincount(bins, minlength=HISTOGRAM_BINS).tolist()),
            derived=derived,
            not_derived=int(np.count_nonzero(of_both)) - derived,
        )

    def _conditions(self, question: ItemFilter) -> dict[str, NDArray[np.bool_]]:
        records = self._records
        masks: dict[str, NDArray[np.bool_]] = {}
        if question.text.strip():
            masks["text"] = self._text(question.text.strip())
        if question.statuses:
            masks["status"] = _one_of(records["status"], [STATUSES.index(s) for s in question.statuses])
        if question.splits:
            masks["split"] = _one_of(records["split"], [SPLITS.index(s) for s in question.splits])
        if question.agreements:
            masks["agreement"] = _one_of(
                records["agreement"], [AGREEMENTS.index(a) for a in question.agreements]
            )
        if question.flagged is not None:
            masks["flagged"] = records["flagged"] == question.flagged
        if question.has_landmarks is not None:
            masks["landmarks"] = (records["landmarks"] > 0) == question.has_landmarks
        if question.confidence is not None:
            low, high = np.float32(question.confidence[0]), np.float32(question.confidence[1])
            masks["confidence"] = (records["confidence"] >= low) & (records["confidence"] <= high)
        if question.derived is not None:
            masks["derived"] = self._among(self._origins) == question.derived
        self._value_conditions(masks, "person", question.by_person)
        self._value_conditions(masks, "model", question.by_model)
        return masks

    def _value_conditions(
        self, masks: dict[str, NDArray[np.bool_]], voice: str, wanted: Mapping[str, frozenset[str]]
    ) -> None:
        for attribute, values in wanted.items():
            if not values:
                continue
            try:
                self._layout.column(attribute)
            except KeyError:
                msg = f"The vocabulary has no attribute “{attribute}”. Clear that filter."
                raise UserError(msg) from None
            masks[f"{voice}:{attribute}"] = self._has_value(voice, attribute, values)

    def _has_value(self, voice: str, attribute: str, values: frozenset[str]) -> NDArray[np.bool_]:
        column = self._records[voice][:, self._layout.column(attribute)]
        definition = self._layout.vocabulary.attribute(attribute)
        known = [value for value in values if value in definition.value_names]
        special = [_SPECIAL_CODES[value] for value in values if value in _SPECIAL_CODES]
        if not self._layout.has_set(attribute):
            return _one_of(column, special + [definition.index(value) + CODE_FIRST_VALUE for value in known])
        found = _one_of(column, special)
        sets = self._records[f"{voice}_sets"]
        for value in known:
            word, mask = self._layout.bit(attribute, value)
            found |= (sets[:, word] & np.uint64(mask)) != 0
        return found

    def _among(self, ids: Collection[int]) -> NDArray[np.bool_]:
        """Which photos are these."""
        found = np.zeros(self._count, dtype=bool)
        at = np.searchsorted(self._ids, np.fromiter(ids, dtype=np.int64, count=len(ids)))
        found[at[at < self._count]] = True  # the others came after this look was taken
        return found

    def _text(self, text: str) -> NDArray[np.bool_]:
        wanted = text.casefold()
        found = self._names.containing(wanted)[: self._count].copy()
        for item_id in [item_id for item_id, note in list(self._notes.items()) if wanted in note]:
            found[np.searchsorted(self._ids, item_id)] = True
        for attribute in self._layout.single:
            names = frozenset(
                v.name
                for v in attribute.values
                if wanted in v.name.casefold() or wanted in v.title.casefold()
            )
            if names:
                found |= self._has_value("person", attribute.name, names)
                found |= self._has_value("model", attribute.name, names)
        return found

    def _order(self, positions: NDArray[np.intp], sort: Sort) -> NDArray[np.intp]:
        records = self._records[positions]
        if sort.key is SortKey.CONFIDENCE:
            keys = records["confidence"].astype(np.float64)
            missing = np.isnan(keys)
        elif sort.key is SortKey.DISAGREEMENT:
            keys = records["disagreements"].astype(np.float64)
            missing = records["agreement"] == 0
        else:
            keys = records["date_us" if sort.key is SortKey.DATE else "changed_us"].astype(np.float64)
            missing = keys == 0
        keys = -keys if sort.descending else keys
        return np.argsort(np.where(missing, np.inf, keys), kind="stable")

    def _value_counts(
        self, voice: str, without: Callable[[str], NDArray[np.bool_]]
    ) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = {}
        columns = self._records[voice]
        for attribute in self._layout.single:
            mask = without(f"{voice}:{attribute.name}")
            codes = columns[:, self._layout.column(attribute.name)][mask]
            number = np.bincount(codes, minlength=CODE_FIRST_VALUE + len(attribute.values)).tolist()
            found = (
                dict(zip(_SPECIAL_CODES, number, strict=False)) if voice == "person" else {UNSET: number[0]}
            )
            if self._layout.has_set(attribute.name):
                found.update(self._set_counts(voice, attribute, mask))
            else:
                found.update(zip(attribute.value_names, number[CODE_FIRST_VALUE:], strict=False))
            counts[attribute.name] = found
        return counts

    def _set_counts(self, voice: str, attribute: Attribute, mask: NDArray[np.bool_]) -> dict[str, int]:
        sets = self._records[f"{voice}_sets"][mask]
        counts = {}
        for value in attribute.value_names:
            word, bit = self._layout.bit(attribute.name, value)
            counts[value] = int(np.count_nonzero(sets[:, word] & np.uint64(bit)))
        return counts


def _one_of(codes: NDArray[np.integer], wanted: list[int]) -> NDArray[np.bool_]:
    found = np.zeros(len(codes), dtype=bool)
    for code in wanted:
        found |= codes == code
    return found

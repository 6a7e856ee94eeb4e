"""All photos of a project in memory, as columns: what filters, orders, counts and tiles are answered from.

About a hundred bytes a photo. It mirrors the database (and edits that could not be written yet) and is
never the only place where something is known. Reads are lock-free on one published state; writers are
serialised by `store.dataset`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.labels import Split
from fashion_studio.domain.queries import ItemRow
from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.store.edits import Subject
from fashion_studio.store.summaries import CODE_FIRST_VALUE, SPLITS, STATUSES, Records, SummaryLayout

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from fashion_studio.domain.predictions import Prediction
    from fashion_studio.store.edits import Edit

__all__ = ["ItemIndex", "NameTable", "OriginKey"]


class NameTable:
    """File names of all photos as one block of bytes: a twentieth of the memory of as many strings."""

    def __init__(self, ends: NDArray[np.int64], blob: bytes) -> None:
        """Takes over names joined by line feeds and where each ends; see `of`."""
        self._ends = ends
        self._blob = blob
        self._lower: tuple[bytes, NDArray[np.int64]] | None = None

    @classmethod
    def of(cls, names: Sequence[str]) -> NameTable:
        """Packs the names in the order of the index."""
        encoded = [name.replace("\n", " ").encode("utf-8", "surrogateescape") for name in names]
        lengths = np.fromiter((len(name) + 1 for name in encoded), dtype=np.int64, count=len(encoded))
        return cls(np.cumsum(lengths), b"\n".join([*encoded, b""]))

    def __len__(self) -> int:
        return len(self._ends)

    def name(self, position: int) -> str:
        """The name at this position of the index."""
        start = int(self._ends[position - 1]) if position else 0
        return self._blob[start : int(self._ends[position]) - 1].decode("utf-8", "surrogateescape")

    def containing(self, text: str) -> NDArray[np.bool_]:
        """Which names contain this text, upper and lower case alike."""
        blob, ends = self._lowered()
        wanted = text.casefold().replace("\n", " ").encode("utf-8", "surrogateescape")
        found = np.zeros(len(self), dtype=bool)
        start = blob.find(wanted)
        while start >= 0:
            position = int(np.searchsorted(ends, start, side="right"))
            found[position] = True
            start = blob.find(wanted, int(ends[position]))
        return found

    def extended(self, names: Sequence[str]) -> NameTable:
        """A table with more names at the end; this one stays as it is for those who read it."""
        encoded = [name.replace("\n", " ").encode("utf-8", "surrogateescape") + b"\n" for name in names]
        lengths = np.fromiter((len(name) for name in encoded), dtype=np.int64, count=len(encoded))
        offset = int(self._ends[-1]) if len(self) else 0
        return NameTable(
            np.concatenate([self._ends, np.cumsum(lengths) + offset]), self._blob + b"".join(encoded)
        )

    def _lowered(self) -> tuple[bytes, NDArray[np.int64]]:
        if self._lower is None:
            text = self._blob.decode("utf-8", "surrogateescape")
            folded = [line.encode("utf-8", "surrogateescape") for line in text.casefold().split("\n")[:-1]]
            ends = np.cumsum(
                np.fromiter((len(line) + 1 for line in folded), dtype=np.int64, count=len(folded))
            )
            self._lower = (b"\n".join([*folded, b""]), ends)
        return self._lower


class OriginKey(NamedTuple):
    """What a derived photo was made of: the photo edited, and the content at the beginning of the chain."""

    parent_id: int
    source_hash: str


@dataclass(frozen=True, slots=True)
class Restore:
    """What to put back when a write turns out not to have happened."""

    positions: NDArray[np.intp]
    records: Records
    notes: Mapping[int, str | None]
    hidden: frozenset[int]


class ItemIndex:
    """The columns. `ids` ascend; `records[i]` belongs to `ids[i]`.

    Attributes:
        layout: where a record holds what.
        version: grows with every change, for caches of orders.
        origins: of derived photos, by id, in ascending order.
        hidden: derived photos whose saving was undone; they are in no list.
    """

    def __init__(
        self, layout: SummaryLayout, ids: NDArray[np.int64], records: Records, names: NameTable
    ) -> None:
        """Takes over arrays that belong together row by row."""
        self.layout = layout
        self.version = 0
        self.ids = ids
        self.records = records
        self.names = names
        self.failures: dict[int, str] = {}
        self.notes: dict[int, str] = {}
        self.origins: dict[int, OriginKey] = {}
        self.hidden: frozenset[int] = frozenset()
        self._spare: Records = records

    def __len__(self) -> int:
        return len(self.ids)

    def positions(self, ids: Iterable[int] | NDArray[np.int64]) -> NDArray[np.intp]:
        """Where these photos stand.

        Raises:
            UserError: one of them is not in the project.
        """
        wanted = np.asarray(ids if isinstance(ids, np.ndarray) else list(ids), dtype=np.int64)
        at = np.searchsorted(self.ids, wanted)
        if len(wanted) and (at.max() >= len(self.ids) or not np.array_equal(self.ids[at], wanted)):
            msg = "One of these photos is not in the project any more. Refresh the list."
            raise UserError(msg)
        return at

    def known(self, ids: Iterable[int]) -> list[int]:
        """Those of these photos that are in the project, in the same order."""
        wanted = np.fromiter(ids, np.int64)
        at = np.searchsorted(self.ids, wanted)
        return [
            item_id
            for item_id, place in zip(wanted.tolist(), at.tolist(), strict=True)
            if place < len(self.ids) and self.ids[place] == item_id
        ]

    def row(self, position: int) -> ItemRow:
        """What a tile shows of the photo at this position."""
        record = self.records[position]
        column = self.layout.column(CATEGORY) if self.layout.vocabulary.has(CATEGORY) else None
        category, by_person = None, False
        if column is not None:
            person, model = int(record["person"][column]), int(record["model"][column])
            by_person = person >= CODE_FIRST_VALUE
            category = self.layout.value(CATEGORY, person if by_person else model)
        confidence = float(record["confidence"])
        item_id = int(self.ids[position])
        return ItemRow(
            id=item_id,
            name=self.names.name(position),
            width_px=int(record["width_px"]),
            height_px=int(record["height_px"]),
            status=STATUSES[record["status"]],
            split=SPLITS[record["split"]],
            flagged=bool(record["flagged"]),
            category=category,
            category_by_person=by_person,
            confidence=None if np.isnan(confidence) else round(confidence, 6),
            disagreements=int(record["disagreements"]),
            failure=self.failures.get(item_id),
            missing=bool(record["missing"]),
            edited_from=self._parent_name(item_id),
        )

    def apply(self, edits: Sequence[Edit], changed_us: int) -> Restore:
        """Brings the records in line with edits; returns what takes that back."""
        touched = np.unique(
            self.positions(np.fromiter((e.fact.item_id for e in edits), np.int64, len(edits)))
        )
        before = Restore(
            touched,
            self.records[touched].copy(),
            {
                e.fact.item_id: self.notes.get(e.fact.item_id)
                for e in edits
                if e.fact.field == "note" and e.fact.subject is Subject.ITEM
            },
            self.hidden,
        )
        for (subject, name, after), ids in _grouped(edits).items():
            at = self.positions(np.array(ids, dtype=np.int64))
            if subject is Subject.ANSWER:
                self.layout.set_answer(self.records, at, name, after.value)
            elif subject is Subject.LANDMARK:
                np.add.at(self.records["landmarks"], at, np.uint8(1) if after.value else np.uint8(255))
            elif subject is Subject.DERIVED:
                self.hidden = self.hidden.union(ids) if after.value else self.hidden.difference(ids)
            elif subject is Subject.ITEM:
                self._set_field(at, name, after.value)
        self.records["changed_us"][touched] = changed_us
        self.layout.compare(self.records, touched)
        self.version += 1
        return before

    def take_back(self, before: Restore) -> None:
        """Undoes one `apply` that could not be kept."""
        self.records[before.positions] = before.records
        self.hidden = before.hidden
        for item_id, note in before.notes.items():
            if note is None:
                self.notes.pop(item_id, None)
            else:
                self.notes[item_id] = note
        self.version += 1

    def set_predictions(self, predictions: Sequence[tuple[int, Prediction]]) -> NDArray[np.intp]:
        """Writes what the model says of these photos; returns their positions."""
        at = self.positions(item_id for item_id, _ in predictions)
        for position, (_, prediction) in zip(at, predictions, strict=True):
            self.layout.set_prediction(self.records[position], prediction)
        self.layout.compare(self.records, at)
        self.version += 1
        return at

    def set_place(self, item_id: int, *, missing: bool, failure: str | None) -> None:
        """Notes whether a photo's file is there and can be read."""
        position = self.positions([item_id])[0]
        self.records["missing"][position] = missing
        self.records["failed"][position] = failure is not None
        if failure is None:
            self.failures.pop(item_id, None)
        else:
            self.failures[item_id] = failure
        self.version += 1

    def append(self, ids: Sequence[int], records: Records, names: Sequence[str]) -> None:
        """Adds photos; their ids are greater than all there are."""
        used, more = len(self.ids), len(ids)
        if used + more > len(self._spare):
            grown = self.layout.blank(max(1024, 2 * (used + more)))
            grown[:used] = self.records
            self._spare = grown
        self._spare[used : used + more] = records
        self.names = self.names.extended(names)
        self.records = self._spare[: used + more]
        self.ids = np.concatenate([self.ids, np.asarray(ids, dtype=np.int64)])  # last: readers size by it
        self.version += 1

    def note_origins(self, origins: Mapping[int, OriginKey]) -> None:
        """Marks photos that `append` is about to add as derived and hidden."""
        self.hidden = self.hidden.union(origins)
        self.origins = {**self.origins, **origins}
        self.version += 1

    def part(self, item_id: int, content_hash: str, split: Split) -> tuple[str, Split]:
        """(content, split) that decide the part of the data set a photo belongs to.

        A derived photo goes where the photo goes with which its edits began, so that no part sees another's
        garments; a split that a person gave it holds.
        """
        origin = self.origins.get(item_id)
        if origin is None:
            return content_hash, split
        begun = origin.parent_id
        while split is Split.NONE and begun in self.origins:
            split, begun = self._split(begun), self.origins[begun].parent_id
        return origin.source_hash, self._split(begun) if split is Split.NONE else split

    def summary(self, position: int) -> bytes:
        """The record as it is kept in the database."""
        return bytes(self.records[position].tobytes())

    def _split(self, item_id: int) -> Split:
        return SPLITS[int(self.records["split"][self.positions([item_id])[0]])]

    def _parent_name(self, item_id: int) -> str | None:
        origin = self.origins.get(item_id)
        return None if origin is None else self.names.name(int(self.positions([origin.parent_id])[0]))

    def _set_field(self, at: NDArray[np.intp], name: str, value: Any) -> None:
        if name == "status":
            self.records["status"][at] = STATUSES.index(value)
        elif name == "split":
            self.records["split"][at] = SPLITS.index(value)
        elif name == "flagged":
            self.records["flagged"][at] = value
        elif name == "note":
            self.records["noted"][at] = bool(value)
            for item_id in self.ids[at].tolist():
                if value:
                    self.notes[item_id] = value.casefold()
                else:
                    self.notes.pop(item_id, None)


class _Value:
    """A value that can be a dictionary key by its text."""

    __slots__ = ("_text", "value")

    def __init__(self, value: Any) -> None:
        self.value = value
        self._text = repr(value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Value) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


def _grouped(edits: Sequence[Edit]) -> dict[tuple[Subject, str, _Value], list[int]]:
    groups: dict[tuple[Subject, str, _Value], list[int]] = {}
    key: tuple[Subject, str, _Value]
    for (subject, item_id, name), before, after in edits:
        if subject is Subject.LANDMARK:
            step = (after is not None) - (before is not None)
            if step == 0:
                continue
            key = (subject, "", _Value(step > 0))
        else:
            key = (subject, name, _Value(after))
        groups.setdefault(key, []).append(item_id)
    return groups

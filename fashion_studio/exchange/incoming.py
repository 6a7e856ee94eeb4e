"""What comes in from foreign files: a record per photo in the file's own words, and what cannot be taken.

Every importer yields `IncomingRecord`s, streaming; `exchange.translation` puts them into a vocabulary's
words. The files may have been made by anybody: names, numbers and sizes are checked before anything is done
with them.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol

from fashion_studio.domain.errors import Cancelled
from fashion_studio.domain.labels import AnswerKind, Split, Status
from fashion_studio.domain.vocabulary import Cardinality

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from fashion_studio.domain.geometry import Box
    from fashion_studio.domain.labels import Landmark

__all__ = [
    "SHORTFALL_TITLES",
    "ForeignAttribute",
    "ImportFormat",
    "IncomingLabel",
    "IncomingRecord",
    "IncomingReport",
    "IncomingSource",
    "Shortfall",
    "safe_file_name",
    "split_of",
]

SHORTFALL_TITLES: Final = {
    "bad_rows": "rows that cannot be read",
    "outside": "names that lead out of the folder of photos, refused",
    "absent": "named photos that are not there",
    "not_in_project": "named photos that are not in this project",
    "twice": "photos named more than once; the first counts",
    "no_labels": "photos without a label that could be taken",
    "count_differs": "lists with another number of rows than their first line says; the rows count",
    "rows_do_not_match": "lists left out, because nobody can say which row is whose: they have another "
    "number of rows than the list of photos",
    "missing_rows": "rows that one of the lists does not have for a photo",
    "spare_rows": "rows of photos that the main list does not name",
    "default_names": "lists of category names that are missing; DeepFashion's own 50 are used",
    "unnamed_columns": "columns left out, because nothing says what they are",
    "several": "labels that name several values where one is taken",
    "contradicting": "labels that contradict each other in this vocabulary",
    "unmapped": "labels without a counterpart in this vocabulary",
    "left_out": "labels left out, as the mapping says",
    "bad_landmarks": "landmarks that cannot be read, or do not fit the kind of garment",
    "no_visibility": "landmarks without a visibility, taken as visible",
    "outside_photo": "landmarks and boxes outside their photo",
    "bad_boxes": "boxes that cannot be read or have no area",
    "other_size": "photos of another size than the file says; their landmarks and boxes are left out",
    "proposals": "labels that are a model's proposals, not a person's",
    "further_garments": "further garments in a photo; only the largest is taken",
}

_EXAMPLES: Final = 20
_UNMAPPED_NAMES: Final = 2_000
_NAME_LENGTH: Final = 1_024
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_SPLITS: Final = {
    "train": Split.TRAIN,
    "training": Split.TRAIN,
    "val": Split.VALIDATION,
    "valid": Split.VALIDATION,
    "validation": Split.VALIDATION,
    "test": Split.TEST,
    "testing": Split.TEST,
}


class ImportFormat(StrEnum):
    """What can be read."""

    DEEPFASHION = "deepfashion"
    FINE26 = "fine26"
    FASHION_HOW = "fashion-how"
    FOLDERS = "folders"
    CSV = "csv"
    COCO = "coco"


@dataclass(frozen=True, slots=True)
class IncomingLabel:
    """What a file says of one attribute, in its own words.

    Attributes:
        values: several of an attribute that takes one mean "one of these"; none of an attribute that takes
            several mean "none of them".
        unknown: values of an attribute that takes several of which the file says nothing.
    """

    values: tuple[str, ...] = ()
    kind: AnswerKind = AnswerKind.KNOWN
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IncomingRecord:
    """One photo.

    Attributes:
        file: path below the source's folder of photos, forward slashes, checked by `safe_file_name`.
        labels: by the file's own attributes; not named is not known.
        landmarks: by the file's own names, upright image pixels; not named is not set.
        split: None where the file says nothing.
        status: None where the file says nothing.
        width_px, height_px: what the file says; 0 where it says nothing.
    """

    file: str
    labels: Mapping[str, IncomingLabel] = field(default_factory=dict)
    landmarks: tuple[Landmark, ...] = ()
    box: Box | None = None
    split: Split | None = None
    status: Status | None = None
    width_px: int = 0
    height_px: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said of the photo."""
        known = any(label.values or label.kind is not AnswerKind.KNOWN for label in self.labels.values())
        return not (known or self.landmarks or self.box or self.split or self.status)


@dataclass(frozen=True, slots=True)
class ForeignAttribute:
    """One of the file's own attributes, values in the file's order."""

    name: str
    title: str
    values: tuple[str, ...]
    cardinality: Cardinality = Cardinality.ONE


class IncomingSource(Protocol):
    """An opened file or folder of a foreign format."""

    @property
    def title(self) -> str:
        """What the journal names as the one who says so: "DeepFashion lists in Anno_coarse"."""

    @property
    def photo_root(self) -> Path:
        """The folder that the records' files start from."""

    @property
    def total(self) -> int | None:
        """About how many records there are; None where only reading tells."""

    @property
    def names(self) -> str:
        """The mapping file that knows this format's words."""

    def vocabulary_data(self) -> dict[str, Any] | None:
        """The format's own vocabulary in the shape of a TOML file; None where it has none of its own."""

    def records(self) -> Iterator[IncomingRecord]:
        """The photos one by one; memory does not grow with their number.

        Raises:
            UserError: a file cannot be read at all.
            Cancelled: the report's `should_stop` said so.
        """


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Something that could not be taken, how often, and the first cases."""

    code: str
    count: int
    examples: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """For a person: "14 named photos that are not there", or with one: "named photos …: 1"."""
        title = SHORTFALL_TITLES[self.code]
        return f"{self.count:,} {title}" if self.count != 1 else f"{title[0].upper()}{title[1:]}: 1"


class IncomingReport:
    """Counts what could not be taken, and hands on the person's wish to stop."""

    def __init__(self, should_stop: Callable[[], bool] | None = None) -> None:
        self._should_stop = should_stop or (lambda: False)
        self._counts: Counter[str] = Counter()
        self._examples: dict[str, list[str]] = {}
        self._unmapped: Counter[tuple[str, str]] = Counter()

    def check_stop(self) -> None:
        """Ends the work when the person has asked for it.

        Raises:
            Cancelled: they have.
        """
        if self._should_stop():
            raise Cancelled

    def unheard(self) -> IncomingReport:
        """A report for a first look, whose counts nobody reads; the wish to stop holds there too."""
        return IncomingReport(self._should_stop)

    def add(self, code: str, example: str = "", *, count: int = 1) -> None:
        """Counts something of a kind listed in `SHORTFALL_TITLES`; keeps the first examples."""
        if count <= 0:
            return
        self._counts[code] += count
        examples = self._examples.setdefault(code, [])
        if example and len(examples) < _EXAMPLES:
            examples.append(_CONTROL.sub("?", example)[:_NAME_LENGTH])

    def add_unmapped(self, attribute: str, value: str) -> None:
        """Counts a label without a counterpart; a hostile number of different ones is counted together."""
        self._counts["unmapped"] += 1
        key = (attribute[:_NAME_LENGTH], value[:_NAME_LENGTH])
        if key not in self._unmapped and len(self._unmapped) >= _UNMAPPED_NAMES:
            key = (attribute[:_NAME_LENGTH], "…")
        self._unmapped[key] += 1

    def count(self, code: str) -> int:
        """How often something occurred."""
        return self._counts[code]

    def shortfalls(self) -> tuple[Shortfall, ...]:
        """What occurred, in the order of `SHORTFALL_TITLES`."""
        return tuple(
            Shortfall(code, self._counts[code], tuple(self._examples.get(code, ())))
            for code in SHORTFALL_TITLES
            if self._counts[code]
        )

    def unmapped(self) -> list[tuple[str, str, int]]:
        """(attribute, value, count) of the labels without a counterpart, most frequent first."""
        return [(*key, count) for key, count in self._unmapped.most_common()]


def safe_file_name(text: str) -> str | None:
    """A name in a list as a path below the folder of photos; None where it leads out of it or is no path.

    Backslashes of lists made on Windows become slashes. Refused are absolute paths, drives, addresses, "..",
    control characters and endless names.
    """
    name = text.strip().replace("\\", "/")
    while name.startswith("./"):
        name = name[2:]
    parts = name.split("/")
    if (
        not name
        or len(name) > _NAME_LENGTH
        or _CONTROL.search(name)
        or ":" in parts[0]
        or any(part in {"", ".", ".."} for part in parts)
    ):
        return None
    return name


def split_of(word: str) -> Split | None:
    """The split a word of a list or file name stands for; None for any other word."""
    return _SPLITS.get(word.strip().lower())

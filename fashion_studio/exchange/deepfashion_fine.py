"""DeepFashion's fine set: 26 attributes in six groups, files whose rows belong together by their number.

`{train,val,test}.txt` name the photos; `_attr` (26 columns of 0 and 1), `_cate`, `_bbox` and `_landmarks`
have one row for each, without names and without header. A file with another number of rows is left out.
"""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.exchange.deepfashion import find_list, photo_folder
from fashion_studio.exchange.deepfashion_names import (
    CATEGORY_NAMES,
    CLOTHES_TYPES,
    FINE_GROUPS,
    box_of_corners,
    points_of_pairs,
    points_of_triples,
    read_names,
    vocabulary_data,
)
from fashion_studio.exchange.incoming import (
    ForeignAttribute,
    IncomingLabel,
    IncomingRecord,
    safe_file_name,
    split_of,
)
from fashion_studio.exchange.text_lines import byte_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from fashion_studio.domain.geometry import Box
    from fashion_studio.domain.labels import Landmark, Split
    from fashion_studio.exchange.incoming import IncomingReport

__all__ = ["DeepFashionFine"]

_SPLITS: Final = ("train", "val", "test")
_SIDES: Final = ("attr", "cate", "bbox", "landmarks")
_STOP_EVERY: Final = 5_000


class DeepFashionFine:
    """The files of one folder, usually `Anno_fine`."""

    names = "fine26"

    def __init__(self, folder: Path, report: IncomingReport, photos: Path | None = None) -> None:
        """Finds the files and counts their rows.

        Args:
            folder: the data set's folder, or `Anno_fine` in it.
            report: told of what cannot be taken.
            photos: the folder that the names start from; None finds it.

        Raises:
            UserError: there are no such files, or the names of the 26 columns cannot be read.
        """
        self._report = report
        inner = folder / "Anno_fine"
        self._folder = inner if inner.is_dir() else folder
        self.photo_root = photos or photo_folder(self._folder)
        self._categories = self._read_categories()
        self._columns = self._read_columns()
        self._counts = {
            split: _row_count(path, report)
            for split in _SPLITS
            if (path := self._folder / f"{split}.txt").is_file()
        }
        if not self._counts:
            msg = f"{folder.name} has no train.txt, val.txt or test.txt. Choose the folder Anno_fine."
            raise UserError(msg)
        self.total: int | None = sum(self._counts.values())
        self._has_categories = any((self._folder / f"{split}_cate.txt").is_file() for split in self._counts)

    @property
    def title(self) -> str:
        """What the journal names."""
        return f"DeepFashion's fine set in {self._folder.name}"

    def vocabulary_data(self) -> dict[str, Any]:
        """The six groups, each with one answer; the category first where the files have one."""
        kinds: dict[str, list[str]] = {
            title: [name for name, own in self._categories if own == kind]
            for kind, title in CLOTHES_TYPES.items()
        }
        attributes = [
            ForeignAttribute(
                group,
                group.capitalize(),
                tuple(name for name, own in self._columns if own == kind),
            )
            for kind, (group, _) in FINE_GROUPS.items()
            if any(own == kind for _, own in self._columns)
        ]
        if not self._has_categories:
            return vocabulary_data("fine26", "DeepFashion, 26 attributes", attributes)
        category = ForeignAttribute(CATEGORY, "Category", tuple(name for name, _ in self._categories))
        return vocabulary_data("fine26", "DeepFashion, 26 attributes", [category, *attributes], kinds=kinds)

    def records(self) -> Iterator[IncomingRecord]:
        """Train, val, test, each in the order of its file."""
        for split, count in self._counts.items():
            names = byte_lines(self._folder / f"{split}.txt")
            sides = {side: self._side(split, side, count) for side in _SIDES}
            rows = zip(names, *sides.values(), strict=False)
            for number, ((_, name), attributes, category, box, landmarks) in enumerate(rows):
                if number % _STOP_EVERY == 0:
                    self._report.check_stop()
                if number >= count:
                    break
                record = self._record(split_of(split), name, attributes, category, (box, landmarks))
                if record is not None:
                    yield record

    def _record(
        self,
        split: Split | None,
        name: bytes,
        attributes: list[bytes],
        category: list[bytes],
        places: tuple[list[bytes], list[bytes]],
    ) -> IncomingRecord | None:
        try:
            file = safe_file_name(name.decode("utf-8"))
        except UnicodeDecodeError:
            self._report.add("bad_rows", f"{name[:80]!r}")
            return None
        if file is None:
            self._report.add("outside", name.decode("utf-8"))
            return None
        kind = self._category(file, category)
        labels = self._groups(file, attributes)
        if kind is not None:
            labels = {CATEGORY: IncomingLabel((self._categories[kind][0],)), **labels}
        return IncomingRecord(
            file=file,
            labels=labels,
            landmarks=self._landmarks(file, places[1], None if kind is None else self._categories[kind][1]),
            box=self._box(file, places[0]),
            split=split,
        )

    def _category(self, file: str, columns: list[bytes]) -> int | None:
        """Place of the category among the names."""
        if not columns:
            return None
        number = int(columns[0]) if len(columns) == 1 and columns[0].isdigit() and len(columns[0]) < 7 else 0
        if not 1 <= number <= len(self._categories):
            self._report.add("bad_rows", f"{file}: category {columns[0][:20]!r}")
            return None
        return number - 1

    def _groups(self, file: str, columns: list[bytes]) -> dict[str, IncomingLabel]:
        """One label a group. None of a group's columns set is unknown; several are "one of these"."""
        if not columns:
            return {}
        if len(columns) != len(self._columns) or not set(columns) <= {b"0", b"1", b"-1"}:
            self._report.add(
                "bad_rows", f"{file}: {len(columns)} attributes, not {len(self._columns)} of 0 and 1"
            )
            return {}
        found: dict[str, tuple[str, ...]] = {}
        for (name, kind), column in zip(self._columns, columns, strict=True):
            if column == b"1" and kind in FINE_GROUPS:
                group = FINE_GROUPS[kind][0]
                found[group] = (*found.get(group, ()), name)
        return {group: IncomingLabel(values) for group, values in found.items()}

    def _landmarks(self, file: str, columns: list[bytes], kind: int | None) -> tuple[Landmark, ...]:
        if not columns:
            return ()
        if len(columns) in {14, 20, 26} and columns[0] in {b"1", b"2", b"3"}:  # as in list_landmarks
            kind, columns = int(columns[0]), columns[2:]
        if len(columns) == 16:
            points = points_of_pairs(columns)
            self._report.add("no_visibility", count=len(points or ()))
        else:
            points = points_of_triples(columns, 3 if len(columns) == 24 else kind)
        if points is None:
            self._report.add("bad_landmarks", file)
            return ()
        return points

    def _box(self, file: str, columns: list[bytes]) -> Box | None:
        if not columns:
            return None
        box = box_of_corners(columns)
        if box is None:
            self._report.add("bad_boxes", file)
        return box

    def _side(self, split: str, side: str, count: int) -> Iterable[list[bytes]]:
        """The rows of one file; rows without columns where it is missing or has another number of rows."""
        path = self._folder / f"{split}_{side}.txt"
        if not path.is_file():
            return repeat([])
        found = _row_count(path, self._report)
        if found != count:
            self._report.add("rows_do_not_match", f"{path.name}: {found:,} rows for {count:,} photos")
            return repeat([])
        return (line.split() for _, line in byte_lines(path))

    def _read_categories(self) -> list[tuple[str, int]]:
        path = find_list(self._folder, "list_category_cloth")
        return read_names(path, self._report) if path is not None else list(CATEGORY_NAMES)

    def _read_columns(self) -> list[tuple[str, int]]:
        path = find_list(self._folder, "list_attr_cloth")
        if path is not None:
            names = read_names(path, self._report)
            if {kind for _, kind in names} <= set(FINE_GROUPS) and len(names) < 100:
                return names
        return [(name, kind) for kind, (_, names) in FINE_GROUPS.items() for name in names]


def _row_count(path: Path, report: IncomingReport) -> int:
    """Rows up to the last one that is not empty; an empty row in between is a row without label."""
    last = 0
    for number, (_, line) in enumerate(byte_lines(path), start=1):
        if number % _STOP_EVERY == 0:
            report.check_stop()
        if line.strip():
            last = number
    return last

"""FASHION-HOW (ETRI): CSV files of two generations, class numbers from 0, photos below a folder per part.

Season 5 `Fashion-How24_sub{1,2}_{train,val}.csv`, before `info_etri20_{emotion,color}_{train,validation,
test}.csv`: `image_name, BBox_xmin, BBox_ymin, BBox_xmax, BBox_ymax`, then `Daily, Gender, Embellishment` or
`Color`, sometimes in EUC-KR. What the numbers mean is published nowhere: names come from the user's file,
TOML with one list a head (`Daily = ["…", …]`); without it the classes are called by their numbers.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.domain.errors import UserError
from fashion_studio.exchange.deepfashion_names import box_of_corners, vocabulary_data
from fashion_studio.exchange.incoming import (
    ForeignAttribute,
    IncomingLabel,
    IncomingRecord,
    safe_file_name,
    split_of,
)
from fashion_studio.exchange.table_rows import TableRows
from fashion_studio.exchange.text_lines import opened, text_encoding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from fashion_studio.domain.labels import Split
    from fashion_studio.exchange.incoming import IncomingReport

__all__ = ["HEADS", "FashionHow", "read_class_names"]

HEADS: Final = {1: ("Daily", "Gender", "Embellishment"), 2: ("Color",)}
"""Sub-task → columns."""

_FILE_NAME: Final = re.compile(
    r"(?:sub(?P<task>[12])|(?P<set>emotion|color))_(?P<part>[a-z]+)$", re.IGNORECASE
)
_BOX: Final = ("BBox_xmin", "BBox_ymin", "BBox_xmax", "BBox_ymax")
_ENCODINGS: Final = ("utf-8", "cp949")
_MAX_CLASSES: Final = 1_000
_MAX_BYTES: Final = 1 << 20
_LOOKED_AT: Final = 20


@dataclass(frozen=True, slots=True)
class _Table:
    path: Path
    encoding: str
    split: Split | None
    folder: str
    """Where the photos lie, below the folder of photos; ends in a slash, or is empty."""
    rows: int


class FashionHow:
    """The files of one sub-task."""

    names = "fashion-how"

    def __init__(
        self,
        place: Path,
        report: IncomingReport,
        photos: Path | None = None,
        *,
        task: int | None = None,
        class_names: Path | None = None,
    ) -> None:
        """Finds the files, their encoding and their classes.

        Args:
            place: a folder, or one CSV file.
            report: told of what cannot be taken.
            photos: folder with the photos, or with a folder for each part; None is that of the files.
            task: 1 or 2, where a folder holds the files of both.
            class_names: TOML file with the names of the classes.

        Raises:
            UserError: there are no such files, or of both sub-tasks and `task` does not say which.
        """
        self._place, self._report = place, report
        self.photo_root = photos or (place if place.is_dir() else place.parent)
        found = _tables(place)
        if not found:
            msg = f"{place.name} has no CSV files of FASHION-HOW (Fashion-How24_sub1_train.csv and the like)."
            raise UserError(msg)
        self._task = _chosen(found, task, place)
        self._heads = HEADS[self._task]
        self._names = read_class_names(class_names) if class_names is not None else {}
        paths = [path for path, own in found if own == self._task]
        self._tables = [self._looked_at(path) for path in paths]
        self.total: int | None = sum(table.rows for table in self._tables)
        self._classes = {head: self._classes_of(head) for head in self._heads}

    @property
    def title(self) -> str:
        """What the journal names."""
        return f"FASHION-HOW sub-task {self._task} in {self._place.name}"

    def vocabulary_data(self) -> dict[str, Any]:
        """One attribute a head."""
        attributes = [ForeignAttribute(head.lower(), head, self._classes[head]) for head in self._heads]
        return vocabulary_data(
            f"fashion-how-{self._task}",
            f"FASHION-HOW, sub-task {self._task}",
            attributes,
            landmarks=False,
        )

    def records(self) -> Iterator[IncomingRecord]:
        """Photos in the order of the files."""
        for table in self._tables:
            for number, row in self._open(table.path, table.encoding, self._report):
                record = self._record(table, number, row)
                if record is not None:
                    yield record

    def _record(self, table: _Table, number: int, row: dict[str, str]) -> IncomingRecord | None:
        file = safe_file_name(row["image_name"])
        if file is None:
            self._report.add("outside", row["image_name"])
            return None
        labels: dict[str, IncomingLabel] = {}
        for head in self._heads:
            text = row.get(head, "").strip()
            if not text:
                continue
            value = _class_number(text)
            if value is None or value >= len(self._classes[head]):
                self._report.add("bad_rows", f"{table.path.name}, line {number}: {head} is “{text[:20]}”")
                continue
            labels[head.lower()] = IncomingLabel((self._classes[head][value],))
        corners = [row.get(column, "") for column in _BOX]
        box = box_of_corners(corners) if any(corners) else None
        if box is None and any(corners):
            self._report.add("bad_boxes", file)
        return IncomingRecord(file=table.folder + file, labels=labels, box=box, split=table.split)

    def _looked_at(self, path: Path) -> _Table:
        encoding, rows = text_encoding(path, _ENCODINGS)
        match = _FILE_NAME.search(path.stem)
        part = match["part"].lower() if match else ""
        names = []
        for _, row in self._open(path, encoding, self._report.unheard()):
            file = safe_file_name(row["image_name"])
            if file is not None:
                names.append(file)
            if len(names) >= _LOOKED_AT:
                break
        return _Table(path, encoding, split_of(part), self._folder_of(part, names), rows)

    def _folder_of(self, part: str, names: Sequence[str]) -> str:
        """Which folder below that of the photos the names of one part start from."""
        others = {"validation": "val", "val": "validation"}
        for folder in ("", f"{part}/", f"{others.get(part, part)}/"):
            if folder != "/" and any((self.photo_root / folder / name).is_file() for name in names):
                return folder
        return ""

    def _classes_of(self, head: str) -> tuple[str, ...]:
        """Names from the user's file, else the numbers that occur."""
        if head.lower() in self._names:
            return self._names[head.lower()]
        highest = -1
        for table in self._tables:
            for _, row in self._open(table.path, table.encoding, self._report.unheard()):
                value = _class_number(row.get(head, "").strip())
                highest = max(highest, -1 if value is None else value)
        return tuple(str(number) for number in range(highest + 1))

    def _open(
        self, path: Path, encoding: str, report: IncomingReport
    ) -> Iterator[tuple[int, dict[str, str]]]:
        rows = TableRows(path, encoding, report)
        wanted = ("image_name", *_BOX, *self._heads)
        columns = {name: rows.column(name) for name in wanted}
        if columns["image_name"] is None or all(columns[head] is None for head in self._heads):
            msg = f"{path.name} lacks the columns image_name and {', '.join(self._heads)}."
            raise UserError(msg)
        for number, cells in rows:
            yield number, {name: cells[at] for name, at in columns.items() if at is not None}


def read_class_names(path: Path) -> dict[str, tuple[str, ...]]:
    """The user's names of the classes: head in lower case → names in the order of the numbers.

    Raises:
        UserError: the file cannot be read, or a head is no list of different names.
    """
    with opened(path) as stream:
        data = stream.read(_MAX_BYTES + 1)
    try:
        found = tomllib.loads(data.decode("utf-8-sig")) if len(data) <= _MAX_BYTES else None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        msg = f"{path.name} is no TOML file: {error}."
        raise UserError(msg) from error
    names: dict[str, tuple[str, ...]] = {}
    for head, values in (found or {}).items():
        plain = isinstance(values, list) and all(isinstance(value, str) and value for value in values)
        if not plain or not values or len(set(values)) != len(values) or len(values) > _MAX_CLASSES:
            msg = f"{path.name}: {head} is not a list of different names."
            raise UserError(msg)
        names[head.lower()] = tuple(values)
    if not names:
        msg = f'{path.name} names no classes. Write one list a head: Color = ["black", …].'
        raise UserError(msg)
    return names


def _class_number(text: str) -> int | None:
    if not text.isascii() or not text.isdigit() or len(text) > 4:
        return None
    value = int(text)
    return value if value < _MAX_CLASSES else None


def _tables(place: Path) -> list[tuple[Path, int]]:
    """(file, sub-task) of the files that a name or a place points at, the training's first."""
    order = {"train": 0, "val": 1, "validation": 1, "test": 2}
    found = []
    for path in [place] if place.is_file() else sorted(place.glob("*.csv")):
        match = _FILE_NAME.search(path.stem)
        if match is not None:
            task = int(match["task"]) if match["task"] else {"emotion": 1, "color": 2}[match["set"].lower()]
            found.append((path, task, order.get(match["part"].lower(), 3)))
    return [(path, task) for path, task, _ in sorted(found, key=lambda entry: (entry[2], entry[0].name))]


def _chosen(found: Sequence[tuple[Path, int]], task: int | None, place: Path) -> int:
    tasks = sorted({own for _, own in found})
    if task is None and len(tasks) > 1:
        msg = (
            f"{place.name} holds the files of both sub-tasks. Say which with --task, or choose one CSV file."
        )
        raise UserError(msg)
    chosen = tasks[0] if task is None else task
    if chosen not in tasks:
        msg = f"{place.name} holds no files of sub-task {chosen}."
        raise UserError(msg)
    return chosen

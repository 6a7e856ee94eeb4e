"""Tables as they come in: our own CSV export, or anybody's with a map from our columns to theirs.

Cells mean what they mean in `exchange.csv_table`: empty is "not set", `?unknown` and `?not_applicable` are
answers, `|` stands between several values, `_v` is 2 visible, 1 occluded, 0 absent. Columns `<name>_source`
that say "model" mark proposals, which are no labels of a person's.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import AnswerKind, Landmark, Status, Visibility
from fashion_studio.domain.queries import NOT_APPLICABLE, UNKNOWN
from fashion_studio.exchange.csv_table import VALUE_SEPARATOR
from fashion_studio.exchange.incoming import IncomingLabel, IncomingRecord, safe_file_name, split_of
from fashion_studio.exchange.outgoing import Source
from fashion_studio.exchange.table_rows import TableRows
from fashion_studio.exchange.text_lines import text_encoding
from fashion_studio.exchange.translation import plain_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from fashion_studio.exchange.incoming import IncomingReport

__all__ = ["CsvTable"]

_FILE_COLUMNS: Final = ("file_name", "file", "filename", "image_name", "image", "image_path", "path")
_FIXED: Final = ("split", "status", "width", "height")
_CORNERS: Final = ("box_left", "box_top", "box_right", "box_bottom")
_SIZES: Final = ("box_left", "box_top", "box_width", "box_height")
_VISIBILITY: Final = {"0": Visibility.ABSENT, "1": Visibility.OCCLUDED, "2": Visibility.VISIBLE}
_KINDS: Final = {UNKNOWN: AnswerKind.UNKNOWN, NOT_APPLICABLE: AnswerKind.NOT_APPLICABLE}
_ENCODINGS: Final = ("utf-8",)


class CsvTable:
    """One table with a photo in each row."""

    names = "csv"

    def __init__(
        self,
        path: Path,
        report: IncomingReport,
        photos: Path | None = None,
        *,
        attributes: Collection[str],
        landmarks: Sequence[str],
        columns: Mapping[str, str] | None = None,
        encoding: str = "",
    ) -> None:
        """Reads the header and finds the encoding.

        Args:
            path: the file.
            report: told of what cannot be taken.
            photos: folder that the file names start from; None is the table's own.
            attributes: names that count as attributes where a column is called so.
            landmarks: names that count as landmarks, with `_x`, `_y` and `_v` behind.
            columns: what we call it → what the table calls it; "file", an attribute, `<landmark>_x`, `split`,
                `status`, `width`, `height`, `box_left`, `box_top` and `box_right`, `box_bottom` or
                `box_width`, `box_height`.
            encoding: Python's name of the encoding; empty for UTF-8.

        Raises:
            UserError: the file cannot be read, a mapped column is not there, or no column names the photos.
        """
        self._path, self._report = path, report
        self.photo_root = photos or path.parent
        candidates = (encoding,) if encoding else _ENCODINGS
        try:
            self._encoding, ends = text_encoding(path, candidates)
        except LookupError as error:
            msg = f"There is no encoding “{encoding}”. Name one such as utf-8, cp949 or latin-1."
            raise UserError(msg) from error
        self.total: int | None = max(0, ends - 1)
        self._rows = TableRows(path, self._encoding, report)
        self._places = self._placed(columns or {}, attributes, landmarks)
        if "file" not in self._places:
            msg = f"No column of {path.name} names the photos. Say which does: --column file=THEIRS."
            raise UserError(msg)
        self._landmarks = [name for name in landmarks if {f"{name}_x", f"{name}_y"} <= set(self._places)]
        self._attributes = [
            name
            for name in self._places
            if name not in {"file", *_FIXED, *_CORNERS, *_SIZES} and not self._belongs(name, landmarks)
        ]

    @property
    def title(self) -> str:
        """What the journal names."""
        return f"the table {self._path.name}"

    def vocabulary_data(self) -> dict[str, Any] | None:
        """None: a table describes no vocabulary."""
        return None

    def records(self) -> Iterator[IncomingRecord]:
        """Photos in the order of the rows."""
        for number, cells in self._rows:
            row = {name: cells[place].strip() for name, place in self._places.items()}
            file = safe_file_name(row["file"])
            if file is None:
                self._report.add("outside" if row["file"] else "bad_rows", f"line {number}: {row['file']}")
                continue
            yield IncomingRecord(
                file=file,
                labels=self._labels(row),
                landmarks=self._points(file, row),
                box=self._box(file, row),
                split=split_of(row.get("split", "")),
                status=self._status(number, row.get("status", "")),
                width_px=_whole(row.get("width", "")),
                height_px=_whole(row.get("height", "")),
            )

    def _placed(
        self, columns: Mapping[str, str], attributes: Collection[str], landmarks: Sequence[str]
    ) -> dict[str, int]:
        places = {}
        for ours, theirs in columns.items():
            place = self._rows.column(theirs)
            if place is None:
                has = ", ".join(self._rows.header[:40])
                msg = f"{self._path.name} has no column “{theirs}”. It has {has}."
                raise UserError(msg)
            places[ours] = place
        wanted = {plain_name(name): name for name in (*_FIXED, *_CORNERS, *_SIZES, *attributes)}
        wanted |= {
            plain_name(name + end): name + end for name in landmarks for end in ("_x", "_y", "_v", "_source")
        }
        wanted |= {plain_name(f"{name}_source"): f"{name}_source" for name in attributes}
        wanted |= {plain_name(name): "file" for name in _FILE_COLUMNS}
        for place, header in enumerate(self._rows.header):
            if place in places.values():
                continue
            ours = wanted.get(plain_name(header), "")
            if ours and ours not in places:
                places[ours] = place
            elif not header.endswith("_conf"):
                self._report.add("unnamed_columns", header)
        return places

    def _belongs(self, name: str, landmarks: Sequence[str]) -> bool:
        """Whether a column is a part of a landmark, or says who labelled."""
        return name.endswith("_source") or any(
            name == mark + end for mark in landmarks for end in ("_x", "_y", "_v")
        )

    def _labels(self, row: dict[str, str]) -> dict[str, IncomingLabel]:
        labels = {}
        for name in self._attributes:
            cell = row[name]
            if not cell:
                continue
            if row.get(f"{name}_source") == Source.MODEL:
                self._report.add("proposals")
            elif cell in _KINDS:
                labels[name] = IncomingLabel(kind=_KINDS[cell])
            else:
                values = tuple(value.strip() for value in cell.split(VALUE_SEPARATOR))
                labels[name] = IncomingLabel(tuple(value for value in values if value))
        return labels

    def _points(self, file: str, row: dict[str, str]) -> tuple[Landmark, ...]:
        points = []
        for name in self._landmarks:
            x, y, visibility = (row.get(f"{name}{end}", "") for end in ("_x", "_y", "_v"))
            if not (x or y or visibility):
                continue
            if row.get(f"{name}_source") == Source.MODEL:
                self._report.add("proposals")
            elif visibility == "0":
                points.append(Landmark(name, 0.0, 0.0, Visibility.ABSENT))
            elif (place := _numbers((x, y))) is None or visibility not in {"", "1", "2"}:
                self._report.add("bad_landmarks", file)
            else:
                self._report.add("no_visibility", count=int(not visibility))
                points.append(Landmark(name, place[0], place[1], _VISIBILITY[visibility or "2"]))
        return tuple(points)

    def _box(self, file: str, row: dict[str, str]) -> Box | None:
        for names in (_CORNERS, _SIZES):
            cells = [row.get(name, "") for name in names]
            if not all(name in row for name in names) or not any(cells):
                continue
            numbers = _numbers(cells)
            if numbers is None:
                break
            left, top, third, fourth = numbers
            box = Box(left, top, third - left, fourth - top) if names is _CORNERS else Box(*numbers)
            if box.width > 0 < box.height:
                return box
            break
        else:
            return None
        self._report.add("bad_boxes", file)
        return None

    def _status(self, number: int, word: str) -> Status | None:
        if not word:
            return None
        try:
            return Status(word)
        except ValueError:
            self._report.add("bad_rows", f"{self._path.name}, line {number}: status “{word[:40]}”")
            return None


def _numbers(cells: Sequence[str]) -> tuple[float, ...] | None:
    try:
        values = tuple(float(cell) for cell in cells)
    except ValueError:
        return None
    return values if all(map(math.isfinite, values)) else None


def _whole(cell: str) -> int:
    return int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 7 else 0

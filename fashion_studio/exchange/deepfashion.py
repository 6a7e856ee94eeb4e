"""DeepFashion's coarse lists: one file per kind of label, photos by name, 50 categories, 1000 attributes.

`list_category_cloth`, `list_category_img`, `list_attr_cloth`, `list_attr_img`, `list_bbox`, `list_landmarks`
and `list_eval_partition`; any of them may be missing. The format is described with `deepfashion_names`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.vocabulary import CATEGORY, Cardinality
from fashion_studio.exchange.deepfashion_names import (
    ATTRIBUTE_GROUPS,
    CATEGORY_NAMES,
    CLOTHES_TYPES,
    LANDMARK_SLOTS,
    box_of_corners,
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
from fashion_studio.exchange.named_rows import NamedRows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fashion_studio.domain.geometry import Box
    from fashion_studio.domain.labels import Landmark, Split
    from fashion_studio.exchange.incoming import IncomingReport

__all__ = ["DeepFashionLists", "find_list", "photo_folder"]

_PLACES: Final = ("", "Anno", "Anno_coarse", "Eval", "../Eval")
_PHOTO_LISTS: Final = {
    "list_category_img": 1,
    "list_attr_img": 0,
    "list_landmarks": None,
    "list_bbox": 4,
    "list_eval_partition": 1,
}
"""List → columns after the name; 0 is set from the list of attribute names."""


class DeepFashionLists:
    """The lists of one folder, read side by side."""

    names = "deepfashion"

    def __init__(self, folder: Path, report: IncomingReport, photos: Path | None = None) -> None:
        """Finds the lists and reads the names.

        Args:
            folder: the data set's folder, or the one with the lists.
            report: told of what cannot be taken.
            photos: the folder that the names in the lists start from; None finds it.

        Raises:
            UserError: there are no lists, or one of them is none.
        """
        self._folder, self._report = folder, report
        self.photo_root = photos or photo_folder(folder)
        self._categories = self._read_categories()
        self._columns = self._read_columns()
        self._groups = {
            kind: tuple(name for name, own in self._columns if own == kind) for kind in ATTRIBUTE_GROUPS
        }
        self._lists = self._open_lists()
        if not self._lists:
            msg = f"{folder.name} has none of DeepFashion's lists (list_category_img.txt and the like)."
            raise UserError(f"{msg} Choose the folder that holds them.")
        self.total: int | None = next(iter(self._lists.values())).stated

    @property
    def title(self) -> str:
        """What the journal names."""
        return f"DeepFashion lists in {self._folder.name}"

    def vocabulary_data(self) -> dict[str, Any]:
        """Category, then the five groups of attributes; landmarks by kind of garment."""
        kinds: dict[str, list[str]] = {
            title: [name for name, own in self._categories if own == kind]
            for kind, title in CLOTHES_TYPES.items()
        }
        several = [
            ForeignAttribute(name, name.capitalize(), self._groups[kind], Cardinality.SEVERAL)
            for kind, name in ATTRIBUTE_GROUPS.items()
            if self._groups[kind]
        ]
        category = ForeignAttribute(CATEGORY, "Category", tuple(name for name, _ in self._categories))
        return vocabulary_data("deepfashion", "DeepFashion", [category, *several], kinds=kinds)

    def records(self) -> Iterator[IncomingRecord]:
        """Photos in the order of the first list that is there; the others are joined by name."""
        main, *others = self._lists
        for name, columns in self._lists[main]:
            file = safe_file_name(name)
            if file is None:
                self._report.add("outside", name)
                continue
            rows = {main: columns}
            for other in others:
                found = self._lists[other].row(name)
                if found is None:
                    self._report.add("missing_rows", f"{other}: {name}")
                else:
                    rows[other] = found
            yield self._record(file, rows)
        for other in others:
            self._lists[other].finish()

    def _record(self, file: str, rows: dict[str, list[bytes]]) -> IncomingRecord:
        labels: dict[str, IncomingLabel] = {}
        if "list_category_img" in rows:
            labels |= self._category(file, rows["list_category_img"])
        if "list_attr_img" in rows:
            labels |= self._attributes(file, rows["list_attr_img"])
        return IncomingRecord(
            file=file,
            labels=labels,
            landmarks=self._landmarks(file, rows["list_landmarks"]) if "list_landmarks" in rows else (),
            box=self._box(file, rows["list_bbox"]) if "list_bbox" in rows else None,
            split=self._split(file, rows.get("list_eval_partition")),
        )

    def _category(self, file: str, columns: list[bytes]) -> dict[str, IncomingLabel]:
        number = int(columns[0]) if columns[0].isdigit() and len(columns[0]) < 7 else 0
        if not 1 <= number <= len(self._categories):
            self._report.add("bad_rows", f"{file}: category {columns[0][:20]!r}")
            return {}
        return {CATEGORY: IncomingLabel((self._categories[number - 1][0],))}

    def _attributes(self, file: str, columns: list[bytes]) -> dict[str, IncomingLabel]:
        if not set(columns) <= {b"1", b"-1", b"0"}:
            self._report.add("bad_rows", f"{file}: attributes are 1, -1 or 0")
            return {}
        there: dict[int, list[str]] = {kind: [] for kind in ATTRIBUTE_GROUPS}
        unknown: dict[int, list[str]] = {kind: [] for kind in ATTRIBUTE_GROUPS}
        for mark, found in ((b"1", there), (b"0", unknown)):
            if mark in columns:
                for place, column in enumerate(columns):
                    if column == mark and self._columns[place][1] in found:
                        found[self._columns[place][1]].append(self._columns[place][0])
        return {
            name: IncomingLabel(tuple(there[kind]), unknown=tuple(unknown[kind]))
            for kind, name in ATTRIBUTE_GROUPS.items()
            if len(unknown[kind]) < len(self._groups[kind])
        }

    def _landmarks(self, file: str, columns: list[bytes]) -> tuple[Landmark, ...]:
        kind = int(columns[0]) if columns and columns[0] in {b"1", b"2", b"3"} else 0
        points = points_of_triples(columns[2:], kind) if kind in LANDMARK_SLOTS else None
        if points is None:
            self._report.add("bad_landmarks", file)
            return ()
        return points

    def _box(self, file: str, columns: list[bytes]) -> Box | None:
        box = box_of_corners(columns)
        if box is None:
            self._report.add("bad_boxes", file)
        return box

    def _split(self, file: str, columns: list[bytes] | None) -> Split | None:
        if columns is None:
            return None
        split = split_of(columns[0].decode("utf-8", "replace"))
        if split is None:
            self._report.add("bad_rows", f"{file}: part {columns[0][:20]!r}")
        return split

    def _read_categories(self) -> list[tuple[str, int]]:
        path = find_list(self._folder, "list_category_cloth")
        if path is not None:
            return read_names(path, self._report)
        if find_list(self._folder, "list_category_img") is not None:
            self._report.add("default_names", "list_category_cloth")
        return list(CATEGORY_NAMES)

    def _read_columns(self) -> list[tuple[str, int]]:
        path = find_list(self._folder, "list_attr_cloth")
        return read_names(path, self._report) if path is not None else []

    def _open_lists(self) -> dict[str, NamedRows]:
        lists = {}
        for name, width in _PHOTO_LISTS.items():
            path = find_list(self._folder, name)
            if path is None:
                continue
            if width == 0 and not self._columns:
                self._report.add("unnamed_columns", f"{path.name}: list_attr_cloth is missing")
                continue
            lists[name] = NamedRows(path, self._report, len(self._columns) if width == 0 else width)
        return lists


def find_list(folder: Path, name: str) -> Path | None:
    """The list of this name in a data set's folder or its usual sub-folders."""
    for place in _PLACES:
        if place.startswith("..") and not folder.name.lower().startswith("anno"):
            continue
        path = folder / place / f"{name}.txt"
        if path.is_file():
            return path
    return None


def photo_folder(folder: Path) -> Path:
    """The folder that "img/…" in the lists starts from: the data set's, above that of the lists."""
    for base in (folder, folder.parent):
        for candidate in (base, base / "Img"):
            if (candidate / "img").is_dir():
                return candidate
    return folder.parent if folder.name.lower().startswith("anno") else folder

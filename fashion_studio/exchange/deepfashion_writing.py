"""Writes data sets as DeepFashion's own files: the coarse lists, and the fine set.

The inverse of `exchange.deepfashion` and `exchange.deepfashion_fine`: what is written comes back from there.
Coordinates are whole pixels, as in the original.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.exchange.deepfashion_names import ATTRIBUTE_GROUPS, FINE_GROUPS, LANDMARK_SLOTS
from fashion_studio.exchange.layouts import ListFile, part_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fashion_studio.domain.geometry import Box
    from fashion_studio.exchange.atomic import AtomicFiles
    from fashion_studio.exchange.incoming import IncomingRecord

__all__ = ["CoarseWriter", "FineWriter"]

_NUMBERS: Final = {Visibility.VISIBLE: 0, Visibility.OCCLUDED: 1, Visibility.ABSENT: 2}
_LISTS: Final = {
    "list_category_img": "image_name  category_label",
    "list_attr_img": "image_name  attribute_labels",
    "list_bbox": "image_name  x_1  y_1  x_2  y_2",
    "list_landmarks": "image_name  clothes_type  variation_type  landmark_visibility_1  "
    "landmark_location_x_1  landmark_location_y_1  landmark_visibility_2  …",
}


class CoarseWriter:
    """`Anno_coarse` and `Eval` of one data set; every record needs a category and a box."""

    def __init__(
        self,
        files: AtomicFiles,
        folder: Path,
        categories: Sequence[tuple[str, int]],
        attributes: Sequence[tuple[str, int]],
    ) -> None:
        """Begins the lists.

        Args:
            files: where they appear on commit.
            folder: the data set's.
            categories: (name, clothes type), in the order of their numbers.
            attributes: (name, attribute type), in the order of the columns.
        """
        self._categories, self._attributes = categories, attributes
        anno = folder / "Anno_coarse"
        self._rows = {name: ListFile(files, anno / f"{name}.txt") for name in _LISTS}
        self._parts = ListFile(files, folder / "Eval" / "list_eval_partition.txt")
        self._names = {
            "category": ListFile(files, anno / "list_category_cloth.txt"),
            "attribute": ListFile(files, anno / "list_attr_cloth.txt"),
        }

    def add(self, record: IncomingRecord) -> None:
        """Adds a photo to every list."""
        number, kind = _category(record, self._categories)
        there = {
            (value, group)
            for group, name in ATTRIBUTE_GROUPS.items()
            if name in record.labels
            for value in record.labels[name].values
        }
        self._rows["list_category_img"].add(f"{record.file}  {number}")
        marks = " ".join("1" if attribute in there else "-1" for attribute in self._attributes)
        self._rows["list_attr_img"].add(f"{record.file}  {marks}")
        self._rows["list_bbox"].add(f"{record.file}  {_corners(record.box, '{:03d}')}")
        self._rows["list_landmarks"].add(f"{record.file}  {kind}  1  {_triples(record, kind, '{:03d}')}")
        self._parts.add(f"{record.file}  {part_name(record.split)}")

    def finish(self) -> None:
        """Completes the lists."""
        for name, header in _LISTS.items():
            self._rows[name].finish(str(self._rows[name].count), header)
        self._parts.finish(str(self._parts.count), "image_name  evaluation_status")
        for what, rows in (("category", self._categories), ("attribute", self._attributes)):
            for name, kind in rows:
                self._names[what].add(f"{name:<40}  {kind}")
            self._names[what].finish(str(len(rows)), f"{what}_name  {what}_type")


class FineWriter:
    """`Anno_fine` of one data set; every record needs a category and a box."""

    def __init__(self, files: AtomicFiles, folder: Path, categories: Sequence[tuple[str, int]]) -> None:
        """Begins the files of all three parts."""
        self._categories = categories
        anno = folder / "Anno_fine"
        self._files = {
            (part, end): ListFile(files, anno / f"{part}{end}.txt")
            for part in ("train", "val", "test")
            for end in ("", "_attr", "_cate", "_bbox", "_landmarks")
        }
        self._names = ListFile(files, anno / "list_category_cloth.txt")
        self._columns = ListFile(files, anno / "list_attr_cloth.txt")

    def add(self, record: IncomingRecord) -> None:
        """Adds a photo to the files of its part."""
        part = part_name(record.split)
        number, kind = _category(record, self._categories)
        values = {
            (group, value)
            for group, _ in FINE_GROUPS.values()
            if group in record.labels
            for value in record.labels[group].values
        }
        marks = [str(int((group, name) in values)) for group, names in FINE_GROUPS.values() for name in names]
        for end, row in (
            ("", record.file),
            ("_attr", " ".join(marks)),
            ("_cate", str(number)),
            ("_bbox", _corners(record.box, "{:d}")),
            ("_landmarks", _triples(record, kind, "{:d}")),
        ):
            self._files[part, end].add(row)

    def finish(self) -> None:
        """Completes the files."""
        for file in self._files.values():
            file.finish()
        for name, kind in self._categories:
            self._names.add(f"{name:<40}  {kind}")
        self._names.finish(str(len(self._categories)), "category_name  category_type")
        for kind, (_, names) in FINE_GROUPS.items():
            for name in names:
                self._columns.add(f"{name:<40}  {kind}")
        self._columns.finish(str(self._columns.count), "attribute_name  attribute_type")


def _category(record: IncomingRecord, categories: Sequence[tuple[str, int]]) -> tuple[int, int]:
    """(number from 1, clothes type)."""
    (name,) = record.labels[CATEGORY].values
    place = [own for own, _ in categories].index(name)
    return place + 1, categories[place][1]


def _corners(box: Box | None, form: str) -> str:
    numbers = (0, 0, 0, 0) if box is None else (box.x, box.y, box.right, box.bottom)
    return " ".join(form.format(round(number)) for number in numbers)


def _triples(record: IncomingRecord, kind: int, form: str) -> str:
    points = {point.name: point for point in record.landmarks}
    words = []
    for name in LANDMARK_SLOTS[kind]:
        point = points.get(name)
        if point is None or point.visibility is Visibility.ABSENT:
            words.append(f"2 {form.format(0)} {form.format(0)}")
        else:
            words.append(
                f"{_NUMBERS[point.visibility]} {form.format(round(point.x))} {form.format(round(point.y))}"
            )
    return "  ".join(words)

"""COCO keypoints as they come in, ours and others'; visibility 0 not labelled, 1 hidden, 2 visible.

One garment a photo is taken, the one with the largest box. Answers come from the annotation's `attributes`,
as CVAT, Datumaro and FiftyOne write them. What our own export marks as a model's (docs/decisions/0002) is no
label of a person's and is left out. Of each image its id, name and size are kept in memory, of each
annotation nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Landmark, Visibility
from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.exchange.coco import GARMENT
from fashion_studio.exchange.incoming import IncomingLabel, IncomingRecord, safe_file_name, split_of
from fashion_studio.exchange.json_items import list_entries
from fashion_studio.exchange.outgoing import Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fashion_studio.domain.labels import Split
    from fashion_studio.exchange.incoming import IncomingReport

__all__ = ["CocoKeypoints"]

_VISIBILITY: Final = {1: Visibility.OCCLUDED, 2: Visibility.VISIBLE}
_SKIPPED: Final = frozenset({"segmentation", "caption", "counts"})
_MAX_CATEGORIES: Final = 10_000
_OWN_MARKS: Final = ("_source", "_conf")


@dataclass(slots=True)
class _Image:
    file: str
    width_px: int
    height_px: int
    best: int = -1
    """Place of the annotation with the largest box in the file; -1 for none."""
    area: float = -1.0


@dataclass(slots=True)
class _File:
    path: Path
    split: Split | None
    images: dict[int | str, _Image] = field(default_factory=dict)
    categories: dict[int | str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """Id → (name, names of its keypoints)."""


class CocoKeypoints:
    """One file, or the files in a folder's `annotations`."""

    names = "coco"

    def __init__(self, place: Path, report: IncomingReport, photos: Path | None = None) -> None:
        """Finds the files; they are read when records are asked for.

        Args:
            place: a JSON file, or a folder.
            report: told of what cannot be taken.
            photos: folder that `file_name` starts from; None is `images` beside the annotations, else the
                folder itself.

        Raises:
            UserError: there is no JSON file.
        """
        self._place, self._report = place, report
        self._paths = _files(place)
        if not self._paths:
            msg = f"{place.name} holds no JSON file. Choose the COCO file or the folder with it."
            raise UserError(msg)
        base = place if place.is_dir() else place.parent
        base = base.parent if base.name == "annotations" else base
        images = base / "images"
        self.photo_root = photos or (images if images.is_dir() else base)
        self.total: int | None = None

    @property
    def title(self) -> str:
        """What the journal names."""
        return f"COCO keypoints in {self._place.name}"

    def vocabulary_data(self) -> dict[str, Any] | None:
        """None: COCO files describe no vocabulary."""
        return None

    def records(self) -> Iterator[IncomingRecord]:
        """Photos with an annotation in the order of the annotations, then those without."""
        for path in self._paths:
            file = _File(path, split_of(path.stem.rsplit("_", 1)[-1]))
            self._read_heads(file)
            self._find_best(file)
            self.total = len(file.images)
            yield from self._annotated(file)
            for image in file.images.values():
                if image.best < 0:
                    yield IncomingRecord(
                        image.file, split=file.split, width_px=image.width_px, height_px=image.height_px
                    )

    def _read_heads(self, file: _File) -> None:
        wanted = frozenset({"images", "categories"})
        for kind, entry in list_entries(file.path, wanted, self._report, skipped=_SKIPPED):
            key = entry.get("id") if isinstance(entry, dict) else None
            if isinstance(key, bool) or not isinstance(key, (int, str)):
                self._report.add("bad_rows", f"{file.path.name}: one of the {kind} has no id")
            elif kind == "images":
                self._take_image(file, key, entry)
            elif len(file.categories) < _MAX_CATEGORIES:
                points = entry.get("keypoints")
                names = tuple(map(str, points)) if isinstance(points, list) else ()
                file.categories[key] = (str(entry.get("name", "")), names)

    def _take_image(self, file: _File, key: int | str, entry: dict[str, Any]) -> None:
        name = entry.get("file_name")
        safe = safe_file_name(name) if isinstance(name, str) else None
        if safe is None:
            self._report.add("outside", str(name))
        elif key in file.images:
            self._report.add("twice", safe)
        else:
            file.images[key] = _Image(safe, _size(entry.get("width")), _size(entry.get("height")))

    def _find_best(self, file: _File) -> None:
        for place, annotation in self._annotations(file.path):
            image = file.images.get(annotation.get("image_id"))  # type: ignore[arg-type]
            if image is None:
                self._report.add("spare_rows", f"{file.path.name}: image_id {annotation.get('image_id')!r}")
                continue
            if image.best >= 0:
                self._report.add("further_garments", image.file)
            box = _box(annotation.get("bbox"))
            area = 0.0 if box is None else box.area
            if area > image.area:
                image.best, image.area = place, area

    def _annotated(self, file: _File) -> Iterator[IncomingRecord]:
        for place, annotation in self._annotations(file.path):
            image = file.images.get(annotation.get("image_id"))  # type: ignore[arg-type]
            if image is not None and image.best == place:
                yield self._record(file, image, annotation)

    def _annotations(self, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
        entries = list_entries(path, frozenset({"annotations"}), self._report, skipped=_SKIPPED)
        for place, (_, entry) in enumerate(entries):
            if isinstance(entry, dict) and isinstance(entry.get("image_id"), (int, str)):
                yield place, entry
            else:
                self._report.add("bad_rows", f"{path.name}: annotation {place} names no image")

    def _record(self, file: _File, image: _Image, annotation: dict[str, Any]) -> IncomingRecord:
        attributes = annotation.get("attributes")
        attributes = attributes if isinstance(attributes, dict) else {}
        key = annotation.get("category_id")
        name, points = file.categories.get(key, ("", ())) if isinstance(key, (int, str)) else ("", ())
        labels = self._labels(attributes)
        if name and name != GARMENT and attributes.get(f"{CATEGORY}_source") != Source.MODEL:
            labels.setdefault(CATEGORY, IncomingLabel((name,)))
        elif name and name != GARMENT:
            self._report.add("proposals")
        return IncomingRecord(
            file=image.file,
            labels=labels,
            landmarks=self._landmarks(image.file, annotation, points),
            box=self._garment_box(image.file, annotation, attributes),
            split=file.split,
            width_px=image.width_px,
            height_px=image.height_px,
        )

    def _labels(self, attributes: dict[str, Any]) -> dict[str, IncomingLabel]:
        labels = {}
        for name, value in attributes.items():
            if name == "box_source" or any(
                name.endswith(end) and (name.removesuffix(end) in attributes or name.startswith(CATEGORY))
                for end in _OWN_MARKS
            ):
                continue
            if attributes.get(f"{name}_source") == Source.MODEL:
                self._report.add("proposals")
                continue
            values = tuple(_word(each) for each in (value if isinstance(value, list) else [value]))
            if any(values):
                labels[name] = IncomingLabel(tuple(each for each in values if each))
        return labels

    def _landmarks(
        self, file: str, annotation: dict[str, Any], names: tuple[str, ...]
    ) -> tuple[Landmark, ...]:
        numbers = annotation.get("keypoints")
        if not numbers:
            return ()
        if not isinstance(numbers, list) or len(numbers) != 3 * len(names):
            self._report.add("bad_landmarks", file)
            return ()
        said = annotation.get("keypoints_source")
        sources = said if isinstance(said, list) and len(said) == len(names) else [""] * len(names)
        points = []
        for place, name in enumerate(names):
            x, y, visibility = numbers[3 * place : 3 * place + 3]
            if visibility == 0:
                continue
            if not (_is_number(x) and _is_number(y) and visibility in (1, 2)):
                self._report.add("bad_landmarks", file)
            elif sources[place] == Source.MODEL:
                self._report.add("proposals")
            else:
                points.append(Landmark(name, float(x), float(y), _VISIBILITY[int(visibility)]))
        return tuple(points)

    def _garment_box(self, file: str, annotation: dict[str, Any], attributes: dict[str, Any]) -> Box | None:
        source = attributes.get("box_source", Source.HUMAN)
        if source == Source.MODEL:
            self._report.add("proposals")
        if source != Source.HUMAN or "bbox" not in annotation:
            return None
        box = _box(annotation["bbox"])
        if box is None:
            self._report.add("bad_boxes", file)
        return box


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    inner = place / "annotations"
    return sorted((inner if inner.is_dir() else place).glob("*.json"))


def _box(data: Any) -> Box | None:
    if not isinstance(data, list) or len(data) != 4 or not all(map(_is_number, data)):
        return None
    box = Box(*(float(number) for number in data))
    return box if box.width > 0 < box.height else None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _size(value: Any) -> int:
    return int(value) if _is_number(value) and 0 < value < 1_000_000 else 0


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (str, int, float)) else ""

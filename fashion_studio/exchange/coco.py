"""COCO keypoints, as https://cocodataset.org/#format-data defines them ("Keypoint Detection").

One file per split, `annotations/person_keypoints_<split>.json`, at most one annotation per photo. Answers lie
in the annotation's `attributes`, the extension that CVAT, Datumaro and FiftyOne read. What a model proposed
is marked where each of these readers sees it: `attributes["fit_source"] == "model"` beside
`attributes["fit"]`, and `keypoints_source` beside `keypoints` (docs/decisions/0002).
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from typing import IO, TYPE_CHECKING, Any, Final

from fashion_studio.domain.labels import AnswerKind, Split, Visibility
from fashion_studio.domain.vocabulary import CATEGORY, Cardinality
from fashion_studio.exchange.atomic import AtomicFiles
from fashion_studio.exchange.outgoing import Source, outgoing_records, portable_name
from fashion_studio.exchange.report import ExportOptions, ExportReport, LossCounter

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from fashion_studio.domain.export import ExportRecord
    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.exchange.outgoing import OutgoingPoint, OutgoingRecord

__all__ = ["COCO_VISIBILITY", "GARMENT", "split_file_name", "write"]

GARMENT: Final = "garment"
"""Category of photos whose category is not known, and supercategory of all others."""

COCO_VISIBILITY: Final = {Visibility.ABSENT: 0, Visibility.OCCLUDED: 1, Visibility.VISIBLE: 2}
"""Ours (DeepFashion's) to COCO's: 0 not labelled, 1 labelled but not visible, 2 labelled and visible."""

_SPLIT_NAMES: Final = {
    Split.TRAIN: "train",
    Split.VALIDATION: "validation",
    Split.TEST: "test",
    Split.NONE: "default",
}


def split_file_name(split: Split) -> str:
    """Name of a split's file; photos without a split are in "default", as Datumaro and CVAT call it."""
    return f"person_keypoints_{_SPLIT_NAMES[split]}.json"


def write(
    records: Iterable[ExportRecord], vocabulary: Vocabulary, out: Path, options: ExportOptions | None = None
) -> ExportReport:
    """Writes `out/annotations/person_keypoints_<split>.json` for every split that occurs.

    Streams: memory does not grow with the number of photos. Files appear when all are finished, or none.
    Coordinates are upright image pixels from the upper left corner of the upper left pixel.

    Raises:
        Cancelled: `options.should_stop` said so; nothing was written.
        EnvironmentProblem: the folder cannot be written or the disk is full; nothing was written.
    """
    options = options or ExportOptions()
    losses = LossCounter()
    folder = out / "annotations"
    header = _header(vocabulary, options)
    photos = labelled = 0
    with AtomicFiles() as files:
        parts: dict[Split, _SplitFile] = {}
        for outgoing in outgoing_records(records, vocabulary, options, losses):
            split = outgoing.record.split
            if split not in parts:
                parts[split] = _SplitFile(files, folder / split_file_name(split), header)
            parts[split].add_image(_image(outgoing))
            photos += 1
            if outgoing.is_labelled:
                parts[split].add_annotation(_annotation(outgoing, vocabulary, options, losses))
                labelled += 1
            losses.add("status", int(outgoing.record.status != "new"))
        for part in parts.values():
            part.finish()
        written = files.commit()
    older = set(folder.glob("person_keypoints_*.json")) - set(written)
    losses.add("older_files", len(older))
    return ExportReport("coco", written, photos, labelled, options.include_proposals, losses.losses())


class _SplitFile:
    """One JSON file whose two long lists grow at the same time: the second is spooled and appended."""

    def __init__(self, files: AtomicFiles, target: Path, header: str) -> None:
        self._images = files.open(target)
        self._annotations = files.spool(target.parent)
        self._images.write(header + '"images": [')
        self._counts = {id(self._images): 0, id(self._annotations): 0}

    def add_image(self, image: dict[str, Any]) -> None:
        self._add(self._images, image)

    def add_annotation(self, annotation: dict[str, Any]) -> None:
        self._add(self._annotations, annotation)

    def finish(self) -> None:
        self._images.write('\n],\n"annotations": [')
        self._annotations.seek(0)
        shutil.copyfileobj(self._annotations, self._images)
        self._images.write("\n]}\n")

    def _add(self, stream: IO[str], entry: dict[str, Any]) -> None:
        stream.write(",\n" if self._counts[id(stream)] else "\n")
        stream.write(json.dumps(entry, ensure_ascii=False, allow_nan=False))
        self._counts[id(stream)] += 1


def _header(vocabulary: Vocabulary, options: ExportOptions) -> str:
    created = options.created or dt.datetime.now(dt.UTC)
    info = {
        "description": options.title,
        "version": "1.0",
        "year": created.year,
        "contributor": "Fashion Studio",
        "date_created": created.isoformat(timespec="seconds"),
        "vocabulary": f"{vocabulary.name} {vocabulary.version}",
        "contents": "human labels and a model's proposals" if options.include_proposals else "human labels",
    }
    fields = {"info": info, "licenses": [], "categories": _categories(vocabulary)}
    return "{" + "".join(
        f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)},\n" for name, value in fields.items()
    )


def _categories(vocabulary: Vocabulary) -> list[dict[str, Any]]:
    edges = [
        [vocabulary.landmark_index(start) + 1, vocabulary.landmark_index(end) + 1]
        for start, end in vocabulary.skeleton
    ]
    return [
        {
            "id": number,
            "name": name,
            "supercategory": GARMENT,
            "keypoints": list(vocabulary.landmark_names),
            "skeleton": edges,
        }
        for name, number in _category_ids(vocabulary).items()
    ]


def _category_ids(vocabulary: Vocabulary) -> dict[str, int]:
    names = vocabulary.attribute(CATEGORY).value_names if vocabulary.has(CATEGORY) else ()
    return {name: number for number, name in enumerate((*names, GARMENT), start=1)}


def _image(outgoing: OutgoingRecord) -> dict[str, Any]:
    record = outgoing.record
    image: dict[str, Any] = {
        "id": record.item_id,
        "file_name": portable_name(record.file_name),
        "width": record.width_px,
        "height": record.height_px,
    }
    if record.edited_from is not None:
        image["edited_from"] = portable_name(record.edited_from)
    return image


def _annotation(
    outgoing: OutgoingRecord, vocabulary: Vocabulary, options: ExportOptions, losses: LossCounter
) -> dict[str, Any]:
    box = outgoing.box()
    losses.add("box_from_landmarks", int(box.source is Source.LANDMARKS))
    losses.add("box_whole_photo", int(box.source is Source.PHOTO))
    losses.add("no_category", int(outgoing.category is None))
    points = [outgoing.points.get(name) for name in vocabulary.landmark_names]
    keypoints = [number for point in points for number in _keypoint(point)]
    losses.add("absent", sum(_is_absent(point) for point in points))
    ids = _category_ids(vocabulary)
    annotation: dict[str, Any] = {
        "id": outgoing.record.item_id,
        "image_id": outgoing.record.item_id,
        "category_id": ids.get(outgoing.category or GARMENT, ids[GARMENT]),
        "bbox": list(box.box.as_tuple()),
        "area": box.box.area,
        "iscrowd": 0,
        "segmentation": [],
        "keypoints": keypoints,
        "num_keypoints": sum(visibility > 0 for visibility in keypoints[2::3]),
        "attributes": _attributes(outgoing, vocabulary, options, losses),
    }
    if box.source is not Source.HUMAN:
        annotation["attributes"]["box_source"] = box.source.value
    if options.include_proposals:
        annotation["keypoints_source"] = [point.source.value if point else "" for point in points]
    return annotation


def _attributes(
    outgoing: OutgoingRecord, vocabulary: Vocabulary, options: ExportOptions, losses: LossCounter
) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    for attribute in vocabulary.attributes:
        label = outgoing.labels.get(attribute.name)
        if label is None:
            continue
        if label.answer.kind is not AnswerKind.KNOWN:
            losses.add(label.answer.kind.value)
            continue
        several = attribute.cardinality is Cardinality.SEVERAL
        if attribute.name != CATEGORY:
            attributes[attribute.name] = list(label.answer.values) if several else label.answer.value
        if options.include_proposals:
            confidences = [None if value is None else round(value, 6) for value in label.confidences]
            attributes[f"{attribute.name}_source"] = label.source.value
            attributes[f"{attribute.name}_conf"] = confidences if several else next(iter(confidences), None)
    return attributes


def _is_absent(point: OutgoingPoint | None) -> bool:
    return point is not None and point.landmark.visibility is Visibility.ABSENT


def _keypoint(point: OutgoingPoint | None) -> tuple[float, float, int]:
    if point is None or _is_absent(point):
        return (0, 0, 0)
    landmark = point.landmark
    return (landmark.x, landmark.y, COCO_VISIBILITY[landmark.visibility])

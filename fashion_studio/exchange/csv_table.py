"""One row per photo, UTF-8, RFC 4180 (comma, double quotes, CRLF).

Columns: `file_name, width, height, split, status`, one per attribute, `<attribute>_conf`, and for each
landmark `_x, _y, _v`; with proposals also `<attribute>_source` and `<landmark>_source`; with photos made by
edits at last `edited_from`. An empty cell is "not set", `?unknown` and `?not_applicable` are answers of their
own, several values are joined by `|` with the main one first. `_v` is COCO's visibility: 2 visible, 1
occluded, 0 absent. `_conf` is the model's probability of the value in the row, empty where only human labels
are exported.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Final

from fashion_studio.domain.labels import AnswerKind, Visibility
from fashion_studio.domain.queries import NOT_APPLICABLE, UNKNOWN
from fashion_studio.exchange.atomic import AtomicFiles
from fashion_studio.exchange.coco import COCO_VISIBILITY
from fashion_studio.exchange.outgoing import outgoing_records, portable_name
from fashion_studio.exchange.report import ExportOptions, ExportReport, LossCounter

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from fashion_studio.domain.export import ExportRecord
    from fashion_studio.domain.labels import Answer
    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.exchange.outgoing import OutgoingRecord

__all__ = ["DEFAULT_FILE_NAME", "VALUE_SEPARATOR", "columns", "write"]

DEFAULT_FILE_NAME: Final = "labels.csv"
VALUE_SEPARATOR: Final = "|"

_FIXED: Final = ("file_name", "width", "height", "split", "status")
_NOT_KNOWN: Final = {AnswerKind.UNKNOWN: UNKNOWN, AnswerKind.NOT_APPLICABLE: NOT_APPLICABLE}


def columns(
    vocabulary: Vocabulary, *, include_proposals: bool, include_derived: bool = False
) -> tuple[str, ...]:
    """The header, in order."""
    names = [attribute.name for attribute in vocabulary.attributes]
    source = ("_source",) if include_proposals else ()
    return (
        *_FIXED,
        *names,
        *(f"{name}_conf" for name in names),
        *(f"{name}{end}" for name in names for end in source),
        *(f"{point}{end}" for point in vocabulary.landmark_names for end in ("_x", "_y", "_v", *source)),
        *(("edited_from",) if include_derived else ()),
    )


def write(
    records: Iterable[ExportRecord], vocabulary: Vocabulary, out: Path, options: ExportOptions | None = None
) -> ExportReport:
    """Writes one CSV file; if `out` does not end in ".csv" it is a folder, and the file in it `labels.csv`.

    Streams, and appears when it is finished or not at all.

    Raises:
        Cancelled: `options.should_stop` said so; nothing was written.
        EnvironmentProblem: the folder cannot be written or the disk is full; nothing was written.
    """
    options = options or ExportOptions()
    target = out if out.suffix.lower() == ".csv" else out / DEFAULT_FILE_NAME
    losses = LossCounter()
    photos = labelled = 0
    with AtomicFiles() as files:
        table = csv.writer(files.open(target))
        contents = {
            "include_proposals": options.include_proposals,
            "include_derived": options.include_derived,
        }
        table.writerow(columns(vocabulary, **contents))
        for outgoing in outgoing_records(records, vocabulary, options, losses):
            table.writerow(_row(outgoing, vocabulary, **contents))
            photos += 1
            labelled += outgoing.is_labelled
            losses.add("boxes", int(outgoing.record.box is not None))
        written = files.commit()
    return ExportReport("csv", written, photos, labelled, options.include_proposals, losses.losses())


def _row(
    outgoing: OutgoingRecord, vocabulary: Vocabulary, *, include_proposals: bool, include_derived: bool
) -> list[object]:
    record = outgoing.record
    labels = [outgoing.labels.get(attribute.name) for attribute in vocabulary.attributes]
    row: list[object] = [
        portable_name(record.file_name),
        record.width_px,
        record.height_px,
        record.split.value,
        record.status.value,
    ]
    row += [_cell(label.answer) if label else "" for label in labels]
    row += [_confidence_cell(label.confidences) if label else "" for label in labels]
    if include_proposals:
        row += [label.source.value if label else "" for label in labels]
    for name in vocabulary.landmark_names:
        point = outgoing.points.get(name)
        if point is None:
            row += ["", "", ""]
        elif point.landmark.visibility is Visibility.ABSENT:
            row += ["", "", COCO_VISIBILITY[Visibility.ABSENT]]
        else:
            row += [point.landmark.x, point.landmark.y, COCO_VISIBILITY[point.landmark.visibility]]
        if include_proposals:
            row.append(point.source.value if point else "")
    if include_derived:
        row.append(portable_name(record.edited_from or ""))
    return row


def _cell(answer: Answer) -> str:
    return _NOT_KNOWN.get(answer.kind) or VALUE_SEPARATOR.join(answer.values)


def _confidence_cell(confidences: tuple[float | None, ...]) -> str:
    return VALUE_SEPARATOR.join("" if value is None else f"{value:.6g}" for value in confidences)

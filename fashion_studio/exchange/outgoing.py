"""What of a record leaves: the person's label, else, where wanted, the model's proposal, with its source."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from fashion_studio.domain.errors import Cancelled
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Answer, AnswerKind, Landmark, Status, Visibility
from fashion_studio.domain.vocabulary import CATEGORY, COLORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fashion_studio.domain.export import ExportRecord
    from fashion_studio.domain.predictions import Prediction
    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.exchange.report import ExportOptions, LossCounter

__all__ = [
    "OutgoingBox",
    "OutgoingLabel",
    "OutgoingPoint",
    "OutgoingRecord",
    "Source",
    "outgoing_records",
    "portable_name",
]


class Source(StrEnum):
    """Who says so. LANDMARKS and PHOTO occur only for boxes that had to be made."""

    HUMAN = "human"
    MODEL = "model"
    LANDMARKS = "landmarks"
    PHOTO = "photo"


@dataclass(frozen=True, slots=True)
class OutgoingLabel:
    """An answer with its source; `confidences` are the model's for its values, None without one."""

    answer: Answer
    source: Source
    confidences: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class OutgoingPoint:
    """A landmark with its source."""

    landmark: Landmark
    source: Source


@dataclass(frozen=True, slots=True)
class OutgoingBox:
    """A garment box with its source."""

    box: Box
    source: Source


class OutgoingRecord:
    """One record as it leaves."""

    def __init__(self, record: ExportRecord, vocabulary: Vocabulary, *, include_proposals: bool) -> None:
        self.record = record
        self._vocabulary = vocabulary
        self._prediction = record.prediction if include_proposals else None
        self.labels = self._labels()
        self.points = self._points()

    @property
    def category(self) -> str | None:
        """The category, by whom it may be."""
        label = self.labels.get(CATEGORY)
        return label.answer.value if label else None

    @property
    def is_labelled(self) -> bool:
        """Whether anything is said of the photo."""
        return bool(self.labels or self.points or self.record.box)

    def box(self) -> OutgoingBox:
        """The person's, else the model's, else one around the landmarks, else the whole photo.

        A box without area is none.
        """
        proposed = self._prediction.box if self._prediction else None
        for box, source in ((self.record.box, Source.HUMAN), (proposed, Source.MODEL)):
            if box is not None and box.area > 0:
                return OutgoingBox(box, source)
        around = self._around_points()
        if around is not None:
            return OutgoingBox(around, Source.LANDMARKS)
        return OutgoingBox(Box(0, 0, self.record.width_px, self.record.height_px), Source.PHOTO)

    def derived_count(self) -> int:
        """Attributes without an answer that do not apply to the category, but have a value by kind."""
        return sum(
            attribute.otherwise is not None
            and attribute.name not in self.labels
            and not self._vocabulary.applies(attribute.name, self.category)
            for attribute in self._vocabulary.attributes
        )

    def foreign_count(self) -> int:
        """Answers and landmarks that the vocabulary does not have (any more)."""
        names = self._vocabulary.landmark_names
        return sum(not self._vocabulary.has(name) for name in self.labels) + sum(
            name not in names for name in self.points
        )

    def _labels(self) -> dict[str, OutgoingLabel]:
        prediction = self._prediction
        labels = {
            name: OutgoingLabel(answer, Source.HUMAN, _confidences(prediction, name, answer))
            for name, answer in self.record.answers.items()
        }
        if prediction is None:
            return labels
        category = _proposed(prediction, CATEGORY)
        if CATEGORY in labels:
            category = labels[CATEGORY].answer
        kind = category.value if category else None
        for attribute in self._vocabulary.attributes:
            proposal = _proposed(prediction, attribute.name)
            # What the window hides for a category is no proposal.
            if (
                attribute.name in labels
                or proposal is None
                or not self._vocabulary.applies(attribute.name, kind)
            ):
                continue
            labels[attribute.name] = OutgoingLabel(
                proposal, Source.MODEL, _confidences(prediction, attribute.name, proposal)
            )
        return labels

    def _points(self) -> dict[str, OutgoingPoint]:
        points = {
            name: OutgoingPoint(landmark, Source.HUMAN) for name, landmark in self.record.landmarks.items()
        }
        if self._prediction is None:
            return points
        known = set(self._vocabulary.landmark_names)
        for point in self._prediction.landmarks:
            if point.name in points or point.name not in known:
                continue
            if self._vocabulary.landmark_applies(point.name, self.category):
                landmark = Landmark(point.name, point.x, point.y, point.visibility)
                points[point.name] = OutgoingPoint(landmark, Source.MODEL)
        return points

    def _around_points(self) -> Box | None:
        present = [
            point.landmark
            for point in self.points.values()
            if point.landmark.visibility is not Visibility.ABSENT
        ]
        if not present:
            return None
        xs, ys = [point.x for point in present], [point.y for point in present]
        box = Box.from_corners(min(xs), min(ys), max(xs), max(ys))
        return box if box.area > 0 else None


def _proposed(prediction: Prediction, attribute: str) -> Answer | None:
    if attribute == COLORS:
        names = tuple(color.name for color in prediction.colors_predicted)
        return Answer.of(*names) if names else None
    found = prediction.attributes.get(attribute)
    return Answer.of(found.value) if found else None


def _confidences(prediction: Prediction | None, attribute: str, answer: Answer) -> tuple[float | None, ...]:
    if prediction is None or answer.kind is not AnswerKind.KNOWN:
        return ()
    if attribute == COLORS:
        return tuple(prediction.colors_probabilities.get(value) for value in answer.values)
    found = prediction.attributes.get(attribute)
    return tuple(found.probabilities.get(value) if found else None for value in answer.values)


def portable_name(name: str) -> str:
    """A file name as proper Unicode; bytes that are none (they happen on Linux) become question marks."""
    return name.encode("utf-8", "replace").decode("utf-8")


def outgoing_records(
    records: Iterable[ExportRecord], vocabulary: Vocabulary, options: ExportOptions, losses: LossCounter
) -> Iterator[OutgoingRecord]:
    """The readable photos one by one; counts what no format of ours carries, reports progress.

    Raises:
        Cancelled: `options.should_stop` said so.
    """
    done = 0
    for record in records:
        if options.should_stop():
            raise Cancelled
        if record.width_px <= 0 or record.height_px <= 0:
            losses.add("unreadable")
            continue
        outgoing = OutgoingRecord(record, vocabulary, include_proposals=options.include_proposals)
        _count_common_losses(outgoing, losses, include_proposals=options.include_proposals)
        yield outgoing
        done += 1
        options.on_progress(done)


def _count_common_losses(outgoing: OutgoingRecord, losses: LossCounter, *, include_proposals: bool) -> None:
    record = outgoing.record
    losses.add("derived", outgoing.derived_count())
    losses.add("foreign", outgoing.foreign_count())
    for code, lost in (
        ("rejected", record.status is Status.REJECTED),
        ("flags", record.flagged),
        ("notes", bool(record.note)),
        ("other_paths", bool(record.other_paths)),
        ("missing", record.missing),
        ("unportable_name", portable_name(record.file_name) != record.file_name),
        ("proposals", record.prediction is not None and not include_proposals),
        ("probabilities", record.prediction is not None and include_proposals),
        ("history", bool(record.answers or record.landmarks or record.box or record.note)),
    ):
        losses.add(code, int(lost))

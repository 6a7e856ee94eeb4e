"""What a person says of a photo. "Not set", "unknown" and "does not apply" are three different things."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from fashion_studio.domain.errors import LabelError
from fashion_studio.domain.vocabulary import Cardinality

if TYPE_CHECKING:
    from fashion_studio.domain.vocabulary import Vocabulary

__all__ = ["Answer", "AnswerKind", "Landmark", "Split", "Status", "Visibility", "check_answer"]


class Status(StrEnum):
    """Where a photo stands in the work."""

    NEW = "new"
    IN_WORK = "in_work"
    DONE = "done"
    REVIEWED = "reviewed"
    REJECTED = "rejected"


class Split(StrEnum):
    """The part of the data set a photo belongs to."""

    NONE = "none"
    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


class Visibility(IntEnum):
    """Our coding and DeepFashion's. COCO's is the other way round: see `exchange.coco`."""

    VISIBLE = 0
    OCCLUDED = 1
    ABSENT = 2


class AnswerKind(StrEnum):
    """What sort of answer a person gave. No answer at all is the absence of an `Answer`."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's answer to one attribute; `values` is empty unless `kind` is KNOWN."""

    kind: AnswerKind
    values: tuple[str, ...] = ()

    @classmethod
    def of(cls, *values: str) -> Answer:
        """A known answer; for colours the main one first."""
        return cls(AnswerKind.KNOWN, tuple(values))

    @classmethod
    def unknown(cls) -> Answer:
        """The person looked and cannot tell."""
        return cls(AnswerKind.UNKNOWN)

    @classmethod
    def not_applicable(cls) -> Answer:
        """The question makes no sense for this garment."""
        return cls(AnswerKind.NOT_APPLICABLE)

    @property
    def value(self) -> str | None:
        """The single or main value."""
        return self.values[0] if self.values else None


@dataclass(frozen=True, slots=True)
class Landmark:
    """A named point in upright image pixels. x and y mean nothing when ABSENT."""

    name: str
    x: float
    y: float
    visibility: Visibility = Visibility.VISIBLE


def check_answer(vocabulary: Vocabulary, attribute: str, answer: Answer) -> None:
    """Refuses an answer that the vocabulary does not allow.

    Raises:
        LabelError: unknown attribute or value, a value given twice, or the wrong number of values.
    """
    if not vocabulary.has(attribute):
        msg = f"The vocabulary has no attribute “{attribute}”."
        raise LabelError(msg)
    definition = vocabulary.attribute(attribute)
    if (answer.kind is AnswerKind.KNOWN) != bool(answer.values):
        msg = f"{definition.title}: an answer is either a value, unknown, or does not apply."
        raise LabelError(msg)
    for value in answer.values:
        if value not in definition.value_names:
            msg = f"“{value}” is not a value of {definition.title}."
            raise LabelError(msg)
    if len(set(answer.values)) != len(answer.values):
        msg = f"{definition.title}: a value is given twice."
        raise LabelError(msg)
    if definition.cardinality is Cardinality.ONE and len(answer.values) > 1:
        msg = f"{definition.title} takes one value."
        raise LabelError(msg)

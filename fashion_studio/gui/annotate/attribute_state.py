"""What the attribute rows say: the person's answer, the model's proposal, and how the two agree."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from fashion_studio.domain.labels import Answer, AnswerKind
from fashion_studio.domain.predictions import PaletteColor, ScoredValue
from fashion_studio.domain.vocabulary import CATEGORY, COLORS, Cardinality

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fashion_studio.domain.predictions import Prediction
    from fashion_studio.domain.vocabulary import Attribute, Vocabulary

__all__ = ["RowState", "ValueState", "Verdict", "category_of", "open_attributes", "row_states"]

_DIGITS: Final = "123456789"


class Verdict(StrEnum):
    """The mark at the right end of a row."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    OPEN = "open"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    NO_MODEL = "no_model"


class ValueState(NamedTuple):
    """One value of an attribute.

    Attributes:
        key: the key that sets it while its attribute is open ("1" … "9", "⇧1" … "⇧9"), or "".
        probability: the model's, 0 to 1; None without a model.
    """

    name: str
    title: str
    help: str
    key: str
    probability: float | None
    by_person: bool
    by_model: bool
    rgb: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class RowState:
    """One attribute of the photo.

    Attributes:
        proposals: the model's value, or its colours above the threshold; empty without a prediction.
        measured: the measured palette, for colours only.
    """

    attribute: Attribute
    answer: Answer | None
    proposals: tuple[ScoredValue, ...]
    values: tuple[ValueState, ...]
    verdict: Verdict
    measured: tuple[PaletteColor, ...] = ()

    @property
    def name(self) -> str:
        """The attribute's name."""
        return self.attribute.name

    @property
    def is_several(self) -> bool:
        """Whether the attribute takes several values."""
        return self.attribute.cardinality is Cardinality.SEVERAL

    @property
    def person_text(self) -> str:
        """The person's answer in words."""
        if self.answer is None:
            return "not set"
        if self.answer.kind is AnswerKind.UNKNOWN:
            return "Unknown"
        if self.answer.kind is AnswerKind.NOT_APPLICABLE:
            return "Does not apply"
        return ", ".join(self._title(name) for name in self.answer.values)

    def with_value(self, value: str) -> Answer | None:
        """The answer after a value was chosen; of several, it is added or taken away, down to "not set"."""
        if not self.is_several:
            return Answer.of(value)
        chosen = list(self.answer.values) if self.answer is not None else []
        if value in chosen:
            chosen.remove(value)
        else:
            chosen.append(value)
        return Answer.of(*chosen) if chosen else None

    @property
    def model_text(self) -> str:
        """The model's value in words; empty without a prediction."""
        if not self.proposals:
            return ""
        return self._title(self.proposals[0].name)

    def _title(self, name: str) -> str:
        return next((value.title for value in self.values if value.name == name), name)

    @property
    def confidence(self) -> float | None:
        """Of the model's first value."""
        return self.proposals[0].confidence if self.proposals else None


def category_of(answers: Mapping[str, Answer], prediction: Prediction | None) -> str | None:
    """The category that decides what is asked: the person's, else the model's, else none."""
    answer = answers.get(CATEGORY)
    if answer is not None:
        return answer.value
    if prediction is not None and CATEGORY in prediction.attributes:
        return prediction.category.value
    return None


def row_states(
    vocabulary: Vocabulary, answers: Mapping[str, Answer], prediction: Prediction | None
) -> tuple[RowState, ...]:
    """A row for every attribute that this garment's category has, or that a person answered all the same."""
    category = category_of(answers, prediction)
    return tuple(
        _row(attribute, answers.get(attribute.name), prediction)
        for attribute in vocabulary.attributes
        if vocabulary.applies(attribute.name, category) or attribute.name in answers
    )


def open_attributes(rows: Sequence[RowState]) -> tuple[str, ...]:
    """Attributes without an answer for which the model proposes one: what "accept" would set."""
    return tuple(row.name for row in rows if row.answer is None and row.proposals)


def _row(attribute: Attribute, answer: Answer | None, prediction: Prediction | None) -> RowState:
    proposals, probabilities = _proposals(attribute, prediction)
    chosen = set(answer.values) if answer is not None else set()
    proposed = {value.name for value in proposals}
    values = tuple(
        ValueState(
            name=value.name,
            title=value.title,
            help=value.help,
            key=_value_key(place),
            probability=probabilities.get(value.name),
            by_person=value.name in chosen,
            by_model=value.name in proposed,
            rgb=value.rgb,
        )
        for place, value in enumerate(attribute.values)
    )
    measured = prediction.colors_measured if prediction is not None and attribute.name == COLORS else ()
    return RowState(attribute, answer, proposals, values, _verdict(answer, proposals), measured)


def _value_key(place: int) -> str:
    if place < len(_DIGITS):
        return _DIGITS[place]
    return f"⇧{_DIGITS[place - 9]}" if place < 2 * len(_DIGITS) else ""


def _proposals(
    attribute: Attribute, prediction: Prediction | None
) -> tuple[tuple[ScoredValue, ...], Mapping[str, float]]:
    if prediction is None:
        return (), {}
    if attribute.name == COLORS:
        return prediction.colors_predicted, prediction.colors_probabilities
    said = prediction.attributes.get(attribute.name)
    if said is None:
        return (), {}
    return (ScoredValue(said.value, said.confidence),), said.probabilities


def _verdict(answer: Answer | None, proposals: Sequence[ScoredValue]) -> Verdict:
    if answer is not None and answer.kind is AnswerKind.UNKNOWN:
        return Verdict.UNKNOWN
    if answer is not None and answer.kind is AnswerKind.NOT_APPLICABLE:
        return Verdict.NOT_APPLICABLE
    if answer is None:
        return Verdict.OPEN
    if not proposals:
        return Verdict.NO_MODEL
    agrees = set(answer.values) == {value.name for value in proposals}
    return Verdict.AGREES if agrees else Verdict.DISAGREES

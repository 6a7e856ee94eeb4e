"""Which answers follow from what the model says, where the person has said nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fashion_studio.domain.labels import Answer
from fashion_studio.domain.vocabulary import CATEGORY, COLORS
from fashion_studio.store.edits import Fact, Subject
from fashion_studio.store.facts import answer_data
from fashion_studio.store.reading import read_predictions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fashion_studio.domain.predictions import Prediction
    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.store.dataset import Dataset

__all__ = ["answers", "names", "proposed_answers"]

_BATCH = 2_000


def names(vocabulary: Vocabulary, attributes: Iterable[str] | None) -> tuple[str, ...]:
    """The attributes meant, in the vocabulary's order.

    Raises:
        VocabularyError: one of them does not exist.
    """
    if attributes is None:
        return tuple(attribute.name for attribute in vocabulary.attributes)
    return tuple(vocabulary.attribute(name).name for name in attributes)


def proposed_answers(
    vocabulary: Vocabulary, prediction: Prediction, category: str | None, wanted: Sequence[str]
) -> dict[str, Answer]:
    """The model's answers to these attributes as far as they apply to the category.

    Args:
        vocabulary: the project's; values it does not have are left out.
        prediction: of the photo.
        category: the person's; None means the model's.
        wanted: attributes in question.
    """
    kind = category
    if kind is None and CATEGORY in prediction.attributes:
        kind = prediction.attributes[CATEGORY].value
    found: dict[str, Answer] = {}
    for name in wanted:
        if not vocabulary.applies(name, kind):
            continue
        values: tuple[str, ...] = ()
        if name == COLORS:
            values = tuple(color.name for color in prediction.colors_predicted)
        elif name in prediction.attributes:
            values = (prediction.attributes[name].value,)
        if values and all(value in vocabulary.attribute(name).value_names for value in values):
            found[name] = Answer.of(*values)
    return found


def answers(dataset: Dataset, ids: Sequence[int], wanted: Sequence[str]) -> dict[Fact, Any]:
    """Facts to set, in journal form, for every photo that the model has read."""
    vocabulary = dataset.vocabulary
    targets: dict[Fact, Any] = {}
    asked = tuple(dict.fromkeys((CATEGORY, *wanted))) if vocabulary.has(CATEGORY) else tuple(wanted)
    for start in range(0, len(ids), _BATCH):
        part = ids[start : start + _BATCH]
        now = dataset.writer.current(Fact(Subject.ANSWER, i, name) for i in part for name in asked)
        with dataset.reading() as connection:
            predictions = read_predictions(connection, part)
        for item_id, prediction in predictions.items():
            category = _category(now, item_id)
            for name, answer in proposed_answers(vocabulary, prediction, category, wanted).items():
                fact = Fact(Subject.ANSWER, item_id, name)
                if now[fact] is None:
                    targets[fact] = answer_data(answer)
    return targets


def _category(now: Mapping[Fact, Any], item_id: int) -> str | None:
    data = now.get(Fact(Subject.ANSWER, item_id, CATEGORY))
    return data["values"][0] if data is not None and data["values"] else None

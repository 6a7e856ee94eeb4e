"""What a training's photos say, before anything is trained: counts, imbalance, and what cannot be learnt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.vocabulary import Cardinality

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fashion_studio.domain.data_list import DataListPhoto
    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.learning.method_recipe import MethodRecipe

__all__ = ["FEW", "SPLITS", "DataCounts", "check_heads", "count_labels", "learnt_heads", "refuse_unlearnable"]

SPLITS: Final = ("train", "val", "test")
FEW: Final = 5
"""Fewer training examples of a value than this are named in a warning."""
_NAMED: Final = 8


@dataclass(frozen=True, slots=True)
class DataCounts:
    """How often everything occurs.

    Attributes:
        photos: split to number of photos.
        values: attribute to value to (train, val, test); sure labels only, partial ones count nowhere.
        landmarks: (train, val, test) photos with landmarks.
    """

    photos: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SPLITS, 0))
    values: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    landmarks: list[int] = field(default_factory=lambda: [0, 0, 0])

    def labelled(self, attribute: str, split: str = "train") -> int:
        """Photos of a split with at least one sure label of a one-valued attribute (values of another)."""
        place = SPLITS.index(split)
        return sum(counts[place] for counts in self.values[attribute].values())

    def imbalance(self, attribute: str) -> float:
        """Most frequent over least frequent value among those that occur in training; 0 without any."""
        found = [counts[0] for counts in self.values[attribute].values() if counts[0]]
        return max(found) / min(found) if found else 0.0

    def rare(self, attribute: str) -> list[str]:
        """Values with fewer than `FEW` training examples, those without any included."""
        return [value for value, counts in self.values[attribute].items() if counts[0] < FEW]

    def warnings(self, vocabulary: Vocabulary) -> list[str]:
        """What a person should know before the training, a sentence each."""
        sentences = []
        for name in self.values:
            title = vocabulary.attribute(name).title
            if not self.labelled(name):
                sentences.append(f"{title}: no training photo has a label; nothing is learnt of it.")
                continue
            if rare := self.rare(name):
                more = f" and {len(rare) - _NAMED} more" if len(rare) > _NAMED else ""
                sentences.append(
                    f"{title}: fewer than {FEW} training examples of {', '.join(rare[:_NAMED])}{more}."
                )
        return sentences


def learnt_heads(recipe: MethodRecipe, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The attributes that a recipe learns from data of this vocabulary.

    Raises:
        UserError: the recipe names one that the vocabulary does not have.
    """
    missing = [name for name in recipe.heads if not vocabulary.has(name)]
    if missing:
        msg = (
            f"The recipe “{recipe.title}” learns {', '.join(missing)}, which the data's vocabulary "
            f"“{vocabulary.title}” does not have. Choose another recipe or other data."
        )
        raise UserError(msg)
    return recipe.heads or tuple(attribute.name for attribute in vocabulary.attributes)


def count_labels(photos: Iterable[DataListPhoto], vocabulary: Vocabulary, heads: Sequence[str]) -> DataCounts:
    """Counts photos and labels; a photo without a split counts as training."""
    counts = DataCounts(
        values={name: {v: [0, 0, 0] for v in vocabulary.attribute(name).value_names} for name in heads}
    )
    for photo in photos:
        split = photo.split or "train"
        place = SPLITS.index(split)
        counts.photos[split] += 1
        counts.landmarks[place] += bool(photo.landmarks)
        for name in heads:
            values = photo.values(name)
            if len(values) > 1 and vocabulary.attribute(name).cardinality is Cardinality.ONE:
                continue
            for value in values:
                counts.values[name][value][place] += 1
    return counts


def check_heads(data: Vocabulary, model: Vocabulary, heads: Sequence[str], what: str) -> None:
    """Refuses a model that cannot go on with the data: another attribute, other values, other landmarks.

    Args:
        data: the data's vocabulary.
        model: the model's.
        heads: the attributes that are learnt.
        what: the model, for the message.

    Raises:
        UserError: they differ; the first difference is named.
    """
    difference = ""
    for name in heads:
        if not data.has(name) or not model.has(name):
            difference = f"only {'the data' if data.has(name) else 'the model'} has “{name}”"
        elif data.attribute(name).value_names != model.attribute(name).value_names:
            difference = f"“{name}” has other values"
    if model.landmark_names and data.landmark_names != model.landmark_names:
        difference = "the landmarks are others"
    if difference:
        msg = (
            f"{what} speaks another vocabulary than the data: {difference}. "
            "Choose a model of the same vocabulary, or a recipe that makes its own network."
        )
        raise UserError(msg)


def unseen_heads(recipe: MethodRecipe, heads: Sequence[str]) -> tuple[str, ...]:
    """Those of these attributes that no view shows: of the surface, where every view is a stylised copy."""
    if recipe.gan is not None or any(recipe.stylised_share(phase) < 1 for phase in recipe.phases):
        return ()
    return tuple(name for name in heads if name in recipe.stylising.surface)


def refuse_unlearnable(counts: DataCounts, recipe: MethodRecipe, vocabulary: Vocabulary) -> None:
    """Stops a training that could not teach what it is to teach; one that renders garments always can.

    Raises:
        UserError: an attribute has no labels and no base model that knows it, no attribute has two values
            with two examples each, or none is to be seen in any view.
    """
    if recipe.renders:
        return
    if counts.values and len(unseen_heads(recipe, tuple(counts.values))) == len(counts.values):
        titles = ", ".join(vocabulary.attribute(name).title for name in counts.values)
        msg = (
            f"A stylised copy has another surface, so nothing can be learnt of {titles} from copies alone. "
            "Mix them with the photos as they are."
        )
        raise UserError(msg)
    if recipe.base is None:
        silent = [vocabulary.attribute(name).title for name in counts.values if not counts.labelled(name)]
        if silent:
            msg = (
                f"No training photo has a label for {', '.join(silent)}. Label some, leave it out of the "
                "recipe's heads, or start from a base model that knows it."
            )
            raise UserError(msg)
    contrasts = [sum(n[0] >= 2 for n in values.values()) >= 2 for values in counts.values.values()]
    if contrasts and not any(contrasts) and not counts.landmarks[0]:
        msg = (
            "There are not enough examples: no attribute has two values with at least two training photos "
            "each. Label more photos, of different kinds."
        )
        raise UserError(msg)

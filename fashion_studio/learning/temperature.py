"""Temperatures of a trained network's heads, fitted on validation photos, with what they change.

Guo et al., ICML 2017: logits are divided by one number per head, chosen by the likelihood of the validation
labels. Which value is most likely does not change, so neither does any accuracy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch

from fashion_studio.domain.vocabulary import Cardinality
from fashion_studio.learning.calibration import best_thresholds, fit_temperature
from fashion_studio.learning.metrics import calibration_error
from fashion_studio.learning.objectives import class_cross_entropy
from fashion_studio.learning.targets import UNKNOWN, known_classes
from fashion_studio.zoo.bundle import Calibration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.learning.scores import AnswerBook

__all__ = ["TemperatureEffect", "fit_calibration"]

MIN_LABELLED: Final = 50
_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class TemperatureEffect:
    """One head before and after: expected calibration error and mean negative log-likelihood."""

    temperature: float
    ece_before: float
    ece_after: float
    nll_before: float
    nll_after: float


def fit_calibration(
    book: AnswerBook, vocabulary: Vocabulary
) -> tuple[Calibration, Mapping[str, TemperatureEffect]]:
    """Temperatures of the one-valued heads and of visibility, thresholds of the several-valued ones.

    Args:
        book: answers for validation photos, which the network was not trained on.
        vocabulary: of the network's heads.

    Returns:
        The calibration, and its effect per one-valued head. A head with fewer than 50 labelled photos keeps
        temperature 1 and is left out of the effects.
    """
    temperatures: dict[str, float] = {}
    thresholds: dict[str, tuple[float, ...]] = {}
    effects: dict[str, TemperatureEffect] = {}
    for attribute in vocabulary.attributes:
        name, logits = attribute.name, book.logits(attribute.name)
        if attribute.cardinality is Cardinality.SEVERAL:
            present, known, _ = book.flags(name)
            rows = known.all(1)
            if int(rows.sum()) >= MIN_LABELLED:
                thresholds[name] = best_thresholds(logits[rows].sigmoid(), present[rows])
            continue
        allowed = book.allowed(name)
        truth = known_classes(allowed)
        if int((truth != UNKNOWN).sum()) < MIN_LABELLED:
            continue
        found = round(fit_temperature(logits, allowed), _DIGITS)
        temperatures[name] = found
        effects[name] = TemperatureEffect(
            found,
            calibration_error(logits.softmax(1), truth),
            calibration_error((logits / found).softmax(1), truth),
            float(class_cross_entropy(logits, allowed)),
            float(class_cross_entropy(logits / found, allowed)),
        )
    places = book.places()
    if places is not None and places[2].shape[2] > 1:
        states = book.true_places()[1]
        known = states != UNKNOWN
        if int(known.sum()) >= MIN_LABELLED:
            possible = torch.nn.functional.one_hot(states[known], places[2].shape[2]).bool()
            temperatures["visibility"] = round(fit_temperature(places[2][known], possible), _DIGITS)
    return Calibration(temperatures, thresholds), effects

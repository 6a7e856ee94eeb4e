"""Temperatures and thresholds, fitted on held-out pictures the network was not trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import torch

from fashion_studio.domain.vocabulary import CATEGORY, COLORS
from fashion_studio.learning.labels import value_slices
from fashion_studio.learning.losses import allowed_loss
from fashion_studio.zoo.bundle import Calibration

if TYPE_CHECKING:
    from torch import Tensor

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.learning.cache import PictureSet
    from fashion_studio.learning.measuring import Answers

__all__ = ["best_thresholds", "calibrate", "fit_temperature"]

CANDIDATES: Final = tuple(np.exp(np.linspace(np.log(0.3), np.log(4.0), 120)).tolist())
MIN_LABELLED: Final = 50


def fit_temperature(logits: Tensor, allowed: Tensor) -> float:
    """The temperature with the smallest negative log-likelihood (Guo et al., ICML 2017), found on a grid.

    Args:
        logits: (N, ..., values).
        allowed: the same shape, bool: the possible values.
    """
    losses = [float(allowed_loss(logits / t, allowed)) for t in CANDIDATES]
    return float(CANDIDATES[int(np.argmin(losses))])


def best_thresholds(probabilities: Tensor, present: Tensor) -> tuple[float, ...]:
    """Per value the threshold with the best F1, between 0.2 and 0.8; 0.5 where the value never occurs."""
    grid = torch.linspace(0.2, 0.8, 25)
    chosen: list[float] = []
    for index in range(probabilities.shape[1]):
        truth = present[:, index]
        if not bool(truth.any()):
            chosen.append(0.5)
            continue
        said = probabilities[:, index, None] >= grid
        hits = (said & truth[:, None]).sum(0).float()
        f1 = 2 * hits / (said.sum(0) + truth.sum())
        # the middle of the best stretch, not its accidental first entry
        best = (f1 >= f1.max() - 1e-6).nonzero().squeeze(1)
        chosen.append(round(float(grid[best[len(best) // 2]]), 3))
    return tuple(chosen)


def calibrate(
    vocabulary: Vocabulary,
    photos: tuple[Answers, PictureSet] | None,
    renderings: tuple[Answers, PictureSet],
) -> Calibration:
    """Temperatures of every softmax head and of visibility, thresholds of the colours.

    The category is fitted on photos, which the model is for; what photos have no labels of, on renderings.
    """
    temperatures: dict[str, float] = {}
    parts = value_slices(vocabulary)
    for name, part in parts.items():
        answers, pictures = photos if photos and name == CATEGORY else renderings
        allowed = torch.from_numpy(pictures.labels.allowed[:, part])
        if int((allowed.sum(1) == 1).sum()) >= MIN_LABELLED:
            temperatures[name] = round(fit_temperature(answers.logits[name], allowed), 4)
    answers, pictures = renderings
    possible = torch.from_numpy(pictures.labels.visibility)
    if answers.visibility.shape[2] > 1 and len(pictures) >= MIN_LABELLED:
        temperatures["visibility"] = round(fit_temperature(answers.visibility, possible), 4)
    known = torch.from_numpy(pictures.labels.colors_known.all(1))
    present = torch.from_numpy(pictures.labels.colors > 0.5)
    thresholds = best_thresholds(answers.logits[COLORS].sigmoid()[known], present[known])
    return Calibration(temperatures, {COLORS: thresholds})

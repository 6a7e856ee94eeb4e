"""What a model is measured by, with the majority baseline beside every share of hits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torchmetrics.functional.classification import (
    multiclass_calibration_error,
    multiclass_confusion_matrix,
)

from fashion_studio.domain.labels import Visibility

if TYPE_CHECKING:
    from torch import Tensor

__all__ = [
    "ClassScores",
    "calibration_error",
    "class_scores",
    "flag_scores",
    "mask_iou",
    "normalised_error",
    "visibility_accuracy",
]


@dataclass(frozen=True, slots=True)
class ClassScores:
    """Of one softmax head over n labelled pictures.

    Attributes:
        top1: share of hits.
        macro_recall: mean recall over the classes that the truth contains.
        majority: share of the most frequent class, what always guessing it would reach.
        confusion: (values, values) int, truth down, prediction across.
    """

    n: int
    top1: float
    macro_recall: float
    majority: float
    confusion: Tensor


def class_scores(predicted: Tensor, truth: Tensor, values: int) -> ClassScores:
    """Scores (N,) predicted against (N,) true indices; a truth below 0 is unknown and left out."""
    known = truth >= 0
    predicted, truth = predicted[known], truth[known]
    if not len(truth):
        return ClassScores(0, float("nan"), float("nan"), float("nan"), torch.zeros(values, values))
    confusion = multiclass_confusion_matrix(predicted, truth, num_classes=values)
    support = confusion.sum(1)
    present = support > 0
    recalls = confusion.diagonal()[present] / support[present]
    total = float(support.sum())
    return ClassScores(
        n=len(truth),
        top1=float(confusion.diagonal().sum()) / total,
        macro_recall=float(recalls.mean()),
        majority=float(support.max()) / total,
        confusion=confusion,
    )


def normalised_error(
    predicted: Tensor, truth: Tensor, visible: Tensor, extent: Tensor
) -> tuple[float, Tensor]:
    """Normalised landmark error: per landmark the mean distance over its visible instances, then their mean.

    Distances are in fractions of the picture's width and height, as in the published protocol, where the
    picture is scaled to a square. Landmarks that are nowhere visible are left out, not counted as right.

    Args:
        predicted: (N, K, 2) in pixels.
        truth: (N, K, 2) in pixels.
        visible: (N, K) bool.
        extent: (N, 2) width and height of each picture in the same pixels.

    Returns:
        The unweighted mean over the landmarks, and each landmark's error (K,), NaN where never visible.
    """
    offset = (predicted - truth) / extent[:, None]
    distance = offset.square().sum(2).sqrt()
    count = visible.sum(0)
    each = torch.where(visible, distance, 0.0).sum(0) / count
    return float(each[count > 0].mean()), each


def visibility_accuracy(predicted: Tensor, possible: Tensor) -> float:
    """Share of hits among landmarks whose state is known for sure.

    Args:
        predicted: (N, K) states.
        possible: (N, K, 3) bool.
    """
    sure = possible.sum(2) == 1
    return float((predicted == possible.int().argmax(2))[sure].float().mean())


def visibility_majority(possible: Tensor) -> float:
    """What guessing each landmark's most frequent state would reach."""
    sure = (possible.sum(2) == 1)[..., None]
    counts = (possible & sure).sum(0)
    return float(counts.amax(1).sum() / counts.sum())


def mask_iou(predicted: Tensor, truth: Tensor) -> Tensor:
    """(N,) intersection over union of bool masks (N, H, W); two empty masks agree fully."""
    both = (predicted & truth).flatten(1).sum(1).float()
    either = (predicted | truth).flatten(1).sum(1).float()
    return torch.where(either > 0, both / either.clamp_min(1), 1.0)


@dataclass(frozen=True, slots=True)
class FlagScores:
    """Of a sigmoid head: hits of the most likely value on the main one, and micro F1 at the thresholds."""

    n: int
    main_accuracy: float
    main_macro_recall: float
    main_majority: float
    micro_f1: float


def flag_scores(probabilities: Tensor, present: Tensor, main: Tensor, thresholds: Tensor) -> FlagScores:
    """Scores a sigmoid head.

    Args:
        probabilities: (N, C).
        present: (N, C) bool truth.
        main: (N,) index of the main value, -1 where there is none.
        thresholds: (C,) probability from which a value counts as present.
    """
    scores = class_scores(probabilities.argmax(1), main, probabilities.shape[1])
    said = probabilities >= thresholds
    said |= torch.nn.functional.one_hot(probabilities.argmax(1), probabilities.shape[1]).bool()
    hits = float((said & present).sum())
    f1 = 2 * hits / max(float(said.sum() + present.sum()), 1.0)
    return FlagScores(scores.n, scores.top1, scores.macro_recall, scores.majority, f1)


def calibration_error(probabilities: Tensor, truth: Tensor) -> float:
    """Expected calibration error over 15 equal bins; a truth below 0 is left out."""
    known = truth >= 0
    return float(
        multiclass_calibration_error(
            probabilities[known], truth[known], num_classes=probabilities.shape[1], n_bins=15
        )
    )


def states_of(possible: Tensor) -> Tensor:
    """(N, K) known states, or -1 where several are possible."""
    sure = possible.sum(2) == 1
    return torch.where(sure, possible.int().argmax(2), -1)


def visible_points(possible: Tensor, weights: Tensor) -> Tensor:
    """(N, K) bool: surely visible with a known position."""
    return (states_of(possible) == int(Visibility.VISIBLE)) & (weights > 0)


def neighbours_accepted(predicted: np.ndarray, truth: np.ndarray, groups: list[set[int]]) -> float:
    """Share of hits when a colour of the same family counts as right (labelling conventions)."""
    right = [
        p == t or any(p in group and t in group for group in groups)
        for p, t in zip(predicted.tolist(), truth.tolist(), strict=True)
    ]
    return float(np.mean(right))

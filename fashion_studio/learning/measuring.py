"""Runs a network over a picture set and measures everything that the set has labels for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch
from torch.nn import functional

from fashion_studio.domain.vocabulary import CATEGORY, COLORS
from fashion_studio.learning.labels import value_slices
from fashion_studio.learning.metrics import (
    calibration_error,
    class_scores,
    flag_scores,
    mask_iou,
    normalised_error,
    states_of,
    visibility_accuracy,
    visibility_majority,
    visible_points,
)
from fashion_studio.zoo.bundle import Calibration
from fashion_studio.zoo.decoding import landmark_positions, visibility_probabilities

if TYPE_CHECKING:
    from torch import Tensor

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.learning.cache import PictureSet
    from fashion_studio.zoo.preprocessing import Preprocessing
    from fashion_studio.zoo.two_stream import TwoStream

__all__ = ["Answers", "answer", "measure", "prepared"]


@dataclass(frozen=True, slots=True)
class Answers:
    """The network's raw answers for N pictures, on the CPU.

    Attributes:
        logits: per head (N, values).
        visibility: (N, K, states) logits.
        points: (N, K, 2) in the picture set's cached pixels.
        masks: (N, S, S) probability at the cached size, or None.
    """

    logits: dict[str, Tensor]
    visibility: Tensor
    points: Tensor
    masks: Tensor | None


def prepared(squares: np.ndarray, preprocessing: Preprocessing) -> Tensor:
    """Cached squares (B, S, S, 3) at the network's side, normalised (B, 3, side, side)."""
    side = preprocessing.side_px
    if squares.shape[1] != side:
        way = cv2.INTER_AREA if side < squares.shape[1] else cv2.INTER_LINEAR
        squares = np.stack([cv2.resize(square, (side, side), interpolation=way) for square in squares])
    normalised = preprocessing.normalise(torch.from_numpy(np.array(squares)))
    return normalised.contiguous(memory_format=torch.channels_last)


def answer(
    network: TwoStream, pictures: PictureSet, preprocessing: Preprocessing, *, batch_size: int = 32
) -> Answers:
    """One forward pass over every picture, in evaluation mode, in float32."""
    device = next(network.parameters()).device
    cached = pictures.squares.shape[1]
    scale = cached / preprocessing.side_px
    logits: dict[str, list[Tensor]] = {name: [] for name in network.heads}
    visibility, points, masks = [], [], []
    was_training = network.training
    network.eval()
    with torch.inference_mode():
        for start in range(0, len(pictures), batch_size):
            squares = np.asarray(pictures.squares[start : start + batch_size])
            output = network(prepared(squares, preprocessing).to(device))
            for name, values in output.logits.items():
                logits[name].append(values.float().cpu())
            visibility.append(output.visibility.float().cpu())
            points.append(landmark_positions(output.heatmaps, preprocessing.side_px).cpu() * scale)
            if output.mask is not None:
                grown = functional.interpolate(
                    output.mask.float(), size=(cached, cached), mode="bilinear", align_corners=False
                )
                masks.append(grown.sigmoid().squeeze(1).half().cpu())
    network.train(was_training)
    return Answers(
        logits={name: torch.cat(parts) for name, parts in logits.items()},
        visibility=torch.cat(visibility),
        points=torch.cat(points),
        masks=torch.cat(masks) if masks else None,
    )


def measure(
    answers: Answers, pictures: PictureSet, vocabulary: Vocabulary, calibration: Calibration | None = None
) -> dict[str, float]:
    """All figures by name, such as "category.top1", "neckline.macro_recall", "landmarks.ne", "mask.iou".

    A figure whose labels the set lacks is left out. Every share of hits has its "…majority" beside it.
    """
    calibration = calibration or Calibration()
    labels = pictures.labels
    figures: dict[str, float] = {}
    for name, part in value_slices(vocabulary).items():
        truth = states_of(torch.from_numpy(labels.allowed[:, part])[:, None]).squeeze(1)
        if not bool((truth >= 0).any()):
            continue
        logits = answers.logits[name]
        scores = class_scores(logits.argmax(1), truth, logits.shape[1])
        figures |= {
            f"{name}.n": float(scores.n),
            f"{name}.top1": scores.top1,
            f"{name}.macro_recall": scores.macro_recall,
            f"{name}.majority": scores.majority,
            f"{name}.ece": calibration_error((logits / calibration.temperature(name)).softmax(1), truth),
        }
        if name == CATEGORY:
            figures[f"{name}.ece_uncalibrated"] = calibration_error(logits.softmax(1), truth)
    figures |= _color_figures(answers, pictures, calibration)
    figures |= _place_figures(answers, pictures)
    return figures


def _color_figures(answers: Answers, pictures: PictureSet, calibration: Calibration) -> dict[str, float]:
    labels = pictures.labels
    main = torch.from_numpy(np.asarray(labels.main_color))
    if not bool((main >= 0).any()):
        return {}
    probabilities = answers.logits[COLORS].sigmoid()
    default = (0.5,) * probabilities.shape[1]
    thresholds = torch.tensor(calibration.thresholds.get(COLORS, default))
    rows = main >= 0
    present = torch.from_numpy(labels.colors > 0.5)
    scores = flag_scores(probabilities[rows], present[rows], main[rows], thresholds)
    return {
        "colors.n": float(scores.n),
        "colors.main_accuracy": scores.main_accuracy,
        "colors.main_macro_recall": scores.main_macro_recall,
        "colors.majority": scores.main_majority,
        "colors.micro_f1": scores.micro_f1,
    }


def _place_figures(answers: Answers, pictures: PictureSet) -> dict[str, float]:
    labels = pictures.labels
    figures: dict[str, float] = {}
    possible = torch.from_numpy(labels.visibility)
    weights = torch.from_numpy(labels.point_weights)
    visible = visible_points(possible, weights) & (weights >= 1)
    if bool(visible.any()):
        extent = torch.from_numpy(np.asarray(labels.extent))
        error, each = normalised_error(answers.points, torch.from_numpy(labels.points), visible, extent)
        figures["landmarks.ne"] = error
        figures |= {f"landmarks.ne.{index}": float(value) for index, value in enumerate(each)}
        figures["landmarks.n"] = float(visible.sum())
    states = visibility_probabilities(answers.visibility).argmax(2)
    if bool((possible.sum(2) == 1).any()):
        figures["visibility.accuracy"] = visibility_accuracy(states, possible)
        figures["visibility.majority"] = visibility_majority(possible)
    sure = np.flatnonzero(labels.mask_weight >= 1)
    if answers.masks is not None and len(sure):
        truth = torch.from_numpy(np.asarray(pictures.masks)[sure] > 127)
        overlap = mask_iou(answers.masks[torch.from_numpy(sure)] > 0.5, truth)
        figures["mask.iou"] = float(overlap.mean())
        figures["mask.n"] = float(len(sure))
    return figures


def joined_score(photos: dict[str, float], renderings: dict[str, float]) -> float:
    """One number to choose between epochs by: photo top-1 and the renderings' figures, equally weighed."""
    parts = [value for name, value in renderings.items() if name.endswith(".macro_recall")]
    parts += [renderings[name] for name in ("colors.main_accuracy", "visibility.accuracy", "mask.iou")]
    parts.append(1 - 2.5 * renderings["landmarks.ne"])
    rendered = float(np.mean(parts))
    return (photos["category.top1"] + rendered) / 2 if photos else rendered

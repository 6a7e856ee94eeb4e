"""What the averaged model of one round teaches the next about the photos that nobody has labelled.

Only what several views of a photo agree on is taken, and never against what follows from its class.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
import torch

from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.vocabulary import CATEGORY, COLORS
from fashion_studio.imaging.colors import measure_palette
from fashion_studio.imaging.letterbox import IMAGENET_MEAN_RGB
from fashion_studio.learning.cache import PictureSet
from fashion_studio.learning.labels import Labels, value_slices
from fashion_studio.learning.measuring import answer
from fashion_studio.zoo.decoding import visibility_probabilities

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.learning.measuring import Answers
    from fashion_studio.learning.recipe import PseudoLabelling
    from fashion_studio.zoo.preprocessing import Preprocessing
    from fashion_studio.zoo.two_stream import TwoStream

__all__ = ["pseudo_labelled"]

VIEWS: Final = ((False, 1.0), (True, 0.88))
"""Mirrored or not, and at which scale."""

CHUNK: Final = 256
MIN_COLOR_SHARE: Final = 0.15
MIN_GARMENT_SHARE: Final = 0.02


def pseudo_labelled(
    network: TwoStream,
    pictures: PictureSet,
    vocabulary: Vocabulary,
    preprocessing: Preprocessing,
    rules: PseudoLabelling,
    *,
    on_progress: Callable[[int, int], None] = lambda _done, _count: None,
) -> tuple[PictureSet, dict[str, float]]:
    """The same pictures with the network's surest answers added, and how much was added (shares by name).

    Attribute values, landmark positions and states, masks, and colours where what the network says and what
    is measured inside its mask have the same main colour. The category is left as the photo table says.
    """
    labels = pictures.labels.take(np.arange(len(pictures)))
    masks = np.array(pictures.masks)
    for start in range(0, len(pictures), CHUNK):
        rows = np.arange(start, min(start + CHUNK, len(pictures)))
        views = [
            _answer_view(network, pictures, rows, preprocessing, view, vocabulary.mirror_order())
            for view in VIEWS
        ]
        if rules.attributes:
            _add_attributes(labels, rows, views, vocabulary, rules)
        _add_landmarks(labels, rows, views, rules, pictures.squares.shape[1])
        _add_masks(labels, masks, rows, views, rules)
        if rules.colors:
            _add_colors(labels, rows, pictures.squares, masks, views, vocabulary)
        on_progress(int(rows[-1]) + 1, len(pictures))
    return replace(pictures, labels=labels, masks=masks), _coverage(labels, vocabulary)


def _answer_view(
    network: TwoStream,
    pictures: PictureSet,
    rows: NDArray[np.int64],
    preprocessing: Preprocessing,
    view: tuple[bool, float],
    mirror_order: Sequence[int],
) -> Answers:
    """The network's answers for one view, brought back to the pictures' own frame."""
    mirrored, scale = view
    side = pictures.squares.shape[1]
    there = np.array([[scale, 0, (1 - scale) * (side - 1) / 2], [0, scale, (1 - scale) * (side - 1) / 2]])
    squares = np.stack([_view(np.asarray(pictures.squares[row]), there, mirrored) for row in rows])
    shown = PictureSet(tuple(str(row) for row in rows), squares, squares[..., 0], pictures.labels.take(rows))
    seen = answer(network, shown, preprocessing)
    order = list(mirror_order) if mirrored else list(range(len(mirror_order)))
    points = seen.points
    if mirrored:
        points = torch.stack((side - points[..., 0], points[..., 1]), dim=2)
    points = (points[:, order] - side / 2) / scale + side / 2
    masks = seen.masks
    if masks is not None:
        back = cv2.invertAffineTransform(there)
        flipped = masks.flip(2) if mirrored else masks
        masks = torch.from_numpy(
            np.stack([cv2.warpAffine(mask, back, (side, side)) for mask in flipped.float().numpy()])
        )
    return replace(seen, visibility=seen.visibility[:, order], points=points, masks=masks)


def _view(square: NDArray[np.uint8], there: NDArray[np.float64], mirrored: bool) -> NDArray[np.uint8]:
    side = square.shape[0]
    moved = cv2.warpAffine(square, there, (side, side), flags=cv2.INTER_AREA, borderValue=IMAGENET_MEAN_RGB)
    return np.ascontiguousarray(moved[:, ::-1] if mirrored else moved, dtype=np.uint8)


def _add_attributes(
    labels: Labels,
    rows: NDArray[np.int64],
    views: Sequence[Answers],
    vocabulary: Vocabulary,
    rules: PseudoLabelling,
) -> None:
    for name, part in value_slices(vocabulary).items():
        if name == CATEGORY:
            continue
        mean = torch.stack([view.logits[name].softmax(1) for view in views]).mean(0).numpy()
        possible = labels.allowed[rows, part]
        within = mean * possible
        within /= within.sum(1, keepdims=True) + 1e-9
        best = within.argmax(1)
        # sure among what the class allows, and not far from what the network says freely
        sure = (within.max(1) >= rules.min_confidence) & (mean[np.arange(len(rows)), best] >= 0.5)
        chosen = np.zeros_like(possible)
        chosen[np.arange(len(rows)), best] = True
        labels.allowed[rows, part] = np.where(sure[:, None], chosen & possible, possible)


def _add_landmarks(
    labels: Labels,
    rows: NDArray[np.int64],
    views: Sequence[Answers],
    rules: PseudoLabelling,
    side_px: int,
) -> None:
    points = torch.stack([view.points for view in views]).numpy()
    middle = np.median(points, axis=0)
    spread = np.linalg.norm(points - middle, axis=3).max(0) / side_px
    states = torch.stack([visibility_probabilities(view.visibility) for view in views]).mean(0).numpy()
    states = states * labels.visibility[rows]
    states /= states.sum(2, keepdims=True) + 1e-9
    sure = states.max(2) >= rules.min_confidence
    chosen = states.argmax(2)[..., None] == np.arange(len(Visibility))
    labels.visibility[rows] = np.where(sure[..., None], chosen, labels.visibility[rows])
    there = labels.visibility[rows][..., Visibility.ABSENT]
    believed = (spread <= rules.max_spread) & ~(there & sure)
    believed &= states[..., Visibility.ABSENT] < 0.5
    labels.points[rows] = middle
    labels.point_weights[rows] = np.where(believed, rules.point_weight, 0.0)


def _add_masks(
    labels: Labels,
    masks: NDArray[np.uint8],
    rows: NDArray[np.int64],
    views: Sequence[Answers],
    rules: PseudoLabelling,
) -> None:
    found = [view.masks.float().numpy() for view in views if view.masks is not None]
    if not found:
        return
    mean = np.mean(found, axis=0)
    garment = mean > 0.5
    overlaps = [
        (garment & (mask > 0.5)).sum((1, 2)) / np.maximum((garment | (mask > 0.5)).sum((1, 2)), 1)
        for mask in found
    ]
    big = garment.mean((1, 2)) >= MIN_GARMENT_SHARE
    agreed = (np.min(overlaps, axis=0) >= rules.min_agreement) & big
    masks[rows] = np.rint(mean * 255).astype(np.uint8)
    labels.mask_weight[rows] = np.where(agreed, rules.mask_weight, 0.0)


def _add_colors(
    labels: Labels,
    rows: NDArray[np.int64],
    squares: NDArray[np.uint8],
    masks: NDArray[np.uint8],
    views: Sequence[Answers],
    vocabulary: Vocabulary,
) -> None:
    colors = vocabulary.attribute(COLORS)
    names = [(value.name, value.rgb) for value in colors.values if value.rgb is not None]
    mean = torch.stack([view.logits[COLORS].sigmoid() for view in views]).mean(0).numpy()
    for place, row in enumerate(rows):
        if labels.mask_weight[row] <= 0:
            continue
        palette = measure_palette(np.asarray(squares[row]), masks[row] > 200, names)
        shown = [color for color in palette if color.share >= MIN_COLOR_SHARE]
        if not shown or colors.index(shown[0].name) != int(mean[place].argmax()):
            continue
        labels.colors_known[row] = True
        labels.colors[row] = 0.0
        for color in shown:
            labels.colors[row, colors.index(color.name)] = 1.0
        labels.main_color[row] = colors.index(shown[0].name)


def _coverage(labels: Labels, vocabulary: Vocabulary) -> dict[str, float]:
    shares = {
        name: float((labels.allowed[:, part].sum(1) == 1).mean())
        for name, part in value_slices(vocabulary).items()
    }
    shares["landmarks"] = float((labels.point_weights > 0).mean())
    shares["visibility"] = float((labels.visibility.sum(2) == 1).mean())
    shares["mask"] = float((labels.mask_weight > 0).mean())
    shares["colors"] = float(labels.colors_known.all(1).mean())
    return shares

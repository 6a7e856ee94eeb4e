"""Losses. What is unknown is masked everywhere; reduction and weight belong together and are printed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import torch
from torch.nn import functional

from fashion_studio.domain.vocabulary import CATEGORY, COLORS
from fashion_studio.learning.targets import cone_targets, gaussian_targets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from fashion_studio.zoo.two_stream import TwoStreamOutput

__all__ = [
    "LossWeights",
    "allowed_loss",
    "describe",
    "flag_loss",
    "landmark_loss",
    "mask_loss",
    "total_loss",
]


@dataclass(frozen=True, slots=True)
class LossWeights:
    """Weights of the terms and how each is reduced.

    Attributes:
        category, attribute: negative log of the probability of the possible values, mean over the pictures
            that have a label; `attribute` for each attribute's head.
        flags: binary cross-entropy of the several-valued head, mean over the known (picture, value) pairs.
        main_color: cross-entropy of the main colour over the same logits, mean over the pictures with one.
        landmark: see `heatmap`.
        visibility: negative log of the probability of the possible states, mean over labelled landmarks.
        mask: binary cross-entropy plus Dice loss, mean over the pictures with a mask.
        heatmap: "cross_entropy" is that between the target, normalised to sum 1, and the softmax over the
            map, mean over the known points; "squared_sum" is the two-stream paper's sum over the map, mean
            over pictures, visible points only.
        target: "gaussian" or "cone" (that of Liu & Lu's code, for comparison).
        sigma: width of the target in fractions of the map's side, so that it scales with the map.
        occluded: how much an occluded point counts beside a visible one.
        smoothing: label smoothing of the category, for full labels.
    """

    category: float = 1.0
    attribute: float = 0.4
    flags: float = 4.0
    main_color: float = 0.5
    landmark: float = 0.5
    visibility: float = 0.6
    mask: float = 1.5
    heatmap: Literal["cross_entropy", "squared_sum"] = "cross_entropy"
    target: Literal["gaussian", "cone"] = "gaussian"
    sigma: float = 0.025
    occluded: float = 0.5
    smoothing: float = 0.1

    @classmethod
    def paper(cls) -> LossWeights:
        """Category : attributes : visibility : landmarks = 1 : 500 : 1 : 1, squared heatmap errors summed."""
        return cls(
            attribute=0.0,
            flags=500.0,
            main_color=0.0,
            landmark=1.0,
            visibility=1.0,
            mask=0.0,
            heatmap="squared_sum",
            occluded=0.0,
            smoothing=0.0,
        )


def describe(weights: LossWeights) -> str:
    """One line for the run's log: every weight with its reduction."""
    parts = [f"{name}={value}" for name, value in asdict(weights).items()]
    return (
        "loss: " + ", ".join(parts) + "; classes, colours, visibilities and masks averaged over known labels"
    )


def allowed_loss(logits: Tensor, allowed: Tensor, smoothing: float = 0.0) -> Tensor:
    """Negative log of the summed probability of the allowed values.

    Args:
        logits: (..., values).
        allowed: (..., values) bool; all True (or all False) is no label and costs nothing.
        smoothing: of labels with one value only.

    Returns:
        Scalar mean over the labelled entries, 0 where there are none.
    """
    values = logits.float().log_softmax(-1)
    count = allowed.sum(-1)
    labelled = (count > 0) & (count < allowed.shape[-1])
    likely = values.masked_fill(~allowed, float("-inf")).masked_fill(~labelled[..., None], 0.0).logsumexp(-1)
    loss = -likely
    if smoothing:
        full = count == 1
        loss = torch.where(full, (1 - smoothing) * loss - smoothing * values.mean(-1), loss)
    return _mean(loss, labelled)


def flag_loss(logits: Tensor, targets: Tensor, known: Tensor) -> Tensor:
    """Binary cross-entropy with logits over the known entries, 0 where there are none."""
    loss = functional.binary_cross_entropy_with_logits(logits.float(), targets, reduction="none")
    return _mean(loss, known)


def landmark_loss(
    heatmaps: Tensor, points: Tensor, believed: Tensor, side_px: int, recipe: LossWeights
) -> Tensor:
    """The heatmap loss that the recipe names.

    Args:
        heatmaps: (B, K, h, w) logits.
        points: (B, K, 2) in input pixels.
        believed: (B, K) weight of each point, 0 for what is not there or not known.
        side_px: side of the input.
        recipe: form and width of the target.
    """
    shape = (heatmaps.shape[2], heatmaps.shape[3])
    if recipe.target == "gaussian":
        targets = gaussian_targets(points, shape, side_px, recipe.sigma)
    else:
        targets = cone_targets(points, shape, side_px)
    if recipe.heatmap == "squared_sum":
        # Σ_k v_k Σ_xy ‖S_k − S_k^GT‖², mean over the pictures (two-stream paper)
        return ((heatmaps.float() - targets).square().sum((2, 3)) * believed).sum(1).mean()
    targets = targets.flatten(2)
    targets = targets / targets.sum(2, keepdim=True).clamp_min(1e-6)
    losses = -(targets * heatmaps.float().flatten(2).log_softmax(2)).sum(2)
    return _mean(losses, believed)


def mask_loss(logits: Tensor, masks: Tensor, believed: Tensor) -> Tensor:
    """Binary cross-entropy plus soft Dice per picture.

    Args:
        logits: (B, 1, h, w).
        masks: (B, 1, h, w) in 0 to 1.
        believed: (B,) weight of each picture's mask.
    """
    crossed = functional.binary_cross_entropy_with_logits(logits.float(), masks, reduction="none").mean(
        (1, 2, 3)
    )
    share = logits.float().sigmoid()
    overlap = (share * masks).sum((1, 2, 3))
    dice = 1 - (2 * overlap + 1) / (share.sum((1, 2, 3)) + masks.sum((1, 2, 3)) + 1)
    return _mean(crossed + dice, believed)


def total_loss(
    output: TwoStreamOutput,
    batch: Mapping[str, Tensor],
    parts: Mapping[str, slice],
    side_px: int,
    weights: LossWeights,
) -> tuple[Tensor, dict[str, Tensor]]:
    """The weighted sum and its unweighted terms.

    Args:
        output: of the network.
        batch: as `learning.sampling` makes it.
        parts: where each head's values lie in `batch["allowed"]`.
        side_px: side of the input.
        weights: of the terms.
    """
    terms: dict[str, Tensor] = {}
    for name, part in parts.items():
        smoothing = weights.smoothing if name == CATEGORY else 0.0
        terms[name] = allowed_loss(output.logits[name], batch["allowed"][:, part], smoothing)
    terms["flags"] = flag_loss(output.logits[COLORS], batch["colors"], batch["colors_known"])
    main = torch.zeros_like(batch["colors"], dtype=torch.bool)
    rows = (batch["main_color"] >= 0).nonzero().squeeze(1)
    main[rows, batch["main_color"][rows]] = True
    terms["main_color"] = allowed_loss(output.logits[COLORS], main)
    hidden = ~batch["visibility"][..., 0]
    believed = torch.where(hidden, weights.occluded, 1.0) * batch["point_weights"]
    terms["landmark"] = landmark_loss(output.heatmaps, batch["points"], believed, side_px, weights)
    terms["visibility"] = visibility_loss(output.visibility, batch["visibility"])
    if output.mask is not None:
        masks = functional.interpolate(batch["mask"], size=output.mask.shape[2:], mode="area")
        terms["mask"] = mask_loss(output.mask, masks, batch["mask_weight"])
    total = torch.zeros((), device=output.visibility.device)
    for name, term in terms.items():
        total = total + getattr(weights, name, weights.attribute) * term
    return total, terms


def visibility_loss(logits: Tensor, possible: Tensor) -> Tensor:
    """Loss of (B, K, states) logits; one state per landmark is a sigmoid for "visible".

    Args:
        logits: (B, K, 3) or (B, K, 1).
        possible: (B, K, 3) bool, the possible states.
    """
    if logits.shape[2] > 1:
        return allowed_loss(logits, possible)
    seen, unseen = possible[..., :1], possible[..., 1:].any(2, keepdim=True)
    return flag_loss(logits, seen.float(), seen ^ unseen)


def _mean(values: Tensor, weights: Tensor) -> Tensor:
    weights = weights.to(values.dtype)
    return (values * weights).sum() / weights.sum().clamp_min(1.0)

"""From logits to probabilities and positions: one way for metrics and for prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["argmax_positions", "heatmap_images", "landmark_positions", "visibility_probabilities"]

WINDOW: Final = 2
"""Cells on each side of the peak that take part in its sub-cell position."""


def landmark_positions(heatmaps: Tensor, input_px: int) -> Tensor:
    """Sub-cell positions: centre of gravity of the softmax in a window around its peak.

    Args:
        heatmaps: (B, K, h, w) logits; the map covers the whole square input.
        input_px: side of the input.

    Returns:
        (B, K, 2) x, y in input pixels, origin in the corner of the first pixel.
    """
    height, width = heatmaps.shape[2:]
    likelihood = heatmaps.float().flatten(2).softmax(2)
    peak = likelihood.argmax(2)
    rows = torch.arange(height, device=heatmaps.device)
    columns = torch.arange(width, device=heatmaps.device)
    near_y = ((rows - (peak // width)[..., None]).abs() <= WINDOW).float()
    near_x = ((columns - (peak % width)[..., None]).abs() <= WINDOW).float()
    local = likelihood.unflatten(2, (height, width)) * near_y[..., :, None] * near_x[..., None, :]
    local = local / local.sum((2, 3), keepdim=True)
    x = (local.sum(2) * (columns + 0.5)).sum(2) * (input_px / width)
    y = (local.sum(3) * (rows + 0.5)).sum(2) * (input_px / height)
    return torch.stack((x, y), dim=2)


def argmax_positions(heatmaps: Tensor) -> Tensor:
    """The published protocol: the peak's cell over (size - 1), (B, K, 2) x, y in 0 to 1, no sub-cell part."""
    height, width = heatmaps.shape[2:]
    peak = heatmaps.flatten(2).argmax(2)
    return torch.stack((peak % width / (width - 1), peak // width / (height - 1)), dim=2)


def heatmap_images(heatmaps: Tensor) -> Tensor:
    """Heatmaps for the eye, 0 to 1: the softmax over the map, its peak scaled to 1."""
    likelihood = heatmaps.float().flatten(2).softmax(2)
    return (likelihood / likelihood.amax(2, keepdim=True)).view_as(heatmaps)


def visibility_probabilities(visibility: Tensor, temperature: float = 1.0) -> Tensor:
    """(B, K, 3) probabilities of visible, occluded, absent.

    A network with one logit per landmark knows only visible or not; the rest is counted as absent.
    """
    logits = visibility.float() / temperature
    if logits.shape[2] > 1:
        return logits.softmax(2)
    visible = logits.sigmoid()
    return torch.cat((visible, torch.zeros_like(visible), 1 - visible), dim=2)

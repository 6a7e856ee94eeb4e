"""Where a mask attends, as a box, and the crop that the second discriminator sees (AMGAN, section 3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
import torch
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor

__all__ = ["CropBox", "attended_box", "attended_boxes", "cropped"]

_FLAT: Final = 1e-3
"""A mask whose values differ by less, or that nowhere reaches it, attends nothing in particular."""


@dataclass(frozen=True, slots=True)
class CropBox:
    """Pixels `top` to `bottom` and `left` to `right`, the last ones excluded.

    `is_fallback` says that the mask was flat or empty and the box is the whole picture.
    """

    top: int
    bottom: int
    left: int
    right: int
    is_fallback: bool = False


def attended_box(mask: NDArray[np.float32], threshold: float, min_share: float) -> CropBox:
    """The box of the largest connected region where a > threshold · max(a).

    A box with a side under `min_share` of the picture's is widened about its middle and moved inside.

    Args:
        mask: (H, W), 0 to 1.
        threshold: 0 to 1; the paper's 0.5.
        min_share: of the picture's side, 0 to 1.
    """
    height, width = mask.shape
    top_value = float(mask.max())
    if not np.isfinite(top_value) or top_value < _FLAT or top_value - float(mask.min()) < _FLAT:
        return CropBox(0, height, 0, width, is_fallback=True)
    attended = (mask > threshold * top_value).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(attended, connectivity=8)
    # row 0 is what is not attended
    left, top, wide, high, _ = (int(n) for n in stats[1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())])
    rows = _at_least(top, top + high, round(min_share * height), height)
    columns = _at_least(left, left + wide, round(min_share * width), width)
    return CropBox(*rows, *columns)


def attended_boxes(masks: Tensor, threshold: float, min_share: float) -> list[CropBox]:
    """The box of each mask (B, 1, H, W); nothing can flow back through numbers of pixels."""
    found: NDArray[np.float32] = masks.detach().float()[:, 0].cpu().numpy()
    return [attended_box(mask, threshold, min_share) for mask in found]


def cropped(images: Tensor, boxes: Sequence[CropBox], side_px: int) -> Tensor:
    """Cuts the boxes out and brings each to (3, side_px, side_px); gradients flow to the pixels.

    Args:
        images: (B, 3, H, W).
        boxes: one each.
        side_px: of the crops.
    """
    parts = [
        functional.interpolate(
            image[None, :, box.top : box.bottom, box.left : box.right], (side_px, side_px), mode="bilinear"
        )
        for image, box in zip(images, boxes, strict=True)
    ]
    return torch.cat(parts)


def _at_least(start: int, stop: int, least: int, room: int) -> tuple[int, int]:
    if stop - start >= least:
        return start, stop
    start = min(max(0, (start + stop - least) // 2), room - least)
    return start, start + least

"""The garment before another background, for the share of decisions that flip with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from fashion_studio.imaging.matting import without_background
from fashion_studio.probing.records import Backdrop

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FILLS", "background_alone", "background_name", "with_background"]

FILLS: Final = {Backdrop.GREY: (128, 128, 128), Backdrop.BLACK: (0, 0, 0), Backdrop.WHITE: (255, 255, 255)}

_FILLED_SIDE_PX: Final = 64
_RIM_SHARE: Final = 0.03
_REACHES: Final = (2.0, 8.0, 32.0)


def background_name(backdrop: Backdrop) -> str:
    """What a photo before this backdrop is called in results and file names."""
    return f"on-{backdrop.value}"


def with_background(
    image: NDArray[np.uint8], mask: NDArray[np.float32], backdrop: NDArray[np.uint8] | tuple[int, int, int]
) -> NDArray[np.uint8]:
    """The garment of a photo before something else.

    Args:
        image: (H, W, 3) uint8 RGB.
        mask: (H, W), 0 to 1.
        backdrop: a colour, or a picture of any size, stretched over the photo's.
    """
    if isinstance(backdrop, tuple):
        return without_background(image, mask, backdrop)
    height, width = image.shape[:2]
    behind = cv2.resize(backdrop, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    share = np.asarray(mask, np.float32)[..., None]
    return np.asarray(np.rint(image * share + behind * (1.0 - share)), np.uint8)


def background_alone(image: NDArray[np.uint8], mask: NDArray[np.float32]) -> NDArray[np.uint8]:
    """A photo's background with the garment's place filled from around it, without its outline.

    The fill is the mean of the background near each pixel (normalised convolution, Knutsson & Westin 1993),
    at 64 px, from near to far. A rim around the garment goes with it: its shadow would show the outline.
    """
    height, width = image.shape[:2]
    scale = min(1.0, _FILLED_SIDE_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    rim = 2 * max(1, round(_RIM_SHARE * max(height, width))) + 1
    covered = cv2.dilate(mask, np.ones((rim, rim), np.uint8))
    outside = 1.0 - cv2.resize(covered, size, interpolation=cv2.INTER_AREA)
    weight = (outside > 0.9).astype(np.float32)
    filled = np.full_like(small, small.mean(axis=(0, 1)))
    for reach in reversed(_REACHES):
        near = cv2.GaussianBlur(weight, (0, 0), reach)
        mean = cv2.GaussianBlur(small * weight[..., None], (0, 0), reach) / np.maximum(near, 1e-6)[..., None]
        trusted = np.clip(near * 20.0, 0.0, 1.0)[..., None]
        filled = filled * (1.0 - trusted) + mean * trusted
    wide = cv2.resize(filled, (width, height), interpolation=cv2.INTER_LINEAR)
    share = cv2.GaussianBlur(covered, (0, 0), max(1.0, 0.006 * max(height, width)))[..., None]
    return np.asarray(np.clip(np.rint(image * (1.0 - share) + wide * share), 0, 255), np.uint8)

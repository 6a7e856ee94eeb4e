"""Fits a photo into a square network input. The one implementation, for training and for prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from fashion_studio.domain.geometry import Affine

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["IMAGENET_MEAN_RGB", "letterbox", "letterbox_frame", "resize"]

IMAGENET_MEAN_RGB: Final = (124, 116, 104)
"""Fill that becomes (almost) zero under the ImageNet normalisation."""


def letterbox_frame(width_px: int, height_px: int, side_px: int) -> tuple[int, int, Affine]:
    """Where an image of this size comes to lie in a square of `side_px`, long side fitted, centred.

    Returns:
        Width and height of the fitted image in input pixels (at least 1 each), and the map from image
        pixels to input pixels. The map is exact: the fitted size is a whole number of pixels, so the two
        axes may differ in scale by a fraction of a per cent.

    Raises:
        ValueError: a side is not positive.
    """
    if min(width_px, height_px, side_px) < 1:
        msg = f"cannot fit {width_px}×{height_px} into {side_px}"
        raise ValueError(msg)
    long_px = max(width_px, height_px)
    fitted_width = max(1, (width_px * side_px * 2 + long_px) // (2 * long_px))
    fitted_height = max(1, (height_px * side_px * 2 + long_px) // (2 * long_px))
    left, top = (side_px - fitted_width) // 2, (side_px - fitted_height) // 2
    frame = Affine(fitted_width / width_px, fitted_height / height_px, float(left), float(top))
    return fitted_width, fitted_height, frame


def resize(image: NDArray[np.uint8], width_px: int, height_px: int) -> NDArray[np.uint8]:
    """Resizes (H, W) or (H, W, C) uint8: area averaging down, bilinear up, pixel edges kept aligned."""
    height, width = image.shape[:2]
    if (width, height) == (width_px, height_px):
        return image
    shrinks = width_px * height_px < width * height
    way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (width_px, height_px), interpolation=way), dtype=np.uint8)


def letterbox(
    image: NDArray[np.uint8], side_px: int, fill: tuple[int, int, int] = IMAGENET_MEAN_RGB
) -> tuple[NDArray[np.uint8], Affine]:
    """Fits an image into a square, keeping its aspect, and fills the rest.

    Args:
        image: (H, W, 3) uint8.
        side_px: side of the square input.
        fill: colour of the bars, in the image's channel order.

    Returns:
        (side_px, side_px, 3) uint8, contiguous and never the caller's own memory, and the map from image
        pixels to input pixels (origin in the corner of the first pixel).

    Raises:
        ValueError: not an (H, W, 3) uint8 image, or empty.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        msg = f"an (H, W, 3) uint8 image is needed, not {image.shape} {image.dtype}"
        raise ValueError(msg)
    height_px, width_px = image.shape[:2]
    fitted_width, fitted_height, frame = letterbox_frame(width_px, height_px, side_px)
    left, top = int(frame.shift_x), int(frame.shift_y)
    square = np.empty((side_px, side_px, 3), dtype=np.uint8)
    square[:] = fill
    square[top : top + fitted_height, left : left + fitted_width] = resize(image, fitted_width, fitted_height)
    return square, frame

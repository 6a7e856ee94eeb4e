"""Fits a photo into a square network input. The one implementation, for training and for prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np

from fashion_studio.domain.geometry import Affine

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["IMAGENET_MEAN_RGB", "letterbox", "letterbox_frame", "map_to_image", "resize"]

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


def map_to_image(
    values: NDArray[np.floating[Any]],
    to_input: Affine,
    input_px: int,
    width_px: int,
    height_px: int,
    *,
    smooth: bool = False,
) -> NDArray[np.float32]:
    """Brings a network's map (mask, heatmap, class activation) from the input frame onto the image.

    Cells of the map are areas, as pixels are: the map covers the whole input from edge to edge.

    Args:
        values: (h, w), any float.
        to_input: from image pixels to input pixels, as `letterbox` returned it.
        input_px: side of the input that the map covers.
        width_px: of the image; with `height_px` and `to_input` of the same frame.
        height_px: of the image.
        smooth: bicubic (Keys 1981, a = -0.5, clipped to the map's own range) instead of bilinear.

    Returns:
        (height_px, width_px) float32.
    """
    plane = np.asarray(values, dtype=np.float32)
    rows, columns = plane.shape
    across = _taps(width_px, to_input.scale_x, to_input.shift_x, columns / input_px, smooth)
    down = _taps(height_px, to_input.scale_y, to_input.shift_y, rows / input_px, smooth)
    # Sums of gathered rows, not a matrix product: BLAS would start its threads for it and wait for them.
    wide = sum(plane[:, np.clip(cell, 0, columns - 1)] * weight for cell, weight in across)
    stretched = sum(np.asarray(wide)[np.clip(cell, 0, rows - 1)] * weight[:, None] for cell, weight in down)
    result = np.asarray(stretched, dtype=np.float32)
    if smooth:
        np.clip(result, plane.min(), plane.max(), out=result)
    return result


def _taps(
    length_px: int, scale: float, shift: float, cells_per_px: float, smooth: bool
) -> list[tuple[NDArray[np.intp], NDArray[np.float32]]]:
    """The cells that each pixel's centre lies between, with their weights."""
    place = ((np.arange(length_px) + 0.5) * scale + shift) * cells_per_px - 0.5
    first = np.floor(place).astype(np.intp)
    t = (place - first).astype(np.float32)
    if not smooth:
        return [(first, 1 - t), (first + 1, t)]
    return [
        (first - 1, -0.5 * t + t**2 - 0.5 * t**3),
        (first, 1 - 2.5 * t**2 + 1.5 * t**3),
        (first + 1, 0.5 * t + 2 * t**2 - 1.5 * t**3),
        (first + 2, -0.5 * t**2 + 0.5 * t**3),
    ]

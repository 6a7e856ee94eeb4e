"""The square around a garment that the editor works on: one frame for training, evaluation and use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from fashion_studio.domain.geometry import Affine, Box
from fashion_studio.imaging.letterbox import IMAGENET_MEAN_RGB

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["garment_box", "garment_frame", "warp_to_square"]


def garment_box(
    mask: NDArray[np.floating], threshold: float = 0.5, smallest_share: float = 0.002
) -> Box | None:
    """The box around the pixels of the mask from `threshold` on, specks left out.

    Args:
        mask: (H, W), 0 to 1.
        threshold: from which a pixel counts as garment.
        smallest_share: connected pieces with less than this share of the picture are specks.

    Returns:
        The box in mask pixels, or None where there is no garment.
    """
    _, _, stats, _ = cv2.connectedComponentsWithStats((mask >= threshold).astype(np.uint8), connectivity=8)
    kept = stats[1:][stats[1:, cv2.CC_STAT_AREA] >= smallest_share * mask.size]
    if not len(kept):
        return None
    left, top = kept[:, cv2.CC_STAT_LEFT], kept[:, cv2.CC_STAT_TOP]
    right, bottom = left + kept[:, cv2.CC_STAT_WIDTH], top + kept[:, cv2.CC_STAT_HEIGHT]
    return Box.from_corners(float(left.min()), float(top.min()), float(right.max()), float(bottom.max()))


def garment_frame(box: Box, side_px: int, margin: float) -> Affine:
    """From image pixels to the square of `side_px` around the box.

    Args:
        box: around the garment, in image pixels.
        side_px: of the network's input.
        margin: how much wider than the box's longer side the square is on each side, as a share of it.
    """
    side = max(box.width, box.height, 1.0) * (1 + 2 * margin)
    scale = side_px / side
    left, top = box.x + box.width / 2 - side / 2, box.y + box.height / 2 - side / 2
    return Affine(scale, scale, -left * scale, -top * scale)


def warp_to_square(image: NDArray[np.uint8], frame: Affine, side_px: int) -> NDArray[np.uint8]:
    """Samples the frame's square from a picture (H, W, 3) or a mask (H, W).

    Shrinks by area first, so that fine patterns do not alias. Beyond the edge a picture has the mean colour
    with which every network input is filled up, a mask 0.
    """
    shrink = min(1.0, frame.scale_x)
    if shrink < 1:
        size = (max(1, round(image.shape[1] * shrink)), max(1, round(image.shape[0] * shrink)))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        ratio = (size[0] / image.shape[1], size[1] / image.shape[0])
    else:
        small, ratio = image, (1.0, 1.0)
    scale_x, scale_y = frame.scale_x / ratio[0], frame.scale_y / ratio[1]
    # OpenCV counts from pixel centres, the frame from pixel corners.
    matrix = np.array(
        [
            [scale_x, 0, frame.shift_x + (scale_x - 1) / 2],
            [0, scale_y, frame.shift_y + (scale_y - 1) / 2],
        ]
    )
    fill = IMAGENET_MEAN_RGB if image.ndim == 3 else 0
    square = cv2.warpAffine(small, matrix, (side_px, side_px), flags=cv2.INTER_LINEAR, borderValue=fill)
    return np.asarray(square, dtype=np.uint8)

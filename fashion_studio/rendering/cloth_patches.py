"""Cloth without a garment: square patches cut out of rendered garments, as styles and as fillings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np

from fashion_studio.rendering.independence import sample_independent_spec
from fashion_studio.rendering.render import render

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["cloth_patch", "largest_square"]

_RENDERED_PX: Final = (288, 384)
_LEAST_PX: Final = 48
_TRIES: Final = 20


def largest_square(mask: NDArray[Any]) -> tuple[int, int, int]:
    """The largest square that lies in a mask: left, top and side in pixels; side 0 where there is none.

    Args:
        mask: (H, W); True or 255 inside.
    """
    inside = np.pad(np.asarray(mask > 0, np.uint8), 1)
    distance = cv2.distanceTransform(inside, cv2.DIST_C, 3)  # chessboard: half the side of a centred square
    row, column = np.unravel_index(int(distance.argmax()), distance.shape)
    half = int(distance[row, column]) - 1
    if half < 0:
        return 0, 0, 0
    return int(column) - 1 - half, int(row) - 1 - half, 2 * half + 1


def cloth_patch(seed: int, side_px: int) -> NDArray[np.uint8]:
    """A patch of a garment whose fabric, pattern and colours are drawn evenly (`rendering.independence`).

    Args:
        seed: the same gives the same patch.
        side_px: of the patch; it is enlarged where the garment shows less.

    Returns:
        (side_px, side_px, 3) uint8 RGB.
    """
    best: tuple[int, NDArray[np.uint8]] | None = None
    for number in range(_TRIES):
        drawn = sample_independent_spec(seed * _TRIES + number)
        made = render(drawn, width_px=_RENDERED_PX[0], height_px=_RENDERED_PX[1])
        left, top, side = largest_square(made.mask > 0.99)
        patch = made.image[top : top + side, left : left + side]
        if best is None or side > best[0]:
            best = side, patch
        if side >= _LEAST_PX:
            break
    if (
        best is None or not best[0]
    ):  # twenty garments of which nothing shows: the dice would have to be broken
        return np.full((side_px, side_px, 3), 128, np.uint8)
    size = (side_px, side_px)
    how = cv2.INTER_AREA if best[0] >= side_px else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(np.ascontiguousarray(best[1]), size, interpolation=how), np.uint8)

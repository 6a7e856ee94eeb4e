"""Bands of a garment along its landmarks: the collar, the hem."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from fashion_studio.domain.labels import Visibility

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from fashion_studio.domain.geometry import Box
    from fashion_studio.domain.predictions import LandmarkPrediction

__all__ = ["collar_band", "hem_band"]

_COLLAR_SHARE: Final = 0.45
_HEM_SHARE: Final = 0.09
_LEAST_SHARE: Final = 0.03
_RIM_SHARE: Final = 0.3


def collar_band(
    landmarks: Sequence[LandmarkPrediction], box: Box, size: tuple[int, ...]
) -> NDArray[np.float32] | None:
    """Around the line from collar point to collar point, 0.45 of its length to every side.

    Args:
        landmarks: in the pixels of the mask that is wanted.
        box: of the garment, in the same.
        size: height and width of the mask.

    Returns:
        (H, W) float32, 0 to 1, soft at its rim and not cut to the garment; None where the points are absent.
    """
    ends = _line(landmarks, "left_collar", "right_collar")
    if ends is None:
        return None
    return _capsule(
        ends, max(_COLLAR_SHARE * math.dist(*ends), _LEAST_SHARE * max(box.width, box.height)), size
    )


def hem_band(
    landmarks: Sequence[LandmarkPrediction], box: Box, size: tuple[int, ...]
) -> NDArray[np.float32] | None:
    """Around the line from hem point to hem point, 9 % of the garment's height to every side.

    Arguments and result as for `collar_band`.
    """
    ends = _line(landmarks, "left_hem", "right_hem")
    return None if ends is None else _capsule(ends, _HEM_SHARE * box.height, size)


def _line(
    landmarks: Sequence[LandmarkPrediction], first: str, second: str
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    points = {p.name: (p.x, p.y) for p in landmarks if p.visibility is not Visibility.ABSENT}
    return (points[first], points[second]) if first in points and second in points else None


def _capsule(
    ends: tuple[tuple[float, float], tuple[float, float]], radius_px: float, size: tuple[int, ...]
) -> NDArray[np.float32]:
    """1 near the line, 0 from `radius_px` on."""
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32) + np.float32(0.5)
    (x_1, y_1), (x_2, y_2) = ends
    d_x, d_y = x_2 - x_1, y_2 - y_1
    along = ((columns - x_1) * d_x + (rows - y_1) * d_y) / max(d_x * d_x + d_y * d_y, 1e-6)
    along = np.clip(along, 0.0, 1.0)
    away = np.hypot(columns - (x_1 + along * d_x), rows - (y_1 + along * d_y))
    radius_px = max(radius_px, 1.0)
    return np.asarray(np.clip((radius_px - away) / (_RIM_SHARE * radius_px), 0.0, 1.0), dtype=np.float32)

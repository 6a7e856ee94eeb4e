"""A brush and an eraser on a mask: size, hardness, and stopping where the photo's colour changes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Brush", "MaskPainter"]

_SNAP_DISTANCE: Final = 16.0
"""Colours further apart than this in CIELAB (CIE76) are on the other side of an edge."""
_STEP_SHARE: Final = 0.35
_SOFTEST_PX: Final = 0.75


@dataclass(frozen=True, slots=True)
class Brush:
    """What the hand holds.

    Attributes:
        radius_px: in the mask's own pixels, more than 0.
        hardness: 0 (fades from its middle) to 1 (the same everywhere, up to its edge).
        erases: takes away instead of adding.
        snaps: stays on what has the colour under its middle and hangs together with it.
    """

    radius_px: float
    hardness: float = 0.7
    erases: bool = False
    snaps: bool = False


class MaskPainter:
    """What was painted to a mask and what was erased from it; each takes from the other.

    Attributes:
        painted, erased: (H, W) float32, 0 to 1.
    """

    def __init__(
        self,
        photo: NDArray[np.uint8],
        painted: NDArray[np.float32] | None = None,
        erased: NDArray[np.float32] | None = None,
    ) -> None:
        """Begins with what was painted before.

        Args:
            photo: (H, W, 3) uint8 sRGB at the mask's size; its colours are what a snapping brush goes by.
            painted: (h, w) 0 to 1 of any size; None for nothing.
            erased: the same.
        """
        self._colors = cv2.cvtColor(photo.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)
        size = photo.shape[:2]
        self.painted = _resized(painted, size)
        self.erased = _resized(erased, size)

    @property
    def size_px(self) -> tuple[int, int]:
        """Height and width."""
        return self.painted.shape[0], self.painted.shape[1]

    def line(self, start: tuple[float, float], end: tuple[float, float], brush: Brush) -> None:
        """Draws from one point to another (x, y in mask pixels); both may lie outside."""
        way = math.dist(start, end)
        steps = max(1, math.ceil(way / max(brush.radius_px * _STEP_SHARE, 0.5)))
        for step in range(steps + 1) if way else (0,):
            share = step / steps
            x = start[0] + (end[0] - start[0]) * share
            y = start[1] + (end[1] - start[1]) * share
            self._dab(x, y, brush)

    def _dab(self, x: float, y: float, brush: Brush) -> None:
        height, width = self.size_px
        reach = math.ceil(brush.radius_px + 1)
        left, top = max(math.floor(x) - reach, 0), max(math.floor(y) - reach, 0)
        right, bottom = min(math.floor(x) + reach + 1, width), min(math.floor(y) + reach + 1, height)
        if left >= right or top >= bottom:
            return
        place = (slice(top, bottom), slice(left, right))
        columns = np.arange(left, right, dtype=np.float32) + np.float32(0.5 - x)
        rows = np.arange(top, bottom, dtype=np.float32) + np.float32(0.5 - y)
        away = np.sqrt(rows[:, None] ** 2 + columns[None, :] ** 2)
        fade = max(brush.radius_px * (1.0 - brush.hardness), _SOFTEST_PX)
        dab = np.clip((brush.radius_px - away) / np.float32(fade), 0.0, 1.0)
        if brush.hardness >= 1.0:
            dab = (dab > 0.0).astype(np.float32)
        if brush.snaps:
            dab *= self._alike(place, int(x) - left, int(y) - top)
        onto, other = (self.erased, self.painted) if brush.erases else (self.painted, self.erased)
        np.maximum(onto[place], dab, out=onto[place])
        np.minimum(other[place], 1.0 - dab, out=other[place])

    def _alike(self, place: tuple[slice, slice], x: int, y: int) -> NDArray[np.float32]:
        """1 where the colour is like the one at (x, y) of this place and hangs together with it, else 0."""
        colors = self._colors[place]
        rows, columns = colors.shape[:2]
        x, y = min(max(x, 0), columns - 1), min(max(y, 0), rows - 1)
        under = colors[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2].reshape(-1, 3).mean(axis=0)
        near = (np.linalg.norm(colors - under, axis=2) <= _SNAP_DISTANCE).astype(np.uint8)
        near[y, x] = 1
        _, parts = cv2.connectedComponents(near, connectivity=4)
        connected: NDArray[np.float32] = (parts == parts[y, x]).astype(np.float32)
        return connected


def _resized(mask: NDArray[np.float32] | None, size: tuple[int, int]) -> NDArray[np.float32]:
    if mask is None:
        return np.zeros(size, np.float32)
    if mask.shape == size:
        return mask.astype(np.float32, copy=True)
    scaled = np.empty(size, np.float32)
    cv2.resize(mask.astype(np.float32), (size[1], size[0]), dst=scaled, interpolation=cv2.INTER_LINEAR)
    return scaled

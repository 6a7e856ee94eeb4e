"""Smooth, seamless noise from small random grids."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fashion_studio.rendering.curves import Plane

__all__ = ["field", "grain", "seamless", "slope", "wrinkles"]


def seamless(rng: np.random.Generator, cells_x: int, cells_y: int, side: int) -> Plane:
    """Periodic noise with about unit spread.

    Args:
        rng: where the grid comes from.
        cells_x: grid cells across one period.
        cells_y: grid cells down one period.
        side: side of the result.

    Returns:
        (side, side) float32.
    """
    grid = rng.standard_normal((cells_y, cells_x), dtype=np.float32)
    # sums of four taps instead of a matrix product: a product would start threads for this little work
    rows = np.zeros((side, cells_x), np.float32)
    for index, weight in _periodic(cells_y, side):
        rows += weight[:, None] * grid[index]
    out = np.zeros((side, side), np.float32)
    for index, weight in _periodic(cells_x, side):
        out += weight * rows[:, index]
    return out


@lru_cache(maxsize=64)
def _periodic(cells: int, side: int) -> tuple[tuple[NDArray[np.intp], Plane], ...]:
    """Cells and weights of the four taps of periodic cubic convolution (Keys 1981, a = -0.5)."""
    at = (np.arange(side) + 0.5) * cells / side - 0.5
    first = np.floor(at).astype(np.intp)
    taps = []
    for tap in (-1, 0, 1, 2):
        gap = np.abs(at - first - tap)
        near = 1.5 * gap**3 - 2.5 * gap**2 + 1
        far = -0.5 * gap**3 + 2.5 * gap**2 - 4 * gap + 2
        taps.append(((first + tap) % cells, np.where(gap <= 1, near, far).astype(np.float32)))
    return tuple(taps)


def field(rng: np.random.Generator, cells_x: int, cells_y: int, width_px: int, height_px: int) -> Plane:
    """Smooth noise over a picture, (height, width) float32 with about unit spread."""
    grid = rng.standard_normal((cells_y, cells_x), dtype=np.float32)
    return cv2.resize(grid, (width_px, height_px), interpolation=cv2.INTER_CUBIC).astype(
        np.float32, copy=False
    )


def grain(rng: np.random.Generator, width_px: int, height_px: int, tile: int = 192) -> Plane:
    """White noise over a picture, repeated from one tile, (height, width) float32 with unit spread."""
    patch = rng.standard_normal((tile, tile), dtype=np.float32)
    return np.tile(patch, (height_px // tile + 1, width_px // tile + 1))[:height_px, :width_px]


def slope(height: Plane, reach: int = 1) -> Plane:
    """How much a seamless height field faces the upper left, per texel."""
    across = np.roll(height, reach, 1) - np.roll(height, -reach, 1)
    down = np.roll(height, reach, 0) - np.roll(height, -reach, 0)
    return np.asarray(0.75 * across + 0.6 * down, np.float32)


def wrinkles(
    rng: np.random.Generator,
    side: int,
    count: int,
    length: float,
    *,
    upright: float = 0.0,
    width: float = 1.0,
) -> Plane:
    """Heights of short bent creases, seamless.

    Args:
        rng: decides where they lie.
        side: side of the result.
        count: how many.
        length: of the longest, in texels.
        width: factor on the creases' breadth.
        upright: 0 for any direction, 1 for all along the second axis.

    Returns:
        (side, side) float32, 0 to 1.
    """
    canvas = np.zeros((side, side), np.uint8)
    steps = np.linspace(-0.5, 0.5, 7)
    for _ in range(count):
        x, y = rng.uniform(0, side, 2)
        angle = rng.uniform(0, np.pi) * (1 - upright) + np.pi / 2 * upright + rng.normal(0, 0.15)
        long, bow = length * rng.uniform(0.25, 1.0), rng.normal(0, 0.22)
        along = np.stack([np.cos(angle + bow * steps * 4), np.sin(angle + bow * steps * 4)], 1)
        path = np.cumsum(along * long / len(steps), axis=0)
        value, thick = int(rng.uniform(90, 255)), max(1, round(width * rng.integers(1, 4)))
        for dx in (0.0, -side if x > side / 2 else side):
            for dy in (0.0, -side if y > side / 2 else side):
                points = np.round((path + np.array([x + dx, y + dy])) * 8).astype(np.int32)
                cv2.polylines(canvas, [points], False, value, thick, cv2.LINE_AA, 3)
    padded = np.pad(canvas, 8, mode="wrap").astype(np.float32) / 255
    soft = 0.55 * cv2.GaussianBlur(padded, (0, 0), 1.3 * width)
    soft += 0.9 * cv2.GaussianBlur(padded, (0, 0), 2.8 * width)
    return np.asarray(soft[8:-8, 8:-8], np.float32)

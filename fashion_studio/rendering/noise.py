"""Smooth, seamless noise from small random grids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from fashion_studio.rendering.curves import Plane

__all__ = ["field", "grain", "seamless"]


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
    padded = np.pad(grid, 3, mode="wrap")
    step_x, step_y = side / cells_x, side / cells_y
    big = cv2.resize(
        padded, (round((cells_x + 6) * step_x), round((cells_y + 6) * step_y)), interpolation=cv2.INTER_CUBIC
    )
    x, y = round(3 * step_x), round(3 * step_y)
    return np.ascontiguousarray(big[y : y + side, x : x + side])


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

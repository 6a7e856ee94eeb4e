"""Boxes and affine frames. All coordinates are float pixels with the origin in the upper left corner
of the upper left pixel; pixel centres therefore lie at half integers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Affine", "Box"]


@dataclass(frozen=True, slots=True)
class Box:
    """Axis-parallel box in image pixels: left, top, width, height (COCO's order)."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """X of the right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Y of the lower edge."""
        return self.y + self.height

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.width * self.height

    def as_tuple(self) -> tuple[float, float, float, float]:
        """(x, y, width, height)."""
        return (self.x, self.y, self.width, self.height)

    def clipped(self, width_px: int, height_px: int) -> Box:
        """The part inside an image of this size; zero-sized when there is none."""
        left, top = min(max(self.x, 0.0), width_px), min(max(self.y, 0.0), height_px)
        right, bottom = min(max(self.right, left), width_px), min(max(self.bottom, top), height_px)
        return Box(left, top, right - left, bottom - top)

    @classmethod
    def from_corners(cls, left: float, top: float, right: float, bottom: float) -> Box:
        """Box between two corners given in any order."""
        return cls(min(left, right), min(top, bottom), abs(right - left), abs(bottom - top))


@dataclass(frozen=True, slots=True)
class Affine:
    """Scale and shift between two frames: target = source * scale + shift, per axis."""

    scale_x: float
    scale_y: float
    shift_x: float
    shift_y: float

    def apply(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Maps (..., 2) points from the source to the target frame."""
        mapped: NDArray[np.float64] = np.array(points, dtype=np.float64)
        mapped *= (self.scale_x, self.scale_y)
        mapped += (self.shift_x, self.shift_y)
        return mapped

    def inverse(self) -> Affine:
        """The way back."""
        return Affine(
            1.0 / self.scale_x,
            1.0 / self.scale_y,
            -self.shift_x / self.scale_x,
            -self.shift_y / self.scale_y,
        )

    def apply_box(self, box: Box) -> Box:
        """Maps a box."""
        corners = self.apply(np.array([[box.x, box.y], [box.right, box.bottom]]))
        return Box.from_corners(*(float(v) for v in corners.reshape(-1)))

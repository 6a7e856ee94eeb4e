"""Points and curves in garment units: x to the picture's right, y down, (0, 0) between the neck points."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "Plane",
    "Point",
    "Points",
    "Rgb",
    "bezier",
    "joined",
    "line",
    "mirrored",
    "ribbon",
    "spline",
    "turned",
]

Point: TypeAlias = tuple[float, float]
Points: TypeAlias = NDArray[np.float64]
Plane: TypeAlias = NDArray[np.float32]
Rgb: TypeAlias = NDArray[np.float32]


def line(start: Point, end: Point, count: int = 8) -> Points:
    """Points on a straight line, both ends included."""
    steps = np.linspace(0.0, 1.0, count)[:, None]
    return np.asarray(np.asarray(start) * (1 - steps) + np.asarray(end) * steps, np.float64)


def bezier(start: Point, control: Point, end: Point, count: int = 12) -> Points:
    """Points on a quadratic Bézier curve, both ends included."""
    steps = np.linspace(0.0, 1.0, count)[:, None]
    rest = 1 - steps
    curve = rest**2 * np.asarray(start) + 2 * rest * steps * np.asarray(control) + steps**2 * np.asarray(end)
    return np.asarray(curve, np.float64)


def spline(points: Points | Sequence[Point | Points], *, closed: bool = False, per_span: int = 7) -> Points:
    """Points on a Catmull-Rom spline through the given points."""
    knots = np.asarray(points, np.float64)
    if closed:
        padded = np.vstack([knots[-1:], knots, knots[:2]])
    else:
        padded = np.vstack([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    p0, p1, p2, p3 = (padded[i : len(padded) - 3 + i, None, :] for i in range(4))
    t = np.linspace(0.0, 1.0, per_span, endpoint=False)[None, :, None]
    curve = 0.5 * (
        2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )
    flat = curve.reshape(-1, 2)
    return flat if closed else np.vstack([flat, knots[-1:]])


def joined(*pieces: Points | list[Point]) -> Points:
    """One outline from pieces in order."""
    return np.vstack([np.asarray(piece, np.float64) for piece in pieces])


def mirrored(points: Points) -> Points:
    """The same on the other side, in reverse order, so that halves join into one outline."""
    return np.asarray(np.asarray(points)[::-1] * np.array([-1.0, 1.0]), np.float64)


def turned(points: Points | list[Point], angle_deg: float, about: Point = (0.0, 0.0)) -> Points:
    """Points turned clockwise in the picture (y down) about a point."""
    angle = np.deg2rad(angle_deg)
    matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    shifted = np.asarray(points, np.float64) - np.asarray(about)
    return np.asarray(shifted @ matrix + np.asarray(about), np.float64)


def ribbon(path: Points, width: float | NDArray[np.float64]) -> Points:
    """Outline of a band of this width along a path."""
    path = np.asarray(path, np.float64)
    along = np.gradient(path, axis=0)
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    half = np.broadcast_to(np.asarray(width, np.float64) / 2, (len(path),))[:, None]
    return np.vstack([path + normal * half, (path - normal * half)[::-1]])

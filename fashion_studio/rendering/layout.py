"""A garment cut into parts: outlines, seams, buttons and landmarks in garment units, in painting order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from fashion_studio.rendering.curves import Point, Points

__all__ = ["Anchor", "Dot", "Layout", "Op", "Part", "Stroke"]


@dataclass(frozen=True)
class Part:
    """One piece of cloth.

    Attributes:
        outline: (N, 2) closed.
        axis_deg: how far the cloth's grain is turned from vertical, clockwise in the picture.
        origin: where the grain's coordinates start.
        paint: "cloth" (pattern and fabric), "plain" (fabric without pattern), "rib" (ribbed knit),
            "inner" (the wrong side, in shade), "print" (the graphic), "solid" (no cloth: soles, labels).
        ink: index of the colour for all paints but "cloth" and "print".
        rgb: a fixed colour instead of an ink.
        group: parts of one group do not hide each other's landmarks.
        shadow: strength of the shadow it throws on what lies beneath, 0 to 1.
        clip: whether it shows only where garment lies already.
        tone: factor on its brightness.
        span: for prints, the sides of the rectangle that the graphic fills, from `origin` as its middle.
    """

    outline: Points
    axis_deg: float = 0.0
    origin: Point = (0.0, 0.0)
    paint: str = "cloth"
    ink: int = 0
    rgb: tuple[int, int, int] | None = None
    group: str = "body"
    shadow: float = 0.0
    clip: bool = False
    tone: float = 1.0
    folds: float = 1.0
    edge: float = 1.0
    span: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Stroke:
    """A line on the cloth: a seam, a row of stitches, a zip, a cord.

    Attributes:
        width: in garment units.
        tone: factor on what lies beneath; only where `rgb` is None.
        dash: length of a stitch in garment units; 0 is a full line.
        soft: blur to both sides, in garment units.
        free: whether it may leave the garment, and belongs to it (cords, laces).
    """

    path: Points
    width: float = 0.008
    tone: float = 0.72
    rgb: tuple[int, int, int] | None = None
    dash: float = 0.0
    soft: float = 0.0
    free: bool = False


@dataclass(frozen=True)
class Dot:
    """A round thing on the cloth: a button, a snap, an eyelet."""

    center: Point
    radius: float
    rgb: tuple[int, int, int]


Op: TypeAlias = Part | Stroke | Dot


@dataclass(frozen=True)
class Anchor:
    """Where a landmark lies and to which group of parts it belongs."""

    point: Point
    group: str = "body"


@dataclass
class Layout:
    """Everything to paint, first to last, and the landmarks."""

    ops: list[Op] = field(default_factory=list)
    landmarks: dict[str, Anchor] = field(default_factory=dict)
    hook: Point = (0.0, 0.0)

    def add(self, *ops: Op) -> None:
        """Paints over what is there."""
        self.ops.extend(ops)

    def mark(self, name: str, left: Point, right: Point, groups: tuple[str, str] = ("body", "body")) -> None:
        """Sets a pair of landmarks; left is the picture's."""
        self.landmarks[f"left_{name}"] = Anchor(left, groups[0])
        self.landmarks[f"right_{name}"] = Anchor(right, groups[1])

    def points(self) -> Points:
        """All outline points, for the extent."""
        return np.vstack([op.outline for op in self.ops if isinstance(op, Part) and not op.clip])

"""Folds that follow from a garment's cut: from the armpits, at elbows, crotch and knees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fashion_studio.rendering.curves import bezier
from fashion_studio.rendering.layout import Stroke

if TYPE_CHECKING:
    from fashion_studio.rendering.curves import Point
    from fashion_studio.rendering.dice import Dice

__all__ = ["crease", "leg_creases", "torso_creases"]


def crease(start: Point, end: Point, bow: float, depth: float) -> list[Stroke]:
    """One fold: a soft dark line with a lit flank beside it."""
    first, last = np.asarray(start), np.asarray(end)
    along = last - first
    side = np.array([along[1], -along[0]]) / max(float(np.linalg.norm(along)), 1e-6)
    middle = (first + last) / 2 + side * bow
    path = bezier(start, (float(middle[0]), float(middle[1])), end, 9)
    lit = path + np.array([0.014, 0.017])
    return [
        Stroke(path, 0.014, 1.0 - depth, soft=0.011),
        Stroke(lit, 0.016, 1.0 + 0.6 * depth, soft=0.013),
    ]


def torso_creases(dice: Dice, chest: float, armpit: float, length: float) -> list[Stroke]:
    """Folds from the armpits and across the body."""
    strokes: list[Stroke] = []
    strength = dice.uniform("drape", 0.0, 1.0)
    for k in range(dice.pick("drapes", (2, 3, 4, 5))):
        side = 1.0 if dice.chance(f"drape {k} side", 0.5) else -1.0
        x, y = (
            side * chest * dice.uniform(f"drape {k} x", 0.55, 0.92),
            armpit + dice.uniform(f"drape {k} y", 0.0, 0.12),
        )
        end = (
            side * chest * dice.uniform(f"drape {k} to x", -0.1, 0.6),
            y + dice.uniform(f"drape {k} to y", 0.12, length * 0.45),
        )
        depth = 0.06 + 0.16 * strength * dice.uniform(f"drape {k} depth")
        strokes += crease((x, y), end, dice.uniform(f"drape {k} bow", -0.08, 0.08), depth)
    for k in range(dice.pick("ripples", (0, 1, 2, 3))):
        y = dice.uniform(f"ripple {k}", 0.55, 0.95) * length
        side = 1.0 if dice.chance(f"ripple {k} side", 0.5) else -1.0
        end = (
            side * chest * dice.uniform(f"ripple {k} end", 0.0, 0.5),
            y + dice.uniform(f"ripple {k} drop", -0.1, 0.15),
        )
        strokes += crease((side * chest * 0.95, y), end, 0.03, 0.05 + 0.12 * strength)
    return strokes


def leg_creases(dice: Dice, hip: float, crotch: float, length: float) -> list[Stroke]:
    """Whiskers from the crotch and folds at the knees."""
    strokes: list[Stroke] = []
    strength = dice.uniform("drape", 0.15, 1.0)
    for side in (-1.0, 1.0):
        for k in range(3):
            name = f"whisker {side} {k}"
            end = (side * hip * dice.uniform(name, 0.4, 0.9), crotch * dice.uniform(f"{name} y", 0.55, 1.25))
            strokes += crease(
                (side * 0.03, crotch * (0.86 + 0.06 * k)),
                end,
                dice.uniform(f"{name} bow", -0.03, 0.05),
                0.16 * strength,
            )
        if length > 1.1:
            for k in range(3):
                name = f"knee {side} {k}"
                y = (crotch + length) / 2 + dice.uniform(name, -0.2, 0.25)
                x = side * dice.uniform(f"{name} x", 0.1, 0.2)
                end = (
                    x + side * dice.uniform(f"{name} wide", 0.1, 0.22),
                    y + dice.uniform(f"{name} drop", -0.1, 0.1),
                )
                strokes += crease((x, y), end, dice.uniform(f"{name} bow", -0.03, 0.03), 0.15 * strength)
    return strokes

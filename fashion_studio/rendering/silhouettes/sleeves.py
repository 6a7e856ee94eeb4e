"""Sleeves: their own grain, a bend at the elbow, cuffs, and where the cuff's middle lies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from fashion_studio.rendering.curves import bezier, joined, line, ribbon, spline
from fashion_studio.rendering.layout import Anchor, Layout, Part, Stroke
from fashion_studio.rendering.silhouettes.drape import crease

if TYPE_CHECKING:
    from fashion_studio.rendering.curves import Points
    from fashion_studio.rendering.dice import Dice
    from fashion_studio.rendering.silhouettes.cut import UpperCut
    from fashion_studio.rendering.spec import GarmentSpec

__all__ = ["add_sleeve", "sleeve_reach"]

_REACH = {"short": (0.30, 0.44), "three_quarter": (0.74, 0.86), "long": (1.13, 1.26)}
_SHARP_BEND: Final = 0.75
_CUFF = {"short": 0.33, "three_quarter": 0.21, "long": 0.155}


def sleeve_reach(spec: GarmentSpec, dice: Dice) -> float:
    """Length along the outer side, in garment units."""
    if spec.sleeve_length == "short" and spec.category in {"top", "blouse", "dress", "t-shirt", "body"}:
        return dice.uniform("cap reach", 0.2, 0.42)
    reach = dice.uniform("reach", *_REACH[spec.sleeve_length])
    return reach * 0.82 if spec.category == "body" else reach


def _flip(points: Points, side: int) -> Points:
    return np.asarray(points * np.array([float(side), 1.0]), np.float64)


@dataclass(frozen=True)
class _Arm:
    """A sleeve as the picture's right one: its axis, its widths, and how the elbow bends.

    Attributes:
        way, out: unit vectors along the upper part and across it, outwards.
        end_way, end_out: the same beyond the elbow.
        start, elbow, end: on the axis; the end is the middle of the cuff.
        bend: at the elbow, in radians.
        middle, cuff: widths at elbow and cuff.
    """

    way: Points
    out: Points
    end_way: Points
    end_out: Points
    start: Points
    elbow: Points
    end: Points
    bend: float
    middle: float
    cuff: float


def _axes(angle: float) -> tuple[Points, Points]:
    return np.array([np.sin(angle), np.cos(angle)]), np.array([np.cos(angle), -np.sin(angle)])


def _arm(spec: GarmentSpec, cut: UpperCut, dice: Dice, side: int, *, flowing: bool) -> _Arm:
    pose = spec.pose
    angle = float(np.deg2rad(pose.right_arm_deg if side > 0 else pose.left_arm_deg))
    bend = float(np.deg2rad(pose.right_bend_deg if side > 0 else pose.left_bend_deg))
    short = spec.sleeve_length == "short"
    if short:
        angle, bend = min(max(angle, 0.45), 1.2), 0.0
    reach = sleeve_reach(spec, dice)
    root = float(np.linalg.norm(np.subtract(cut.armpit_point, cut.shoulder_end))) * 0.98
    cuff = _CUFF[spec.sleeve_length] * cut.sleeve_root * dice.uniform("cuff", 0.92, 1.1)
    if flowing and not short and dice.chance("bell sleeve", 0.5):
        cuff *= 1.9
    way, out = _axes(angle)
    end_way, end_out = _axes(angle - bend)
    start = np.array(cut.shoulder_end) * 0.55 + np.array(cut.armpit_point) * 0.45
    elbow = start + way * reach * 0.5
    middle = min(root * 0.42 + cuff * 0.58, root * 0.8)
    return _Arm(way, out, end_way, end_out, start, elbow, elbow + end_way * reach * 0.5, bend, middle, cuff)


def _armhole(cut: UpperCut) -> Points:
    """Where the sleeve is sewn in, from armpit to shoulder, a little inside the body."""
    (shoulder_x, shoulder_y), (armpit_x, armpit_y) = cut.shoulder_end, cut.armpit_point
    return bezier(
        (armpit_x - 0.015, armpit_y + 0.01),
        (shoulder_x - 0.06, armpit_y * 0.6),
        (shoulder_x - 0.02, shoulder_y + 0.004),
        9,
    )


def _one_piece(cut: UpperCut, arm: _Arm, *, straight: bool) -> Points:
    """Outline of a sleeve that is not sharply bent."""
    shoulder, armpit = np.array(cut.shoulder_end), np.array(cut.armpit_point)
    outer, inner = arm.end + arm.end_out * arm.cuff / 2, arm.end - arm.end_out * arm.cuff / 2
    if straight:
        return joined(
            _armhole(cut),
            bezier(tuple(shoulder), tuple((shoulder + outer) / 2 + arm.out * 0.025), tuple(outer), 8),
            bezier(tuple(inner), tuple((armpit + inner) / 2 - arm.out * 0.012), tuple(armpit), 8),
        )
    across = (arm.out + arm.end_out) / 2
    upper_out = (shoulder + arm.elbow + across * arm.middle / 2) / 2 + arm.out * 0.02
    return joined(
        _armhole(cut),
        spline([shoulder, upper_out, arm.elbow + across * arm.middle / 2, outer], per_span=6),
        spline([inner, arm.elbow - across * arm.middle / 2, armpit], per_span=8),
    )


def _two_pieces(cut: UpperCut, arm: _Arm) -> tuple[Points, Points]:
    """Outlines above and below a sharply bent elbow."""
    shoulder, armpit = np.array(cut.shoulder_end), np.array(cut.armpit_point)
    outer, inner = arm.elbow + arm.out * arm.middle / 2, arm.elbow - arm.out * arm.middle / 2
    upper = joined(
        _armhole(cut),
        bezier(tuple(shoulder), tuple((shoulder + outer) / 2 + arm.out * 0.025), tuple(outer), 8),
        bezier(tuple(inner), tuple((armpit + inner) / 2 - arm.out * 0.012), tuple(armpit), 8),
    )
    return upper, _forearm(arm.elbow, arm.end, (arm.end_way, arm.end_out), (arm.middle, arm.cuff))


def add_sleeve(layout: Layout, spec: GarmentSpec, cut: UpperCut, dice: Dice, side: int) -> None:
    """Adds one sleeve; side is +1 for the picture's right, -1 for its left. Sets its landmark."""
    flowing = spec.category == "blouse" or (spec.category == "dress" and dice.chance("flowing sleeve", 0.2))
    arm = _arm(spec, cut, dice, side, flowing=flowing)
    group = "right_sleeve" if side > 0 else "left_sleeve"
    lift = 0.4 if (spec.pose.right_over if side > 0 else spec.pose.left_over) else 0.15
    ink = 1 if _contrast(spec, dice) else 0
    origin = (side * float(arm.start[0]), float(arm.start[1]))
    tilt = float(-np.rad2deg(np.arctan2(arm.way[0], arm.way[1]))) * side
    if abs(arm.bend) < _SHARP_BEND:
        outline = _one_piece(cut, arm, straight=spec.sleeve_length == "short")
        layout.add(Part(_flip(outline, side), tilt, origin, group=group, shadow=lift, ink=ink))
        if arm.bend > 0.2:
            inner = arm.elbow - arm.out * arm.middle / 2
            for k in (-1, 0, 1):
                to = arm.elbow + arm.out * arm.middle * 0.3 + arm.way * 0.08 * k
                layout.add(
                    *(_flipped(stroke, side) for stroke in crease(tuple(inner), tuple(to), 0.02, 0.14))
                )
    else:
        upper, lower = _two_pieces(cut, arm)
        turn = float(-np.rad2deg(np.arctan2(arm.end_way[0], arm.end_way[1]))) * side
        elbow = (side * float(arm.elbow[0]), float(arm.elbow[1]))
        layout.add(
            Part(_flip(upper, side), tilt, origin, group=group, shadow=lift, ink=ink),
            Part(_flip(lower, side), turn, elbow, group=group, shadow=lift, ink=ink),
        )
    layout.add(Stroke(_flip(_armhole(cut), side), 0.01, 0.78, soft=0.006))
    if flowing:
        _gathers(layout, side, _armhole(cut), arm.way)
    _finish(layout, spec, dice, side, (arm.end, arm.end_way, arm.end_out), arm.cuff)


def _flipped(stroke: Stroke, side: int) -> Stroke:
    return replace(stroke, path=_flip(stroke.path, side))


def _gathers(layout: Layout, side: int, armhole: Points, way: Points) -> None:
    """Little folds where a full sleeve is sewn in."""
    for k in range(1, len(armhole) - 1):
        start = armhole[k]
        path = line(tuple(start), tuple(start + way * (0.1 + 0.05 * (k % 3)) + np.array([0.02, 0.0])), 5)
        layout.add(
            Stroke(_flip(path, side), 0.012, 0.74, soft=0.008),
            Stroke(_flip(path + np.array([0.018, -0.012]), side), 0.012, 1.12, soft=0.008),
        )


def _contrast(spec: GarmentSpec, dice: Dice) -> bool:
    return len(spec.colors) > 1 and spec.pattern == "solid" and dice.pick("contrast", (0, 1, 2)) == 0


def _forearm(
    elbow: Points,
    end: Points,
    frame: tuple[Points, Points],
    widths: tuple[float, float],
) -> Points:
    """Outline from a little before the elbow to the cuff, round at the elbow."""
    end_way, end_out = frame
    wide, narrow = widths[0] / 2, widths[1] / 2
    cap = elbow - end_way * wide * 0.9
    middle = (elbow + end) / 2
    half = (wide + narrow) / 2
    outer = [elbow + end_out * wide * 0.98, middle + end_out * half, end + end_out * narrow]
    inner = [end - end_out * narrow, middle - end_out * half, elbow - end_out * wide * 0.98]
    arc = bezier(tuple(inner[-1]), tuple(cap * 2 - (outer[0] + inner[-1]) / 2), tuple(outer[0]), 8)
    return joined(
        spline(outer),
        bezier(tuple(outer[-1]), tuple(end + end_way * 0.012), tuple(inner[0]), 5),
        spline(inner),
        arc,
    )


def _finish(
    layout: Layout,
    spec: GarmentSpec,
    dice: Dice,
    side: int,
    frame: tuple[Points, Points, Points],
    cuff: float,
) -> None:
    """The cuff or hem of the sleeve, and its landmark."""
    group = "right_sleeve" if side > 0 else "left_sleeve"
    end, way, out = frame
    edge = line(tuple(end + out * cuff / 2), tuple(end - out * cuff / 2), 6)
    angle = float(-np.rad2deg(np.arctan2(way[0], way[1]))) * side
    origin = (side * float(end[0]), float(end[1]))
    ribbed = spec.category in {"hoodie", "polo"} or (
        spec.category in {"longsleeve", "outwear"}
        and (dice.chance("ribbed cuffs", 0.4) or spec.fabric == "knit")
    )
    trim = 1 if len(spec.colors) > 1 and spec.pattern == "solid" and dice.chance("trim", 0.6) else 0
    if ribbed:
        depth = 0.045 if spec.category == "polo" else 0.09
        band = ribbon(edge - way * depth * 0.45, depth)
        layout.add(Part(_flip(band, side), angle, origin, "rib", trim, group=group, tone=0.95, edge=0.5))
    elif spec.category in {"shirt", "blouse"} and spec.sleeve_length == "long":
        band = ribbon(edge - way * 0.05, 0.11)
        layout.add(
            Part(_flip(band, side), angle, origin, group=group, shadow=0.12, edge=0.6),
            Stroke(_flip(edge - way * 0.09, side), 0.005, 0.8, dash=0.014),
        )
    else:
        layout.add(Stroke(_flip(edge - way * 0.03, side), 0.006, 0.8, dash=0.012))
        if dice.chance("sleeve opening", 0.35):
            hole = joined(edge, bezier(tuple(edge[-1]), tuple(end + way * 0.045), tuple(edge[0]), 6))
            layout.add(Part(_flip(hole, side), angle, origin, "inner", group=group, tone=0.6))
    point = (side * float(end[0]), float(end[1]))
    layout.landmarks[group] = Anchor(point, group)

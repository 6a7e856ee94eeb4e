"""Sleeves: their own grain, a bend at the elbow, cuffs, and where the cuff's middle lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fashion_studio.rendering.curves import bezier, joined, line, ribbon, spline
from fashion_studio.rendering.layout import Anchor, Layout, Part, Stroke

if TYPE_CHECKING:
    from fashion_studio.rendering.curves import Points
    from fashion_studio.rendering.dice import Dice
    from fashion_studio.rendering.silhouettes.cut import UpperCut
    from fashion_studio.rendering.spec import GarmentSpec

__all__ = ["add_sleeve", "sleeve_reach"]

_REACH = {"short": (0.30, 0.44), "three_quarter": (0.74, 0.86), "long": (1.13, 1.26)}
_CUFF = {"short": 0.33, "three_quarter": 0.21, "long": 0.155}


def sleeve_reach(spec: GarmentSpec, dice: Dice) -> float:
    """Length along the outer side, in garment units."""
    if spec.sleeve_length == "short" and spec.category in {"top", "blouse", "dress", "t-shirt", "body"}:
        return dice.uniform("cap reach", 0.2, 0.42)
    reach = dice.uniform("reach", *_REACH[spec.sleeve_length])
    return reach * 0.82 if spec.category == "body" else reach


def _flip(points: Points, side: int) -> Points:
    return np.asarray(points * np.array([float(side), 1.0]), np.float64)


def add_sleeve(layout: Layout, spec: GarmentSpec, cut: UpperCut, dice: Dice, side: int) -> None:
    """Adds one sleeve; side is +1 for the picture's right, -1 for its left. Sets its landmark."""
    right = side > 0
    pose = spec.pose
    angle = np.deg2rad(pose.right_arm_deg if right else pose.left_arm_deg)
    bend = np.deg2rad(pose.right_bend_deg if right else pose.left_bend_deg)
    reach = sleeve_reach(spec, dice)
    short = spec.sleeve_length == "short"
    if short:
        angle, bend = np.clip(angle, 0.45, 1.2), 0.0
    root = np.linalg.norm(np.subtract(cut.armpit_point, cut.shoulder_end)) * 0.98
    cuff = _CUFF[spec.sleeve_length] * cut.sleeve_root * dice.uniform("cuff", 0.92, 1.1)
    flowing = spec.category == "blouse" or (spec.category == "dress" and dice.chance("flowing sleeve", 0.2))
    if flowing and not short and dice.chance("bell sleeve", 0.5):
        cuff *= 1.9
    way = np.array([np.sin(angle), np.cos(angle)])
    out = np.array([np.cos(angle), -np.sin(angle)])
    group = "right_sleeve" if right else "left_sleeve"
    shoulder, armpit = np.array(cut.shoulder_end), np.array(cut.armpit_point)
    start = shoulder * 0.55 + armpit * 0.45
    armhole = bezier(
        (armpit[0] - 0.015, armpit[1] + 0.01),
        (cut.shoulder - 0.06, cut.armpit * 0.6),
        (shoulder[0] - 0.02, shoulder[1] + 0.004),
        9,
    )
    upper = reach if short else reach * 0.5
    width_mid = cuff if short else (root * 0.42 + cuff * 0.58)
    if not short:
        width_mid = min(width_mid, root * 0.8)
    elbow = start + way * upper
    outer, inner = elbow + out * width_mid / 2, elbow - out * width_mid / 2
    sag = (armpit + inner) / 2 - out * 0.012
    outline = joined(
        armhole,
        bezier(tuple(shoulder), tuple((shoulder + outer) / 2 + out * 0.025), tuple(outer), 8),
        bezier(tuple(inner), tuple(sag), tuple(armpit), 8),
    )
    degrees = float(-np.rad2deg(angle)) * side
    lift = 0.4 if (pose.right_over if right else pose.left_over) else 0.15
    ink = 1 if _contrast(spec, dice) else 0
    main = Part(_flip(outline, side), degrees, (side * start[0], start[1]), group=group, shadow=lift, ink=ink)
    if short:
        layout.add(main)
        end, end_way, end_out = elbow, way, out
    else:
        turned = angle - bend
        end_way = np.array([np.sin(turned), np.cos(turned)])
        end_out = np.array([np.cos(turned), -np.sin(turned)])
        end = elbow + end_way * (reach - upper)
        lower = _forearm(elbow, end, (end_way, end_out), (float(width_mid), cuff))
        lower_deg = float(-np.rad2deg(turned)) * side
        forearm = Part(
            _flip(lower, side),
            lower_deg,
            (side * elbow[0], elbow[1]),
            group=group,
            shadow=lift if bend > 0.9 else 0.05,
            ink=ink,
        )
        layout.add(forearm, main) if bend < 0.3 else layout.add(main, forearm)
    layout.add(Stroke(_flip(armhole, side), 0.01, 0.78, soft=0.006))
    if flowing:
        _gathers(layout, side, armhole, way)
    _finish(layout, spec, dice, side, (end, end_way, end_out), cuff)


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
        spec.category in {"longsleeve", "outwear"} and dice.chance("ribbed cuffs", 0.5)
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

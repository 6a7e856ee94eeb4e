"""Skirts, trousers, shorts, and the skirts of dresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fashion_studio.rendering.curves import bezier, joined, line, mirrored, ribbon
from fashion_studio.rendering.layout import Anchor, Dot, Layout, Part, Stroke
from fashion_studio.rendering.silhouettes.cut import upper_cut
from fashion_studio.rendering.silhouettes.drape import leg_creases
from fashion_studio.rendering.silhouettes.uppers import add_bodice

if TYPE_CHECKING:
    from fashion_studio.rendering.curves import Points
    from fashion_studio.rendering.dice import Dice
    from fashion_studio.rendering.spec import GarmentSpec

__all__ = ["dress_layout", "legs_layout", "skirt_layout"]

_LEG_LENGTHS = {
    ("pants", "long"): (2.05, 2.35),
    ("pants", "knee"): (1.45, 1.62),
    ("pants", "short"): (0.72, 0.85),
    ("shorts", "short"): (0.62, 0.78),
    ("shorts", "knee"): (1.02, 1.20),
    ("shorts", "long"): (1.5, 1.6),
}
_SKIRT_LENGTHS = {"short": (0.60, 0.80), "knee": (1.08, 1.28), "long": (1.75, 2.05)}
_DRESS_LENGTHS = {"short": (0.58, 0.74), "knee": (1.06, 1.26), "long": (1.72, 2.0)}
_THREAD = ((200, 140, 66), (214, 160, 90), (225, 205, 170))


def _waistband(layout: Layout, spec: GarmentSpec, dice: Dice, waist: float) -> None:
    """Band with fly button and loops, or an elastic with a drawstring."""
    elastic = dice.chance("elastic", 0.35) and spec.fabric != "denim"
    deep = dice.uniform("band depth", 0.07, 0.1)
    box = np.array([[-1.0, -0.15], [1.0, -0.15], [1.0, deep], [-1.0, deep]])
    ink = 1 if len(spec.colors) > 1 and spec.pattern == "solid" and dice.chance("trim", 0.5) else 0
    layout.add(
        Part(box, paint="rib" if elastic else "cloth", ink=ink, clip=True, edge=0.0, tone=0.97, folds=0.5)
    )
    layout.add(Stroke(line((-waist, deep), (waist, deep), 8), 0.009, 0.62))
    inner = joined(
        bezier((-waist, 0.0), (0.0, -0.035), (waist, 0.0), 9),
        bezier((waist, 0.0), (0.0, 0.045), (-waist, 0.0), 9),
    )
    layout.add(Part(inner, paint="inner", tone=0.6))
    if elastic:
        for k, name in enumerate(("cord a", "cord b")):
            end = (
                dice.uniform(name, -0.1, 0.1) + (0.05 if k else -0.05),
                dice.uniform(f"{name} y", 0.2, 0.36),
            )
            layout.add(Stroke(bezier((0.0, 0.05), (end[0], 0.1), end, 7), 0.02, rgb=(236, 234, 228)))
        return
    for x in (-0.78, -0.4, 0.4, 0.78):
        loop = ribbon(line((x * waist, -0.0), (x * waist, deep + 0.015), 3), 0.03)
        layout.add(Part(loop, clip=True, shadow=0.4, edge=0.8))
    layout.add(Dot((0.0, deep * 0.6), 0.02, (176, 150, 110) if spec.fabric == "denim" else (90, 86, 82)))


def _fly(layout: Layout, spec: GarmentSpec, dice: Dice, waist: float, crotch: float) -> None:
    thread = dice.pick("thread", _THREAD) if spec.fabric == "denim" else None
    path = joined(
        line((0.055, 0.09), (0.055, crotch * 0.55), 5),
        bezier((0.055, crotch * 0.55), (0.05, crotch * 0.75), (0.0, crotch * 0.82), 5),
    )
    layout.add(
        Stroke(line((0.0, 0.08), (0.0, crotch), 8), 0.01, 0.62),
        Stroke(path, 0.006, 0.75, rgb=thread, dash=0.014),
    )
    for side in (-1.0, 1.0):
        pocket = bezier(
            (side * waist * 0.55, 0.09), (side * waist * 0.62, 0.24), (side * waist * 1.02, 0.3), 7
        )
        layout.add(
            Stroke(pocket, 0.014, 0.6, soft=0.004),
            Stroke(pocket + np.array([0, 0.02]), 0.005, 0.78, rgb=thread, dash=0.014),
        )


def legs_layout(spec: GarmentSpec, dice: Dice) -> Layout:
    """Trousers and shorts."""
    layout = Layout()
    waist = {"tight": 0.36, "regular": 0.385, "loose": 0.42}[spec.fit] * dice.uniform("waist", 0.97, 1.03)
    hip = waist * {"tight": 1.08, "regular": 1.2, "loose": 1.42}[spec.fit]
    length = dice.uniform("length", *_LEG_LENGTHS[spec.category, spec.length])
    crotch = dice.uniform("rise", 0.54, 0.64) if length > 0.9 else dice.uniform("rise", 0.44, 0.50)
    foot = _foot(spec, dice, hip)
    spread = spec.pose.spread
    parts: list[Part | Stroke] = []
    for side in (-1.0, 1.0):
        turn = spread + dice.uniform(f"leg {side}", -0.03, 0.05)
        shift = turn * (length - crotch)
        outer_x = max(hip * 0.98, foot + 0.05) if length < 0.9 else foot + hip * 0.28
        bottom_out = (outer_x + shift, length)
        bottom_in = (max(outer_x - foot, 0.02) + shift * 0.9, length + 0.015)
        thigh = hip * {"tight": 0.98, "regular": 1.02, "loose": 1.08}[spec.fit]
        outer = joined(
            bezier((waist, 0.0), (hip * 1.0, crotch * 0.35), (hip, crotch * 0.8), 7),
            bezier(
                (hip, crotch * 0.8),
                (thigh, crotch * 1.2),
                ((thigh + bottom_out[0]) / 2, (crotch + length) / 2),
                6,
            ),
            line(((thigh + bottom_out[0]) / 2, (crotch + length) / 2), bottom_out, 5),
        )
        inner = joined(
            line(bottom_out, bottom_in, 5),
            bezier(bottom_in, (bottom_in[0] * 0.6, (crotch + length) / 2), (0.0, crotch), 9),
            line((0.0, crotch), (-0.015, 0.02), 5),
        )
        outline = joined(outer, inner) * np.array([side, 1.0])
        name = "right_leg" if side > 0 else "left_leg"
        axis = float(-np.rad2deg(np.arctan2(shift, length - crotch))) * side
        parts.append(Part(outline, axis, (0.0, 0.0), group=name, shadow=0.2))
        parts.extend(_leg_details(spec, dice, side, bottom_out, bottom_in))
        layout.landmarks[f"{'right' if side > 0 else 'left'}_hem"] = _anchor(side, bottom_out, name)
    layout.add(*parts)
    layout.mark("waistline", (-waist, 0.004), (waist, 0.004))
    if len(spec.colors) > 1 and spec.pattern == "solid":
        for side in (-1.0, 1.0):
            stripe = joined(
                line((side * hip * 0.72, 0.08), (side * (bottom_out[0] - foot * 0.3), length + 0.2), 5),
                line((side * 2.5, length + 0.2), (side * 2.5, 0.08), 5),
            )
            layout.add(Part(stripe, ink=1, clip=True, edge=0.0))
    if spec.fabric == "denim":
        _fading(layout, dice, crotch, length)
    layout.add(*leg_creases(dice, hip, crotch, length))
    _fly(layout, spec, dice, waist, crotch)
    _waistband(layout, spec, dice, waist)
    return layout


def _fading(layout: Layout, dice: Dice, crotch: float, length: float) -> None:
    """Worn, lighter thighs."""
    for side in (-1.0, 1.0):
        x = side * dice.uniform("thigh", 0.22, 0.27)
        path = line((x, crotch * 0.55), (x * 1.1, crotch + (length - crotch) * 0.6), 6)
        layout.add(Stroke(path, 0.1, dice.uniform("fading", 1.0, 1.45), soft=0.06))


def _anchor(side: float, point: tuple[float, float], group: str) -> Anchor:
    return Anchor((side * point[0], point[1]), group)


def _foot(spec: GarmentSpec, dice: Dice, hip: float) -> float:
    """Width of a leg's opening."""
    if spec.length == "short":
        share = {"tight": 0.82, "regular": 1.0, "loose": 1.28}[spec.fit]
    elif spec.length == "knee":
        share = {"tight": 0.62, "regular": 0.8, "loose": 1.05}[spec.fit]
    else:
        share = {"tight": 0.42, "regular": 0.62, "loose": 1.0}[spec.fit]
    return hip * share * dice.uniform("foot", 0.95, 1.05)


def _leg_details(
    spec: GarmentSpec, dice: Dice, side: float, outer: tuple[float, float], inner: tuple[float, float]
) -> list[Stroke | Part]:
    thread = dice.pick("thread", _THREAD) if spec.fabric == "denim" else None
    flip = np.array([side, 1.0])
    hem = line(outer, inner, 5) * flip - np.array([0.0, 0.04])
    details: list[Stroke | Part] = [Stroke(hem, 0.006, 0.74, rgb=thread, dash=0.014)]
    opening = (
        joined(line(outer, inner, 5), bezier(inner, ((outer[0] + inner[0]) / 2, inner[1] - 0.035), outer, 6))
        * flip
    )
    details.append(Part(opening, paint="inner", tone=0.55, clip=True))
    middle = (outer[0] + inner[0]) / 2
    if dice.chance("crease", 0.4):
        crease = line((side * 0.24, 0.4), (side * middle, outer[1] - 0.05), 6)
        details.append(Stroke(crease, 0.02, 1.14, soft=0.012))
    if (
        spec.category == "pants"
        and spec.length == "long"
        and spec.fit != "tight"
        and dice.chance("cargo", 0.15)
    ):
        x, y = middle + 0.0, outer[1] * 0.48
        box = np.array([[x - 0.02, y], [x + 0.22, y], [x + 0.22, y + 0.3], [x - 0.02, y + 0.3]]) * flip
        details.append(Part(box, clip=True, shadow=0.4))
    return details


def _skirt_side(waist: float, hip: float, hem: float, top: float, bottom: float) -> Points:
    knee = top + min(0.32, (bottom - top) * 0.45)
    return joined(
        bezier((waist, top), (hip * 0.97, top + (knee - top) * 0.5), (hip, knee), 7),
        bezier((hip, knee), ((hip + hem) / 2, (knee + bottom) / 2), (hem, bottom), 7),
    )


def _hem_widths(spec: GarmentSpec, dice: Dice, waist: float, length: float) -> tuple[float, float]:
    """Half widths at hip and hem."""
    reach = min(length, 1.3)
    if spec.fit == "tight":
        return waist * 1.16, waist * (1.16 - 0.08 * reach) * dice.uniform("pencil", 0.96, 1.03)
    if spec.fit == "regular":
        return waist * 1.22, waist * 1.24 + reach * dice.uniform("a line", 0.12, 0.18)
    return waist * 1.36, waist * 1.42 + reach * dice.uniform("flare", 0.38, 0.55)


def _folds_of_skirt(
    layout: Layout, spec: GarmentSpec, dice: Dice, waist: float, hem: float, ys: tuple[float, float]
) -> None:
    """Pleats from the waist to the hem of wide skirts, a slit or seams on narrow ones."""
    top, bottom = ys
    if spec.fit == "loose" or (spec.fit == "regular" and dice.chance("pleats", 0.3)):
        count = dice.pick("pleat count", (7, 9, 12))
        for k, x in enumerate(np.linspace(-0.9, 0.9, count)):
            bow = dice.uniform(f"pleat {k}", -0.04, 0.04)
            path = bezier(
                (x * waist * 0.95, top + 0.06),
                (x * (waist + hem) / 2 + bow, (top + bottom) / 2),
                (x * hem, bottom + 0.05),
                9,
            )
            deep = dice.uniform(f"pleat depth {k}", 0.62, 0.86)
            layout.add(
                Stroke(path, 0.03, deep, soft=0.014),
                Stroke(path + np.array([0.035, 0.0]), 0.03, 1.13, soft=0.018),
            )
    elif dice.chance("slit", 0.4):
        layout.add(Stroke(line((0.0, bottom - 0.3), (0.0, bottom + 0.1), 5), 0.014, 0.5))
    else:
        for side in (-1.0, 1.0):
            layout.add(
                Stroke(
                    line((side * waist * 0.5, top + 0.08), (side * waist * 0.55, top + 0.3), 4), 0.007, 0.72
                )
            )


def skirt_layout(spec: GarmentSpec, dice: Dice) -> Layout:
    """A skirt."""
    layout = Layout()
    waist = dice.uniform("waist", 0.37, 0.42)
    length = dice.uniform("length", *_SKIRT_LENGTHS[spec.length])
    hip, hem = _hem_widths(spec, dice, waist, length)
    side = _skirt_side(waist, hip, hem, 0.0, length)
    sag = dice.uniform("hem sag", 0.02, 0.05) + (0.06 if spec.fit == "loose" else 0.0)
    top = bezier((-waist, 0.0), (0.0, 0.03), (waist, 0.0), 9)
    bottom = bezier((hem, length), (0.0, length + sag * 2), (-hem, length), 17)
    layout.add(Part(joined(top, side, bottom, mirrored(side)), shadow=0.2))
    if len(spec.colors) > 1 and spec.pattern == "solid":
        split = length * dice.uniform("block", 0.6, 0.75)
        box = np.array([[-2.0, split], [2.0, split], [2.0, length + 1], [-2.0, length + 1]])
        layout.add(Part(box, ink=1, clip=True, edge=0.0))
    _folds_of_skirt(layout, spec, dice, waist, hem, (0.0, length))
    hem_line = bezier((hem, length - 0.045), (0.0, length + sag * 2 - 0.045), (-hem, length - 0.045), 17)
    layout.add(Stroke(hem_line, 0.006, 0.76, dash=0.013))
    if spec.fabric == "denim":
        _fly(layout, spec, dice, waist, 0.45)
    _waistband(layout, spec, dice, waist)
    layout.mark("waistline", (-waist, 0.004), (waist, 0.004))
    layout.mark("hem", (-hem, length), (hem, length))
    return layout


def dress_layout(spec: GarmentSpec, dice: Dice) -> Layout:
    """A dress: a bodice and a skirt in one outline with a waist between."""
    layout = Layout()
    cut = upper_cut(spec, dice)
    waist_y = cut.length
    waist = {"tight": 0.325, "regular": 0.41, "loose": 0.50}[spec.fit] * dice.uniform(
        "dress waist", 0.97, 1.03
    )
    long = dice.uniform("length", *_DRESS_LENGTHS[spec.length])
    hip, hem = _hem_widths(spec, dice, waist, long)
    if spec.fit == "loose" and dice.chance("tent", 0.35):
        hip = waist * 1.15
    bottom_y = waist_y + long
    upper = bezier(
        cut.armpit_point,
        ((cut.chest + waist) / 2 - 0.02, (cut.armpit + waist_y) / 2 + 0.05),
        (waist, waist_y),
        8,
    )
    side = joined(upper, _skirt_side(waist, hip, hem, waist_y, bottom_y)[1:])
    sag = dice.uniform("hem sag", 0.02, 0.05) + (0.05 if spec.fit == "loose" else 0.0)
    bottom = bezier((hem, bottom_y), (0.0, bottom_y + sag * 2), (-hem, bottom_y), 17)
    add_bodice(layout, spec, cut, dice, joined(side, bottom, mirrored(side)))
    details = Layout()
    _folds_of_skirt(details, spec, dice, waist, hem, (waist_y, bottom_y))
    if dice.chance("waist seam", 0.75):
        seam = bezier((-waist, waist_y), (0.0, waist_y + 0.03), (waist, waist_y), 9)
        details.add(Stroke(seam, 0.012, 0.62), Stroke(seam + np.array([0, 0.03]), 0.04, 0.9, soft=0.02))
        if dice.chance("belt", 0.3):
            details.add(
                Part(
                    ribbon(seam, 0.075),
                    paint="plain",
                    ink=1 if len(spec.colors) > 1 else 0,
                    tone=0.9,
                    clip=True,
                    shadow=0.3,
                )
            )
    details.add(Stroke(bottom - np.array([0.0, 0.045]), 0.006, 0.76, dash=0.013))
    first = next(i for i, op in enumerate(layout.ops) if isinstance(op, Part) and op.shadow == 0.25)
    layout.ops[first + 1 : first + 1] = details.ops
    layout.mark("waistline", (-waist, waist_y), (waist, waist_y))
    layout.mark("hem", (-hem, bottom_y), (hem, bottom_y))
    return layout

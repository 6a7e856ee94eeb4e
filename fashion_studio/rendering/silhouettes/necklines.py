"""Neck openings: the wrong side of the back, bands, collars, lapels, stand-ups and hoods."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fashion_studio.rendering.curves import bezier, joined, line, mirrored, ribbon, spline
from fashion_studio.rendering.layout import Dot, Layout, Part, Stroke
from fashion_studio.rendering.silhouettes.cut import other_neckline

if TYPE_CHECKING:
    from fashion_studio.rendering.curves import Points
    from fashion_studio.rendering.dice import Dice
    from fashion_studio.rendering.silhouettes.cut import UpperCut
    from fashion_studio.rendering.spec import GarmentSpec

__all__ = ["add_neckline", "back_curve"]

_LABELS = ((235, 235, 232), (30, 30, 34), (150, 30, 36), (60, 70, 110))


def back_curve(cut: UpperCut) -> Points:
    """The back's neck edge from the picture's left neck point to the right one."""
    return bezier((-cut.neck, 0.0), (0.0, 0.055), (cut.neck, 0.0), 11)


def _trim(spec: GarmentSpec, dice: Dice) -> int:
    return 1 if len(spec.colors) > 1 and spec.pattern == "solid" and dice.chance("trim", 0.6) else 0


def _opening(layout: Layout, cut: UpperCut, dice: Dice, front: Points) -> None:
    """Paints the inside of the back between its edge and the front edge, with a label."""
    layout.add(Part(joined(back_curve(cut), front[::-1]), paint="inner", tone=0.62, folds=0.5))
    layout.add(Stroke(back_curve(cut) + np.array([0.0, 0.022]), 0.03, 0.9))
    if dice.chance("label", 0.65) and front[:, 1].max() > 0.11:
        half = dice.uniform("label width", 0.025, 0.05)
        tall = min(dice.uniform("label height", 0.03, 0.07), front[:, 1].max() - 0.06)
        box = np.array([[-half, 0.035], [half, 0.035], [half, 0.035 + tall], [-half, 0.035 + tall]])
        layout.add(Part(box, paint="solid", rgb=dice.pick("label", _LABELS), clip=True, edge=0.2))


def _band(layout: Layout, spec: GarmentSpec, dice: Dice, front: Points, width: float) -> None:
    """A ribbed or self-fabric band along the front edge."""
    layout.add(
        Part(
            ribbon(front + np.array([0.0, width / 2]), width),
            paint="rib",
            ink=_trim(spec, dice),
            tone=0.97,
            clip=True,
            edge=0.4,
            folds=0.5,
        ),
        Stroke(front + np.array([0.0, width + 0.004]), 0.006, 0.75),
    )


def _crew(layout: Layout, spec: GarmentSpec, cut: UpperCut, dice: Dice) -> None:
    depth = dice.uniform("crew depth", 0.10, 0.175)
    front = bezier((-cut.neck, 0.0), (0.0, depth * 2), (cut.neck, 0.0), 17)
    _opening(layout, cut, dice, front)
    _band(layout, spec, dice, front, dice.uniform("band", 0.03, 0.055))


def _v(layout: Layout, spec: GarmentSpec, cut: UpperCut, dice: Dice) -> None:
    depth = dice.uniform("v depth", 0.30, 0.48)
    left = bezier((-cut.neck, 0.0), (-cut.neck * 0.62, depth * 0.42), (0.0, depth), 9)
    front = joined(left, mirrored(left)[1:])
    _opening(layout, cut, dice, front)
    _band(layout, spec, dice, front, dice.uniform("band", 0.025, 0.045))


def _square(layout: Layout, _spec: GarmentSpec, cut: UpperCut, dice: Dice) -> None:
    depth = dice.uniform("square depth", 0.20, 0.31)
    wide = cut.neck * dice.uniform("square taper", 0.94, 1.02)
    left = joined(line((-cut.neck, 0.0), (-wide, depth), 6), line((-wide, depth), (0.0, depth + 0.008), 5))
    front = joined(left, mirrored(left)[1:])
    _opening(layout, cut, dice, front)
    layout.add(Stroke(front, 0.012, 0.7), Stroke(front + np.array([0.0, 0.03]), 0.006, 0.75, dash=0.012))


def _leaf(cut: UpperCut, middle: float, tip: tuple[float, float]) -> Points:
    """One half of a turned-down collar, the picture's right."""
    neck = cut.neck
    return joined(
        bezier((0.012, middle), (neck * 0.75, middle * 0.35), (neck - 0.015, -0.055), 8),
        bezier((neck - 0.015, -0.055), (neck + 0.05, -0.05), (neck + 0.055, 0.035), 5),
        line((neck + 0.055, 0.035), tip, 5),
        line(tip, (0.012, middle), 5),
    )


def _collar(layout: Layout, spec: GarmentSpec, cut: UpperCut, dice: Dice) -> None:
    """Shirt, polo or jacket collar; blazers have lapels."""
    if spec.category == "blazer" or (spec.category == "outwear" and dice.chance("lapels", 0.35)):
        _lapels(layout, spec, cut, dice)
        return
    open_collar = dice.chance("open collar", 0.4)
    middle = dice.uniform("collar middle", 0.19, 0.32) if open_collar else dice.uniform("closed", 0.10, 0.14)
    neck = cut.neck
    front = joined(
        line((-neck, 0.0), (0.0, middle + 0.02), 6), line((0.0, middle + 0.02), (neck, 0.0), 6)[1:]
    )
    _opening(layout, cut, dice, front)
    back = joined(
        bezier((-neck - 0.02, 0.0), (0.0, -0.115), (neck + 0.02, 0.0), 11),
        bezier((neck, 0.03), (0.0, 0.1), (-neck, 0.03), 9),
    )
    layout.add(Part(back, paint="inner", tone=0.78, folds=0.3, ink=_trim(spec, dice)))
    tip = (neck * dice.uniform("tip x", 0.75, 1.15), middle + dice.uniform("tip drop", 0.07, 0.15))
    leaf = _leaf(cut, middle, tip)
    ink = _trim(spec, dice)
    paint = "rib" if spec.category == "polo" else "cloth"
    for side in (1.0, -1.0):
        outline = leaf * np.array([side, 1.0])
        layout.add(Part(outline, -28.0 * side, paint=paint, ink=ink, shadow=0.45, folds=0.4, edge=0.8))
        layout.add(Stroke((outline[18:] * 0.94 + np.array([0.0, middle * 0.05])), 0.005, 0.82, dash=0.013))


def _lapels(layout: Layout, spec: GarmentSpec, cut: UpperCut, dice: Dice) -> None:
    depth = dice.uniform("lapel depth", 0.55, 0.85)
    neck = cut.neck
    front = joined(line((-neck, 0.0), (0.0, depth), 8), line((0.0, depth), (neck, 0.0), 8)[1:])
    layout.add(Part(joined(back_curve(cut), front[::-1]), paint="inner", tone=0.5, ink=_trim(spec, dice)))
    half = dice.uniform("label width", 0.04, 0.06)
    box = np.array([[-half, 0.05], [half, 0.05], [half, 0.12], [-half, 0.12]])
    layout.add(Part(box, paint="solid", rgb=dice.pick("label", _LABELS), clip=True, edge=0.2))
    wide = dice.uniform("lapel width", 0.13, 0.2)
    notch = dice.uniform("notch", 0.2, 0.3)
    collar = joined(
        bezier((0.0, -0.03), (neck * 0.8, -0.09), (neck + 0.03, -0.01), 6),
        line((neck + 0.05, 0.02), (neck + wide * 0.62, notch - 0.04), 4),
        line((neck + wide * 0.2, notch), (neck * 0.95, 0.02), 4),
        bezier((neck * 0.85, 0.0), (neck * 0.6, -0.03), (0.0, 0.0), 5),
    )
    slope = neck * (1 - notch / depth)
    lapel = joined(
        line((neck * 0.97, 0.0), (slope * 0.98, notch), 4),
        line((slope + wide, notch + 0.01), (slope + wide * 0.85, notch + 0.06), 3),
        bezier((slope + wide * 0.8, notch + 0.1), (neck * 0.62, depth * 0.75), (0.0, depth + 0.02), 8),
        line((0.0, depth), (neck * 0.97, 0.0), 8),
    )
    for side in (1.0, -1.0):
        flip = np.array([side, 1.0])
        layout.add(Part(lapel * flip, -15.0 * side, shadow=0.5, folds=0.4, edge=0.9, tone=1.03))
        layout.add(Part(collar * flip, 25.0 * side, shadow=0.4, folds=0.4, edge=0.9, tone=1.02))


def _high(layout: Layout, spec: GarmentSpec, cut: UpperCut, dice: Dice) -> None:
    tall = dice.uniform("stand height", 0.13, 0.26)
    neck, top = cut.neck, cut.neck * dice.uniform("stand taper", 0.82, 1.0)
    outline = joined(
        line((-neck - 0.01, 0.02), (-top, -tall), 6),
        bezier((-top, -tall), (0.0, -tall + 0.03), (top, -tall), 8),
        line((top, -tall), (neck + 0.01, 0.02), 6),
        bezier((neck + 0.01, 0.02), (0.0, 0.16), (-neck - 0.01, 0.02), 10),
    )
    zipped = spec.category in {"outwear", "hoodie"}
    paint = "cloth" if zipped else "rib"
    layout.add(Part(outline, paint=paint, ink=_trim(spec, dice), shadow=0.3, folds=0.4))
    lip = joined(
        bezier((-top, -tall), (0.0, -tall - 0.025), (top, -tall), 8),
        bezier((top, -tall), (0.0, -tall + 0.06), (-top, -tall), 8),
    )
    layout.add(Part(lip, paint="inner", tone=0.62))
    if dice.chance("rolled", 0.5) and not zipped:
        fold = bezier((-neck, -tall * 0.35), (0.0, -tall * 0.35 + 0.05), (neck, -tall * 0.35), 9)
        layout.add(Stroke(fold, 0.014, 0.62, soft=0.008))


def _hood(layout: Layout, spec: GarmentSpec, cut: UpperCut, dice: Dice) -> None:
    tall = dice.uniform("hood height", 0.48, 0.64)
    wide = dice.uniform("hood width", 0.27, 0.36)
    neck = cut.neck
    lean = dice.uniform("hood lean", -0.04, 0.04)
    right = spline(
        [(neck + 0.07, 0.03), (wide, -tall * 0.3), (wide * 0.92, -tall * 0.72), (0.1 + lean, -tall)]
    )
    left = spline(
        [(-0.1 + lean, -tall), (-wide * 0.92, -tall * 0.72), (-wide, -tall * 0.3), (-neck - 0.07, 0.03)]
    )
    front = bezier((-neck - 0.07, 0.03), (0.0, 0.3), (neck + 0.07, 0.03), 10)
    layout.add(Part(joined(right, left, front), shadow=0.35))
    gape = dice.uniform("gape", 0.55, 0.8)
    low = 0.13
    hole_right = spline(
        [(0.0, low), (neck * gape, -0.02), (wide * gape * 0.85, -tall * 0.4), (0.02 + lean, -tall * 0.8)]
    )
    hole_left = spline(
        [(0.02 + lean, -tall * 0.8), (-wide * gape * 0.85, -tall * 0.4), (-neck * gape, -0.02), (0.0, low)]
    )
    layout.add(Part(joined(hole_right, hole_left[1:]), paint="inner", tone=0.58, ink=_trim(spec, dice)))
    layout.add(Stroke(joined(hole_right, hole_left[1:]) * np.array([1.1, 1.06]), 0.006, 0.75, dash=0.016))
    layout.add(Stroke(line((lean, -tall), (lean * 0.8, -tall * 0.82), 3), 0.008, 0.7))
    if dice.chance("cords", 0.75):
        rgb = dice.pick("cord", ((240, 240, 236), (30, 30, 32), (170, 170, 172)))
        for side, name in ((1.0, "right cord"), (-1.0, "left cord")):
            end = (side * dice.uniform(name, 0.02, 0.12), dice.uniform(f"{name} end", 0.32, 0.5))
            path = bezier((side * 0.06, 0.1), (side * 0.11, 0.25), end, 9)
            layout.add(Stroke(path, 0.02, rgb=rgb), Dot((side * 0.06, 0.1), 0.014, (70, 70, 72)))


def _other(layout: Layout, spec: GarmentSpec, cut: UpperCut, dice: Dice) -> None:
    """Deep scoop, boat, henley, cowl or bow; straps are cut into the body itself."""
    kind = other_neckline(spec, dice)
    if kind == "straps":
        return
    neck = cut.neck
    depth = {"scoop": 0.38, "boat": 0.035, "henley": 0.12, "cowl": 0.26, "bow": 0.12}[kind]
    depth *= dice.uniform("other depth", 0.92, 1.15)
    front = bezier((-neck, 0.0), (0.0, depth * 2), (neck, 0.0), 17)
    if kind == "scoop":
        left = bezier((-neck, 0.0), (-neck * 1.02, depth), (0.0, depth), 10)
        front = joined(left, mirrored(left)[1:])
    _opening(layout, cut, dice, front)
    if kind != "cowl":
        _band(layout, spec, dice, front, 0.026 if kind != "henley" else 0.045)
    if kind == "henley":
        low = dice.uniform("henley", 0.4, 0.5)
        band = ribbon(line((0.0, depth), (0.0, low), 6), 0.09)
        layout.add(Part(band, ink=_trim(spec, dice), shadow=0.25, edge=0.7, clip=True))
        for step in np.linspace(depth + 0.06, low - 0.05, 3):
            layout.add(Dot((0.0, float(step)), 0.018, (238, 236, 230)))
    elif kind == "cowl":
        for step in range(4):
            drop = depth + 0.02 + 0.075 * step
            reach = neck + 0.05 * step
            fold = bezier((-reach, 0.02 + 0.03 * step), (0.0, drop * 1.9), (reach, 0.02 + 0.03 * step), 13)
            layout.add(
                Stroke(fold, 0.035, 0.66, soft=0.015),
                Stroke(fold - np.array([0, 0.03]), 0.03, 1.16, soft=0.015),
            )
    elif kind == "bow":
        _bow(layout, dice, depth)


def _bow(layout: Layout, dice: Dice, depth: float) -> None:
    size = dice.uniform("bow", 0.16, 0.24)
    for side in (1.0, -1.0):
        tail = ribbon(
            bezier((0.0, depth), (side * 0.05, depth + 0.2), (side * 0.09, depth + 0.2 + size), 8), 0.075
        )
        loop = spline(
            [(0.0, depth), (side * size, depth - 0.07), (side * size * 1.1, depth + 0.06)], closed=True
        )
        layout.add(Part(tail, -10 * side, shadow=0.45, clip=True), Part(loop, 60 * side, shadow=0.5))
    knot = np.array(
        [[-0.035, depth - 0.035], [0.035, depth - 0.035], [0.03, depth + 0.04], [-0.03, depth + 0.04]]
    )
    layout.add(Part(knot, shadow=0.4))


_KINDS = {
    "crew": _crew,
    "v": _v,
    "square": _square,
    "collar": _collar,
    "high": _high,
    "hood": _hood,
    "other": _other,
}


def add_neckline(layout: Layout, spec: GarmentSpec, cut: UpperCut, dice: Dice) -> None:
    """Adds the neckline of the specification over the body."""
    _KINDS[spec.neckline](layout, spec, cut, dice)

"""Garments for the upper body, the one-piece body, and the bodice of dresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fashion_studio.rendering.curves import bezier, joined, line, mirrored, ribbon
from fashion_studio.rendering.layout import Dot, Layout, Part, Stroke
from fashion_studio.rendering.silhouettes.closures import add_closure
from fashion_studio.rendering.silhouettes.cut import UpperCut, upper_cut
from fashion_studio.rendering.silhouettes.drape import torso_creases
from fashion_studio.rendering.silhouettes.necklines import add_neckline, back_curve
from fashion_studio.rendering.silhouettes.sleeves import add_sleeve

if TYPE_CHECKING:
    from fashion_studio.rendering.curves import Points
    from fashion_studio.rendering.dice import Dice
    from fashion_studio.rendering.spec import GarmentSpec

__all__ = ["add_bodice", "armhole", "body_top", "upper_layout"]


def armhole(cut: UpperCut) -> Points:
    """From the shoulder's end (or the strap's) to the armpit, the picture's right."""
    if cut.strap:
        top = (cut.neck + cut.strap, 0.0)
        foot = (cut.neck + cut.strap + 0.015, 0.27)
        return joined(
            line(top, foot, 6), bezier(foot, (cut.chest * 0.8, cut.armpit * 0.85), cut.armpit_point, 7)
        )
    depth = 0.075 if cut.shoulder > cut.chest * 0.75 else 0.02
    return bezier(cut.shoulder_end, (cut.shoulder - depth, cut.armpit * 0.8), cut.armpit_point, 10)


def body_top(cut: UpperCut) -> Points:
    """Upper edge from the picture's left armpit over the shoulders to the right one."""
    right = armhole(cut)
    if cut.strap:
        chest_line = bezier((-cut.neck, 0.29), (0.0, 0.29 + 0.05), (cut.neck, 0.29), 11)
        foot = right[5:]
        return joined(mirrored(foot), chest_line, foot)
    slope = line((cut.neck, 0.0), cut.shoulder_end, 5)
    return joined(mirrored(right), mirrored(slope), back_curve(cut), slope, right)


def _side(cut: UpperCut) -> Points:
    """Side seam down to the hem, the picture's right."""
    upper = bezier(
        cut.armpit_point,
        ((cut.chest + cut.waist) / 2 - 0.01, (cut.armpit + cut.waist_y) / 2),
        (cut.waist, cut.waist_y),
        7,
    )
    return joined(
        upper,
        bezier(
            (cut.waist, cut.waist_y), (cut.waist, (cut.waist_y + cut.length) / 2), (cut.hem, cut.length), 7
        ),
    )


def _straps(layout: Layout, cut: UpperCut) -> None:
    """The straps, front and back; painted before the body."""
    width = cut.strap
    for side in (-1.0, 1.0):
        middle = cut.neck + width / 2
        front = ribbon(
            bezier((side * middle, 0.32), (side * (middle + 0.004), 0.16), (side * middle, 0.0), 8), width
        )
        back = ribbon(
            bezier((side * (middle - 0.03), 0.34), (side * (middle - 0.04), 0.16), (side * middle, 0.0), 8),
            width,
        )
        layout.add(Part(back, paint="plain", tone=0.72), Part(front, paint="plain", edge=0.5))
    inner = joined(
        bezier((-cut.neck - 0.02, 0.31), (0.0, 0.24), (cut.neck + 0.02, 0.31), 11),
        bezier((cut.neck + 0.02, 0.31), (0.0, 0.42), (-cut.neck - 0.02, 0.31), 11),
    )
    layout.add(Part(inner, paint="inner", tone=0.62))


def _landmarks(layout: Layout, spec: GarmentSpec, cut: UpperCut) -> None:
    aside, down = {"collar": (0.05, 0.012), "hood": (0.07, 0.03), "high": (0.005, 0.012)}.get(
        spec.neckline, (0.004, 0.006)
    )
    collar = cut.neck + aside
    layout.mark("collar", (-collar, down), (collar, down))
    edge = armhole(cut)
    lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(edge, axis=0), axis=1))])
    middle = [float(np.interp(lengths[-1] / 2, lengths, edge[:, axis])) for axis in (0, 1)]
    layout.mark("sleeve", (-middle[0], middle[1]), (middle[0], middle[1]))


def add_bodice(layout: Layout, spec: GarmentSpec, cut: UpperCut, dice: Dice, lower: Points) -> None:
    """Body with this lower outline (from the right armpit round to the left one), sleeves and neckline."""
    if cut.strap:
        _straps(layout, cut)
    sleeves = spec.sleeve_length != "sleeveless"
    _landmarks(layout, spec, cut)
    if sleeves and not spec.pose.left_over:
        add_sleeve(layout, spec, cut, dice, -1)
    if sleeves and not spec.pose.right_over:
        add_sleeve(layout, spec, cut, dice, 1)
    layout.add(Part(joined(body_top(cut), lower), shadow=0.25))
    if len(spec.colors) > 1 and spec.pattern == "solid":
        _blocks(layout, cut, dice)
    layout.add(*torso_creases(dice, cut.chest, cut.armpit, cut.length))
    if not sleeves and not cut.strap:
        for side in (1.0, -1.0):
            edge = armhole(cut) * np.array([side, 1.0])
            layout.add(Stroke(edge + np.array([-0.022 * side, 0.0]), 0.006, 0.72))
    add_closure(layout, spec, cut, dice)
    add_neckline(layout, spec, cut, dice)
    if sleeves and spec.pose.left_over:
        add_sleeve(layout, spec, cut, dice, -1)
    if sleeves and spec.pose.right_over:
        add_sleeve(layout, spec, cut, dice, 1)


def _blocks(layout: Layout, cut: UpperCut, dice: Dice) -> None:
    """Contrast panels of a garment in two colours."""
    kind = dice.pick("contrast", (0, 1, 2))
    if kind == 0:
        return
    split = cut.length * dice.uniform("block", 0.4, 0.62)
    top, bottom = (-0.2, split) if kind == 1 else (split, cut.length + 2.5)
    box = np.array([[-1.5, top], [1.5, top], [1.5, bottom], [-1.5, bottom]])
    ink = 1
    layout.add(
        Part(box, ink=ink, clip=True, edge=0.0), Stroke(line((-0.7, split), (0.7, split)), 0.008, 0.75)
    )


def _hem_detail(layout: Layout, spec: GarmentSpec, cut: UpperCut, dice: Dice) -> None:
    knitted = spec.fabric == "knit" and spec.category in {"t-shirt", "top", "polo"}
    ribbed = (
        spec.category == "hoodie"
        or knitted
        or (
            spec.category in {"longsleeve", "outwear"}
            and (dice.chance("ribbed cuffs", 0.4) or spec.fabric == "knit")
            and cut.length < 1.5
        )
    )
    trim = 1 if len(spec.colors) > 1 and spec.pattern == "solid" and dice.chance("trim", 0.6) else 0
    if ribbed:
        bottom = cut.length
        box = np.array([[-1.2, bottom - 0.1], [1.2, bottom - 0.1], [1.2, bottom + 0.2], [-1.2, bottom + 0.2]])
        layout.add(Part(box, paint="rib", ink=trim, clip=True, tone=0.96, edge=0.0, folds=0.6))
        layout.add(Stroke(line((-cut.hem, bottom - 0.1), (cut.hem, bottom - 0.1)), 0.01, 0.68))
    else:
        layout.add(
            Stroke(
                line((-cut.hem, cut.length - 0.035), (cut.hem, cut.length - 0.035)), 0.006, 0.78, dash=0.013
            )
        )


def upper_layout(spec: GarmentSpec, dice: Dice) -> Layout:
    """A garment for the upper body."""
    cut = upper_cut(spec, dice)
    layout = Layout()
    if spec.category == "body":
        legs = _with_legs(spec, dice)
        lower = _legs_lower(layout, spec, cut, dice) if legs else _body_lower(layout, cut, dice)
        add_bodice(layout, spec, cut, dice, lower)
        if legs:
            _leg_finish(layout, cut, dice)
        else:
            _snaps(layout, cut, dice)
        return layout
    sag = dice.uniform("hem sag", 0.0, 0.05)
    lift = 0.0
    if spec.category in {"shirt", "blouse"} and dice.chance("shirt tail", 0.6):
        lift, sag = 0.10, 0.12
    hem_y = cut.length - lift
    bottom = bezier((cut.hem, hem_y), (0.0, cut.length + sag * 1.6), (-cut.hem, hem_y), 17)
    side = _side(cut)
    side[:, 1] = np.where(
        side[:, 1] > cut.waist_y,
        cut.waist_y + (side[:, 1] - cut.waist_y) * (hem_y - cut.waist_y) / (cut.length - cut.waist_y),
        side[:, 1],
    )
    layout.mark("hem", (-cut.hem, hem_y), (cut.hem, hem_y))
    body = Layout()
    add_bodice(body, spec, cut, dice, joined(side, bottom, mirrored(side)))
    layout.landmarks = {**body.landmarks, **layout.landmarks}
    hem = Layout()
    if lift == 0.0:
        _hem_detail(hem, spec, cut, dice)
    first = next(i for i, op in enumerate(body.ops) if isinstance(op, Part) and op.shadow == 0.25)
    layout.ops = body.ops[: first + 1] + hem.ops + body.ops[first + 1 :]
    return layout


def _with_legs(spec: GarmentSpec, dice: Dice) -> bool:
    """Whether a one-piece has legs, like a baby's sleepsuit."""
    return spec.sleeve_length != "sleeveless" and dice.chance("legs", 0.4)


def _legs_lower(layout: Layout, spec: GarmentSpec, cut: UpperCut, dice: Dice) -> Points:
    """A one-piece's lower edge with two legs."""
    crotch = cut.length + dice.uniform("crotch", 0.16, 0.26)
    long = dice.uniform("leg length", 0.45, 0.75)
    shift = 0.06 + spec.pose.spread
    outer = (cut.hem * 0.92 + shift, crotch + long)
    inner = (outer[0] - dice.uniform("leg width", 0.2, 0.26), crotch + long + 0.02)
    layout.mark("hem", (-outer[0], outer[1]), outer)
    side = joined(
        bezier(
            cut.armpit_point, (cut.waist, (cut.armpit + cut.length) / 2), (cut.hem * 1.02, cut.length), 10
        ),
        bezier((cut.hem * 1.02, cut.length), (cut.hem * 1.08, crotch + long * 0.4), outer, 8),
    )
    leg = joined(
        line(outer, inner, 5), bezier(inner, (inner[0] * 0.55, crotch + long * 0.4), (0.0, crotch), 9)
    )
    return joined(side, leg, mirrored(leg), mirrored(side))


def _leg_finish(layout: Layout, cut: UpperCut, dice: Dice) -> None:
    """Cuffs or hems of a sleepsuit's legs, and its row of snaps."""
    crotch = cut.length + dice.uniform("crotch", 0.16, 0.26)
    long = dice.uniform("leg length", 0.45, 0.75)
    top = crotch + long - 0.07
    box = np.array([[-1.5, top], [1.5, top], [1.5, top + 0.4], [-1.5, top + 0.4]])
    layout.add(Part(box, paint="rib", clip=True, edge=0.0, folds=0.5, group="sleepsuit"))
    if dice.chance("snap row", 0.6):
        layout.add(
            Stroke(line((0.0, 0.2), (0.0, crotch)), 0.01, 0.66),
            Stroke(line((0.04, 0.2), (0.04, crotch)), 0.006, 0.78, dash=0.012),
        )
        for y in np.linspace(0.26, crotch - 0.05, 6):
            layout.add(Dot((0.02, float(y)), 0.018, (226, 226, 228)))


def _body_lower(layout: Layout, cut: UpperCut, dice: Dice) -> Points:
    """A one-piece's lower edge: leg openings and the crotch tab, or short legs."""
    hip_y = cut.length
    hip = cut.hem * 0.96
    layout.mark("hem", (-hip, hip_y), (hip, hip_y))
    side = joined(bezier(cut.armpit_point, (cut.waist, (cut.armpit + hip_y) / 2), (hip, hip_y), 10))
    tab = dice.uniform("tab", 0.11, 0.16)
    crotch = hip_y + dice.uniform("crotch", 0.26, 0.36)
    leg = bezier((hip, hip_y), (tab + 0.06, hip_y + 0.06), (tab, crotch), 10)
    return joined(side, leg, line((tab, crotch), (-tab, crotch), 5), mirrored(leg), mirrored(side))


def _snaps(layout: Layout, cut: UpperCut, dice: Dice) -> None:
    crotch = cut.length + dice.uniform("crotch", 0.26, 0.36)
    tab = dice.uniform("tab", 0.11, 0.16)
    layout.add(Stroke(line((-tab - 0.02, crotch - 0.07), (tab + 0.02, crotch - 0.07), 5), 0.008, 0.7))
    for x in (-0.6, 0.0, 0.6):
        layout.add(Dot((x * tab, crotch - 0.032), 0.017, (225, 226, 228)))
    hip = cut.hem * 0.96
    for side in (1.0, -1.0):
        leg = bezier((hip, cut.length), (tab + 0.06, cut.length + 0.06), (tab, crotch), 10) * np.array(
            [side, 1.0]
        )
        layout.add(Stroke(leg + np.array([-0.02 * side, -0.02]), 0.008, 0.75))

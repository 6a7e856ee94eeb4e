"""What is sewn on the front: button rows, plackets, zips, pockets, quilting, and their stitches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fashion_studio.rendering.curves import bezier, joined, line, ribbon
from fashion_studio.rendering.layout import Dot, Layout, Part, Stroke

if TYPE_CHECKING:
    from fashion_studio.rendering.dice import Dice
    from fashion_studio.rendering.silhouettes.cut import UpperCut
    from fashion_studio.rendering.spec import GarmentSpec

__all__ = ["add_closure", "patch_pocket"]

_BUTTONS = ((240, 238, 232), (40, 38, 38), (120, 90, 60), (200, 190, 170), (70, 74, 90))
_METAL = ((190, 192, 196), (150, 140, 110), (60, 60, 64))


def patch_pocket(layout: Layout, x: float, y: float, width: float, height: float) -> None:
    """A sewn-on pocket with its upper left corner at (x, y)."""
    middle = x + width / 2
    outline = np.array(
        [[x, y], [x + width, y], [x + width, y + height * 0.85], [middle, y + height], [x, y + height * 0.85]]
    )
    layout.add(
        Part(outline, clip=True, shadow=0.15, edge=0.9, folds=0.8),
        Stroke(line((x, y + 0.035), (x + width, y + 0.035), 5), 0.005, 0.76, dash=0.012),
        Stroke(joined(outline[1:], outline[:1]) * np.array([0.995, 0.995]), 0.005, 0.72),
    )


def _buttons(layout: Layout, dice: Dice, ys: list[float], x: float = 0.0, radius: float = 0.019) -> None:
    rgb = dice.pick("button", _BUTTONS)
    for y in ys:
        layout.add(Dot((x, y), radius, rgb))


def _button_front(layout: Layout, spec: GarmentSpec, cut: UpperCut, dice: Dice) -> None:
    """Full placket of a shirt or blouse."""
    bottom = cut.length + 0.1
    half = 0.04
    layout.add(Part(ribbon(line((0.0, 0.08), (0.0, bottom), 10), 2 * half), clip=True, shadow=0.3, edge=0.7))
    for side in (-1.0, 1.0):
        path = line((side * half * 0.75, 0.08), (side * half * 0.75, bottom), 10)
        layout.add(Stroke(path, 0.004, 0.8, dash=0.012))
    count = 7 if spec.category != "blouse" else 6
    _buttons(layout, dice, [float(y) for y in np.linspace(0.14, cut.length - 0.12, count)])
    if dice.chance("pocket", 0.55) and spec.category == "shirt":
        width = dice.uniform("pocket width", 0.2, 0.25)
        patch_pocket(layout, cut.chest * 0.28, 0.42, width, 0.26)
        if dice.chance("two pockets", 0.4):
            patch_pocket(layout, -cut.chest * 0.28 - width, 0.42, width, 0.26)


def _polo_placket(layout: Layout, spec: GarmentSpec, _cut: UpperCut, dice: Dice) -> None:
    low = dice.uniform("placket", 0.42, 0.54)
    ink = 1 if len(spec.colors) > 1 and spec.pattern == "solid" and dice.chance("trim", 0.6) else 0
    layout.add(
        Part(ribbon(line((0.0, 0.05), (0.0, low), 8), 0.095), ink=ink, clip=True, shadow=0.3, edge=0.8)
    )
    layout.add(Stroke(line((-0.045, low - 0.03), (0.045, low - 0.03), 4), 0.006, 0.7))
    _buttons(layout, dice, [float(y) for y in np.linspace(0.16, low - 0.07, dice.pick("buttons", (2, 3, 3)))])


def _blazer_front(layout: Layout, _spec: GarmentSpec, cut: UpperCut, dice: Dice) -> None:
    depth = dice.uniform("lapel depth", 0.55, 0.85)
    edge = bezier((0.0, depth), (0.05, cut.length * 0.8), (-0.02, cut.length + 0.1), 10)
    layout.add(Stroke(edge, 0.012, 0.5), Stroke(edge + np.array([-0.03, 0.0]), 0.06, 0.85, soft=0.02))
    _buttons(
        layout,
        dice,
        [depth + 0.04 + 0.2 * k for k in range(dice.pick("blazer buttons", (1, 2, 2, 3)))],
        0.0,
        0.024,
    )
    for side in (-1.0, 1.0):
        x = side * cut.chest * 0.62
        y = cut.length * 0.66
        flap = np.array([[x - 0.13, y], [x + 0.13, y], [x + 0.125, y + 0.075], [x - 0.125, y + 0.075]])
        layout.add(Part(flap, clip=True, shadow=0.35, edge=0.9))
        dart = line((side * cut.chest * 0.5, 0.55), (side * cut.chest * 0.5, y), 6)
        layout.add(Stroke(dart, 0.006, 0.75))
    breast = ribbon(line((cut.chest * 0.38, 0.5), (cut.chest * 0.75, 0.47), 4), 0.045)
    layout.add(Part(breast, clip=True, shadow=0.2, edge=0.8))


def _zip(layout: Layout, dice: Dice, top: float, bottom: float) -> None:
    metal = dice.pick("zip", _METAL)
    layout.add(
        Stroke(line((0.0, top), (0.0, bottom), 12), 0.05, 0.78),
        Stroke(line((0.0, top), (0.0, bottom), 12), 0.02, rgb=metal, dash=0.012),
        Dot((0.0, top + 0.05), 0.018, metal),
        Stroke(line((0.0, top + 0.05), (0.006, top + 0.12), 3), 0.014, rgb=metal),
    )
    for side in (-1.0, 1.0):
        layout.add(Stroke(line((side * 0.045, top), (side * 0.045, bottom), 12), 0.005, 0.75))


def _outwear_front(layout: Layout, spec: GarmentSpec, cut: UpperCut, dice: Dice) -> None:
    if dice.chance("quilted", 0.4) or spec.fabric == "other":
        rows = dice.pick("quilt rows", (7, 9, 12))
        for y in np.linspace(0.22, cut.length - 0.1, rows):
            path = bezier(
                (-cut.chest * 1.2, float(y)), (0.0, float(y) + 0.04), (cut.chest * 1.2, float(y)), 13
            )
            layout.add(
                Stroke(path, 0.016, 0.6, soft=0.012), Stroke(path - np.array([0, 0.05]), 0.04, 1.2, soft=0.03)
            )
    if spec.neckline == "collar" and dice.chance("buttoned", 0.5):
        layout.add(Part(ribbon(line((0.0, 0.08), (0.0, cut.length + 0.1), 10), 0.1), clip=True, shadow=0.4))
        _buttons(layout, dice, [float(y) for y in np.linspace(0.2, cut.length - 0.15, 6)], radius=0.024)
    else:
        _zip(layout, dice, 0.1 if spec.neckline != "v" else 0.34, cut.length + 0.1)
    style = dice.pick("pockets", ("slant", "patch", "none", "slant"))
    for side in (-1.0, 1.0):
        if style == "slant":
            path = line(
                (side * cut.chest * 0.45, cut.length * 0.6), (side * cut.chest * 0.66, cut.length * 0.8), 5
            )
            layout.add(Stroke(path, 0.03, 0.6, soft=0.005), Stroke(path + np.array([0.02, 0]), 0.008, 1.2))
        elif style == "patch":
            patch_pocket(layout, side * cut.chest * 0.55 - 0.13, cut.length * 0.62, 0.26, 0.28)
    if spec.fabric == "denim":
        for side in (-1.0, 1.0):
            patch_pocket(layout, side * cut.chest * 0.5 - 0.11, 0.38, 0.22, 0.2)
            layout.add(
                Stroke(
                    line((side * 0.3, 0.6), (side * 0.16, cut.length)), 0.006, rgb=(196, 140, 70), dash=0.014
                )
            )


def _hoodie_front(layout: Layout, _spec: GarmentSpec, cut: UpperCut, dice: Dice) -> None:
    top, bottom = cut.length * 0.62, cut.length - 0.1
    wide = cut.waist * 0.68
    if dice.chance("zip hoodie", 0.35):
        _zip(layout, dice, 0.16, cut.length + 0.05)
        for side in (-1.0, 1.0):
            path = line((side * wide * 0.62, top), (side * wide, bottom - 0.1), 6)
            layout.add(
                Stroke(path, 0.014, 0.6), Stroke(path + np.array([0.02 * side, 0]), 0.005, 0.8, dash=0.012)
            )
        return
    pocket = joined(
        line((-wide * 0.62, top), (wide * 0.62, top), 6),
        bezier((wide * 0.62, top), (wide * 0.75, bottom - 0.18), (wide, bottom - 0.1), 6),
        line((wide, bottom), (-wide, bottom), 6),
        bezier((-wide, bottom - 0.1), (-wide * 0.75, bottom - 0.18), (-wide * 0.62, top), 6),
    )
    layout.add(Part(pocket, clip=True, shadow=0.4, edge=1.0))
    layout.add(Stroke(joined(pocket, pocket[:1]), 0.006, 0.7))


def _plain(layout: Layout, spec: GarmentSpec, cut: UpperCut, dice: Dice) -> None:
    if spec.fabric == "knit" and spec.neckline == "v" and dice.chance("cardigan", 0.5):
        layout.add(
            Part(
                ribbon(line((0.0, 0.3), (0.0, cut.length + 0.1), 10), 0.1), paint="rib", clip=True, shadow=0.3
            )
        )
        _buttons(layout, dice, [float(y) for y in np.linspace(0.5, cut.length - 0.1, 5)], radius=0.023)
    elif spec.category == "t-shirt" and dice.chance("chest pocket", 0.12):
        patch_pocket(layout, cut.chest * 0.3, 0.4, 0.2, 0.22)


_FRONTS = {
    "shirt": _button_front,
    "polo": _polo_placket,
    "blazer": _blazer_front,
    "outwear": _outwear_front,
    "hoodie": _hoodie_front,
}


def add_closure(layout: Layout, spec: GarmentSpec, cut: UpperCut, dice: Dice) -> None:
    """Adds what the category has on its front, under the neckline."""
    if spec.category in {"blouse", "dress"} and spec.neckline == "collar":
        _button_front(layout, spec, cut, dice)
    else:
        _FRONTS.get(spec.category, _plain)(layout, spec, cut, dice)

"""Hats and shoes: no landmarks, but a shape, cloth and details of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fashion_studio.rendering.curves import bezier, joined, line, ribbon, spline, turned
from fashion_studio.rendering.layout import Dot, Layout, Op, Part, Stroke

if TYPE_CHECKING:
    from fashion_studio.rendering.curves import Points
    from fashion_studio.rendering.dice import Dice
    from fashion_studio.rendering.spec import GarmentSpec

__all__ = ["hat_layout", "shoes_layout"]


def _second(spec: GarmentSpec) -> int:
    return 1 if len(spec.colors) > 1 and spec.pattern == "solid" else 0


def _cap(layout: Layout, spec: GarmentSpec, dice: Dice) -> None:
    """A baseball cap from the front and above."""
    tall = dice.uniform("crown", 0.5, 0.62)
    lean = dice.uniform("lean", -0.1, 0.1)
    dome = joined(
        spline(
            [
                (-0.5, 0.0),
                (-0.48, -tall * 0.55),
                (-0.28 + lean, -tall * 0.95),
                (0.12 + lean, -tall),
                (0.42, -tall * 0.62),
                (0.5, 0.0),
            ]
        ),
        bezier((0.5, 0.0), (0.0, 0.2), (-0.5, 0.0), 12),
    )
    layout.add(Part(dome, shadow=0.2))
    for x in (-0.28, 0.0, 0.28):
        layout.add(
            Stroke(
                bezier((x * 1.35, 0.07), (x * 1.5 + lean * 0.4, -tall * 0.6), (lean, -tall * 0.98), 9),
                0.008,
                0.7,
            )
        )
    for x in (-0.22, 0.22):
        layout.add(Dot((x, -tall * 0.66), 0.014, (40, 40, 42)))
    layout.add(Dot((lean, -tall * 0.97), 0.035, (70, 68, 70)))
    swing = dice.uniform("brim swing", -0.25, 0.25)
    deep = dice.uniform("brim", 0.24, 0.40)
    brim = joined(
        bezier((-0.47, 0.02), (0.0, 0.2), (0.47, 0.02), 11),
        bezier((0.47, 0.02), (0.5 + swing, deep + 0.16), (swing * 0.5, deep + 0.1), 9),
        bezier((swing * 0.5, deep + 0.1), (-0.5 + swing, deep + 0.16), (-0.47, 0.02), 9),
    )
    layout.add(Part(brim, paint="plain", ink=_second(spec), shadow=0.4))
    for k in (0.82, 0.64):
        layout.add(Stroke(brim[11:] * np.array([k, k]) + np.array([0, 0.02]), 0.005, 0.78, dash=0.013))
    if dice.chance("logo", 0.5):
        box = ribbon(bezier((-0.16, -0.14), (0.0, -0.1), (0.16, -0.14), 8), 0.12)
        layout.add(Part(box, paint="plain", ink=1 if len(spec.colors) > 1 else 0, tone=1.2, edge=0.7))


def _beanie(layout: Layout, spec: GarmentSpec, dice: Dice) -> None:
    tall = dice.uniform("crown", 0.6, 0.85)
    dome = spline(
        [
            (-0.45, 0.0),
            (-0.46, -tall * 0.45),
            (-0.26, -tall * 0.92),
            (0.0, -tall),
            (0.26, -tall * 0.92),
            (0.46, -tall * 0.45),
            (0.45, 0.0),
        ]
    )
    layout.add(Part(joined(dome, bezier((0.45, 0.0), (0.0, 0.06), (-0.45, 0.0), 10))))
    if dice.chance("turn-up", 0.7):
        deep = dice.uniform("turn-up depth", 0.2, 0.3)
        cuff = joined(
            bezier((-0.475, -deep), (0.0, -deep + 0.05), (0.475, -deep), 9),
            bezier((0.47, 0.02), (0.0, 0.08), (-0.47, 0.02), 9),
        )
        layout.add(Part(cuff, paint="rib", ink=_second(spec), shadow=0.4))
    if dice.chance("bobble", 0.35):
        angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        radius = 0.17 + 0.012 * np.sin(angles * 13)
        layout.add(
            Part(
                np.stack([np.cos(angles) * radius, np.sin(angles) * radius - tall - 0.08], 1),
                paint="plain",
                ink=_second(spec),
                shadow=0.3,
                edge=1.4,
            )
        )


def _brimmed(layout: Layout, spec: GarmentSpec, dice: Dice) -> None:
    """Bucket, sun or felt hat."""
    wide = dice.uniform("brim width", 0.62, 0.98)
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    wave = 1 + 0.03 * np.sin(angles * 3 + dice.uniform("phase", 0, 6))
    flat = dice.uniform("view", 0.45, 0.95)
    brim = np.stack([np.cos(angles) * wide * wave, np.sin(angles) * wide * wave * flat], 1)
    layout.add(Part(brim, shadow=0.2))
    for k in (0.93, 0.84, 0.75):
        layout.add(Stroke(joined(brim, brim[:1]) * k, 0.005, 0.82, dash=0.013))
    rise = (1 - flat) * 0.6 + 0.12
    low, high = 0.44, dice.uniform("top", 0.32, 0.42)
    dome = joined(
        bezier((-low, 0.05), (-low * 0.98, -rise * 0.8), (-high, -rise), 6),
        bezier((-high, -rise), (0.0, -rise - 0.5 * flat), (high, -rise), 10),
        bezier((high, -rise), (low * 0.98, -rise * 0.8), (low, 0.05), 6),
        bezier((low, 0.05), (0.0, 0.05 + 0.75 * flat), (-low, 0.05), 14),
    )
    layout.add(Part(dome, shadow=0.5))
    band = bezier((-low, 0.0), (0.0, 0.75 * flat), (low, 0.0), 14)
    layout.add(Part(ribbon(band, 0.09), paint="plain", ink=_second(spec), tone=0.85, clip=True))


def hat_layout(spec: GarmentSpec, dice: Dice) -> Layout:
    """A cap, a beanie or a hat with a brim all round."""
    layout = Layout()
    knitted = 6.0 if spec.fabric == "knit" else 1.0
    kind = dice.weighted(f"hat kind {spec.fabric == 'knit'}", {"cap": 3.0, "beanie": knitted, "brim": 1.2})
    {"cap": _cap, "beanie": _beanie, "brim": _brimmed}[kind](layout, spec, dice)
    return layout


def _sneaker(spec: GarmentSpec, dice: Dice, sole: tuple[int, int, int]) -> list[Op]:
    """A low shoe from the side, toe to the right."""
    high = dice.uniform("ankle", 0.3, 0.52)
    upper = joined(
        spline([(-0.52, 0.02), (-0.55, -0.2), (-0.5, -high)]),
        bezier((-0.5, -high), (-0.33, -high + 0.1), (-0.16, -high + 0.03), 7),
        spline([(-0.16, -high + 0.03), (0.12, -0.26), (0.4, -0.18), (0.56, -0.06), (0.58, 0.03)]),
    )
    base = joined(
        line((-0.58, -0.02), (0.62, -0.02), 6),
        spline([(0.63, 0.05), (0.55, 0.12)]),
        line((0.5, 0.12), (-0.53, 0.12), 6),
    )
    ops: list[Op] = [Part(upper, -60, shadow=0.3)]
    mouth = joined(
        bezier((-0.49, -high), (-0.33, -high + 0.1), (-0.17, -high + 0.04), 7),
        bezier((-0.17, -high + 0.04), (-0.33, -high - 0.02), (-0.49, -high), 6),
    )
    ops.append(Part(mouth, paint="inner", tone=0.5))
    if _second(spec):
        ops.append(
            Part(
                spline([(-0.3, 0.0), (-0.12, -0.26), (0.25, -0.2), (0.3, 0.0)], closed=True),
                paint="plain",
                ink=1,
                clip=True,
            )
        )
    toe = spline([(0.3, 0.0), (0.36, -0.17), (0.62, -0.1), (0.62, 0.02)])
    ops.append(Stroke(toe, 0.008, 0.7))
    for k in range(4):
        x, y = -0.1 + 0.09 * k, -high + 0.09 + 0.055 * k
        ops.append(Stroke(line((x - 0.05, y + 0.06), (x + 0.05, y - 0.02), 3), 0.024, rgb=(240, 240, 238)))
    ops.append(Part(base, paint="solid", rgb=sole, shadow=0.25, edge=0.8))
    ops.append(Stroke(line((-0.55, 0.06), (0.58, 0.06), 5), 0.006, 0.8))
    return ops


def _boot(_spec: GarmentSpec, dice: Dice, sole: tuple[int, int, int]) -> list[Op]:
    tall = dice.uniform("shaft", 0.6, 1.25)
    upper = joined(
        spline([(-0.42, 0.02), (-0.44, -0.3), (-0.47, -tall)]),
        line((-0.47, -tall), (-0.06, -tall - 0.03), 5),
        spline([(-0.06, -tall - 0.03), (-0.06, -0.42), (0.1, -0.26), (0.4, -0.17), (0.52, -0.02)]),
    )
    heel = dice.uniform("heel", 0.04, 0.16)
    base = joined(
        line((-0.44, -0.02), (0.54, -0.03), 5),
        bezier((0.54, -0.03), (0.56, 0.05), (0.45, 0.06), 4),
        line((0.1, 0.05), (-0.14, 0.0), 4),
        line((-0.16, 0.06 + heel), (-0.42, 0.06 + heel), 4),
    )
    ops: list[Op] = [Part(base, paint="solid", rgb=sole, shadow=0.2), Part(upper, shadow=0.3)]
    ops.append(Part(ribbon(line((-0.47, -tall), (-0.06, -tall - 0.03), 5), 0.06), paint="inner", tone=0.6))
    ops.append(Stroke(line((-0.28, -tall + 0.05), (-0.24, -0.05), 6), 0.014, 0.65))
    if dice.chance("boot laces", 0.4):
        for k in range(6):
            y = -tall + 0.1 + 0.09 * k
            ops.append(Stroke(line((-0.18, y), (-0.06, y + 0.04), 3), 0.02, rgb=(70, 60, 50)))
    return ops


def _pump(_spec: GarmentSpec, dice: Dice, sole: tuple[int, int, int]) -> list[Op]:
    """A ballerina or loafer from above, toe up."""
    wide = dice.uniform("foot width", 0.2, 0.25)
    outer = spline(
        [
            (0.0, -0.62),
            (wide * 0.85, -0.42),
            (wide, -0.15),
            (wide * 0.72, 0.2),
            (wide * 0.7, 0.48),
            (0.0, 0.6),
            (-wide * 0.7, 0.48),
            (-wide * 0.72, 0.2),
            (-wide, -0.15),
            (-wide * 0.85, -0.42),
        ],
        closed=True,
    )
    front = dice.uniform("vamp", -0.3, -0.1)
    hole = spline(
        [
            (0.0, front),
            (wide * 0.66, front + 0.2),
            (wide * 0.5, 0.42),
            (0.0, 0.52),
            (-wide * 0.5, 0.42),
            (-wide * 0.66, front + 0.2),
        ],
        closed=True,
    )
    ops: list[Op] = [
        Part(outer * 1.03 + np.array([0, 0.01]), paint="solid", rgb=sole),
        Part(outer, shadow=0.2, edge=1.3),
    ]
    insole = dice.pick("insole", ((196, 170, 140), (120, 110, 104), (60, 58, 58), (214, 200, 180)))
    ops.append(Part(hole, paint="solid", rgb=insole, tone=0.72, edge=1.6))
    if dice.chance("laces", 0.5):
        for k in range(4):
            y = front - 0.02 - 0.055 * k
            ops.append(
                Stroke(line((-wide * 0.4, y + 0.02), (wide * 0.4, y - 0.01), 3), 0.024, rgb=(238, 238, 234))
            )
    elif dice.chance("bow on shoe", 0.5):
        for side in (-1, 1):
            loop = spline(
                [(0.0, front - 0.06), (side * 0.1, front - 0.11), (side * 0.1, front - 0.01)], closed=True
            )
            ops.append(Part(loop, shadow=0.5))
    ops.append(Stroke(spline([(-wide * 0.8, -0.35), (0.0, -0.42), (wide * 0.8, -0.35)]), 0.008, 0.72))
    return ops


def _moved(ops: list[Op], angle_deg: float, shift: tuple[float, float], flip: bool) -> list[Op]:
    """The same shoe somewhere else, perhaps mirrored."""

    def place(points: Points) -> Points:
        mirrored = points * np.array([-1.0, 1.0]) if flip else points
        return np.asarray(turned(mirrored, angle_deg) + np.asarray(shift), np.float64)

    moved: list[Op] = []
    for op in ops:
        if isinstance(op, Part):
            axis = (-op.axis_deg if flip else op.axis_deg) + angle_deg
            moved.append(replace(op, outline=place(op.outline), axis_deg=axis, origin=shift))
        elif isinstance(op, Stroke):
            moved.append(replace(op, path=place(op.path)))
        else:
            center = place(np.array([op.center]))[0]
            moved.append(replace(op, center=(float(center[0]), float(center[1]))))
    return moved


def shoes_layout(spec: GarmentSpec, dice: Dice) -> Layout:
    """A pair, from the side or from above."""
    layout = Layout()
    kind = dice.weighted("shoe kind", {"sneaker": 3.0, "boot": 1.5, "pump": 2.5})
    sole = dice.pick("sole", ((240, 238, 232), (40, 38, 38), (150, 110, 70), (225, 220, 205)))
    ops = {"sneaker": _sneaker, "boot": _boot, "pump": _pump}[kind](spec, dice, sole)
    one, two = dice.uniform("turn one", -14, 14), dice.uniform("turn two", -14, 14)
    if kind == "pump":
        gap = dice.uniform("gap", 0.25, 0.33)
        layout.add(
            *_moved(ops, one, (-gap, 0.0), False),
            *_moved(ops, two, (gap, dice.uniform("offset", -0.08, 0.08)), True),
        )
    else:
        down = dice.uniform("offset", 0.3, 0.5)
        toe = dice.chance("both ways", 0.3)
        layout.add(*_moved(ops, one, (0.12, -down / 2), False), *_moved(ops, two, (-0.12, down / 2), toe))
    return layout

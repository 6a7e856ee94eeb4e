"""Where a single print sits on a garment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fashion_studio.rendering.layout import Layout, Part

if TYPE_CHECKING:
    from fashion_studio.rendering.dice import Dice
    from fashion_studio.rendering.spec import GarmentSpec

__all__ = ["place_print"]

_SPOTS = {  # middle x, middle y, half width
    "skirt": (0.0, 0.55, 0.30),
    "pants": (0.24, 0.85, 0.17),
    "shorts": (0.27, 0.45, 0.17),
    "hat": (0.0, -0.28, 0.24),
    "shoes": (0.1, -0.22, 0.24),
    "dress": (0.0, 0.62, 0.28),
    "top": (0.0, 0.60, 0.28),
    "hoodie": (0.0, 0.50, 0.30),
    "shirt": (0.22, 0.75, 0.22),
    "blazer": (0.28, 0.95, 0.18),
    "body": (0.0, 0.62, 0.28),
}


def _box(x: float, y: float, half: float, paint_span: float) -> Part:
    outline = np.array(
        [[x - half, y - half], [x + half, y - half], [x + half, y + half], [x - half, y + half]]
    )
    return Part(outline, 0.0, (x, y), "print", span=(paint_span, paint_span), clip=True)


def place_print(layout: Layout, spec: GarmentSpec, dice: Dice) -> None:
    """Puts the print over the body but under sleeves that lie upon it. Never changes the outline."""
    x, y, half = _SPOTS.get(spec.category, (0.0, 0.66, 0.33))
    half *= dice.uniform("print size", 0.85, 1.15) * {"tight": 0.85, "regular": 1.0, "loose": 1.15}[spec.fit]
    boxes = [_box(x, y, half, 2 * half)]
    if spec.category in {"pants", "shorts"} and dice.chance("both legs", 0.5):
        boxes.append(_box(-x, y, half, 2 * half))
    if spec.category == "shoes":
        boxes = [_box(0.12, -0.3, half, 2 * half), _box(-0.12, 0.15, half, 2 * half)]
    sleeves = [k for k, op in enumerate(layout.ops) if isinstance(op, Part) and op.group.endswith("sleeve")]
    body = [k for k, op in enumerate(layout.ops) if isinstance(op, Part) and op.group == "body"]
    over = [k for k in sleeves if k > body[-1]] if body and sleeves else []
    place = over[0] if over else len(layout.ops)
    layout.ops[place:place] = boxes

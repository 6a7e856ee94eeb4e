"""Draws garments: plausible attributes together, balanced over all, in a pose and a scene."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from fashion_studio.rendering.backgrounds import FLAT_WEIGHTS
from fashion_studio.rendering.curves import turned
from fashion_studio.rendering.dice import Dice
from fashion_studio.rendering.palette import COLOR_NAMES, COLOR_WEIGHTS, SHADES
from fashion_studio.rendering.silhouettes.assemble import build_layout
from fashion_studio.rendering.spec import CATEGORIES, LOWERS, GarmentSpec, Pose, Scene
from fashion_studio.rendering.tables import (
    CATEGORY_WEIGHTS,
    FABRICS,
    FITS,
    LENGTHS,
    NECKLINES,
    PATTERNS,
    SLEEVES,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["sample_spec"]

_CLOTH_COLORS: dict[str, dict[str, float]] = {
    "denim": {"blue": 5, "navy": 3, "black": 1, "gray": 0.8, "skyblue": 1.2, "white": 0.5},
    "leather": {
        "black": 4,
        "brown": 3,
        "burgundy": 1,
        "red": 0.8,
        "beige": 1,
        "navy": 0.6,
        "gray": 0.6,
        "khaki": 0.5,
        "white": 0.6,
        "green": 0.3,
    },
}

_OCCLUDERS = {"hand": 0.7, "tag": 1.4, "cloth": 1.5, "toy": 0.7, "phone": 0.7}


def _lab(name: str) -> np.ndarray:
    rgb = np.array([[SHADES[name][0]]], np.float32) / 255
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[0, 0])


_LAB = {name: _lab(name) for name in COLOR_NAMES}


def _colors(dice: Dice, pattern: str, fabric: str) -> tuple[str, ...]:
    """Main colour and the other inks, each well apart from the ones before."""
    weights = _CLOTH_COLORS.get(fabric, COLOR_WEIGHTS)
    chosen = [dice.weighted("main color", weights)]
    if pattern == "solid":
        count = 2 if dice.chance("two colors", 0.25) else 1
    else:
        count = 3 if dice.chance("three inks", 0.5) else 2
    while len(chosen) < count:
        apart = {
            name: COLOR_WEIGHTS[name]
            for name in COLOR_NAMES
            if all(float(np.linalg.norm(_LAB[name] - _LAB[other])) > 38 for other in chosen)
        }
        chosen.append(dice.weighted(f"ink {len(chosen)}", apart))
    return tuple(chosen)


def _attributes(dice: Dice, category: str) -> dict[str, str]:
    sleeve = dice.weighted("sleeve", SLEEVES[category]) if category in SLEEVES else "none"
    neckline = dice.weighted("neckline", NECKLINES[category]) if category in NECKLINES else "none"
    if category == "hoodie" and sleeve == "sleeveless":
        sleeve = "short"
    return {
        "sleeve_length": sleeve,
        "neckline": neckline,
        "pattern": dice.weighted("pattern", PATTERNS),
        "fit": dice.weighted("fit", FITS) if category not in {"hat", "shoes"} else "regular",
        "length": dice.weighted("length", LENGTHS[category]) if category in LENGTHS else "none",
        "fabric": dice.weighted("fabric", FABRICS[category]),
    }


def _scene(dice: Dice, category: str) -> Scene:
    hanger = dice.chance("hanger", 0.08 if category in LOWERS else 0.16) and category not in {
        "hat",
        "shoes",
        "body",
    }
    if hanger:
        background = dice.weighted("hanging before", {"wall": 6, "wood": 1, "sheet": 0.6})
    else:
        background = dice.weighted("lying on", FLAT_WEIGHTS)
    occluders: tuple[str, ...] = ()
    if dice.chance("occluded", 0.22):
        occluders = tuple(
            dice.weighted(f"occluder {k}", _OCCLUDERS) for k in range(dice.pick("occluders", (1, 1, 2)))
        )
    pieces = dice.pick("clutter pieces", (1, 2, 3)) if dice.chance("cluttered", 0.25) and not hanger else 0
    return Scene(
        background=background,
        hanger=hanger,
        occluders=occluders,
        clutter=tuple(dice.pick(f"clutter {k}", ("toy", "cloth", "phone", "tag")) for k in range(pieces)),
        light_deg=dice.uniform("light", 180, 300),
        contrast=dice.uniform("contrast", 0.6, 1.45),
        exposure=dice.uniform("exposure", 0.95, 1.1),
        warmth=float(np.clip(dice.generator("warmth").normal(0.004, 0.02), -0.05, 0.06)),
        blur=dice.uniform("blur", 0.0, 0.75)
        if not dice.chance("soft", 0.08)
        else dice.uniform("softness", 0.8, 1.3),
        noise=dice.uniform("noise", 0.5, 4.5),
        jpeg_quality=int(dice.uniform("jpeg", 55, 95)) if dice.chance("phone jpeg", 0.6) else 0,
        vignette=dice.uniform("vignette", 0.0, 0.22),
        seed=int(dice.uniform("scene seed", 0, 2**31)),
    )


def _pose(dice: Dice, scene: Scene) -> Pose:
    if scene.hanger:
        left, right = dice.uniform("left arm", 4, 16), dice.uniform("right arm", 4, 16)
        bends = (dice.uniform("left bend", -4, 6), dice.uniform("right bend", -4, 6))
        rotation = dice.uniform("hang", -5, 5)
    else:
        left, right = dice.uniform("left arm", 12, 66), dice.uniform("right arm", 12, 66)
        if dice.chance("alike", 0.6):
            right = left + dice.uniform("unlike", -8, 8)
        bends = (_bend(dice, "left"), _bend(dice, "right"))
        rotation = float(np.clip(dice.generator("rotation").normal(0, 9), -25, 25))
        if dice.chance("turned far", 0.1):
            rotation = dice.uniform("far", -75, 75)
    return Pose(
        rotation_deg=rotation,
        tilt_x=dice.uniform("tilt x", -0.05, 0.05),
        tilt_y=dice.uniform("tilt y", -0.07, 0.07),
        left_arm_deg=left,
        right_arm_deg=right,
        left_bend_deg=bends[0],
        right_bend_deg=bends[1],
        left_over=dice.chance("left over", 0.75),
        right_over=dice.chance("right over", 0.75),
        spread=dice.uniform("spread", -0.01, 0.14),
        wave=dice.uniform("wave", 0.005, 0.024),
        seed=int(dice.uniform("pose seed", 0, 2**31)),
    )


def _bend(dice: Dice, side: str) -> float:
    if dice.chance(f"{side} folded", 0.13):
        return dice.uniform(f"{side} fold", 90, 150)
    return dice.uniform(f"{side} bend", -12, 38)


def _framed(spec: GarmentSpec, dice: Dice) -> GarmentSpec:
    """Chooses size and place so that the garment fills a usual share of a 3:4 picture."""
    points = turned(build_layout(spec).points(), spec.pose.rotation_deg)
    low, high = points.min(axis=0), points.max(axis=0)
    across, down = high - low
    fill = dice.uniform("fill", 0.8, 0.98)
    if dice.chance("small", 0.07):
        fill = dice.uniform("small fill", 0.42, 0.7)
    elif dice.chance("cropped", 0.1):
        fill = dice.uniform("cropped fill", 1.0, 1.15)
    unit = fill * min(1.0 / across, (4 / 3) / down)
    middle = turned(((low + high) / 2)[None], -spec.pose.rotation_deg)[0]
    room_x, room_y = max(0.03, 1 - across * unit), max(0.03, 1 - down * unit * 0.75)
    pose = replace(
        spec.pose,
        unit=float(unit),
        middle_x=float(middle[0]),
        middle_y=float(middle[1]),
        center_x=0.5 + room_x * dice.uniform("place x", -0.35, 0.35),
        center_y=0.5 + room_y * dice.uniform("place y", -0.35, 0.35),
    )
    return replace(spec, pose=pose)


def sample_spec(
    rng: np.random.Generator,
    category: str | None = None,
    *,
    fits: Callable[[GarmentSpec], bool] | None = None,
    tries: int = 1,
) -> GarmentSpec:
    """Draws one garment in one picture.

    Args:
        rng: one number is drawn from it for each try; everything else follows from that.
        category: a studio category, or None for any.
        fits: says whether a garment is wanted, whatever its place in the picture, which is chosen later.
        tries: so many garments are drawn at most; if none fits it is the last.

    Raises:
        ValueError: no such category.
    """
    if category is not None and category not in CATEGORIES:
        msg = f"There is no category “{category}” to render; choose one of {', '.join(CATEGORIES)}."
        raise ValueError(msg)
    for _ in range(max(1, tries)):
        dice = Dice(int(rng.integers(0, 2**62)))
        spec = _unplaced(dice, category or dice.weighted("category", CATEGORY_WEIGHTS))
        if fits is None or fits(spec):
            break
    return _framed(spec, dice)


def _unplaced(dice: Dice, category: str) -> GarmentSpec:
    attributes = _attributes(dice, category)
    scene = _scene(dice, category)
    return GarmentSpec(
        category=category,
        **attributes,
        colors=_colors(dice, attributes["pattern"], attributes["fabric"]),
        shape_seed=int(dice.uniform("shape seed", 0, 2**31)),
        fabric_seed=int(dice.uniform("fabric seed", 0, 2**31)),
        motif_seed=None,
        pose=_pose(dice, scene),
        scene=scene,
    )

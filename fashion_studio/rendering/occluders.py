"""Things that lie on the garment or stand before it: hands, tags, hangers, other cloth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from fashion_studio.rendering.curves import bezier, joined, line, ribbon, spline, turned
from fashion_studio.rendering.noise import field

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fashion_studio.rendering.curves import Plane, Points
    from fashion_studio.rendering.dice import Dice

__all__ = ["OCCLUDERS", "Shape", "clip_shapes", "hanger_shapes", "occluder_shapes", "paint_shapes"]

Shape = tuple["Points", tuple[int, int, int]]
_SKIN: Final = ((224, 180, 152), (198, 150, 120), (150, 104, 78), (100, 68, 50), (236, 200, 176))
_CLOTHS: Final = (
    (206, 196, 180),
    (90, 96, 110),
    (150, 60, 66),
    (60, 84, 120),
    (226, 222, 216),
    (120, 140, 110),
    (180, 150, 120),
    (52, 50, 56),
)
_TOYS: Final = ((220, 60, 60), (60, 120, 200), (240, 200, 60), (90, 170, 90), (40, 40, 44), (240, 240, 236))


def _hand(dice: Dice, size: float) -> list[Shape]:
    """A forearm with fingers, from below the picture's edge; pixels around (0, 0), fingers up."""
    skin = dice.pick("skin", _SKIN)
    dark = (int(skin[0] * 0.86), int(skin[1] * 0.8), int(skin[2] * 0.78))
    arm = np.array(
        [
            [-0.16, 3.0],
            [-0.14, 0.5],
            [-0.24, 0.25],
            [-0.22, 0.0],
            [0.22, 0.0],
            [0.24, 0.25],
            [0.14, 0.5],
            [0.16, 3.0],
        ]
    )
    shapes: list[Shape] = [(spline(arm) * size, skin)]
    for k, x in enumerate((-0.17, -0.06, 0.05, 0.16)):
        tall = (0.3, 0.38, 0.36, 0.28)[k]
        finger = ribbon(line((x, 0.06), (x * 1.3, -tall), 4), 0.095)
        shapes.append((spline(finger, closed=True) * size, dark if k % 2 else skin))
    thumb = ribbon(bezier((0.2, 0.3), (0.38, 0.1), (0.36, -0.08), 6), 0.11)
    shapes.append((spline(thumb, closed=True) * size, dark))
    return shapes


def _tag(dice: Dice, size: float) -> list[Shape]:
    """A price tag on a string."""
    card = dice.pick("tag", ((240, 238, 230), (40, 40, 44), (206, 176, 130), (200, 40, 50)))
    box = np.array([[-0.11, 0.0], [0.11, 0.0], [0.11, 0.36], [-0.11, 0.36]]) * size
    string = ribbon(bezier((0.0, 0.05), (0.06, -0.1), (-0.03, -0.22), 7), 0.012) * size
    stripe = np.array([[-0.08, 0.2], [0.08, 0.2], [0.08, 0.24], [-0.08, 0.24]]) * size
    return [(string, (230, 228, 220)), (box, card), (stripe, (120, 120, 122))]


def _cloth(dice: Dice, size: float) -> list[Shape]:
    """The corner of another piece of cloth."""
    rng = dice.generator("corner")
    corners = np.array(
        [
            [-0.42, -0.42],
            [0.0, -0.46],
            [0.42, -0.42],
            [0.46, 0.0],
            [0.42, 0.42],
            [0.0, 0.45],
            [-0.42, 0.42],
            [-0.45, 0.0],
        ]
    ) + rng.uniform(-0.07, 0.07, (8, 2))
    outline = np.vstack([line(tuple(corners[k]), tuple(corners[(k + 1) % 8]), 4)[:-1] for k in range(8)])
    base = dice.pick("cloth", _CLOTHS)
    second = tuple(int(v * 0.94) for v in base)
    shapes: list[Shape] = [(outline * size, base)]
    if dice.chance("hemmed", 0.7):
        shapes.append((outline * size * 0.93, (second[0], second[1], second[2])))
    return shapes


def _toy(dice: Dice, size: float) -> list[Shape]:
    rng = dice.generator("toy")
    shapes: list[Shape] = []
    for k in range(int(rng.integers(1, 4))):
        center = rng.uniform(-0.25, 0.25, 2)
        angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        wide, tall = rng.uniform(0.08, 0.2, 2)
        outline = np.stack([np.cos(angle) * wide, np.sin(angle) * tall], 1) + center
        shapes.append((outline * size, dice.pick(f"toy {k}", _TOYS)))
    return shapes


def _phone(dice: Dice, size: float) -> list[Shape]:
    box = np.array([[-0.13, -0.27], [0.13, -0.27], [0.13, 0.27], [-0.13, 0.27]]) * size
    return [
        (box, (24, 24, 28)),
        (box * np.array([0.9, 0.92]), dice.pick("screen", ((40, 50, 70), (20, 22, 26), (120, 140, 160)))),
    ]


_MAKERS: Final = {"hand": _hand, "tag": _tag, "cloth": _cloth, "toy": _toy, "phone": _phone}
OCCLUDERS: Final = tuple(_MAKERS)


def occluder_shapes(
    name: str, dice: Dice, unit_px: float, target: tuple[float, float], size_px: tuple[int, int]
) -> list[Shape]:
    """The occluder's outlines in picture pixels.

    Args:
        name: one of OCCLUDERS.
        dice: decides its looks and turn.
        unit_px: size of a garment unit.
        target: the pixel that it lies near.
        size_px: width and height of the picture.
    """
    shapes = _MAKERS[name](dice, unit_px * dice.uniform("occluder size", 0.7, 1.1))
    width, height = size_px
    angle = dice.uniform("occluder turn", 0, 360)
    if name in {"hand", "cloth"}:
        away = np.array([target[0] - width / 2, target[1] - height / 2])
        angle = float(np.rad2deg(np.arctan2(-away[0], away[1]))) + dice.uniform("hand turn", -25, 25)
        if name == "cloth":
            target = (target[0] + away[0] * 0.25, target[1] + away[1] * 0.25)
    return [(turned(outline, angle) + np.array(target), rgb) for outline, rgb in shapes]


def paint_shapes(
    rgb: NDArray[np.float32], mask: Plane, shapes: list[Shape], dice: Dice, light: tuple[float, float]
) -> None:
    """Paints shapes with a shadow over the picture and takes them out of the mask, in place."""
    height, width = mask.shape
    points = np.vstack([outline for outline, _ in shapes])
    low, high = np.floor(points.min(axis=0)).astype(int) - 24, np.ceil(points.max(axis=0)).astype(int) + 24
    left, top = max(int(low[0]), 0), max(int(low[1]), 0)
    right, bottom = min(int(high[0]), width), min(int(high[1]), height)
    if right - left < 2 or bottom - top < 2:
        return
    region = (slice(top, bottom), slice(left, right))
    size = (right - left, bottom - top)
    whole = np.zeros(size[::-1], np.uint8)
    covers = []
    for outline, color in shapes:
        cover = np.zeros(size[::-1], np.uint8)
        local = (outline - np.array([left, top]) - 0.5) * 16
        cv2.fillPoly(cover, [np.round(local).astype(np.int32)], 255, cv2.LINE_AA, 4)
        whole = np.maximum(whole, cover)
        covers.append((cover, color))
    shift = np.array([[1, 0, -light[0] * 5], [0, 1, -light[1] * 5]], np.float32)
    shadow = cv2.GaussianBlur(cv2.warpAffine(whole, shift, size), (0, 0), 4).astype(np.float32) / 255
    target = rgb[region]
    target *= (1 - 0.4 * shadow)[..., None]
    tone = 1.0 + 0.05 * field(dice.generator("occluder"), 5, 5, *size)
    for cover, color in covers:
        alpha = cover.astype(np.float32) / 255
        lit = (0.62 + 0.4 * cv2.GaussianBlur(alpha, (0, 0), 4)) * tone
        target += alpha[..., None] * (lit[..., None] * np.array(color, np.float32) - target)
    mask[region] *= 1 - whole.astype(np.float32) / 255


def hanger_shapes(neck: tuple[Points, Points, Points], dice: Dice, unit_px: float) -> list[Shape]:
    """Hook and neck of a hanger, in picture pixels.

    Args:
        neck: left neck point, right neck point and the direction up, each (2,) in pixels.
        dice: decides the colour.
        unit_px: size of a garment unit.
    """
    left, right, up = neck
    middle = (left + right) / 2
    side = np.array([-up[1], up[0]])
    base = middle - up * 0.04 * unit_px
    local = joined(
        line((0.0, 0.0), (0.0, -0.2), 4), spline([(0.0, -0.2), (0.07, -0.27), (0.02, -0.36), (-0.07, -0.33)])
    )
    path = base + local[:, :1] * side * unit_px - local[:, 1:] * up * unit_px
    metal = dice.pick("hook", ((150, 150, 154), (60, 60, 62), (190, 188, 182)))
    return [(ribbon(path, 0.022 * unit_px), metal)]


def clip_shapes(waist: tuple[Points, Points, Points], dice: Dice, unit_px: float) -> list[Shape]:
    """Hook, bar and two clips of a trouser hanger, in picture pixels.

    Args:
        waist: left and right corner of the waistband and the direction up, each (2,) in pixels.
        dice: decides colour and place.
        unit_px: size of a garment unit.
    """
    left, right, up = waist
    side = np.array([-up[1], up[0]])
    reach = dice.uniform("clips", 0.55, 0.85)
    middle = (left + right) / 2
    rgb = dice.pick("clip", ((30, 30, 34), (236, 234, 230), (150, 150, 154)))
    bar = line(tuple(left + up * 0.09 * unit_px), tuple(right + up * 0.09 * unit_px), 4)
    shapes = [(ribbon(bar, 0.022 * unit_px), (150, 150, 154))]
    for sign in (-1.0, 1.0):
        center = middle + sign * reach * (right - left) / 2
        corners = ((-0.035, 0.12), (0.035, 0.12), (0.04, -0.045), (-0.04, -0.045))
        shapes.append((np.array([center + side * x * unit_px + up * y * unit_px for x, y in corners]), rgb))
    stem = line((0.0, 0.0), (0.0, -0.1), 3)
    hook = joined(stem, spline([(0.0, -0.1), (0.07, -0.17), (0.02, -0.26), (-0.07, -0.23)]))
    path = middle + up * 0.09 * unit_px + hook[:, :1] * side * unit_px - hook[:, 1:] * up * unit_px
    shapes.append((ribbon(path, 0.02 * unit_px), (150, 150, 154)))
    return shapes

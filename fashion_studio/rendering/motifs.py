"""Small drawn shapes: flowers, leaves, stars, hearts, and the prints on the front of a shirt."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from fashion_studio.rendering.curves import Points
    from fashion_studio.rendering.dice import Dice

__all__ = ["blob", "flower", "leaf_motif", "make_print", "place_wrapped", "star"]

Index: TypeAlias = NDArray[np.uint8]
_WORDS = (
    "BROOKLYN",
    "LOVE",
    "SUMMER",
    "DREAM",
    "1984",
    "RIVER",
    "OCEAN",
    "WILD",
    "PARIS",
    "GOOD DAY",
    "STUDIO",
    "23",
)


def flower(rng: np.random.Generator) -> Points:
    """A rosette of radius one."""
    petals = int(rng.integers(5, 8))
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    radius = 0.62 + 0.38 * np.abs(np.cos(angle * petals / 2)) ** 0.7
    return np.stack([np.cos(angle) * radius, np.sin(angle) * radius], 1)


def leaf_motif() -> Points:
    """Two leaves on a stalk."""
    t = np.linspace(0, np.pi, 16)
    one = np.stack([np.sin(t) * 0.26, -np.cos(t) * 0.6 - 0.7], 1)
    other = np.stack([-np.sin(t) * 0.26, np.cos(t) * 0.6 - 0.7], 1)
    return np.vstack([one, other])


def star(points: int) -> Points:
    """A star of radius one."""
    angle = np.linspace(0, 2 * np.pi, 2 * points, endpoint=False) - np.pi / 2
    radius = np.where(np.arange(2 * points) % 2 == 0, 1.0, 0.45)
    return np.stack([np.cos(angle) * radius, np.sin(angle) * radius], 1)


def blob(kind: str) -> Points:
    """A heart, a cat's head or a drop, of radius about one."""
    t = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    if kind == "heart":
        x = 16 * np.sin(t) ** 3
        y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))
        return np.stack([x, y], 1) / 17
    if kind == "cat":
        ears = [[-0.85, -0.2], [-0.8, -1.0], [-0.3, -0.65], [0.3, -0.65], [0.8, -1.0], [0.85, -0.2]]
        chin = np.linspace(0, np.pi, 14)
        return np.vstack([ears, np.stack([np.cos(chin) * 0.85, np.sin(chin) * 0.75 - 0.05], 1)])
    return np.stack([np.sin(t) * (0.6 - 0.4 * np.cos(t / 2) ** 2), -np.cos(t)], 1)


def place_wrapped(
    tile: Index, shape: Points | None, rng: np.random.Generator, size: float, ink: int, cell: tuple[int, int]
) -> None:
    """Draws a shape into a seamless tile near one (slot, count) cell of a jittered lattice; None is a disc.

    The place of a slot does not depend on what is drawn there, so that a flower's heart meets its petals.
    """
    side = tile.shape[0]
    slot, count = cell
    columns = int(np.ceil(np.sqrt(count)))
    row, column = divmod(slot, columns)
    rows = int(np.ceil(count / columns))
    wobble = np.random.Generator(np.random.PCG64(slot * 7919 + count)).uniform(-0.2, 0.2, 2)
    x = (column + 0.5 + (0.5 if row % 2 else 0.0) + wobble[0]) * side / columns
    y = (row + 0.5 + wobble[1]) * side / rows
    angle = rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    scale = size * rng.uniform(0.85, 1.15)
    for dx in (-side, 0, side):
        for dy in (-side, 0, side):
            center = np.array([x + dx, y + dy])
            if shape is None:
                cv2.circle(tile, (round(center[0]), round(center[1])), max(2, round(scale)), ink, -1)
            else:
                cv2.fillPoly(tile, [np.round(shape @ turn * scale + center).astype(np.int32)], ink)


def _fill(
    canvas: Index, shape: Points, size: float, ink: int, middle: tuple[float, float] = (128, 110)
) -> None:
    cv2.fillPoly(canvas, [np.round(shape * size + np.array(middle)).astype(np.int32)], ink)


def _cat(canvas: Index, _rng: np.random.Generator) -> None:
    _fill(canvas, blob("cat"), 84, 2)
    for x in (100, 156):
        cv2.circle(canvas, (x, 96), 12, 3, -1)
    cv2.ellipse(canvas, (128, 132), (22, 12), 0, 0, 180, 3, 4)


def _heart(canvas: Index, _rng: np.random.Generator) -> None:
    _fill(canvas, blob("heart"), 90, 2)
    _fill(canvas, blob("heart"), 52, 3)


def _stars(canvas: Index, rng: np.random.Generator) -> None:
    _fill(canvas, star(int(rng.integers(5, 9))), 96, 2)
    cv2.circle(canvas, (128, 110), 26, 3, -1)


def _sunset(canvas: Index, _rng: np.random.Generator) -> None:
    cv2.circle(canvas, (128, 110), 88, 2, -1)
    for y in range(110, 200, 18):
        cv2.line(canvas, (30, y), (226, y), 0, 6)


def _mountain(canvas: Index, _rng: np.random.Generator) -> None:
    cv2.fillPoly(canvas, [np.array([[20, 190], [100, 40], [140, 110], [170, 70], [236, 190]])], 2)
    cv2.fillPoly(canvas, [np.array([[100, 40], [76, 86], [100, 76], [124, 84]])], 3)


def _bouquet(canvas: Index, rng: np.random.Generator) -> None:
    for k in range(4):
        x, y = rng.uniform(-45, 45, 2)
        _fill(canvas, flower(rng), 52, 2 + k % 2, (128 + float(x), 110 + float(y)))


def _bars(canvas: Index, _rng: np.random.Generator) -> None:
    for k, y in enumerate(range(40, 190, 30)):
        cv2.rectangle(canvas, (20, y), (236, y + 15), 2 + k % 2, -1)


_PICTURES = (_cat, _heart, _stars, _sunset, _mountain, _bouquet, _bars)


def make_print(dice: Dice) -> Index:
    """A print for the front: 0 bare cloth, 2 and 3 the first and second print ink plus one.

    Returns:
        (256, 256) uint8.
    """
    canvas = np.zeros((256, 256), np.uint8)
    rng = dice.generator("print")
    with_word = dice.chance("word", 0.6)
    with_picture = not with_word or dice.chance("picture too", 0.6)
    if with_picture:
        dice.pick("picture", _PICTURES)(canvas, rng)
    if with_word:
        word = dice.pick("word", _WORDS)
        font = dice.pick(
            "font", (cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_SCRIPT_COMPLEX)
        )
        (width, height), _ = cv2.getTextSize(word, font, 1.0, 2)
        scale = min(248 / width, 90 / height)
        thick = max(3, round(scale * dice.pick("weight", (2.0, 3.5))))
        y = 245 if with_picture else 120
        cv2.putText(canvas, word, (4, y), font, scale * 0.96, 3, thick, cv2.LINE_8)
        if not with_picture and dice.chance("second line", 0.5):
            cv2.putText(
                canvas,
                dice.pick("word two", _WORDS),
                (40, 180),
                font,
                scale * 0.45,
                2,
                max(2, thick // 2),
                cv2.LINE_8,
            )
            cv2.rectangle(canvas, (8, 205), (248, 217), 2, -1)
    return canvas

"""Patterns as seamless tiles of ink shares: which part of the cloth takes which colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from fashion_studio.rendering.motifs import blob, flower, leaf_motif, place_wrapped, star
from fashion_studio.rendering.noise import seamless

if TYPE_CHECKING:
    from fashion_studio.rendering.dice import Dice

__all__ = ["PATTERN_PX", "PatternTile", "make_pattern"]

PATTERN_PX = 256
Index: TypeAlias = NDArray[np.uint8]


@dataclass(frozen=True)
class PatternTile:
    """Ink shares over one period.

    Attributes:
        shares: (256, 256, 3) uint8, the three inks' shares, summing to 255.
        per_unit: texels per garment unit.
        kind: the motif's name.
    """

    shares: NDArray[np.uint8]
    per_unit: float
    kind: str


def _from_index(index: Index) -> NDArray[np.uint8]:
    """Shares from ink numbers drawn at twice the size, so that edges are smooth."""
    size = (PATTERN_PX, PATTERN_PX)
    first, second = (
        np.asarray(
            cv2.resize(np.asarray(index == ink, np.uint8) * 255, size, interpolation=cv2.INTER_AREA), np.uint8
        )
        for ink in (1, 2)
    )
    bare = 255 - np.minimum(first.astype(np.int16) + second, 255)
    return np.stack([bare.astype(np.uint8), first, second], -1)


def _blank() -> Index:
    return np.zeros((2 * PATTERN_PX, 2 * PATTERN_PX), np.uint8)


def _striped(dice: Dice) -> tuple[Index, float]:
    tile = _blank()
    side = len(tile)
    count = dice.pick("stripes", (2, 3, 4, 5))
    share = dice.uniform("stripe share", 0.24, 0.5)
    for k in range(count):
        start = round(k * side / count)
        tile[start : start + round(side / count * share)] = 1
        if dice.chance("thin third", 0.3):
            low = start + round(side / count * (share + 0.16))
            tile[low : low + max(3, side // count // 12)] = 2
    if dice.chance("pin", 0.15):
        tile[:] = 0
        for k in range(count * 3):
            start = round(k * side / (count * 3))
            tile[start : start + round(side / count / 3 * 0.32)] = 1
    if dice.chance("vertical", 0.3):
        tile = np.ascontiguousarray(tile.T)
    return tile, dice.uniform("stripe scale", 0.8, 1.35)


def _checked(dice: Dice) -> tuple[Index, float]:
    """Plaid, gingham, or a window-pane lattice."""
    tile = _blank()
    side = len(tile)
    kind = dice.pick("check", ("plaid", "gingham", "gingham", "pane"))
    count = dice.pick("checks", (3, 4, 5))
    step = side / count
    for k in range(count):
        start = round(k * step)
        if kind == "pane":
            wide = max(8, round(step * 0.13))
            tile[start : start + wide] = 1
            tile[:, start : start + wide] = 1
        else:
            wide = round(step * 0.5)
            tile[start : start + wide, :][:, :] |= 1
    if kind != "pane":
        rows = tile[:, :1] > 0
        columns = rows.T
        mesh = np.indices(tile.shape).sum(axis=0) // 3 % 2 == 0
        tile = np.where(rows & columns, 1, np.where((rows | columns) & mesh, 1, 0)).astype(np.uint8)
        if kind == "plaid":
            thin = max(6, round(step * 0.09))
            for k in range(count):
                middle = round((k + 0.75) * step) - thin // 2
                tile[middle : middle + thin] = 2
                tile[:, middle : middle + thin] = 2
    return tile, dice.uniform("check scale", 0.8, 1.5)


def _dotted(dice: Dice) -> tuple[Index, float]:
    tile = _blank()
    side = len(tile)
    count = dice.pick("dots", (4, 6, 8))
    radius = round(side / count * dice.uniform("dot size", 0.2, 0.31))
    for row in range(count):
        for column in range(count):
            x = (column + (0.5 if row % 2 else 0.0)) * side / count
            y = (row + 0.5) * side / count
            for shift in (-side, 0, side):
                cv2.circle(tile, (round(x + shift), round(y)), radius, 1, -1)
    return tile, dice.uniform("dot scale", 0.75, 1.2)


def _floral(dice: Dice) -> tuple[Index, float]:
    tile = _blank()
    rng = dice.generator("flowers")
    large = dice.chance("large flowers", 0.5)
    count, size = (9, 64) if large else (22, 36)
    for k in range(count):
        place_wrapped(tile, leaf_motif(), rng, size * 1.1, 2, (k, count))
    for k in range(count):
        place_wrapped(tile, flower(rng), rng, size, 1, (k, count))
        if rng.random() < 0.9:
            place_wrapped(tile, None, rng, size * 0.24, 2, (k, count))
    return tile, dice.uniform("flower scale", 0.8, 1.1)


def _all_over(dice: Dice) -> tuple[Index, float]:
    """Repeated motifs: the all-over kind of graphic."""
    tile = _blank()
    rng = dice.generator("motifs")
    kind = dice.pick("motif", ("star", "heart", "letters", "shapes"))
    count = 12
    for k in range(count):
        if kind == "letters":
            x, y = (k % 3) * 170 + 20, (k // 3) * 128 + 90
            word = ["LOVE", "NYC", "COOL", "STAR"][k % 4]
            cv2.putText(tile, word, (x, y), cv2.FONT_HERSHEY_DUPLEX, 1.7, 1 + k % 2, 7, cv2.LINE_8)
        else:
            shape = {
                "star": star(5),
                "heart": blob("heart"),
                "shapes": blob(("heart", "cat", "drop")[k % 3]),
            }[kind]
            place_wrapped(tile, shape, rng, 52, 1 + k % 2, (k, count))
    return tile, dice.uniform("motif scale", 0.8, 1.1)


def _camouflage(rng: np.random.Generator, _dice: Dice) -> Index:
    first, second = seamless(rng, 7, 9, 512), seamless(rng, 8, 8, 512)
    tile = _blank()
    tile[first > 0.25] = 1
    tile[second > 0.55] = 2
    return tile


def _animal(rng: np.random.Generator, dice: Dice) -> Index:
    tile = _blank()
    if dice.chance("zebra", 0.4):
        y = np.mgrid[0:512, 0:512][0].astype(np.float32)
        wave = np.sin(y * (2 * np.pi * 9 / 512) + 2.6 * seamless(rng, 5, 4, 512))
        tile[wave > 0.15] = 1
        return tile
    spots = seamless(rng, 17, 17, 512)
    tile[spots > 0.35] = 1
    tile[spots > 1.0] = 2
    return tile


def _tie_dye(rng: np.random.Generator, _dice: Dice) -> NDArray[np.float32]:
    y, x = np.mgrid[0:256, 0:256].astype(np.float32) - 128
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    swirl = np.sin(radius / 11 + 2 * angle + 1.3 * seamless(rng, 6, 6, 256))
    swirl *= np.clip((128 - np.maximum(np.abs(x), np.abs(y))) / 18, 0, 1)
    first = np.clip(0.5 + 0.8 * swirl, 0, 1)
    second = np.clip(0.9 * seamless(rng, 5, 5, 256), 0, 1) * (1 - first) * 0.8
    return np.stack([1 - first - second, first, second], -1)


def _argyle(_rng: np.random.Generator, _dice: Dice) -> Index:
    tile = _blank()
    for cy in (0, 256, 512):
        for cx in (0, 256, 512):
            ink = 1 if (cx + cy) // 256 % 2 == 0 else 0
            if ink:
                cv2.fillConvexPoly(
                    tile, np.array([[cx - 128, cy], [cx, cy - 200], [cx + 128, cy], [cx, cy + 200]]), 1
                )
    for shift in (-512, 0, 512):
        for slope in (1, -1):
            start = (shift - 100, -200 * slope + (0 if slope > 0 else 512))
            cv2.line(tile, start, (start[0] + 800, start[1] + 1250 * slope), 2, 9)
    return tile


def _nordic(rng: np.random.Generator, _dice: Dice) -> Index:
    small = np.zeros((32, 32), np.uint8)
    for row in range(0, 32, 8):
        kind = rng.integers(0, 3)
        for x in range(32):
            if kind == 0:
                small[row + abs(x % 8 - 4), x] = 1
                small[row + 5, x] = 2 if x % 2 else 1
            elif kind == 1:
                small[row + 1 + (x // 2) % 2, x] = 1
                small[row + 4 : row + 6, x] = 1 if x % 4 < 2 else 0
            else:
                small[row + 2, x] = 1 if x % 8 in {1, 4, 7} else 0
                small[row + 3, x] = 1 if x % 8 in {2, 3, 4, 5, 6} else 0
                small[row + 4, x] = 2 if x % 8 in {1, 4, 7} else 0
                small[row + 6, x] = 1
    return np.asarray(cv2.resize(small, (512, 512), interpolation=cv2.INTER_NEAREST), np.uint8)


def _other(dice: Dice) -> tuple[NDArray[np.uint8], float, str]:
    rng = dice.generator("other pattern")
    kind = dice.pick("other pattern", ("camouflage", "animal", "tie-dye", "argyle", "nordic"))
    if kind == "tie-dye":
        shares = _tie_dye(rng, dice)
        return np.round(shares * 255).astype(np.uint8), dice.uniform("dye scale", 0.9, 1.3), kind
    makers = {"camouflage": _camouflage, "animal": _animal, "argyle": _argyle, "nordic": _nordic}
    low, high = {"argyle": (1.6, 2.4), "nordic": (1.1, 1.6)}.get(kind, (0.8, 1.3))
    return _from_index(makers[kind](rng, dice)), dice.uniform("other scale", low, high), kind


_MAKERS = {
    "striped": _striped,
    "checked": _checked,
    "dotted": _dotted,
    "floral": _floral,
    "graphic": _all_over,
}


def make_pattern(pattern: str, dice: Dice) -> PatternTile | None:
    """The seamless tile of a pattern; None for solid cloth and for a single placed print."""
    if pattern == "solid" or (pattern == "graphic" and not dice.chance("all over", 0.3)):
        return None
    if pattern == "other":
        shares, scale, kind = _other(dice)
    else:
        index, scale = _MAKERS[pattern](dice)
        shares, kind = _from_index(index), pattern
    return PatternTile(shares, PATTERN_PX * scale, kind)

"""Photos in other colours and patterns, by calculation: pairs for a generator that is to work on photos.

No one knows what a photographed garment would look like in red; but inside its mask its main colour can be
moved to another shade with folds and weave kept, and a motif can be laid over a plain cloth with its shading.
Both are coarse (no seams, no drape), and used beside the renderings in the paired warm-up alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from fashion_studio.imaging.garment_square import garment_box
from fashion_studio.learning.amgan.pairs import EDITED, VariantSet, pattern_inks, pattern_motif
from fashion_studio.rendering.dice import Dice
from fashion_studio.rendering.motifs import make_print
from fashion_studio.rendering.palette import COLOR_NAMES, shade_of
from fashion_studio.rendering.patterns import PATTERN_PX, make_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["make_photo_variants", "printed", "recoloured"]

_NEAR: Final = 22.0
"""CIELAB distance from the main colour at which a pixel takes half of the change."""
_SHADING: Final = 0.85
"""How much of a pixel's own lightness about the main colour's stays under a new one."""
_STAMP_INKS: Final = (2, 3)
"""What a print's tile calls the garment's second and third ink."""
_UNIT: Final = 0.8
"""Garment unit (a chest's width) as a share of the root of the mask's area."""


def recoloured(
    square: NDArray[np.uint8], mask: NDArray[np.uint8], rgb: NDArray[np.floating]
) -> NDArray[np.uint8]:
    """The picture with the garment's main colour moved to another.

    Pixels near the main colour take its place in CIELAB, keeping their own lightness and chroma about it;
    other inks of a pattern stay.

    Args:
        square: (S, S, 3) uint8 RGB.
        mask: (S, S) uint8, 255 garment.
        rgb: (3,), 0 to 255.
    """
    lab, inside = _lab(square), mask > 200
    if not inside.any():
        return square
    main = _main_color(lab[inside])
    wanted = cv2.cvtColor((np.asarray(rgb, np.float32) / 255)[None, None], cv2.COLOR_RGB2LAB)[0, 0]
    off = lab - main
    near = 1.0 / (1.0 + (np.linalg.norm(off * (0.5, 1.0, 1.0), axis=2) / _NEAR) ** 4)
    new = wanted + off * (_SHADING, 0.5, 0.5)
    share = (near * (mask / 255.0))[..., None]
    return _rgb(share * new + (1 - share) * lab)


def printed(
    square: NDArray[np.uint8], mask: NDArray[np.uint8], pattern: str, color: str, dice: Dice
) -> NDArray[np.uint8]:
    """A plain garment with the set motif of a pattern laid over it, shaded as the cloth is.

    Args:
        square: (S, S, 3) uint8 RGB.
        mask: (S, S) uint8, 255 garment.
        pattern: a value of `EDITED["pattern"]` other than "solid".
        color: name of the garment's main colour, which decides the inks.
        dice: for the inks' exact shades.
    """
    box = garment_box(mask / 255.0)
    if box is None:
        return square
    lab = _lab(square)
    main = _main_color(lab[mask > 200]) if (mask > 200).any() else np.zeros(3)
    side = square.shape[0]
    unit_px = _UNIT * float(np.sqrt((mask / 255.0).sum()))
    x, y = np.meshgrid(np.arange(side) + 0.5 - box.x - box.width / 2, np.arange(side) + 0.5 - box.y)
    shares = _ink_shares(pattern, x / unit_px, y / unit_px)
    inks = np.stack([shade_of(name, dice) for name in pattern_inks(color)]).astype(np.float32) / 255
    ink_lab = cv2.cvtColor(inks[None], cv2.COLOR_RGB2LAB)[0]
    shade = np.zeros_like(lab)
    shade[..., 0] = _SHADING * (lab[..., 0] - main[0])
    cloth = 1 - shares.sum(axis=2, keepdims=True)
    new = cloth * lab + shares @ ink_lab + (1 - cloth) * shade
    share = (mask / 255.0)[..., None]
    return _rgb(share * new + (1 - share) * lab)


def make_photo_variants(
    squares: NDArray[np.uint8],
    masks: NDArray[np.uint8],
    known: Sequence[Mapping[str, str]],
    *,
    colors: int = 2,
    patterns: int = 1,
    seed: int = 0,
) -> VariantSet:
    """Each photo as it is, in other colours, and (a plain one) with patterns.

    Args:
        squares: (N, S, S, 3) uint8 RGB, cut out around the garment.
        masks: (N, S, S) uint8, 255 garment.
        known: per photo the values that are known of `EDITED`'s attributes; a main colour is needed for its
            variants, a plain pattern for its prints.
        colors: how many other colours.
        patterns: how many prints.
        seed: decides which.
    """
    found: list[tuple[NDArray[np.uint8], int, int, dict[str, str]]] = []
    names = list(EDITED)
    for index, (square, mask, values) in enumerate(zip(squares, masks, known, strict=True)):
        dice = Dice(seed + 7919 * index)
        found.append((square, index, -1, dict(values)))
        if "colors" not in values:
            continue
        others = dice.generator("colours").permutation([n for n in COLOR_NAMES if n != values["colors"]])
        for name in map(str, others[:colors]):
            new = recoloured(square, mask, shade_of(name, dice))
            found.append((new, index, names.index("colors"), {**values, "colors": name}))
        if values.get("pattern") != "solid":
            continue
        motifs = dice.generator("patterns").permutation([v for v in EDITED["pattern"] if v != "solid"])
        for pattern in map(str, motifs[:patterns]):
            new = printed(square, mask, pattern, values["colors"], dice)
            found.append((new, index, names.index("pattern"), {**values, "pattern": pattern}))
    return VariantSet(
        np.stack([square for square, *_ in found]),
        np.stack([masks[index] for _, index, _, _ in found]),
        np.array([index for _, index, _, _ in found], np.int32),
        np.array([which for _, _, which, _ in found], np.int8),
        np.array(
            [
                [
                    names_.index(own[name]) if own.get(name) in names_ else -1
                    for name, names_ in EDITED.items()
                ]
                for _, _, _, own in found
            ],
            np.int8,
        ),
    )


def _ink_shares(
    pattern: str, x_units: NDArray[np.floating], y_units: NDArray[np.floating]
) -> NDArray[np.float32]:
    """(S, S, 2): the shares of the second and third ink, at places in garment units from the top's middle."""
    dice = Dice(pattern_motif(pattern))
    tile = make_pattern(pattern, dice)
    if tile is not None:
        column, row = (
            np.asarray(plane * tile.per_unit % PATTERN_PX, np.float32) for plane in (x_units, y_units)
        )
        shares = tile.shares.astype(np.float32) / np.float32(255)
        laid = cv2.remap(shares, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        return np.asarray(laid[..., 1:], np.float32)
    stamp = make_print(dice)
    size = stamp.shape[0]
    across, top = 0.52, 0.3
    column = np.asarray((x_units / across + 0.5) * size, np.float32)
    row = np.asarray((y_units - top) / across * size, np.float32)
    planes = [(stamp == ink).astype(np.float32) for ink in _STAMP_INKS]
    return np.stack([cv2.remap(plane, column, row, cv2.INTER_LINEAR) for plane in planes], axis=2)


def _main_color(lab: NDArray[np.floating]) -> NDArray[np.float64]:
    """The middle of the densest part: a mean that is drawn to where most pixels are (mean shift, 8 turns)."""
    points = lab[:: max(1, len(lab) // 800)]
    start = np.median(points, axis=0)
    for _ in range(8):
        weight = np.exp(-((points - start) ** 2).sum(axis=1) / (2 * 18.0**2))
        start = (points * weight[:, None]).sum(axis=0) / max(float(weight.sum()), 1e-6)
    return np.asarray(start, np.float64)


def _lab(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def _rgb(lab: NDArray[np.floating]) -> NDArray[np.uint8]:
    rgb = cv2.cvtColor(np.asarray(lab, np.float32), cv2.COLOR_LAB2RGB)
    return np.asarray(np.rint(np.clip(rgb, 0, 1) * 255), np.uint8)

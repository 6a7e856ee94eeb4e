"""Garments in other colours and patterns, by calculation: pairs for the paired warm-up.

No one knows what a photographed garment would look like in red; but inside its mask its main colour can be
moved to another shade with folds and weave kept, and a motif can be laid over a plain cloth with its shading.
Both are coarse (no seams, no drape).

A motif has one place in the square, whatever garment is in it. A true pattern follows the cloth, and where
its next stripe falls, a plain garment does not tell: the mean of all that it might be is mush, and a
generator that learns by regression draws nothing at all. Renderings get their prints here, too
(`with_set_prints`); what an edit should have come to on the cloth itself is asked of the renderer when it is
measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from fashion_studio.learning.amgan.motifs import ink_shares
from fashion_studio.learning.amgan.pairs import EDITED, VariantSet, pattern_inks
from fashion_studio.rendering.dice import Dice
from fashion_studio.rendering.palette import COLOR_NAMES, shade_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["make_photo_variants", "printed", "recoloured", "with_set_prints"]

_NEAR: Final = 22.0
"""CIELAB distance from the main colour at which a pixel takes half of the change."""
_SHADING: Final = 0.85
"""How much of a pixel's own lightness about the main colour's stays under a new one."""


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
    return _inside(mask, _rgb(share * new + (1 - share) * lab), square)


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
    inside = mask > 200
    if not inside.any():
        return square
    lab = _lab(square)
    main = _main_color(lab[inside])
    shares = ink_shares(pattern, square.shape[0])
    inks = np.stack([shade_of(name, dice) for name in pattern_inks(color)]).astype(np.float32) / 255
    ink_lab = cv2.cvtColor(inks[None], cv2.COLOR_RGB2LAB)[0]
    shade = np.zeros_like(lab)
    shade[..., 0] = _SHADING * (lab[..., 0] - main[0])
    cloth = 1 - shares.sum(axis=2, keepdims=True)
    new = cloth * lab + shares @ ink_lab + (1 - cloth) * shade
    share = (mask / 255.0)[..., None]
    return _inside(mask, _rgb(share * new + (1 - share) * lab), square)


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


def with_set_prints(variants: VariantSet, seed: int = 0) -> VariantSet:
    """Rendered variants with each pattern printed on the plain garment, in place of those that were rendered.

    Garments without a plain picture (their own, or a variant) keep none of another pattern.

    Args:
        variants: renderings.
        seed: decides the inks' exact shades.
    """
    names = list(EDITED)
    at, solid = names.index("pattern"), EDITED["pattern"].index("solid")
    kept = (variants.edited != at) | (variants.values[:, at] == solid)
    added: list[tuple[NDArray[np.uint8], int, int]] = []
    plain = (variants.values[:, at] == solid) & np.isin(variants.edited, (-1, at))
    for row in np.flatnonzero(plain & (variants.values[:, 0] >= 0)):
        dice = Dice(seed + int(variants.garment[row]))
        color = COLOR_NAMES[variants.values[row, 0]]
        for value, pattern in enumerate(EDITED["pattern"]):
            if value != solid:
                new = printed(variants.squares[row], variants.masks[row], pattern, color, dice)
                added.append((new, int(row), value))
    rows = np.array([row for _, row, _ in added], np.intp)
    values = variants.values[rows].copy()
    values[:, at] = [value for _, _, value in added]
    order = np.argsort(np.concatenate([variants.garment[kept], variants.garment[rows]]), kind="stable")
    prints = np.stack([new for new, _, _ in added]) if added else variants.squares[:0]
    return VariantSet(
        np.concatenate([variants.squares[kept], prints])[order],
        np.concatenate([variants.masks[kept], variants.masks[rows]])[order],
        np.concatenate([variants.garment[kept], variants.garment[rows]])[order],
        np.concatenate([variants.edited[kept], np.full(len(rows), at, np.int8)])[order],
        np.concatenate([variants.values[kept], values])[order],
    )


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


def _inside(mask: NDArray[np.uint8], new: NDArray[np.uint8], old: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The old picture to the bit where the mask is 0: the way through CIELAB rounds."""
    return np.where(mask[..., None] > 0, new, old)


def _rgb(lab: NDArray[np.floating]) -> NDArray[np.uint8]:
    rgb = cv2.cvtColor(np.asarray(lab, np.float32), cv2.COLOR_LAB2RGB)
    return np.asarray(np.rint(np.clip(rgb, 0, 1) * 255), np.uint8)

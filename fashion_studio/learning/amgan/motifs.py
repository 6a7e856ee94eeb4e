"""The set motifs: one for each pattern, in one place of the square, whatever garment is in it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
import torch

from fashion_studio.learning.amgan.pairs import EDITED, pattern_motif
from fashion_studio.rendering.dice import Dice
from fashion_studio.rendering.motifs import make_print
from fashion_studio.rendering.patterns import PATTERN_PX, make_pattern

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fashion_studio.zoo.amgan import Generator

__all__ = ["ink_shares", "start_templates"]

INKS: Final = 2
_STAMP_INKS: Final = (2, 3)
"""What a print's tile calls the garment's second and third ink."""
_UNIT: Final = 0.42
"""Garment unit (a chest's width) as a share of the square's side: of a shirt that fills it."""
_PRINT_ROW: Final = 0.3
"""Where the upper edge of a placed print lies, as a share of the square's side."""


@cache
def ink_shares(pattern: str, side_px: int) -> NDArray[np.float32]:
    """(S, S, 2), 0 to 1: the shares of the second and third ink of a pattern's set motif in the square."""
    dice = Dice(pattern_motif(pattern))
    places = (np.arange(side_px, dtype=np.float32) + 0.5 - side_px / 2) / (_UNIT * side_px)
    across, down = np.meshgrid(places, places)
    tile = make_pattern(pattern, dice)
    if tile is not None:
        column, row = (np.asarray(plane * tile.per_unit % PATTERN_PX, np.float32) for plane in (across, down))
        shares = tile.shares.astype(np.float32) / np.float32(255)
        laid = cv2.remap(shares, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        return np.asarray(laid[..., 1:], np.float32)
    stamp = make_print(dice)
    size, width = stamp.shape[0], 0.52
    top = (_PRINT_ROW - 0.5) / _UNIT
    column = np.asarray((across / width + 0.5) * size, np.float32)
    row = np.asarray((down - top) / width * size, np.float32)
    planes = [(stamp == ink).astype(np.float32) for ink in _STAMP_INKS]
    return np.stack([cv2.remap(plane, column, row, cv2.INTER_LINEAR) for plane in planes], axis=2)


def start_templates(generator: Generator) -> None:
    """Lets the templates of the patterns begin as their motifs; others, and those beyond the inks, stay.

    Does nothing to a generator without templates, or of patterns that have no set motif.
    """
    config = generator.config
    if generator.templates is None or config.templates < INKS or "pattern" not in config.attributes:
        return
    first = config.slice_of("pattern").start
    with torch.no_grad():
        for place, pattern in enumerate(config.attributes["pattern"]):
            if pattern != "solid" and pattern in EDITED["pattern"]:
                planes = torch.from_numpy(ink_shares(pattern, config.size_px).copy()).permute(2, 0, 1)
                generator.templates[first + place, :INKS] = planes.to(generator.templates)

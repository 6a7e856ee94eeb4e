"""Garments whose surface says nothing about their cut, and the other way round.

`sampling.sample_spec` draws what is plausible: jeans are denim, leather is dark. Whoever asks what a network
learns from texture and what from shape needs both to be independent: here fabric, pattern and colours are
drawn for every garment from the same tables, whatever its category, sleeves, neckline, fit, length and pose.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from fashion_studio.rendering.dice import Dice
from fashion_studio.rendering.palette import COLOR_NAMES
from fashion_studio.rendering.sampling import sample_spec
from fashion_studio.rendering.tables import FABRICS, PATTERNS

if TYPE_CHECKING:
    from fashion_studio.rendering.spec import GarmentSpec

__all__ = ["SHAPE_ATTRIBUTES", "SURFACE_ATTRIBUTES", "sample_independent_spec"]

SURFACE_ATTRIBUTES: Final = ("pattern", "fabric", "colors")
SHAPE_ATTRIBUTES: Final = ("sleeve_length", "neckline", "fit", "length")

_FABRIC_NAMES: Final = tuple(sorted({name for table in FABRICS.values() for name in table}))
_INKS: Final = 3


def sample_independent_spec(seed: int) -> GarmentSpec:
    """Draws one garment: its shape as `sample_spec` does, its surface from tables that are the same for all.

    Fabrics, patterns and main colours are equally likely. The same seed gives the same garment.
    """
    shape = sample_spec(np.random.default_rng(seed))
    dice = Dice(int(np.random.default_rng((seed, 1)).integers(0, 2**62)))
    colors = list(COLOR_NAMES)
    inks = []
    for number in range(_INKS):
        inks.append(dice.pick(f"ink {number}", colors))
        colors.remove(inks[-1])
    pattern = dice.pick("pattern", tuple(PATTERNS))
    return replace(
        shape,
        pattern=pattern,
        fabric=dice.pick("fabric", _FABRIC_NAMES),
        colors=tuple(inks[:1] if pattern == "solid" else inks),
        fabric_seed=int(dice.uniform("fabric seed", 0, 2**31)),
    )

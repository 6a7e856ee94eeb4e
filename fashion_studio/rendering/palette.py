"""Colour names and the shades a person would still call by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fashion_studio.rendering.dice import Dice

__all__ = ["COLOR_NAMES", "COLOR_WEIGHTS", "SHADES", "contrasting", "shade_of"]

SHADES: Final[dict[str, tuple[tuple[int, int, int], ...]]] = {
    "black": ((24, 24, 26), (34, 33, 36), (20, 20, 22), (38, 36, 36)),
    "white": ((246, 246, 244), (240, 242, 244), (250, 250, 248)),
    "gray": ((140, 143, 148), (112, 114, 118), (164, 166, 170), (90, 93, 98), (128, 126, 124)),
    "beige": ((216, 195, 160), (205, 182, 150), (222, 200, 172), (206, 184, 150)),
    "brown": ((122, 78, 45), (100, 64, 42), (140, 92, 58), (88, 58, 40)),
    "khaki": ((138, 132, 80), (118, 114, 68), (150, 144, 98), (116, 114, 66)),
    "red": ((210, 47, 53), (196, 34, 42), (222, 50, 44), (202, 36, 50)),
    "burgundy": ((116, 25, 44), (104, 28, 42), (128, 32, 54), (92, 22, 38)),
    "orange": ((238, 123, 34), (232, 108, 40), (244, 140, 60), (224, 112, 46)),
    "yellow": ((242, 207, 46), (246, 220, 82), (236, 200, 50), (248, 226, 110)),
    "green": ((46, 139, 71), (38, 112, 62), (64, 152, 84), (30, 92, 56), (70, 156, 88)),
    "mint": ((159, 220, 194), (140, 208, 184), (174, 228, 204), (126, 202, 176)),
    "skyblue": ((140, 200, 238), (120, 188, 230), (160, 208, 238), (116, 188, 224)),
    "blue": ((47, 98, 208), (42, 90, 194), (60, 112, 204), (56, 104, 190)),
    "navy": ((31, 44, 86), (28, 36, 74), (38, 52, 96), (34, 46, 78)),
    "purple": ((122, 63, 168), (112, 58, 156), (138, 86, 180), (112, 56, 146)),
    "pink": ((242, 154, 184), (238, 136, 172), (244, 176, 198), (232, 112, 156)),
    "ivory": ((244, 236, 214), (246, 236, 210), (246, 238, 220)),
}
COLOR_NAMES: Final = tuple(SHADES)
COLOR_WEIGHTS: Final[dict[str, float]] = {
    "black": 2.4,
    "white": 1.8,
    "gray": 1.6,
    "beige": 1.0,
    "brown": 0.9,
    "khaki": 0.9,
    "red": 1.2,
    "burgundy": 0.9,
    "orange": 0.8,
    "yellow": 0.8,
    "green": 1.1,
    "mint": 0.8,
    "skyblue": 1.0,
    "blue": 1.6,
    "navy": 1.6,
    "purple": 0.9,
    "pink": 1.2,
    "ivory": 0.9,
}


def shade_of(name: str, dice: Dice, *, denim: bool = False) -> NDArray[np.float32]:
    """One shade of a named colour.

    Returns:
        (3,) float32 RGB, 0 to 255.
    """
    options = SHADES[name]
    if denim and name == "blue":
        options = ((64, 100, 158), (56, 92, 150), (72, 110, 172))
    base = np.array(dice.pick(f"shade of {name}", options), np.float32)
    jitter = dice.generator(f"jitter of {name}").normal(0.0, 1.0, 4)
    spread = 1.5 if name in {"black", "white", "ivory"} else 4.0
    shade = np.clip(base + spread * (0.6 * jitter[0] + 0.5 * jitter[1:]), 6, 254)
    grey = float(shade @ np.array([0.299, 0.587, 0.114]))
    return np.asarray(shade + dice.uniform(f"dullness of {name}", 0.0, 0.11) * (grey - shade), np.float32)


def contrasting(rgb: NDArray[np.float32], dice: Dice, name: str) -> NDArray[np.float32]:
    """A shade that stands out from another, for stitches, thin prints and trims."""
    luma = float(rgb @ np.array([0.299, 0.587, 0.114], np.float32))
    light = [(245, 244, 240), (236, 220, 190), (240, 205, 70), (244, 170, 190), (150, 205, 235)]
    dark = [(28, 28, 32), (34, 46, 84), (150, 30, 40), (40, 90, 60), (70, 50, 40)]
    return np.array(dice.pick(name, light if luma < 130 else dark), np.float32)

"""Heat maps: colour tables of ten stops with the opacity that keeps the photo readable, and blending."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["COLORMAPS", "OPACITY_DEFAULT", "blend_map", "colormap", "to_unit_range"]

OPACITY_DEFAULT: Final = 0.72
"""Position of the opacity slider at the start."""

_STOPS: Final = {
    "magma": "000004 180F3D 440F76 721F81 9E2F7F CD4071 F1605D FD9668 FECA8D FCFDBF",
    "cividis": "00224E 123570 3B496C 575D6D 707173 8A8678 A59C74 C3B369 E1CC55 FEE838",
    "viridis": "440154 482878 3E4A89 31688E 26828E 1F9E89 35B779 6DCD59 B4DE2C FDE725",
    "gray": "000000 1C1C1C 393939 555555 717171 8E8E8E AAAAAA C6C6C6 E3E3E3 FFFFFF",
}
_OPACITIES: Final = (0.0, 0.12, 0.30, 0.48, 0.60, 0.68, 0.74, 0.80, 0.84, 0.88)

COLORMAPS: Final = tuple(_STOPS)
"""Names that `colormap` knows: magma for class activation, cividis for landmarks, two to choose."""


@lru_cache(maxsize=len(_STOPS))
def colormap(name: str) -> NDArray[np.uint8]:
    """A colour table.

    Returns:
        (256, 4) uint8 RGBA, alpha not premultiplied, read-only; entry 0 is least and wholly transparent.

    Raises:
        KeyError: no table of this name.
    """
    stops = np.array([list(bytes.fromhex(code)) for code in _STOPS[name].split()], dtype=np.float64)
    rgba = np.column_stack([stops, np.array(_OPACITIES) * 255.0])
    places = np.linspace(0.0, len(rgba) - 1.0, 256)
    table = np.column_stack([np.interp(places, np.arange(len(rgba)), channel) for channel in rgba.T])
    table_uint8: NDArray[np.uint8] = np.rint(table).astype(np.uint8)
    table_uint8.setflags(write=False)
    return table_uint8


def to_unit_range(cam: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """Positive part of a class activation map by its greatest value: 0 to 1, all 0 without evidence."""
    positive = np.maximum(np.nan_to_num(np.asarray(cam, dtype=np.float32)), 0.0)
    peak = float(positive.max(initial=0.0))
    return np.asarray(positive / peak if peak > 0 else positive, dtype=np.float32)


def blend_map(
    image: NDArray[np.uint8], values: NDArray[Any], table: NDArray[np.uint8], opacity: float = 1.0
) -> NDArray[np.uint8]:
    """Lays a heat map over a photo.

    Args:
        image: (H, W, 3) uint8 RGB.
        values: (H, W), 0 to 1; beyond is clipped, NaN is 0.
        table: (256, 4) uint8 RGBA, as `colormap` returns it.
        opacity: of the whole layer, 0 to 1, times the table's own.

    Returns:
        (H, W, 3) uint8 RGB, a new array.

    Raises:
        ValueError: photo and map differ in size.
    """
    if image.shape[:2] != values.shape:
        msg = f"a map of {image.shape[:2]} is needed, not {values.shape}"
        raise ValueError(msg)
    index = (np.clip(np.nan_to_num(values), 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    alpha = table[:, 3:].astype(np.float32) * np.float32(opacity / 255.0)
    colour = table[:, :3].astype(np.float32) * alpha
    blended = image * (1.0 - alpha)[index] + colour[index]
    return np.asarray(np.rint(blended), dtype=np.uint8)

"""What is measured, not predicted, inside the mask that the network drew: the garment's colours and box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fashion_studio.domain.geometry import Affine, Box
from fashion_studio.imaging.colors import measure_palette
from fashion_studio.imaging.letterbox import map_to_image, resize
from fashion_studio.imaging.matting import mask_box, refine_mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from fashion_studio.domain.predictions import PaletteColor

__all__ = ["GarmentFacts", "garment_mask", "measure_garment"]

_MEASURED_SIDE_PX: Final = 192
_INSIDE: Final = 0.5


@dataclass(frozen=True, slots=True)
class GarmentFacts:
    """What was measured.

    Attributes:
        palette: named colours with shares, largest first; empty without a garment.
        box: of the mask, in image pixels; None without a garment.
        confidence: mean of the network's mask inside the garment, 0 without one.
    """

    palette: tuple[PaletteColor, ...]
    box: Box | None
    confidence: float


def garment_mask(
    image: NDArray[np.uint8], mask: NDArray[Any], to_input: Affine, input_px: int
) -> NDArray[np.float32]:
    """The network's mask brought to the photo's own pixels and edges.

    Args:
        image: (H, W, 3) uint8 RGB.
        mask: (h, w) garment probability over the network's input.
        to_input: from image pixels to input pixels.
        input_px: side of the input.

    Returns:
        (H, W) float32, 0 to 1.
    """
    height, width = image.shape[:2]
    return refine_mask(image, map_to_image(mask, to_input, input_px, width, height))


def measure_garment(
    image: NDArray[np.uint8],
    mask: NDArray[Any],
    to_input: Affine,
    input_px: int,
    colors: Sequence[tuple[str, tuple[int, int, int]]],
) -> GarmentFacts:
    """Measures on a small copy of the photo; the colours are those of the photo's own pixels.

    Args:
        image: (H, W, 3) uint8 RGB.
        mask: (h, w) garment probability over the network's input.
        to_input: from image pixels to input pixels.
        input_px: side of the input.
        colors: names with their sRGB reference; none means that colours are not measured.
    """
    height, width = image.shape[:2]
    scale = min(1.0, _MEASURED_SIDE_PX / max(height, width))
    small = resize(image, max(1, round(width * scale)), max(1, round(height * scale)))
    rows, columns = small.shape[:2]
    to_image = Affine(width / columns, height / rows, 0.0, 0.0)
    frame = Affine(
        to_image.scale_x * to_input.scale_x,
        to_image.scale_y * to_input.scale_y,
        to_input.shift_x,
        to_input.shift_y,
    )
    coarse = map_to_image(mask, frame, input_px, columns, rows)
    refined = refine_mask(small, coarse)
    box = mask_box(refined)
    if box is None:
        return GarmentFacts((), None, 0.0)
    inside = refined >= _INSIDE
    confidence = float(coarse[inside].mean())
    palette: tuple[PaletteColor, ...] = ()
    if colors:
        # Picked, not averaged: averaging red and white stripes would measure pink.
        picked_rows = ((np.arange(rows) + 0.5) * to_image.scale_y).astype(np.intp)
        picked_columns = ((np.arange(columns) + 0.5) * to_image.scale_x).astype(np.intp)
        palette = measure_palette(image[picked_rows[:, None], picked_columns], inside, colors)
    return GarmentFacts(palette, to_image.apply_box(box).clipped(width, height), confidence)

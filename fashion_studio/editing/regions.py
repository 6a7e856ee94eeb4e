"""Where an edit acts: the mask of every kind of region on the photo, before and after its threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from fashion_studio.domain.edits import RegionKind
from fashion_studio.imaging.garment_bands import collar_band, hem_band

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from fashion_studio.domain.edits import EditRegion, EditStep, PaintedMask
    from fashion_studio.domain.geometry import Box
    from fashion_studio.editing.sketch import Sketch

    Plane = NDArray[np.float32]

__all__ = ["SLEEVELESS", "SLEEVE_THRESHOLD", "Region", "find_region", "on_square"]

SLEEVELESS: Final = ("sleeve_length", "sleeveless")
"""The edit whose attention mask is the sleeves (AMGAN, section 4)."""
SLEEVE_THRESHOLD: Final = 0.9
"""AMGAN, section 4: values of that mask below it are noise."""

_NOTHING: Final = 1.0 / 255.0
_MISSING: Final = {
    RegionKind.GARMENT: "No garment was found in this photo",
    RegionKind.MATTING: "No garment was found in this photo",
    RegionKind.EDIT: "The generator found nothing to change for this edit",
    RegionKind.SLEEVE: "No sleeves were found in this photo",
    RegionKind.TORSO: "No torso was found in this photo",
    RegionKind.COLLAR: "No collar was found in this photo",
    RegionKind.HEM: "No hem was found in this photo",
    RegionKind.PAINTED: "Nothing is painted yet",
}


@dataclass(frozen=True, slots=True)
class Region:
    """A region of one photo.

    Attributes:
        shown: (h, w) float32, 0 to 1: with what was painted, before the threshold.
        found: (h, w): of the model's own, from the threshold on, without what was painted.
        drawn: (h, w, 2): painted and erased; None for neither.
        problem: why it is empty, a sentence; empty when it is not.
    """

    shown: Plane
    found: Plane
    drawn: Plane | None
    problem: str


def find_region(step: EditStep, sketch: Sketch, attention: Callable[[str, str], Plane]) -> Region:
    """The region of a step.

    Args:
        step: says which, from which threshold on, and what was painted.
        sketch: of the photo.
        attention: of an edit (attribute, value) of the picture as it is before this step, the mask (S, S) on
            the square; an edit that the generator does not know has an empty one.
    """
    kind, size = step.region.kind, sketch.garment.shape
    whole = np.zeros(size, np.float32)
    # Without a garment the square is the whole photo, and the attention says nothing of a garment.
    if kind is not RegionKind.PAINTED and sketch.box is not None:
        whole = _found(step, sketch, sketch.box, attention)
    found = np.where(whole >= max(step.threshold, _NOTHING), whole, np.float32(0.0))
    drawn = _drawn(step.region, size)
    problem = ""
    if not found.any() and (drawn is None or not drawn[..., 0].any()):
        reason = _MISSING[RegionKind.GARMENT if _needs_garment(step, sketch) else kind]
        problem = f"{reason}, so this edit changes nothing."
        if whole.any():
            problem = "The threshold leaves nothing of the region, so this edit changes nothing."
    return Region(_joined(whole, drawn), found, drawn, problem)


def on_square(region: Region, sketch: Sketch) -> Plane:
    """The region's mask (S, S) on the square, as the next step's picture is made with."""
    return sketch.on_square(_joined(region.found, region.drawn))


def _needs_garment(step: EditStep, sketch: Sketch) -> bool:
    return step.region.kind is not RegionKind.PAINTED and sketch.box is None


def _found(step: EditStep, sketch: Sketch, box: Box, attention: Callable[[str, str], Plane]) -> Plane:
    kind = step.region.kind
    if kind in {RegionKind.GARMENT, RegionKind.MATTING}:
        return sketch.garment
    if kind in {RegionKind.COLLAR, RegionKind.HEM}:
        band = collar_band if kind is RegionKind.COLLAR else hem_band
        found = band(sketch.reading.prediction.landmarks, box, sketch.garment.shape)
        return np.zeros_like(sketch.garment) if found is None else found * sketch.garment
    if kind is RegionKind.SLEEVE:
        return sketch.on_photo(attention(*SLEEVELESS))
    own = attention(step.attribute, step.value)
    if kind is RegionKind.TORSO:
        sleeves = attention(*SLEEVELESS)
        own = own * np.where(sleeves >= SLEEVE_THRESHOLD, 1 - sleeves, np.float32(1.0))
    return sketch.on_photo(own)


def _drawn(region: EditRegion, size: tuple[int, ...]) -> Plane | None:
    if region.painted is None and region.erased is None:
        return None
    return np.dstack([_resized(region.painted, size), _resized(region.erased, size)])


def _resized(mask: PaintedMask | None, size: tuple[int, ...]) -> Plane:
    if mask is None:
        return np.zeros(size, np.float32)
    values = mask.array()
    shrinks = values.size > size[0] * size[1]
    way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(values, (size[1], size[0]), interpolation=way), dtype=np.float32)


def _joined(mask: Plane, drawn: Plane | None) -> Plane:
    if drawn is None:
        return mask
    return np.asarray(np.maximum(mask, drawn[..., 0]) * (1.0 - drawn[..., 1]), dtype=np.float32)

"""Carries edits from the generator's small square up to the photo: strip by strip, all steps at once.

Every step is a function of the single pixel and of smooth planes that are stretched over the photo, so the
memory used does not grow with the photo, and pixels where no mask reaches are not touched at all.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from fashion_studio.imaging.change_fields import ChangeKind
from fashion_studio.imaging.matting import guided_filter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from fashion_studio.domain.geometry import Affine
    from fashion_studio.imaging.change_fields import ChangeFields

    Plane = NDArray[np.float32]

__all__ = ["Carried", "CarriedStep", "MaskFields", "carry", "edge_aware"]

_STRIP_PIXELS: Final = 1 << 17
_RADIUS_SHARE: Final = 0.016
_COVER_SHARE: Final = 0.008
_SHARP: Final = 1e-4
_SOFT: Final = 1e-2
_RIM: Final = {True: 0.2, False: 0.06}
_WORKERS: Final = 2


@dataclass(frozen=True, slots=True)
class MaskFields:
    """A mask that follows the photo's edges: a linear function of the photo's pixel, and what a hand drew.

    Attributes:
        edges: (h, w, 4) float32 over the whole photo: mask = edges[:3] · pixel + edges[3], 0 to 1 after that.
        drawn: (h2, w2, 2) float32 over the whole photo: painted and erased, 0 to 1; None for neither.
    """

    edges: Plane
    drawn: Plane | None = None


@dataclass(frozen=True, slots=True)
class CarriedStep:
    """One edit: what it changes, where, how strongly (0 to 1)."""

    change: ChangeFields
    mask: MaskFields
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Carried:
    """A photo with edits.

    Attributes:
        image: (H, W, 3) uint8.
        mask: (H, W) uint8, the most that any step's mask says; 0 where the picture is the photo's own pixel.
        step_masks: the same for each step alone.
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    step_masks: tuple[NDArray[np.uint8], ...]


def edge_aware(guide: NDArray[np.uint8], coarse: Plane, *, sharp: bool = True) -> Plane:
    """A coarse mask as a function of the photo that follows its edges; exactly 0 away from the coarse one.

    Args:
        guide: (h, w, 3) uint8 sRGB, the photo at some size.
        coarse: (h, w) float32, 0 to 1, the mask on it.
        sharp: whether the photo's edges decide. Otherwise, where the edit moves the garment's outline, which
            the photo cannot know, the mask's own rim stays about as soft as it is, a little further out, so
            that nothing of an old outline is left.

    Returns:
        `MaskFields.edges`.

    Source: He, Sun, "Fast guided filter", 2015.
    """
    side = max(guide.shape[:2])
    radius = max(1, round(_RADIUS_SHARE * side))
    if not sharp:
        cover = _disc(max(1, round(_COVER_SHARE * side)))
        coarse = np.asarray(cv2.dilate(coarse, cover), dtype=np.float32)
    a, b = guided_filter(
        guide.astype(np.float32) / np.float32(255.0), coarse, radius, _SHARP if sharp else _SOFT
    )
    # A filter never quite reaches 0 or 1: the rim of the range goes to them.
    rim = _RIM[sharp]
    span = np.float32(1.0 - 2.0 * rim)
    fields = np.dstack([a / span, (b - np.float32(rim)) / span])
    reach = cv2.dilate((coarse > 0).astype(np.uint8), _disc(radius))
    fields *= reach[..., None]
    return np.asarray(fields, dtype=np.float32)


def _disc(radius_px: int) -> NDArray[np.uint8]:
    side = 2 * radius_px + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), dtype=np.uint8)


def carry(image: NDArray[np.uint8], to_square: Affine, steps: Sequence[CarriedStep]) -> Carried:
    """Does all steps on a photo of any size.

    Args:
        image: (H, W, 3) uint8 sRGB; not changed.
        to_square: from this image's pixels to those of the square that the steps' changes lie on.
        steps: in the order in which they are done.
    """
    height, width = image.shape[:2]
    result = image.copy()
    masks = np.zeros((len(steps), height, width), np.uint8)
    top, bottom, left, right = _inside(to_square, steps, width, height)
    rows = max(8, _STRIP_PIXELS // max(right - left, 1))
    strips = [(start, min(start + rows, bottom)) for start in range(top, bottom, rows)]

    def work(strip: tuple[int, int]) -> None:
        place = (slice(*strip), slice(left, right))
        _carry_strip(
            image[place],
            result[place],
            masks[:, place[0], place[1]],
            _Window(strip[0], left, (height, width), to_square),
            steps,
        )

    if len(strips) < 2 * _WORKERS:
        for strip in strips:
            work(strip)
    else:
        with ThreadPoolExecutor(_WORKERS, "carry") as pool:
            list(pool.map(work, strips))
    whole = masks.max(axis=0) if len(steps) else np.zeros((height, width), np.uint8)
    return Carried(result, whole, tuple(masks))


@dataclass(frozen=True, slots=True)
class _Window:
    """A piece of the photo: where it begins, how large the photo is, and where the square lies."""

    top: int
    left: int
    size: tuple[int, int]
    to_square: Affine

    def of_square(self, planes: Plane, shape: tuple[int, int], *, smooth: bool) -> Plane:
        """Planes of the square under the window's pixels."""
        frame = self.to_square
        return self._sampled(
            planes, shape, (frame.scale_x, frame.scale_y), (frame.shift_x, frame.shift_y), smooth=smooth
        )

    def of_photo(self, planes: Plane, shape: tuple[int, int]) -> Plane:
        """Planes of the whole photo, of any size, under the window's pixels."""
        scale = (planes.shape[1] / self.size[1], planes.shape[0] / self.size[0])
        return self._sampled(planes, shape, scale, (0.0, 0.0), smooth=False)

    def _sampled(
        self,
        planes: Plane,
        shape: tuple[int, int],
        scale: tuple[float, float],
        shift: tuple[float, float],
        *,
        smooth: bool,
    ) -> Plane:
        # OpenCV counts from pixel centres, the frames from pixel corners.
        matrix = np.array(
            [
                [scale[0], 0.0, scale[0] * (self.left + 0.5) + shift[0] - 0.5],
                [0.0, scale[1], scale[1] * (self.top + 0.5) + shift[1] - 0.5],
            ]
        )
        way = cv2.INTER_CUBIC if smooth else cv2.INTER_LINEAR
        parts = [
            cv2.warpAffine(
                np.ascontiguousarray(planes[..., first : first + 4]),
                matrix,
                (shape[1], shape[0]),
                flags=way | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )
            for first in range(0, planes.shape[2], 4)
        ]
        return np.asarray(np.dstack(parts), dtype=np.float32)


def _carry_strip(
    photo: NDArray[np.uint8],
    result: NDArray[np.uint8],
    masks: NDArray[np.uint8],
    window: _Window,
    steps: Sequence[CarriedStep],
) -> None:
    """Writes into `result` and `masks` (steps, H, W) what becomes of this piece of the photo."""
    shape = photo.shape[:2]
    original = photo.astype(np.float32) * np.float32(1.0 / 255.0)
    current = original
    for step, kept in zip(steps, masks, strict=True):
        kept[:] = _mask(original, window, step.mask)
        if not kept.any():
            continue
        planes = window.of_square(step.change.planes, shape, smooth=step.change.kind is not ChangeKind.TONE)
        share = kept[..., None] * np.float32(step.strength / 255.0)
        current = current + share * (step.change.apply(current, planes) - current)
        current = np.clip(current, 0.0, 1.0)
    if current is not original:
        edited = np.rint(current * np.float32(255.0)).astype(np.uint8)
        np.copyto(result, edited, where=masks.max(axis=0)[..., None] > 0)


def _mask(original: Plane, window: _Window, fields: MaskFields) -> NDArray[np.uint8]:
    shape = original.shape[:2]
    edges = window.of_photo(fields.edges, shape)
    mask = np.einsum("hwc,hwc->hw", edges[..., :3], original)
    mask += edges[..., 3]
    np.clip(mask, 0.0, 1.0, out=mask)
    if fields.drawn is not None:
        drawn = window.of_photo(fields.drawn, shape)
        mask = np.maximum(mask, drawn[..., 0]) * (1.0 - drawn[..., 1])
    return np.asarray(np.rint(mask * np.float32(255.0)), dtype=np.uint8)


def _inside(
    to_square: Affine, steps: Sequence[CarriedStep], width: int, height: int
) -> tuple[int, int, int, int]:
    """Top, bottom, left, right of the part of the photo where the square lies and a mask may reach."""
    if not steps:
        return 0, 0, 0, 0
    side = steps[0].change.planes.shape[0]
    (left, top), (right, bottom) = to_square.inverse().apply(np.array([[0.0, 0.0], [side, side]]))
    lowest = np.array([height, width], float)
    highest = np.zeros(2)
    for step in steps:
        for planes in (step.mask.edges, step.mask.drawn):
            if planes is None:
                continue
            used = np.argwhere(planes.any(axis=2))
            if len(used):
                scale = np.array([height, width]) / planes.shape[:2]
                lowest = np.minimum(lowest, (used.min(axis=0) - 1) * scale)
                highest = np.maximum(highest, (used.max(axis=0) + 2) * scale)
    rows = max(0, math.ceil(max(top, lowest[0]))), min(height, math.floor(min(bottom, highest[0])))
    columns = max(0, math.ceil(max(left, lowest[1]))), min(width, math.floor(min(right, highest[1])))
    return rows[0], max(rows), columns[0], max(columns)

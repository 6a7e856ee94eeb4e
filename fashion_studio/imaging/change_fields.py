"""What an edit computed on a small square changes, as smooth fields that can be stretched over a large photo.

Not the small picture is carried up, but the change, as a function of the photo's own pixel v (sRGB, 0 to 1)
and its luma Y: detail that is finer than the square stays the photo's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from fashion_studio.imaging.colors import srgb_to_lab

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Plane = NDArray[np.float32]

__all__ = ["LUMA", "ChangeFields", "ChangeKind", "Surroundings", "change_fields", "luma_of"]

LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of the luma Y' of encoded sRGB (Rec. 601)."""

_SMALL_PX: Final = 48
_STEP_PX: Final = 3
_STEPS: Final = 3
_LIKE: Final = 12.0
_LIGHTNESS_WEIGHT: Final = 0.25
_MID_LIGHTNESS: Final = 50.0
_DARK_LIGHTNESS: Final = 10.0
_LEAST_GAIN: Final = 0.35
_MOST_GAIN: Final = 1.6
_DARKEST: Final = 0.02
_SAME_COLOR: Final = 0.10
_FABRIC: Final = 0.06
_UNCHANGED: Final = (0.02, 0.08)
_FAINT: Final = 1e-3


class ChangeKind(StrEnum):
    """What of the change is carried.

    TONE: colour. The generator's colour in large, the photo's folds, weave and light in small.
    PATTERN: the change at the square's resolution, and the photo's own detail as far as it is as faint as
        fabric is (an old pattern's sharp edges are not).
    PICTURE: the generator's picture where it differs from the photo; the photo's own detail elsewhere.
    """

    TONE = "tone"
    PATTERN = "pattern"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class ChangeFields:
    """The change as planes on the square; `apply` is told their values under each pixel of the photo.

    Attributes:
        planes: (S, S, C) float32: for TONE slope (3), offset (3), kept (1); else shift (3), base (3),
            replaced (1).
    """

    kind: ChangeKind
    planes: Plane

    def apply(self, pixels: Plane, planes: Plane) -> Plane:
        """The edited pixels.

        Args:
            pixels: (H, W, 3) float32, 0 to 1.
            planes: (H, W, 7), `self.planes` brought to the same pixels.

        Returns:
            (H, W, 3) float32, not clipped.
        """
        first, second, last = planes[..., :3], planes[..., 3:6], planes[..., 6:]
        if self.kind is ChangeKind.TONE:
            return np.asarray(first * luma_of(pixels)[..., None] + second + last * pixels)
        detail = pixels - second
        if self.kind is ChangeKind.PATTERN:
            detail -= np.clip(detail, -_FABRIC, _FABRIC)
        return np.asarray(pixels + first - last * detail)


def change_fields(
    kind: ChangeKind, before: Plane, after: Plane, mask: Plane, surroundings: Surroundings | None = None
) -> ChangeFields:
    """The change from `before` to `after`; where both are the same, the photo stays as it is.

    Args:
        kind: what of the change is to be carried.
        before: (S, S, 3) float32 sRGB, 0 to 1: the photo on the square.
        after: the same for the generator's picture z.
        mask: (S, S), 0 to 1: what lies outside the mask has no say in the colours inside.
        surroundings: of `before` and `mask`, if they are there from another change of the same.
    """
    if kind is ChangeKind.TONE:
        return ChangeFields(kind, _tone(after, surroundings or Surroundings(before, mask)))
    moved = np.abs(after - before).max(axis=2)
    low, high = _UNCHANGED
    replaced = np.clip((cv2.blur(moved, (3, 3)) - low) / (high - low), 0.0, 1.0)
    return ChangeFields(kind, np.dstack([after - before, before, replaced]).astype(np.float32))


def luma_of(pixels: Plane) -> Plane:
    """Luma (H, W) of (H, W, 3)."""
    return np.asarray(cv2.transform(pixels, LUMA[None]))


def _tone(after: Plane, around: Surroundings) -> Plane:
    """Out = after' · (1 + g·(Y - Y_before') / Y_after') + kept · (what the same says of before' itself).

    ' is the mean around (`Surroundings`). With g = Y_after' / Y_before' this is multiplication by a ratio,
    which keeps the relative contrast of folds and weave, as light on a matte fabric does (a ratio in linear
    light is one in the encoded values, too, but for sRGB's straight piece). g is bounded, so that the noise
    of black fabric does not become white fabric's, and white fabric's folds do not vanish in black.
    Chroma detail is kept where the colour hardly changes and goes where it does: red stripes on a blue
    shirt must not stay red.
    """
    old, new = around.own, around.mean(after)
    old_luma = np.maximum(luma_of(old), _DARKEST)
    new_luma = np.maximum(luma_of(new), _DARKEST)
    gain = np.clip(new_luma / old_luma, _LEAST_GAIN, _MOST_GAIN)
    kept = np.exp(-((np.linalg.norm(new - old, axis=2) / _SAME_COLOR) ** 2))[..., None]
    slope = new * (gain / new_luma)[..., None]
    offset = new - slope * old_luma[..., None]
    slope_old = old / old_luma[..., None]
    # What "apply" adds with weight kept is v; so what v itself would become without a change goes off here.
    return np.dstack([slope - kept * slope_old, offset, kept]).astype(np.float32)


class Surroundings:
    """Means over pixels of like chroma around each pixel, within a mask: a cross-bilateral filter.

    Shading changes luma and hardly chromaticity, so folds are averaged over, and red stripes are not mixed
    with white ones. Computed on a small copy, at every third pixel around.

    Attributes:
        own: the guide's own mean.
    """

    def __init__(self, guide: Plane, mask: Plane) -> None:
        """Of a guide (S, S, 3), sRGB 0 to 1, within a mask (S, S)."""
        self._side = guide.shape[0]
        small = _small(guide)
        lab = srgb_to_lab(small * np.float32(255.0)).astype(np.float32)
        chroma = lab[..., 1:] * (_MID_LIGHTNESS / (lab[..., :1] + _DARK_LIGHTNESS))
        features = np.dstack([chroma, lab[..., :1] * np.float32(_LIGHTNESS_WEIGHT)])
        weight = _small(mask) + np.float32(_FAINT)
        reach = _STEPS * _STEP_PX
        rim = ((reach, reach), (reach, reach))
        far, there = np.pad(features, (*rim, (0, 0)), "edge"), np.pad(weight, rim)
        around = range(0, 2 * reach + 1, _STEP_PX)
        self._weights = []
        for place in product(around, around):
            distance = ((_cut(far, place) - features) ** 2).sum(axis=2) / (2.0 * _LIKE**2)
            away = ((place[0] - reach) ** 2 + (place[1] - reach) ** 2) / (2.0 * reach**2 / 3.0)
            self._weights.append((place, _cut(there, place) * np.exp(-distance - away)))
        self._total = np.sum([each for _, each in self._weights], axis=0)[..., None]
        self.own = self.mean(guide)

    def mean(self, planes: Plane) -> Plane:
        """(S, S, C) to (S, S, C)."""
        reach = _STEPS * _STEP_PX
        padded = np.pad(_small(planes), ((reach, reach), (reach, reach), (0, 0)), "edge")
        total = sum(_cut(padded, place) * weight[..., None] for place, weight in self._weights)
        mean = np.asarray(total / self._total, np.float32)
        return np.asarray(cv2.resize(mean, (self._side, self._side), interpolation=cv2.INTER_LINEAR))


def _small(planes: Plane) -> Plane:
    return np.asarray(cv2.resize(planes, (_SMALL_PX, _SMALL_PX), interpolation=cv2.INTER_AREA))


def _cut(padded: Plane, place: tuple[int, int]) -> Plane:
    return padded[place[0] : place[0] + _SMALL_PX, place[1] : place[1] + _SMALL_PX]

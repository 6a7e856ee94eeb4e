"""A decoded photo ready to be painted at any zoom in a few milliseconds.

The picture is kept as a pyramid of halved levels, and once more at exactly the size at which it is first
shown, so that showing it is a plain copy of pixels. All of it is made in a worker thread; the window paints.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Adjustment", "PhotoImage", "Raster", "build_photo_image"]

_SMALLEST_LEVEL_PX: Final = 320


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Brightness and contrast for viewing only, each -100 to 100; never written anywhere."""

    brightness: int = 0
    contrast: int = 0

    @property
    def is_neutral(self) -> bool:
        """Whether the photo is shown as it is."""
        return self.brightness == 0 and self.contrast == 0

    def table(self) -> NDArray[np.uint8]:
        """256 output values: contrast turns about mid grey (a quarter to four times), brightness shifts."""
        values = np.arange(256, dtype=np.float32)
        gain = 4.0 ** (self.contrast / 100.0)
        shifted = (values - 127.5) * gain + 127.5 + self.brightness * 1.275
        table: NDArray[np.uint8] = np.clip(np.rint(shifted), 0, 255).astype(np.uint8)
        return table


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """One picture as BGRA bytes (H, W, 4) and as the QImage that looks at the same bytes."""

    pixels: NDArray[np.uint8]
    image: QImage

    @classmethod
    def of(cls, pixels: NDArray[np.uint8]) -> Raster:
        """Wraps contiguous BGRA bytes without copying them."""
        height, width = pixels.shape[:2]
        return cls(pixels, QImage(pixels.data, width, height, width * 4, QImage.Format.Format_RGB32))

    @property
    def width_px(self) -> int:
        """Width in its own pixels."""
        return int(self.pixels.shape[1])

    @property
    def height_px(self) -> int:
        """Height in its own pixels."""
        return int(self.pixels.shape[0])

    def adjusted(self, adjustment: Adjustment) -> Raster:
        """The same picture through brightness and contrast."""
        seen = np.empty_like(self.pixels)
        cv2.LUT(self.pixels, adjustment.table(), dst=seen)
        return Raster.of(seen)

    def resized(self, width_px: int, height_px: int) -> Raster:
        """The same picture at another size.

        Halving averages exactly; less than that is bilinear, as the painter does it while zooming, at a fifth
        of the time of averaging by area.
        """
        shrinks = 2 * width_px <= self.width_px and 2 * height_px <= self.height_px + 1
        how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        resized = np.empty((height_px, width_px, 4), np.uint8)
        cv2.resize(self.pixels, (width_px, height_px), dst=resized, interpolation=how)
        return Raster.of(resized)


@dataclass(slots=True, eq=False)
class PhotoImage:
    """A photo's pixels at several sizes.

    Attributes:
        width_px, height_px: of the upright photo, whatever the size of the largest level.
        levels: largest first; the largest is the photo itself when `is_full`.
        is_full: whether the photo's own pixels are there, or only a reduced decode of them.
    """

    width_px: int
    height_px: int
    levels: tuple[Raster, ...]
    is_full: bool
    fitted: Raster | None = None
    _adjusted: dict[tuple[int, Adjustment], Raster] = field(default_factory=dict, repr=False)

    @property
    def bytes_held(self) -> int:
        """Memory of all levels."""
        rasters = self.levels if self.fitted is None else (*self.levels, self.fitted)
        return sum(raster.pixels.nbytes for raster in rasters)

    def level_for(self, device_scale: float) -> Raster:
        """The smallest level that still has a pixel for every device pixel, else the largest.

        Args:
            device_scale: device pixels per image pixel.
        """
        for level in reversed(self.levels):
            if level.width_px >= self.width_px * device_scale - 1.0:
                return level
        return self.levels[0]

    def fitted_for(self, width_px: int, height_px: int) -> Raster:
        """The picture at exactly this many device pixels, made now if the worker has not made it."""
        fitted = self.fitted
        if fitted is None or (fitted.width_px, fitted.height_px) != (width_px, height_px):
            fitted = self.level_for(width_px / self.width_px).resized(width_px, height_px)
            self.fitted = fitted
        return fitted

    def seen_through(self, raster: Raster, adjustment: Adjustment) -> Raster:
        """A raster of this photo through an adjustment; the last one of each size is kept."""
        if adjustment.is_neutral:
            self._adjusted.clear()
            return raster
        key = (id(raster), adjustment)
        seen = self._adjusted.get(key)
        if seen is None:
            if len(self._adjusted) > 1:
                self._adjusted.clear()
            seen = self._adjusted[key] = raster.adjusted(adjustment)
        return seen


def build_photo_image(
    pixels: NDArray[np.uint8],
    photo_px: tuple[int, int],
    fitted_px: tuple[int, int] | None = None,
) -> PhotoImage:
    """The pyramid of a decoded photo. Made for worker threads: the heavy parts release the interpreter lock.

    Args:
        pixels: RGB bytes (H, W, 3), the upright photo or a reduced decode of it.
        photo_px: width and height of the upright photo itself.
        fitted_px: width and height in device pixels at which it will be shown first.
    """
    largest = np.empty((*pixels.shape[:2], 4), np.uint8)
    cv2.cvtColor(pixels, cv2.COLOR_RGB2BGRA, dst=largest)
    levels = [Raster.of(largest)]
    while max(levels[-1].width_px, levels[-1].height_px) >= 2 * _SMALLEST_LEVEL_PX:
        last = levels[-1]
        levels.append(last.resized(max(last.width_px // 2, 1), max(last.height_px // 2, 1)))
    is_full = (largest.shape[1], largest.shape[0]) == photo_px
    photo = PhotoImage(photo_px[0], photo_px[1], tuple(levels), is_full)
    if fitted_px is not None:
        photo.fitted_for(*fitted_px)
    return photo

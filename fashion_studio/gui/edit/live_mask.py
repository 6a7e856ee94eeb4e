"""The mask of the open edit as it is right now: threshold and brush show at once, the engine is not asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from fashion_studio.gui.canvas.outlines import outline_path
from fashion_studio.imaging.brush import Brush, MaskPainter

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QPainterPath

    from fashion_studio.domain.edits import PaintedMask
    from fashion_studio.gui.canvas.photo_image import PhotoImage

__all__ = ["LiveMask"]

_SIDE_PX: Final = 512
_LEAST_SHARE: Final = 2e-4


class LiveMask:
    """The region's mask as the engine sent it, under what has been painted since, cut at a threshold."""

    def __init__(self, photo: PhotoImage) -> None:
        """Of a photo that is on the screen."""
        self.photo_px = (photo.width_px, photo.height_px)
        scale = min(1.0, _SIDE_PX / max(self.photo_px))
        self._size = (max(round(self.photo_px[0] * scale), 8), max(round(self.photo_px[1] * scale), 8))
        self._photo = photo
        self._base: NDArray[np.float32] = np.zeros(self._size[::-1], np.float32)
        self._painter: MaskPainter | None = None
        self._last: tuple[float, float] | None = None
        self._before: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the mask that is drawn and painted."""
        return self._size

    @property
    def is_painting(self) -> bool:
        """Whether a stroke is under way."""
        return self._before is not None

    def set_base(self, mask: NDArray[np.uint8] | None) -> None:
        """The region's mask, (h, w) uint8 over the whole photo, before any threshold; None for none."""
        if mask is None:
            self._base = np.zeros(self._size[::-1], np.float32)
            return
        scaled = np.empty(self._size[::-1], np.uint8)
        how = cv2.INTER_AREA if mask.shape[1] > self._size[0] else cv2.INTER_LINEAR
        cv2.resize(np.ascontiguousarray(mask), self._size, dst=scaled, interpolation=how)
        self._base = scaled.astype(np.float32) / np.float32(255.0)

    def set_painted(self, painted: PaintedMask | None, erased: PaintedMask | None) -> None:
        """What the open edit's region has from the brush; a stroke under way goes on."""
        if self.is_painting:
            return
        if painted is None and erased is None:
            self._painter = None
        else:
            self._painter = self._new_painter(
                None if painted is None else painted.array(), None if erased is None else erased.array()
            )

    def _new_painter(
        self, painted: NDArray[np.float32] | None = None, erased: NDArray[np.float32] | None = None
    ) -> MaskPainter:
        level = self._photo.level_for(self._size[0] / self.photo_px[0]).resized(*self._size)
        return MaskPainter(np.ascontiguousarray(level.pixels[:, :, 2::-1]), painted, erased)

    # --- the brush

    def begin(self, x_px: float, y_px: float, brush: Brush) -> None:
        """A stroke begins at a point of the photo; the brush's radius is in pixels of the photo."""
        if self._painter is None:
            self._painter = self._new_painter()
        self._before = (self._painter.painted.copy(), self._painter.erased.copy())
        self._last = None
        self.move(x_px, y_px, brush)

    def move(self, x_px: float, y_px: float, brush: Brush) -> None:
        """And goes on to here."""
        if self._painter is None or not self.is_painting:
            return
        scale = self._size[0] / self.photo_px[0]
        point = (x_px * scale, y_px * scale)
        small = Brush(max(brush.radius_px * scale, 0.5), brush.hardness, brush.erases, brush.snaps)
        self._painter.line(self._last or point, point, small)
        self._last = point

    def end(self) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
        """The stroke is done: all that is painted and erased now; None if there was none."""
        if self._painter is None or not self.is_painting:
            return None
        self._before = self._last = None
        return self._painter.painted, self._painter.erased

    def drop(self) -> None:
        """The stroke is taken back."""
        if self._painter is not None and self._before is not None:
            self._painter.painted, self._painter.erased = self._before
        self._before = self._last = None

    # --- what it looks like

    def mask(self) -> NDArray[np.float32]:
        """(H, W) 0 to 1, before the threshold."""
        if self._painter is None:
            return self._base
        joined = np.maximum(self._base, self._painter.painted)
        joined *= 1.0 - self._painter.erased
        return joined

    def outline(self, threshold: float) -> QPainterPath:
        """The edge of what is at least the threshold, in image_px."""
        inside = (self.mask() >= max(threshold, 1e-3)).astype(np.uint8)
        return outline_path(inside, self.photo_px, least_share=_LEAST_SHARE)

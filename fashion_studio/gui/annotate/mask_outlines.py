"""Outlines of the garment mask: made in a thread, also for photos that come next, and kept."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from PySide6.QtCore import QObject, Signal

from fashion_studio.gui.canvas.outlines import outline_path

if TYPE_CHECKING:
    from collections.abc import Hashable

    from numpy.typing import NDArray
    from PySide6.QtGui import QPainterPath

    from fashion_studio.domain.predictions import Maps
    from fashion_studio.gui.bridge import Bridge
    from fashion_studio.gui.canvas.photo_image import PhotoImage

__all__ = ["MaskOutlines", "mask_outline"]

_MASK_SIDE_PX: Final = 512
_KEPT: Final = 512
_WAITING: Final = 8


class MaskOutlines(QObject):
    """Outlines of the photo on the screen and of its neighbours, so that a step waits for none.

    Signals:
        arrived: id of a photo whose outline is here now.
    """

    arrived = Signal(int)

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        # what is under way when the window goes has nobody left to tell
        self.destroyed.connect(lambda: bridge.forget("annotate.mask"))
        self._kept: OrderedDict[Hashable, QPainterPath] = OrderedDict()
        self._waiting: deque[tuple[int, PhotoImage, Maps]] = deque(maxlen=_WAITING)
        self._busy: Hashable = None

    def get(self, item_id: int, maps: Maps) -> QPainterPath | None:
        """The outline, if it is here."""
        key = _key(item_id, maps)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def want(self, item_id: int, photo: PhotoImage, maps: Maps) -> None:
        """Asks for an outline; the latest question is answered first, of many the oldest are dropped."""
        if self.get(item_id, maps) is None:
            self._waiting.append((item_id, photo, maps))
            self._go_on()

    def forget(self) -> None:
        """Another project: its photos have the same numbers."""
        self._waiting.clear()
        self._kept.clear()
        self._busy = None
        self._bridge.forget("annotate.mask")

    def _go_on(self) -> None:
        while self._busy is None and self._waiting:
            item_id, photo, maps = self._waiting.pop()
            if self.get(item_id, maps) is None:
                self._make(item_id, photo, maps)

    def _make(self, item_id: int, photo: PhotoImage, maps: Maps) -> None:
        key = self._busy = _key(item_id, maps)

        def done(outline: QPainterPath) -> None:
            self._busy = None
            self._kept[key] = outline
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            self.arrived.emit(item_id)
            self._go_on()

        self._bridge.submit(lambda: mask_outline(photo, maps), done, lane="annotate.mask")


def _key(item_id: int, maps: Maps) -> Hashable:
    return item_id, hash(maps.mask.tobytes()), maps.to_input


def mask_outline(photo: PhotoImage, maps: Maps) -> QPainterPath:
    """The garment's outline in image_px: the mask refined to the photo's edges, cut at one half.

    Made for worker threads; takes some tens of milliseconds.
    """
    from fashion_studio.imaging.matting import refine_mask  # noqa: PLC0415 - its libraries load slowly

    scale = _MASK_SIDE_PX / max(photo.width_px, photo.height_px)
    size = (max(round(photo.width_px * scale), 8), max(round(photo.height_px * scale), 8))
    level = photo.level_for(scale).resized(*size)
    image = np.ascontiguousarray(level.pixels[:, :, 2::-1])
    coarse = _mask_on_photo(maps, (photo.width_px, photo.height_px), size)
    refined = refine_mask(image, coarse)
    return outline_path((refined >= 0.5).astype(np.uint8), (photo.width_px, photo.height_px))


def _mask_on_photo(maps: Maps, photo_px: tuple[int, int], size: tuple[int, int]) -> NDArray[np.float32]:
    """The coarse mask, resampled from the network's square input to the photo's area; 0 to 1."""
    rows, columns = maps.mask.shape
    step_x = photo_px[0] / size[0] * maps.to_input.scale_x * columns / maps.input_px
    step_y = photo_px[1] / size[1] * maps.to_input.scale_y * rows / maps.input_px
    shift_x = 0.5 * step_x + maps.to_input.shift_x * columns / maps.input_px - 0.5
    shift_y = 0.5 * step_y + maps.to_input.shift_y * rows / maps.input_px - 0.5
    matrix = np.array([[step_x, 0.0, shift_x], [0.0, step_y, shift_y]])
    warped = np.empty((size[1], size[0]), np.float32)
    cv2.warpAffine(
        np.ascontiguousarray(maps.mask),
        matrix,
        size,
        dst=warped,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return warped

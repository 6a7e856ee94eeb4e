"""Outlines of the garment mask and what they look like: made in a thread, also for photos that come next."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import cv2
import numpy as np
from PySide6.QtCore import QObject, Signal

from fashion_studio.gui.canvas.layers import mask_picture
from fashion_studio.gui.canvas.outlines import outline_path

if TYPE_CHECKING:
    from collections.abc import Hashable

    from numpy.typing import NDArray
    from PySide6.QtGui import QPainterPath

    from fashion_studio.domain.predictions import Maps
    from fashion_studio.gui.bridge import Bridge
    from fashion_studio.gui.canvas.layers import CanvasView, MaskPicture
    from fashion_studio.gui.canvas.photo_image import PhotoImage

__all__ = ["MaskOutlines", "mask_outline"]

T = TypeVar("T")
_MASK_SIDE_PX: Final = 512
_KEPT: Final = 512
_PICTURES: Final = 32
"""A picture takes a megabyte or two, an outline next to nothing."""
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
        self._pictures: OrderedDict[Hashable, MaskPicture] = OrderedDict()
        self._waiting: deque[_Wish] = deque(maxlen=_WAITING)
        self._unpainted: deque[_Wish] = deque(maxlen=_WAITING)
        self._busy = False

    def get(self, item_id: int, maps: Maps) -> QPainterPath | None:
        """The outline, if it is here."""
        return _newest(self._kept, _key(item_id, maps))

    def picture(self, item_id: int, maps: Maps, view: CanvasView) -> MaskPicture | None:
        """What the outline looks like on this view, if it is here."""
        found = _newest(self._pictures, _key(item_id, maps))
        return found if found is not None and found.fits(view) else None

    def want(self, item_id: int, photo: PhotoImage, maps: Maps, view: CanvasView | None = None) -> None:
        """Asks for an outline; the latest question is answered first, of many the oldest are dropped.

        `view` asks for its picture, too, once no outline is waited for.
        """
        wish = _Wish(item_id, photo, maps, view)
        if self.get(item_id, maps) is None:
            self._waiting.append(wish)
        elif view is not None and self.picture(item_id, maps, view) is None:
            self._unpainted.append(wish)
        self._go_on()

    def forget(self) -> None:
        """Another project: its photos have the same numbers."""
        self._waiting.clear()
        self._unpainted.clear()
        self._kept.clear()
        self._pictures.clear()
        self._busy = False
        self._bridge.forget("annotate.mask")

    def _go_on(self) -> None:
        while not self._busy and self._waiting:
            wish = self._waiting.pop()
            if self.get(wish.item_id, wish.maps) is None:
                self._make_outline(wish)
        while not self._busy and self._unpainted:
            wish = self._unpainted.pop()
            outline = self.get(wish.item_id, wish.maps)
            if wish.view is None or outline is None:
                continue
            if self.picture(wish.item_id, wish.maps, wish.view) is None:
                self._make_picture(wish, outline, wish.view)

    def _make_outline(self, wish: _Wish) -> None:
        def done(outline: QPainterPath) -> None:
            self._busy = False
            _keep(self._kept, _key(wish.item_id, wish.maps), outline, _KEPT)
            if wish.view is not None:
                self._unpainted.append(wish)
            self.arrived.emit(wish.item_id)
            self._go_on()

        self._busy = True
        self._bridge.submit(lambda: mask_outline(wish.photo, wish.maps), done, lane="annotate.mask")

    def _make_picture(self, wish: _Wish, outline: QPainterPath, view: CanvasView) -> None:
        def done(picture: MaskPicture) -> None:
            self._busy = False
            _keep(self._pictures, _key(wish.item_id, wish.maps), picture, _PICTURES)
            self.arrived.emit(wish.item_id)
            self._go_on()

        self._busy = True
        self._bridge.submit(lambda: mask_picture(outline, view), done, lane="annotate.mask")


@dataclass(frozen=True, slots=True, eq=False)
class _Wish:
    item_id: int
    photo: PhotoImage
    maps: Maps
    view: CanvasView | None


def _newest(kept: OrderedDict[Hashable, T], key: Hashable) -> T | None:
    found = kept.get(key)
    if found is not None:
        kept.move_to_end(key)
    return found


def _keep(kept: OrderedDict[Hashable, T], key: Hashable, made: T, at_most: int) -> None:
    kept[key] = made
    kept.move_to_end(key)
    while len(kept) > at_most:
        kept.popitem(last=False)


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

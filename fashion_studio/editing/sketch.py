"""A photo made ready to be edited: read once, its garment found, its square cut out; results are kept."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import numpy as np

from fashion_studio.domain.geometry import Affine, Box
from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.imaging.garment_square import garment_box, garment_frame, warp_to_square
from fashion_studio.imaging.letterbox import map_to_image, resize
from fashion_studio.imaging.matting import refine_mask

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from numpy.typing import NDArray

    from fashion_studio.domain.edits import Doubt
    from fashion_studio.domain.predictions import Reading

    Plane = NDArray[np.float32]

__all__ = ["MASK_SIDE_PX", "Kept", "Sketch", "make_sketch"]

MASK_SIDE_PX: Final = 640
"""Long side of the photo on which masks are made and follow its edges; they are stretched from there."""

_T = TypeVar("_T")


class Kept(Generic[_T]):
    """The last few results by what they were computed from."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: OrderedDict[Hashable, _T] = OrderedDict()

    def __contains__(self, key: Hashable) -> bool:
        return key in self._entries

    def __getitem__(self, key: Hashable) -> _T:
        self._entries.move_to_end(key)
        return self._entries[key]

    def __setitem__(self, key: Hashable, result: _T) -> None:
        self._entries[key] = result
        while len(self._entries) > self._most:
            self._entries.popitem(last=False)

    def get(self, key: Hashable, compute: Callable[[], _T]) -> _T:
        """The result for this key, computed if it is not here."""
        if key not in self:
            self[key] = compute()
        return self[key]


@dataclass(slots=True)
class Sketch:
    """What all edits of one photo begin with.

    Attributes:
        small: (h, w, 3) uint8, the photo with its long side at most `MASK_SIDE_PX`.
        reading: what the reading model says of it, in its pixels.
        garment: (h, w) float32, 0 to 1, the garment mask at its edges.
        box: of the garment, in its pixels; None when none was found.
        frame: from its pixels to the square's.
        square: (S, S, 3) float32 sRGB, 0 to 1, what the generator sees.
        answers, masks: what was computed of it, by steps.
        doubt: once it was asked for.
    """

    small: NDArray[np.uint8] = field(repr=False)
    reading: Reading = field(repr=False)
    garment: Plane = field(repr=False)
    box: Box | None
    frame: Affine
    square: Plane = field(repr=False)
    answers: Kept[Any] = field(default_factory=lambda: Kept(64), repr=False)
    masks: Kept[Any] = field(default_factory=lambda: Kept(12), repr=False)
    doubt: Doubt | None = None

    @property
    def category(self) -> str:
        """What the garment is, as the reading model says; empty without a garment, or if it does not say."""
        found = self.reading.prediction.attributes.get(CATEGORY) if self.box is not None else None
        return "" if found is None else found.value

    def frame_of(self, width_px: int, height_px: int) -> Affine:
        """From the pixels of the same photo at another size to the square's."""
        scale_x, scale_y = self.small.shape[1] / width_px, self.small.shape[0] / height_px
        frame = self.frame
        return Affine(frame.scale_x * scale_x, frame.scale_y * scale_y, frame.shift_x, frame.shift_y)

    def on_square(self, mask: Plane) -> Plane:
        """A mask (h, w) of the photo, seen on the square (S, S); 0 beyond the photo."""
        side = self.square.shape[0]
        rim = np.pad(mask, 1)
        frame = self.frame
        shifted = Affine(
            frame.scale_x, frame.scale_y, frame.shift_x - frame.scale_x, frame.shift_y - frame.scale_y
        )
        as_bytes = np.rint(rim * 255.0).astype(np.uint8)
        return np.asarray(warp_to_square(as_bytes, shifted, side), np.float32) / np.float32(255.0)

    def on_photo(self, mask: Plane) -> Plane:
        """A mask (S, S) of the square on the photo (h, w); 0 beyond the square."""
        height, width = self.small.shape[:2]
        found = map_to_image(mask, self.frame, mask.shape[0], width, height)
        (left, top), (right, bottom) = self.frame.inverse().apply(np.array([[0.0, 0.0], [mask.shape[0]] * 2]))
        rows, columns = np.arange(height) + 0.5, np.arange(width) + 0.5
        found[(rows < top) | (rows > bottom)] = 0.0
        found[:, (columns < left) | (columns > right)] = 0.0
        return found


def make_sketch(
    image: NDArray[np.uint8],
    read: Callable[[NDArray[np.uint8]], Reading],
    size_px: int,
    margin: float,
) -> Sketch:
    """Reads a photo and cuts its square out.

    Args:
        image: (H, W, 3) uint8 sRGB; 1,024 px are enough.
        read: the reading model, with maps.
        size_px: side of the generator's square.
        margin: around the garment's box, see `garment_frame`.
    """
    height, width = image.shape[:2]
    scale = min(1.0, MASK_SIDE_PX / max(height, width))
    small = resize(image, max(1, round(width * scale)), max(1, round(height * scale)))
    rows, columns = small.shape[:2]
    reading = read(small)
    maps = reading.maps
    garment = np.zeros((rows, columns), np.float32)
    if maps is not None:
        garment = refine_mask(small, map_to_image(maps.mask, maps.to_input, maps.input_px, columns, rows))
    box = garment_box(garment)
    frame = garment_frame(box or Box(0.0, 0.0, columns, rows), size_px, margin if box else 0.0)
    square = warp_to_square(small, frame, size_px).astype(np.float32) / np.float32(255.0)
    return Sketch(small, reading, garment, box, frame, square)

"""Heat maps: from a network's coarse map to a coloured picture that lies exactly on the photo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fashion_studio.domain.geometry import Affine

__all__ = ["colored", "field_on_photo", "premultiplied_table"]

_FINE_SIDE: Final = 224
"""warpAffine rounds positions to 1/32 of a source pixel; on a finer source that step cannot be seen."""
_LEAST_PEAK: Final = 1e-6


def premultiplied_table(rgba: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """256 colours with opacity (256, 4) as premultiplied 0xAARRGGBB words."""
    table = rgba.astype(np.int64)
    alpha = table[:, 3]
    red, green, blue = ((table[:, channel] * alpha + 127) // 255 for channel in range(3))
    words = (alpha << 24) | (red << 16) | (green << 8) | blue
    return words.astype(np.uint32)


def field_on_photo(
    field: NDArray[np.float32],
    to_input: Affine,
    input_px: int,
    photo_px: tuple[int, int],
    target_px: tuple[int, int],
) -> NDArray[np.float32]:
    """A map of the network's whole square input, resampled to the photo's own area.

    Args:
        field: (h, w), covers the whole input.
        to_input: from upright image pixels to input pixels.
        input_px: side of the input.
        photo_px: width and height of the photo.
        target_px: width and height of the result.

    Returns:
        float32 (target height, target width): the positive part over its own peak inside the photo, 0 to 1;
        all zero when nothing is positive.
    """
    rows, columns = field.shape
    grow = max(1, round(_FINE_SIDE / max(rows, columns)))
    fine = cv2.resize(
        np.ascontiguousarray(field), (columns * grow, rows * grow), interpolation=cv2.INTER_CUBIC
    )
    rows, columns = fine.shape
    # From the centre of target pixel i to the photo, on to the input, on to a position in `fine`.
    step_x = photo_px[0] / target_px[0] * to_input.scale_x * columns / input_px
    step_y = photo_px[1] / target_px[1] * to_input.scale_y * rows / input_px
    start_x = 0.5 * step_x + to_input.shift_x * columns / input_px - 0.5
    start_y = 0.5 * step_y + to_input.shift_y * rows / input_px - 0.5
    matrix = np.array([[step_x, 0.0, start_x], [0.0, step_y, start_y]])
    warped = np.empty((target_px[1], target_px[0]), np.float32)
    cv2.warpAffine(
        fine,
        matrix,
        target_px,
        dst=warped,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    np.maximum(warped, 0.0, out=warped)
    peak = float(warped.max())
    if peak < _LEAST_PEAK:
        return np.zeros_like(warped)
    warped /= np.float32(peak)
    return warped


def colored(
    field: NDArray[np.float32], table: NDArray[np.uint32], size_px: tuple[int, int] | None = None
) -> QImage:
    """A field of 0 to 1 through a table of premultiplied words; the image owns its pixels.

    Args:
        field: (h, w), 0 to 1.
        table: 256 words.
        size_px: width and height of the image; the field's own when None. Stretching the 256 levels instead
            of the field is four times as fast and cannot be told from it.
    """
    index = np.minimum(field * 255.0 + 0.5, 255.0).astype(np.uint8)
    if size_px is not None and size_px != (index.shape[1], index.shape[0]):
        stretched = np.empty((size_px[1], size_px[0]), np.uint8)
        cv2.resize(index, size_px, dst=stretched, interpolation=cv2.INTER_CUBIC)
        index = stretched
    height, width = index.shape
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    words = np.frombuffer(image.bits(), dtype=np.uint32).reshape(height, width)
    np.take(table, index, out=words, mode="clip")
    return image

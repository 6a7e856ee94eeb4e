"""Where the photo lies in the widget.

Two frames: `image_px` are upright image pixels (origin at the corner of the first pixel, so centres lie at
half integers), `view_px` are the widget's logical pixels. Device pixels are `view_px` times the screen's
ratio.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF

__all__ = ["MARGIN_X_PX", "MARGIN_Y_PX", "MAX_ZOOM", "ViewFrame", "fit_frame", "kept_in_view", "zoomed_at"]

MARGIN_X_PX: Final = 56.0
MARGIN_Y_PX: Final = 52.0
MAX_ZOOM: Final = 32.0
"""Device pixels per image pixel at the closest zoom."""
_MIN_SIDE_PX: Final = 48.0
_KEEP_PX: Final = 64.0


@dataclass(frozen=True, slots=True)
class ViewFrame:
    """view_px = image_px * scale + shift. `fitted` says that the frame follows the widget's size."""

    scale: float = 1.0
    shift_x: float = 0.0
    shift_y: float = 0.0
    fitted: bool = False

    def to_view(self, x_px: float, y_px: float) -> QPointF:
        """A point of the image in the widget."""
        return QPointF(x_px * self.scale + self.shift_x, y_px * self.scale + self.shift_y)

    def to_image(self, point: QPointF) -> tuple[float, float]:
        """A point of the widget in the image; may lie outside of it."""
        return (point.x() - self.shift_x) / self.scale, (point.y() - self.shift_y) / self.scale

    def photo_rect(self, width_px: int, height_px: int) -> QRectF:
        """The whole photo in view_px."""
        return QRectF(self.shift_x, self.shift_y, width_px * self.scale, height_px * self.scale)


def _snapped(value: float, ratio: float) -> float:
    return round(value * ratio) / ratio


def fit_frame(
    image_px: tuple[int, int],
    view_px: tuple[float, float],
    ratio: float,
    margins_px: tuple[float, float] = (MARGIN_X_PX, MARGIN_Y_PX),
) -> ViewFrame:
    """The whole photo between the floating bars, its edges on device pixels.

    Args:
        image_px: width and height of the upright photo.
        view_px: width and height of the widget.
        ratio: device pixels per logical pixel.
        margins_px: what stays free at the sides, and above and below.
    """
    width, height = max(image_px[0], 1), max(image_px[1], 1)
    room_x = max(view_px[0] - 2 * margins_px[0], _MIN_SIDE_PX)
    room_y = max(view_px[1] - 2 * margins_px[1], _MIN_SIDE_PX)
    scale = min(room_x / width, room_y / height, MAX_ZOOM / ratio)
    shift_x = _snapped((view_px[0] - width * scale) / 2, ratio)
    shift_y = _snapped((view_px[1] - height * scale) / 2, ratio)
    return ViewFrame(scale, shift_x, shift_y, fitted=True)


def zoomed_at(frame: ViewFrame, scale: float, anchor: QPointF, ratio: float) -> ViewFrame:
    """The frame at another scale with the image point under `anchor` kept in its place."""
    scale = min(max(scale, 0.01), MAX_ZOOM / ratio)
    x_px, y_px = frame.to_image(anchor)
    shift_x = _snapped(anchor.x() - x_px * scale, ratio)
    shift_y = _snapped(anchor.y() - y_px * scale, ratio)
    return ViewFrame(scale, shift_x, shift_y)


def kept_in_view(frame: ViewFrame, image_px: tuple[int, int], view_px: tuple[float, float]) -> ViewFrame:
    """The frame moved as little as needed for a piece of the photo to stay in the widget."""
    rect = frame.photo_rect(*image_px)
    keep_x = min(_KEEP_PX, rect.width())
    keep_y = min(_KEEP_PX, rect.height())
    shift_x = min(max(frame.shift_x, keep_x - rect.width()), view_px[0] - keep_x)
    shift_y = min(max(frame.shift_y, keep_y - rect.height()), view_px[1] - keep_y)
    if (shift_x, shift_y) == (frame.shift_x, frame.shift_y):
        return frame
    return ViewFrame(frame.scale, shift_x, shift_y, frame.fitted)

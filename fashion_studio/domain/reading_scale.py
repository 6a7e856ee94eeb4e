"""Readings made from a smaller copy of a photo, brought to the photo's own pixels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fashion_studio.domain.geometry import Affine, Box
from fashion_studio.domain.predictions import Reading

if TYPE_CHECKING:
    from fashion_studio.domain.predictions import Maps, Prediction

__all__ = ["scaled_reading"]


def scaled_reading(reading: Reading, width_px: int, height_px: int) -> Reading:
    """The same reading with its coordinates in an upright image of this size.

    Large photos are decoded at a reduced size before they are read; everything outside the engine speaks in
    pixels of the full upright image. Maps stay as they are, only the way into their frame changes.
    """
    old = reading.prediction
    if (old.width_px, old.height_px) == (width_px, height_px):
        return reading
    scale = Affine(width_px / old.width_px, height_px / old.height_px, 0.0, 0.0)
    maps = None if reading.maps is None else _scaled_maps(reading.maps, scale)
    return Reading(_scaled_prediction(old, scale, width_px, height_px), maps, reading.features)


def _scaled_prediction(old: Prediction, scale: Affine, width_px: int, height_px: int) -> Prediction:
    box = old.box
    return replace(
        old,
        width_px=width_px,
        height_px=height_px,
        box=box
        and Box(
            box.x * scale.scale_x,
            box.y * scale.scale_y,
            box.width * scale.scale_x,
            box.height * scale.scale_y,
        ),
        landmarks=tuple(
            replace(point, x=point.x * scale.scale_x, y=point.y * scale.scale_y) for point in old.landmarks
        ),
    )


def _scaled_maps(old: Maps, scale: Affine) -> Maps:
    way = old.to_input
    return replace(
        old,
        to_input=Affine(way.scale_x / scale.scale_x, way.scale_y / scale.scale_y, way.shift_x, way.shift_y),
    )

"""The cut of any category."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fashion_studio.rendering.dice import Dice
from fashion_studio.rendering.silhouettes.lowers import dress_layout, legs_layout, skirt_layout
from fashion_studio.rendering.silhouettes.small import hat_layout, shoes_layout
from fashion_studio.rendering.silhouettes.uppers import upper_layout

if TYPE_CHECKING:
    from fashion_studio.rendering.layout import Layout
    from fashion_studio.rendering.spec import GarmentSpec

__all__ = ["build_layout"]

_BUILDERS = {
    "dress": dress_layout,
    "skirt": skirt_layout,
    "pants": legs_layout,
    "shorts": legs_layout,
    "hat": hat_layout,
    "shoes": shoes_layout,
}


def build_layout(spec: GarmentSpec) -> Layout:
    """Parts, seams and landmarks of the specified garment, in garment units."""
    return _BUILDERS.get(spec.category, upper_layout)(spec, Dice(spec.shape_seed))

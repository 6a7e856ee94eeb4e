"""Type scale, spacing, sizes and durations, in px at 100 % text size and in ms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["DURATION_MS", "RADIUS", "SIZE", "SPACE", "TYPE", "TypeStep"]


@dataclass(frozen=True, slots=True)
class TypeStep:
    """One step of the type scale."""

    size_px: int
    line_px: int


TYPE: Final[dict[str, TypeStep]] = {
    "caption": TypeStep(11, 16),
    "small": TypeStep(12, 16),
    "body": TypeStep(13, 20),
    "lead": TypeStep(15, 24),
    "title": TypeStep(20, 28),
    "display": TypeStep(28, 36),
    "stage": TypeStep(56, 64),
}

SPACE: Final = (4, 8, 12, 16, 20, 24, 32, 40, 64)

RADIUS: Final[dict[str, int]] = {"bar": 2, "cap": 4, "badge": 5, "control": 6, "card": 8}

SIZE: Final[dict[str, int]] = {
    "rail": 64,
    "rail_narrow": 48,
    "top_bar": 44,
    "filter_bar": 40,
    "tabs": 36,
    "status_bar": 28,
    "neighbours": 136,
    "neighbours_narrow": 80,
    "inspector": 372,
    "inspector_narrow": 312,
    "facets": 256,
    "chip": 24,
    "control": 28,
    "control_large": 32,
    "attribute_row": 36,
    "attribute_row_narrow": 32,
    "value_row": 28,
    "bulk_bar": 48,
    "banner": 40,
    "window_min_width": 1024,
    "window_min_height": 700,
    "narrow_below": 1200,
}

DURATION_MS: Final[dict[str, int]] = {
    "hover_out": 80,
    "toggle": 120,
    "fold": 160,
    "overlay_fade": 180,
    "show_progress_after": 300,
    "toast": 6000,
    "tooltip": 10_000,
    "ready_banner": 3000,
}

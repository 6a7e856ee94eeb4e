"""The few colours and the font that the canvas paints with, taken from the theme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QFont

    from fashion_studio.gui.theme.theme import Theme

__all__ = ["CanvasInk", "canvas_ink"]


@dataclass(frozen=True, slots=True)
class CanvasInk:
    """Colours on a photo (the same in both themes), the ground around it, and the font of the plates."""

    around: QColor
    left: QColor
    right: QColor
    white: QColor
    ground: QColor
    plate_font: QFont


def canvas_ink(theme: Theme) -> CanvasInk:
    """The theme's colours for a canvas."""
    return CanvasInk(
        around=theme.color("canvas"),
        left=theme.photo_color("left"),
        right=theme.photo_color("right"),
        white=theme.photo_color("frame"),
        ground=theme.photo_color("ground"),
        plate_font=theme.font("caption", 500),
    )

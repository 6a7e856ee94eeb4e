"""Text, plates and rounded bars on RGB arrays, antialiased, for pictures that are drawn without a window."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["Fonts", "TextStyle", "blend", "draw_round_rect"]

Rgb = tuple[int, int, int]
Weight = Literal["regular", "medium", "semibold"]

_FILES: Final = {
    "regular": "Inter-Regular.ttf",
    "medium": "Inter-Medium.ttf",
    "semibold": "Inter-SemiBold.ttf",
}
_HALF_CAPITAL: Final = 0.364  # of the size, in Inter
_FINE: Final = 4  # shapes are drawn this much larger and averaged down


@dataclass(frozen=True, slots=True)
class Fonts:
    """Where the letters come from: a folder with Inter's three weights; without it, Pillow's own face."""

    folder: Path | None = None

    def face(self, size_px: float, weight: Weight) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
        """A face of this size; from a cache."""
        return _face(self.folder, round(size_px, 1), weight)


@lru_cache(maxsize=64)
def _face(
    folder: Path | None, size_px: float, weight: Weight
) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    if folder is not None and (folder / _FILES[weight]).is_file():
        return ImageFont.truetype(str(folder / _FILES[weight]), size_px)
    return ImageFont.load_default(size_px)


def _figures(face: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> list[str] | None:
    """Tabular figures, so that columns of numbers stand still; only the Raqm layout can."""
    return ["tnum"] if getattr(face, "layout_engine", None) == ImageFont.Layout.RAQM else None


@dataclass(frozen=True, slots=True)
class TextStyle:
    """A face at a size."""

    fonts: Fonts
    size_px: float
    weight: Weight = "regular"

    def width(self, text: str) -> float:
        """Advance in pixels."""
        return _width(self, text)

    def large_face(self) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
        """The face at the size it is drawn: averaged down, as hinting would pull small letters apart."""
        return self.fonts.face(self.size_px * _FINE, self.weight)

    def draw(
        self,
        canvas: NDArray[np.uint8],
        at: tuple[float, float],
        text: str,
        color: Rgb,
        *,
        align: Literal["left", "right", "centre"] = "left",
        max_width_px: float | None = None,
    ) -> None:
        """Writes one line into the canvas, in place.

        Args:
            canvas: (H, W, 3) uint8 RGB.
            at: x of the left end (right end, middle) and y of the middle of the capitals.
            text: one line; cut with an ellipsis where it is wider than `max_width_px`.
            color: RGB.
            align: which end `at` means.
            max_width_px: room for the text.
        """
        if max_width_px is not None:
            text = self._fitted(text, max_width_px)
        width = self.width(text)
        left = at[0] - {"left": 0.0, "right": width, "centre": width / 2}[align]
        pad = round(self.size_px)
        x_px = int(np.floor(left))
        # A whole pixel for the baseline keeps the feet of the letters sharp.
        y_px = round(at[1] + _HALF_CAPITAL * self.size_px) - 2 * pad
        plate = _plate(self, text, round((left - x_px) * _FINE))
        blend(canvas, plate, (x_px - pad, y_px), color)

    def _fitted(self, text: str, room_px: float) -> str:
        if self.width(text) <= room_px:
            return text
        while text and self.width(text + "…") > room_px:
            text = text[:-1]
        return text.rstrip() + "…"


@lru_cache(maxsize=2048)
def _width(style: TextStyle, text: str) -> float:
    face = style.large_face()
    return float(face.getlength(text, features=_figures(face))) / _FINE


@lru_cache(maxsize=1024)
def _plate(style: TextStyle, text: str, start: int) -> NDArray[np.uint8]:
    """Coverage of a line whose text starts a pad and `start` quarter pixels from the left."""
    pad = round(style.size_px)
    face = style.large_face()
    plate = Image.new("L", ((int(_width(style, text)) + 2 * pad + 2) * _FINE, 3 * pad * _FINE), 0)
    at = (pad * _FINE + start, 2 * pad * _FINE)
    ImageDraw.Draw(plate).text(at, text, fill=255, font=face, anchor="ls", features=_figures(face))
    return np.asarray(plate.reduce(_FINE))


def blend(
    canvas: NDArray[np.uint8],
    coverage: NDArray[Any],
    at: tuple[int, int],
    color: Rgb,
    opacity: float = 1.0,
) -> None:
    """Lays a colour over the canvas where coverage (h, w), 0 to 255, says so; parts outside are cut."""
    left, top = at
    height, width = coverage.shape
    x_0, y_0 = max(0, left), max(0, top)
    x_1, y_1 = min(canvas.shape[1], left + width), min(canvas.shape[0], top + height)
    if x_1 <= x_0 or y_1 <= y_0:
        return
    alpha = coverage[y_0 - top : y_1 - top, x_0 - left : x_1 - left, None].astype(np.float32)
    alpha *= np.float32(opacity / 255.0)
    part = canvas[y_0:y_1, x_0:x_1]
    part[:] = np.rint(part + (np.array(color, np.float32) - part) * alpha).astype(np.uint8)


def draw_round_rect(
    canvas: NDArray[np.uint8],
    box: tuple[float, float, float, float],
    color: Rgb,
    *,
    radius_px: float = 0.0,
    opacity: float = 1.0,
    line_px: float | None = None,
) -> None:
    """Fills (or, with `line_px`, outlines inwards) left, top, width, height; edges may lie between pixels."""
    left, top, width, height = box
    if width <= 0 or height <= 0:
        return
    x_px, y_px = int(np.floor(left)), int(np.floor(top))
    shape = _shape(
        round((left - x_px) * _FINE), round((top - y_px) * _FINE),
        round(width * _FINE), round(height * _FINE),
        round(radius_px * _FINE), None if line_px is None else round(line_px * _FINE),
    )  # fmt: skip
    blend(canvas, shape, (x_px, y_px), color, opacity)


@lru_cache(maxsize=256)
def _shape(left: int, top: int, width: int, height: int, radius: int, line: int | None) -> NDArray[np.uint8]:
    size = (-(-(left + width) // _FINE) * _FINE, -(-(top + height) // _FINE) * _FINE)
    large = Image.new("L", size, 0)
    box = (left, top, left + width - 1, top + height - 1)
    radius = min(radius, width // 2, height // 2)
    draw = ImageDraw.Draw(large)
    if line is None:
        draw.rounded_rectangle(box, radius, fill=255)
    else:
        draw.rounded_rectangle(box, radius, outline=255, width=line)
    return np.asarray(large.reduce(_FINE))

"""The panel beside a drawn photo: category, attributes with their probabilities, colours, palette."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fashion_studio.domain.vocabulary import CATEGORY, COLORS
from fashion_studio.imaging.lettering import Fonts, TextStyle, draw_round_rect

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fashion_studio.domain.predictions import AttributePrediction, PaletteColor, Prediction
    from fashion_studio.domain.vocabulary import Vocabulary

__all__ = ["PANEL_WIDTH_PX", "draw_panel"]

PANEL_WIDTH_PX: Final = 340
PANEL: Final = (0x1B, 0x1D, 0x20)
TEXT: Final = (0xEC, 0xED, 0xF0)
TEXT_2: Final = (0xB0, 0xB5, 0xBD)
TEXT_3: Final = (0x94, 0x9A, 0xA3)
_LINE: Final = (0x2B, 0x2D, 0x32)
_STRONG: Final = (0x74, 0x7A, 0x84)
_TRACK: Final = (0x34, 0x37, 0x3D)
_MODEL: Final = (0xE5, 0xB0, 0x4A)

_PAD: Final = 20
_VALUE_X: Final = 112
_ROW: Final = 36
_RIGHT: Final = PANEL_WIDTH_PX - _PAD
_NAMED_SHARE: Final = 0.08


class _Pen:
    """Walks down a column; one method per kind of row."""

    def __init__(self, canvas: NDArray[np.uint8], fonts: Fonts) -> None:
        self.canvas = canvas
        self.fonts = fonts
        self.y = float(_PAD)

    def title(self, text: str, confidence: float, caption: str) -> None:
        if caption:
            TextStyle(self.fonts, 12).draw(
                self.canvas, (_PAD, self.y + 8), caption, TEXT_3, max_width_px=_RIGHT - _PAD
            )
            self.y += 24
        TextStyle(self.fonts, 20, "semibold").draw(self.canvas, (_PAD, self.y + 14), text, TEXT)
        self._per_cent(confidence, self.y + 14, size_px=15)
        self.y += 32
        self._bar(_PAD, confidence)
        self.y += 12

    def attribute(self, name: str, value: str, confidence: float) -> None:
        middle = self.y + 13
        TextStyle(self.fonts, 12).draw(self.canvas, (_PAD, middle), name, TEXT_2, max_width_px=84)
        TextStyle(self.fonts, 12, "medium").draw(self.canvas, (_VALUE_X, middle), value, TEXT)
        self._per_cent(confidence, middle, size_px=12)
        self.y += 24
        self._bar(_VALUE_X, confidence)
        self.y += _ROW - 24

    def line(self) -> None:
        draw_round_rect(self.canvas, (_PAD, self.y + 8, _RIGHT - _PAD, 1), _LINE)
        self.y += 17

    def swatches(self, name: str, colors: list[tuple[str, tuple[int, int, int], float]]) -> None:
        """Colours with names and probabilities, as many lines as they need."""
        TextStyle(self.fonts, 12).draw(self.canvas, (_PAD, self.y + 14), name, TEXT_2)
        word, number = TextStyle(self.fonts, 12, "medium"), TextStyle(self.fonts, 12)
        x = float(_VALUE_X)
        for title, rgb, confidence in colors:
            share = f"{confidence * 100:.0f}"
            width = 16 + 6 + word.width(title) + 5 + number.width(share)
            if x > _VALUE_X and x + width > _RIGHT:
                x, self.y = float(_VALUE_X), self.y + 24
            self._swatch((x, self.y + 6, 16, 16), rgb)
            word.draw(self.canvas, (x + 22, self.y + 14), title, TEXT)
            number.draw(self.canvas, (x + 27 + word.width(title), self.y + 14), share, TEXT_2)
            x += width + 14
        self.y += 28

    def palette(self, name: str, palette: tuple[PaletteColor, ...], titles: dict[str, str]) -> None:
        """The measured colours to scale; narrow ones without a name."""
        TextStyle(self.fonts, 12).draw(self.canvas, (_PAD, self.y + 14), name, TEXT_2)
        small = TextStyle(self.fonts, 11)
        width = float(_RIGHT - _VALUE_X)
        self._swatch((_VALUE_X, self.y + 8, width, 12), _TRACK)
        x = float(_VALUE_X)
        for color in palette:
            part = width * color.share
            inner = (x + (1 if x == _VALUE_X else 0), self.y + 9, part - 1, 10)
            draw_round_rect(self.canvas, inner, color.rgb)
            if color.share >= _NAMED_SHARE:
                text = f"{titles.get(color.name, color.name)} {color.share * 100:.0f}"
                if small.width(text) > part - 2:
                    text = f"{color.share * 100:.0f}"
                small.draw(self.canvas, (x + part / 2, self.y + 31), text, TEXT_3, align="centre")
            x += part
        if not palette:
            small.draw(self.canvas, (_VALUE_X, self.y + 31), "no garment found", TEXT_3)
        self.y += 44

    def footer(self, text: str, bottom: float) -> None:
        TextStyle(self.fonts, 11).draw(
            self.canvas, (_PAD, bottom - _PAD), text, TEXT_3, max_width_px=_RIGHT - _PAD
        )

    def _per_cent(self, confidence: float, middle: float, *, size_px: float) -> None:
        style = TextStyle(self.fonts, size_px, "medium")
        style.draw(self.canvas, (_RIGHT, middle), f"{confidence * 100:.0f}", TEXT_2, align="right")

    def _bar(self, left: float, share: float) -> None:
        draw_round_rect(self.canvas, (left, self.y, _RIGHT - left, 4), _TRACK, radius_px=2)
        draw_round_rect(
            self.canvas, (left, self.y, max(2.0, (_RIGHT - left) * share), 4), _MODEL, radius_px=2
        )

    def _swatch(self, box: tuple[float, float, float, float], rgb: tuple[int, int, int]) -> None:
        draw_round_rect(self.canvas, box, rgb, radius_px=4)
        draw_round_rect(self.canvas, box, _STRONG, radius_px=4, line_px=1)


def draw_panel(
    prediction: Prediction,
    vocabulary: Vocabulary,
    *,
    least_height_px: int = 0,
    caption: str = "",
    fonts: Fonts | None = None,
) -> NDArray[np.uint8]:
    """Draws the panel of a prediction; attributes that do not apply to its category are left out.

    Args:
        prediction: of a model with this vocabulary.
        vocabulary: gives titles, order and colours.
        least_height_px: the panel is at least this high; the footer lies at its lower end.
        caption: a line above the category, such as the file's name.
        fonts: the faces.

    Returns:
        (height, PANEL_WIDTH_PX, 3) uint8 RGB.
    """
    shown = _rows(prediction, vocabulary)
    room = 240 + _ROW * len(shown) + 24 * len(prediction.colors_predicted) // 2
    canvas = np.empty((max(least_height_px, room), PANEL_WIDTH_PX, 3), dtype=np.uint8)
    canvas[:] = PANEL
    pen = _Pen(canvas, fonts or Fonts())
    category = prediction.category
    pen.title(_title(vocabulary, CATEGORY, category.value), category.confidence, caption)
    for name, answer in shown:
        pen.attribute(
            vocabulary.attribute(name).title, _title(vocabulary, name, answer.value), answer.confidence
        )
    if vocabulary.has(COLORS):
        values = vocabulary.attribute(COLORS).values
        titles = {value.name: value.title for value in values}
        colors = {value.name: value.rgb or TEXT_3 for value in values}
        pen.line()
        pen.swatches(
            vocabulary.attribute(COLORS).title,
            [(titles[c.name], colors[c.name], c.confidence) for c in prediction.colors_predicted],
        )
        pen.palette("Measured", prediction.colors_measured, titles)
    height = max(least_height_px, round(pen.y) + 2 * _PAD)
    size = f"{prediction.width_px} × {prediction.height_px} px"
    pen.footer(f"{prediction.model} · {prediction.device} · {size}", height)
    return canvas[:height]


def _rows(prediction: Prediction, vocabulary: Vocabulary) -> list[tuple[str, AttributePrediction]]:
    return [
        (attribute.name, prediction.attributes[attribute.name])
        for attribute in vocabulary.attributes
        if attribute.name in prediction.attributes
        and attribute.name != CATEGORY
        and vocabulary.applies(attribute.name, prediction.category.value)
    ]


def _title(vocabulary: Vocabulary, attribute: str, value: str) -> str:
    definition = vocabulary.attribute(attribute)
    return definition.values[definition.index(value)].title

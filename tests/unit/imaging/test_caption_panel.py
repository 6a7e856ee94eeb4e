"""The panel beside a drawn photo."""

from __future__ import annotations

import numpy as np

from fashion_studio.domain.predictions import AttributePrediction, PaletteColor, Prediction, ScoredValue
from fashion_studio.imaging.caption_panel import PANEL_WIDTH_PX, draw_panel

AMBER = np.array([0xE5, 0xB0, 0x4A])

PALETTE = (PaletteColor("red", 0.75, (210, 47, 53)), PaletteColor("white", 0.25, (250, 250, 248)))


def prediction(**changes) -> Prediction:
    fields = {
        "model": "house-1", "width_px": 300, "height_px": 400, "device": "cpu",
        "attributes": {
            "category": AttributePrediction("t-shirt", 0.8, {"t-shirt": 0.8}),
            "fit": AttributePrediction("loose", 0.25, {"loose": 0.25}),
        },
        "colors_predicted": (ScoredValue("red", 0.9),), "colors_probabilities": {},
        "colors_measured": PALETTE,
        "box": None, "landmarks": (),
    } | changes  # fmt: skip
    return Prediction(**fields)


def bar_lengths(panel: np.ndarray) -> list[int]:
    """Lengths of the bars in the model's colour, from top to bottom."""
    amber = (np.abs(panel.astype(int) - AMBER).max(axis=2) < 3).sum(axis=1)
    rows = [y for y in range(1, len(amber)) if amber[y] > 0 and amber[y - 1] == 0]
    return [int(amber[y : y + 4].max()) for y in rows]


def test_bars_are_as_long_as_the_probabilities(studio) -> None:
    lengths = bar_lengths(draw_panel(prediction(), studio))
    assert len(lengths) == 2
    assert abs(lengths[0] - 0.8 * 300) <= 2
    assert abs(lengths[1] - 0.25 * 208) <= 2


def test_the_palette_is_to_scale(studio) -> None:
    panel = draw_panel(prediction(), studio)
    reds = (np.abs(panel.astype(int) - (210, 47, 53)).max(axis=2) < 3).sum(axis=1)
    assert abs(int(reds.max()) - 0.75 * 208) <= 4


def test_height_and_many_colours(studio) -> None:
    assert draw_panel(prediction(), studio, least_height_px=900).shape == (900, PANEL_WIDTH_PX, 3)
    every = tuple(ScoredValue(value.name, 0.9) for value in studio.attribute("colors").values)
    panel = draw_panel(prediction(colors_predicted=every), studio, caption="x" * 200)
    assert panel.shape[0] > draw_panel(prediction(), studio).shape[0]
    assert (panel[-4:] == panel[0, 0]).all(), "nothing is cut at the lower end"


def test_without_a_garment_it_says_so(studio) -> None:
    with_it = draw_panel(prediction(), studio, least_height_px=400)
    without = draw_panel(prediction(colors_measured=()), studio, least_height_px=400)
    assert (with_it != without).any()

"""A whole reading on one picture."""

from __future__ import annotations

import numpy as np
import pytest

from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.predictions import (
    AttributePrediction,
    LandmarkPrediction,
    Maps,
    PaletteColor,
    Prediction,
    Reading,
    ScoredValue,
)
from fashion_studio.imaging.colormaps import blend_map, colormap
from fashion_studio.imaging.letterbox import letterbox
from fashion_studio.imaging.overlays import draw_overlay


def reading_of(studio, image: np.ndarray, category: str = "dress", *, width: int | None = None) -> Reading:
    """A reading made by hand; landmarks at the corners of a box around the middle."""
    height_px, width_px = image.shape[:2]
    factor = 1.0 if width is None else width / width_px
    width_px, height_px = round(width_px * factor), round(height_px * factor)
    attributes = {}
    for attribute in studio.attributes:
        if attribute.name != "colors":
            value = category if attribute.name == "category" else attribute.value_names[0]
            rest = 0.4 / (len(attribute.values) - 1)
            chances = {name: 0.6 if name == value else rest for name in attribute.value_names}
            attributes[attribute.name] = AttributePrediction(value, 0.6, chances)
    landmarks = tuple(
        LandmarkPrediction(
            point.name, width_px * (0.3 if point.side == "left" else 0.7), height_px * (0.2 + 0.08 * i),
            Visibility.VISIBLE, 0.9,
        )
        for i, point in enumerate(studio.landmarks)
    )  # fmt: skip
    prediction = Prediction(
        "house-1", width_px, height_px, "cpu", attributes,
        (ScoredValue("navy", 0.9), ScoredValue("white", 0.6)), {},
        (PaletteColor("navy", 0.7, (31, 44, 86)), PaletteColor("white", 0.3, (250, 250, 248))),
        Box(width_px * 0.2, height_px * 0.1, width_px * 0.6, height_px * 0.8), landmarks,
    )  # fmt: skip
    full = np.zeros((height_px, width_px, 3), dtype=np.uint8)
    _, to_input = letterbox(full, 64)
    rng = np.random.default_rng(0)
    cams = {a.name: rng.normal(size=(len(a.values), 5, 5)).astype(np.float32) for a in studio.attributes}
    mask = np.zeros((16, 16), dtype=np.float32)
    mask[4:12, 5:11] = 1.0
    maps = Maps(cams, rng.random((8, 16, 16)).astype(np.float32), mask, to_input, 64)
    return Reading(prediction, maps)


@pytest.fixture
def photo() -> np.ndarray:
    return np.full((400, 300, 3), (150, 140, 130), dtype=np.uint8)


def test_a_page_has_photo_panel_and_maps(studio, photo) -> None:
    reading = reading_of(studio, photo)
    page = draw_overlay(photo, reading, studio, caption="a.jpg")
    assert page.dtype == np.uint8
    bare = draw_overlay(photo, reading.prediction, studio)
    assert page.shape[1] == bare.shape[1] == 570 + 340
    assert page.shape[0] > bare.shape[0] >= 760
    assert (photo == (150, 140, 130)).all(), "the photo itself is not drawn on"


def test_a_reduced_photo_gives_the_same_page(studio, photo) -> None:
    """Coordinates are of the full photo; drawing on a reduced one must not move them."""
    full = draw_overlay(photo, reading_of(studio, photo), studio)
    reduced = draw_overlay(photo, reading_of(studio, photo, width=1200), studio)
    assert full.shape == reduced.shape
    panel_free = np.s_[:, :570]
    assert np.abs(full[panel_free].astype(int) - reduced[panel_free]).mean() < 0.5


def test_what_does_not_apply_is_not_shown(studio, photo) -> None:
    dress = draw_overlay(photo, reading_of(studio, photo, "dress").prediction, studio)
    hat = draw_overlay(photo, reading_of(studio, photo, "hat").prediction, studio)
    ink = [(page[60:700, 570:].max(axis=2) > 100).sum() for page in (dress, hat)]
    assert ink[1] < ink[0]
    green = np.array([0x7D, 0xF0, 0xD0])
    marks = [(np.abs(page[:, :570].astype(int) - green).max(axis=2) < 6).sum() for page in (dress, hat)]
    assert marks[0] > 100
    assert marks[1] == 0, "a hat has no landmarks"


@pytest.mark.parametrize("size", [(40, 60), (900, 200), (200, 1600), (1, 1)])
def test_odd_shapes_are_drawn_too(studio, size) -> None:
    photo = np.full((*size, 3), 128, dtype=np.uint8)
    page = draw_overlay(photo, reading_of(studio, photo), studio)
    assert page.shape[1] <= 720 + 340
    assert page.shape[0] >= 400


def test_nothing_found_is_drawn_as_nothing(studio, photo) -> None:
    reading = reading_of(studio, photo)
    prediction = reading.prediction
    empty = Prediction(
        prediction.model, 300, 400, "cpu", prediction.attributes, prediction.colors_predicted, {}, (), None,
        tuple(LandmarkPrediction(m.name, 0, 0, Visibility.ABSENT, 0.9) for m in prediction.landmarks), 0.0,
    )  # fmt: skip
    page = draw_overlay(photo, empty, studio)
    assert (page[:760, :570] == (150, 140, 130)).all()


def test_heat_lies_where_the_map_is_high(photo) -> None:
    heat = np.zeros(photo.shape[:2])
    heat[100:200, 100:200] = 1.0
    blended = blend_map(photo, heat, colormap("magma"), 1.0)
    assert (blended[:100] == photo[:100]).all()
    wanted = 0.88 * np.array([0xFC, 0xFD, 0xBF]) + 0.12 * np.array([150, 140, 130])
    assert np.abs(blended[150, 150] - wanted).max() <= 1.5
    assert (blend_map(photo, heat * np.nan, colormap("magma")) == photo).all()
    assert (blend_map(photo, heat, colormap("gray"), 0.0) == photo).all()
    with pytest.raises(ValueError, match="a map of"):
        blend_map(photo, heat[:-1], colormap("magma"))

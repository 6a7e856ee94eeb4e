"""What is news to a stored prediction, and what is rounding."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.predictions import (
    AttributePrediction,
    LandmarkPrediction,
    PaletteColor,
    Prediction,
)


def said(chance: float = 0.7, x: float = 40.0, **changes) -> Prediction:
    made = Prediction(
        model="house-2",
        width_px=300,
        height_px=400,
        device="cpu",
        attributes={"fit": AttributePrediction("tight", chance, {"tight": chance, "loose": 1 - chance})},
        colors_predicted=(),
        colors_probabilities={"red": chance},
        colors_measured=(PaletteColor("red", 0.8, (200, 30, 30)),),
        box=Box(1, 2, 100, 200),
        landmarks=(LandmarkPrediction("left_hem", x, 50.0, Visibility.VISIBLE, 0.9),),
    )
    return replace(made, **changes)


def test_the_last_digits_are_no_news():
    assert said(0.7000004, 40.0003).repeats(said())
    assert said(device="cuda").repeats(said())


@pytest.mark.parametrize(
    "new",
    [
        said(0.72),
        said(x=41.0),
        said(model="house-2+t1"),
        said(width_px=301),
        said(box=None),
        said(colors_measured=()),
        said(landmarks=(LandmarkPrediction("left_hem", 40.0, 50.0, Visibility.OCCLUDED, 0.9),)),
    ],
)
def test_anything_a_person_could_see_is(new):
    assert not new.repeats(said())


def test_the_first_prediction_is_news():
    assert not said().repeats(None)

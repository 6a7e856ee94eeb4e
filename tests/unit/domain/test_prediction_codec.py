from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_studio.domain.errors import BugError
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.prediction_codec import prediction_from_dict, prediction_to_dict
from fashion_studio.domain.predictions import (
    AttributePrediction,
    LandmarkPrediction,
    PaletteColor,
    Prediction,
    ScoredValue,
)

names = st.text(min_size=1, max_size=8)
shares = st.floats(0, 1)
pixels = st.floats(-1e5, 1e5)
attributes = st.builds(AttributePrediction, names, shares, st.dictionaries(names, shares, max_size=4))
boxes = st.builds(Box, pixels, pixels, pixels, pixels)
predictions = st.builds(
    Prediction,
    model=names,
    width_px=st.integers(1, 9999),
    height_px=st.integers(1, 9999),
    device=names,
    attributes=st.dictionaries(names | st.just("category"), attributes, max_size=4),
    colors_predicted=st.lists(st.builds(ScoredValue, names, shares), max_size=3).map(tuple),
    colors_probabilities=st.dictionaries(names, shares, max_size=4),
    colors_measured=st.lists(
        st.builds(PaletteColor, names, shares, st.tuples(*[st.integers(0, 255)] * 3)), max_size=3
    ).map(tuple),
    box=st.none() | boxes,
    landmarks=st.lists(
        st.builds(LandmarkPrediction, names, pixels, pixels, st.sampled_from(Visibility), shares), max_size=3
    ).map(tuple),
    garment_confidence=shares,
)


@given(predictions)
def test_a_prediction_survives_json(prediction: Prediction) -> None:
    assert prediction_from_dict(json.loads(json.dumps(prediction_to_dict(prediction)))) == prediction


@given(predictions)
def test_category_comes_first_and_apart(prediction: Prediction) -> None:
    data = prediction_to_dict(prediction)
    back = prediction_from_dict(data)
    assert "category" not in data["attributes"]
    assert (data["category"] is None) == ("category" not in prediction.attributes)
    if "category" in back.attributes:
        assert next(iter(back.attributes)) == "category"


def test_numpy_scalars_become_plain_numbers() -> None:
    prediction = Prediction(
        model="m",
        width_px=10,
        height_px=20,
        device="cpu",
        attributes={"fit": AttributePrediction("tight", np.float32(0.5), {"tight": np.float32(0.5)})},
        colors_predicted=(ScoredValue("red", np.float32(0.25)),),
        colors_probabilities={"red": np.float32(0.25)},
        colors_measured=(PaletteColor("red", np.float64(1), (np.uint8(255), np.uint8(0), np.uint8(0))),),
        box=Box(np.float32(1), np.float32(2), np.float32(3), np.float32(4)),
        landmarks=(LandmarkPrediction("hem", np.float32(1.5), np.float32(2.5), Visibility.ABSENT, 1.0),),
    )
    data = json.loads(json.dumps(prediction_to_dict(prediction)))
    assert data["box"] == [1.0, 2.0, 3.0, 4.0]
    assert data["landmarks"] == [{"name": "hem", "x": 1.5, "y": 2.5, "visibility": 2, "confidence": 1.0}]
    assert data["colors"]["measured"] == [{"name": "red", "share": 1.0, "rgb": [255, 0, 0]}]


def test_a_damaged_record_is_named_as_such() -> None:
    with pytest.raises(BugError, match="cannot be read"):
        prediction_from_dict({"width": 3})

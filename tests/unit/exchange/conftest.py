"""Records as they leave a project, complete and varied, without a project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fashion_studio.domain.export import ExportRecord
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Split, Status, Visibility
from fashion_studio.domain.predictions import (
    AttributePrediction,
    LandmarkPrediction,
    Prediction,
    ScoredValue,
)

RecordMaker = Callable[..., ExportRecord]


@pytest.fixture
def make_record() -> RecordMaker:
    """Builds a record; everything not named is empty."""

    def make(item_id: int = 1, **fields: Any) -> ExportRecord:
        name = fields.get("file_name", f"shirts/{item_id}.jpg")
        values: dict[str, Any] = {
            "file_name": name,
            "path": Path("/photos") / name,
            "content_hash": f"hash{item_id}",
            "width_px": 300,
            "height_px": 400,
            "split": Split.NONE,
            "status": Status.NEW,
            "answers": {},
            "landmarks": {},
            "box": None,
            "prediction": None,
            "flagged": False,
            "note": "",
        }
        return ExportRecord(item_id=item_id, **(values | fields))

    return make


@pytest.fixture
def dress_prediction() -> Prediction:
    """A model's view of a dress: a fit, a length, two colours, a box, three points of which one is absent."""
    return Prediction(
        model="house-1",
        width_px=300,
        height_px=400,
        device="cpu",
        attributes={
            "category": AttributePrediction("dress", 0.75, {"dress": 0.75, "skirt": 0.25}),
            "fit": AttributePrediction("loose", 0.6, {"tight": 0.1, "regular": 0.3, "loose": 0.6}),
            "length": AttributePrediction("knee", 0.5, {"short": 0.3, "knee": 0.5, "long": 0.2}),
        },
        colors_predicted=(ScoredValue("navy", 0.9), ScoredValue("white", 0.7)),
        colors_probabilities={"navy": 0.9, "white": 0.7, "red": 0.2},
        colors_measured=(),
        box=Box(10, 20, 200, 300),
        landmarks=(
            LandmarkPrediction("left_collar", 100.5, 30.25, Visibility.VISIBLE, 0.9),
            LandmarkPrediction("right_collar", 150.0, 31.0, Visibility.OCCLUDED, 0.8),
            LandmarkPrediction("left_hem", 0.0, 0.0, Visibility.ABSENT, 0.7),
        ),
    )

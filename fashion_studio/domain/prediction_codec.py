"""Predictions as plain dicts and back: one form for the wire, the store, job results and JSON files.

The form holds only str, int, float, list, dict and None, so JSON and msgpack both carry it without loss. It
is the record that `fashion-studio predict` writes (`category` and `attributes` apart), plus
`colors.probabilities` and `garment_confidence`, which the public record leaves out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fashion_studio.domain.errors import BugError
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.predictions import (
    AttributePrediction,
    LandmarkPrediction,
    PaletteColor,
    Prediction,
    ScoredValue,
)
from fashion_studio.domain.vocabulary import CATEGORY

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["prediction_from_dict", "prediction_to_dict"]

_SEEN: Final = {int(state): state for state in Visibility}  # calling the enum is ten times as slow


def prediction_to_dict(prediction: Prediction) -> dict[str, Any]:
    """The prediction in plain types; `prediction_from_dict` gives an equal prediction back.

    Coordinates are upright image pixels, probabilities 0 to 1; `visibility` is 0 visible, 1 occluded,
    2 absent.
    """
    category = prediction.attributes.get(CATEGORY)
    return {
        "width": prediction.width_px,
        "height": prediction.height_px,
        "model": prediction.model,
        "device": prediction.device,
        "category": None if category is None else _attribute_to_dict(category),
        "attributes": {
            name: _attribute_to_dict(attribute)
            for name, attribute in prediction.attributes.items()
            if name != CATEGORY
        },
        "colors": {
            "predicted": [
                {"name": color.name, "confidence": float(color.confidence)}
                for color in prediction.colors_predicted
            ],
            "measured": [
                {"name": color.name, "share": float(color.share), "rgb": [int(value) for value in color.rgb]}
                for color in prediction.colors_measured
            ],
            "probabilities": {name: float(value) for name, value in prediction.colors_probabilities.items()},
        },
        "box": None if prediction.box is None else [float(value) for value in prediction.box.as_tuple()],
        "landmarks": [
            {
                "name": landmark.name,
                "x": float(landmark.x),
                "y": float(landmark.y),
                "visibility": int(landmark.visibility),
                "confidence": float(landmark.confidence),
            }
            for landmark in prediction.landmarks
        ],
        "garment_confidence": float(prediction.garment_confidence),
    }


def prediction_from_dict(data: Mapping[str, Any]) -> Prediction:
    """The prediction of a dict made by `prediction_to_dict`, through JSON or msgpack or neither.

    Raises:
        BugError: a field is missing or of another kind; the program itself wrote the dict.
    """
    try:
        return _prediction(data)
    except (KeyError, TypeError, ValueError) as error:
        msg = f"A stored prediction cannot be read: {error!r}."
        raise BugError(msg) from error


def _prediction(data: Mapping[str, Any]) -> Prediction:
    attributes = {name: _attribute_from_dict(entry) for name, entry in data["attributes"].items()}
    if data["category"] is not None:
        attributes = {CATEGORY: _attribute_from_dict(data["category"]), **attributes}
    colors = data["colors"]
    return Prediction(
        model=data["model"],
        width_px=data["width"],
        height_px=data["height"],
        device=data["device"],
        attributes=attributes,
        colors_predicted=tuple(
            ScoredValue(entry["name"], entry["confidence"]) for entry in colors["predicted"]
        ),
        colors_probabilities=dict(colors["probabilities"]),
        colors_measured=tuple(
            PaletteColor(entry["name"], entry["share"], _rgb(entry["rgb"])) for entry in colors["measured"]
        ),
        box=None if data["box"] is None else Box(*data["box"]),
        landmarks=tuple(
            LandmarkPrediction(
                entry["name"], entry["x"], entry["y"], _SEEN[entry["visibility"]], entry["confidence"]
            )
            for entry in data["landmarks"]
        ),
        garment_confidence=data["garment_confidence"],
    )


def _attribute_to_dict(attribute: AttributePrediction) -> dict[str, Any]:
    return {
        "value": attribute.value,
        "confidence": float(attribute.confidence),
        "probabilities": {name: float(value) for name, value in attribute.probabilities.items()},
    }


def _attribute_from_dict(data: Mapping[str, Any]) -> AttributePrediction:
    return AttributePrediction(data["value"], data["confidence"], dict(data["probabilities"]))


def _rgb(values: list[int]) -> tuple[int, int, int]:
    red, green, blue = values
    return (red, green, blue)

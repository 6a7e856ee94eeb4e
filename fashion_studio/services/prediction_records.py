"""What `fashion-studio predict` writes for the world: one JSON object per photo, of exactly these fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fashion_studio.domain.prediction_codec import prediction_to_dict

if TYPE_CHECKING:
    from fashion_studio.domain.predictions import Prediction

__all__ = ["prediction_record", "skipped_record"]


def prediction_record(file: str, prediction: Prediction) -> dict[str, Any]:
    """One line of `predictions.jsonl`.

    Args:
        file: path relative to the folder that was asked for, with forward slashes.
        prediction: of that file.

    Returns:
        file, width, height (upright), model, device, category {value, confidence, probabilities}, attributes
        {name: {value, confidence, probabilities}}, colors {predicted: [{name, confidence}], measured: [{name,
        share, rgb}]}, box [x, y, w, h] or null, landmarks [{name, x, y, visibility, confidence}]. Pixels are
        those of the upright image; visibility is 0 visible, 1 occluded, 2 absent; probabilities 0 to 1.
    """
    data = prediction_to_dict(prediction)
    return {
        "file": file,
        **{name: data[name] for name in ("width", "height", "model", "device", "category", "attributes")},
        "colors": {name: data["colors"][name] for name in ("predicted", "measured")},
        "box": data["box"],
        "landmarks": data["landmarks"],
    }


def skipped_record(file: str, reason: str) -> dict[str, str]:
    """One line of `skipped.jsonl`."""
    return {"file": file, "reason": reason}

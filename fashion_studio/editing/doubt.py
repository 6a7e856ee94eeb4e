"""How unsure the generator is to be taken to be of a photo.

There is no probability to ask a generator for. Three things are looked at, each brought to 0 (as on photos
it was made for) to 1, and the worst of them counts:

- how well the garment stands out: the mean of the reading model's garment mask inside the garment;
- how sure the reading model is of what the garment is at all (the calibrated probability of its category):
  reader and generator learnt from the same kind of photos, so what is strange to one is strange to the other;
- whether the generator leaves alone what is to stay: asked for a value that the garment has already, a
  generator that knows such photos answers the photo itself. The mean change inside the garment is its error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fashion_studio.domain.edits import Doubt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from fashion_studio.domain.predictions import Prediction
    from fashion_studio.editing.generator import EditGenerator
    from fashion_studio.editing.sketch import Sketch

    Plane = NDArray[np.float32]

__all__ = ["doubt_of", "identity_error", "present_value"]

_FAINT_GARMENT: Final = (0.85, 0.55)
_STRANGE_GARMENT: Final = (0.5, 0.15)
_CHANGED_ITSELF: Final = (0.08, 0.24)  # two shades that share a name differ by 0.08 already
_WORTH_SAYING: Final = 0.4
_INSIDE: Final = 0.5


def doubt_of(sketch: Sketch, generator: EditGenerator) -> Doubt:
    """The doubt about edits of this photo; costs one pass of the generator."""
    if sketch.box is None:
        return Doubt(1.0, ("No garment was found in this photo.",))
    prediction = sketch.reading.prediction
    found = [
        (
            _ramp(prediction.garment_confidence, _FAINT_GARMENT),
            "The garment does not stand out clearly from what is around it.",
        )
    ]
    if "category" in prediction.attributes:
        found.append(
            (
                _ramp(prediction.category.confidence, _STRANGE_GARMENT),
                "The reading model does not know this kind of garment well.",
            )
        )
    error = identity_error(sketch, generator)
    if error is not None:
        found.append(
            (
                _ramp(error, _CHANGED_ITSELF),
                "The generator changes this garment even where nothing is to change.",
            )
        )
    found.sort(key=lambda entry: -entry[0])
    return Doubt(found[0][0], tuple(reason for score, reason in found if score >= _WORTH_SAYING))


def identity_error(sketch: Sketch, generator: EditGenerator) -> float | None:
    """Mean change (0 to 1) inside the garment when asked for what is there; None if that is not known."""
    present = present_value(sketch.reading.prediction, generator.facts.attributes)
    garment = sketch.on_square(sketch.garment) >= _INSIDE
    if present is None or not garment.any():
        return None
    pictures, masks = generator.answers(sketch.square, [present])
    change = masks[0][..., None] * np.abs(pictures[0] - sketch.square)
    return float(change[garment].mean())


def present_value(prediction: Prediction, known: Mapping[str, tuple[str, ...]]) -> tuple[str, str] | None:
    """What the garment has already, of what the generator can make: the surest attribute and its value."""
    read = {name: (found.value, found.confidence) for name, found in prediction.attributes.items()}
    if prediction.colors_predicted:
        main = prediction.colors_predicted[0]
        read["colors"] = (main.name, main.confidence)
    sure = [
        (confidence, name, value)
        for name, (value, confidence) in read.items()
        if value in known.get(name, ())
    ]
    if not sure:
        return None
    _, name, value = max(sure)
    return name, value


def _ramp(value: float, ends: tuple[float, float]) -> float:
    """0 at the first end, 1 at the second, straight between."""
    return float(np.clip((value - ends[0]) / (ends[1] - ends[0]), 0.0, 1.0))

"""What a model says of a photo, kept beside, never over, what a person said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.domain.geometry import Affine, Box
    from fashion_studio.domain.labels import Visibility

__all__ = [
    "AttributePrediction",
    "LandmarkPrediction",
    "Maps",
    "PaletteColor",
    "Prediction",
    "Reading",
    "ScoredValue",
]


ROUNDING: Final = 1e-3
"""Largest difference, of probabilities and of positions in fractions of the photo's side, that is no news."""


@dataclass(frozen=True, slots=True)
class ScoredValue:
    """A value and the model's calibrated probability for it, 0 to 1."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class AttributePrediction:
    """A one-of-many attribute (category included): calibrated probabilities over all values, summing to 1."""

    value: str
    confidence: float
    probabilities: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PaletteColor:
    """A measured garment colour: nearest of the vocabulary's names, share of the garment's area, sRGB."""

    name: str
    share: float
    rgb: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class LandmarkPrediction:
    """A point in upright image pixels; confidence is that of `visibility`, 0 to 1."""

    name: str
    x: float
    y: float
    visibility: Visibility
    confidence: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """Everything small that one forward pass says of a photo.

    Attributes:
        model: id of the weights bundle, such as "house-1".
        attributes: by name, "category" included, "colors" not.
        colors_predicted: colours above the decision threshold, most likely first (never empty).
        colors_probabilities: every colour's probability (sigmoid; they do not sum to 1).
        colors_measured: k-means palette inside the mask, largest share first; empty without a garment.
        box: bounding box of the garment mask, None when the mask is empty.
        landmarks: all of the vocabulary's, in its order; absent ones have visibility ABSENT.
        garment_confidence: mean mask probability inside the mask, 0 when empty.
    """

    model: str
    width_px: int
    height_px: int
    device: str
    attributes: Mapping[str, AttributePrediction]
    colors_predicted: tuple[ScoredValue, ...]
    colors_probabilities: Mapping[str, float]
    colors_measured: tuple[PaletteColor, ...]
    box: Box | None
    landmarks: tuple[LandmarkPrediction, ...]
    garment_confidence: float = 1.0

    @property
    def category(self) -> AttributePrediction:
        """The prediction of the category."""
        return self.attributes["category"]

    def repeats(self, earlier: Prediction | None) -> bool:
        """Whether an earlier prediction says the same but for rounding.

        A photo read alone and one read in a batch differ in the last digits; nothing is worth storing then.
        """
        if earlier is None or (self.model, self.width_px, self.height_px) != (
            earlier.model,
            earlier.width_px,
            earlier.height_px,
        ):
            return False
        mine, other = self._numbers(), earlier._numbers()  # noqa: SLF001 - another of its own kind
        return mine.keys() == other.keys() and all(
            abs(value - other[name]) <= ROUNDING for name, value in mine.items()
        )

    def _numbers(self) -> dict[tuple[str, str], float]:
        found = {("", name): chance for name, chance in self.colors_probabilities.items()}
        for attribute in self.attributes:
            for value, chance in self.attributes[attribute].probabilities.items():
                found[attribute, value] = chance
        for color in self.colors_measured:
            found["measured", color.name] = color.share
        side_px = max(self.width_px, self.height_px)
        for point in self.landmarks:
            found[point.name, f"x {point.visibility}"] = point.x / side_px
            found[point.name, f"y {point.visibility}"] = point.y / side_px
        if self.box is not None:
            found |= {("box", str(n)): part / side_px for n, part in enumerate(self.box.as_tuple())}
        return found


@dataclass(frozen=True, slots=True)
class Maps:
    """What can be laid over the photo, at the network's resolution.

    Attributes:
        cams: per head ("category", each attribute, "colors") float32 (values, h, w): the closed-form class
            activation map before any clipping; its mean over h, w plus the bias is the logit.
        heatmaps: float32 (landmarks, H, W) in 0 to 1.
        mask: float32 (H2, W2) garment probability, 0 to 1, not yet refined to the photo's edges.
        to_input: from upright image pixels to the network's input frame.
        input_px: side of the (square) network input. A map of side s covers the whole input.
    """

    cams: Mapping[str, NDArray[np.float32]]
    heatmaps: NDArray[np.float32]
    mask: NDArray[np.float32]
    to_input: Affine
    input_px: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A prediction with its maps, as the engine answers; maps may be left out in bulk work.

    Attributes:
        features: (width,) float16, what the model's linear heads read; None where it was not kept.
    """

    prediction: Prediction
    maps: Maps | None = field(default=None, repr=False)
    features: NDArray[np.float16] | None = field(default=None, repr=False, compare=False)

"""Records that many tests need: a prediction and a reading of believable shape, different for each seed."""

from __future__ import annotations

import numpy as np

from fashion_studio.domain.geometry import Affine, Box
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
from fashion_studio.domain.vocabulary import Vocabulary

__all__ = ["sample_prediction", "sample_reading"]


def sample_prediction(
    vocabulary: Vocabulary,
    seed: int = 0,
    *,
    width_px: int = 768,
    height_px: int = 1024,
    model: str = "test-1",
) -> Prediction:
    """A prediction over the whole vocabulary; every number depends on the seed."""
    rng = np.random.default_rng(seed)
    attributes = {}
    for attribute in vocabulary.attributes:
        if attribute.name == "colors":
            continue
        shares = rng.dirichlet(np.full(len(attribute.values), 0.3))
        best = int(shares.argmax())
        attributes[attribute.name] = AttributePrediction(
            attribute.value_names[best],
            float(shares[best]),
            dict(zip(attribute.value_names, map(float, shares), strict=True)),
        )
    colors = {
        name: float(share) for name, share in zip(_color_names(vocabulary), rng.random(99), strict=False)
    }
    ranked = sorted(colors, key=lambda name: -colors[name])
    points = rng.uniform((0, 0), (width_px, height_px), (len(vocabulary.landmarks), 2))
    left, top = rng.uniform(0, width_px / 2), rng.uniform(0, height_px / 2)
    return Prediction(
        model=model,
        width_px=width_px,
        height_px=height_px,
        device="cpu",
        attributes=attributes,
        colors_predicted=tuple(ScoredValue(name, colors[name]) for name in ranked[:2]),
        colors_probabilities=colors,
        colors_measured=tuple(PaletteColor(name, 0.5, (10, 20, 30)) for name in ranked[:2]),
        box=Box(left, top, width_px / 3, height_px / 3),
        landmarks=tuple(
            LandmarkPrediction(
                name, float(x), float(y), Visibility(int(rng.integers(3))), float(rng.uniform(0.4, 1))
            )
            for name, (x, y) in zip(vocabulary.landmark_names, points, strict=True)
        ),
        garment_confidence=float(rng.uniform(0.5, 1)),
    )


def sample_reading(
    vocabulary: Vocabulary, seed: int = 0, *, width_px: int = 768, height_px: int = 1024, side: int = 7
) -> Reading:
    """A reading with maps; CAMs of `side`, heat maps eight and the mask sixteen times as fine."""
    rng = np.random.default_rng(seed)
    cams = {
        attribute.name: rng.normal(size=(len(attribute.values), side, side)).astype(np.float32)
        for attribute in vocabulary.attributes
    }
    heatmaps = rng.random((len(vocabulary.landmarks), side * 8, side * 8)).astype(np.float32)
    mask = rng.random((side * 16, side * 16)).astype(np.float32)
    scale = side * 32 / max(width_px, height_px)
    shift_x, shift_y = (side * 32 - width_px * scale) / 2, (side * 32 - height_px * scale) / 2
    return Reading(
        sample_prediction(vocabulary, seed, width_px=width_px, height_px=height_px),
        Maps(cams, heatmaps, mask, Affine(scale, scale, shift_x, shift_y), side * 32),
    )


def _color_names(vocabulary: Vocabulary) -> tuple[str, ...]:
    return vocabulary.attribute("colors").value_names if vocabulary.has("colors") else ()

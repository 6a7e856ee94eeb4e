"""From a head's probabilities to what is said of a photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fashion_studio.domain.predictions import AttributePrediction, ScoredValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["PRESENT", "one_value", "several_values"]

PRESENT = 0.5
"""From which probability a value counts as present where no threshold was calibrated."""


def one_value(names: Sequence[str], chances: NDArray[np.float32]) -> AttributePrediction:
    """The likeliest of (values,) probabilities that sum to 1, with all of them."""
    best = int(chances.argmax())
    return AttributePrediction(
        names[best],
        float(chances[best]),
        {value: float(chance) for value, chance in zip(names, chances, strict=True)},
    )


def several_values(
    names: Sequence[str], chances: NDArray[np.float32], thresholds: Sequence[float] | None
) -> tuple[tuple[ScoredValue, ...], dict[str, float]]:
    """Values over their thresholds, most likely first, at least one; and every value's probability."""
    bounds = thresholds or (PRESENT,) * len(names)
    order = np.argsort(-chances, kind="stable")
    chosen = [i for i in order if chances[i] >= bounds[i]] or [order[0]]
    return (
        tuple(ScoredValue(names[i], float(chances[i])) for i in chosen),
        {value: float(chance) for value, chance in zip(names, chances, strict=True)},
    )

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
    shares: list[float] = chances.tolist()
    return AttributePrediction(names[best], shares[best], dict(zip(names, shares, strict=True)))


def several_values(
    names: Sequence[str], chances: NDArray[np.float32], thresholds: Sequence[float] | None
) -> tuple[tuple[ScoredValue, ...], dict[str, float]]:
    """Values over their thresholds, most likely first, at least one; and every value's probability."""
    over: list[bool] = (chances >= np.array(thresholds or PRESENT, np.float32)).tolist()
    order: list[int] = np.argsort(-chances, kind="stable").tolist()
    shares: list[float] = chances.tolist()
    chosen = [i for i in order if over[i]] or [order[0]]
    return (
        tuple(ScoredValue(names[i], shares[i]) for i in chosen),
        dict(zip(names, shares, strict=True)),
    )

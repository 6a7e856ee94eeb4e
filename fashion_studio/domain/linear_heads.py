"""Linear heads on pooled features as plain numbers: what becomes of features without a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LinearHead"]


@dataclass(frozen=True, slots=True)
class LinearHead:
    """One head: probabilities are softmax or sigmoid of (weight · features + bias) / temperature.

    Attributes:
        values: names in the order of the rows.
        several: sigmoid per value instead of one softmax.
        weight: (values, width) float32.
        bias: (values,) float32.
    """

    name: str
    values: tuple[str, ...]
    several: bool
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    temperature: float = 1.0

    def logits(self, features: NDArray[Any]) -> NDArray[np.float64]:
        """(N, width) to calibrated logits (N, values): already divided by the temperature."""
        raw = features.astype(np.float32, copy=False) @ self.weight.T + self.bias
        scaled: NDArray[np.float64] = raw.astype(np.float64) / self.temperature
        return scaled

    def probabilities(self, features: NDArray[Any]) -> NDArray[np.float32]:
        """(N, width) to (N, values), 0 to 1."""
        logits = self.logits(features)
        if self.several:
            return (1.0 / (1.0 + np.exp(-np.clip(logits, -60.0, 60.0)))).astype(np.float32)
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        chances: NDArray[np.float32] = (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
        return chances

"""From a decoded photo to the network's input: one way for training and prediction, kept with the weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from fashion_studio.imaging.letterbox import IMAGENET_MEAN_RGB, letterbox

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fashion_studio.domain.geometry import Affine

__all__ = ["Preprocessing"]


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """Letterbox to a square, then (value / 255 - mean) / std per RGB channel.

    Attributes:
        side_px: side of the square input.
        mean, std: per channel, for values in 0 to 1.
        fill: RGB of the letterbox bars, 0 to 255.
    """

    side_px: int
    mean: tuple[float, float, float] = (0.5, 0.5, 0.5)
    std: tuple[float, float, float] = (0.5, 0.5, 0.5)
    fill: tuple[int, int, int] = IMAGENET_MEAN_RGB

    def apply(self, image: NDArray[np.uint8]) -> tuple[NDArray[np.float32], Affine]:
        """Fits and normalises one image.

        Args:
            image: (H, W, 3) uint8 RGB, upright.

        Returns:
            (3, side_px, side_px) float32 and the map from image pixels to input pixels.
        """
        square, to_input = letterbox(image, self.side_px, self.fill)
        scale = 1.0 / (255.0 * np.asarray(self.std, np.float32))
        shift = np.asarray(self.mean, np.float32) / np.asarray(self.std, np.float32)
        planes = np.ascontiguousarray((square * scale - shift).transpose(2, 0, 1), dtype=np.float32)
        return planes, to_input

    def normalise(self, squares: torch.Tensor) -> torch.Tensor:
        """The same normalisation for a batch already fitted: (B, S, S, 3) uint8 to (B, 3, S, S) float32."""
        mean = torch.tensor(self.mean, device=squares.device)
        std = torch.tensor(self.std, device=squares.device)
        return ((squares.float() / 255.0 - mean) / std).permute(0, 3, 1, 2)

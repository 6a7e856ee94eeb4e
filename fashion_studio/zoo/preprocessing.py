"""From a decoded photo to the network's input: one way for training and prediction, kept with the weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
from torch.nn import functional

from fashion_studio.domain.geometry import Affine
from fashion_studio.imaging.letterbox import IMAGENET_MEAN_RGB, letterbox, letterbox_frame, resize

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Preprocessing"]


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """To a square input, then (value / 255 - mean) / std per RGB channel.

    Attributes:
        side_px: side of the square input.
        mean, std: per channel, for values in 0 to 1.
        fill: RGB of the letterbox bars, 0 to 255.
        fit: "letterbox" keeps the aspect, "stretch" fills the square (the published protocols).
        interpolation: "area" averages down and is bilinear up; "bilinear" and "bicubic" are antialiased
            when they reduce, as Pillow's and torchvision's are.
        background: "removed" for a network that was trained on garments before `fill`; who reads photos with
            it takes the background away first, by `matting` (`imaging.matting.matting_named`).
    """

    side_px: int
    mean: tuple[float, float, float] = (0.5, 0.5, 0.5)
    std: tuple[float, float, float] = (0.5, 0.5, 0.5)
    fill: tuple[int, int, int] = IMAGENET_MEAN_RGB
    fit: Literal["letterbox", "stretch"] = "letterbox"
    interpolation: Literal["area", "bilinear", "bicubic"] = "area"
    background: Literal["raw", "removed"] = "raw"
    matting: str = ""

    def square(self, image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], Affine]:
        """Fits one image into the input.

        Args:
            image: (H, W, 3) uint8 RGB, upright.

        Returns:
            (side_px, side_px, 3) uint8, never the caller's own memory, and the map from image pixels to
            input pixels.

        Raises:
            ValueError: not an (H, W, 3) uint8 image, or empty.
        """
        if self.fit == "letterbox" and self.interpolation == "area":
            return letterbox(image, self.side_px, self.fill)
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
            msg = f"an (H, W, 3) uint8 image is needed, not {image.shape} {image.dtype}"
            raise ValueError(msg)
        height_px, width_px = image.shape[:2]
        if self.fit == "letterbox":
            width, height, frame = letterbox_frame(width_px, height_px, self.side_px)
        else:
            width = height = self.side_px
            frame = Affine(width / width_px, height / height_px, 0.0, 0.0)
        left, top = int(frame.shift_x), int(frame.shift_y)
        square = np.empty((self.side_px, self.side_px, 3), dtype=np.uint8)
        square[:] = self.fill
        square[top : top + height, left : left + width] = self._resized(image, width, height)
        return square, frame

    def _resized(self, image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
        if self.interpolation == "area":
            return resize(image, width, height)
        planes = torch.from_numpy(np.require(image, requirements=("C", "W"))).permute(2, 0, 1)[None]
        fitted = functional.interpolate(planes, (height, width), mode=self.interpolation, antialias=True)
        return np.asarray(fitted[0].permute(1, 2, 0).numpy(), dtype=np.uint8)

    def apply(self, image: NDArray[np.uint8]) -> tuple[NDArray[np.float32], Affine]:
        """Fits and normalises one image.

        Args:
            image: (H, W, 3) uint8 RGB, upright.

        Returns:
            (3, side_px, side_px) float32 and the map from image pixels to input pixels.
        """
        square, to_input = self.square(image)
        scale = 1.0 / (255.0 * np.asarray(self.std, np.float32))
        shift = np.asarray(self.mean, np.float32) / np.asarray(self.std, np.float32)
        planes = np.ascontiguousarray((square * scale - shift).transpose(2, 0, 1), dtype=np.float32)
        return planes, to_input

    def normalise(self, squares: torch.Tensor) -> torch.Tensor:
        """The same normalisation for a batch already fitted: (B, S, S, 3) uint8 to (B, 3, S, S) float32."""
        mean = torch.tensor(self.mean, device=squares.device)
        std = torch.tensor(self.std, device=squares.device)
        return ((squares.float() / 255.0 - mean) / std).permute(0, 3, 1, 2)

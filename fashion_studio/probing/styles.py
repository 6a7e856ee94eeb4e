"""The stylised variant: a photo in the style of another picture by AdaIN, drawn by seed for each photo."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import numpy as np
import torch

from fashion_studio.imaging.decode import load_photo
from fashion_studio.imaging.letterbox import resize
from fashion_studio.inference.device import choose_device
from fashion_studio.zoo.adain import load_adain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from fashion_studio.zoo.adain import AdaIn

__all__ = ["STYLISED_SIDE_PX", "Styler"]

STYLISED_SIDE_PX: Final = 256
"""Long side at which style is transferred: the networks that are asked see no more than about that."""

_STYLE_SIDE_PX: Final = 224
_KEPT_STYLES: Final = 64


class Styler:
    """An AdaIN network with the pictures that styles come from. Safe from several threads."""

    def __init__(self, network: AdaIn, styles: Sequence[Path], device: torch.device) -> None:
        """Keeps the network in evaluation mode on the device.

        Args:
            network: see `fashion_studio.zoo.adain`.
            styles: pictures, at least one; decoded when they are first drawn.
            device: to compute on.
        """
        self._network = network.to(device).eval()
        self._device = device
        self._styles = list(styles)
        self._kept: dict[Path, torch.Tensor] = {}
        self._lock = threading.Lock()

    @classmethod
    def load(cls, weights: Path, styles: Sequence[Path], device: str) -> Styler:
        """Loads the weights.

        Raises:
            CheckpointError: they cannot be used.
            EnvironmentProblem: the device is not there.
        """
        place = choose_device(device)
        return cls(load_adain(weights), styles, place)

    def draw(self, generator: np.random.Generator, *, but: Path | None = None) -> Path | None:
        """A style picture by chance, never `but` (the photo itself); None where there is no other."""
        others = [path for path in self._styles if path != but]
        return others[int(generator.integers(len(others)))] if others else None

    def stylise(
        self, image: NDArray[np.uint8], style: Path | NDArray[np.uint8], *, alpha: float = 1.0
    ) -> NDArray[np.uint8]:
        """The image in the style of another, at its own size.

        Args:
            image: (H, W, 3) uint8 RGB.
            style: a picture, or the file of one.
            alpha: 0 to 1.

        Raises:
            PhotoError: the style's file cannot be read.
        """
        height, width = image.shape[:2]
        look = _tensor(style, _STYLE_SIDE_PX) if isinstance(style, np.ndarray) else self._look(style)
        content = _tensor(image, STYLISED_SIDE_PX)
        with torch.inference_mode():
            made = self._network.stylise(content.to(self._device), look.to(self._device), alpha)
        pixels = (made[0].permute(1, 2, 0) * 255.0).round().clamp(0, 255).to(torch.uint8).cpu().numpy()
        return resize(np.ascontiguousarray(pixels), width, height)

    def _look(self, style: Path) -> torch.Tensor:
        with self._lock:
            known = self._kept.get(style)
        if known is None:
            known = _tensor(load_photo(style, max_side_px=_STYLE_SIDE_PX).image, _STYLE_SIDE_PX)
            with self._lock:
                if len(self._kept) >= _KEPT_STYLES:
                    self._kept.pop(next(iter(self._kept)))
                self._kept[style] = known
        return known


def _tensor(image: NDArray[np.uint8], side_px: int) -> torch.Tensor:
    height, width = image.shape[:2]
    scale = min(1.0, side_px / max(height, width))
    small = resize(image, max(16, round(width * scale)), max(16, round(height * scale)))
    return torch.from_numpy(np.array(small)).permute(2, 0, 1)[None].float() / 255.0

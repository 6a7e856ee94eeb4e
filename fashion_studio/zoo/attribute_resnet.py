"""The frozen attribute network of AMGAN: class activation maps, and features to compare pictures by.

The paper takes a ResNet-50 trained on the attributes (recipe `amgan-attributes`). Any bundle of the program
that knows the attributes serves, such as the shipped two-stream model, which is lighter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from fashion_studio.domain.errors import CheckpointError, VocabularyError
from fashion_studio.zoo.activation import class_activation_maps
from fashion_studio.zoo.bundle import load_bundle

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fashion_studio.zoo.bundle import Bundle

__all__ = ["AttributeReading", "AttributeResnet", "min_max"]

_FLAT: Final = 1e-6


@dataclass(frozen=True, slots=True)
class AttributeReading:
    """What the network sees in a batch.

    Attributes:
        features: (B, channels, h, w), the last convolution's ("conv5").
        pooled: (B, channels), their average.
        logits: per edited attribute (B, values), the values in the editor's order.
    """

    features: Tensor
    pooled: Tensor
    logits: Mapping[str, Tensor]


class AttributeResnet(nn.Module):
    """A frozen reader of attributes. Weights never change; gradients flow to the pictures.

    Args:
        bundle: a finished model, in evaluation mode.
        attributes: the editor's: attribute to its values.
        side_px: side that pictures are brought to; None for the model's own.

    Raises:
        CheckpointError: the model does not know an attribute or a value.
    """

    def __init__(
        self, bundle: Bundle, attributes: Mapping[str, tuple[str, ...]], side_px: int | None = None
    ) -> None:
        super().__init__()
        self.network = bundle.network
        self.model_id = bundle.manifest.model_id
        self.network.eval().requires_grad_(requires_grad=False)
        preprocessing = bundle.manifest.preprocessing
        self.side_px = side_px or preprocessing.side_px
        self.mean: Tensor
        self.std: Tensor
        self.register_buffer("mean", torch.tensor(preprocessing.mean)[:, None, None])
        self.register_buffer("std", torch.tensor(preprocessing.std)[:, None, None])
        self.places = {name: self._places(bundle, name, values) for name, values in attributes.items()}

    @classmethod
    def load(
        cls,
        folder: Path,
        attributes: Mapping[str, tuple[str, ...]],
        device: str = "cpu",
        side_px: int | None = None,
    ) -> Self:
        """Loads a bundle.

        Raises:
            CheckpointError: damaged, or it does not know the attributes.
        """
        return cls(load_bundle(folder, device), attributes, side_px).to(device)

    def train(self, mode: bool = True) -> Self:
        """Stays in evaluation mode whatever its surroundings do."""
        del mode
        return super().train(mode=False)

    def forward(self, images: Tensor) -> AttributeReading:
        """Reads pictures (B, 3, S, S), -1 to 1, sRGB."""
        seen = functional.interpolate(
            images.float(), (self.side_px, self.side_px), mode="bilinear", antialias=True
        )
        output = self.network(((seen + 1) / 2 - self.mean) / self.std)
        features: Tensor = output.features
        logits = {name: output.logits[name][:, places] for name, places in self.places.items()}
        return AttributeReading(features, features.mean((2, 3)), logits)

    def cam(self, reading: AttributeReading, attribute: str, values: Tensor) -> Tensor:
        """The map of one value for each picture, brought to 0 to 1; no gradient.

        CAM_m(i, j) = Σ_k w_k^m f_k(i, j) (Zhou et al., CVPR 2016; AMGAN, section 3.3).

        Args:
            reading: of the batch.
            attribute: one of the editor's.
            values: (B,) long, each one's value in the editor's order.

        Returns:
            (B, 1, h, w).
        """
        with torch.no_grad():
            maps = class_activation_maps(self.network, reading.features.detach())[attribute]
            wanted = torch.tensor(self.places[attribute], device=maps.device)[values]
            return min_max(maps[torch.arange(len(maps), device=maps.device), wanted][:, None])

    def _places(self, bundle: Bundle, name: str, values: tuple[str, ...]) -> list[int]:
        try:
            attribute = bundle.vocabulary.attribute(name)
            return [attribute.index(value) for value in values]
        except VocabularyError as error:
            msg = f"The model {self.model_id} cannot guide this training: {error}"
            raise CheckpointError(msg) from error


def min_max(maps: Tensor) -> Tensor:
    """Each map (B, 1, h, w) brought to 0 to 1; a flat one says nothing and becomes 0."""
    low, high = maps.amin((2, 3), keepdim=True), maps.amax((2, 3), keepdim=True)
    span = high - low
    return torch.where(span > _FLAT, (maps - low) / span.clamp_min(_FLAT), torch.zeros_like(maps))

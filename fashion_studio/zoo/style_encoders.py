"""Encoders and the decoder of style transfer: pictures to features, features to pictures.

Pictures are RGB in 0 to 1 everywhere; what an encoder was trained on (ImageNet's mean, or 0 to 255 in the
order BGR) is part of its specification and done inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import timm
import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "Blocks",
    "ConvEncoder",
    "Decoder",
    "EncoderSpec",
    "StageEncoder",
    "build_encoder",
    "mirrored_decoder",
]

Blocks = tuple[tuple[int, ...], ...]
"""Widths of 3 × 3 convolutions, block by block; between blocks the resolution changes by two."""


@dataclass(frozen=True, slots=True)
class EncoderSpec:
    """What turns a picture into features.

    Attributes:
        kind: "convolutions" is VGG's build: 3 × 3 convolutions with ReLU, maximum pooling between blocks,
            reflected borders; "stages" are feature maps of a timm backbone.
        blocks: for convolutions. The features are those after the last convolution; style is compared after
            the first convolution of every block (relu1_1, relu2_1, … of the paper).
        backbone, stages, pad_type: for stages, as in `zoo.configuration.StreamConfig`; the last one is
            decoded.
        mean, std: what is taken off RGB in 0 to 1, and what the rest is divided by.
        order: of the channels in which the weights were trained.
    """

    kind: Literal["convolutions", "stages"] = "convolutions"
    blocks: Blocks = ()
    backbone: str = ""
    stages: tuple[int, ...] = ()
    pad_type: str | None = None
    mean: tuple[float, float, float] = (0.5, 0.5, 0.5)
    std: tuple[float, float, float] = (0.5, 0.5, 0.5)
    order: Literal["rgb", "bgr"] = "rgb"


class _Normalised(nn.Module):
    """From RGB in 0 to 1 to what the weights were trained on."""

    mean: Tensor
    std: Tensor

    def __init__(self, spec: EncoderSpec) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(spec.mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(spec.std).view(1, 3, 1, 1), persistent=False)
        self._turned = spec.order == "bgr"

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in 0 to 1 to the same shape."""
        shifted = (images - self.mean) / self.std
        return shifted.flip(1) if self._turned else shifted


class ConvEncoder(nn.Module):
    """VGG's build with reflected borders, which keeps frames out of stylised pictures."""

    def __init__(self, spec: EncoderSpec) -> None:
        super().__init__()
        self.normalised = _Normalised(spec)
        widths = [3, *(width for block in spec.blocks for width in block)]
        self.convolutions = nn.ModuleList(_convolution(a, b) for a, b in pairwise(widths))
        self.blocks = spec.blocks
        self.channels = tuple(block[0] for block in spec.blocks)
        self.out_channels = widths[-1]
        self.stride = 2 ** (len(spec.blocks) - 1)

    def taps(self, images: Tensor) -> list[Tensor]:
        """The maps that style is compared by, finest first; the features that are decoded come last.

        Args:
            images: (B, 3, H, W), RGB in 0 to 1.
        """
        level = self.normalised(images)
        taps: list[Tensor] = []
        layers = iter(self.convolutions)
        for number, block in enumerate(self.blocks):
            if number:
                level = functional.max_pool2d(level, 2)
            for place, _ in enumerate(block):
                level = next(layers)(level).relu()
                if place == 0:
                    taps.append(level)
        return taps if len(self.blocks[-1]) == 1 else [*taps, level]

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in 0 to 1 to features (B, C, H / stride, W / stride)."""
        return self.taps(images)[-1]


class StageEncoder(nn.Module):
    """Feature maps of a timm backbone; its running statistics are never changed."""

    def __init__(self, spec: EncoderSpec) -> None:
        super().__init__()
        self.normalised = _Normalised(spec)
        extra: dict[str, Any] = {} if spec.pad_type is None else {"pad_type": spec.pad_type}
        self.backbone: Any = timm.create_model(
            spec.backbone, pretrained=False, features_only=True, out_indices=spec.stages, **extra
        )
        said: Any = self.backbone.feature_info
        self.channels = tuple(map(int, said.channels()))
        self.out_channels = self.channels[-1]
        self.stride = int(said.reduction()[-1])

    def train(self, mode: bool = True) -> StageEncoder:
        """Stays in evaluation mode."""
        super().train(mode)
        self.backbone.eval()
        return self

    def taps(self, images: Tensor) -> list[Tensor]:
        """As `ConvEncoder.taps`."""
        return list(self.backbone(self.normalised(images)))

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in 0 to 1 to features (B, C, H / stride, W / stride)."""
        return self.taps(images)[-1]


class Decoder(nn.Module):
    """Features back to a picture: convolutions, reflected borders, nearest upsampling between blocks."""

    def __init__(self, channels: int, blocks: Blocks) -> None:
        super().__init__()
        widths = [channels, *(width for block in blocks for width in block)]
        self.convolutions = nn.ModuleList(_convolution(a, b) for a, b in pairwise(widths))
        self.blocks = blocks

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, h, w) to RGB (B, 3, h · stride, w · stride), near 0 to 1 but not cut to it."""
        level, layers = features, list(self.convolutions)
        firsts = {sum(len(block) for block in self.blocks[:number]) for number in range(1, len(self.blocks))}
        for number, layer in enumerate(layers):
            if number in firsts:
                level = functional.interpolate(level, scale_factor=2.0, mode="nearest")
            level = layer(level)
            if number < len(layers) - 1:
                level = level.relu()
        return level


def build_encoder(spec: EncoderSpec) -> ConvEncoder | StageEncoder:
    """The encoder of a specification, with random weights."""
    return (ConvEncoder if spec.kind == "convolutions" else StageEncoder)(spec)


def mirrored_decoder(blocks: Sequence[Sequence[int]]) -> Blocks:
    """The decoder that goes back the way of an encoder of convolutions.

    For ((64, 64), (128, 128), (256,)) it is ((128,), (128, 64), (64, 3)).
    """
    widths = [width for block in blocks for width in block]
    targets = [*reversed(widths[:-1]), 3]
    made: list[tuple[int, ...]] = []
    for block in reversed(blocks):
        made.append(tuple(targets[: len(block)]))
        targets = targets[len(block) :]
    return tuple(made)


def _convolution(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1, padding_mode="reflect")

"""The two-stream network: texture and shape, one pass for class, attributes, landmarks and mask.

After "Two-stream network" (CVPR 2020): a texture trunk and a shape trunk; the concatenation of their last
features is classified, the shape trunk alone gives heatmaps and visibilities. Every classification head is
global average pooling and one linear layer over the same map, so that class activation maps follow in
closed form (`fashion_studio.zoo.activation`). The network answers logits, never probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import timm
import torch
from torch import Tensor, nn
from torch.nn import functional

from fashion_studio.zoo.decoders import build_decoder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fashion_studio.zoo.configuration import StreamConfig, TwoStreamConfig

__all__ = ["TwoStream", "TwoStreamOutput"]

SHADE_PX: Final = 4
"""Side of the squares whose mean colour the colour branch looks at: small against stripes and prints."""


@dataclass(frozen=True, slots=True)
class TwoStreamOutput:
    """What one forward pass gives, all of it logits.

    Attributes:
        logits: per head (B, values).
        visibility: (B, landmarks, states).
        heatmaps: (B, landmarks, h, w).
        mask: (B, 1, h, w), or None for networks without a mask head.
        features: (B, channels, h', w'), the fused map that the heads average.
    """

    logits: Mapping[str, Tensor]
    visibility: Tensor
    heatmaps: Tensor
    mask: Tensor | None
    features: Tensor


class TwoStream(nn.Module):
    """See the module's text. Built from a `TwoStreamConfig`, weights random; no network is touched."""

    def __init__(self, config: TwoStreamConfig) -> None:
        super().__init__()
        self.config = config
        self.texture = _trunk(config.texture)
        self.shape = _trunk(config.shape)
        texture_channels = self.texture.feature_info.channels()
        shape_channels = self.shape.feature_info.channels()
        self.color = _ColorBranch(config.color_width) if config.color_width else None
        channels = texture_channels[-1] + shape_channels[-1] + config.color_width
        self.fusion = _fusion(channels, config)
        self.decoder = build_decoder(shape_channels, config)
        self.dropout = nn.Dropout(config.dropout)
        self.heads = nn.ModuleDict(
            {head.name: nn.Linear(config.fusion[-1].width, head.values) for head in config.heads}
        )

    def forward(self, images: Tensor) -> TwoStreamOutput:
        """Reads normalised images (B, 3, S, S)."""
        texture = self.texture(images)[-1]
        shapes = self.shape(images)
        joined = [
            texture if self.config.streams != "shape" else torch.zeros_like(texture),
            shapes[-1] if self.config.streams != "texture" else torch.zeros_like(shapes[-1]),
        ]
        if self.color is not None:
            joined.append(self.color(images, texture.shape[2], texture.shape[3]))
        fused = self.fusion(torch.cat(joined, dim=1))
        pooled = self.dropout(fused.mean((2, 3)))
        maps, visibility = self.decoder(shapes, fused)
        count = self.config.landmarks
        return TwoStreamOutput(
            logits={name: head(pooled) for name, head in self.heads.items()},
            visibility=visibility,
            heatmaps=maps[:, :count],
            mask=maps[:, count:] if self.config.mask else None,
            features=fused,
        )

    def head(self, name: str) -> nn.Linear:
        """The linear layer of one head."""
        layer = self.heads[name]
        if not isinstance(layer, nn.Linear):
            msg = f"head {name} is no linear layer"
            raise TypeError(msg)
        return layer


class _ColorBranch(nn.Module):
    """A learnt colour histogram of every cell: each pixel's colour alone, through two 1x1 layers, averaged.

    ImageNet trunks are trained to see through colour and light; names of colours are about just these.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.bins = nn.Sequential(
            nn.Conv2d(3, width // 2, 1), nn.ReLU(), nn.Conv2d(width // 2, width, 1), nn.ReLU()
        )

    def forward(self, images: Tensor, rows: int, columns: int) -> Tensor:
        """Normalised images (B, 3, S, S) to (B, width, rows, columns)."""
        shades = functional.avg_pool2d(images, SHADE_PX)
        histogram: Tensor = functional.adaptive_avg_pool2d(self.bins(shades), (rows, columns))
        return histogram


def _trunk(stream: StreamConfig) -> Any:
    options: dict[str, Any] = {} if stream.pad_type is None else {"pad_type": stream.pad_type}
    return timm.create_model(
        stream.backbone, pretrained=False, features_only=True, out_indices=stream.stages, **options
    )


def _fusion(channels: int, config: TwoStreamConfig) -> nn.Sequential:
    layers: list[nn.Module] = []
    for layer in config.fusion:
        layers.append(
            nn.Conv2d(channels, layer.width, layer.kernel, padding=layer.kernel // 2, bias=not layer.norm)
        )
        if layer.norm:
            layers.append(nn.BatchNorm2d(layer.width))
        layers.append(nn.ReLU())
        channels = layer.width
    return nn.Sequential(*layers)

"""From the shape stream's features to landmark heatmaps, visibilities and the garment mask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fashion_studio.zoo.configuration import TwoStreamConfig

__all__ = ["DeconvDecoder", "PyramidDecoder", "build_decoder"]


class DeconvDecoder(nn.Module):
    """The paper's shape branch: 1x1 256, 3x3 128, 1x1 256; pooled for visibility, transposed once for maps.

    The maps have twice the resolution of the stream's last stage: 28 x 28 for VGG-16 at 224 pixels.
    """

    def __init__(self, channels: Sequence[int], config: TwoStreamConfig) -> None:
        super().__init__()
        self.neck = nn.Sequential(
            nn.Conv2d(channels[-1], 256, 1),
            nn.ReLU(),
            nn.Conv2d(256, 128, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(128, 256, 1),
            nn.ReLU(),
        )
        self.visibility = nn.Linear(256, config.landmarks * config.visibility_states)
        self.climb = nn.Sequential(
            nn.ConvTranspose2d(256, 128, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(128, 128, 3, padding=1),
            nn.ReLU(),
        )
        self.maps = nn.Conv2d(128, config.landmarks + int(config.mask), 1)
        self.landmarks, self.states = config.landmarks, config.visibility_states

    def forward(self, features: Sequence[Tensor], fused: Tensor) -> tuple[Tensor, Tensor]:
        """Maps (B, landmarks [+ 1 mask], 2h, 2w) and visibility logits (B, landmarks, states)."""
        del fused  # the paper's shape branch sees the shape stream only
        neck = self.neck(features[-1])
        visibility = self.visibility(neck.mean((2, 3))).unflatten(1, (self.landmarks, self.states))
        return self.maps(self.climb(neck)), visibility


class PyramidDecoder(nn.Module):
    """Climbs from the deepest to the finest stage with lateral connections, separable 3x3 at each step.

    The visibility of a landmark is read where its heatmap looks: the finest features, averaged with the
    heatmap's softmax as weights, beside the mean of the fused map, which says what kind of garment it is.
    """

    def __init__(self, channels: Sequence[int], config: TwoStreamConfig) -> None:
        super().__init__()
        width = config.decoder_width
        self.laterals = nn.ModuleList(nn.Conv2d(c, width, 1) for c in channels)
        self.blends = nn.ModuleList(_separable(width) for _ in channels)
        self.maps = nn.Conv2d(width, config.landmarks + int(config.mask), 1)
        self.local_visibility = nn.Parameter(torch.empty(config.landmarks, config.visibility_states, width))
        nn.init.trunc_normal_(self.local_visibility, std=0.02)
        self.visibility = nn.Linear(config.fusion[-1].width, config.landmarks * config.visibility_states)
        self.landmarks, self.states = config.landmarks, config.visibility_states

    def forward(self, features: Sequence[Tensor], fused: Tensor) -> tuple[Tensor, Tensor]:
        """Maps (B, landmarks [+ 1 mask], h, w), visibility logits (B, landmarks, states)."""
        level: Tensor | None = None
        for lateral, blend, feature in zip(
            reversed(self.laterals), reversed(self.blends), reversed(list(features)), strict=True
        ):
            side = lateral(feature)
            if level is not None:
                side = side + functional.interpolate(level, size=side.shape[2:], mode="nearest")
            level = blend(side)
        if level is None:
            msg = "the pyramid needs at least one stage"
            raise ValueError(msg)
        maps = self.maps(level)
        # The gaze must not bend the heatmaps: they are trained on positions alone.
        gaze = maps[:, : self.landmarks].detach().flatten(2).softmax(2)
        seen = gaze @ level.flatten(2).transpose(1, 2)
        local = (seen.unsqueeze(2) * self.local_visibility).sum(3)
        kind = self.visibility(fused.mean((2, 3))).unflatten(1, (self.landmarks, self.states))
        return maps, local + kind


def _separable(width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(width, width, 3, padding=1, groups=width, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.Conv2d(width, width, 1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
    )


def build_decoder(channels: Sequence[int], config: TwoStreamConfig) -> DeconvDecoder | PyramidDecoder:
    """The decoder that the configuration names, for a shape stream with these stage channels."""
    return (DeconvDecoder if config.decoder == "deconv" else PyramidDecoder)(channels, config)

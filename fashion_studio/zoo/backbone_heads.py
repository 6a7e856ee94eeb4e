"""One timm backbone with several classification heads on its pooled features.

Linear heads are those of the FASHION-HOW sources (`eva02_tiny_patch14_224` with one linear layer per task,
`convnextv2_femto` and `mobilenetv4_conv_small` with one for the colours); hidden layers with ReLU and dropout
before six softmaxes are the 26-attribute ResNet-50's. The network answers logits, never probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import timm
import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from fashion_studio.zoo.configuration import BackboneHeadsConfig

__all__ = ["BackboneHeads", "HeadsOutput", "map_of_features", "pools_by_mean"]

_LINEAR_POOLING: Final = 1e-5
"""Largest difference, relative, between the backbone's pooled features and the plain mean of its map."""


@dataclass(frozen=True, slots=True)
class HeadsOutput:
    """What one forward pass gives.

    Attributes:
        logits: per head (B, values).
        features: (B, channels, h, w), what the backbone pools: for a vision transformer its patch tokens,
            laid out on the patch grid without the prefix tokens.
    """

    logits: Mapping[str, Tensor]
    features: Tensor


class BackboneHeads(nn.Module):
    """See the module's text. Built from a `BackboneHeadsConfig`, weights random; no network is touched."""

    def __init__(self, config: BackboneHeadsConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone: Any = _backbone(config)
        width = int(self.backbone.head_hidden_size)
        layers: list[nn.Module] = []
        for hidden in config.hidden_widths:
            layers += [nn.Linear(width, hidden), nn.ReLU(), nn.Dropout(config.dropout)]
            width = hidden
        self.hidden = nn.Sequential(*layers) if layers else nn.Dropout(config.dropout)
        self.heads = nn.ModuleDict({head.name: nn.Linear(width, head.values) for head in config.heads})
        if config.frozen:
            self.backbone.requires_grad_(requires_grad=False).eval()

    def forward(self, images: Tensor) -> HeadsOutput:
        """Reads normalised images (B, 3, input_px, input_px)."""
        if self.config.frozen:
            with torch.no_grad():
                features = self.backbone.forward_features(images)
                pooled = self.backbone.forward_head(features, pre_logits=True)
        else:
            features = self.backbone.forward_features(images)
            pooled = self.backbone.forward_head(features, pre_logits=True)
        return HeadsOutput(self._logits(pooled), map_of_features(self.backbone, features))

    def logits_of(self, features: Tensor) -> dict[str, Tensor]:
        """The heads' logits from a map of features (B, channels, h, w), as `HeadsOutput.features` is."""
        return self._logits(self.backbone.forward_head(self._as_backbones(features), pre_logits=True))

    def train(self, mode: bool = True) -> Self:
        """A frozen backbone stays in evaluation mode: its running statistics are part of its weights."""
        super().train(mode)
        if self.config.frozen:
            self.backbone.eval()
        return self

    def head(self, name: str) -> nn.Linear:
        """The linear layer of one head."""
        layer = self.heads[name]
        if not isinstance(layer, nn.Linear):
            msg = f"head {name} is no linear layer"
            raise TypeError(msg)
        return layer

    def averages_linearly(self) -> bool:
        """Whether a logit is the mean over `features` of a linear map of them, plus a bias.

        Then class activation maps follow in closed form; else they take a gradient (`zoo.activation`). It is
        tried out, not looked up: some backbones have a normalisation or a layer after their pooling.
        """
        return not self.config.hidden_widths and pools_by_mean(self.backbone)

    def _logits(self, pooled: Tensor) -> dict[str, Tensor]:
        inner = self.hidden(pooled)
        return {name: head(inner) for name, head in self.heads.items()}

    def _as_backbones(self, features: Tensor) -> Tensor:
        if not hasattr(self.backbone, "num_prefix_tokens"):
            return features.permute(0, 2, 3, 1) if _is_channels_last(self.backbone) else features
        patches = features.flatten(2).transpose(1, 2)
        # never looked at: the patches alone are averaged
        prefix = patches.new_zeros(len(patches), self.backbone.num_prefix_tokens, patches.shape[2])
        return torch.cat((prefix, patches), dim=1)


def _backbone(config: BackboneHeadsConfig) -> Any:
    options: dict[str, Any] = {"pretrained": False, "num_classes": 0}
    with torch.device("meta"):
        sketch = timm.create_model(config.backbone, **options)
    if hasattr(sketch, "num_prefix_tokens"):
        if hasattr(sketch, "patch_embed"):
            options["img_size"] = config.input_px
        if sketch.global_pool == "token":
            # The class token's gradient leaves the last patch tokens untouched, so there would be no map;
            # the norm stays where the class token has it, and so the pretrained weights fit.
            options |= {"global_pool": "avg", "fc_norm": False}
    return timm.create_model(config.backbone, **options)


def map_of_features(backbone: Any, features: Tensor) -> Tensor:
    """What a timm network's `forward_features` gave, as (B, channels, h, w); prefix tokens are left out."""
    if features.ndim == 4:
        return features.permute(0, 3, 1, 2) if _is_channels_last(backbone) else features
    rows, columns = backbone.patch_embed.grid_size
    patches = features[:, backbone.num_prefix_tokens :]
    grid: Tensor = patches.transpose(1, 2).unflatten(2, (rows, columns))
    return grid


def pools_by_mean(backbone: Any) -> bool:
    """Whether a timm network's pooled features are the plain mean of its map; it is tried out."""
    generator = torch.Generator().manual_seed(0)
    channels = backbone.num_features
    device = next(backbone.parameters()).device
    was_training = backbone.training
    backbone.eval()
    with torch.inference_mode():
        if hasattr(backbone, "num_prefix_tokens"):
            prefix = backbone.num_prefix_tokens
            features = torch.randn(1, prefix + 9, channels, generator=generator)
            mean = features[:, prefix:].mean(1)
        else:
            features = torch.randn(1, channels, 3, 3, generator=generator)
            mean = features.mean((2, 3))
            features = features.permute(0, 2, 3, 1) if _is_channels_last(backbone) else features
        pooled = backbone.forward_head(features.to(device), pre_logits=True).cpu()
    backbone.train(was_training)
    if pooled.shape != mean.shape:
        return False
    return bool((pooled - mean).abs().max() <= _LINEAR_POOLING * mean.abs().max())


def _is_channels_last(backbone: Any) -> bool:
    return getattr(backbone, "output_fmt", "NCHW") == "NHWC"

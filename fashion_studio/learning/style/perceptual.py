"""Losses of style transfer: content and style compared by an encoder's features, and pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from fashion_studio.zoo.adain import adaptive_instance_norm, channel_statistics

if TYPE_CHECKING:
    from torch import Tensor

    from fashion_studio.learning.style.adain_recipe import AdaInRecipe
    from fashion_studio.zoo.adain import AdaIn
    from fashion_studio.zoo.style_encoders import ConvEncoder, StageEncoder

__all__ = ["StyleLosses", "losses_of"]


@dataclass(frozen=True, slots=True)
class StyleLosses:
    """Each a number without its weight, and the weighted sum."""

    total: Tensor
    content: Tensor
    style: Tensor
    identity: Tensor


def losses_of(
    network: AdaIn,
    compare: ConvEncoder | StageEncoder,
    batch: tuple[Tensor, Tensor],
    alpha: Tensor,
    recipe: AdaInRecipe,
) -> StyleLosses:
    """The losses of one batch (Huang & Belongie 2017, equations 11 to 13).

    Content: mean squared difference between the made picture's features and the AdaIN output t. Style: mean
    squared differences of mean and deviation at every tap. Where the loss compares by another encoder than
    the network's own, t is the AdaIN output of that encoder's features. With α below 1, t is blended as the
    network blends, and the style counts by α².

    Args:
        network: learns.
        compare: the encoder to compare by; frozen.
        batch: contents and styles, both (B, 3, H, W) in 0 to 1.
        alpha: (B,) strengths, 0 to 1.
        recipe: its weights.
    """
    content, style = batch
    with torch.no_grad():
        style_taps = _taps(compare, style, recipe)
        kept = _taps(compare, content, recipe)[-1]
        strength = alpha.view(-1, 1, 1, 1)
        target = torch.lerp(kept, adaptive_instance_norm(kept, style_taps[-1]), strength)
    made = network(content, style, alpha)
    taps = _taps(compare, made, recipe)
    content_loss = functional.mse_loss(taps[-1], target)
    style_loss = made.new_zeros(())
    for own, wanted in zip(taps, style_taps, strict=True):
        for mine, theirs in zip(channel_statistics(own), channel_statistics(wanted), strict=True):
            gaps = ((mine - theirs) ** 2).flatten(1).mean(1)
            style_loss = style_loss + (gaps * alpha**2).mean()
    identity = made.new_zeros(())
    if recipe.identity_weight:
        identity = functional.l1_loss(network.again(content), content)
    total = (
        recipe.content_weight * content_loss
        + recipe.style_weight * style_loss
        + recipe.identity_weight * identity
    )
    return StyleLosses(total, content_loss, style_loss, identity)


def _taps(compare: ConvEncoder | StageEncoder, images: Tensor, recipe: AdaInRecipe) -> list[Tensor]:
    """The maps to compare by, in float32 whatever they were computed in: means of squares need it."""
    is_mixed = recipe.precision == "bf16-mixed"
    with torch.autocast(images.device.type, torch.bfloat16, enabled=is_mixed):
        return [tap.float() for tap in compare.taps(images)]

"""The losses of AMGAN and its rivals, each by itself. Means over pictures throughout: weights compare.

AMGAN is Ak et al., ICCV 2019; WGAN-GP is Gulrajani et al., NeurIPS 2017; StarGAN is Choi et al., CVPR 2018;
GANimation is Pumarola et al., ECCV 2018.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

__all__ = [
    "adversarial_loss",
    "attention_loss",
    "classification_loss",
    "critic_loss",
    "cycle_loss",
    "gradient_penalty",
    "mask_presence_loss",
    "mask_variation_loss",
    "perceptual_loss",
]

_INSIDE_ROOT: Final = 1e-12


def critic_loss(real: Tensor, fake: Tensor) -> Tensor:
    """−L_adv of a discriminator without its penalty: mean D(x*) − mean D(x), what a critic minimises.

    Args:
        real: realness of any shape.
        fake: likewise.
    """
    return fake.float().mean() - real.float().mean()


def adversarial_loss(fake: Tensor) -> Tensor:
    """The generator's: −mean D(x*)."""
    return -fake.float().mean()


def gradient_penalty(
    realness: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, share: Tensor
) -> Tensor:
    """WGAN-GP: mean over pictures of (‖∇D(x̂)‖₂ − 1)², with x̂ = share·x + (1 − share)·x*.

    The gradient is of the sum of a picture's patches, as in StarGAN. It is computed in float32 whatever the
    surroundings do, and can be differentiated again. The epsilon is inside the root: the root's own gradient
    at 0 is infinite. Nothing of a gradient scaler enters: what is differentiated is the score, not the scaled
    loss.

    Args:
        realness: the discriminator's adversarial head; no batch norm, which would mix the pictures.
        real: (B, 3, S, S); nothing flows back into it.
        fake: likewise.
        share: (B,), 0 to 1, uniformly drawn.
    """
    with torch.autocast(real.device.type, enabled=False):
        share = share.float()[:, None, None, None]
        between = (share * real.detach().float() + (1 - share) * fake.detach().float()).requires_grad_()
        (gradient,) = torch.autograd.grad(realness(between).float().sum(), between, create_graph=True)
        norm = (gradient.square().flatten(1).sum(1) + _INSIDE_ROOT).sqrt()
        return (norm - 1).square().mean()


def classification_loss(logits: Tensor, values: Tensor) -> Tensor:
    """Cross-entropy of one attribute, mean over the pictures whose value is known; 0 where none is.

    Args:
        logits: (B, values).
        values: (B,) long; negative where it is not known.
    """
    known = values >= 0
    if not bool(known.any()):
        return logits.float().sum() * 0.0
    return functional.cross_entropy(logits.float()[known], values[known])


def cycle_loss(images: Tensor, returned: Tensor) -> Tensor:
    """Mean absolute difference between the picture and its edit edited back."""
    return functional.l1_loss(returned.float(), images.float())


def attention_loss(mask: Tensor, guide: Tensor) -> Tensor:
    """L_att = ‖a − a*‖₁ as a mean over pixels.

    Args:
        mask: a, (B, 1, S, S).
        guide: a*, (B, 1, h, w), a CAM brought to 0 to 1; is enlarged to the mask's size. No gradient.
    """
    wanted = functional.interpolate(guide.detach().float(), mask.shape[2:], mode="bilinear")
    return functional.l1_loss(mask.float(), wanted)


def perceptual_loss(features: tuple[Tensor, Tensor], wanted: tuple[Tensor, Tensor], counts: Tensor) -> Tensor:
    """L_perc: mean squared difference of conv5 maps plus that of the average-pooled features.

    Args:
        features: (B, C, h, w) and (B, C), of the edited pictures.
        wanted: the same of their reference pictures. No gradient.
        counts: (B,) bool; a picture without a reference does not count. The mean is over those that do.
    """
    if not bool(counts.any()):
        return features[1].float().sum() * 0.0
    parts = [
        (mine.float() - theirs.detach().float()).square().flatten(1).mean(1)[counts].mean()
        for mine, theirs in zip(features, wanted, strict=True)
    ]
    return parts[0] + parts[1]


def mask_presence_loss(mask: Tensor) -> Tensor:
    """GANimation's first attention term: the mean share of the original, so that the edit does not vanish.

    Its own mask is the original's share, 1 − a; a mask (B, 1, S, S) here is the edit's.
    """
    return (1 - mask.float()).mean()


def mask_variation_loss(mask: Tensor) -> Tensor:
    """GANimation's second: total variation, summed over a mask (B, 1, S, S), mean over masks.

    Its code sums over the batch, of 25; the weight here is therefore 25 times as large.
    """
    mask = mask.float()
    across = (mask[..., :, 1:] - mask[..., :, :-1]).abs().sum()
    down = (mask[..., 1:, :] - mask[..., :-1, :]).abs().sum()
    return (across + down) / len(mask)

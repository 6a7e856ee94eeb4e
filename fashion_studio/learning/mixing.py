"""CutMix and Mixup of a batch, for any number of heads and for labels that are unknown.

torchvision mixes the pictures and answers soft labels of one head. So it is asked with each photo's place in
the batch as its label: what comes back says which photo was mixed in, and how much of it. The loss is then
that share of each photo's own loss (`learning.objectives.Objective.mixed`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torchvision.transforms import v2

from fashion_studio.learning.chance import own_chance

if TYPE_CHECKING:
    from torch import Tensor

    from fashion_studio.learning.view_plans import Mixing

__all__ = ["MixedBatch", "mix"]


@dataclass(frozen=True, slots=True)
class MixedBatch:
    """A batch of which each photo is mixed with another.

    Attributes:
        images: (B, 3, S, S).
        partners: (B,) long: which photo of the batch was mixed in; pass it to `Targets.rows`.
        share: of the photo itself, 0 to 1; 1 where nothing was mixed.
    """

    images: Tensor
    partners: Tensor
    share: float


def mix(images: Tensor, plan: Mixing, seed: int) -> MixedBatch:
    """Mixes a batch with the plan's probabilities; at most one of the two ways.

    CutMix: Yun et al., ICCV 2019; Mixup: Zhang et al., ICLR 2018; the ratio is drawn from Beta(alpha, alpha).

    Args:
        images: (B, 3, S, S) float, on any device.
        plan: probabilities and alphas.
        seed: of this batch; the same gives the same.
    """
    count = len(images)
    alone = MixedBatch(images, torch.arange(count, device=images.device), 1.0)
    if count < 2 or plan.cutmix_share + plan.mixup_share <= 0:
        return alone
    # the draws come from the processor's generator, whatever the pictures' device
    with own_chance(seed):
        dice = float(torch.rand(()))
        if dice >= plan.cutmix_share + plan.mixup_share:
            return alone
        way: v2.Transform
        if dice < plan.cutmix_share:
            way = v2.CutMix(alpha=plan.cutmix_alpha, num_classes=count)
        else:
            way = v2.MixUp(alpha=plan.mixup_alpha, num_classes=count)
        mixed, soft = way(images, torch.arange(count, device=images.device))
    own = soft.diagonal()
    others = soft - torch.diag(own)
    return MixedBatch(mixed, others.argmax(1), float(own[0]))

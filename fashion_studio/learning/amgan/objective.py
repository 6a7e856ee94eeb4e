"""What generator and discriminators minimise, put together from the losses as the plan says.

L_D = −L_adv + λ_gp·gp + L_cls on D_I and D_C; L_G = L_adv + L_cls + 10·L_cyc + 10·L_att + 20·L_perc, the
first two on both (AMGAN, sections 3.2 and 3.3, with the paper's weights as `GanWeights` has them).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from fashion_studio.learning.amgan.crops import attended_boxes, cropped
from fashion_studio.learning.amgan.draws import condition_of
from fashion_studio.learning.amgan.losses import (
    adversarial_loss,
    attention_loss,
    classification_loss,
    critic_loss,
    cycle_loss,
    gradient_penalty,
    mask_presence_loss,
    mask_variation_loss,
    perceptual_loss,
)
from fashion_studio.zoo.amgan import compose

if TYPE_CHECKING:
    from torch import Tensor

    from fashion_studio.learning.amgan.crops import CropBox
    from fashion_studio.learning.amgan.plan import GanPlan
    from fashion_studio.zoo.amgan import Discriminator, Generator
    from fashion_studio.zoo.attribute_resnet import AttributeReading, AttributeResnet

__all__ = ["Batch", "Edit", "Objective"]


@dataclass(frozen=True, slots=True)
class Batch:
    """A step's pictures on the device.

    Attributes:
        images: x, (B, 3, S, S), -1 to 1.
        attribute: the edited one.
        sources, targets: (B,) long, the value that is there and the one that is wanted.
        references: (B, 3, S, S) with anything where `has_reference` (B,) bool is False; None where no
            perceptual loss is computed.
    """

    images: Tensor
    attribute: str
    sources: Tensor
    targets: Tensor
    references: Tensor | None = None
    has_reference: Tensor | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """An edited batch: x* with the z and a that it is composed of."""

    images: Tensor
    picture: Tensor
    mask: Tensor


class Objective:
    """The losses of one plan.

    Args:
        plan: of the recipe.
        guide: the frozen attribute network; None for a plan that asks it nothing.
    """

    def __init__(self, plan: GanPlan, guide: AttributeResnet | None) -> None:
        if guide is None and (plan.uses_cam or plan.compares_features or plan.weights.guidance):
            msg = "this plan needs an attribute network"
            raise ValueError(msg)
        self.plan, self.guide = plan, guide

    def edit(
        self,
        generator: Generator,
        images: Tensor,
        attribute: str,
        sources: Tensor,
        targets: Tensor,
    ) -> Edit:
        """x* = a·z + (1 − a)·x for each picture; with the CAM as a where the plan says so."""
        condition = condition_of(generator.config, attribute, targets)
        picture, mask = generator(images, condition.target, condition.edited)
        if self.plan.mask_is_cam:
            cam = self._cam(self._read(images.detach()), attribute, sources, targets)
            mask = functional.interpolate(cam, images.shape[2:], mode="bilinear").to(picture.dtype)
        return Edit(compose(images, picture, mask), picture, mask)

    def critic(
        self,
        judge: Discriminator,
        crop_judge: Discriminator | None,
        batch: Batch,
        edit: Edit,
        shares: tuple[Tensor, Tensor],
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """L_D of both discriminators, and its terms.

        Args:
            judge: D_I.
            crop_judge: D_C, or None.
            batch: of the step.
            edit: made without gradients.
            shares: (B,) each, where on the line between x and x* D_I's and D_C's penalties look.
        """
        loss, terms = self._critic(judge, batch.images, edit.images, batch, shares[0])
        if crop_judge is not None:
            boxes = self._boxes(edit)
            side = crop_side_px(batch.images)
            real, fake = cropped(batch.images, boxes, side), cropped(edit.images, boxes, side)
            more, crop_terms = self._critic(crop_judge, real, fake, batch, shares[1])
            loss = loss + more
            terms |= {f"crop.{name}": value for name, value in crop_terms.items()}
            terms["crop.fallback"] = _share(boxes, batch.images)
        return loss, terms

    def generator(
        self,
        generator: Generator,
        judge: Discriminator,
        crop_judge: Discriminator | None,
        batch: Batch,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """L_G and its terms, unweighted."""
        edit = self.edit(generator, batch.images, batch.attribute, batch.sources, batch.targets)
        back = self.edit(generator, edit.images, batch.attribute, batch.targets, batch.sources)
        terms = self._judged(judge, edit.images, batch)
        terms["cycle"] = cycle_loss(batch.images, back.images)
        if crop_judge is not None:
            crops = cropped(edit.images, self._boxes(edit), crop_side_px(batch.images))
            terms |= {f"crop.{name}": value for name, value in self._judged(crop_judge, crops, batch).items()}
        if self.plan.follows_cam:
            reading = self._read(batch.images)
            cam = self._cam(reading, batch.attribute, batch.sources, batch.targets)
            terms["attention"] = attention_loss(edit.mask, cam)
        if self.plan.compares_features:
            terms["perceptual"] = self._perceptual(edit, batch)
        if self.plan.method == "ganimation":
            terms["mask_presence"] = mask_presence_loss(edit.mask) + mask_presence_loss(back.mask)
            terms["mask_variation"] = mask_variation_loss(edit.mask) + mask_variation_loss(back.mask)
        loss = sum((self._weight(name) * value for name, value in terms.items()), batch.images.new_zeros(()))
        terms["mask_mean"] = edit.mask.detach().float().mean()
        return loss, terms

    def describe(self) -> str:
        """Both objectives in a line, with weights."""
        plan, weights = self.plan, self.plan.weights
        places = "D_I and D_C" if plan.judges_crop else "D_I"
        parts = [f"{weights.adversarial:g}·adversarial", f"{weights.classification:g}·classification"]
        parts = [f"{part} ({places})" for part in parts] + [f"{weights.cycle:g}·cycle L1"]
        if plan.follows_cam:
            parts.append(f"{weights.attention:g}·attention L1 to the {plan.cam_label} value's CAM")
        if plan.compares_features:
            parts.append(f"{weights.perceptual:g}·perceptual (conv5 and pooled, mean squared)")
        if plan.method == "ganimation":
            parts.append(f"{weights.mask_presence:g}·mask presence")
            parts.append(f"{weights.mask_variation:g}·mask variation")
        if weights.paired:
            parts.append(f"{weights.paired:g}·paired (the house's own)")
        return (
            f"Generator: {' + '.join(parts)}. Discriminators: −adversarial + {weights.penalty:g}·gradient "
            f"penalty + {weights.classification:g}·classification, {plan.critic_steps} steps for each of the "
            "generator's."
        )

    def _critic(
        self, judge: Discriminator, real: Tensor, fake: Tensor, batch: Batch, share: Tensor
    ) -> tuple[Tensor, dict[str, Tensor]]:
        seen, made = judge(real), judge(fake)
        distance = critic_loss(seen.realness, made.realness)
        penalty = gradient_penalty(lambda images: judge(images).realness, real, fake, share)
        named = classification_loss(seen.logits[batch.attribute], batch.sources)
        weights = self.plan.weights
        loss = weights.adversarial * distance + weights.penalty * penalty + weights.classification * named
        return loss, {"critic": distance, "penalty": penalty, "real_classification": named}

    def _judged(self, judge: Discriminator, images: Tensor, batch: Batch) -> dict[str, Tensor]:
        judgement = judge(images)
        return {
            "adversarial": adversarial_loss(judgement.realness),
            "classification": classification_loss(judgement.logits[batch.attribute], batch.targets),
        }

    def _perceptual(self, edit: Edit, batch: Batch) -> Tensor:
        if batch.references is None or batch.has_reference is None:
            msg = "the perceptual loss needs references"
            raise ValueError(msg)
        mine = self.read_with_gradient(edit.images)
        theirs = self._read(batch.references)
        return perceptual_loss(
            (mine.features, mine.pooled), (theirs.features, theirs.pooled), batch.has_reference
        )

    def _boxes(self, edit: Edit) -> list[CropBox]:
        return attended_boxes(edit.mask, self.plan.crop_threshold, self.plan.crop_min_share)

    def _read(self, images: Tensor) -> AttributeReading:
        with torch.no_grad():
            return self.read_with_gradient(images)

    def read_with_gradient(self, images: Tensor) -> AttributeReading:
        """What the attribute network sees in (B, 3, S, S), -1 to 1; gradients flow to the pictures."""
        assert self.guide is not None  # noqa: S101 - checked at the start
        reading: AttributeReading = self.guide(images)
        return reading

    def _cam(self, reading: AttributeReading, attribute: str, sources: Tensor, targets: Tensor) -> Tensor:
        assert self.guide is not None  # noqa: S101 - checked at the start
        return self.guide.cam(reading, attribute, sources if self.plan.cam_label == "source" else targets)

    def _weight(self, term: str) -> float:
        return float(getattr(self.plan.weights, term.removeprefix("crop.")))


def crop_side_px(images: Tensor) -> int:
    """Side of D_C's crops: half the picture's, as in the paper."""
    return images.shape[-1] // 2


def _share(boxes: list[CropBox], like: Tensor) -> Tensor:
    return like.new_tensor(sum(box.is_fallback for box in boxes) / max(1, len(boxes)))

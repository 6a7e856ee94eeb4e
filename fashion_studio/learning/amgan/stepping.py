"""Networks, optimisers and one step of an adversarial training; and what it takes to go on exactly."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, fields
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from fashion_studio.learning.amgan.motifs import start_templates
from fashion_studio.learning.amgan.objective import Batch
from fashion_studio.learning.amgan.paired import PairBatch, guidance_loss, paired_loss
from fashion_studio.learning.amgan.pictures import as_images
from fashion_studio.learning.amgan.plan import warm_ups
from fashion_studio.learning.fitting import LossNotFinite
from fashion_studio.learning.schedules import make_optimiser, rate_factor
from fashion_studio.zoo.amgan import AmganConfig, Discriminator, Generator, compose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from fashion_studio.learning.amgan.draws import Draw, Drawer
    from fashion_studio.learning.amgan.objective import Objective
    from fashion_studio.learning.amgan.paired import PairDraw
    from fashion_studio.learning.amgan.pictures import Pictures
    from fashion_studio.learning.amgan.plan import GanPlan
    from fashion_studio.learning.amgan.stylised import StylisedViews
    from fashion_studio.learning.method_recipe import Phase

__all__ = ["GanNetworks", "GanStepper", "config_of"]

_PAIR_STREAM: Final = 6_000_011
"""Keeps the pairs' random numbers apart from others of the same seed."""


def config_of(plan: GanPlan) -> AmganConfig:
    """The networks' configuration."""
    return AmganConfig(
        attributes=dict(plan.attributes),
        size_px=plan.size_px,
        width=plan.width,
        blocks=plan.blocks,
        conditioning=plan.conditioning,
        skips=plan.skips,
        templates=plan.templates,
        attention=plan.has_mask,
        judge_width=plan.judge_width,
        judge_layers=plan.judge_layers,
    )


@dataclass(frozen=True, slots=True)
class GanNetworks:
    """Generator, its moving average (what is kept), D_I, and D_C where the plan has one."""

    generator: Generator
    averaged: AveragedModel
    judge: Discriminator
    crop_judge: Discriminator | None

    @classmethod
    def new(cls, plan: GanPlan, seed: int, average_decay: float, device: torch.device) -> GanNetworks:
        """With random weights that follow from the seed."""
        config = config_of(plan)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            generator = Generator(config)
            start_templates(generator)
            judge = Discriminator.of_picture(config)
            crop_judge = Discriminator.of_crop(config) if plan.judges_crop else None
        generator.to(device)
        return cls(
            generator,
            AveragedModel(generator, avg_fn=lambda old, new, count: _blend(old, new, count, average_decay)),
            judge.to(device),
            None if crop_judge is None else crop_judge.to(device),
        )

    @property
    def kept(self) -> Generator:
        """The averaged generator."""
        found = self.averaged.module
        assert isinstance(found, Generator)  # noqa: S101 - what was put in
        return found

    @property
    def judges(self) -> list[Discriminator]:
        """D_I, then D_C where there is one."""
        return [self.judge] if self.crop_judge is None else [self.judge, self.crop_judge]


class GanStepper:
    """Takes the steps of a run.

    Args:
        networks: are trained in place.
        objective: of the plan.
        drawer: says what each step works on.
        pictures: that the drawer's rows are of.
        phases: of the recipe: the adversarial one; before it a paired one, after it one on the originals,
            where there is any.
        pairs: renderings with their true edits; None where the plan asks for none.
        precision: "32-true", "bf16-mixed" or "16-mixed"; the penalty is float32 in all of them.
        device: where to compute.

    Attributes:
        stylised: stylised copies of the pictures, and the share of them in each phase; None for none.
    """

    def __init__(
        self,
        networks: GanNetworks,
        objective: Objective,
        drawer: Drawer,
        pictures: Pictures,
        *,
        phases: Sequence[Phase],
        pairs: PairDraw | None,
        precision: str,
        device: torch.device,
    ) -> None:
        self.stylised: StylisedViews | None = None
        self.networks, self.objective, self.drawer = networks, objective, drawer
        self.pictures, self.device = pictures, device
        self.phases, self._pairs = tuple(phases), pairs
        per_epoch = objective.plan.steps_per_epoch
        warm = warm_ups([phase.name for phase in phases])
        optimiser = phases[warm].optimiser
        self._starts = [0, *accumulate(phase.epochs * per_epoch for phase in phases)]
        self.paired_steps, self.steps = self._starts[warm], self._starts[-1]
        self._factors = [
            rate_factor(phase.schedule, phase.optimiser.rate, phase.epochs, per_epoch) for phase in phases
        ]
        self.done, self._seed = 0, drawer.seed
        self.references = {"exact": 0, "fallback": 0, "none": 0}
        self._names = list(objective.plan.attributes)
        self._kind = {"bf16-mixed": torch.bfloat16, "16-mixed": torch.float16}.get(precision)
        self._of_judges = make_optimiser(nn.ModuleList(networks.judges), optimiser)
        self._of_generator = make_optimiser(networks.generator, optimiser)
        self._of_warm_up = make_optimiser(networks.generator, phases[0].optimiser)
        # one each: what overflows for the discriminators says nothing of the generator
        self._scalers = [torch.amp.GradScaler(device.type, enabled=precision == "16-mixed") for _ in range(2)]

    def step(self) -> dict[str, Tensor]:
        """Takes one step; the terms of its losses.

        In the adversarial phase the discriminators are updated, and after every `critic_steps`-th time the
        generator; in the paired one the generator alone.

        Raises:
            LossNotFinite: a loss is not; nothing was updated by it.
        """
        self._set_rates(self.rate)
        if self.done < self.paired_steps:
            terms = self._step_paired()
        else:
            terms = self._step_adversarial(self.done - self.paired_steps)
        self.done += 1
        return terms

    @property
    def phase(self) -> Phase:
        """The phase of the next step."""
        return self.phases[self._at]

    @property
    def _at(self) -> int:
        return min(bisect_right(self._starts, self.done), len(self.phases)) - 1

    def _step_adversarial(self, step: int) -> dict[str, Tensor]:
        plan = self.objective.plan
        with_generator = (step + 1) % plan.critic_steps == 0
        draw = self.drawer.draw(
            step,
            with_references=with_generator and plan.compares_features,
            stylised=0.0 if self.stylised is None else self.stylised.shares[self._at],
        )
        batch = self._batch(draw)
        terms = self._step_judges(batch, self.drawer.noise(step, len(draw.rows)))
        if with_generator:
            terms |= self._step_generator(batch)
            self.networks.averaged.update_parameters(self.networks.generator)
            for name, count in draw.matches.items():
                self.references[name] += count
        return terms

    def _step_paired(self) -> dict[str, Tensor]:
        with self._casting():
            terms = self._paired_terms()
            loss = torch.stack(list(terms.values())).sum()
        self._update(loss, self._of_warm_up, self._scalers[1])
        self.networks.averaged.update_parameters(self.networks.generator)
        return {"generator": loss.detach()} | {f"paired.{name}": v.detach() for name, v in terms.items()}

    def _paired_terms(self) -> dict[str, Tensor]:
        assert self._pairs is not None  # noqa: S101 - a plan that asks for pairs has them
        rng = np.random.default_rng((_PAIR_STREAM, self._seed, self.done))
        drawn = self._pairs.batch(self.drawer.batch_size, rng)
        batch = PairBatch(**{f.name: getattr(drawn, f.name).to(self.device) for f in fields(drawn)})
        picture, mask = self.networks.generator(batch.source, batch.values, batch.edited)
        terms = paired_loss(picture, mask, batch)
        weight = self.objective.plan.weights.guidance
        if weight:
            made = compose(batch.source, picture, mask)
            terms["guidance"] = weight * guidance_loss(
                self.objective.read_with_gradient(made).logits, batch.truth
            )
        return terms

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        at = self._at
        return self.phases[at].optimiser.rate * self._factors[at](self.done - self._starts[at])

    def state(self) -> dict[str, Any]:
        """All that a later `load_state` needs to go on exactly; plain tensors and numbers."""
        networks = self.networks
        return {
            "done": self.done,
            "references": dict(self.references),
            "generator": networks.generator.state_dict(),
            "averaged": networks.averaged.state_dict(),
            "judges": [judge.state_dict() for judge in networks.judges],
            "of_generator": self._of_generator.state_dict(),
            "of_warm_up": self._of_warm_up.state_dict() if self.done < self.paired_steps else {},
            "of_judges": self._of_judges.state_dict(),
            "scalers": [scaler.state_dict() for scaler in self._scalers],
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Goes on from `state`."""
        networks = self.networks
        self.done = int(state["done"])
        self.references = {name: int(count) for name, count in state["references"].items()}
        networks.generator.load_state_dict(state["generator"])
        networks.averaged.load_state_dict(state["averaged"])
        for judge, part in zip(networks.judges, state["judges"], strict=True):
            judge.load_state_dict(part)
        self._of_generator.load_state_dict(state["of_generator"])
        self._of_judges.load_state_dict(state["of_judges"])
        if state["of_warm_up"]:
            self._of_warm_up.load_state_dict(state["of_warm_up"])
        for scaler, part in zip(self._scalers, state["scalers"], strict=True):
            if part:
                scaler.load_state_dict(part)

    def _batch(self, draw: Draw) -> Batch:
        references = has_reference = None
        if draw.references is not None:
            has_reference = torch.from_numpy(draw.references >= 0).to(self.device)
            rows = np.where(draw.references >= 0, draw.references, draw.rows)
            references = self.pictures.images(rows).to(self.device)
        squares = self.pictures.squares(draw.rows)
        if self.stylised is not None and draw.copies is not None:
            self.stylised.lay_over(squares, draw.rows, draw.copies)
        squares[draw.mirrored] = squares[draw.mirrored, :, ::-1]
        return Batch(
            as_images(squares).to(self.device),
            self._names[draw.attribute],
            torch.from_numpy(draw.sources).to(self.device),
            torch.from_numpy(draw.targets).to(self.device),
            references,
            has_reference,
        )

    def _step_judges(self, batch: Batch, shares: tuple[Tensor, Tensor]) -> dict[str, Tensor]:
        networks = self.networks
        on_device = (shares[0].to(self.device), shares[1].to(self.device))
        with self._casting():
            with torch.no_grad():
                edit = self.objective.edit(
                    networks.generator, batch.images, batch.attribute, batch.sources, batch.targets
                )
            loss, terms = self.objective.critic(networks.judge, networks.crop_judge, batch, edit, on_device)
        self._update(loss, self._of_judges, self._scalers[0])
        return {"discriminators": loss.detach()} | _plain(terms)

    def _step_generator(self, batch: Batch) -> dict[str, Tensor]:
        networks = self.networks
        for judge in networks.judges:  # they only judge here
            judge.requires_grad_(requires_grad=False)
        with self._casting():
            loss, terms = self.objective.generator(
                networks.generator, networks.judge, networks.crop_judge, batch
            )
            weight = self.objective.plan.weights.paired
            if weight:
                terms["paired"] = torch.stack(list(self._paired_terms().values())).sum()
                loss = loss + weight * terms["paired"]
        self._update(loss, self._of_generator, self._scalers[1])
        for judge in networks.judges:
            judge.requires_grad_(requires_grad=True)
        return {"generator": loss.detach()} | _plain(terms)

    def _update(self, loss: Tensor, optimiser: torch.optim.Optimizer, scaler: torch.amp.GradScaler) -> None:
        if not bool(loss.isfinite()):
            msg = (
                f"A loss is not a finite number any more (step {self.done + 1}). The run stopped at its last "
                "good checkpoint. Train again with a lower learning rate or in 32-true precision."
            )
            raise LossNotFinite(msg)
        optimiser.zero_grad(set_to_none=True)
        scaler.scale(loss).backward()
        scaler.step(optimiser)  # takes the scale back first
        scaler.update()

    def _casting(self) -> torch.autocast:
        return torch.autocast(self.device.type, self._kind or torch.bfloat16, enabled=self._kind is not None)

    def _set_rates(self, rate: float) -> None:
        for optimiser in (self._of_judges, self._of_generator, self._of_warm_up):
            for group in optimiser.param_groups:
                group["lr"] = rate


def _blend(old: Tensor, new: Tensor, count: Tensor | int, decay: float) -> Tensor:
    # young averages follow quickly, so that the start is soon forgotten
    share = min(decay, (1 + int(count)) / (10 + int(count)))
    return torch.lerp(new, old, share) if old.is_floating_point() else new


def _plain(terms: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.detach() for name, value in terms.items()}

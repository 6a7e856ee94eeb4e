"""A phase's optimiser and learning rates, from the recipe. Rates change after every step."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

from fashion_studio.domain.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch.optim import Optimizer

    from fashion_studio.learning.method_recipe import OptimiserPlan, Phase, Schedule

__all__ = ["make_optimiser", "make_schedule", "part_of", "rate_factor", "set_trained_parts"]


def part_of(parameter_name: str) -> str:
    """The part of the network a parameter belongs to: the first component of its name."""
    return parameter_name.partition(".")[0]


def set_trained_parts(network: nn.Module, phase: Phase) -> int:
    """Lets the phase's parts learn and the others rest. Parts that the network itself froze stay frozen.

    Args:
        network: its parameters' `requires_grad` is set.
        phase: of the recipe.

    Returns:
        How many numbers are trained.

    Raises:
        UserError: the phase names a part that the network does not have, or nothing is left to train.
    """
    parts = {part_of(name) for name, _ in network.named_parameters()}
    strange = sorted(set(phase.parts) - parts)
    if strange:
        msg = (
            f"The phase “{phase.name}” trains “{strange[0]}”, which this network does not have. "
            f"Its parts are: {', '.join(sorted(parts))}."
        )
        raise UserError(msg)
    frozen = "backbone" if getattr(getattr(network, "config", None), "frozen", False) else ""
    count = 0
    for name, parameter in network.named_parameters():
        part = part_of(name)
        parameter.requires_grad_(part != frozen and (not phase.parts or part in phase.parts))
        count += parameter.numel() if parameter.requires_grad else 0
    if not count:
        msg = f"In the phase “{phase.name}” nothing of the network is trained."
        raise UserError(msg)
    return count


def make_optimiser(network: nn.Module, plan: OptimiserPlan, *, fused: bool = False) -> Optimizer:
    """The optimiser of the parameters that are trained now, one group per part, named by it.

    Args:
        network: after `set_trained_parts`.
        plan: of the phase.
        fused: one kernel for each parameter. On a CPU torch's default is many small operations, each of which
            waits for all threads: on a busy machine that takes longer than the gradients.
    """
    groups: dict[str, list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            groups.setdefault(part_of(name), []).append(parameter)
    wanted: list[dict[str, Any]] = [
        {"params": parameters, "lr": plan.rates.get(part, plan.rate), "name": part}
        for part, parameters in groups.items()
    ]
    if plan.kind == "sgd":
        return torch.optim.SGD(
            wanted,
            lr=plan.rate,
            momentum=plan.momentum,
            weight_decay=plan.weight_decay,
            fused=fused or None,
        )
    kind = torch.optim.AdamW if plan.kind == "adamw" else torch.optim.Adam
    return kind(wanted, lr=plan.rate, betas=plan.betas, weight_decay=plan.weight_decay, fused=fused or None)


def rate_factor(schedule: Schedule, rate: float, epochs: int, steps_per_epoch: int) -> Callable[[int], float]:
    """What the learning rate is multiplied by at each step of a phase.

    Warm restarts are SGDR's (Loshchilov & Hutter, ICLR 2017, equation 5), as torch's
    `CosineAnnealingWarmRestarts` in fractions of an epoch: eta_min + (rate - eta_min)·(1 + cos(π·t/T))/2.

    Args:
        schedule: of the phase.
        rate: the optimiser's own, to turn `eta_min` into a factor.
        epochs: of the phase.
        steps_per_epoch: optimiser steps in one epoch.

    Returns:
        A function of the number of steps done in the phase.
    """
    floor = schedule.eta_min / rate

    def factor(step: int) -> float:
        if step < schedule.warmup_steps:
            return (step + 1) / schedule.warmup_steps
        epoch = step / steps_per_epoch
        if schedule.kind == "exponential":
            return float(max(floor, schedule.decay ** math.floor(epoch)))
        if schedule.kind == "cosine":
            return _between(floor, min(1.0, epoch / epochs))
        if schedule.kind == "warm_restarts":
            return _between(floor, _place_in_period(epoch, schedule.t0_epochs, schedule.t_mult))
        if schedule.kind == "linear_half":
            return float(max(floor, min(1.0, 2.0 * (1.0 - epoch / epochs))))
        return 1.0

    return factor


def make_schedule(optimiser: Optimizer, phase: Phase, steps_per_epoch: int) -> LambdaLR:
    """The schedule of a phase; step it after every optimiser step.

    Args:
        optimiser: of `make_optimiser`.
        phase: of the recipe.
        steps_per_epoch: optimiser steps in one epoch.
    """
    return LambdaLR(
        optimiser, rate_factor(phase.schedule, phase.optimiser.rate, phase.epochs, steps_per_epoch)
    )


def _between(floor: float, place: float) -> float:
    return floor + (1 - floor) * (1 + math.cos(math.pi * place)) / 2


def _place_in_period(epoch: float, first: int, factor: int) -> float:
    length = float(first)
    while epoch >= length:
        epoch -= length
        length *= factor
    return epoch / length

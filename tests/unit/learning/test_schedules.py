from __future__ import annotations

import pytest
import torch
from torch import nn

from fashion_studio.domain.errors import UserError
from fashion_studio.learning.method_recipe import OptimiserPlan, Phase, Schedule
from fashion_studio.learning.schedules import (
    make_optimiser,
    make_schedule,
    part_of,
    rate_factor,
    set_trained_parts,
)


def network() -> nn.Module:
    return nn.ModuleDict(
        {"texture": nn.Linear(2, 2), "shape": nn.Linear(2, 3), "heads": nn.ModuleDict({"a": nn.Linear(2, 1)})}
    )


def test_warm_restarts_are_torchs() -> None:
    parameter = nn.Parameter(torch.zeros(1))
    optimiser = torch.optim.SGD([parameter], lr=1e-4)
    theirs = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimiser, T_0=3, T_mult=2, eta_min=1e-5)
    schedule = Schedule("warm_restarts", t0_epochs=3, t_mult=2, eta_min=1e-5)
    ours = rate_factor(schedule, 1e-4, epochs=21, steps_per_epoch=4)
    optimiser.step()
    for step in range(21 * 4):
        theirs.step(step / 4)
        assert 1e-4 * ours(step) == pytest.approx(optimiser.param_groups[0]["lr"], rel=1e-9)


def test_the_first_recipes_rates_by_hand() -> None:
    """Sub-task 1: 5e-6 with T0 30, Tmult 2, eta_min a hundredth: restarts at 30, 90 and 210 epochs."""
    rate = rate_factor(Schedule("warm_restarts", t0_epochs=30, t_mult=2, eta_min=5e-8), 5e-6, 300, 10)
    for restart in (0, 30, 90, 210):
        assert rate(restart * 10) == pytest.approx(1.0)
    assert rate(15 * 10) == pytest.approx((1 + 0.01) / 2)
    assert rate(300 - 1) == pytest.approx(0.01, abs=1e-4)


def test_exponential_cosine_warmup_and_constant() -> None:
    falling = rate_factor(Schedule("exponential", decay=0.8), 1e-4, 20, 5)
    assert [falling(0), falling(4), falling(5), falling(10)] == pytest.approx([1.0, 1.0, 0.8, 0.64])
    cosine = rate_factor(Schedule("cosine", eta_min=0.0), 1e-3, 2, 10)
    assert [cosine(0), cosine(10), cosine(20)] == pytest.approx([1.0, 0.5, 0.0])
    warm = rate_factor(Schedule("constant", warmup_steps=4), 1.0, 1, 10)
    assert [warm(0), warm(1), warm(3), warm(4)] == [0.25, 0.5, 1.0, 1.0]


def test_a_phase_trains_its_parts_only() -> None:
    net = network()
    count = set_trained_parts(net, Phase("first", 1, parts=("shape",)))
    assert count == 9
    assert {part_of(n) for n, p in net.named_parameters() if p.requires_grad} == {"shape"}
    assert set_trained_parts(net, Phase("all", 1)) == 6 + 9 + 3


def test_a_part_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(UserError, match=r"“trunk”.*heads, shape, texture"):
        set_trained_parts(network(), Phase("first", 1, parts=("trunk",)))


def test_parts_have_their_own_rates_and_keep_the_proportion() -> None:
    net = network()
    phase = Phase(
        "all",
        2,
        optimiser=OptimiserPlan("adamw", rate=1e-3, rates={"texture": 1e-4}),
        schedule=Schedule("cosine"),
    )
    set_trained_parts(net, phase)
    optimiser = make_optimiser(net, phase.optimiser)
    schedule = make_schedule(optimiser, phase, steps_per_epoch=1)
    optimiser.step()
    schedule.step()
    rates = {group["name"]: group["lr"] for group in optimiser.param_groups}
    assert rates == pytest.approx({"texture": 5e-5, "shape": 5e-4, "heads": 5e-4})


@pytest.mark.parametrize(("kind", "made"), [("adam", "Adam"), ("adamw", "AdamW"), ("sgd", "SGD")])
def test_the_recipes_optimiser_is_made(kind: str, made: str) -> None:
    optimiser = make_optimiser(network(), OptimiserPlan(kind, rate=0.5, weight_decay=0.25))
    assert type(optimiser).__name__ == made
    assert optimiser.param_groups[0]["weight_decay"] == 0.25


@pytest.mark.parametrize("kind", ["adam", "adamw", "sgd"])
def test_a_fused_optimiser_takes_the_same_steps(kind: str) -> None:
    plain, fused = network(), network()
    fused.load_state_dict(plain.state_dict())
    plan = OptimiserPlan(kind, rate=0.1, weight_decay=0.25)  # type: ignore[arg-type]
    optimisers = make_optimiser(plain, plan), make_optimiser(fused, plan, fused=True)
    for step in range(3):
        for net, optimiser in zip((plain, fused), optimisers, strict=True):
            for parameter in net.parameters():
                parameter.grad = torch.full_like(parameter, 0.5 - step)
            optimiser.step()
    assert optimisers[1].param_groups[0]["fused"]
    for one, other in zip(plain.parameters(), fused.parameters(), strict=True):
        torch.testing.assert_close(one, other)

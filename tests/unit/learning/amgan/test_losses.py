"""Each loss against a value worked out by hand, and the traps of WGAN-GP."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

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
from fashion_studio.zoo.amgan import AmganConfig, Discriminator

ATTRIBUTES = {"colors": ("red", "blue"), "pattern": ("solid", "striped", "dotted")}


def small_judge() -> Discriminator:
    torch.manual_seed(0)
    return Discriminator(AmganConfig(ATTRIBUTES, size_px=16, judge_width=4, judge_layers=2), 16, 2)


def test_the_critics_loss_is_made_minus_real() -> None:
    real, fake = torch.tensor([[1.0, 3.0]]), torch.tensor([[0.5, -1.5]])
    assert critic_loss(real, fake).item() == pytest.approx(-0.5 - 2.0)
    assert adversarial_loss(fake).item() == pytest.approx(0.5)


def test_the_penalty_of_a_linear_critic_is_known() -> None:
    """The gradient of Σ w·x is w: its norm over 3 x 2 x 2 values of 2 is √48."""
    real, fake = torch.zeros(2, 3, 2, 2), torch.ones(2, 3, 2, 2)
    found = gradient_penalty(lambda x: (2 * x).flatten(1).sum(1), real, fake, torch.tensor([0.25, 0.5]))
    assert found.item() == pytest.approx((math.sqrt(48) - 1) ** 2, rel=1e-5)


def test_the_penalty_looks_between_the_pictures() -> None:
    """The gradient of Σ x²/2 is x̂ itself, here share·1 + (1 − share)·3 in each of 3 values."""
    real, fake = torch.full((1, 3, 1, 1), 1.0), torch.full((1, 3, 1, 1), 3.0)
    found = gradient_penalty(lambda x: x.square().flatten(1).sum(1) / 2, real, fake, torch.tensor([0.25]))
    assert found.item() == pytest.approx((math.sqrt(3) * 2.5 - 1) ** 2, rel=1e-5)


def test_each_picture_is_penalised_for_itself() -> None:
    real = torch.stack([torch.full((3, 1, 1), 1.0), torch.full((3, 1, 1), 2.0)])
    found = gradient_penalty(lambda x: x.square().flatten(1).sum(1) / 2, real, real, torch.ones(2))
    by_hand = [(math.sqrt(3) * value - 1) ** 2 for value in (1.0, 2.0)]
    assert found.item() == pytest.approx(sum(by_hand) / 2, rel=1e-5)


def test_the_epsilon_is_inside_the_root() -> None:
    """A critic that says the same of everything has gradient 0, where the root's slope is infinite."""
    scale = torch.zeros(1, requires_grad=True)
    images = torch.ones(2, 3, 4, 4)
    penalty = gradient_penalty(lambda x: (scale * x).flatten(1).sum(1), images, images, torch.ones(2))
    penalty.backward()
    assert penalty.item() == pytest.approx(1.0, abs=1e-5)
    assert scale.grad is not None
    assert bool(scale.grad.isfinite().all())


def test_the_penalty_can_be_differentiated_again() -> None:
    judge = small_judge()
    images = torch.rand(2, 3, 16, 16)
    gradient_penalty(lambda x: judge(x).realness, images, -images, torch.rand(2)).backward()
    first = judge.body[0].weight.grad
    assert first is not None
    assert float(first.abs().sum()) > 0


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16])
def test_the_penalty_is_float32_under_mixed_precision(kind: torch.dtype) -> None:
    judge, seen = small_judge(), []

    def realness(images: torch.Tensor) -> torch.Tensor:
        score = judge(images).realness
        seen.append((images.dtype, score.dtype))
        return score

    real, fake, share = torch.rand(2, 3, 16, 16), torch.rand(2, 3, 16, 16), torch.rand(2)
    plain = gradient_penalty(realness, real, fake, share)
    with torch.autocast("cpu", kind):
        mixed = gradient_penalty(realness, real.to(kind), fake.to(kind), share)
        exact = gradient_penalty(realness, real, fake, share)
    assert set(seen) == {(torch.float32, torch.float32)}
    assert exact.item() == plain.item()
    assert mixed.item() == pytest.approx(plain.item(), rel=0.05)


def test_a_gradient_scaler_is_taken_back() -> None:
    """What the optimiser gets under mixed precision is the same as without the scale."""
    found = []
    for enabled in (False, True):
        judge = small_judge()
        scaler = torch.amp.GradScaler("cpu", init_scale=1024.0, enabled=enabled)
        optimiser = torch.optim.SGD(judge.parameters(), lr=1.0)
        images = torch.linspace(-1, 1, 2 * 3 * 16 * 16).reshape(2, 3, 16, 16)
        penalty = gradient_penalty(lambda x, j=judge: j(x).realness, images, -images, torch.rand(2) * 0 + 0.3)
        before = judge.body[0].weight.detach().clone()
        scaler.scale(penalty).backward()
        scaler.step(optimiser)
        found.append((judge.body[0].weight.detach() - before, penalty.detach()))
    assert torch.equal(found[0][1], found[1][1])
    assert torch.allclose(found[0][0], found[1][0], rtol=1e-4, atol=1e-7)
    assert float(found[0][0].abs().sum()) > 0


def test_a_judge_has_no_norm_that_mixes_pictures() -> None:
    judge = small_judge()
    assert not [m for m in judge.modules() if isinstance(m, (nn.modules.batchnorm._NormBase, nn.LayerNorm))]
    images = torch.rand(3, 3, 16, 16)
    together, alone = judge(images), judge(images[1:2])
    assert torch.allclose(together.realness[1:2], alone.realness, atol=1e-6)


def test_classification_leaves_out_what_is_not_known() -> None:
    logits = torch.tensor([[0.0, math.log(3.0)], [9.0, -9.0], [0.0, 0.0]], requires_grad=True)
    found = classification_loss(logits, torch.tensor([1, -1, 0]))
    assert found.item() == pytest.approx((-math.log(0.75) - math.log(0.5)) / 2, rel=1e-6)
    found.backward()
    assert logits.grad is not None
    assert logits.grad[1].tolist() == [0.0, 0.0]
    nothing = classification_loss(logits, torch.tensor([-1, -2, -1]))
    assert nothing.item() == 0.0


def test_cycle_is_a_mean_of_absolute_differences() -> None:
    assert cycle_loss(torch.tensor([[0.0, 1.0]]), torch.tensor([[0.5, -1.0]])).item() == pytest.approx(1.25)


def test_attention_enlarges_the_guide_and_lets_nothing_flow_into_it() -> None:
    mask = torch.full((1, 1, 4, 4), 0.25, requires_grad=True)
    guide = torch.ones(1, 1, 2, 2, requires_grad=True)
    loss = attention_loss(mask, guide)
    assert loss.item() == pytest.approx(0.75)
    loss.backward()
    assert mask.grad is not None
    assert guide.grad is None


def test_perceptual_counts_pictures_with_a_reference_only() -> None:
    mine = (torch.zeros(2, 1, 1, 2, requires_grad=True), torch.zeros(2, 1))
    wanted = (
        torch.tensor([[[[1.0, 3.0]]], [[[9.0, 9.0]]]], requires_grad=True),
        torch.tensor([[2.0], [9.0]]),
    )
    found = perceptual_loss(mine, wanted, torch.tensor([True, False]))
    assert found.item() == pytest.approx((1 + 9) / 2 + 4)
    found.backward()
    assert wanted[0].grad is None
    assert mine[0].grad is not None
    assert float(mine[0].grad[1].abs().sum()) == 0
    assert perceptual_loss(mine, wanted, torch.tensor([False, False])).item() == 0.0


def test_ganimations_terms() -> None:
    mask = torch.tensor([[[[0.0, 1.0], [1.0, 1.0]]]])
    assert mask_presence_loss(mask).item() == pytest.approx(0.25)
    assert mask_variation_loss(mask).item() == pytest.approx(2.0)  # one step across, one down
    assert mask_variation_loss(mask.repeat(3, 1, 1, 1)).item() == pytest.approx(2.0)

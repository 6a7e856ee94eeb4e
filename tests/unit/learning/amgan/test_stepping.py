from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from fashion_studio.learning.amgan.draws import Drawer
from fashion_studio.learning.amgan.objective import Objective
from fashion_studio.learning.amgan.paired import PairDraw
from fashion_studio.learning.amgan.pairs import EDITED, VariantSet
from fashion_studio.learning.amgan.pictures import pictures_of_variants
from fashion_studio.learning.amgan.plan import GanPlan, GanWeights
from fashion_studio.learning.amgan.stepping import GanNetworks, GanStepper
from fashion_studio.learning.fitting import LossNotFinite
from fashion_studio.learning.method_recipe import OptimiserPlan, Phase
from tests.unit.learning.amgan.conftest import Steppers


def steps(stepper: GanStepper, count: int) -> list[dict[str, float]]:
    return [{name: float(value) for name, value in stepper.step().items()} for _ in range(count)]


def test_going_on_gives_the_same_losses_as_without_a_break(steppers: Steppers) -> None:
    """To the last bit, with a break between a generator's steps; through a file of plain tensors."""
    whole = steps(steppers.make(), 7)
    first = steppers.make()
    before = steps(first, 3)
    kept = io.BytesIO()
    torch.save(first.state(), kept)
    second = steppers.make(seed=99)  # other weights at the start, other draws
    second.drawer = first.drawer
    kept.seek(0)
    state: dict[str, Any] = torch.load(kept, weights_only=True)
    second.load_state(state)
    assert before + steps(second, 4) == whole
    assert second.references == {name: second.references[name] for name in ("exact", "fallback", "none")}
    assert sum(second.references.values()) == 3 * 4


def paired_stepper() -> GanStepper:
    """Two paired steps, then two adversarial ones; pictures without rendering."""
    rng = np.random.default_rng(0)
    sizes = [len(values) for values in EDITED.values()]
    variants = VariantSet(
        rng.integers(0, 256, (8, 32, 32, 3), dtype=np.uint8),
        rng.integers(0, 256, (8, 32, 32), dtype=np.uint8),
        np.repeat([0, 1], 4).astype(np.int32),
        np.array([-1, 0, 1, 2] * 2, np.int8),
        np.stack([(np.arange(8) * 5 + 1) % size for size in sizes], axis=1).astype(np.int8),
    )
    plan = GanPlan(
        EDITED, size_px=32, width=4, blocks=1, judge_width=4, judge_layers=3, critic_steps=2,
        steps_per_epoch=2, method="ganimation", weights=GanWeights(paired=1.0),
    )  # fmt: skip
    pictures = pictures_of_variants(variants, plan)
    device, adam = torch.device("cpu"), OptimiserPlan("adam", 1e-3, 0.0, (0.5, 0.999))
    phases = [Phase("paired", 1, optimiser=adam), Phase("adversarial", 1, optimiser=adam)]
    return GanStepper(
        GanNetworks.new(plan, 0, 0.9, device),
        Objective(plan, None),
        Drawer(plan, pictures, 4, 0),
        pictures,
        phases=phases,
        pairs=PairDraw([variants], [1.0]),
        precision="32-true",
        device=device,
    )


def test_a_paired_warm_up_trains_the_generator_alone() -> None:
    stepper = paired_stepper()
    assert (stepper.steps, stepper.phase.name) == (4, "paired")
    judged = stepper.networks.judge.realness.weight.detach().clone()
    made = stepper.networks.generator.picture.weight.detach().clone()
    warm = steps(stepper, 2)
    assert set(warm[0]) == {"generator", "paired.picture", "paired.edges", "paired.mask"}
    assert torch.equal(stepper.networks.judge.realness.weight, judged)
    assert not torch.equal(stepper.networks.generator.picture.weight, made)
    assert stepper.phase.name == "adversarial"
    last = steps(stepper, 2)[-1]
    assert last["paired"] > 0
    assert last["generator"] > last["paired"]
    assert not torch.equal(stepper.networks.judge.realness.weight, judged)


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_paired_run_goes_on_exactly_in_either_phase(at: int) -> None:
    whole, first, second = steps(paired_stepper(), 4), paired_stepper(), paired_stepper()
    before = steps(first, at)
    second.load_state(first.state())
    assert before + steps(second, 4 - at) == whole


def test_the_generator_learns_after_every_so_many_steps_of_the_discriminators(steppers: Steppers) -> None:
    stepper = steppers.make(critic_steps=3, method="ganimation")
    generator, judge = stepper.networks.generator, stepper.networks.judge
    changed = []
    for _ in range(6):
        before = [generator.picture.weight.detach().clone(), judge.realness.weight.detach().clone()]
        stepper.step()
        after = [generator.picture.weight, judge.realness.weight]
        changed.append([not torch.equal(old, new) for old, new in zip(before, after, strict=True)])
    assert [each[0] for each in changed] == [False, False, True] * 2
    assert all(each[1] for each in changed)


def test_the_generators_step_leaves_the_discriminators_gradients_alone(steppers: Steppers) -> None:
    stepper = steppers.make(critic_steps=1)
    stepper.step()
    assert all(p.requires_grad for judge in stepper.networks.judges for p in judge.parameters())
    guide = stepper.objective.guide
    assert guide is not None
    assert all(p.grad is None and not p.requires_grad for p in guide.parameters())


def test_adam_and_the_rate_are_the_recipes(steppers: Steppers) -> None:
    stepper = steppers.make(method="ganimation")  # 8 steps, the second half linearly to 0
    rates = []
    for _ in range(8):
        rates.append(stepper.rate)
        stepper.step()
    assert rates == pytest.approx([1e-3] * 5 + [0.75e-3, 0.5e-3, 0.25e-3])
    for optimiser in (stepper._of_generator, stepper._of_judges):
        assert optimiser.param_groups[0]["betas"] == (0.5, 0.999)


def test_the_average_follows_the_generator(steppers: Steppers) -> None:
    stepper = steppers.make(critic_steps=1, method="ganimation")
    start = stepper.networks.kept.picture.weight.detach().clone()
    for _ in range(3):
        stepper.step()
    now, kept = stepper.networks.generator.picture.weight, stepper.networks.kept.picture.weight
    assert not torch.equal(kept, start)
    assert not torch.equal(kept, now)


def test_a_loss_that_is_not_finite_stops_before_it_spoils_the_weights(steppers: Steppers) -> None:
    stepper = steppers.make(method="ganimation")
    stepper.step()
    weight = stepper.networks.judge.realness.weight
    with torch.no_grad():
        stepper.networks.generator.picture.weight.fill_(float("nan"))
    before = weight.detach().clone()
    with pytest.raises(LossNotFinite, match="step 2"):
        stepper.step()
    assert torch.equal(weight, before)


def test_mixed_precision_computes_the_penalty_in_float32(
    steppers: Steppers, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    plain = torch.autograd.grad

    def grad(outputs: torch.Tensor, inputs: torch.Tensor, **options: Any) -> Any:
        seen.append((outputs.dtype, inputs.dtype, options["create_graph"]))
        return plain(outputs, inputs, **options)

    monkeypatch.setattr(torch.autograd, "grad", grad)
    stepper = steppers.make(precision="bf16-mixed")
    terms = steps(stepper, 2)[-1]
    assert seen == [(torch.float32, torch.float32, True)] * 4  # D_I and D_C in two steps
    exact = steps(steppers.make(), 2)[-1]
    assert terms["generator"] == pytest.approx(exact["generator"], rel=0.1)


def test_label_conditions_reach_the_picture_through_zero_padding(steppers: Steppers) -> None:
    """StarGAN's trap: with reflection padding an instance norm takes constant planes away altogether."""
    generator = steppers.make().networks.generator.eval()
    convolutions = [m for m in generator.modules() if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d))]
    assert {m.padding_mode for m in convolutions} == {"zeros"}
    images = torch.rand(1, 3, 32, 32)
    edited = generator.config.edited("colors")[None]
    generator.requires_grad_(requires_grad=False)
    targets = [generator.config.target({"colors": value})[None] for value in ("red", "blue")]
    one, other = (generator(images, target, edited)[0] for target in targets)
    assert float((one - other).abs().max()) > 1e-3
    stem = generator.stem.convolution
    assert isinstance(stem, nn.Conv2d)
    stem.padding_mode, stem._reversed_padding_repeated_twice = "reflect", [3, 3, 3, 3]
    one, other = (generator(images, target, edited)[0] for target in targets)
    assert float((one - other).abs().max()) < 1e-3

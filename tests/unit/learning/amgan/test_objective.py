"""Which terms each method and ablation has, and how edits are composed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from fashion_studio.learning.amgan.objective import Objective
from fashion_studio.learning.amgan.plan import GanPlan, GanWeights
from fashion_studio.zoo.attribute_resnet import AttributeResnet, min_max
from tests.unit.learning.amgan.conftest import Steppers

JUDGED = {"adversarial", "classification"}
CROP = {"crop.adversarial", "crop.classification"}
ALWAYS = {"discriminators", "critic", "penalty", "real_classification", "generator", "cycle", "mask_mean"}
CROP_CRITIC = {"crop.critic", "crop.penalty", "crop.real_classification", "crop.fallback"}
ALL = ALWAYS | JUDGED | CROP | CROP_CRITIC | {"attention", "perceptual"}
NO_PERCEPTUAL = GanWeights(perceptual=0.0)
NEITHER = GanWeights(perceptual=0.0, attention=0.0)
THEIRS = GanWeights(mask_presence=0.1, mask_variation=2.5e-4)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, ALL),
        ({"cam_label": "target"}, ALL),
        ({"crop_judge": False}, ALL - CROP - CROP_CRITIC),
        ({"crop_judge": False, "weights": NO_PERCEPTUAL}, ALL - CROP - CROP_CRITIC - {"perceptual"}),
        ({"crop_judge": False, "weights": NEITHER}, ALWAYS | JUDGED),
        ({"mask": "cam"}, ALL - {"attention"}),
        ({"method": "stargan"}, ALWAYS | JUDGED),
        ({"method": "ganimation", "weights": THEIRS}, ALWAYS | JUDGED | {"mask_presence", "mask_variation"}),
    ],
    ids=[
        "amgan",
        "target-cam",
        "without-dc",
        "without-perc",
        "without-att",
        "cam-as-a",
        "stargan",
        "ganimation",
    ],
)
def test_each_method_has_its_terms(steppers: Steppers, changes: dict[str, Any], wanted: set[str]) -> None:
    stepper = steppers.make(**changes)
    first = stepper.step()
    assert "generator" not in first
    both = stepper.step()
    assert set(both) == wanted
    assert all(bool(value.isfinite()) for value in both.values())
    assert (stepper.networks.crop_judge is None) == ("crop.critic" not in wanted)


def test_the_generators_loss_is_the_weighted_sum(steppers: Steppers) -> None:
    stepper = steppers.make()
    stepper.step()
    terms = {name: float(value) for name, value in stepper.step().items()}
    by_hand = (
        terms["adversarial"] + terms["crop.adversarial"]
        + terms["classification"] + terms["crop.classification"]
        + 10 * terms["cycle"] + 10 * terms["attention"] + 20 * terms["perceptual"]
    )  # fmt: skip
    assert terms["generator"] == pytest.approx(by_hand, rel=1e-5)
    critics = (
        terms["critic"] + terms["crop.critic"] + 10 * (terms["penalty"] + terms["crop.penalty"])
        + terms["real_classification"] + terms["crop.real_classification"]
    )  # fmt: skip
    assert terms["discriminators"] == pytest.approx(critics, rel=1e-5)


def test_stargan_has_no_mask(steppers: Steppers) -> None:
    stepper = steppers.make(method="stargan")
    images, values = torch.rand(2, 3, 32, 32), torch.tensor([0, 1])
    edit = stepper.objective.edit(stepper.networks.generator, images, "colors", values, values)
    assert stepper.networks.generator.mask is None
    assert torch.equal(edit.images, edit.picture)


@pytest.mark.parametrize("label", ["source", "target"])
def test_the_cam_takes_the_masks_place(steppers: Steppers, guide: AttributeResnet, label: str) -> None:
    stepper = steppers.make(mask="cam", cam_label=label)
    images = torch.rand(2, 3, 32, 32)
    sources, targets = torch.tensor([0, 1]), torch.tensor([2, 3])
    edit = stepper.objective.edit(stepper.networks.generator, images, "colors", sources, targets)
    cam = guide.cam(guide(images), "colors", sources if label == "source" else targets)
    small = torch.nn.functional.interpolate(edit.mask, cam.shape[2:], mode="area")
    assert edit.mask.shape == (2, 1, 32, 32)
    assert torch.allclose(edit.mask.amax((1, 2, 3)), cam.amax((1, 2, 3)), atol=0.35)
    assert float(torch.corrcoef(torch.stack([small.flatten(), cam.flatten()]))[0, 1]) > 0.9
    assert torch.allclose(edit.images, edit.mask * edit.picture + (1 - edit.mask) * images)
    assert torch.equal(min_max(cam), cam)


def test_a_plan_that_asks_a_network_needs_one(plan: GanPlan) -> None:
    with pytest.raises(ValueError, match="attribute network"):
        Objective(plan, None)
    Objective(replace(plan, method="ganimation"), None)


def test_the_line_for_people_names_every_term_with_its_weight(plan: GanPlan, guide: AttributeResnet) -> None:
    said = Objective(plan, guide).describe()
    for words in ("1·adversarial (D_I and D_C)", "10·cycle", "10·attention", "20·perceptual", "10·gradient"):
        assert words in said
    assert "D_C" not in Objective(replace(plan, method="stargan"), guide).describe()

from __future__ import annotations

import math

import pytest
import torch

from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.losses import (
    LossWeights,
    allowed_loss,
    describe,
    flag_loss,
    landmark_loss,
    mask_loss,
    visibility_loss,
)
from fashion_studio.learning.targets import cone_targets, gaussian_targets


def test_one_possible_value_is_cross_entropy() -> None:
    logits = torch.randn(6, 5)
    truth = torch.tensor([0, 1, 2, 3, 4, 0])
    allowed = torch.nn.functional.one_hot(truth, 5).bool()
    for smoothing in (0.0, 0.1):
        expected = torch.nn.functional.cross_entropy(logits, truth, label_smoothing=smoothing)
        assert float(allowed_loss(logits, allowed, smoothing)) == pytest.approx(float(expected), rel=1e-5)


def test_several_possible_values_share_their_probability() -> None:
    logits = torch.tensor([[1.0, 2.0, 3.0]])
    p = logits.softmax(1)[0]
    loss = allowed_loss(logits, torch.tensor([[True, False, True]]))
    assert float(loss) == pytest.approx(-math.log(float(p[0] + p[2])), rel=1e-5)


def test_no_label_costs_nothing_and_moves_nothing() -> None:
    logits = torch.randn(3, 4, requires_grad=True)
    loss = allowed_loss(logits, torch.ones(3, 4, dtype=torch.bool), 0.1)
    loss.backward()
    assert float(loss.detach()) == 0.0
    assert logits.grad is not None
    assert not logits.grad.any()


def test_unlabelled_pictures_do_not_thin_the_mean() -> None:
    logits = torch.randn(2, 4)
    allowed = torch.tensor([[True, False, False, False], [True, True, True, True]])
    assert float(allowed_loss(logits, allowed)) == pytest.approx(float(allowed_loss(logits[:1], allowed[:1])))


def test_unknown_flags_are_masked() -> None:
    logits, targets = torch.tensor([[5.0, -5.0]]), torch.tensor([[1.0, 1.0]])
    known = torch.tensor([[True, False]])
    assert float(flag_loss(logits, targets, known)) == pytest.approx(math.log1p(math.exp(-5.0)), rel=1e-4)
    assert float(flag_loss(logits, targets, torch.zeros_like(known))) == 0.0


@pytest.mark.parametrize("size", [28, 56])
def test_the_targets_width_scales_with_the_map(size: int) -> None:
    target = gaussian_targets(torch.tensor([[[112.0, 56.0]]]), (size, size), 224, sigma=0.05)[0, 0]
    peak = target.argmax()
    assert divmod(int(peak), size) in {(size // 4 - 1, size // 2 - 1), (size // 4, size // 2)}
    # the sum over a map is 2πσ² in cells: a factor 4 between 28 and 56, so reductions must be said
    assert float(target.sum()) == pytest.approx(2 * math.pi * (0.05 * size) ** 2, rel=0.02)


def test_the_cone_is_a_cone() -> None:
    target = cone_targets(torch.tensor([[[4.0, 4.0]]]), (224, 224), 224)[0, 0]
    assert float(target[3, 3 + 16]) == pytest.approx(math.exp(-0.5 * math.hypot(15.5, 0.5) / 8), rel=1e-4)


def test_the_papers_sum_counts_visible_points_only() -> None:
    recipe = LossWeights.paper()
    maps = torch.zeros(2, 8, 28, 28)
    points = torch.full((2, 8, 2), 112.0)
    one = torch.zeros(2, 8)
    one[0, 3] = 1.0
    target = gaussian_targets(points, (28, 28), 224, recipe.sigma)[0, 3]
    loss = landmark_loss(maps, points, one, 224, recipe)
    assert float(loss) == pytest.approx(float(target.square().sum()) / 2, rel=1e-5)
    assert float(landmark_loss(maps, points, torch.zeros(2, 8), 224, recipe)) == 0.0


def test_the_heatmaps_cross_entropy_is_least_at_its_target() -> None:
    recipe = LossWeights()
    points = torch.tensor([[[100.0, 60.0]]])
    target = gaussian_targets(points, (48, 48), 192, recipe.sigma)
    at_target = landmark_loss(target.clamp_min(1e-9).log(), points, torch.ones(1, 1), 192, recipe)
    elsewhere = landmark_loss(torch.zeros(1, 1, 48, 48), points, torch.ones(1, 1), 192, recipe)
    assert float(at_target) < float(elsewhere)


def test_a_right_mask_costs_little_a_wrong_one_much() -> None:
    masks = torch.zeros(2, 1, 8, 8)
    masks[:, :, 2:6, 2:6] = 1
    logits = (masks * 2 - 1) * 12
    believed = torch.tensor([1.0, 0.0])
    assert float(mask_loss(logits, masks, believed)) < 0.05
    assert float(mask_loss(-logits, masks, believed)) > 5
    assert float(mask_loss(-logits, masks, torch.zeros(2))) == 0.0


def test_one_visibility_logit_means_visible_or_not() -> None:
    possible = torch.tensor([[[True, False, False], [False, True, True], [True, True, True]]])
    logits = torch.tensor([[[2.0], [-3.0], [50.0]]])
    expected = (math.log1p(math.exp(-2)) + math.log1p(math.exp(-3))) / 2
    assert float(visibility_loss(logits, possible)) == pytest.approx(expected, rel=1e-4)


def test_weights_and_reductions_are_printed_together(studio: Vocabulary) -> None:
    line = describe(LossWeights.paper())
    assert "flags=500.0" in line
    assert "squared_sum" in line
    assert "averaged over known labels" in line

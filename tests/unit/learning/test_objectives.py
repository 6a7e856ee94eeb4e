"""Losses against values worked out by hand, and the traps of their reductions."""

from __future__ import annotations

import math

import pytest
import torch

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.method_recipe import LossTerm
from fashion_studio.learning.objectives import (
    Objective,
    binary_cross_entropy,
    class_cross_entropy,
    focal_loss,
    heatmap_cross_entropy,
    heatmap_squared_error,
    visibility_cross_entropy,
)
from fashion_studio.learning.targets import Targets, gaussian_targets
from fashion_studio.zoo.two_stream import TwoStreamOutput

LOG3 = math.log(3)


def one_hot(*indices: int, values: int) -> torch.Tensor:
    """Full labels; -1 is unknown."""
    allowed = torch.zeros(len(indices), values, dtype=torch.bool)
    for row, index in enumerate(indices):
        if index >= 0:
            allowed[row, index] = True
    return allowed


def test_cross_entropy_by_hand() -> None:
    # softmax (1/2, 1/4, 1/4) and (1/4, 1/4, 1/2); the third photo has no label
    logits = torch.tensor([[0.5, 0.25, 0.25], [0.25, 0.25, 0.5], [9.0, 0.0, 0.0]]).log()
    logits[2] = torch.tensor([9.0, 0.0, 0.0])
    allowed = one_hot(0, 1, -1, values=3)
    by_hand = (math.log(2) + math.log(4)) / 2
    assert float(class_cross_entropy(logits, allowed)) == pytest.approx(by_hand, rel=1e-6)
    assert float(class_cross_entropy(logits, allowed, reduction="sum")) == pytest.approx(
        by_hand * 2 / 3, rel=1e-6
    )


def test_label_smoothing_by_hand_and_as_torchs() -> None:
    logits = torch.tensor([[0.5, 0.25, 0.25]]).log()
    # 0.9·log 2 + 0.1·(log 2 + log 4 + log 4)/3
    by_hand = 0.9 * math.log(2) + 0.1 * (math.log(2) + 2 * math.log(4)) / 3
    smoothed = class_cross_entropy(logits, one_hot(0, values=3), smoothing=0.1)
    assert float(smoothed) == pytest.approx(by_hand, rel=1e-6)
    logits, truth = torch.randn(16, 7), torch.randint(0, 7, (16,))
    torchs = torch.nn.functional.cross_entropy(logits, truth, label_smoothing=0.1)
    ours = class_cross_entropy(logits, one_hot(*truth.tolist(), values=7), smoothing=0.1)
    torch.testing.assert_close(ours, torchs)


def test_focal_loss_by_hand() -> None:
    # p = 0.25: (1 - 0.25)²·log 4 = 0.5625·1.386294; p = 0.5: 0.25·0.693147
    logits = torch.tensor([[0.25, 0.75], [0.5, 0.5]]).log()
    by_hand = (0.5625 * math.log(4) + 0.25 * math.log(2)) / 2
    assert float(focal_loss(logits, one_hot(0, 1, values=2), gamma=2.0)) == pytest.approx(by_hand, rel=1e-6)
    plain = class_cross_entropy(logits, one_hot(0, 1, values=2))
    assert float(focal_loss(logits, one_hot(0, 1, values=2), gamma=0.0)) == pytest.approx(float(plain))


@pytest.mark.parametrize("gamma", [0.5, 2.0])
def test_focal_losses_gradient_is_finite_where_all_is_sure(gamma: float) -> None:
    logits = torch.tensor([[80.0, -80.0], [-80.0, 80.0]], requires_grad=True)
    loss = focal_loss(logits, one_hot(0, 0, values=2), gamma)
    loss.backward()
    assert loss.isfinite()
    assert logits.grad is not None
    assert logits.grad.isfinite().all()


def test_trap_1_binary_cross_entropy_takes_logits() -> None:
    """Logit log 3 is probability 3/4; a sigmoid before the loss would give 0.3868 instead."""
    loss = binary_cross_entropy(
        torch.tensor([[LOG3, LOG3]]), torch.tensor([[1.0, 0.0]]), torch.ones(1, 2, dtype=torch.bool)
    )
    assert float(loss) == pytest.approx((math.log(4 / 3) + math.log(4)) / 2, rel=1e-6)


def test_500_times_the_mean_over_1000_attributes_is_half_the_sum() -> None:
    logits, flags = torch.randn(4, 1000), (torch.rand(4, 1000) < 0.003).float()
    known = torch.ones(4, 1000, dtype=torch.bool)
    mean = binary_cross_entropy(logits, flags, known, "mean")
    total = binary_cross_entropy(logits, flags, known, "sum")
    torch.testing.assert_close(500 * mean, 0.5 * total)


def test_unknown_flags_cost_nothing() -> None:
    logits = torch.tensor([[0.0, 50.0]], requires_grad=True)
    known = torch.tensor([[True, False]])
    loss = binary_cross_entropy(logits, torch.zeros(1, 2), known)
    assert loss.item() == pytest.approx(math.log(2))
    loss.backward()
    assert logits.grad is not None
    assert logits.grad[0, 1] == 0


def test_landmark_loss_by_hand_masked_by_visibility() -> None:
    maps = torch.zeros(2, 2, 2, 2)
    maps[0, 0] = torch.tensor([[1.0, 2.0], [0.0, 0.0]])
    wanted = torch.zeros(2, 2, 2, 2)
    wanted[0, 0, 0, 0] = 3.0  # (1-3)² + 2² = 8
    wanted[0, 1] = 5.0  # not visible: 100 that must not count
    wanted[1, 0, 1, 1] = 2.0  # 4
    weights = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    assert float(heatmap_squared_error(maps, wanted, weights, "sum")) == (8 + 4) / 2
    assert float(heatmap_squared_error(maps, wanted, weights, "mean")) == (8 + 4) / 2 / 4


def test_trap_6_sum_and_mean_differ_by_the_784_cells_of_a_28_map() -> None:
    maps, wanted, weights = torch.randn(3, 8, 28, 28), torch.rand(3, 8, 28, 28), torch.ones(3, 8)
    total = heatmap_squared_error(maps, wanted, weights, "sum")
    torch.testing.assert_close(total, 784 * heatmap_squared_error(maps, wanted, weights, "mean"))


def test_heatmap_cross_entropy_is_least_at_the_target() -> None:
    wanted = gaussian_targets(torch.tensor([[[40.0, 90.0]]]), (28, 28), 224, 0.05)
    weights = torch.ones(1, 1)
    best = heatmap_cross_entropy((wanted + 1e-9).log(), wanted, weights)
    shares = wanted / wanted.sum()
    assert float(best) == pytest.approx(float(-(shares * shares.clamp_min(1e-12).log()).sum()), rel=1e-3)
    assert float(heatmap_cross_entropy(torch.zeros_like(wanted), wanted, weights)) == pytest.approx(
        math.log(784), rel=1e-5
    )


def test_visibility_of_one_and_of_three_states_by_hand() -> None:
    states = torch.tensor([[0, 2, -1]])
    one = torch.tensor([[[LOG3], [LOG3], [9.0]]])
    assert float(visibility_cross_entropy(one, states)) == pytest.approx(
        (math.log(4 / 3) + math.log(4)) / 2, rel=1e-6
    )
    three = torch.tensor([[[0.5, 0.25, 0.25], [0.5, 0.25, 0.25], [1.0, 1.0, 1.0]]]).log()
    assert float(visibility_cross_entropy(three, states)) == pytest.approx(
        (math.log(2) + math.log(4)) / 2, rel=1e-6
    )


DEEPFASHION = {
    "name": "small",
    "title": "Small",
    "version": 1,
    "attributes": [
        {"name": "category", "title": "C", "key": "1", "values": [{"name": n} for n in "ab"]},
        {
            "name": "texture",
            "title": "T",
            "key": "2",
            "takes": "several",
            "values": [{"name": n} for n in "pq"],
        },
        {
            "name": "shape",
            "title": "S",
            "key": "3",
            "takes": "several",
            "values": [{"name": n} for n in "rs"],
        },
    ],
    "landmarks": [
        {"name": "left_hem", "title": "L", "side": "left", "mirror": "right_hem"},
        {"name": "right_hem", "title": "R", "side": "right", "mirror": "left_hem"},
    ],
}

PAPER = {
    "category": LossTerm("cross_entropy", ("category",)),
    "attributes": LossTerm("binary_cross_entropy", weight=500.0),
    "visibility": LossTerm("visibility"),
    "landmarks": LossTerm("heatmap_squared", reduction="sum", sigma=0.25),
}


def paper_batch() -> tuple[TwoStreamOutput, Targets]:
    """Logits whose losses are plain numbers; one photo, 4 × 4 maps over a 4-pixel input."""
    output = TwoStreamOutput(
        logits={
            "category": torch.tensor([[0.25, 0.75]]).log(),
            "texture": torch.tensor([[LOG3, 0.0]]),
            "shape": torch.tensor([[0.0, 0.0]]),
        },
        visibility=torch.tensor([[[LOG3], [0.0]]]),
        heatmaps=torch.zeros(1, 2, 4, 4),
        mask=None,
        features=torch.zeros(1, 1, 1, 1),
    )
    targets = Targets(
        allowed={"category": one_hot(0, values=2)},
        flags={"texture": torch.tensor([[1.0, 0.0]]), "shape": torch.tensor([[0.0, 1.0]])},
        flags_known={"texture": torch.ones(1, 2).bool(), "shape": torch.tensor([[True, False]])},
        main={"texture": torch.tensor([0]), "shape": torch.tensor([1])},
        points=torch.tensor([[[1.5, 1.5], [2.5, 2.5]]]),
        visibility=torch.tensor([[0, 1]]),
    )
    return output, targets


def test_the_papers_weights_1_500_1_1_by_hand() -> None:
    objective = Objective(PAPER, Vocabulary.from_mapping(DEEPFASHION), side_px=4)
    output, targets = paper_batch()
    total, terms = objective(output, targets)
    # three known of four flags, over both groups: log 4/3, log 2, log 2
    attributes = (math.log(4 / 3) + 2 * math.log(2)) / 3
    visibility = (math.log(4 / 3) + math.log(2)) / 2
    # σ is one cell, the first landmark lies on a cell's centre, the second is occluded
    landmarks = sum(math.exp(-((x - 1) ** 2 + (y - 1) ** 2)) for x in range(4) for y in range(4))
    assert {name: float(value) for name, value in terms.items()} == pytest.approx(
        {
            "category": math.log(4),
            "attributes": attributes,
            "visibility": visibility,
            "landmarks": landmarks,
        },
        rel=1e-5,
    )
    assert float(total) == pytest.approx(math.log(4) + 500 * attributes + visibility + landmarks, rel=1e-5)


def test_a_phase_counts_its_own_terms_only() -> None:
    objective = Objective(PAPER, Vocabulary.from_mapping(DEEPFASHION), side_px=4)
    total, terms = objective(*paper_batch(), only=("visibility", "landmarks"))
    assert set(terms) == {"visibility", "landmarks"}
    torch.testing.assert_close(total, terms["visibility"] + terms["landmarks"])


def test_the_line_for_the_log_names_weight_and_reduction() -> None:
    line = Objective(PAPER, Vocabulary.from_mapping(DEEPFASHION), side_px=4).describe()
    assert "500 × binary_cross_entropy (mean) of texture, shape" in line
    assert "1 × heatmap_squared (sum, gaussian target 0.2500 of the side, occluded 0)" in line


def test_a_mixed_batch_weighs_both_labels() -> None:
    objective = Objective(PAPER, Vocabulary.from_mapping(DEEPFASHION), side_px=4)
    output, first = paper_batch()
    other = Targets(
        {"category": one_hot(1, values=2)},
        first.flags,
        first.flags_known,
        first.main,
        first.points,
        first.visibility,
    )
    total, terms = objective.mixed(output, (first, other), 0.75, only=("category",))
    by_hand = 0.75 * math.log(4) + 0.25 * math.log(4 / 3)
    assert float(terms["category"]) == pytest.approx(by_hand, rel=1e-5)
    assert float(total) == pytest.approx(by_hand, rel=1e-5)


def test_terms_that_fit_nothing_are_left_out_and_said() -> None:
    data = DEEPFASHION | {"attributes": DEEPFASHION["attributes"][:1], "landmarks": []}
    objective = Objective(PAPER, Vocabulary.from_mapping(data), side_px=4)
    assert objective.names == ("category",)
    assert "left out, nothing to cover: attributes, visibility, landmarks" in objective.describe()


def test_a_term_about_an_attribute_that_is_not_there_is_refused() -> None:
    terms = {"color": LossTerm("cross_entropy", ("color",))}
    with pytest.raises(UserError, match=r"“color”.*It has: category"):
        Objective(terms, Vocabulary.from_mapping(DEEPFASHION), side_px=4)
    data = DEEPFASHION | {"attributes": DEEPFASHION["attributes"][1:], "landmarks": []}
    with pytest.raises(UserError, match="No loss term"):
        Objective({"classes": LossTerm("cross_entropy")}, Vocabulary.from_mapping(data), side_px=4)


def test_the_main_value_is_learnt_from_the_same_logits() -> None:
    terms = {"main": LossTerm("main_value", ("texture",))}
    objective = Objective(terms, Vocabulary.from_mapping(DEEPFASHION), side_px=4)
    output, targets = paper_batch()
    total, _ = objective(output, targets)
    assert float(total) == pytest.approx(math.log(4 / 3), rel=1e-5)


def test_three_heads_are_added_up() -> None:
    data = DEEPFASHION | {
        "attributes": [
            {"name": n, "title": n, "key": n[0], "values": [{"name": v} for v in "abc"]}
            for n in ("daily", "gender", "embellishment")
        ],
        "landmarks": [],
    }
    objective = Objective({"classes": LossTerm("cross_entropy")}, Vocabulary.from_mapping(data), side_px=4)
    logits = {n: torch.zeros(2, 3) for n in ("daily", "gender", "embellishment")}
    output = TwoStreamOutput(logits, torch.zeros(2, 0, 1), torch.zeros(2, 0, 1, 1), None, torch.zeros(1))
    targets = Targets(
        {n: one_hot(0, 1, values=3) for n in logits},
        {},
        {},
        {},
        torch.zeros(2, 0, 2),
        torch.zeros(2, 0, dtype=torch.long),
    )
    assert float(objective(output, targets)[0]) == pytest.approx(3 * LOG3, rel=1e-6)

from __future__ import annotations

import numpy as np
import pytest
import torch

from fashion_studio.domain.errors import Cancelled
from fashion_studio.domain.linear_heads import LinearHead
from fashion_studio.learning.head_refit import (
    HeadLabels,
    class_weights,
    fit_map,
    measure_head,
    refit,
)

WIDTH = 12


def world(
    count: int, values: int = 4, seed: int = 0, *, several: bool = False
) -> tuple[LinearHead, np.ndarray, HeadLabels]:
    """A shipped head, features, and labels of a rather different truth."""
    rng = np.random.default_rng(seed)
    features = rng.normal(1.0, 2.0, (count, WIDTH)).astype(np.float16)
    shipped = rng.normal(0, 0.3, (values, WIDTH)).astype(np.float32)
    truth = shipped + rng.normal(0, 0.6, (values, WIDTH)).astype(np.float32)
    head = LinearHead(
        "h", tuple("abcdefgh"[:values]), several, shipped, np.zeros(values, np.float32), temperature=0.8
    )
    logits = features.astype(np.float32) @ truth.T
    if several:
        targets = (logits > 0).astype(np.float32)
    else:
        targets = np.eye(values, dtype=np.float32)[logits.argmax(1)]
    return head, features, HeadLabels(np.arange(count), targets)


def objective(head: LinearHead, features: np.ndarray, labels: HeadLabels, change: float, moved: LinearHead):
    """The objective of the module's text, written down again in torch, for heads as they come out."""
    x = torch.from_numpy(features[labels.rows].astype(np.float64))
    mean, deviation = x.mean(0), x.std(0, correction=0)
    scale = 1.0 / deviation / WIDTH**0.5
    turn = torch.from_numpy(moved.weight.astype(np.float64) - head.weight)
    shift = torch.from_numpy(moved.bias.astype(np.float64) - head.bias)
    u = turn / scale / head.temperature
    u0 = (shift + turn @ mean) / head.temperature / 0.5
    logits = (
        x @ torch.from_numpy(moved.weight.astype(np.float64)).T
        + torch.from_numpy(moved.bias.astype(np.float64))
    ) / head.temperature
    y = torch.from_numpy(labels.targets.astype(np.float64))
    if head.several:
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, y, reduction="sum")
    else:
        w = torch.from_numpy(class_weights(labels.targets))
        loss = -(w[:, None] * y * logits.log_softmax(1)).sum()
    return float(loss + ((u**2).sum() + (u0**2).sum()) / (2 * change**2))


def by_torch(head: LinearHead, features: np.ndarray, labels: HeadLabels, change: float) -> LinearHead:
    """An independent solver: torch's LBFGS with autograd on weight and bias themselves."""
    x = torch.from_numpy(features[labels.rows].astype(np.float64))
    mean, scale = x.mean(0), 1.0 / x.std(0, correction=0) / WIDTH**0.5
    y = torch.from_numpy(labels.targets.astype(np.float64))
    w = torch.from_numpy(class_weights(labels.targets))
    u = torch.zeros(len(head.values), WIDTH + 1, dtype=torch.float64, requires_grad=True)
    base = torch.from_numpy(head.logits(features[labels.rows]))
    inner = torch.cat([(x - mean) * scale, torch.full((len(x), 1), 0.5, dtype=torch.float64)], 1)
    solver = torch.optim.LBFGS([u], max_iter=2000, tolerance_grad=1e-9, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        solver.zero_grad()
        logits = base + inner @ u.T
        if head.several:
            fit = torch.nn.functional.binary_cross_entropy_with_logits(logits, y, reduction="sum")
        else:
            fit = -(w[:, None] * y * logits.log_softmax(1)).sum()
        value = fit + (u**2).sum() / (2 * change**2)
        value.backward()
        return value

    solver.step(loss)
    turn = (u[:, :-1] * scale * head.temperature).detach()
    shift = u[:, -1].detach() * 0.5 * head.temperature - turn @ mean
    return LinearHead(
        head.name,
        head.values,
        head.several,
        (head.weight + turn.numpy()).astype(np.float32),
        (head.bias + shift.numpy()).astype(np.float32),
        head.temperature,
    )


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize(("count", "change"), [(8, 0.5), (40, 1.0), (400, 4.0)])
def test_the_solution_is_that_of_an_independent_solver(count: int, change: float, several: bool) -> None:
    head, features, labels = world(count, several=several)
    ours, theirs = fit_map(head, features, labels, change), by_torch(head, features, labels, change)
    chances = ours.probabilities(features), theirs.probabilities(features)
    np.testing.assert_allclose(chances[0], chances[1], atol=2e-3)
    mine = objective(head, features, labels, change, ours)
    best = objective(head, features, labels, change, theirs)
    assert mine <= best * (1 + 1e-4) + 1e-3
    assert best < objective(head, features, labels, change, head)


def test_labels_of_another_truth_are_learnt_and_measured_on_photos_that_taught_nothing() -> None:
    head, features, labels = world(600)
    taught = HeadLabels(labels.rows[:400], labels.targets[:400])
    held = HeadLabels(labels.rows[400:], labels.targets[400:])
    found = refit({"h": head}, features, {"h": taught}, np.arange(600) % 4)["h"]
    assert found.change > 0
    assert found.labels == 400
    before, after = measure_head(head, features, held), measure_head(found.head, features, held)
    assert after.share > before.share + 0.1
    assert after.log_loss < before.log_loss
    assert after.count == 200


def test_five_labels_move_the_head_a_little_and_four_not_at_all() -> None:
    head, features, labels = world(100)
    few = HeadLabels(labels.rows[:5], labels.targets[:5])
    found = refit({"h": head}, features, {"h": few}, np.arange(100) % 4)["h"]
    rest = head.logits(features[5:]) - found.head.logits(features[5:])
    assert 0 < np.abs(rest).mean() < 1.0
    none = refit({"h": head}, features, {"h": HeadLabels(few.rows[:4], few.targets[:4])}, np.arange(100) % 4)
    assert none["h"].head is head
    assert "fewer than 5" in none["h"].reason


def test_labels_that_say_what_the_head_says_change_nothing() -> None:
    head, features, _ = world(300)
    rng = np.random.default_rng(1)
    drawn = [rng.choice(4, p=p / p.sum()) for p in head.probabilities(features).astype(float)]
    said = np.eye(4, dtype=np.float32)[np.array(drawn)]
    found = refit({"h": head}, features, {"h": HeadLabels(np.arange(300), said)}, np.arange(300) % 4)["h"]
    assert found.change in {0.0, 0.25, 0.5}
    assert np.abs(found.head.probabilities(features) - head.probabilities(features)).mean() < 0.06


def test_heads_have_labels_of_their_own_and_a_head_without_any_stays() -> None:
    one, features, labels = world(120)
    other = LinearHead("o", one.values, one.several, one.weight, one.bias)
    third = LinearHead("t", one.values, one.several, one.weight, one.bias)
    part = HeadLabels(labels.rows[::3], labels.targets[::3])
    found = refit({"h": one, "o": other, "t": third}, features, {"h": labels, "o": part}, np.arange(120) % 4)
    assert [found[name].labels for name in ("h", "o", "t")] == [120, 40, 0]
    assert found["t"].head is third


def test_a_rare_class_weighs_more_but_never_more_than_threefold_and_one_class_alone_is_safe() -> None:
    targets = np.zeros((100, 3), np.float32)
    targets[:96, 0] = 1
    targets[96:99, 1] = 1
    targets[99, 2] = 1
    weights = class_weights(targets)
    assert weights.mean() == pytest.approx(1)
    assert weights[99] / weights[0] == pytest.approx(3)
    head, features, _ = world(30)
    alone = HeadLabels(np.arange(30), np.eye(4, dtype=np.float32)[np.zeros(30, int)])
    found = refit({"h": head}, features, {"h": alone}, np.arange(30) % 4)["h"]
    assert np.isfinite(found.head.weight).all()


def test_the_same_labels_give_the_same_heads_and_a_constant_feature_does_no_harm() -> None:
    head, features, labels = world(200)
    features[:, 3] = 7
    folds = np.arange(200) % 4
    once, again = (refit({"h": head}, features, {"h": labels}, folds)["h"].head for _ in range(2))
    np.testing.assert_array_equal(once.weight, again.weight)
    np.testing.assert_array_equal(once.weight[:, 3], head.weight[:, 3])


def test_it_stops_on_request() -> None:
    head, features, labels = world(200)
    with pytest.raises(Cancelled):
        refit({"h": head}, features, {"h": labels}, np.arange(200) % 4, should_stop=lambda: True)

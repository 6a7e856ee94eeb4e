"""The paired warm-up: what it draws, where the change is, and what its loss says."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from fashion_studio.learning.amgan.paired import (
    PairBatch,
    PairDraw,
    changed_mask,
    guidance_loss,
    paired_loss,
    value_vector,
)
from fashion_studio.learning.amgan.pairs import EDITED, PairPlan, VariantSet, make_variants

VALUES = sum(len(names) for names in EDITED.values())
NOTHING = torch.full((1, len(EDITED)), -1)


@pytest.fixture(scope="module")
def variants() -> VariantSet:
    return make_variants(range(40, 44), PairPlan(32, colors=2, patterns=2))


def test_batches_are_drawn_alike_from_the_same_state(variants: VariantSet) -> None:
    draw = PairDraw([variants], [1.0])
    one, two = (draw.batch(6, np.random.default_rng(5)) for _ in range(2))
    assert torch.equal(one.source, two.source)
    assert torch.equal(one.values, two.values)
    assert one.source.shape == (6, 3, 32, 32)
    assert one.changed.shape == (6, 1, 32, 32)
    assert one.values.shape == (6, VALUES)
    assert (one.edited.sum(dim=1) == 1).all()
    assert float(one.source.min()) >= -1
    assert float(one.source.max()) <= 1


def test_the_edited_value_is_always_told_the_others_only_at_times(variants: VariantSet) -> None:
    spans = np.cumsum([0, *(len(names) for names in EDITED.values())])
    for know, others in ((0.0, False), (1.0, True)):
        batch = PairDraw([variants], [1.0], know_others=know).batch(12, np.random.default_rng(1))
        for values, edited in zip(batch.values, batch.edited, strict=True):
            told = [bool(values[a:b].any()) for a, b in itertools.pairwise(spans)]
            which = int(edited.argmax())
            assert told[which]
            assert any(told[:which] + told[which + 1 :]) == others


def test_attributes_are_drawn_as_often_as_is_asked(variants: VariantSet) -> None:
    equal = PairDraw([variants], [1.0], [1 / 3] * 3).batch(150, np.random.default_rng(2))
    assert (equal.edited.sum(dim=0) > 30).all()
    sleeves = PairDraw([variants], [1.0], [0.1, 0.8, 0.1]).batch(150, np.random.default_rng(2))
    assert float(sleeves.edited[:, 1].mean()) > 0.65


def test_the_change_is_the_garment_or_what_differs_of_its_sleeves() -> None:
    plain = np.zeros((32, 32, 3), np.uint8)
    sleeved = plain.copy()
    sleeved[10:20, 2:8] = 200
    body, more = np.zeros((32, 32), np.uint8), np.zeros((32, 32), np.uint8)
    body[8:28, 8:24] = 255
    more[:] = body
    more[10:20, 2:8] = 255
    np.testing.assert_array_equal(changed_mask(plain, sleeved, (body, more), "colors"), body / 255)
    sleeve = changed_mask(plain, sleeved, (body, more), "sleeve_length")
    assert sleeve[12:18, 4:6].min() == 1.0
    assert sleeve[12:18, 14:].max() == 0.0


def test_value_vector() -> None:
    vector = value_vector(np.array([1, -1, 5]))
    assert np.flatnonzero(vector).tolist() == [1, VALUES - 1]


def test_the_loss_by_hand() -> None:
    source, target = torch.zeros(1, 3, 2, 2), torch.ones(1, 3, 2, 2) * 0.5
    batch = PairBatch(
        source, target, torch.ones(1, 1, 2, 2), torch.zeros(1, VALUES), torch.eye(3)[:1], NOTHING
    )
    perfect = paired_loss(target, torch.ones(1, 1, 2, 2), batch)
    assert perfect["picture"].item() == pytest.approx(0.0)
    assert perfect["edges"].item() == pytest.approx(0.0)
    assert perfect["mask"].item() == pytest.approx(0.0, abs=1e-3)
    half = paired_loss(target, torch.full((1, 1, 2, 2), 0.5), batch)
    # made = 0.25: off by 0.25, weighing 6; z itself is right.
    assert half["picture"].item() == pytest.approx(6 * 0.25)
    assert half["mask"].item() == pytest.approx(0.3 * np.log(2), rel=1e-5)


def test_edges_that_are_wrong_cost_even_where_the_mean_is_right() -> None:
    target = torch.zeros(1, 3, 2, 2)
    target[..., 0] = 1.0
    batch = PairBatch(
        torch.zeros(1, 3, 2, 2),
        target,
        torch.ones(1, 1, 2, 2),
        torch.zeros(1, VALUES),
        torch.eye(3)[:1],
        NOTHING,
    )
    flat = paired_loss(torch.full((1, 3, 2, 2), 0.5), torch.ones(1, 1, 2, 2), batch)
    assert flat["edges"].item() == pytest.approx(0.5 * 1.0)


def test_a_small_change_weighs_more() -> None:
    target = torch.zeros(1, 3, 10, 10)
    values, edited = torch.zeros(1, VALUES), torch.eye(3)[:1]
    found = []
    for rows in (1, 5):
        changed = torch.zeros(1, 1, 10, 10)
        changed[:, :, :rows] = 1.0
        wanted = target + 0.5 * changed
        batch = PairBatch(target, wanted, changed, values, edited, NOTHING)
        found.append(paired_loss(target, changed, batch)["picture"].item())
    # one row of ten: 0.5 · (6 · 2.5 + 1) · 0.1; five rows: 0.5 · (6 + 1) · 0.5
    assert found == pytest.approx([0.8, 1.75])


def test_a_batch_knows_every_value_of_its_target_also_those_that_are_not_told(variants: VariantSet) -> None:
    batch = PairDraw([variants], [1.0], know_others=0.0).batch(12, np.random.default_rng(1))
    assert batch.truth.shape == (12, len(EDITED))
    assert (batch.truth >= 0).float().mean() > 0.6
    told = [
        part.argmax(dim=1) for part in batch.values.split([len(names) for names in EDITED.values()], dim=1)
    ]
    for row, edited in enumerate(batch.edited.argmax(dim=1).tolist()):
        assert int(batch.truth[row, edited]) == int(told[edited][row])


def test_guidance_is_the_mean_over_what_is_known() -> None:
    logits = {name: torch.zeros(2, len(names), requires_grad=True) for name, names in EDITED.items()}
    truth = torch.tensor([[3, -1, 0], [-1, -1, 5]])
    colors, _, prints = (len(names) for names in EDITED.values())
    loss = guidance_loss(logits, truth)
    assert loss.item() == pytest.approx((np.log(colors) + 2 * np.log(prints)) / 3)
    assert guidance_loss(logits, torch.full((2, 3), -1)).item() == 0.0

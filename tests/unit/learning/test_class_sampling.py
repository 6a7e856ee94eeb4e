from __future__ import annotations

import numpy as np
import pytest

from fashion_studio.learning.class_sampling import balanced_sampler, class_weights, photo_weights


def test_trap_7_weights_follow_the_classes_index_not_their_frequency() -> None:
    # class 1 is the most frequent; value_counts would have put it first
    classes = np.array([1, 1, 1, 1, 0, 0, 2])
    assert class_weights(classes, 3).tolist() == [0.5, 0.25, 1.0]
    assert photo_weights(classes, 3).tolist() == [0.25] * 4 + [0.5] * 2 + [1.0]


def test_trap_7_a_class_without_photos_has_weight_0_and_not_infinity() -> None:
    weights = class_weights(np.array([0, 0, 3]), 5)
    assert weights.tolist() == [0.5, 0.0, 0.0, 1.0, 0.0]


def test_photos_of_unknown_class_take_part() -> None:
    weights = photo_weights(np.array([0, 0, 1, -1]), 2)
    assert weights.tolist() == pytest.approx([0.5, 0.5, 1.0, 2 / 3])
    assert photo_weights(np.array([-1, -1]), 2).tolist() == [1.0, 1.0]


def test_every_class_is_drawn_equally_often() -> None:
    classes = np.repeat(np.arange(4), (1000, 100, 10, 0))
    drawn = classes[list(balanced_sampler(classes, 4, photos_per_epoch=6000, seed=1))]
    counts = np.bincount(drawn, minlength=4)
    assert counts[3] == 0
    np.testing.assert_allclose(counts[:3] / 6000, 1 / 3, atol=0.03)


def test_an_epoch_has_as_many_draws_as_photos_and_its_seed_decides() -> None:
    classes = np.array([0, 1, 1, 1])
    first, again = list(balanced_sampler(classes, 2, seed=5)), list(balanced_sampler(classes, 2, seed=5))
    assert first == again
    assert len(first) == 4

from __future__ import annotations

import numpy as np
import pytest
import torch

from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.balancing import balance_heads, label_frequencies
from fashion_studio.learning.cache import PictureSet
from fashion_studio.learning.labels import Labels, value_slices
from fashion_studio.learning.measuring import Answers
from fashion_studio.zoo.configuration import TwoStreamConfig
from fashion_studio.zoo.two_stream import TwoStream


def test_frequencies_count_full_labels_only() -> None:
    allowed = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0], [1, 1, 1]], bool)
    np.testing.assert_allclose(label_frequencies(allowed), np.array([3, 2, 1]) / 6)


def pictures(studio: Vocabulary, fits: list[int]) -> PictureSet:
    labels = Labels.unknown(studio, len(fits))
    part = value_slices(studio)["fit"]
    labels.allowed[:, part] = np.eye(3, dtype=bool)[fits]
    squares = np.zeros((len(fits), 8, 8, 3), np.uint8)
    return PictureSet(tuple(map(str, fits)), squares, squares[..., 0], labels)


def test_a_head_that_hides_the_rare_value_finds_it_again(studio: Vocabulary) -> None:
    config = TwoStreamConfig.house(studio)
    network = TwoStream(config)
    before = network.head("fit").bias.detach().clone()
    category = network.head("category").bias.detach().clone()
    trained_on = pictures(studio, [0] * 90 + [1] * 9)
    held_out = pictures(studio, [0] * 10 + [1] * 10)
    # evidence of strength 1 for the truth, under a prior that favours value 0 by log(91/10) = 2.2
    logits = torch.tensor([[2.2 + 1.0, 0.0, -9.0]] * 10 + [[2.2, 1.0, -9.0]] * 10)
    answers = Answers(
        {a.name: torch.zeros(20, len(a.values)) for a in studio.attributes} | {"fit": logits},
        torch.zeros(20, 8, 3),
        torch.zeros(20, 8, 2),
        None,
    )
    chosen = balance_heads(network, answers, held_out, trained_on, studio)
    assert chosen["fit"] > 0
    assert "category" not in chosen
    assert answers.logits["fit"].argmax(1).tolist() == [0] * 10 + [1] * 10
    change = network.head("fit").bias.detach() - before
    expected = -chosen["fit"] * np.log(
        label_frequencies(trained_on.labels.allowed[:, value_slices(studio)["fit"]])
    )
    assert change.tolist() == pytest.approx(expected.tolist(), abs=1e-5)
    assert torch.equal(network.head("category").bias, category)


def test_a_head_that_gains_nothing_is_left_alone(studio: Vocabulary) -> None:
    network = TwoStream(TwoStreamConfig.house(studio))
    before = network.head("fit").bias.detach().clone()
    held_out = pictures(studio, [0, 1, 2])
    answers = Answers(
        {a.name: torch.zeros(3, len(a.values)) for a in studio.attributes} | {"fit": torch.eye(3) * 9},
        torch.zeros(3, 8, 3),
        torch.zeros(3, 8, 2),
        None,
    )
    chosen = balance_heads(network, answers, held_out, pictures(studio, [0] * 9 + [1]), studio)
    assert chosen["fit"] == 0.0
    assert torch.equal(network.head("fit").bias, before)

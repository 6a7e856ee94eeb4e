from __future__ import annotations

import numpy as np
import pytest
import torch

from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.cache import PictureSet
from fashion_studio.learning.labels import value_slices
from fashion_studio.learning.measuring import Answers, answer, joined_score, measure, prepared
from fashion_studio.zoo.configuration import TwoStreamConfig
from fashion_studio.zoo.preprocessing import Preprocessing
from fashion_studio.zoo.two_stream import TwoStream


def perfect(pictures: PictureSet, studio: Vocabulary) -> Answers:
    """The truth, as a network that knows it would answer."""
    labels = pictures.labels
    logits = {
        name: torch.from_numpy(labels.allowed[:, part]).float() * 20
        for name, part in value_slices(studio).items()
    }
    colors = torch.from_numpy(labels.colors) * 20 - 10
    colors[torch.arange(len(pictures)), torch.from_numpy(labels.main_color)] += 1
    return Answers(
        logits | {"colors": colors},
        torch.from_numpy(labels.visibility).float() * 20,
        torch.from_numpy(labels.points).clone(),
        torch.from_numpy(np.asarray(pictures.masks) / 255.0),
    )


def test_perfect_answers_have_perfect_figures(rendered: PictureSet, studio: Vocabulary) -> None:
    figures = measure(perfect(rendered, studio), rendered, studio)
    for name in value_slices(studio):
        assert figures[f"{name}.top1"] == 1.0
        assert figures[f"{name}.macro_recall"] == 1.0
        assert 0 < figures[f"{name}.majority"] < 1
    assert figures["colors.main_accuracy"] == 1.0
    assert figures["colors.micro_f1"] == 1.0
    assert figures["landmarks.ne"] == 0.0
    assert figures["visibility.accuracy"] == 1.0
    assert figures["mask.iou"] == 1.0
    assert joined_score({}, figures) == pytest.approx(1.0)


def test_landmarks_off_by_a_tenth_of_the_width_say_so(rendered: PictureSet, studio: Vocabulary) -> None:
    answers = perfect(rendered, studio)
    answers.points[..., 0] += 0.1 * torch.from_numpy(np.asarray(rendered.labels.extent))[:, :1]
    assert measure(answers, rendered, studio)["landmarks.ne"] == pytest.approx(0.1, rel=1e-3)


def test_a_network_is_asked_in_evaluation_mode_and_left_as_it_was(
    rendered: PictureSet, studio: Vocabulary
) -> None:
    torch.manual_seed(0)
    network = TwoStream(TwoStreamConfig.house(studio)).train()
    answers = answer(network, rendered, Preprocessing(64), batch_size=5)
    assert network.training
    assert answers.logits["category"].shape == (17, 17)
    assert answers.points.shape == (17, 8, 2)
    assert answers.masks is not None
    assert answers.masks.shape == (17, 96, 96)
    assert float(answers.points.max()) <= 96
    again = answer(network, rendered, Preprocessing(64), batch_size=17)
    torch.testing.assert_close(answers.logits["category"], again.logits["category"], atol=1e-4, rtol=1e-4)


def test_squares_of_the_right_side_are_only_normalised() -> None:
    squares = np.random.default_rng(0).integers(0, 255, (2, 16, 16, 3), np.uint8)
    squares.flags.writeable = False
    batch = prepared(squares, Preprocessing(16))
    torch.testing.assert_close(batch[1, 2, 3, 4], torch.tensor(squares[1, 3, 4, 2] / 255.0 * 2 - 1).float())
    assert prepared(squares, Preprocessing(8)).shape == (2, 3, 8, 8)

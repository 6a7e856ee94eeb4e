from __future__ import annotations

import math

import pytest
import torch

from fashion_studio.learning.metrics import (
    calibration_error,
    class_scores,
    flag_scores,
    mask_iou,
    normalised_error,
    states_of,
    visibility_accuracy,
    visibility_majority,
)


def test_recall_is_averaged_over_the_classes_that_occur() -> None:
    truth = torch.tensor([0, 0, 0, 1, -1])
    predicted = torch.tensor([0, 0, 2, 1, 1])
    scores = class_scores(predicted, truth, 4)
    assert scores.n == 4
    assert scores.top1 == pytest.approx(3 / 4)
    assert scores.macro_recall == pytest.approx((2 / 3 + 1) / 2)
    assert scores.majority == pytest.approx(3 / 4)


def test_nothing_labelled_is_not_a_number() -> None:
    scores = class_scores(torch.tensor([0]), torch.tensor([-1]), 2)
    assert scores.n == 0
    assert math.isnan(scores.top1)


def test_points_that_are_not_visible_are_no_zero_errors() -> None:
    truth = torch.zeros(2, 3, 2)
    predicted = truth.clone()
    predicted[0, 0] = torch.tensor([30.0, 40.0])
    predicted[1, 0] = torch.tensor([999.0, 999.0])
    visible = torch.tensor([[True, True, False], [False, True, False]])
    error, each = normalised_error(predicted, truth, visible, torch.tensor([[100.0, 100.0], [100.0, 100.0]]))
    assert each[0].item() == pytest.approx(0.5)  # of one visible instance, not of two
    assert each[1].item() == 0.0
    assert math.isnan(each[2].item())
    assert error == pytest.approx(0.25)


def test_errors_are_in_fractions_of_width_and_height() -> None:
    predicted = torch.tensor([[[30.0, 80.0]]])
    extent = torch.tensor([[100.0, 200.0]])
    error, _ = normalised_error(predicted, torch.zeros(1, 1, 2), torch.ones(1, 1, dtype=torch.bool), extent)
    assert error == pytest.approx(0.5)


def test_uncertain_states_are_left_out() -> None:
    possible = torch.tensor([[[True, False, False], [True, True, False], [False, False, True]]])
    assert states_of(possible).tolist() == [[0, -1, 2]]
    assert visibility_accuracy(torch.tensor([[0, 0, 0]]), possible) == pytest.approx(0.5)
    assert visibility_majority(possible) == 1.0


def test_overlap_of_masks() -> None:
    a = torch.zeros(3, 4, 4, dtype=torch.bool)
    b = a.clone()
    a[0, :2], b[0, 1:3] = True, True
    a[1, 0, 0] = True
    assert mask_iou(a, b).tolist() == pytest.approx([1 / 3, 0.0, 1.0])


def test_colours_by_main_and_by_threshold() -> None:
    probabilities = torch.tensor([[0.9, 0.6, 0.1], [0.2, 0.4, 0.3]])
    present = torch.tensor([[True, False, False], [False, True, True]])
    scores = flag_scores(probabilities, present, torch.tensor([0, 2]), torch.tensor([0.5, 0.5, 0.25]))
    assert scores.main_accuracy == pytest.approx(0.5)
    # said: {0, 1} and {1 (most likely), 2}; hits 3 of 4 said, 3 of 3 present
    assert scores.micro_f1 == pytest.approx(2 * 3 / (4 + 3))


def test_calibration_error_of_honest_and_boastful_answers() -> None:
    truth = torch.tensor([0, 0, 0, 1])
    honest = torch.tensor([[0.75, 0.25]] * 4)
    boastful = torch.tensor([[0.999, 0.001]] * 4)
    assert calibration_error(honest, truth) == pytest.approx(0.0, abs=1e-5)
    assert calibration_error(boastful, truth) == pytest.approx(0.249, abs=1e-3)

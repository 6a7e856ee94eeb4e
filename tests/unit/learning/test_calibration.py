from __future__ import annotations

import pytest
import torch

from fashion_studio.learning.calibration import best_thresholds, fit_temperature


def test_the_temperature_that_made_the_logits_too_sure_is_found() -> None:
    generator = torch.Generator().manual_seed(0)
    honest = torch.randn(4000, 5, generator=generator) * 1.5
    truth = torch.distributions.Categorical(logits=honest)
    torch.manual_seed(1)
    allowed = torch.nn.functional.one_hot(truth.sample(), 5).bool()
    assert fit_temperature(honest * 2.5, allowed) == pytest.approx(2.5, rel=0.1)
    assert fit_temperature(honest * 0.5, allowed) == pytest.approx(0.5, rel=0.1)


def test_unlabelled_pictures_do_not_sway_the_temperature() -> None:
    logits = torch.tensor([[3.0, 0.0], [0.0, 3.0], [3.0, 0.0]])
    labelled = torch.tensor([[True, False], [False, True], [False, True]])
    unknown = torch.ones(50, 2, dtype=torch.bool)
    padded = torch.cat((logits, torch.full((50, 2), 9.0)))
    assert fit_temperature(padded, torch.cat((labelled, unknown))) == fit_temperature(logits, labelled)


def test_thresholds_part_what_can_be_parted() -> None:
    probabilities = torch.tensor([[0.3, 0.9], [0.35, 0.1], [0.7, 0.2], [0.75, 0.2]])
    present = torch.tensor([[False, False], [False, False], [True, False], [True, False]])
    low, never = best_thresholds(probabilities, present)
    assert 0.35 < low <= 0.7
    assert never == 0.5

from __future__ import annotations

import pytest
import torch

from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.scores import AnswerBook
from fashion_studio.learning.targets import Targets
from fashion_studio.learning.temperature import fit_calibration
from fashion_studio.zoo.backbone_heads import HeadsOutput

WORDS = Vocabulary.from_mapping(
    {
        "name": "w",
        "title": "W",
        "version": 1,
        "attributes": [
            {"name": "fit", "title": "F", "key": "1", "values": [{"name": n} for n in "abcd"]},
            {
                "name": "colors",
                "title": "C",
                "key": "2",
                "takes": "several",
                "values": [{"name": n} for n in "pq"],
            },
        ],
    }
)


def book_of(count: int, factor: float) -> AnswerBook:
    """Labels drawn from softmax(logits), answers `factor` times as sure."""
    generator = torch.Generator().manual_seed(0)
    honest = torch.randn(count, 4, generator=generator) * 1.5
    truth = torch.multinomial(honest.softmax(1), 1, generator=generator).squeeze(1)
    chances = torch.rand(count, 2, generator=generator)
    flags = (torch.rand(count, 2, generator=generator) < chances.square()).float()
    targets = Targets(
        {"fit": torch.nn.functional.one_hot(truth, 4).bool()},
        {"colors": flags},
        {"colors": torch.ones(count, 2).bool()},
        {"colors": torch.full((count,), -1)},
        torch.zeros(count, 0, 2),
        torch.zeros(count, 0, dtype=torch.long),
    )
    book = AnswerBook(64)
    book.add(HeadsOutput({"fit": honest * factor, "colors": chances.logit()}, torch.zeros(1)), targets)
    return book


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_the_temperature_takes_the_excess_back_and_says_what_it_changed(factor: float) -> None:
    calibration, effects = fit_calibration(book_of(4000, factor), WORDS)
    assert calibration.temperatures["fit"] == pytest.approx(factor, rel=0.08)
    effect = effects["fit"]
    assert effect.ece_after < 0.03
    assert effect.nll_after <= effect.nll_before + 1e-4
    if factor == 3.0:
        assert effect.ece_before > 0.1


def test_thresholds_follow_the_data() -> None:
    calibration, _ = fit_calibration(book_of(3000, 1.0), WORDS)
    assert all(0.2 <= threshold <= 0.8 for threshold in calibration.thresholds["colors"])
    assert calibration.thresholds["colors"] != (0.5, 0.5)


def test_too_few_labels_leave_everything_as_it_is() -> None:
    calibration, effects = fit_calibration(book_of(20, 3.0), WORDS)
    assert calibration.temperature("fit") == 1.0
    assert not effects
    assert not calibration.thresholds

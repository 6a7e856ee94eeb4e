"""Weak values come more often, nothing is left out."""

from __future__ import annotations

import numpy as np
import pytest

from fashion_studio.config.resources import load_vocabulary
from fashion_studio.domain.errors import UserError
from fashion_studio.learning.emphasis import emphasised_turns
from fashion_studio.learning.labels import Labels, value_slices
from fashion_studio.learning.sampling import EpochSampler

VOCABULARY = load_vocabulary("studio")


def labelled(*necklines: str | None) -> Labels:
    labels = Labels.unknown(VOCABULARY, len(necklines))
    part = value_slices(VOCABULARY)["neckline"]
    names = VOCABULARY.attribute("neckline").value_names
    for row, neckline in enumerate(necklines):
        if neckline:
            labels.allowed[row, part] = [name == neckline for name in names]
    return labels


def test_a_picture_comes_as_often_as_its_factor_says_and_unlabelled_ones_once() -> None:
    turns = emphasised_turns(labelled("crew", "square", None), VOCABULARY, {"neckline": {"square": 3}})
    assert turns.tolist() == [0, 1, 1, 1, 2]


def test_without_emphasis_every_picture_comes_once() -> None:
    assert emphasised_turns(labelled("crew", "v"), VOCABULARY, {}).tolist() == [0, 1]


@pytest.mark.parametrize(
    "emphasis", [{"necklines": {"v": 2}}, {"neckline": {"vee": 2}}, {"neckline": {"v": 0}}]
)
def test_what_the_vocabulary_does_not_have_is_refused_by_name(emphasis: dict[str, dict[str, int]]) -> None:
    with pytest.raises(UserError, match="emphasise"):
        emphasised_turns(labelled("v"), VOCABULARY, emphasis)


def test_an_epoch_shows_emphasised_rows_that_much_more_often() -> None:
    turns = np.repeat(np.arange(10), [1] * 9 + [6])
    sampler = EpochSampler([10], [15], batch_size=5, seed=3, turns=[turns])
    shown = [picture for batch in sampler for _, picture in batch]
    assert sorted(shown) == turns.tolist()

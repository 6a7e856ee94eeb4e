"""What is drawn: every value of the vocabulary, plausible, in its share."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest

from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.rendering.sampling import sample_spec
from fashion_studio.rendering.spec import CATEGORIES, GarmentSpec

ATTRIBUTES = ("sleeve_length", "neckline", "pattern", "fit", "length", "fabric")


@pytest.fixture(scope="module")
def specs() -> list[GarmentSpec]:
    return [sample_spec(np.random.default_rng(seed)) for seed in range(600)]


def test_every_value_is_drawn_often_enough(specs: list[GarmentSpec], studio: Vocabulary) -> None:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for spec in specs:
        counts["category"][spec.category] += 1
        for name in ATTRIBUTES:
            if studio.applies(name, spec.category):
                counts[name][getattr(spec, name)] += 1
        for color in spec.colors:
            counts["colors"][color] += 1
    for attribute in studio.attributes:
        total = counts[attribute.name].total()
        for value in attribute.value_names:
            if value != attribute.otherwise:
                share = counts[attribute.name][value] / total
                assert share > 0.015, (attribute.name, value, share)


def test_by_kind_values_hold(specs: list[GarmentSpec], studio: Vocabulary) -> None:
    for spec in specs:
        for name in ATTRIBUTES:
            attribute = studio.attribute(name)
            value = getattr(spec, name)
            attribute.index(value)
            if attribute.otherwise is not None:
                assert (value == attribute.otherwise) != studio.applies(name, spec.category), (spec, name)


def test_labels_that_follow_from_the_kind(specs: list[GarmentSpec]) -> None:
    for spec in specs:
        if spec.category in {"hoodie"}:
            assert spec.neckline == "hood"
        if spec.category in {"polo", "blazer"}:
            assert spec.neckline == "collar"
        if spec.category == "undershirt":
            assert spec.sleeve_length == "sleeveless"
        if spec.category == "t-shirt":
            assert spec.sleeve_length in {"short", "three_quarter"}


def test_colors_are_distinct(specs: list[GarmentSpec]) -> None:
    assert all(len(set(spec.colors)) == len(spec.colors) for spec in specs)
    assert all(len(spec.colors) >= 2 for spec in specs if spec.pattern != "solid")


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_wanted_category_is_drawn(category: str) -> None:
    assert {sample_spec(np.random.default_rng(seed), category).category for seed in range(5)} == {category}


def test_an_unknown_category_is_refused() -> None:
    with pytest.raises(ValueError, match="no category “tie”"):
        sample_spec(np.random.default_rng(0), "tie")


def test_most_garments_fill_the_frame_and_lie_upright(specs: list[GarmentSpec]) -> None:
    turns = np.array([abs(spec.pose.rotation_deg) for spec in specs])
    assert (turns <= 25).mean() > 0.85
    assert turns.max() <= 90

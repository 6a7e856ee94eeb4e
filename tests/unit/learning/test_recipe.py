from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.labels import label_photo
from fashion_studio.learning.recipe import parse_recipe, read_recipe

HOUSE = Path(__file__).parents[3] / "resources" / "recipes" / "house.toml"


def test_the_house_recipe_is_read_and_its_partial_labels_fit_the_vocabulary(studio: Vocabulary) -> None:
    recipe = read_recipe(HOUSE)
    assert recipe.architecture == "house"
    assert len(recipe.rounds) >= 2
    assert recipe.rounds[0].pseudo_labels is None
    assert recipe.rounds[1].pseudo_labels is not None
    for category, rules in recipe.partial.items():
        label_photo(studio, category, {category: {name: list(values) for name, values in rules.items()}})


def test_seeds_for_training_choosing_and_reporting_never_meet() -> None:
    wanted = read_recipe(HOUSE).renderings
    spans = [
        range(wanted.first_seed, wanted.first_seed + wanted.count),
        range(wanted.choosing_first_seed, wanted.choosing_first_seed + wanted.choosing_count),
        range(wanted.reported_first_seed, wanted.reported_first_seed + wanted.reported_count),
    ]
    assert all(not set(a) & set(b) for k, a in enumerate(spans) for b in spans[k + 1 :])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("epochs = 'many'", "epochs"),
        ("epochs = 1\nside_px = 64\nphotos_per_epoch = 1\nrenderings_per_epoch = 1\nspeed = 3", "speed"),
    ],
)
def test_a_wrong_field_is_named(change: str, reason: str) -> None:
    text = f"name = 'x'\ntitle = 'X'\narchitecture = 'tiny'\n[[rounds]]\n{change}\n"
    with pytest.raises(UserError, match=reason):
        parse_recipe(text)


def test_text_that_is_no_toml_is_refused() -> None:
    with pytest.raises(UserError, match="not valid TOML"):
        parse_recipe("= =")
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads("= =")

from __future__ import annotations

from pathlib import Path

import pytest

from fashion_studio.domain.errors import UserError
from fashion_studio.learning.style.adain_recipe import (
    adain_recipe_toml,
    is_adain_recipe,
    parse_adain_recipe,
)

RECIPES = Path(__file__).parents[4] / "resources" / "recipes"
OWN = """
name = "own"
title = "Own"
[encoder]
kind = "own"
blocks = [[4], [6]]
is_trained = true
"""


@pytest.mark.parametrize("name", ["adain", "adain-house", "adain-small"])
def test_shipped_recipes_parse_and_come_back_from_their_own_text(name: str) -> None:
    text = (RECIPES / f"{name}.toml").read_text(encoding="utf-8")
    recipe = parse_adain_recipe(text)
    assert is_adain_recipe(text)
    assert recipe.name == name
    assert parse_adain_recipe(adain_recipe_toml(recipe)) == recipe


def test_recipes_of_other_schemas_are_told_apart() -> None:
    others = [path for path in RECIPES.glob("*.toml") if not path.stem.startswith("adain")]
    assert others
    assert not any(is_adain_recipe(path.read_text(encoding="utf-8")) for path in others)


def test_the_papers_recipe_has_the_papers_weights_and_encoder() -> None:
    recipe = parse_adain_recipe((RECIPES / "adain.toml").read_text(encoding="utf-8"))
    assert (recipe.content_weight, recipe.style_weight, recipe.least_alpha) == (1.0, 10.0, 1.0)
    assert (recipe.encoder.backbone, recipe.encoder.depth, recipe.encoder.is_trained) == ("vgg19", 4, False)
    assert recipe.loss_encoder is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "not valid TOML"),
        ('name = "a"\ntitle = "A"', "encoder"),
        (OWN, r"give the recipe a \[loss_encoder\]"),
        (OWN.replace("is_trained = true", '[loss_encoder]\nkind = "vgg"'), "has to be trained"),
        (OWN + 'colour = "red"\n[loss_encoder]\nkind = "vgg"', "not known: colour"),
        ('name = "a"\ntitle = "A"\nside_px = 200\n[encoder]\nkind = "vgg"', "at least 32 pixels"),
        ('name = "a"\ntitle = "A"\n[encoder]\nkind = "house"', "decoder's widths"),
        ('name = "a"\ntitle = "A"\ndecoder = [[4]]\n[encoder]\nkind = "house"', "width of 3"),
    ],
)
def test_a_recipe_that_cannot_be_used_says_why(text: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        parse_adain_recipe(text)

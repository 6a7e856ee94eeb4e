from __future__ import annotations

from pathlib import Path

from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.exchange.deepfashion_names import CATEGORY_NAMES, FINE_GROUPS
from fashion_studio.learning.method_network import learnt_vocabulary, network_config
from fashion_studio.learning.method_recipe import read_method_recipe

RESOURCES = Path(__file__).parents[3] / "resources"


def test_the_shipped_vocabulary_is_that_of_the_fine_sets_files() -> None:
    words = Vocabulary.from_file(RESOURCES / "vocabularies" / "fine26.toml")
    groups = {a.name: a.value_names for a in words.attributes[1:]}
    assert groups == dict(FINE_GROUPS.values())
    assert sum(len(values) for values in groups.values()) == 26
    assert words.attribute("category").value_names == tuple(name for name, _ in CATEGORY_NAMES)
    assert words.mirror_order() == (1, 0, 3, 2, 5, 4, 7, 6)


def test_the_recipe_makes_six_softmaxes_of_it() -> None:
    words = Vocabulary.from_file(RESOURCES / "vocabularies" / "fine26.toml")
    recipe = read_method_recipe(RESOURCES / "recipes" / "fine26-resnet50.toml")
    config = network_config(recipe, learnt_vocabulary(recipe, words))
    assert [(head.name, head.values, head.several) for head in config.heads] == [
        (name, len(values), False) for name, values in FINE_GROUPS.values()
    ]

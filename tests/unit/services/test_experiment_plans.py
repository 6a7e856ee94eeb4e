from __future__ import annotations

from dataclasses import replace

import pytest

from fashion_studio.config.resources import resources_dir
from fashion_studio.domain.errors import UserError
from fashion_studio.learning.method_recipe import read_method_recipe
from fashion_studio.services.experiment_plans import (
    ExperimentChoice,
    chosen_variants,
    experiment_names,
    read_experiment,
    variant_recipe,
)

PLAIN = ExperimentChoice()


def recipes(name: str, choice: ExperimentChoice = PLAIN):
    plan = read_experiment(name)
    return {v.name: variant_recipe(plan, v, choice) for v in chosen_variants(plan, choice)}


@pytest.mark.parametrize("name", experiment_names())
def test_every_shipped_experiment_makes_recipes_and_names_columns_once(name: str):
    plan = read_experiment(name)
    assert plan.name == name
    assert len(recipes(name)) == len(plan.variants)
    titles = [column.title for column in plan.columns]
    assert len(set(titles)) == len(titles)
    for entry in plan.published:
        assert set(entry.figures) <= set(titles)


def test_the_ablation_changes_nothing_but_the_streams():
    found = recipes("two-stream-ablation")
    both, texture = found["both"], found["texture-only"]
    assert [r.two_stream.streams for r in found.values() if r.two_stream] == ["texture", "shape", "both"]
    assert both.two_stream is not None
    assert texture.two_stream == replace(both.two_stream, streams="texture")
    assert replace(texture, two_stream=both.two_stream, variant="both") == both


def test_the_deepfashion_experiment_is_the_recipe_as_it_is_shipped():
    shipped = read_method_recipe(resources_dir() / "recipes" / "two-stream-deepfashion.toml")
    assert replace(recipes("two-stream-deepfashion")["both"], variant="") == shipped


def test_fashion_how_crosses_three_backbones_with_the_sampler():
    found = recipes("fashion-how-2")
    pairs = {(r.backbone.backbone, r.sampler.kind) for r in found.values() if r.backbone}
    assert len(pairs) == 6
    assert {kind for _, kind in pairs} == {"shuffle", "inverse_frequency"}


def test_what_is_chosen_lies_over_every_variant_alike():
    choice = ExperimentChoice(
        epochs=3, side_px=64, batch_size=8, rate=2e-3, backbone="mobilenetv2_100", random_weights=True
    )
    for recipe in recipes("fine26", choice).values():
        assert recipe.backbone is not None
        assert (recipe.backbone.backbone, recipe.backbone.weights) == ("mobilenetv2_100", "none")
        assert (recipe.epochs, recipe.view.side_px, recipe.batch_size) == (3, 64, 8)
        assert recipe.phases[-1].optimiser.rate == pytest.approx(2e-3)
    assert recipes("fine26", choice)["dropout"].backbone.dropout == 0.5  # type: ignore[union-attr]


def test_rates_of_all_phases_keep_their_proportion():
    shape, joint = recipes("two-stream-ablation", ExperimentChoice(rate=5e-4, small=True))["both"].phases
    assert joint.optimiser.rate == pytest.approx(5e-4)
    assert shape.optimiser.rate == pytest.approx(3 * 5e-4)


def test_wrong_names_are_refused_with_the_right_ones():
    with pytest.raises(UserError, match="fashion-how-2, fine26"):
        read_experiment("fine27")
    plan = read_experiment("fine26")
    with pytest.raises(UserError, match="no variant “sideways”; it has baseline, flip"):
        chosen_variants(plan, ExperimentChoice(variants=("sideways",)))
    with pytest.raises(UserError, match="has no variant “small”"):
        variant_recipe(plan, plan.variants[0], ExperimentChoice(small=True))
    with pytest.raises(UserError, match="two streams"):
        recipes("two-stream-ablation", ExperimentChoice(backbone="resnet18"))


def test_a_damaged_file_of_ones_own_is_one_sentence(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text('name = "own"', encoding="utf-8")
    with pytest.raises(UserError, match=r"own\.toml cannot be used: Object missing required field"):
        read_experiment(str(path))


def test_the_four_regimes_differ_in_what_they_see_alone():
    found = recipes("stylised-training", ExperimentChoice(epochs=8, rate=5e-4))
    plain = found["original"]
    assert not plain.stylises
    for name, shares in (("stylised", {1.0}), ("mixed", {0.5}), ("cloth", {0.5})):
        recipe = found[name]
        assert {recipe.stylised_share(phase) for phase in recipe.phases} == shares
        assert replace(recipe, stylising=plain.stylising, variant="original") == plain
    tuned = found["mixed-then-original"]
    assert tuned.phases[:-1] == found["mixed"].phases
    assert (tuned.phases[-1].epochs, tuned.phases[-1].optimiser.rate) == (2, pytest.approx(5e-5))

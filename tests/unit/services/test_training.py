from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fashion_studio.domain.data_list import DataListPhoto, read_data_list_photos
from fashion_studio.domain.errors import UserError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.jobs.specification import JobSpec
from fashion_studio.learning.method_recipe import MethodRecipe, parse_method_recipe
from fashion_studio.learning.run_folder import TrainingChoice, read_frozen
from fashion_studio.learning.style.plan import Regime, with_regime
from fashion_studio.services.training import TrainingPreview, freeze_training, preview_photos
from tests.unit.learning.amgan.gan_runs import RECIPE, attribute_bundle
from tests.unit.learning.method_runs import HEADS_RECIPE


def test_an_editor_is_trained_on_renderings_alone(tmp_path: Path, studio: Vocabulary) -> None:
    base = attribute_bundle(tmp_path / "base", studio)
    run_dir = tmp_path / "run"
    freeze_training(run_dir, None, TrainingChoice(parse_method_recipe(RECIPE), base=base))
    frozen = read_frozen(run_dir, JobSpec.read(run_dir).parameters)
    assert list(read_data_list_photos(run_dir / "data.jsonl")) == []
    assert not (run_dir / "listed.jsonl").exists()
    assert frozen.recipe.gan == parse_method_recipe(RECIPE).gan
    assert frozen.path("base") == run_dir / "base"
    assert frozen.heads == ("colors", "sleeve_length", "pattern")


def test_others_need_photos(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="trains on a data list"):
        freeze_training(tmp_path / "run", None, TrainingChoice(parse_method_recipe(HEADS_RECIPE)))
    assert not (tmp_path / "run").exists()


def test_steps_of_an_editors_epoch_are_the_recipes(studio: Vocabulary) -> None:
    preview = preview_photos([], studio, parse_method_recipe(RECIPE))
    assert (preview.epochs, preview.steps_per_epoch, preview.problem) == (2, 4, "")


def labelled(number: int) -> DataListPhoto:
    sleeve, pattern = [("long", "striped"), ("short", "solid")][number % 2]
    return DataListPhoto(
        file=f"{number}.png",
        sha256=f"{number:064x}",
        split="val" if number % 5 == 4 else "train",
        labels={"sleeve_length": sleeve, "pattern": pattern},
    )


def test_a_preview_counts_copies_and_names_what_none_of_them_can_teach(studio: Vocabulary) -> None:
    photos = [labelled(number) for number in range(20)]
    two = parse_method_recipe(
        HEADS_RECIPE.replace('"category", "sleeve_length"', '"sleeve_length", "pattern"')
    )

    def preview(regime: Regime, recipe: MethodRecipe = two) -> TrainingPreview:
        return preview_photos(photos, studio, with_regime(recipe, regime))

    assert preview(Regime.ORIGINAL).copies == 0
    mixed, only = preview(Regime.MIXED), preview(Regime.STYLISED)
    assert mixed.copies == only.copies == 16
    assert not any("another surface" in sentence for sentence in mixed.warnings)
    assert only.warnings[-1] == "Nothing is learnt of Pattern: a copy in another style has another surface."
    assert only.problem == ""
    pattern = replace(two, heads=("pattern",))
    assert preview(Regime.MIXED, pattern).problem == ""
    assert "Mix them with the photos" in preview(Regime.STYLISED, pattern).problem

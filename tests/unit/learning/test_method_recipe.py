from __future__ import annotations

from pathlib import Path

import pytest

from fashion_studio.domain.errors import UserError
from fashion_studio.learning.method_recipe import (
    parse_method_recipe,
    read_method_recipe,
    recipe_toml,
    variant_names,
)

SMALL = """
name = "small"
title = "Small"
[backbone]
backbone = "resnet18"
[[phases]]
name = "all"
epochs = 2
[loss.groups]
kind = "cross_entropy"
smoothing = 0.1
[augmenting.rotation]
degrees = 45
[variants.focal.loss.groups]
kind = "focal"
[variants.still.augmenting.rotation]
degrees = 0
[variants.longer]
phases = [{ name = "more", epochs = 9 }]
"""


def test_a_variant_is_laid_over_the_recipe_key_by_key() -> None:
    assert variant_names(SMALL) == ("focal", "still", "longer")
    focal = parse_method_recipe(SMALL, "focal")
    assert (focal.variant, focal.loss["groups"].kind, focal.loss["groups"].smoothing) == (
        "focal",
        "focal",
        0.1,
    )
    assert focal.augmenting.rotation is not None
    still = parse_method_recipe(SMALL, "still")
    assert still.augmenting.rotation is not None
    assert (still.augmenting.rotation.degrees, still.loss["groups"].kind) == (0, "cross_entropy")
    assert [phase.name for phase in parse_method_recipe(SMALL, "longer").phases] == ["more"]


def test_what_is_written_for_the_run_folder_reads_as_the_same_recipe() -> None:
    recipe = parse_method_recipe(SMALL, "focal")
    assert parse_method_recipe(recipe_toml(recipe)) == recipe


def test_an_unknown_variant_is_refused_with_those_there_are() -> None:
    with pytest.raises(UserError, match="focal, still, longer"):
        parse_method_recipe(SMALL, "flip")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("[base]\nbundle = 'house'", "exactly one"),
        ("[limits]\nspeed = 3", "limits.speed"),
        ("[view]\nside_px = 'big'", "side_px"),
        ("[loss.points]\nkind = 'heatmap_squared'", "need a two-stream"),
        ("[limits]\nforbid_pretrained = true\n[variants.x.backbone]\nweights = 'imagenet'", ""),
        ("batch = 3", "not known: variants|not known|batch"),
        ("= =", "not valid TOML"),
    ],
)
def test_a_recipe_that_cannot_be_used_is_refused_with_its_reason(change: str, reason: str) -> None:
    text = change + SMALL if change.startswith("batch") else SMALL + change
    if not reason:
        parse_method_recipe(text)
        with pytest.raises(UserError, match="forbids pretrained"):
            parse_method_recipe(text, "x")
        return
    with pytest.raises(UserError, match=reason):
        parse_method_recipe(text)


def test_a_phase_that_names_an_absent_term_is_refused() -> None:
    text = SMALL.replace("epochs = 2", "epochs = 2\nterms = ['landmarks']")
    with pytest.raises(UserError, match="landmarks"):
        parse_method_recipe(text)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_method_recipe(tmp_path / "no.toml")

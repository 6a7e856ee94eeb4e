from __future__ import annotations

from pathlib import Path

import pytest

from fashion_studio.domain.errors import UserError
from fashion_studio.learning.method_recipe import (
    MethodRecipe,
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


# The shipped recipes hold the numbers of the sources.

FOLDER = Path(__file__).parents[3] / "resources" / "recipes"
METHODS = ("two-stream-deepfashion", "fashion-how-1", "fashion-how-2", "fine26-resnet50", "fine-tune")


def recipe(name: str, variant: str = "") -> MethodRecipe:
    return read_method_recipe(FOLDER / f"{name}.toml", variant)


def variants(name: str) -> tuple[str, ...]:
    return variant_names((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", METHODS)
def test_every_recipe_and_variant_parses_and_survives_the_run_folder(name: str) -> None:
    for variant in ("", *variants(name)):
        found = recipe(name, variant)
        assert (found.name, found.variant) == (name, variant)
        assert parse_method_recipe(recipe_toml(found)) == found


def test_two_stream_has_the_papers_phases_and_weights() -> None:
    found = recipe("two-stream-deepfashion")
    weights = {name: (term.weight, term.reduction) for name, term in found.loss.items()}
    assert weights == {
        "category": (1.0, "mean"),
        "attributes": (500.0, "mean"),
        "visibility": (1.0, "mean"),
        "landmarks": (1.0, "sum"),
    }
    first, second = found.phases
    assert (first.epochs, set(first.parts), set(first.terms)) == (
        3,
        {"shape", "decoder"},
        {"visibility", "landmarks"},
    )
    assert first.optimiser.rate > second.optimiser.rate
    assert (second.parts, second.terms) == ((), ())
    assert (second.optimiser.rate, second.schedule.decay, found.epochs) == (1e-4, 0.8, 20)
    assert found.two_stream is not None
    assert (found.two_stream.texture.weights, found.two_stream.shape.weights) == ("imagenet", "none")
    assert (found.view.side_px, found.view.fit, found.view.box_in_evaluation) == (224, "stretch", True)
    cone = recipe("two-stream-deepfashion", "cone").loss["landmarks"]
    assert (cone.target, cone.sigma * 224) == ("cone", pytest.approx(8))
    assert recipe("two-stream-deepfashion", "texture-only").two_stream.streams == "texture"


def test_fashion_how_1_has_the_slides_numbers() -> None:
    found = recipe("fashion-how-1")
    (phase,) = found.phases
    assert found.heads == ("daily", "gender", "embellishment")
    assert found.loss["classes"].smoothing == 0.1
    assert (phase.optimiser.kind, phase.optimiser.rate, phase.epochs) == ("adamw", 5e-6, 300)
    schedule = phase.schedule
    assert (schedule.kind, schedule.t0_epochs, schedule.t_mult) == ("warm_restarts", 30, 2)
    assert schedule.eta_min == pytest.approx(phase.optimiser.rate / 100)
    assert (found.batch_size, found.precision, found.view.background) == (256, "16-mixed", "removed")
    assert (found.limits.max_file_mb, found.limits.forbid_pretrained) == (25, False)
    assert recipe("fashion-how-1", "cutmix").mixing.cutmix_share > 0
    assert recipe("fashion-how-1", "raw").view.background == "raw"
    assert recipe("fashion-how-1", "mixed").view.background == "mixed"


def test_fashion_how_2_has_the_slides_numbers() -> None:
    found = recipe("fashion-how-2")
    (phase,) = found.phases
    assert (phase.optimiser.rate, phase.schedule.t0_epochs, phase.schedule.eta_min) == (1e-4, 20, 1e-5)
    assert (found.batch_size, found.monitor, found.sampler.kind) == (
        128,
        "color.macro_recall",
        "inverse_frequency",
    )
    motion, holes = found.augmenting.shift_scale_rotate, found.augmenting.coarse_dropout
    assert motion is not None
    assert holes is not None
    assert (motion.shift, motion.scale, motion.degrees, motion.share) == (0.1, 0.2, 20, 0.3)
    assert (holes.min_holes, holes.max_holes, holes.min_px, holes.max_fraction, holes.share) == (
        1,
        6,
        4,
        0.1,
        0.5,
    )
    assert found.view.interpolation == "bicubic"
    assert found.augmenting.color is None
    assert not found.starts_pretrained
    assert found.limits.forbid_pretrained
    backbones = {recipe("fashion-how-2", v).backbone.backbone for v in ("", *variants("fashion-how-2"))}
    assert backbones == {
        "eva02_tiny_patch14_224.mim_in22k",
        "convnextv2_femto",
        "mobilenetv4_conv_small",
    }
    assert recipe("fashion-how-2", "without-sampler").sampler.kind == "shuffle"


def test_fine26_has_the_sources_experiments() -> None:
    assert set(variants("fine26-resnet50")) >= {
        "baseline",
        "flip",
        "rotation",
        "crop",
        "blur-brightness",
        "dropout",
        "focal",
    }
    base = recipe("fine26-resnet50", "baseline").augmenting
    assert base.flip_share == 0
    assert base.rotation is not None
    assert base.rotation.share == 0
    assert base.resized_crop is base.color is base.blur is None
    assert recipe("fine26-resnet50", "flip").augmenting.flip_share == 0.5
    turned = recipe("fine26-resnet50", "rotation").augmenting
    assert turned.rotation is not None
    assert (turned.flip_share, turned.rotation.degrees) == (0, 45)
    crop = recipe("fine26-resnet50", "crop").augmenting.resized_crop
    assert crop is not None
    assert (crop.scale_low, crop.scale_high) == (0.8, 1.0)
    light = recipe("fine26-resnet50", "blur-brightness").augmenting.color
    assert light is not None
    assert (light.brightness, light.contrast) == (0.1, 0.2)
    assert recipe("fine26-resnet50", "focal").loss["groups"].kind == "focal"
    assert recipe("fine26-resnet50").backbone.dropout == 0
    assert recipe("fine26-resnet50", "dropout").backbone.dropout > 0
    assert recipe("fine26-resnet50").backbone.frozen


@pytest.mark.parametrize("name", METHODS)
def test_trap_12_no_recipe_chooses_epochs_by_a_test_figure(name: str) -> None:
    for variant in ("", *variants(name)):
        assert "test" not in recipe(name, variant).monitor

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from fashion_studio.domain.errors import Cancelled, UserError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.recipe import parse_recipe, recipe_mapping
from fashion_studio.learning.run import TrainingResult, TrainSpec, read_spec, run_training
from fashion_studio.learning.style.plan import Regime, with_rounds_regime
from fashion_studio.rendering.render import render_seed
from fashion_studio.zoo.bundle import load_bundle
from fashion_studio.zoo.configuration import TwoStreamConfig
from fashion_studio.zoo.two_stream import TwoStream
from tests.unit.learning.style_runs import tiny_adain

TINY = """
name = "tiny"
title = "Tiny"
architecture = "tiny"
cache_px = 64
input_px = 64
hold_out = 0.3
freeze_norms = false
precision = "32-true"
[renderings]
count = 17
choosing_count = 8
[[rounds]]
epochs = 2
side_px = 64
photos_per_epoch = 8
renderings_per_epoch = 16
batch_size = 8
optimiser = { average_decay = 0.9 }
[[rounds]]
epochs = 1
side_px = 64
photos_per_epoch = 8
renderings_per_epoch = 8
batch_size = 8
optimiser = { trunk_rate = 0.0 }
pseudo_labels = { min_confidence = 0.01, max_spread = 1.0, min_agreement = 0.0 }
"""


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo table made of renderings, labelled by class only."""
    folder = tmp_path_factory.mktemp("photos")
    (folder / "images").mkdir()
    lines = ["image,sender_id,label,kids,split"]
    for k, label in enumerate(["T-Shirt", "Pants", "Hat", "Dress"] * 4):
        rendering = render_seed(k, category=label.lower(), width_px=48, height_px=64)
        Image.fromarray(rendering.image).save(folder / "images" / f"{k}.png")
        lines.append(f"{k}.png,{k},{label},False,train")
    (folder / "photos.csv").write_text("\n".join(lines))
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def spec(studio: Vocabulary, photos: Path, cache: Path) -> TrainSpec:
    return TrainSpec(
        recipe=tomllib.loads(TINY),
        vocabulary=dict(studio.source),
        run_dir="",
        model_id="tiny-1",
        photos=str(photos),
        cache_dir=str(cache),
        device="cpu",
        threads=1,
    )


@dataclass(frozen=True)
class FinishedRun:
    spec: TrainSpec
    result: TrainingResult
    events: list[dict[str, object]]


@pytest.fixture(scope="module")
def whole(spec: TrainSpec, tmp_path_factory: pytest.TempPathFactory) -> FinishedRun:
    """A run from beginning to end, without a stop."""
    events: list[dict[str, object]] = []
    one = replace(spec, run_dir=str(tmp_path_factory.mktemp("whole") / "run"))
    return FinishedRun(one, run_training(one, events.append), events)


def weights(spec: TrainSpec, part: str = "round-2/averaged.safetensors") -> dict[str, torch.Tensor]:
    return load_file(Path(spec.run_dir) / part)


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(a[name], b[name]) for name in a)


def test_a_run_leaves_a_usable_bundle_and_says_what_it_did(whole: FinishedRun) -> None:
    bundle = load_bundle(whole.result.bundle)
    assert bundle.manifest.model_id == "tiny-1"
    assert bundle.manifest.figures
    with torch.inference_mode():
        output = bundle.network(torch.zeros(1, 3, 64, 64))
    assert output.logits["category"].shape == (1, 17)
    kinds = [event["event"] for event in whole.events]
    assert kinds[0] == "started"
    assert kinds[-1] == "finished"
    assert kinds.count("epoch") == 3
    assert "pseudo_labels" in kinds
    run_dir = Path(whole.spec.run_dir)
    written = [json.loads(line) for line in (run_dir / "events.jsonl").read_text().splitlines()]
    assert written == whole.events
    assert read_spec(run_dir) == whole.spec
    assert "torch" in json.loads((run_dir / "environment.json").read_text())
    loss_line = next(event["loss"] for event in whole.events if event["event"] == "round")
    assert "landmark=" in str(loss_line)


def test_training_lowers_the_loss_on_what_it_sees(whole: FinishedRun) -> None:
    losses = [float(str(event["loss.total"])) for event in whole.events if event["event"] == "epoch"]
    assert losses[1] < 0.95 * losses[0]


def test_backbones_at_rest_stay_as_they_are(whole: FinishedRun) -> None:
    before, after = (weights(whole.spec, f"round-{number}/averaged.safetensors") for number in (1, 2))
    assert torch.equal(before["texture.conv_stem.weight"], after["texture.conv_stem.weight"])
    assert not torch.equal(before["heads.category.weight"], after["heads.category.weight"])


def test_a_cancelled_run_goes_on_to_the_very_same_end(whole: FinishedRun, tmp_path: Path) -> None:
    seen: list[dict[str, object]] = []
    broken = replace(whole.spec, run_dir=str(tmp_path / "broken"))
    with pytest.raises(Cancelled, match="go on"):
        run_training(broken, seen.append, lambda: any(event["event"] == "epoch" for event in seen))
    assert (tmp_path / "broken" / "round-1" / "last.ckpt").exists()
    # a second stop, after the second round's pseudo-labels were made
    with pytest.raises(Cancelled):
        run_training(broken, seen.append, lambda: seen[-1].get("round") == 2)
    run_training(broken, seen.append)
    assert [event["event"] for event in seen].count("pseudo_labels") == 1
    for number in (1, 2):
        part = f"round-{number}/averaged.safetensors"
        assert same(weights(whole.spec, part), weights(broken, part))


def test_another_seed_gives_other_numbers_a_preparing_process_does_not(
    whole: FinishedRun, tmp_path: Path
) -> None:
    recipe = tomllib.loads(TINY)
    del recipe["rounds"][1]
    found = []
    for seed, processes in ((0, 1), (1, 0)):
        one = replace(
            whole.spec,
            recipe=recipe,
            seed=seed,
            loader_processes=processes,
            run_dir=str(tmp_path / f"{seed}"),
        )
        run_training(one)
        found.append(weights(one, "round-1/averaged.safetensors"))
    first = weights(whole.spec, "round-1/averaged.safetensors")
    assert same(first, found[0])
    assert not same(first, found[1])


def stylised(spec: TrainSpec, folder: Path, regime: Regime) -> TrainSpec:
    recipe = recipe_mapping(with_rounds_regime(parse_recipe(TINY), regime))
    return replace(spec, recipe=recipe, run_dir=str(folder / "run"), adain=str(tiny_adain(folder / "adain")))


def test_mixed_then_originals_goes_on_to_the_very_same_end(spec: TrainSpec, tmp_path: Path) -> None:
    whole = stylised(spec, tmp_path / "whole", Regime.MIXED_THEN_ORIGINAL)
    told: list[dict[str, object]] = []
    result = run_training(whole, told.append)
    assert [event["made"] for event in told if event["event"] == "stylised"] == [12, 17]
    assert [event["round"] for event in told if event["event"] == "round"] == [1, 2, 3]
    source = load_bundle(result.bundle).manifest.sources[-1]
    assert source.endswith("(style transfer, α 1): round 1 50%, round 2 50%, round 3 0%")
    broken = stylised(spec, tmp_path / "broken", Regime.MIXED_THEN_ORIGINAL)
    seen: list[dict[str, object]] = []
    for stop in ("stylised", "epoch"):  # in the middle of making copies, then in the middle of training
        with pytest.raises(Cancelled):
            run_training(broken, seen.append, lambda kind=stop: seen[-1]["event"] == kind)  # type: ignore[misc]
    run_training(broken, seen.append)
    assert sum(int(str(event["made"])) for event in seen if event["event"] == "stylised") == 29
    for number in (1, 2, 3):
        part = f"round-{number}/averaged.safetensors"
        assert same(weights(whole, part), weights(broken, part))


def test_copies_change_what_is_learnt_and_nothing_of_the_surface_is_learnt_from_them(
    whole: FinishedRun, spec: TrainSpec, tmp_path: Path
) -> None:
    only = stylised(spec, tmp_path, Regime.STYLISED)
    only.recipe["rounds"][0]["optimiser"]["weight_decay"] = 0.0
    run_training(only)
    first = weights(only, "round-1/averaged.safetensors")
    assert not same(first, weights(whole.spec, "round-1/averaged.safetensors"))
    config = load_bundle(whole.result.bundle).manifest.config
    assert isinstance(config, TwoStreamConfig)
    torch.manual_seed(only.seed)
    start = TwoStream(config)
    for head, learns in (("fabric", False), ("pattern", False), ("colors", False), ("sleeve_length", True)):
        name = f"heads.{head}.weight"
        assert torch.equal(first[name], start.state_dict()[name]) != learns, head


def test_cloth_dresses_what_has_a_sure_mask(spec: TrainSpec, tmp_path: Path) -> None:
    told: list[dict[str, object]] = []
    one = replace(stylised(spec, tmp_path, Regime.CLOTH), adain=None)
    run_training(one, told.append)
    counts = [(event["made"], event["left_out"]) for event in told if event["event"] == "stylised"]
    assert counts == [(0, 12), (17, 0)]  # photos have no mask yet


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no training run"):
        read_spec(tmp_path)

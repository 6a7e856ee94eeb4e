from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from fashion_studio.domain.errors import Cancelled, UserError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.run import TrainSpec, read_spec, run_training
from fashion_studio.rendering.render import render_seed
from fashion_studio.zoo.bundle import load_bundle

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
choosing_count = 17
[[rounds]]
epochs = 2
side_px = 64
photos_per_epoch = 8
renderings_per_epoch = 8
batch_size = 4
optimiser = { average_decay = 0.9 }
[[rounds]]
epochs = 1
side_px = 64
photos_per_epoch = 8
renderings_per_epoch = 8
batch_size = 8
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


@pytest.fixture
def spec(tmp_path: Path, studio: Vocabulary, photos: Path, cache: Path) -> TrainSpec:
    return TrainSpec(
        recipe=tomllib.loads(TINY),
        vocabulary=dict(studio.source),
        run_dir=str(tmp_path / "run"),
        model_id="tiny-1",
        photos=str(photos),
        cache_dir=str(cache),
        device="cpu",
        threads=1,
    )


def weights(spec: TrainSpec, part: str = "round-2/averaged.safetensors") -> dict[str, torch.Tensor]:
    return load_file(Path(spec.run_dir) / part)


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(a[name], b[name]) for name in a)


def test_a_run_leaves_a_usable_bundle_and_says_what_it_did(spec: TrainSpec) -> None:
    events: list[dict[str, object]] = []
    result = run_training(spec, events.append)
    bundle = load_bundle(result.bundle)
    assert bundle.manifest.model_id == "tiny-1"
    assert bundle.manifest.figures
    with torch.inference_mode():
        output = bundle.network(torch.zeros(1, 3, 64, 64))
    assert output.logits["category"].shape == (1, 17)
    kinds = [event["event"] for event in events]
    assert kinds[0] == "started"
    assert kinds[-1] == "finished"
    assert kinds.count("epoch") == 3
    assert "pseudo_labels" in kinds
    run_dir = Path(spec.run_dir)
    written = [json.loads(line) for line in (run_dir / "events.jsonl").read_text().splitlines()]
    assert written == events
    assert read_spec(run_dir) == spec
    assert "torch" in json.loads((run_dir / "environment.json").read_text())
    loss_line = next(event["loss"] for event in events if event["event"] == "round")
    assert "landmark=" in str(loss_line)


def test_one_seed_gives_the_same_numbers_another_gives_others(spec: TrainSpec, tmp_path: Path) -> None:
    found = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        one = replace(spec, run_dir=str(tmp_path / name), seed=seed)
        run_training(one)
        found.append(weights(one))
    assert same(found[0], found[1])
    assert not same(found[0], found[2])


def test_a_cancelled_run_goes_on_to_the_very_same_end(spec: TrainSpec, tmp_path: Path) -> None:
    whole = replace(spec, run_dir=str(tmp_path / "whole"))
    run_training(whole)
    epochs = 0

    def count(event: dict[str, object]) -> None:
        nonlocal epochs
        epochs += event["event"] == "epoch"

    broken = replace(spec, run_dir=str(tmp_path / "broken"))
    with pytest.raises(Cancelled, match="go on"):
        run_training(broken, count, lambda: epochs >= 1)
    assert (tmp_path / "broken" / "round-1" / "last.ckpt").exists()
    run_training(broken)
    assert same(
        weights(whole, "round-1/averaged.safetensors"), weights(broken, "round-1/averaged.safetensors")
    )
    assert same(weights(whole), weights(broken))


def test_training_lowers_the_loss_on_what_it_sees(spec: TrainSpec) -> None:
    recipe = tomllib.loads(TINY)
    recipe["rounds"] = [recipe["rounds"][0] | {"epochs": 8, "renderings_per_epoch": 16}]
    events: list[dict[str, object]] = []
    run_training(replace(spec, recipe=recipe), events.append)
    losses = [float(str(event["loss.total"])) for event in events if event["event"] == "epoch"]
    assert np.mean(losses[-2:]) < 0.9 * losses[0]


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no training run"):
        read_spec(tmp_path)

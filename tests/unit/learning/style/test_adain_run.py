"""A tiny style transfer trained for a few steps: that it learns, stops, goes on and leaves a bundle."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from fashion_studio.domain.errors import Cancelled, CheckpointError, UserError
from fashion_studio.learning.run_voice import RunVoice
from fashion_studio.learning.style import adain_run
from fashion_studio.learning.style.adain_recipe import AdaInRecipe, EncoderPlan
from fashion_studio.learning.style.adain_run import AdaInStart, run_adain
from fashion_studio.rendering.render import render_seed
from fashion_studio.zoo.adain import (
    AdaIn,
    AdaInManifest,
    AdaInSpec,
    load_adain,
    read_adain_manifest,
    save_adain,
)
from fashion_studio.zoo.style_encoders import EncoderSpec

RECIPE = AdaInRecipe(
    "tiny",
    "Tiny style",
    EncoderPlan("own", blocks=((6,), (8,)), is_trained=True),
    loss_encoder=EncoderPlan("pair"),
    side_px=32,
    loaded_px=36,
    renderings=2,
    identity_weight=1.0,
    steps=8,
    batch_size=2,
    rate=3e-3,
)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> AdaInStart:
    """Photos, and an encoder to compare by that stands for VGG's."""
    folder = tmp_path_factory.mktemp("style")
    for number in range(12):
        image = render_seed(number, width_px=48, height_px=64).image
        Image.fromarray(image).save(folder / f"{number}.png")
    torch.manual_seed(1)
    compare = AdaIn(AdaInSpec(EncoderSpec(blocks=((6,), (8,))), ((6,), (3,))))
    save_adain(folder / "pair", compare, AdaInManifest("stand-in", compare.spec, "Apache-2.0"))
    photos = tuple(sorted(folder.glob("*.png")))
    return AdaInStart(RECIPE, photos, (), folder, folder / "pair", "tiny-1", seed=2, threads=1)


def voice(steps: list[dict[str, Any]] | None = None, stop: int | None = None) -> RunVoice:
    asked: list[int] = []

    def tell(kind: str, **data: Any) -> None:
        if steps is not None and kind == "steps":
            steps.append(data)

    def should_stop() -> bool:
        asked.append(1)
        return stop is not None and len(asked) > stop

    return RunVoice(tell, lambda *_: None, lambda _: None, should_stop)


@pytest.fixture(autouse=True)
def _short_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adain_run, "_BLOCK", 2)
    monkeypatch.setattr(adain_run, "_KEPT", 4)


def test_a_run_learns_and_leaves_a_bundle_with_figures_and_a_card(tmp_path: Path, start: AdaInStart) -> None:
    steps: list[dict[str, Any]] = []
    longer = replace(start, recipe=replace(RECIPE, steps=40))
    done = run_adain(tmp_path, longer, voice(steps))
    assert steps[-1]["total"] < 0.8 * steps[0]["total"]
    manifest = read_adain_manifest(done.bundle)
    assert manifest.model_id == "tiny-1"
    assert manifest.figures == dict(done.figures)
    assert set(done.figures) == {"reconstruction_db", "style_gap", "content_gap"}
    card = (done.bundle / "CARD.md").read_text(encoding="utf-8")
    assert "Trained 40 of 40 steps" in card
    assert load_adain(done.bundle).encoder.stride == 2
    assert (tmp_path / "examples" / "last.png").is_file()
    with (tmp_path / "metrics.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == list(range(2, 41, 2))


def test_a_stopped_run_goes_on_as_if_it_had_not_stopped(tmp_path: Path, start: AdaInStart) -> None:
    straight, broken = tmp_path / "straight", tmp_path / "broken"
    run_adain(straight, start, voice())
    reading = 12 + 2 * RECIPE.renderings
    with pytest.raises(Cancelled):
        run_adain(broken, start, voice(stop=reading + 5))
    assert not (broken / "bundle").exists()
    run_adain(broken, start, voice())
    one, other = (load_adain(folder / "bundle").state_dict() for folder in (straight, broken))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_bundle_of_what_is_there(tmp_path: Path, start: AdaInStart) -> None:
    with pytest.raises(UserError, match="no checkpoint yet"):
        run_adain(tmp_path, start, voice(), finish_only=True)
    reading = 12 + 2 * RECIPE.renderings
    with pytest.raises(Cancelled):
        run_adain(tmp_path, start, voice(stop=reading + 3))
    done = run_adain(tmp_path, start, voice(), finish_only=True)
    assert "Trained 3 of 8 steps" in (done.bundle / "CARD.md").read_text(encoding="utf-8")


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path, start: AdaInStart) -> None:
    run_adain(tmp_path, replace(start, recipe=replace(RECIPE, steps=2)), voice())
    wider = replace(RECIPE, encoder=replace(RECIPE.encoder, blocks=((7,), (8,))))
    with pytest.raises(CheckpointError, match="another vocabulary or network"):
        run_adain(tmp_path, replace(start, recipe=wider), voice())


def test_a_loss_that_is_not_finite_stops(tmp_path: Path, start: AdaInStart) -> None:
    wild = replace(RECIPE, rate=1e30)
    with pytest.raises(UserError, match="not a finite number"):
        run_adain(tmp_path, replace(start, recipe=wild), voice())
    assert not (tmp_path / "bundle").exists()

"""A tiny adversarial run from its data list to its editor; cancelled, continued, refused."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import cv2
import pytest
import torch

from fashion_studio.domain.errors import Cancelled, UserError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.imaging.lettering import Fonts
from fashion_studio.learning.amgan.draws import Draw
from fashion_studio.learning.amgan.objective import Batch
from fashion_studio.learning.amgan.run import run_amgan
from fashion_studio.learning.amgan.stepping import GanStepper
from fashion_studio.learning.finishing import FinishedRun
from fashion_studio.learning.method_recipe import parse_method_recipe
from fashion_studio.learning.run_folder import FrozenRun, TrainingChoice, freeze_run
from fashion_studio.learning.style.plan import Regime, with_regime
from fashion_studio.zoo.editor_bundle import load_generator
from tests.unit.learning.amgan.gan_runs import RECIPE, frozen_gan
from tests.unit.learning.method_runs import Told, rendered_list
from tests.unit.learning.style_runs import tiny_adain

Losses = list[dict[str, float]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, studio: Vocabulary) -> Path:
    return rendered_list(tmp_path_factory.mktemp("photos"), studio, train=6, val=2, test=0)


@dataclass(frozen=True)
class Whole:
    frozen: FrozenRun
    result: FinishedRun
    told: Told
    losses: Losses


def trained(frozen: FrozenRun, told: Told, stop_at: int | None = None) -> tuple[FinishedRun | None, Losses]:
    """Trains, and remembers the losses of every step; asks for the end when so many were taken."""
    losses: Losses = []
    plain = GanStepper.step

    def step(stepper: GanStepper) -> dict[str, torch.Tensor]:
        terms = plain(stepper)
        losses.append({name: float(value) for name, value in terms.items()})
        return terms

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(GanStepper, "step", step)
        try:
            return run_amgan(frozen, told.voice(lambda: len(losses) == stop_at), Fonts(), code="abc"), losses
        except Cancelled:
            return None, losses


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, data: Path, base: Path) -> Whole:
    frozen, told = frozen_gan(tmp_path_factory.mktemp("whole") / "run", data, base), Told()
    result, losses = trained(frozen, told)
    assert result is not None
    return Whole(frozen, result, told, losses)


def beside(whole: Whole, folder: Path, data: Path, base: Path, text: str = RECIPE) -> FrozenRun:
    """Another run of the same pictures, which need not be rendered again."""
    frozen = frozen_gan(folder / "run", data, base, text)
    shutil.copytree(whole.frozen.run_dir / "pictures", frozen.run_dir / "pictures")
    return frozen


def test_a_run_leaves_a_usable_editor_and_all_its_files(whole: Whole) -> None:
    run_dir = whole.frozen.run_dir
    generator, manifest = load_generator(whole.result.bundle)
    assert manifest.model_id == "own-1"
    assert list(manifest.config.attributes) == ["colors", "sleeve_length", "pattern"]
    with torch.inference_mode():
        target, edited = manifest.config.target({"colors": "red"}), manifest.config.edited("colors")
        picture, mask = generator(torch.zeros(1, 3, 32, 32), target[None], edited[None])
    assert picture.shape == (1, 3, 32, 32)
    assert mask.shape == (1, 1, 32, 32)
    for name in (
        "recipe.toml",
        "metrics.csv",
        "report.json",
        "CARD.md",
        "bundle/CARD.md",
        "environment.json",
    ):
        assert (run_dir / name).is_file(), name
    card = (run_dir / "CARD.md").read_text()
    assert "6 for training, 2 held out" in card
    assert "agreed in all attributes" in card
    report = json.loads((run_dir / "report.json").read_text())
    assert report["splits"]["val"]["figures"] == whole.result.figures
    assert sum(report["references"].values()) == 4 * 4


def test_it_tells_what_the_train_room_shows(whole: Whole) -> None:
    told = whole.told
    (run,), epochs = told.of("run"), told.of("epoch")
    assert (run["steps"], run["epochs"], run["method"]) == (8, 2, "amgan")
    assert run["photos"] == {"train": 6, "val": 2, "test": 0}
    assert run["renderings"]["train"] >= 9
    (said,) = told.of("data")
    assert sum(n[0] for n in said["counts"]["pattern"].values()) > 6
    assert [event["epoch"] for event in epochs] == [1, 2]
    assert {"loss", "loss.discriminators", "loss.penalty", "loss.crop.critic"} <= set(epochs[0]["train"])
    figures = {"mean.edit_accuracy", "kept.agreement", "background.change", "cycle.error", "mask.mean"}
    assert figures <= set(epochs[0]["val"])
    assert set(epochs[0]["baseline"]) <= set(epochs[0]["val"])
    assert told.of("finished")[0]["best_epoch"] == 2
    with (whole.frozen.run_dir / "metrics.csv").open() as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["1", "2"]


def test_sample_sheets_come_every_so_many_steps(whole: Whole) -> None:
    sheets = whole.told.of("samples")
    assert [sheet["step"] for sheet in sheets] == [0, 4, 8]
    shapes = set()
    for sheet in sheets:
        picture = cv2.imread(str(whole.frozen.run_dir / sheet["file"]))
        assert picture is not None
        shapes.add(picture.shape)
    assert len(shapes) == 1


def test_a_run_that_was_cancelled_goes_on_with_the_same_losses(
    whole: Whole, tmp_path: Path, data: Path, base: Path
) -> None:
    """Cancelled in the middle of an epoch, between two steps of the generator."""
    frozen, told = beside(whole, tmp_path, data, base), Told()
    result, before = trained(frozen, told, stop_at=5)
    assert result is None
    assert (frozen.run_dir / "checkpoints" / "last.ckpt").is_file()
    result, after = trained(frozen, told)
    assert result is not None
    assert before + after == whole.losses
    assert told.codes()[-1] == "resumed"
    assert told.of("run")[-1]["step"] == 5
    assert result.figures == whole.result.figures
    again = Told()
    assert trained(frozen, again) == (result, [])


def test_copies_are_among_the_views_until_the_originals_alone_are(
    whole: Whole, tmp_path: Path, data: Path, base: Path
) -> None:
    """Sleeves are edited in copies, colours and patterns never; and a break changes nothing."""

    def stylised(folder: Path) -> FrozenRun:
        recipe = with_regime(parse_method_recipe(RECIPE), Regime.MIXED_THEN_ORIGINAL)
        choice = TrainingChoice(recipe, base=base, device="cpu", adain=tiny_adain(tmp_path / "adain"))
        frozen = freeze_run(folder, data, choice)
        shutil.copytree(whole.frozen.run_dir / "pictures", frozen.run_dir / "pictures")
        return frozen

    seen: list[tuple[str, str, bool]] = []
    plain = GanStepper._batch

    def batch(stepper: GanStepper, draw: Draw) -> Batch:
        made = plain(stepper, draw)
        originals = stepper.pictures.images(draw.rows, draw.mirrored)
        other = bool((made.images != originals).flatten(1).any(1).any())
        assert other == (draw.copies is not None and (draw.copies >= 0).any())
        seen.append((stepper.phase.name, made.attribute, other))
        return made

    one, told = stylised(tmp_path / "one"), Told()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(GanStepper, "_batch", batch)
        result, losses = trained(one, told)
    assert result is not None
    assert [(event["phase"], event["epochs"]) for event in told.of("phase")] == [
        ("adversarial", 2),
        ("originals", 1),
    ]
    assert len(losses) == 12
    assert {attribute for _, attribute, other in seen if other} == {"sleeve_length"}
    assert not any(other for phase, _, other in seen if phase == "originals")
    card = (one.run_dir / "CARD.md").read_text(encoding="utf-8")
    assert "(style transfer, α 1): adversarial 50%, originals 0%" in card
    assert "Copies are edited in sleeve_length alone." in card
    two = stylised(tmp_path / "two")
    _, before = trained(two, Told(), stop_at=3)
    _, between = trained(two, Told(), stop_at=6)
    _, after = trained(two, Told())
    assert before + between + after == losses


def test_a_run_that_ended_early_can_be_finished(whole: Whole, tmp_path: Path, data: Path, base: Path) -> None:
    frozen, told = beside(whole, tmp_path, data, base), Told()
    with pytest.raises(UserError, match="no editor to make"):
        run_amgan(frozen, told.voice(), Fonts(), finish_only=True)
    trained(frozen, told, stop_at=3)
    done = run_amgan(frozen, told.voice(), Fonts(), finish_only=True)
    assert done.best_epoch == 1
    assert "3 steps of 8 that were planned" in (done.bundle / "CARD.md").read_text()


def test_a_checkpoint_of_other_networks_is_refused(
    whole: Whole, tmp_path: Path, data: Path, base: Path
) -> None:
    wider = beside(whole, tmp_path, data, base, RECIPE.replace("width = 4\nblocks", "width = 8\nblocks"))
    (wider.run_dir / "checkpoints").mkdir()
    kept = (whole.frozen.run_dir / "checkpoints" / "last.ckpt").read_bytes()
    (wider.run_dir / "checkpoints" / "last.ckpt").write_bytes(kept)
    with pytest.raises(UserError, match="another vocabulary or network"):
        run_amgan(wider, Told().voice(), Fonts())

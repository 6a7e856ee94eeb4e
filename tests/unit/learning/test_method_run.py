from __future__ import annotations

import csv
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from fashion_studio.domain.errors import Cancelled
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.finishing import FinishedRun
from fashion_studio.learning.fitting import MethodModule
from fashion_studio.learning.method_recipe import parse_method_recipe
from fashion_studio.learning.method_run import run_method
from fashion_studio.learning.run_folder import FrozenRun, TrainingChoice, freeze_run, read_frozen
from fashion_studio.zoo.bundle import load_bundle
from tests.unit.learning.method_runs import HEADS_RECIPE, STREAMS_RECIPE, Told, rendered_list


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, studio: Vocabulary) -> Path:
    return rendered_list(tmp_path_factory.mktemp("photos"), studio)


def frozen_run(folder: Path, data: Path, text: str, **choice: Any) -> FrozenRun:
    recipe = parse_method_recipe(text)
    return freeze_run(folder, data, TrainingChoice(recipe, **{"device": "cpu", **choice}))


def listened_to(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Grows by the loss of every step that is taken, in order."""
    found: list[float] = []
    plain = MethodModule._note

    def note(module: MethodModule, terms: dict[str, torch.Tensor]) -> None:
        found.append(float(terms["loss"]))
        plain(module, terms)

    monkeypatch.setattr(MethodModule, "_note", note)
    return found


@pytest.fixture
def losses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The loss of every step that was taken, in order."""
    return listened_to(monkeypatch)


@dataclass(frozen=True)
class Whole:
    text: str
    frozen: FrozenRun
    result: FinishedRun
    told: Told
    losses: tuple[float, ...]


@pytest.fixture(scope="module", params=[HEADS_RECIPE, STREAMS_RECIPE], ids=["heads", "streams"])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, data: Path) -> Whole:
    """A run from beginning to end, without a stop."""
    frozen, told = frozen_run(tmp_path_factory.mktemp("whole") / "run", data, request.param), Told()
    with pytest.MonkeyPatch.context() as patch:
        losses = listened_to(patch)
        result = run_method(frozen, told.voice(), code="abc")
    return Whole(request.param, frozen, result, told, tuple(losses))


def test_a_run_leaves_a_usable_bundle_and_all_its_files(whole: Whole) -> None:
    run_dir = whole.frozen.run_dir
    bundle = load_bundle(whole.result.bundle)
    heads = [head.name for head in bundle.manifest.config.heads]
    assert heads == list(whole.told.of("run")[0]["heads"])
    with torch.inference_mode():
        output = bundle.network(torch.zeros(1, 3, 32, 32))
    assert output.logits["category"].shape == (1, 17)
    for name in (
        "recipe.toml",
        "metrics.csv",
        "report.json",
        "CARD.md",
        "bundle/CARD.md",
        "environment.json",
    ):
        assert (run_dir / name).is_file(), name
    assert list((run_dir / "tensorboard").glob("events.*"))
    assert json.loads((run_dir / "environment.json").read_text())[0]["code"] == "abc"
    card = (run_dir / "CARD.md").read_text()
    assert "most frequent answer" in card
    assert "Where it is weak" in card


def test_the_run_tells_steps_epochs_examples_and_the_end(whole: Whole) -> None:
    told = whole.told
    run = told.of("run")[0]
    assert run["photos"] == {"train": 24, "val": 8, "test": 8}
    assert run["steps"] == 9
    assert not run["resumed"]
    assert "cross_entropy (mean)" in run["loss"]
    epochs = told.of("epoch")
    assert [epoch["epoch"] for epoch in epochs] == [1, 2, 3]
    assert [epoch["step"] for epoch in epochs] == [3, 6, 9]
    assert all("category.top1" in epoch["val"] and "category.top1" in epoch["baseline"] for epoch in epochs)
    step = told.of("step")[-1]
    assert step["step"] == 9
    assert step["photos_per_s"] > 0
    assert step["seconds_per_epoch"] > 0
    assert step["left_s"] >= 0
    assert set(step["terms"]) == {name.removeprefix("loss.") for name in epochs[-1]["train"]} - {"loss"}
    shown = told.of("examples")
    assert [example["file"] for example in shown[0]["photos"]] == [e["file"] for e in shown[2]["photos"]]
    first = shown[0]["photos"][0]
    assert first["truth"]["category"] in (["dress"], ["t-shirt"])
    assert 0 < first["top"]["category"][0][1] <= 1
    assert shown[0]["photos"] != shown[2]["photos"]
    assert [event["split"] for event in told.of("evaluation")] == ["val", "test"]
    assert told.events[-1]["kind"] == "finished"
    assert told.events[-1]["figures"] == whole.result.figures
    assert told.progress[-1] == (9, 9, f"The model of epoch {whole.result.best_epoch} is ready")
    with (whole.frozen.run_dir / "metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == [1, 2, 3]


def test_the_best_epoch_is_kept_and_not_the_last(whole: Whole) -> None:
    last_phase = whole.told.of("epoch")[-1]["phase"]
    epochs = [event for event in whole.told.of("epoch") if event["phase"] == last_phase]
    mode = whole.told.of("run")[0]["monitor_mode"]
    values = [event["monitor"]["value"] for event in epochs]
    best = (max if mode == "max" else min)(values)
    assert whole.result.best_epoch == epochs[values.index(best)]["epoch"]
    assert epochs[-1]["monitor"]["best"] == best


def test_a_finished_run_is_not_trained_or_tested_again(whole: Whole) -> None:
    told = Told()
    assert run_method(whole.frozen, told.voice()) == whole.result
    assert told.events == []


def test_a_run_that_was_stopped_again_and_again_has_the_same_loss_curve(
    whole: Whole, data: Path, tmp_path: Path, losses: list[float]
) -> None:
    straight, told = whole.frozen, whole.told
    stops = {HEADS_RECIPE: (0, 2, 3, 7), STREAMS_RECIPE: (1, 3, 5)}[whole.text]
    assert len(whole.losses) == 9
    broken = frozen_run(tmp_path / "broken", data, whole.text)
    again = Told()
    # before the first step, within an epoch, at its end (where a phase ends too), in the last epoch
    for stop_at in stops:
        with pytest.raises(Cancelled, match="go on"):
            run_method(
                broken, again.voice(lambda stop_at=stop_at: len(losses) >= stop_at and training(again))
            )
        assert len(losses) == stop_at
    result = run_method(broken, again.voice())
    assert losses == list(whole.losses)
    assert again.of("run")[-1]["resumed"]
    assert [run["step"] for run in again.of("run")] == [0, *stops]
    ours, theirs = (load_file(run.run_dir / "checkpoints" / "best.safetensors") for run in (straight, broken))
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert result.figures == whole.result.figures == told.events[-1]["figures"]
    curves = [
        {event["epoch"]: (event["train"], event["val"], event["monitor"]) for event in run.of("epoch")}
        for run in (told, again)
    ]
    assert curves[0] == curves[1]
    rows = [(run.run_dir / "metrics.csv").read_text().splitlines() for run in (straight, broken)]
    assert len(rows[0]) == len(rows[1]) == 4


def training(told: Told) -> bool:
    """Whether the latest start has come to its steps: photos are checked before, which may be ended too."""
    kinds = [event["kind"] for event in told.events]
    return "phase" in kinds and kinds[::-1].index("phase") < [*kinds[::-1], "data"].index("data")


@pytest.mark.parametrize("whole", [HEADS_RECIPE], ids=["heads"], indirect=True)
def test_a_run_that_was_killed_goes_on_from_its_last_checkpoint(
    whole: Whole, data: Path, tmp_path: Path, losses: list[float]
) -> None:
    killed, told = frozen_run(tmp_path / "killed", data, HEADS_RECIPE), Told()

    def strike() -> bool:
        if len(losses) == 5:
            raise KeyboardInterrupt
        return False

    with pytest.raises((KeyboardInterrupt, SystemExit)):
        run_method(killed, told.voice(strike))
    run_method(killed, told.voice())
    # the second epoch's two steps are done again, and are the same
    assert losses[:5] + losses[7:] == list(whole.losses)
    assert losses[3:5] == losses[5:7]


def test_another_seed_gives_another_curve(data: Path, tmp_path: Path, losses: list[float]) -> None:
    first = []
    for seed in (0, 1):
        frozen = frozen_run(tmp_path / str(seed), data, HEADS_RECIPE, seed=seed)
        with pytest.raises(Cancelled):
            run_method(frozen, Told().voice(lambda: bool(losses)))
        first.append(losses.copy())
        losses.clear()
    assert first[0] != first[1]


def test_a_run_with_its_photos_goes_on_elsewhere(data: Path, tmp_path: Path, losses: list[float]) -> None:
    here = frozen_run(tmp_path / "here", data, HEADS_RECIPE, with_photos=True)
    with pytest.raises(Cancelled):
        run_method(here, Told().voice(lambda: len(losses) >= 4))
    shutil.move(tmp_path / "here", tmp_path / "there")
    told = Told()
    result = run_method(read_frozen(tmp_path / "there", here.parameters), told.voice())
    assert len(losses) == 9
    assert load_bundle(result.bundle).manifest.model_id == "own-1"

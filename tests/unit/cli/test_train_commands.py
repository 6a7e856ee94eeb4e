from __future__ import annotations

import json
from pathlib import Path

import pytest

from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.domain.errors import Cancelled
from fashion_studio.learning import run as training
from fashion_studio.learning.run import TrainingResult, TrainSpec


@pytest.fixture
def specs(monkeypatch: pytest.MonkeyPatch) -> list[TrainSpec]:
    """The specifications that `run_training` is called with; training itself is tested in its own room."""
    seen: list[TrainSpec] = []

    def run_training(spec, on_event, should_stop):
        seen.append(spec)
        on_event({"event": "started", "model_id": spec.model_id, "recipe": "house"})
        on_event({"event": "step", "step": 1, "steps": 2, "round": 1, "loss": 0.5})
        on_event({"event": "epoch", "round": 1, "epoch": 1, "score": 0.75})
        assert not should_stop()
        return TrainingResult(Path(spec.run_dir) / "bundle", {"category.top1": 0.8})

    monkeypatch.setattr(training, "run_training", run_training)
    return seen


def test_a_run_is_specified_completely(studio_command, tmp_path: Path, specs: list[TrainSpec]) -> None:
    (tmp_path / "w.safetensors").write_bytes(b"w")
    ended = studio_command(
        "train", "--out", tmp_path / "run", "--photos", tmp_path, "--pretrained", tmp_path / "w.safetensors",
        "--seed", 5, "--device", "cpu", "--threads", 1, "--model-id", "mine-1", "--json",
    )  # fmt: skip
    assert ended.code == ExitCode.OK, ended.err
    (spec,) = specs
    assert (spec.run_dir, spec.photos) == (str(tmp_path / "run"), str(tmp_path))
    assert (spec.pretrained, spec.seed, spec.device) == (str(tmp_path / "w.safetensors"), 5, "cpu")
    assert (spec.threads, spec.model_id) == (1, "mine-1")
    assert spec.recipe["rounds"]
    assert spec.vocabulary["name"] == "studio"
    data = json.loads(ended.out)
    assert (data["bundle"], data["figures"]) == (str(tmp_path / "run" / "bundle"), {"category.top1": 0.8})
    assert "round 1, epoch 1: score 0.7500" in ended.err


def test_a_run_that_is_there_goes_on_as_it_was_specified(
    studio_command, tmp_path: Path, specs: list[TrainSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / training.SPEC_NAME).write_text("{}")
    kept = TrainSpec({}, {}, str(tmp_path), seed=9)
    monkeypatch.setattr(training, "read_spec", lambda run_dir: kept)
    ended = studio_command("train", "--out", tmp_path, "--seed", 1)
    assert ended.code == ExitCode.OK
    assert specs == [kept]
    assert "Going on" in ended.err


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--recipe", "soup", "recipe soup.toml"),
        ("--pretrained", "nowhere.safetensors", "no weights"),
        ("--vocabulary", "klingon", "klingon"),
    ],
)
def test_what_is_missing_is_one_sentence(
    studio_command, tmp_path: Path, specs: list[TrainSpec], option: str, value: str, words: str
) -> None:
    ended = studio_command("train", "--out", tmp_path / "run", option, value)
    assert ended.code == ExitCode.FAILED
    assert words in ended.err
    assert specs == []


def test_a_cancelled_training_has_its_own_code(
    studio_command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_training(spec, on_event, should_stop):
        raise Cancelled("start again to go on")

    monkeypatch.setattr(training, "run_training", run_training)
    assert studio_command("train", "--out", tmp_path / "run").code == ExitCode.CANCELLED

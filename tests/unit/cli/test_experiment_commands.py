from __future__ import annotations

import json
from pathlib import Path

import pytest

from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.services import experiments
from fashion_studio.services.experiment_plans import ExperimentChoice, experiment_names
from fashion_studio.services.experiment_tables import Row
from fashion_studio.services.experiments import ExperimentResult


@pytest.fixture
def choices(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, Path, ExperimentChoice]]:
    """What `run_experiment` is called with; the work itself is tested in its own room."""
    seen: list[tuple[str, Path, ExperimentChoice]] = []

    def run_experiment(experiment, out, choice, *, on_line, on_progress, should_stop):
        seen.append((experiment.name, out, choice))
        on_line("1 of 1, flip")
        on_progress(1, 2, "Epoch 1")
        assert not should_stop()
        row = Row("flip", "flip", {"mean.top1": 0.5}, {"mean.top1": 0.4}, {"test": 9}, 1)
        return ExperimentResult((row,), "| the table |\n", out / "table.md", out / "table.csv")

    monkeypatch.setattr(experiments, "run_experiment", run_experiment)
    return seen


def test_every_option_arrives_and_the_table_is_said(studio_command, tmp_path: Path, choices) -> None:
    weights = tmp_path / "w.safetensors"
    weights.write_bytes(b"w")
    ended = studio_command(
        "experiment", "fine26", "--out", tmp_path / "e", "--images", 100, "--epochs", 3, "--side", 96,
        "--batch-size", 8, "--rate", 0.001, "--backbone", "resnet18", "--pretrained", weights,
        "--variants", "flip, focal", "--seed", 4, "--device", "cpu", "--threads", 1,
    )  # fmt: skip
    assert ended.code == ExitCode.OK, ended.err
    assert choices == [
        (
            "fine26",
            tmp_path / "e",
            ExperimentChoice(
                100,
                3,
                96,
                8,
                0.001,
                "resnet18",
                weights=weights,
                variants=("flip", "focal"),
                seed=4,
                device="cpu",
                threads=1,
            ),
        )
    ]
    assert "| the table |" in ended.out
    assert "1 of 1, flip" in ended.err


def test_as_json_and_from_random_weights(studio_command, tmp_path: Path, choices) -> None:
    ended = studio_command(
        "experiment", "two-stream-ablation", "--out", tmp_path, "--small", "--pretrained", "none", "--json"
    )
    assert ended.code == ExitCode.OK, ended.err
    assert choices[0][2].random_weights
    assert choices[0][2].small
    assert choices[0][2].weights is None
    found = json.loads(ended.out)
    assert found["rows"] == [{"variant": "flip", "best_epoch": 1, "figures": {"mean.top1": 0.5}}]


def test_another_name_is_one_sentence_with_the_right_ones(studio_command, tmp_path: Path) -> None:
    ended = studio_command("experiment", "fine27", "--out", tmp_path)
    assert ended.code == ExitCode.FAILED
    assert ended.err.strip() == f"There is no experiment “fine27”. There are {', '.join(experiment_names())}."


def test_weights_that_are_not_there_stop_it_before_a_rendering_is_made(
    studio_command, tmp_path: Path
) -> None:
    out = tmp_path / "e"
    ended = studio_command("experiment", "fine26", "--out", out, "--pretrained", tmp_path / "no.safetensors")
    assert ended.code == ExitCode.FAILED
    assert "no.safetensors" in ended.err
    assert not out.exists()

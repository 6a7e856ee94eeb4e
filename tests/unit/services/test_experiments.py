from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from fashion_studio.domain.errors import Cancelled, UserError
from fashion_studio.services import experiment_data, experiments
from fashion_studio.services.experiment_plans import Experiment, ExperimentChoice, read_experiment
from fashion_studio.services.experiments import run_experiment

TINY = ExperimentChoice(
    images=40,
    epochs=1,
    side_px=32,
    batch_size=4,
    backbone="mobilenetv3_small_050",
    random_weights=True,
    variants=("baseline", "focal"),
    device="cpu",
    threads=1,
)
PLAN: Experiment = read_experiment("fine26")


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment_data, "_FORM", experiment_data.PictureForm(48, 64))


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An experiment of two tiny variants: stopped in the first, gone on with, then finished."""
    out = tmp_path_factory.mktemp("experiment")
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(experiment_data, "_FORM", experiment_data.PictureForm(48, 64))
        begun: list[int] = []

        def stop_after_a_step() -> bool:
            return len(begun) > 0

        def told(step: int, _total: int, text: str) -> None:
            if "baseline" in text and step:
                begun.append(step)

        with pytest.raises(Cancelled):
            run_experiment(PLAN, out, TINY, on_progress=told, should_stop=stop_after_a_step)
        assert not (out / "runs" / "focal").exists()
        run_experiment(PLAN, out, TINY, on_line=lines.append)
    assert lines == ["1 of 2, baseline (no augmentation)", "2 of 2, the recipe with focal loss"]
    return out


def test_every_variant_has_a_run_and_a_row(done: Path):
    with (done / "table.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["variant"] for row in rows] == ["baseline", "focal"]
    for row in rows:
        report = json.loads((done / "runs" / row["variant"] / "report.json").read_text(encoding="utf-8"))
        measured = report["splits"]["test"]
        assert float(row["accuracy"]) == pytest.approx(measured["figures"]["mean.top1"], abs=5e-4)
        assert float(row["baseline accuracy"]) == pytest.approx(measured["baseline"]["mean.top1"], abs=5e-4)
        assert (row["train"], row["val"], row["test"]) == ("32", "4", "4")


def test_the_variants_saw_the_same_photos_and_differ_in_their_loss_alone(done: Path):
    lists = [(done / "runs" / name / "data.jsonl").read_bytes() for name in TINY.variants]
    assert lists[0] == lists[1]
    kinds = [(done / "runs" / name / "recipe.toml").read_text(encoding="utf-8") for name in TINY.variants]
    assert 'kind = "cross_entropy"' in kinds[0]
    assert 'kind = "focal"' in kinds[1]


def test_a_variant_that_is_done_is_not_done_again(done: Path, monkeypatch: pytest.MonkeyPatch):
    def never(*_args: object, **_more: object) -> None:
        pytest.fail("it was trained again")

    monkeypatch.setattr(experiments, "run_training_job", never)
    monkeypatch.setattr(experiments, "freeze_training", never)
    monkeypatch.setattr(experiment_data, "render", never)
    lines: list[str] = []
    result = run_experiment(PLAN, done, TINY, on_line=lines.append)
    assert [line.endswith(": done before") for line in lines] == [True, True]
    assert result.table.read_text(encoding="utf-8") == result.markdown
    assert "6 of 8 variants are not trained yet." in result.markdown


def test_other_settings_need_another_folder_but_other_rows_do_not(
    done: Path, monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(UserError, match=r"other settings \(epochs 1\)"):
        run_experiment(PLAN, done, replace(TINY, epochs=2))
    with pytest.raises(UserError, match="experiment fine26"):
        run_experiment(replace(PLAN, name="other"), done, TINY)
    asked: list[str] = []

    def stopped(run_dir: Path, *_args: object, **_more: object) -> None:
        asked.append(run_dir.name)
        raise Cancelled

    monkeypatch.setattr(experiments, "freeze_training", stopped)
    with pytest.raises(Cancelled):
        run_experiment(PLAN, done, replace(TINY, variants=("baseline", "flip"), threads=2))
    assert asked == ["flip"]


def test_a_damaged_report_is_one_sentence(done: Path):
    path = done / "runs" / "focal" / "report.json"
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[:100])
        with pytest.raises(UserError, match="Delete that folder"):
            run_experiment(PLAN, done, TINY)
    finally:
        path.write_bytes(whole)

"""What is asked of trained models, with a probe that answers at once instead of looking at pictures."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from fashion_studio.jobs.specification import JobSpec
from fashion_studio.probing.records import (
    ConflictResult,
    Decision,
    PhotoResult,
    ProbeSpec,
    VariantResult,
    from_plain,
    to_plain,
)
from fashion_studio.services import experiment_data, experiment_probe
from fashion_studio.services.experiment_plans import ExperimentChoice, read_experiment
from fashion_studio.services.experiment_probe import ask_models
from fashion_studio.services.probing.run_files import ProbeRun

PLAN = read_experiment("stylised-training")
CHOICE = ExperimentChoice(seed=3, device="cpu", adain=Path("/weights"))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(experiment_data, "_FORM", experiment_data.PictureForm(48, 64))
        return experiment_data.prepare_data(tmp_path_factory.mktemp("data"), "cues", 20, 0)


@pytest.fixture
def data(drawn: Path, tmp_path: Path) -> Path:
    """A copy of its own."""
    return shutil.copytree(drawn.parent, tmp_path / "data") / drawn.name


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[ProbeSpec]:
    """Stands for the probe: the first subject knows every photo and the shape, the others say "dress"."""
    specs: list[ProbeSpec] = []

    def answer(run_dir: Path) -> int:
        spec = from_plain(JobSpec.read(run_dir).parameters["probe"], ProbeSpec)
        specs.append(spec)
        run, others = ProbeRun(run_dir), [Decision("dress", 0.9)] * (len(spec.subjects) - 1)
        lines = []
        for photo in run.photos.values():
            known = [Decision(photo.truth["category"], 0.9), *others]
            variants = [
                VariantResult(name, tuple({"category": decision} for decision in said))
                for name, said in (("original", known), ("silhouette", [Decision("dress", 0.5)] * len(known)))
            ]
            lines.append({"photo": to_plain(PhotoResult(photo.key, tuple(variants)))})
        for number, (shape, texture) in enumerate(
            (("dress", "pants"), ("shirt", "dress"), ("polo", "dress"))
        ):
            said = (Decision(shape, 0.9), *others)
            name = f"{shape}{number}-{texture}1.png"
            lines.append({"conflict": to_plain(ConflictResult(name, shape, texture, said))})
        (run_dir / "results.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
        return 0

    monkeypatch.setattr(experiment_probe, "run_probe_job", answer)
    return specs


def test_figures_note_and_picture_come_of_one_probe(
    tmp_path: Path, data: Path, asked: list[ProbeSpec]
) -> None:
    runs = {name: tmp_path / "runs" / name for name in ("original", "stylised")}
    found = ask_models(tmp_path, PLAN, data, runs, CHOICE)
    (spec,) = asked
    assert [subject.name for subject in spec.subjects] == ["originals", "stylised only"]
    assert [subject.model for subject in spec.subjects] == [str(run / "bundle") for run in runs.values()]
    assert (spec.adain, spec.seed) == ("/weights", 4)
    assert spec.conflict is not None
    assert {each.name for each in spec.conflict.classes} == {c.name for c in experiment_data.cue_classes()}
    photos = ProbeRun(tmp_path / "probe").photos.values()
    assert len(photos) == 4  # those for the test alone
    assert all(photo.truth["category"] and photo.truth["fabric"] for photo in photos)
    share = sum(photo.truth["category"] == "dress" for photo in photos) / 4
    assert found.figures["original"] == {
        "probe.original": 1.0,
        "probe.silhouette": share,
        "probe.bias": 1.0,
        "probe.hit_share": 1.0,
    }
    assert found.figures["stylised"]["probe.bias"] == pytest.approx(1 / 3)
    assert found.figure is not None
    assert found.figure.read_text(encoding="utf-8").startswith("<svg")
    assert "- originals: 1.000 (1.000 to 1.000), 3 by shape and 0 by texture of 3." in found.note


def test_the_same_is_not_asked_anew_and_one_model_more_is(
    tmp_path: Path, data: Path, asked: list[ProbeSpec]
) -> None:
    runs = {"original": tmp_path / "runs" / "original"}
    ask_models(tmp_path, PLAN, data, runs, CHOICE)
    (tmp_path / "probe" / "mark").write_text("the same folder", encoding="utf-8")
    ask_models(tmp_path, PLAN, data, runs, CHOICE)
    assert (tmp_path / "probe" / "mark").exists()
    ask_models(tmp_path, PLAN, data, runs | {"mixed": tmp_path / "runs" / "mixed"}, CHOICE)
    assert not (tmp_path / "probe" / "mark").exists()
    assert [len(spec.subjects) for spec in asked] == [1, 1, 2]


def test_an_experiment_without_a_probe_asks_nothing(
    tmp_path: Path, data: Path, asked: list[ProbeSpec]
) -> None:
    found = ask_models(tmp_path, replace(PLAN, probe=None), data, {"original": tmp_path}, CHOICE)
    assert (found.figures, found.figure, found.note) == ({}, None, "")
    assert not asked

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from recorded_runs import RECORDED, cut_after, put_run
from samples import sample_reading

from fashion_studio.domain.data_list import read_data_list_photos
from fashion_studio.domain.errors import UserError
from fashion_studio.domain.prediction_codec import prediction_to_dict
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.jobs import background
from fashion_studio.jobs.worker import JobPhase
from fashion_studio.services.run_comparison import (
    compare_figures,
    compare_recipes,
    compare_values,
    disagreements,
    read_for_comparison,
)

FIRST, SECOND = RECORDED / "first", RECORDED / "second"


def test_recipes_differ_only_in_what_was_changed() -> None:
    (difference,) = compare_recipes(FIRST, SECOND)
    assert difference.name == "phases.all.optimiser.rate"
    assert (float(difference.first), float(difference.second)) == (1e-3, 3e-3)
    assert compare_recipes(FIRST, FIRST) == []


def test_figures_stand_side_by_side() -> None:
    pairs = compare_figures({"a.top1": 0.5, "c": 1.0}, {"a.top1": 0.7, "b": 0.1}, {"a.top1": 0.3})
    assert [(p.name, p.first, p.second, p.baseline) for p in pairs] == [
        ("a.top1", 0.5, 0.7, 0.3),
        ("b", None, 0.1, None),
        ("c", 1.0, None, None),
    ]


def test_values_by_the_size_of_their_change() -> None:
    changes = compare_values(FIRST, SECOND)
    assert {change.attribute for change in changes} == {"category", "sleeve_length"}
    sizes = [abs(change.second - change.first) for change in changes]
    assert sizes == sorted(sizes, reverse=True)
    report = json.loads((SECOND / "report.json").read_text(encoding="utf-8"))
    rows = {row["value"]: row for row in report["splits"]["test"]["tables"]["category"]}
    for change in changes:
        if change.attribute == "category":
            assert (change.count, change.second) == (
                rows[change.value]["count"],
                rows[change.value]["recall"],
            )


def test_values_wait_for_both_reports(tmp_path: Path) -> None:
    young = cut_after(put_run(tmp_path), 1, JobPhase.RUNNING)
    assert compare_values(FIRST, young) == []


def test_both_models_are_asked_only_about_photos_neither_learnt_from(
    tmp_path: Path, studio: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "_spawn", lambda _spec, _run_dir: None)
    runs = [put_run(tmp_path, name) for name in ("first", "second")]
    jobs = read_for_comparison(*runs)
    held = {p.content_hash: p for p in read_data_list_photos(FIRST / "data.jsonl") if p.split != "train"}
    for job, run in zip(jobs, runs, strict=True):
        lines = (job.run_dir / "snapshot.jsonl").read_text(encoding="ascii").splitlines()
        asked = [json.loads(line) for line in lines]
        assert {entry["hash"] for entry in asked} == held.keys()
        assert job.spec.parameters["model"] == str(run / "bundle")
        assert job.spec.command(job.run_dir)[:2] == ("predict", "--run")
    again = read_for_comparison(*runs)  # what was read before is gone on with
    assert [job.run_dir for job in again] == [job.run_dir for job in jobs]

    say = {name: sample_reading(studio, 1).prediction for name in ("dress", "skirt")}
    for name, prediction in say.items():
        category = dataclasses.replace(prediction.attributes["category"], value=name, confidence=0.9)
        say[name] = dataclasses.replace(
            prediction, attributes={**prediction.attributes, "category": category}
        )
    digests = sorted(held)
    for job, other in zip(jobs, ("dress", "skirt"), strict=True):
        said = [(digests[0], other), (digests[1], "dress")]
        lines = [
            json.dumps({"id": n, "hash": digest, "prediction": prediction_to_dict(say[name])})
            for n, (digest, name) in enumerate(said)
        ]
        (job.run_dir / "results.jsonl").write_text("\n".join([*lines, '{"id": 2, "has']), encoding="utf-8")
    (found,) = disagreements(*runs)
    assert (found.content_hash, found.first, found.second) == (digests[0], ("dress", 0.9), ("skirt", 0.9))
    assert found.truth == held[digests[0]].values("category")


def test_a_run_without_a_model_cannot_be_asked(tmp_path: Path) -> None:
    young = cut_after(put_run(tmp_path), 1, JobPhase.CANCELLED)
    with pytest.raises(UserError, match="no model yet"):
        read_for_comparison(young, put_run(tmp_path, "second"))

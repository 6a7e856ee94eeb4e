from __future__ import annotations

import json
from pathlib import Path

import pytest
from recorded_runs import RECORDED, cut_after, put_run

from fashion_studio.domain.errors import UserError
from fashion_studio.jobs import background
from fashion_studio.jobs.worker import JobPhase, JobState, write_state
from fashion_studio.services.run_list import (
    RunPhase,
    enqueue,
    leave_queue,
    list_runs,
    log_tail,
    read_recipe_text,
    read_report,
    read_run,
    start_next,
    take_in_run,
)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Commands that would have been started."""
    commands: list[tuple[str, ...]] = []

    def spawn(spec, run_dir):
        commands.append((run_dir.name, *spec.arguments))
        write_state(run_dir, JobState(JobPhase.WAITING, beat=2e9))

    monkeypatch.setattr(background, "_spawn", spawn)
    return commands


def prepared(runs: Path, name: str) -> Path:
    run = cut_after(put_run(runs, name=name), 0, JobPhase.WAITING)
    (run / "state.json").unlink()
    return run


def test_a_finished_run_says_what_it_reached() -> None:
    entry = read_run(RECORDED / "first")
    assert entry.phase is RunPhase.FINISHED
    assert entry.model_id == "own-1"
    assert entry.figures == read_report(RECORDED / "first")["splits"]["test"]["figures"]
    assert entry.best["epoch"] in {1, 2, 3}
    assert entry.bundle is None  # the recording has no weights


def test_how_runs_stand(tmp_path: Path) -> None:
    put_run(tmp_path, name="a")
    cut_after(put_run(tmp_path, name="b"), 2, JobPhase.FAILED, text="The disk is full.")
    cut_after(put_run(tmp_path, name="c"), 1, JobPhase.RUNNING)
    cut_after(put_run(tmp_path, name="d"), 1, JobPhase.RUNNING, alive=True)
    cut_after(put_run(tmp_path, name="e"), 1, JobPhase.CANCELLED)
    prepared(tmp_path, "f")
    enqueue(prepared(tmp_path, "g"))
    (tmp_path / "no-run").mkdir()
    found = {entry.run_dir.name: entry for entry in list_runs(tmp_path)}
    assert {name: entry.phase.value for name, entry in found.items()} == {
        "a": "finished",
        "b": "failed",
        "c": "interrupted",
        "d": "running",
        "e": "cancelled",
        "f": "prepared",
        "g": "queued",
    }
    assert found["b"].text == "The disk is full."
    assert found["a"].bundle == tmp_path / "a" / "bundle"


def test_runs_wait_for_each_other_in_order(tmp_path: Path, started: list[tuple[str, ...]]) -> None:
    running = cut_after(put_run(tmp_path, name="now"), 1, JobPhase.RUNNING, alive=True)
    first, second = prepared(tmp_path, "z-first"), prepared(tmp_path, "a-second")
    enqueue(first)
    enqueue(second)
    assert start_next(tmp_path) is None
    write_state(running, JobState(JobPhase.DONE))
    assert start_next(tmp_path) == first
    assert start_next(tmp_path) is None  # it is starting
    write_state(first, JobState(JobPhase.FAILED))
    leave_queue(second)
    assert start_next(tmp_path) is None
    assert started == [("z-first", "train", "--run", "{run}")]


def test_a_cancelled_run_may_wait_its_turn_to_go_on(tmp_path: Path, started: list[tuple[str, ...]]) -> None:
    run = cut_after(put_run(tmp_path), 1, JobPhase.CANCELLED)
    enqueue(run)
    assert read_run(run).phase is RunPhase.QUEUED
    assert start_next(tmp_path) == run
    assert len(started) == 1
    assert read_run(run).phase is RunPhase.STARTING


def test_a_run_trained_elsewhere_is_taken_in_once(tmp_path: Path) -> None:
    elsewhere, runs = put_run(tmp_path / "usb", name="far"), tmp_path / "runs"
    place = take_in_run(elsewhere, runs)
    assert read_run(place).phase is RunPhase.FINISHED
    assert (elsewhere / "spec.json").exists()
    with pytest.raises(UserError, match="already"):
        take_in_run(elsewhere, runs)
    with pytest.raises(UserError, match="already"):
        take_in_run(place, runs)


def test_what_is_no_training_is_not_taken_in(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="not a run folder"):
        take_in_run(tmp_path / "empty", tmp_path / "runs")
    other = put_run(tmp_path, name="other")
    spec = json.loads((other / "spec.json").read_text(encoding="utf-8"))
    (other / "spec.json").write_text(json.dumps({**spec, "kind": "predict"}), encoding="utf-8")
    with pytest.raises(UserError, match="another kind"):
        take_in_run(other, tmp_path / "runs")
    damaged = put_run(tmp_path, name="damaged")
    (damaged / "recipe.toml").write_text("title = ", encoding="utf-8")
    with pytest.raises(UserError, match="recipe"):
        take_in_run(damaged, tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_texts_of_a_run(tmp_path: Path) -> None:
    run = put_run(tmp_path)
    assert 'title = "Tiny heads"' in read_recipe_text(run)
    (run / "log.txt").write_text("x" * 200_000 + "end", encoding="utf-8")
    assert log_tail(run).endswith("end")
    assert len(log_tail(run)) <= 65_536
    (run / "report.json").write_text("{", encoding="utf-8")
    assert read_report(run) == {}
    assert (log_tail(tmp_path), read_recipe_text(tmp_path)) == ("", "")

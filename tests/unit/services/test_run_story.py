from __future__ import annotations

import json
from pathlib import Path

import pytest
from recorded_runs import RECORDED, cut_after, put_run

from fashion_studio.jobs.events import Event, EventReader
from fashion_studio.jobs.worker import JobPhase
from fashion_studio.services.run_story import RunStory


def told(run_dir: Path) -> RunStory:
    story = RunStory()
    story.take(EventReader(run_dir / "events.jsonl").read())
    return story


def of_kind(kind: str) -> list[dict[str, object]]:
    lines = (RECORDED / "first" / "events.jsonl").read_text(encoding="utf-8").splitlines()
    return [event for event in map(json.loads, lines) if event["kind"] == kind]


def test_a_real_run_is_told_to_its_end() -> None:
    story = told(RECORDED / "first")
    assert story.planned_epochs == 3
    assert sorted(story.epochs) == [1, 2, 3]
    assert story.share == 1.0
    assert story.finished["best_epoch"] == story.best.epoch
    assert story.series("loss", "train")[0] == [1, 2, 3]
    assert story.series("category.top1")[1] == [e["val"]["category.top1"] for e in of_kind("epoch")]
    assert story.series("category.top1", "baseline")[1]
    assert set(story.evaluations) == {"val", "test"}
    train = story.run["photos"]["train"]
    assert sum(n[0] for n in story.counts()["category"].values()) == train


def test_examples_are_asked_again_after_every_epoch() -> None:
    story = told(RECORDED / "first")
    assert story.examples
    for example in story.examples.values():
        assert [saying.epoch for saying in example.sayings] == [1, 2, 3]
        value, sure = example.sayings[-1].top["category"][0]
        assert value in {"t-shirt", "dress", "pants"} or 0 < sure <= 1
        assert example.truth["category"]


def test_a_run_half_way_knows_where_it_is(tmp_path: Path) -> None:
    story = told(cut_after(put_run(tmp_path), 2, JobPhase.RUNNING))
    assert (story.epoch, story.planned_epochs, story.finished) == (2, 3, {})
    assert 0 < story.share < 1
    assert story.best is not None


def test_what_was_done_again_after_a_crash_counts_once() -> None:
    story = told(RECORDED / "first")
    first = of_kind("run")[0]
    later = Event(1.0, "run", {**first, "resumed": True, "epoch": 1, "step": 4})
    story.take([later])
    assert sorted(story.epochs) == [1]
    again = {**of_kind("epoch")[1], "train": {"loss": 0.5}}
    story.take([Event(2.0, "epoch", again)])
    assert story.epochs[2].train == {"loss": 0.5}
    assert story.share < 1


@pytest.mark.parametrize(
    "event",
    [
        Event(0.0, "dance", {"steps": 3}),
        Event(0.0, "epoch", {"epoch": "many"}),
        Event(0.0, "examples", {"epoch": 1, "photos": [{"file": "a"}]}),
        Event(0.0, "step", {}),
    ],
)
def test_what_it_does_not_understand_is_passed_over(event: Event) -> None:
    story = RunStory()
    story.take([event, Event(1.0, "notice", {"level": "info", "code": "x", "text": "Still here."})])
    assert [notice.text for notice in story.notices] == ["Still here."]
    assert story.epochs == {}


def test_a_loss_that_is_not_a_number_draws_no_point() -> None:
    story = RunStory()
    story.take([Event(0.0, "step", {"step": 1, "epoch": 1, "loss": float("nan")})])
    assert story.steps == []


def test_very_many_steps_are_thinned() -> None:
    story = RunStory()
    story.take(Event(0.0, "step", {"step": n, "epoch": 1, "loss": 1.0}) for n in range(10_000))
    assert len(story.steps) <= 4000
    assert story.steps[-1].step > 9_990

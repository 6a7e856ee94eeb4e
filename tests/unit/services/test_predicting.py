from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from engines import WAIT_S, until
from job_listening import has_heard
from PIL import Image
from samples import sample_reading

from fashion_studio.domain.errors import PhotoError, UserError
from fashion_studio.domain.predictions import Reading
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.jobs import background
from fashion_studio.jobs.background import Job
from fashion_studio.jobs.worker import Control, JobPhase
from fashion_studio.services.predicting import (
    follow_prediction,
    predict_project,
    prediction_jobs,
    run_prediction_job,
    take_in_predictions,
)
from fashion_studio.services.project import Project

COUNT = 6


class FakeReads:
    device_name = "cpu"
    model_id = "fake-1"

    def __init__(
        self, vocabulary: Vocabulary, *, bad: str = "", before: Callable[[Path], None] | None = None
    ) -> None:
        self.vocabulary = vocabulary
        self._bad = bad
        self._before = before or (lambda _: None)

    def read(
        self, paths: Sequence[Path], *, with_maps: bool, should_stop: Callable[[], bool]
    ) -> Iterator[tuple[Path, Reading | PhotoError]]:
        assert not with_maps
        for path in paths:
            self._before(path)
            if should_stop():
                return
            if path.name == self._bad:
                yield path, PhotoError(path, "odd")
            else:
                yield path, Reading(sample_reading(self.vocabulary, int(path.stem)).prediction)


@pytest.fixture
def project(tmp_path: Path, studio: Vocabulary) -> Iterator[Project]:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(COUNT):
        Image.fromarray(np.full((20, 30, 3), 9 * number, np.uint8)).save(photos / f"{number}.png")
    project = Project.create(tmp_path / "a.fstudio", [photos], studio, actor="tester")
    project.scan()
    yield project
    project.close()


@pytest.fixture(autouse=True)
def _by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The job's process only waits; these tests do its work themselves, with a reader of their own."""
    monkeypatch.setattr(background, "_spawn", lambda spec, run_dir: None)


def prepared(project: Project, **options: object) -> Job:
    return predict_project(project, model_dir=Path("model"), device="cpu", **options)


def predicted(project: Project) -> list[int]:
    return [int(item_id) for item_id in project.ids() if project.item(int(item_id)).prediction is not None]


def test_a_job_reads_the_frozen_snapshot_and_its_results_are_taken_in_once(
    project: Project, studio: Vocabulary
) -> None:
    job = prepared(project)
    assert job.spec.title == "Reading 6 photos"
    assert job.spec.command(job.run_dir) == ("predict", "--run", str(job.run_dir))
    heard = []
    project.subscribe(heard.append)
    assert run_prediction_job(job.run_dir, reads=FakeReads(studio, bad="3.png")) == 0
    assert job.state().phase is JobPhase.DONE
    assert (job.state().done, job.state().total) == (6, 6)
    taken = take_in_predictions(project, job.run_dir)
    assert (taken.read, len(taken.failed), taken.stale, taken.complete) == (5, 1, 0, True)
    assert taken.failed[0][1] == "odd"
    assert len(heard) == 1, "one write, one signal"
    for item_id in predicted(project):
        item = project.item(item_id)
        assert item.prediction == sample_reading(studio, int(item.path.stem)).prediction
    assert len(predicted(project)) == 5
    again = take_in_predictions(project, job.run_dir)
    assert (again.read, again.failed, again.complete) == (0, (), True)
    assert project.undo_status().undo_title is None, "a prediction is not a person's edit"


def test_results_arrive_while_the_job_runs(project: Project, studio: Vocabulary) -> None:
    job, seen = prepared(project), []

    def before(path: Path) -> None:
        taken = take_in_predictions(project, job.run_dir)
        seen.append((taken.read, taken.complete))

    run_prediction_job(job.run_dir, reads=FakeReads(studio, before=before))
    assert seen == [(0, False), *[(1, False)] * 5]
    assert take_in_predictions(project, job.run_dir).read == 1


def test_only_the_photos_asked_for_are_read(project: Project, studio: Vocabulary) -> None:
    chosen = [int(item_id) for item_id in project.ids()[1:3]]
    job = prepared(project, ids=chosen)
    run_prediction_job(job.run_dir, reads=FakeReads(studio))
    take_in_predictions(project, job.run_dir)
    assert predicted(project) == chosen
    with pytest.raises(UserError, match="no photo"):
        prepared(project, ids=[])


def test_a_cancelled_job_is_continued_where_it_stopped(
    project: Project, studio: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, read, heard = prepared(project), [], has_heard(monkeypatch)

    def before(path: Path) -> None:
        read.append(path.name)
        if len(read) == 3:
            job.cancel()
            heard(Control.CANCEL)

    assert run_prediction_job(job.run_dir, reads=FakeReads(studio, before=before)) == 130
    assert job.state().phase is JobPhase.CANCELLED
    assert take_in_predictions(project, job.run_dir).read == 2
    assert run_prediction_job(job.run_dir, reads=FakeReads(studio, before=before)) == 0
    assert sorted(read) == sorted([f"{n}.png" for n in range(COUNT)] + [read[2]])
    assert take_in_predictions(project, job.run_dir).read == 4
    assert len(predicted(project)) == COUNT


def test_a_line_torn_by_a_crash_is_read_again(project: Project, studio: Vocabulary) -> None:
    job = prepared(project)
    (first, *_) = (job.run_dir / "snapshot.jsonl").read_text(encoding="ascii").splitlines()
    (job.run_dir / "results.jsonl").write_text(
        json.dumps({"id": json.loads(first)["id"]})[:-3], encoding="ascii"
    )
    assert take_in_predictions(project, job.run_dir).read == 0
    run_prediction_job(job.run_dir, reads=FakeReads(studio))
    assert take_in_predictions(project, job.run_dir).read == COUNT


def test_predictions_of_photos_that_changed_meanwhile_are_dropped(
    project: Project, studio: Vocabulary
) -> None:
    job = prepared(project)
    photos = {project.path(int(item_id)).name: int(item_id) for item_id in project.ids()}
    folder = project.path(photos["0.png"]).parent
    Image.fromarray(np.full((20, 30, 3), 200, np.uint8)).save(folder / "0.png")
    run_prediction_job(job.run_dir, reads=FakeReads(studio))
    Image.fromarray(np.full((20, 30, 3), 201, np.uint8)).save(folder / "1.png")
    project.scan()
    taken = take_in_predictions(project, job.run_dir)
    assert taken.read == 4
    assert len(taken.failed) + taken.stale == 2
    assert all(project.path(item_id).name not in {"0.png", "1.png"} for item_id in predicted(project))


def test_unfinished_jobs_are_found_at_the_next_start(project: Project, studio: Vocabulary) -> None:
    job = prepared(project)
    (found,) = prediction_jobs(project)
    assert found.state().phase is JobPhase.INTERRUPTED, "its process is gone"
    run_prediction_job(job.run_dir, reads=FakeReads(studio))
    (found,) = prediction_jobs(project)
    assert found.state().phase is JobPhase.DONE
    assert found.run_dir == job.run_dir
    total = follow_prediction(project, found)
    assert (total.read, total.complete) == (COUNT, True)
    assert prediction_jobs(project) == []


def test_an_interrupted_job_can_be_put_aside(project: Project, studio: Vocabulary) -> None:
    job = prepared(project)
    job.cancel()
    assert job.state().phase is JobPhase.CANCELLED
    assert prediction_jobs(project) == []


def test_following_tells_how_far_it_is(project: Project, studio: Vocabulary) -> None:
    job, told = prepared(project), []
    run_prediction_job(job.run_dir, reads=FakeReads(studio, bad="2.png"))
    total = follow_prediction(
        project, job, on_progress=lambda state, taken: told.append((state.phase, taken.read))
    )
    assert told == [(JobPhase.DONE, 5)]
    assert [reason for _, reason in total.failed] == ["odd"]


def test_the_same_run_is_not_worked_on_twice(project: Project, studio: Vocabulary) -> None:
    job = prepared(project)

    def before(path: Path) -> None:
        with pytest.raises(UserError, match="already going on"):
            run_prediction_job(job.run_dir, reads=FakeReads(studio))

    run_prediction_job(job.run_dir, reads=FakeReads(studio, before=before))
    until(lambda: job.state().phase is JobPhase.DONE, WAIT_S)

"""Reading all photos: a job that is followed, paused, cancelled, let go of and found again."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from samples import sample_reading

from fashion_studio.domain.predictions import Reading
from fashion_studio.gui.shell.reading_all import ReadingAll
from fashion_studio.gui.works import WorkState
from fashion_studio.jobs import background
from fashion_studio.jobs.engine_client import EnginePhase, EngineState
from fashion_studio.services.predicting import prediction_jobs, run_prediction_job

pytestmark = pytest.mark.gui


class Reads:
    """A model in a thread of this process that waits for leave before each photo."""

    device_name, model_id = "cpu", "fake-1"

    def __init__(self, vocabulary):
        self.vocabulary = vocabulary
        self.leave = threading.Semaphore(0)

    def read(self, paths, *, with_maps, should_stop):
        for number, path in enumerate(paths):
            while not self.leave.acquire(timeout=0.02):
                if should_stop():
                    return
            yield path, Reading(sample_reading(self.vocabulary, number).prediction)


@pytest.fixture
def reads(studio):
    return Reads(studio)


@pytest.fixture
def reading(session, project, reads, monkeypatch):
    """Jobs run in threads of the test instead of processes."""
    threads = []

    def spawn(_spec, run_dir):
        thread = threading.Thread(target=run_prediction_job, args=(run_dir,), kwargs={"reads": reads})
        threads.append(thread)
        thread.start()

    monkeypatch.setattr(background, "_spawn", spawn)
    made = ReadingAll(session, lambda: (Path("model"), "cpu"))
    session.adopt(project)
    yield made
    for _ in range(100):
        reads.leave.release()
    for thread in threads:
        thread.join()


def work_of(session):
    return next(work for work in session.works.all() if work.survives)


def test_results_arrive_while_it_runs_until_every_photo_is_read(session, project, reading, reads, qtbot):
    reading.start()
    for _ in range(3):
        reads.leave.release()
    qtbot.waitUntil(lambda: bool(session.works.all()) and work_of(session).done == 3)
    assert reading.running
    assert work_of(session).title == "Reading 12 photos"
    reading.start()  # once is enough
    for _ in range(9):
        reads.leave.release()
    qtbot.waitUntil(lambda: work_of(session).state is WorkState.DONE)
    assert all(project.item(int(item_id)).prediction is not None for item_id in project.ids())
    with qtbot.waitSignal(session.toast) as said:
        reading.start()
    assert said.args[0] == "The model has read every photo"


class EngineOfState:
    """All that is asked of an engine here."""

    def __init__(self, phase):
        self.state = EngineState(phase)

    def close(self):
        """Nothing runs."""


def test_the_demo_is_read_by_itself_once_the_engine_is_up(session, project, reading, reads, qtbot):
    session.set_engine(EngineOfState(EnginePhase.STARTING))
    reading.start_when_ready()
    qtbot.waitUntil(lambda: not session.bridge.busy)
    assert not session.works.all()
    session.engine.state = EngineState(EnginePhase.READY)
    session.engine_state_changed.emit(session.engine.state)
    for _ in range(12):
        reads.leave.release()
    qtbot.waitUntil(lambda: bool(session.works.all()))
    qtbot.waitUntil(lambda: work_of(session).state is WorkState.DONE)
    session.engine_state_changed.emit(session.engine.state)
    qtbot.waitUntil(lambda: not session.bridge.busy)
    assert len(session.works.all()) == 1  # and nothing is said when there is nothing left
    with qtbot.assertNotEmitted(session.toast):
        reading.start_when_ready()
        qtbot.waitUntil(lambda: not session.bridge.busy)
    session.set_engine(None)


def test_cancelling_keeps_what_is_read(session, project, reading, reads, qtbot):
    reading.start()
    for _ in range(4):
        reads.leave.release()
    qtbot.waitUntil(lambda: bool(session.works.all()) and work_of(session).done == 4)
    work_of(session).cancel()
    qtbot.waitUntil(lambda: work_of(session).state is WorkState.CANCELLED)
    read = [item_id for item_id in project.ids() if project.item(int(item_id)).prediction is not None]
    assert len(read) == 4
    assert not reading.running


def test_a_job_survives_the_closing_of_its_project_and_is_found_again(
    session, project, reading, reads, qtbot
):
    reading.start()
    reads.leave.release()
    qtbot.waitUntil(lambda: bool(session.works.all()) and work_of(session).done == 1)
    folder = project.folder
    session.adopt(None)
    assert not session.works.active()
    for _ in range(11):
        reads.leave.release()
    again = type(project).open(folder, actor="tester")
    assert len(prediction_jobs(again)) == 1
    session.adopt(again)
    qtbot.waitUntil(
        lambda: any(work.survives and work.state is WorkState.DONE for work in session.works.all()),
        timeout=20_000,
    )
    assert all(again.item(int(item_id)).prediction is not None for item_id in again.ids())

"""Reading a whole project in the background, with the shipped model: killed in the middle, and continued."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import psutil
import pytest
from engines import until
from PIL import Image

from fashion_studio.config.resources import house_model_dir
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.jobs.worker import JobPhase
from fashion_studio.rendering.render import render_seed
from fashion_studio.services.predicting import follow_prediction, predict_project, prediction_jobs
from fashion_studio.services.project import Project

LONG_S = 240.0
PHOTOS = 20

pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.skipif(sys.platform == "win32", reason="signals"),
    pytest.mark.skipif(
        not (house_model_dir() / "model.safetensors").exists(), reason="the house model is not there"
    ),
]


@pytest.fixture
def project(tmp_path: Path, studio: Vocabulary) -> Project:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(PHOTOS):
        picture = render_seed(number % 4, width_px=192, height_px=256).image
        picture[0, 0] = (number, number, number)  # no two are the same photo
        Image.fromarray(picture).save(photos / f"{number}.png")
    made = Project.create(tmp_path / "a.fstudio", [photos], studio, actor="tester")
    made.scan()
    return made


def test_a_project_is_read_to_its_end_though_the_job_was_killed(project: Project) -> None:
    with project:
        job = predict_project(project, device="cpu", batch_size=1)
        until(lambda: job.state().done > 0 and job.state().pid, LONG_S)
        pid = job.state().pid
        os.kill(pid, signal.SIGKILL)
        until(lambda: not psutil.pid_exists(pid))
        assert job.state().phase in {JobPhase.INTERRUPTED, JobPhase.DONE}
    with Project.open(project.folder, actor="tester") as again:
        told: list[int] = []
        for found in prediction_jobs(again):
            found.restart()
            total = follow_prediction(again, found, on_progress=lambda state, _: told.append(state.done))
            assert total.complete
            until(lambda: not psutil.Process().children(), LONG_S)  # it takes a moment to put torch away
        assert told == sorted(told)
        items = [again.item(int(item_id)) for item_id in again.ids()]
        assert [item.path.name for item in items if item.prediction is None] == []
        assert {item.prediction.model for item in items if item.prediction} != {""}
        assert prediction_jobs(again) == []
        assert again.undo_status().undo_title is None

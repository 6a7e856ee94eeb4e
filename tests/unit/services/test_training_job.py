from __future__ import annotations

import json
import signal
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from job_listening import has_heard
from PIL import Image

from fashion_studio.cli.terminal import stoppable
from fashion_studio.domain.errors import Cancelled, UserError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.jobs.background import Job
from fashion_studio.jobs.worker import Control, JobPhase, read_state
from fashion_studio.learning.fitting import MethodModule
from fashion_studio.learning.method_recipe import parse_method_recipe
from fashion_studio.learning.run_folder import TrainingChoice
from fashion_studio.services import training_masks
from fashion_studio.services.training import freeze_training, training_jobs
from fashion_studio.services.training_job import code_version, is_leader, run_training_job
from tests.unit.learning.method_runs import HEADS_RECIPE, rendered_list

SHORT = HEADS_RECIPE.replace("epochs = 3", "epochs = 2")


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, studio: Vocabulary) -> Path:
    return rendered_list(tmp_path_factory.mktemp("photos"), studio, train=16, val=4, test=2)


def frozen(run_dir: Path, data: Path, text: str = SHORT) -> Path:
    freeze_training(run_dir, data, TrainingChoice(parse_method_recipe(text), device="cpu"))
    return run_dir


def test_a_job_is_cancelled_and_goes_on_through_its_folder(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_dir = frozen(tmp_path / "runs" / "one", data)
    job, heard = Job(run_dir), has_heard(monkeypatch)
    assert [each.run_dir for each in training_jobs(tmp_path / "runs")] == [run_dir]
    lines: list[str] = []

    def cancel_after_the_first_epoch(line: str) -> None:
        lines.append(line)
        if line.startswith("Epoch 1"):
            job.cancel()
            heard(Control.CANCEL)

    with pytest.raises(Cancelled):
        run_training_job(run_dir, on_line=cancel_after_the_first_epoch)
    state = read_state(run_dir)
    assert (state.phase, state.exit_code) == (JobPhase.CANCELLED, 130)
    assert state.total == 4
    assert 2 <= state.done <= 4
    done = run_training_job(run_dir, on_line=lines.append)
    assert read_state(run_dir).phase is JobPhase.DONE
    kinds = [event.kind for event in job.events()]
    assert kinds.count("run") == 2
    assert kinds[-1] == "ended"
    assert done.figures
    log = (run_dir / "log.txt").read_text()
    assert "Going on after epoch 1" in log
    assert "Epoch 2 of 2" in log
    assert json.loads((run_dir / "environment.json").read_text())[1]["code"] == code_version()


@pytest.mark.parametrize("moment", ["training_step", "validation_step"])
def test_a_job_that_is_terminated_is_cancelled_with_a_checkpoint_and_goes_on(
    moment: str, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_dir = frozen(tmp_path / "run", data)
    plain = getattr(MethodModule, moment)
    struck: list[int] = []

    def strike(module: MethodModule, batch: Any, index: int) -> Any:
        if not struck:
            struck.append(module.step)
            signal.raise_signal(signal.SIGTERM)
        return plain(module, batch, index)

    monkeypatch.setattr(MethodModule, moment, strike)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Cancelled), stoppable() as should_stop:
        run_training_job(run_dir, should_stop=should_stop)
    assert signal.getsignal(signal.SIGTERM) is before
    state = read_state(run_dir)
    assert (state.phase, state.exit_code) == (JobPhase.CANCELLED, 130)
    assert struck[0] < 4
    assert (run_dir / "checkpoints" / "last.ckpt").is_file()
    done = run_training_job(run_dir)
    assert done.figures
    goes_on = [event.data["step"] for event in Job(run_dir).events() if event.kind == "run"]
    # a step that was under way is done to its end; a validation is, too
    assert goes_on == [0, struck[0] + (moment == "training_step")]


def test_a_paused_job_rests_and_goes_on(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_dir = frozen(tmp_path / "run", data)
    job = Job(run_dir)
    steps: list[float] = []
    plain = MethodModule.training_step
    paused, heard = threading.Event(), has_heard(monkeypatch)

    def step(module: MethodModule, batch: Any, index: int) -> None:
        plain(module, batch, index)
        steps.append(time.monotonic())
        if len(steps) == 1:
            job.pause()
            heard(Control.PAUSE)

    def let_it_go_on() -> None:
        while read_state(run_dir).phase is not JobPhase.PAUSED:
            time.sleep(0.02)
        paused.set()
        time.sleep(0.65)
        job.resume()

    monkeypatch.setattr(MethodModule, "training_step", step)
    helper = threading.Thread(target=let_it_go_on)
    helper.start()
    run_training_job(run_dir)
    helper.join()
    assert paused.is_set()
    assert steps[1] - steps[0] > 0.6
    assert len(steps) == 4
    assert read_state(run_dir).phase is JobPhase.DONE


def test_what_fails_is_in_the_state_in_one_sentence(data: Path, tmp_path: Path) -> None:
    run_dir = frozen(tmp_path / "run", data, SHORT.replace("category.top1", "nothing.top1"))
    with pytest.raises(UserError):
        run_training_job(run_dir)
    state = read_state(run_dir)
    assert (state.phase, state.exit_code) == (JobPhase.FAILED, 1)
    assert "nothing.top1" in state.text


def test_only_the_first_of_several_processes_speaks(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_dir = frozen(tmp_path / "run", data)
    assert is_leader()
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert not is_leader()
    (run_dir / "recipe.toml").unlink()
    with pytest.raises(UserError):
        run_training_job(run_dir)
    assert not (run_dir / "state.json").exists()
    assert not (run_dir / "events.jsonl").exists()


def test_masks_are_made_once_for_recipes_without_background(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    class Cutter:
        def __init__(self, reader: object) -> None: ...

        def cut_out(self, path: Path, method: str, on_progress: object) -> np.ndarray:
            asked.append((path.name, method))
            mask = np.zeros((80, 64), np.uint8)
            mask[20:60, 16:48] = 255
            return mask

    monkeypatch.setattr(training_masks, "Cutter", Cutter)
    text = SHORT.replace("[augmenting]", 'background = "removed"\nfill = [0, 0, 0]\n[augmenting]')
    run_dir = tmp_path / "run"
    choice = TrainingChoice(parse_method_recipe(text), device="cpu", matting="u2net")
    plan = freeze_training(run_dir, data, choice)
    assert training_masks.ensure_masks(plan) == 22
    assert {method for _, method in asked} == {"u2net"}
    assert training_masks.ensure_masks(plan) == 0
    photo = next(plan.photos())
    with Image.open(run_dir / "masks" / f"{photo.sha256}.png") as mask:
        assert mask.size == (64, 80)
    from fashion_studio.learning.photo_batches import photo_views

    views = photo_views(
        [photo], plan.root, plan.recipe, plan.vocabulary, training=False, masks=run_dir / "masks"
    )
    square = views[0].squares
    assert int(square[0, 0].sum()) == 0
    assert int(square[16, 16].sum()) > 0

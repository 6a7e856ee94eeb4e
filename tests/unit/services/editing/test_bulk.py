from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from job_listening import has_heard
from PIL import Image
from typer.testing import CliRunner

from fashion_studio.cli.app import app
from fashion_studio.domain.edits import (
    Doubt,
    EditPreview,
    EditRegion,
    EditStack,
    EditStep,
    PaintedMask,
    RegionKind,
)
from fashion_studio.domain.errors import EnvironmentProblem, ProjectError, UserError
from fashion_studio.domain.labels import Answer
from fashion_studio.domain.queries import ItemFilter
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.imaging.decode import decode
from fashion_studio.jobs import background
from fashion_studio.jobs.background import Job
from fashion_studio.jobs.worker import Control, JobPhase, write_state
from fashion_studio.services.editing import bulk
from fashion_studio.services.editing.bulk import (
    KIND,
    edit_jobs,
    edit_photos,
    follow_edit,
    run_edit_job,
    take_in_edits,
)
from fashion_studio.services.editing.misplaced import switched_off
from fashion_studio.services.project import Project
from tests.edited_photos import add_edit, stack_of

COUNT = 5
RED = stack_of("red")


class FakeEdits:
    """Paints the upper half red; finds nothing to act on in a dark photo, and takes others for `category`."""

    def __init__(self, before: Callable[[int], None] = lambda _number: None, category: str = "") -> None:
        self.seen = 0
        self.stacks: list[EditStack] = []
        self._before, self._category = before, category

    def edit(self, image: np.ndarray, stack: EditStack) -> EditPreview:
        self.seen += 1
        self.stacks.append(stack)
        self._before(self.seen - 1)
        found = image[0, 0, 0] > 0
        result, mask = image.copy(), np.zeros(image.shape[:2], np.uint8)
        if found:
            result[: len(result) // 2] = (200, 0, 0)
            mask[: len(result) // 2] = 255
        return EditPreview(
            image=result,
            mask=mask,
            step_masks={},
            changed_share=float((mask > 0).mean()),
            problems={} if found else {0: "No garment was found, so this edit changes nothing."},
            doubt=Doubt(0.25),
            stack=msgspec.structs.replace(stack, model="amgan-9", weights_sha256="cd" * 32),
            compute_ms=1.0,
            category=self._category if found else "",
        )


@pytest.fixture
def project(tmp_path: Path, studio: Vocabulary) -> Iterator[Project]:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(COUNT):
        Image.fromarray(np.full((20, 30, 3), 9 * number, np.uint8)).save(photos / f"{number}.png")
    with Project.create(tmp_path / "a.fstudio", [photos], studio, actor="tester") as made:
        made.scan(check_pixels=False)
        yield made


@pytest.fixture(autouse=True)
def _by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The job's process only waits; these tests do its work themselves, with a generator of their own."""
    monkeypatch.setattr(background, "_spawn", lambda spec, run_dir: None)


def prepared(project: Project, ids: object = None, stack: EditStack = RED) -> Job:
    return edit_photos(project, ids, stack, generator=Path("generator"), model_dir=Path("m"), device="cpu")


def edits(project: Project) -> list[str]:
    return [row.name for row in project.rows(project.ids(ItemFilter(derived=True)))]


def test_every_photo_is_edited_and_added_as_one_operation(project: Project):
    job = prepared(project)
    assert job.spec.title == "Editing 5 photos"
    assert job.spec.arguments == ("edit-all", "--run", "{run}")
    assert run_edit_job(job.run_dir, edits=FakeEdits()) == 0
    assert edits(project) == []  # the job itself never opens the project
    done = take_in_edits(project, job.run_dir)
    assert done.complete
    assert len(done.added) == COUNT - 1
    assert edits(project) == [f"{number} edit 1.png" for number in range(1, COUNT)]
    origin = project.origin_of(done.added[-1])
    assert origin is not None
    assert (origin.stack.model, origin.stack.steps) == ("amgan-9", RED.steps)
    assert np.array_equal(decode(project.path(done.added[-1]))[0, 0], (200, 0, 0))
    assert project.undo_status().undo_title == "4 photos added by edits"
    project.undo()
    assert edits(project) == []
    project.redo()
    assert len(edits(project)) == COUNT - 1
    assert edit_jobs(project) == []


def test_a_photo_that_cannot_be_edited_is_named_and_the_rest_goes_on(project: Project, tmp_path: Path):
    ids = [int(each) for each in project.ids()]
    (tmp_path / "photos" / "2.png").write_bytes(b"no picture")
    (tmp_path / "photos" / "3.png").unlink()

    def fails(number: int) -> None:
        if number == 1:
            raise EnvironmentProblem("There is not enough memory.", "Close other programs.")

    job = prepared(project)
    run_edit_job(job.run_dir, edits=FakeEdits(fails))
    done = take_in_edits(project, job.run_dir)
    reasons = dict(done.failed)
    assert reasons[ids[0]] == "No garment was found, so this edit changes nothing."
    assert "not enough memory" in reasons[ids[1]]
    assert set(reasons) == set(ids[:4])
    assert edits(project) == ["4 edit 1.png"]
    assert done.sentence.startswith("1 photo edited, 4 left out (")


SLEEVES = EditStep.of("sleeve_length", "long")


def test_what_a_garment_does_not_have_is_not_edited_and_that_is_said(project: Project):
    ids = [int(each) for each in project.ids()]
    project.set_answers(ids[1:3], {"category": Answer.of("pants")})
    project.set_answers(ids[3:], {"category": Answer.of("shirt")})
    job = prepared(project, ids[1:], EditStack((SLEEVES,)))
    made = FakeEdits()
    run_edit_job(job.run_dir, edits=made)
    done = take_in_edits(project, job.run_dir)
    sentence = "The attribute “Sleeve” does not apply to a garment of the category “Pants”."
    assert done.failed == ((ids[1], sentence), (ids[2], sentence))
    assert made.seen == 2  # trousers cost nothing
    assert done.sentence == f"2 photos edited, 2 left out ({sentence})."


def test_edits_that_apply_are_done_without_those_that_do_not(project: Project):
    ids = [int(each) for each in project.ids()]
    project.set_answers(ids[1:2], {"category": Answer.of("pants")})
    project.set_answers(ids[2:], {"category": Answer.of("shirt")})
    job = prepared(project, ids[1:], EditStack((*RED.steps, SLEEVES)))
    run_edit_job(job.run_dir, edits=FakeEdits())
    done = take_in_edits(project, job.run_dir)
    assert (len(done.added), done.failed) == (4, ())
    assert done.partly == (
        (ids[1], "The attribute “Sleeve” does not apply to a garment of the category “Pants”."),
    )
    assert done.sentence == "4 photos edited, 1 of them only in part."
    (origin,) = [project.origin_of(each) for each in project.derived_of(ids[1])]
    assert origin is not None
    assert [step.enabled for step in origin.stack.steps] == [True, False]


def test_of_a_photo_that_nobody_has_named_the_model_that_edits_says_what_it_is(project: Project):
    ids = [int(each) for each in project.ids()]
    both = EditStack((*RED.steps, SLEEVES))
    job = prepared(project, ids[3:], both)
    made = FakeEdits(category="pants")
    run_edit_job(job.run_dir, edits=made)
    assert made.stacks == 2 * [both, switched_off(both, {1})]
    assert len(take_in_edits(project, job.run_dir).partly) == 2
    only = prepared(project, ids[3:], EditStack((SLEEVES,)))
    run_edit_job(only.run_dir, edits=FakeEdits(category="pants"))
    assert len(take_in_edits(project, only.run_dir).failed) == 2


def test_what_changed_while_it_was_edited_is_not_taken_in(project: Project, tmp_path: Path):
    job = prepared(project)
    path = tmp_path / "photos" / "4.png"
    run_edit_job(job.run_dir, edits=FakeEdits())
    Image.fromarray(np.full((20, 30, 3), 99, np.uint8)).save(path)
    project.scan(check_pixels=False)
    done = take_in_edits(project, job.run_dir)
    assert (len(done.added), done.stale) == (COUNT - 2, 1)
    again = prepared(project)
    Image.fromarray(np.full((20, 30, 3), 98, np.uint8)).save(path)  # and not scanned since
    run_edit_job(again.run_dir, edits=FakeEdits())
    assert "it has changed since" in " ".join(dict(take_in_edits(project, again.run_dir).failed).values())


def test_a_cancelled_job_keeps_what_is_finished_and_goes_on_from_there(
    project: Project, monkeypatch: pytest.MonkeyPatch
):
    job, heard = prepared(project), has_heard(monkeypatch)

    def stop(number: int) -> None:
        if number == 2:
            job.cancel()
            heard(Control.CANCEL)

    run_edit_job(job.run_dir, edits=FakeEdits(stop))
    assert job.state().phase is JobPhase.CANCELLED
    assert len(take_in_edits(project, job.run_dir).added) == 2
    rest = FakeEdits()
    assert run_edit_job(job.run_dir, edits=rest) == 0
    assert rest.seen == 2
    assert len(take_in_edits(project, job.run_dir).added) == 2
    assert len(edits(project)) == COUNT - 1


def test_it_rests_while_it_is_paused(project: Project, monkeypatch: pytest.MonkeyPatch):
    job, heard = prepared(project), has_heard(monkeypatch)
    phases = []

    def pause(number: int) -> None:
        if number == 1:
            job.pause()
            heard(Control.PAUSE)

    def watch() -> None:
        deadline = time.monotonic() + 60
        while job.state().phase is not JobPhase.PAUSED and time.monotonic() < deadline:
            time.sleep(0.02)
        phases.append(job.state().phase)
        job.resume()

    watcher = threading.Thread(target=watch)
    watcher.start()
    assert run_edit_job(job.run_dir, edits=FakeEdits(pause)) == 0
    watcher.join()
    assert phases == [JobPhase.PAUSED]
    assert job.state().phase is JobPhase.DONE


@pytest.mark.logs_warnings
def test_an_interrupted_job_waits_for_a_person_and_loses_nothing(project: Project):
    job = prepared(project)

    class Killed(BaseException):
        pass

    def die(number: int) -> None:
        if number == 3:
            raise Killed

    with pytest.raises(Killed):
        run_edit_job(job.run_dir, edits=FakeEdits(die))
    write_state(job.run_dir, replace(job.state(), phase=JobPhase.RUNNING, pid=2**22 - 3, born=1.0))
    assert job.state().phase is JobPhase.INTERRUPTED
    assert [each.run_dir for each in edit_jobs(project)] == [job.run_dir]  # found again at the next start
    assert not take_in_edits(project, job.run_dir).complete
    with (job.run_dir / "results.jsonl").open("a") as stream:
        stream.write('{"id": 4, "ha')  # torn by the crash
    rest = FakeEdits()
    run_edit_job(job.run_dir, edits=rest)
    assert rest.seen == 2
    assert len(take_in_edits(project, job.run_dir).added) == COUNT - 1


def test_each_picture_is_taken_in_once(project: Project, monkeypatch: pytest.MonkeyPatch):
    job = prepared(project)
    run_edit_job(job.run_dir, edits=FakeEdits())
    monkeypatch.setattr(
        "fashion_studio.services.photo_jobs.replace_text",
        lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")),
    )
    with pytest.raises(OSError, match="No space"):
        take_in_edits(project, job.run_dir)
    monkeypatch.undo()
    assert len(edits(project)) == COUNT - 1
    done = take_in_edits(project, job.run_dir)  # it was cut off before it could note what it had done
    assert (done.added, done.complete) == ((), True)
    assert len(edits(project)) == COUNT - 1
    assert take_in_edits(project, job.run_dir).complete


def test_a_full_disk_ends_the_job_and_it_can_go_on(project: Project, monkeypatch: pytest.MonkeyPatch):
    job = prepared(project)
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(EnvironmentProblem, match="No space left"):
            run_edit_job(job.run_dir, edits=FakeEdits())
    assert job.state().phase is JobPhase.FAILED
    assert "No space left" in job.state().text
    assert run_edit_job(job.run_dir, edits=FakeEdits()) == 0
    assert len(take_in_edits(project, job.run_dir).added) == COUNT - 1


def test_edits_are_not_edited_unless_they_are_chosen(project: Project):
    photo = int(project.ids()[-1])
    made = add_edit(project, photo, 50)
    job = prepared(project)
    assert job.spec.parameters["count"] == COUNT
    assert prepared(project, [made]).spec.parameters["count"] == 1


def test_the_same_edits_again_add_nothing(project: Project):
    for _ in range(2):
        job = prepared(project)
        run_edit_job(job.run_dir, edits=FakeEdits())
        take_in_edits(project, job.run_dir)
    assert len(edits(project)) == COUNT - 1


def test_following_ends_with_the_job(project: Project):
    job = prepared(project)
    run_edit_job(job.run_dir, edits=FakeEdits())
    seen = []
    done = follow_edit(project, job, on_progress=lambda state: seen.append(state.phase))
    assert len(done.added) == COUNT - 1
    assert seen == [JobPhase.DONE]


def test_what_cannot_be_done_to_many_photos_is_said_before(project: Project):
    with pytest.raises(UserError, match="no edit to do"):
        prepared(project, stack=EditStack())
    with pytest.raises(UserError, match="no edit to do"):
        prepared(project, stack=EditStack((EditStep("colors", "red", enabled=False),)))
    painted = EditRegion(RegionKind.GARMENT, painted=PaintedMask.from_array(np.ones((4, 4), bool)))
    with pytest.raises(UserError, match="painted region fits only"):
        prepared(project, stack=EditStack((EditStep("colors", "red", painted),)))
    with pytest.raises(UserError, match="no photo"):
        prepared(project, [])
    with Project.open(project.folder, read_only=True) as looking, pytest.raises(ProjectError):
        prepared(looking)
    runs = project.folder / "runs"
    assert not [path for path in runs.iterdir() if KIND in path.name]


def test_the_job_is_a_command(project: Project, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bulk, "open_edits", lambda *_: FakeEdits())
    job = prepared(project)
    result = CliRunner().invoke(app, ["edit-all", "--run", str(job.run_dir)])
    assert result.exit_code == 0, result.output
    assert job.state().phase is JobPhase.DONE


def test_the_command_edits_what_matches_and_says_what_it_left_out(
    project: Project, monkeypatch: pytest.MonkeyPatch
):
    folder = project.folder
    project.close()
    monkeypatch.setattr(
        background, "_spawn", lambda spec, run_dir: run_edit_job(run_dir, edits=FakeEdits()) and None
    )
    run = CliRunner().invoke
    arguments = ["edit-all", str(folder), "--set", "colors=red", "--region", "sleeve", "--strength", "0.5"]
    result = run(app, [*arguments, "--text", "4", "--json"])
    assert result.exit_code == 0, result.output
    assert [Path(each).name for each in json.loads(result.stdout)["edited"]] == ["4 edit 1.png"]
    result = run(app, [*arguments, "--strict"])
    assert result.exit_code == 3
    assert "0.png: No garment was found" in result.stderr
    assert "4 photos edited, 1 left out" in result.stdout
    with Project.open(folder) as again:
        trousers = again.ids(ItemFilter(text="4", derived=False))
        again.set_answers(trousers, {"category": Answer.of("pants")})
        made = [int(each) for each in again.ids(ItemFilter(derived=True))]
        origin = again.origin_of(made[0])
        assert origin is not None
        (step,) = origin.stack.steps
        assert (step.attribute, step.value, step.region.kind, step.strength) == (
            "colors", "red", RegionKind.SLEEVE, 0.5,
        )  # fmt: skip
    result = run(app, [*arguments, "--set", "sleeve_length=long", "--text", "4", "--json"])
    (partly,) = json.loads(result.stdout)["partly"]
    assert Path(partly["file"]).name == "4.png"
    assert "Edited only in part" in result.stderr
    assert "“Sleeve” does not apply" in result.stderr
    assert run(app, [*arguments, "--text", "no such photo"]).exit_code == 4
    assert run(app, ["edit-all", str(folder)]).exit_code == 2
    assert run(app, ["edit-all", str(folder), "--set", "red"]).exit_code == 2

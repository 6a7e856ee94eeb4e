from __future__ import annotations

import json
from pathlib import Path

import pytest
from taught_project import make_model, make_photos

from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.domain.labels import Answer
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.services.project import Project

pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def labelled(tmp_path: Path, studio: Vocabulary) -> Path:
    photos = make_photos(tmp_path / "photos", 40)
    with Project.create(tmp_path / "p.fstudio", [photos], studio, actor="tester") as project:
        project.scan(check_pixels=False)
        for item_id, path, _ in list(project.places(project.ids())):
            value = "dress" if path.name.startswith("red") else "pants"
            project.set_answers([item_id], {"category": Answer.of(value)})
    return tmp_path / "p.fstudio"


def test_teach_says_what_it_gave_lists_it_and_takes_it_back(
    studio_command, labelled: Path, tmp_path: Path, studio: Vocabulary
) -> None:
    model = make_model(tmp_path / "model", studio)
    empty = studio_command("teach", labelled, "--model", model, "--status", "--json")
    assert json.loads(empty.out)["new_labels"] == 40
    taught = studio_command("teach", labelled, "--model", model, "--device", "cpu", "--json")
    said = json.loads(taught.out)
    assert (taught.code, said["state"], said["in_force"]) == (ExitCode.OK, "in_force", "tiny-1+t1")
    assert said["photos"] + said["held_out_photos"] == 40
    assert said["after"] > said["before"]
    status = studio_command("teach", labelled, "--model", model, "--status")
    assert "tiny-1+t1 answers; 0 labels are new" in status.out
    assert "held-out labels" in status.out
    undone = studio_command("teach", labelled, "--model", model, "--undo")
    assert undone.code == ExitCode.OK
    assert "tiny-1 answers again" in undone.out
    again = studio_command("teach", labelled, "--model", model, "--undo")
    assert again.code == ExitCode.NOTHING


def test_a_folder_that_is_no_model_is_refused_in_a_sentence(
    studio_command, labelled: Path, tmp_path: Path
) -> None:
    ended = studio_command("teach", labelled, "--model", tmp_path)
    assert ended.code == ExitCode.FAILED
    assert "no heads that can be taught" in ended.err

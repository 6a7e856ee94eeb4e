from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from fashion_studio.cli import window_commands
from fashion_studio.cli.display import Display
from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.services import demo
from fashion_studio.services.project import Project


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_commands, "find_display", lambda: Display(usable=True))


@pytest.fixture
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = Display(usable=False, reason="No screen.", remedy="sudo apt-get install -y libscreen1")
    monkeypatch.setattr(window_commands, "find_display", lambda: nothing)


@pytest.mark.usefixtures("display")
def test_without_a_command_the_window_opens(studio_command) -> None:
    ended = studio_command()
    assert (ended.code, ended.windows) == (0, [(None, False)])


@pytest.mark.usefixtures("display")
def test_a_project_the_demo_and_a_folder_open_in_the_window(
    studio_command, photos: Path, tmp_path: Path
) -> None:
    (tmp_path / "S.fstudio").mkdir()
    assert studio_command("open", tmp_path / "S.fstudio").windows == [(tmp_path / "S.fstudio", False)]
    assert studio_command("open", "--demo").windows == [(None, True)]
    assert studio_command("open", photos).windows == [(photos, False)]


@pytest.mark.usefixtures("no_display")
def test_without_a_display_and_without_a_folder_it_says_what_to_do(studio_command) -> None:
    ended = studio_command()
    assert (ended.code, ended.windows) == (ExitCode.ENVIRONMENT, [])
    assert "No screen." in ended.err
    assert "sudo apt-get install -y libscreen1" in ended.err
    assert "fashion-studio open FOLDER" in ended.err


@pytest.mark.usefixtures("no_display", "fake_reads")
def test_without_a_display_the_same_work_is_done(
    studio_command, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = studio_command("open", photos)
    assert (ended.code, ended.windows) == (ExitCode.OK, [])
    assert "No screen." in ended.err
    assert "    sudo apt-get install -y libscreen1" in ended.err
    assert "broken.jpg" in ended.err
    out = Path(ended.out.strip().splitlines()[-1])
    assert out == tmp_path / "out" / "photos"
    lines = [json.loads(line) for line in (out / "predictions.jsonl").read_text().splitlines()]
    assert [line["file"] for line in lines] == ["a.jpg", "b.png", "summer/c.jpg"]
    assert len(list((out / "overlays").rglob("*.png"))) == 3
    coco = json.loads((out / "annotations" / "person_keypoints_default.json").read_text())
    assert len(coco["annotations"]) == 3
    assert coco["annotations"][0]["attributes"]["fit_source"] == "model"
    with (out / "labels.csv").open(newline="") as stream:
        assert {row["category"] for row in csv.DictReader(stream)} == {"dress"}
    with Project.open(photos.with_suffix(".fstudio")) as project:
        assert project.item(int(project.ids()[0])).prediction.model == "fake-1"


@pytest.mark.usefixtures("display", "fake_reads")
def test_headless_can_be_asked_for_and_answers_machines(
    studio_command, project: Path, tmp_path: Path
) -> None:
    ended = studio_command("open", project, "--headless", "--out", tmp_path / "o", "--json")
    data = json.loads(ended.out)
    assert (data["predicted"], data["model"], data["folder"]) == (3, "fake-1", str(tmp_path / "o"))
    assert {entry["format"] for entry in data["exports"]} == {"coco", "csv"}
    assert ended.windows == []


@pytest.mark.usefixtures("no_display", "fake_reads")
def test_the_demo_works_headless(studio_command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    real = demo.create_demo
    monkeypatch.setattr(demo, "create_demo", lambda **options: real(count=2, **options))
    ended = studio_command("open", "--demo")
    assert ended.code == ExitCode.OK
    assert len((tmp_path / "out" / "demo" / "predictions.jsonl").read_text().splitlines()) == 2


@pytest.mark.usefixtures("no_display")
def test_a_folder_without_photos_says_so(studio_command, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ended = studio_command("open", tmp_path / "empty")
    assert ended.code == ExitCode.NOTHING
    assert "no photo" in ended.err


def test_either_a_path_or_the_demo(studio_command, photos: Path) -> None:
    ended = studio_command("open", photos, "--demo")
    assert ended.code == ExitCode.FAILED
    assert "not both" in ended.err


@pytest.mark.usefixtures("no_display")
def test_a_path_that_is_not_there_is_one_sentence(studio_command, tmp_path: Path) -> None:
    ended = studio_command("open", tmp_path / "nowhere")
    assert ended.code == ExitCode.FAILED
    assert "is not a folder" in ended.err

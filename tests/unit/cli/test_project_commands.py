from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.domain.labels import Answer, Split, Status
from fashion_studio.services.project import Project


def test_new_makes_and_scans_a_project(studio_command, photos: Path, tmp_path: Path) -> None:
    ended = studio_command("new", tmp_path / "Shop", "--photos", photos, "--title", "The shop")
    assert ended.code == ExitCode.OK
    assert "3 photos (3 new)" in ended.out
    assert "broken.jpg" in ended.err
    with Project.open(tmp_path / "Shop.fstudio") as project:
        assert (project.title, project.count) == ("The shop", 3)


def test_new_takes_several_folders(studio_command, photos: Path, tmp_path: Path) -> None:
    ended = studio_command(
        "new", tmp_path / "Two.fstudio", "--photos", photos / "summer", "--photos", photos, "--json"
    )
    data = json.loads(ended.out)
    assert (ended.code, data["photos"], data["duplicates"]) == (0, 3, 1)
    assert [Path(entry["file"]).name for entry in data["unreadable"]] == ["broken.jpg"]
    assert data["unreadable"][0]["reason"]


def test_new_does_not_touch_what_is_there(studio_command, project: Path, photos: Path) -> None:
    ended = studio_command("new", project, "--photos", photos)
    assert ended.code == ExitCode.FAILED
    assert "exists already" in ended.err


def test_new_without_any_photo_says_so_by_its_code(studio_command, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ended = studio_command("new", tmp_path / "E.fstudio", "--photos", tmp_path / "empty")
    assert ended.code == ExitCode.NOTHING


def test_scan_finds_what_changed(studio_command, project: Path, photos: Path) -> None:
    (photos / "a.jpg").unlink()
    (photos / "b.png").rename(photos / "summer" / "renamed.png")
    ended = studio_command("scan", project, "--json")
    data = json.loads(ended.out)
    assert ended.code == ExitCode.OK
    assert (data["vanished"], data["moved"], data["new"]) == (1, 1, 0)


def test_a_busy_project_is_refused_for_writing_and_still_read(studio_command, project: Path) -> None:
    with Project.open(project):
        assert studio_command("scan", project).code == ExitCode.BUSY
        assert studio_command("info", project).code == ExitCode.OK


def test_info_counts(studio_command, project: Path) -> None:
    with Project.open(project) as opened:
        ids = [int(i) for i in opened.ids()]
        opened.set_status(ids[:2], Status.DONE)
        opened.set_split(ids[:1], Split.TEST)
        opened.set_answers(ids[:1], {"category": Answer.of("dress")})
    data = json.loads(studio_command("info", project, "--json").out)
    assert data["photos"] == 3
    assert data["statuses"]["done"] == 2
    assert data["splits"]["test"] == 1
    assert data["category"]["dress"] == 1
    assert data["predicted"] == 0
    text = studio_command("info", project).out
    assert "Shop · 3 photos" in text
    assert "done 2" in text


def test_export_of_a_filter_as_csv(studio_command, project: Path, tmp_path: Path) -> None:
    with Project.open(project) as opened:
        ids = [int(i) for i in opened.ids()]
        opened.set_answers(ids[:2], {"fit": Answer.of("loose")})
        opened.set_status(ids[:1], Status.DONE)
    out = tmp_path / "t.csv"
    ended = studio_command(
        "export", project, "--format", "csv", "--out", out, "--status", "done", "--person", "fit=loose"
    )
    assert ended.code == ExitCode.OK
    assert str(out) in ended.out
    with out.open(newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["file_name"], row["fit"]) == ("a.jpg", "loose")
    assert "does not carry" in ended.out


def test_export_as_coco_for_machines(studio_command, project: Path, tmp_path: Path) -> None:
    data = json.loads(
        studio_command("export", project, "--format", "coco", "--out", tmp_path / "c", "--json").out
    )
    assert data["photos"] == 3
    assert [Path(path).name for path in data["files"]] == ["person_keypoints_default.json"]
    assert Path(data["files"][0]).is_file()


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("--status", "rejected", ExitCode.NOTHING),
        ("--person", "hat_size=9", ExitCode.FAILED),
        ("--model", "category=?unset", ExitCode.OK),
        ("--text", "summer", ExitCode.NOTHING),
        ("--split", "none", ExitCode.OK),
    ],
)
def test_export_filters(
    studio_command, project: Path, tmp_path: Path, option: str, value: str, code: ExitCode
) -> None:
    ended = studio_command("export", project, "--format", "csv", "--out", tmp_path / "o", option, value)
    assert ended.code == code, ended.err


def test_what_is_no_project_is_one_sentence(studio_command, tmp_path: Path) -> None:
    ended = studio_command("info", tmp_path)
    assert ended.code == ExitCode.FAILED
    assert "is not a project" in ended.err

"""`fashion-studio import` as a person and as a machine meet it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fashion_studio.domain.data_list import read_data_list_header, read_data_list_photos
from fashion_studio.services.project import Project
from tests.foreign_sets import write_coarse


@pytest.fixture
def table(photos: Path) -> Path:
    path = photos.parent / "labels.csv"
    path.write_text("file,category,fit\na.jpg,dress,loose\nsummer/c.jpg,Poncho,\nlost.jpg,dress,\n")
    return path


def test_labels_go_into_a_project_and_the_rest_is_said(
    project: Path, table: Path, studio_command: Callable[..., object]
) -> None:
    ended = studio_command("import", "csv", table, "--project", project)
    assert ended.code == 0, ended.err
    assert "2 labels from the table labels.csv on 1 photos" in ended.out
    assert "Named photos that are not there: 1 (such as lost.jpg)" in ended.out
    assert "1 × category: Poncho" in ended.out
    assert studio_command("import", "csv", table, "--project", project, "--strict").code == 3


def test_a_machine_gets_one_object(project: Path, table: Path, studio_command: Callable[..., object]) -> None:
    studio_command("import", "csv", table, "--project", project)
    table.write_text("file,category\na.jpg,skirt\n")
    ended = studio_command("import", "csv", table, "--project", project, "--json")
    data = json.loads(ended.out)
    assert (data["labels_written"], data["conflicts"], data["conflicts_replaced"]) == (0, 1, False)
    assert data["conflict_list"] == [
        {"file": "a.jpg", "field": "Category", "mine": "Dress", "theirs": "Skirt"}
    ]
    replaced = studio_command("import", "csv", table, "--project", project, "--json", "--replace")
    assert json.loads(replaced.out)["labels_written"] == 1


def test_a_dry_run_changes_nothing(project: Path, table: Path, studio_command: Callable[..., object]) -> None:
    ended = studio_command("import", "csv", table, "--project", project, "--dry-run")
    assert "Nothing was changed" in ended.out
    with Project.open(project, read_only=True) as opened:
        assert opened.undo_status().undo_title is None


def test_none_of_the_photos_is_an_exit_code_of_its_own(
    project: Path, table: Path, studio_command: Callable[..., object]
) -> None:
    table.write_text("file,category\nelsewhere.jpg,skirt\n")
    assert studio_command("import", "csv", table, "--project", project).code == 4


@pytest.mark.parametrize(
    ("arguments", "code"),
    [((), 2), (("--project", "x.fstudio", "--as-data-list", "y.jsonl"), 2), (("--project", "x.fstudio"), 1)],
)
def test_where_to_has_to_be_said_once(
    table: Path, studio_command: Callable[..., object], arguments: tuple[str, ...], code: int
) -> None:
    ended = studio_command("import", "csv", table, *arguments)
    assert ended.code == code
    assert ended.err.count("\n") == 1


def test_a_column_map_has_to_be_one(
    table: Path, project: Path, studio_command: Callable[..., object]
) -> None:
    ended = studio_command("import", "csv", table, "--project", project, "--column", "file")
    assert ended.code == 2
    assert "OURS=THEIRS" in ended.err


def test_a_data_list_keeps_the_foreign_vocabulary(
    tmp_path: Path, studio_command: Callable[..., object]
) -> None:
    root, out = write_coarse(tmp_path / "set"), tmp_path / "set" / "list.jsonl"
    ended = studio_command("import", "deepfashion", root, "--as-data-list", out, "--json")
    data = json.loads(ended.out)
    assert (data["photos"], data["splits"]) == (3, {"train": 1, "val": 1, "test": 1})
    assert data["attributes"]["texture"] == 2
    assert read_data_list_header(out).root == "."
    assert [photo.file for photo in read_data_list_photos(out)] == [
        "img/a/1.jpg",
        "img/b/2.jpg",
        "img/c/3.jpg",
    ]
    ours = studio_command(
        "import", "deepfashion", root, "--as-data-list", out, "--json", "--vocabulary", "studio"
    )
    assert json.loads(ours.out)["vocabulary"] == "studio"
    assert next(read_data_list_photos(out)).labels["category"] == "t-shirt"

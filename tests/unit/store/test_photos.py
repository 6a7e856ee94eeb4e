from __future__ import annotations

from pathlib import Path

import pytest

from fashion_studio.services.project import Project
from fashion_studio.store import photos as table
from fashion_studio.store.photos import FailedFile, name_key
from tests.projects import photo_file


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("2.jpg", "10.jpg"),
        ("IMG_9.jpg", "img_10.jpg"),
        ("a/x.jpg", "b/x.jpg"),
        ("z/a.jpg", "a/b.jpg"),
        ("007.jpg", "8.jpg"),
        ("a1b2.jpg", "a1b10.jpg"),
    ],
)
def test_names_are_ordered_as_people_count(first: str, then: str):
    assert name_key(first) < name_key(then)


def test_the_name_of_a_file_is_without_its_folder():
    assert photo_file(1, name="a/b/c.jpg").name == "c.jpg"


def test_failures_are_replaced_and_forgotten(project: Project):
    one = FailedFile(1, "a.jpg", 5, 6, "too short")
    two = FailedFile(1, "b.jpg", 5, 6, "too long")
    with project._dataset.writer.database.writing() as connection:
        table.put_failures(connection, [one, two])
        table.put_failures(connection, [FailedFile(1, "a.jpg", 7, 8, "worse")])
        assert [failed.reason for failed in table.read_failures(connection)] == ["worse", "too long"]
        table.forget_failures(connection, [(1, "a.jpg"), (1, "never there.jpg")])
        assert table.read_failures(connection) == [two]
        table.put_failures(connection, [])
        table.forget_failures(connection, [])


def test_a_root_is_found_by_either_path(project: Project, tmp_path: Path):
    with project._dataset.writer.database.writing() as connection:
        assert table.add_root(connection, tmp_path / "photos", project.folder) == 1
        (tmp_path / "more").mkdir()
        number = table.add_root(connection, tmp_path / "more", project.folder)
        assert number == 2
        (tmp_path / "more").rmdir()
        gone = table.read_roots(connection, project.folder)[1]
        assert (gone.folder, gone.exists) == (tmp_path / "more", False)
        elsewhere = tmp_path / "elsewhere" / "Test.fstudio"
        (tmp_path / "elsewhere" / "more").mkdir(parents=True)
        moved = table.read_roots(connection, elsewhere)[1]
        assert (moved.folder, moved.exists) == (tmp_path / "elsewhere" / "more", True)


def test_a_root_on_another_drive_has_no_relative_path(project: Project, monkeypatch: pytest.MonkeyPatch):
    def other_drive(*_arguments: object) -> str:
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr(table.os.path, "relpath", other_drive)
    assert table._root_paths(Path("/photos"), project.folder) == {
        "absolute_path": "/photos",
        "relative_path": None,
    }


def test_contents_are_known_by_their_hash(project: Project):
    hashes = [f"{number:040x}" for number in range(2000)]
    with project._dataset.reading() as connection:
        assert table.items_by_hash(connection, hashes) == {f"{n:040x}": n + 1 for n in range(5)}
        assert table.items_by_hash(connection, []) == {}

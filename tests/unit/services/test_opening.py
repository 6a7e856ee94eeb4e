from __future__ import annotations

import os
from pathlib import Path

import pytest

from fashion_studio.domain.errors import ProjectError
from fashion_studio.services.opening import is_project, open_photos, project_place
from fashion_studio.services.project import Project


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "shop" / "dresses"
    folder.mkdir(parents=True)
    return folder


def test_the_project_of_a_folder_lies_beside_it_and_is_found_again(photos: Path, studio) -> None:
    with open_photos(photos, studio, actor="Ada") as project:
        assert project.folder == photos.parent / "dresses.fstudio"
        assert project.title == "dresses"
        assert [root.folder for root in project.roots] == [photos]
    with open_photos(photos / ".." / "dresses", studio) as again:
        assert again.folder == project.folder
    assert sorted(entry.name for entry in photos.parent.iterdir()) == ["dresses", "dresses.fstudio"]


def test_where_nothing_can_be_written_the_project_is_in_the_persons_own_data(
    photos: Path, studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != photos.parent and real(path, mode))
    with open_photos(photos, studio) as project:
        assert project.folder.is_relative_to(Path(os.environ["XDG_DATA_HOME"]))
        assert project.folder.name.startswith("dresses-")
    assert not (photos.parent / "dresses.fstudio").exists()
    with open_photos(photos, studio) as again:
        assert again.folder == project.folder


def test_a_project_of_other_photos_at_that_place_is_left_alone(photos: Path, studio, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    Project.create(photos.parent / "dresses.fstudio", [other], studio).close()
    with open_photos(photos, studio) as project:
        assert project.folder != project_place(photos)
        assert [root.folder for root in project.roots] == [photos]
    with open_photos(photos, studio) as again:
        assert again.folder == project.folder


def test_what_is_no_folder_is_refused_in_plain_words(tmp_path: Path, studio) -> None:
    with pytest.raises(ProjectError, match="is not a folder"):
        open_photos(tmp_path / "nowhere", studio)


def test_a_project_is_told_by_its_name(tmp_path: Path) -> None:
    assert is_project(tmp_path / "Shop.fstudio")
    assert not is_project(tmp_path / "Shop")

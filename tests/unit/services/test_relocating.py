from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fashion_studio.services.project import Project
from tests.projects import write_photo


@pytest.fixture
def place(tmp_path: Path, studio) -> Path:
    """A project beside its folder of photos, closed."""
    place = tmp_path / "work"
    for seed in range(6):
        write_photo(place / "photos" / f"{seed}.png", seed)
    with Project.create(place / "Test.fstudio", [place / "photos"], studio) as project:
        project.scan()
        project.set_flag(project.ids(), True)
    return place


def all_found(project: Project) -> bool:
    report = project.scan()
    rows = project.rows(project.ids())
    return (
        report.new == 0
        and len(rows) == 6
        and all(row.flagged and not row.missing for row in rows)
        and all(project.path(row.id).is_file() for row in rows)
    )


def test_a_renamed_folder_is_found_beside_the_old_place(place: Path):
    (place / "photos").rename(place / "pictures of 2026")
    with Project.open(place / "Test.fstudio") as project:
        assert all_found(project)
        assert project.roots[0].folder == place / "pictures of 2026"
    with Project.open(place / "Test.fstudio") as project:  # and known from then on
        assert project.roots[0].exists


def test_project_and_photos_moved_together_are_found_without_a_search(place: Path, tmp_path: Path):
    shutil.move(place, tmp_path / "other disk")
    with Project.open(tmp_path / "other disk" / "Test.fstudio") as project:
        assert project.roots[0].folder == tmp_path / "other disk" / "photos"
        assert all_found(project)


def test_a_folder_moved_next_to_the_project_is_found(place: Path, tmp_path: Path):
    (tmp_path / "desk").mkdir()
    shutil.move(place / "Test.fstudio", tmp_path / "desk" / "Test.fstudio")
    shutil.move(place / "photos", tmp_path / "desk" / "box")
    with Project.open(tmp_path / "desk" / "Test.fstudio") as project:
        assert all_found(project)


def test_a_folder_one_level_deeper_is_found(place: Path):
    (place / "archive").mkdir()
    shutil.move(place / "photos", place / "archive" / "photos")
    with Project.open(place / "Test.fstudio") as project:
        assert all_found(project)


def test_a_folder_with_the_same_names_and_other_pixels_is_not_taken(place: Path):
    (place / "photos").rename(place.parent / "far away")
    (place.parent / "far away").rename(place.parent.parent / f"{place.parent.name}-away")
    for seed in range(6):
        other = write_photo(place / "decoy" / f"{seed}.png", seed + 50)
        original = place.parent.parent / f"{place.parent.name}-away" / f"{seed}.png"
        size = original.stat().st_size
        other.write_bytes(other.read_bytes()[:size].ljust(size, b"\0"))
    with Project.open(place / "Test.fstudio") as project:
        report = project.scan()
        assert report.missing_roots == [place / "photos"]
        assert not project.roots[0].exists


def test_an_empty_root_is_not_searched_for(tmp_path: Path, studio):
    (tmp_path / "photos").mkdir()
    with Project.create(tmp_path / "Test.fstudio", [tmp_path / "photos"], studio) as project:
        (tmp_path / "photos").rmdir()
        assert project.scan().missing_roots == [tmp_path / "photos"]

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fashion_studio.imaging.decode import PHOTO_SUFFIXES
from fashion_studio.services import walking
from fashion_studio.services.walking import Walk


def walk(root: Path) -> Walk:
    return Walk(root, PHOTO_SUFFIXES, lambda: False)


def found(root: Path) -> list[str]:
    return [file.relative_path for file in walk(root).files()]


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"12345")


def test_only_pictures_are_found_in_order_own_files_first(tmp_path: Path):
    touch(tmp_path, "b.JPG", "a.png", "notes.txt", "z/1.webp", "c/2.tif", "c/d/3.gif", "README", "movie.mp4")
    assert found(tmp_path) == ["a.png", "b.JPG", "c/2.tif", "c/d/3.gif", "z/1.webp"]


def test_hidden_files_folders_and_projects_are_left_out(tmp_path: Path):
    touch(tmp_path, "._a.jpg", ".hidden/b.jpg", ".c.jpg", "My.fstudio/thumbnails/d.jpg", "e.jpg")
    assert found(tmp_path) == ["e.jpg"]


def test_pictures_that_are_not_read_here_are_offered_too(tmp_path: Path):
    touch(tmp_path, "a.heic", "b.ico", "c.svg")
    assert found(tmp_path) == ["a.heic", "b.ico", "c.svg"]


def test_size_and_time_come_with_the_file(tmp_path: Path):
    touch(tmp_path, "a.jpg")
    os.utime(tmp_path / "a.jpg", ns=(5, 1_234_567_890))
    (file,) = walk(tmp_path).files()
    assert (file.size_bytes, file.mtime_ns) == (5, 1_234_567_890)


def test_links_are_followed_once_and_loops_end(tmp_path: Path):
    touch(tmp_path, "in/a.jpg")
    (tmp_path / "in" / "up").symlink_to(tmp_path)
    (tmp_path / "twin").symlink_to(tmp_path / "in")
    (tmp_path / "dead.jpg").symlink_to(tmp_path / "nowhere.jpg")
    (tmp_path / "link.jpg").symlink_to(tmp_path / "in" / "a.jpg")
    assert found(tmp_path) == ["link.jpg", "in/a.jpg"]


def test_what_is_no_file_is_left_out(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "folder.jpg").mkdir()
    assert found(tmp_path) == []


def test_a_folder_that_cannot_be_looked_into_is_neither_there_nor_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    touch(tmp_path, "open/a.jpg", "shut/b.jpg")
    real = os.scandir

    def scandir(path: Path) -> object:
        if Path(path).name == "shut":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(walking.os, "scandir", scandir)
    walked = walk(tmp_path)
    assert [file.relative_path for file in walked.files()] == ["open/a.jpg"]
    assert walked.unreadable == ["shut"]
    assert not walked.covers("shut/b.jpg")
    assert walked.covers("open/a.jpg")
    assert walked.covers("shutter.jpg")


def test_a_root_that_cannot_be_looked_into_covers_nothing(tmp_path: Path):
    walked = walk(tmp_path / "none")
    assert list(walked.files()) == []
    assert not walked.covers("anything.jpg")


def test_it_stops_when_told(tmp_path: Path):
    touch(tmp_path, "a/1.jpg", "b/2.jpg")
    assert list(Walk(tmp_path, PHOTO_SUFFIXES, lambda: True).files()) == []

from __future__ import annotations

from pathlib import Path

import pytest

from fashion_studio.domain.errors import PhotoError
from fashion_studio.services import thumbnails
from fashion_studio.services.thumbnails import thumbnail_of, thumbnail_path, thumbnails_of
from tests.projects import write_photo


def test_sizes_are_kept_apart_and_photos_asked_for_once(tmp_path: Path):
    photo = write_photo(tmp_path / "a.png", 1, size_px=(300, 100))
    asked = []

    def where() -> Path:
        asked.append(1)
        return photo

    small, large = (thumbnail_of(tmp_path / "cache", "abcd", side, where) for side in (50, 200))
    assert small is not None
    assert large is not None
    assert len(small) < len(large)
    assert thumbnail_of(tmp_path / "cache", "abcd", 50, where) == small
    assert len(asked) == 2
    assert thumbnails_of(tmp_path / "cache", "abcd") == [
        thumbnail_path(tmp_path / "cache", "abcd", side) for side in (200, 50)
    ]


def test_a_missing_photo_has_none_and_a_broken_one_says_why(tmp_path: Path):
    assert thumbnail_of(tmp_path, "ab", 50, lambda: tmp_path / "none.jpg") is None
    (tmp_path / "bad.jpg").write_bytes(b"x" * 100)
    with pytest.raises(PhotoError):
        thumbnail_of(tmp_path, "ab", 50, lambda: tmp_path / "bad.jpg")


def test_a_disk_that_fills_up_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    photo = write_photo(tmp_path / "a.png", 1)

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(thumbnails.Path, "replace", full)
    assert thumbnail_of(tmp_path / "cache", "abcd", 50, lambda: photo) is not None
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from fashion_studio.domain.errors import EnvironmentProblem
from fashion_studio.exchange.atomic import AtomicFiles


def write_one(target: Path) -> None:
    with AtomicFiles() as files:
        files.open(target).write("1")
        files.commit()


def test_files_appear_together_on_commit(tmp_path: Path) -> None:
    one, two = tmp_path / "a" / "one.txt", tmp_path / "b" / "two.txt"
    with AtomicFiles() as files:
        files.open(one).write("1\r\n")
        files.open(two).write("zwei ü")
        files.spool(tmp_path / "a").write("scratch")
        assert not one.exists()
        assert files.commit() == (one, two)
    assert (one.read_bytes(), two.read_bytes()) == (b"1\r\n", "zwei ü".encode())
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["one.txt", "two.txt"]


def test_without_commit_nothing_is_left_and_old_files_stay(tmp_path: Path) -> None:
    target = tmp_path / "one.txt"
    target.write_text("old")

    def fail() -> None:
        with AtomicFiles() as files:
            files.open(target).write("new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_is_one_clear_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EnvironmentProblem, match="No space left") as caught:
        write_one(tmp_path / "one.txt")
    assert "Nothing was changed" in caught.value.remedy
    assert list(tmp_path.iterdir()) == []

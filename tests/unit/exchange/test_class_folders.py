"""A folder per class."""

from __future__ import annotations

from pathlib import Path

import pytest

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.labels import Split
from fashion_studio.exchange.class_folders import ClassFolders
from fashion_studio.exchange.incoming import IncomingRecord, IncomingReport


def write(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"not read here")
    return folder


def read(folder: Path) -> list[IncomingRecord]:
    return list(ClassFolders(folder, IncomingReport(), attribute="category").records())


def test_classes_with_folders_inside(tmp_path: Path) -> None:
    write(
        tmp_path,
        "shirt/2.jpg",
        "shirt/deep/1.PNG",
        "dress/1.jpg",
        "dress/notes.txt",
        ".hidden/1.jpg",
        "0.jpg",
    )
    assert [(record.file, record.labels["category"].values, record.split) for record in read(tmp_path)] == [
        ("dress/1.jpg", ("dress",), None),
        ("shirt/2.jpg", ("shirt",), None),
        ("shirt/deep/1.PNG", ("shirt",), None),
    ]
    data = ClassFolders(tmp_path, IncomingReport(), attribute="category").vocabulary_data()
    assert [value["name"] for value in data["attributes"][0]["values"]] == ["dress", "shirt"]


def test_parts_above_the_classes(tmp_path: Path) -> None:
    write(tmp_path, "train/shirt/1.jpg", "val/shirt/2.jpg", "test/dress/3.jpg")
    assert [(record.file, record.split) for record in read(tmp_path)] == [
        ("test/dress/3.jpg", Split.TEST),
        ("train/shirt/1.jpg", Split.TRAIN),
        ("val/shirt/2.jpg", Split.VALIDATION),
    ]


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    write(tmp_path, "shirt/1.jpg")
    (tmp_path / "shirt" / "again").symlink_to(tmp_path, target_is_directory=True)
    assert len(read(tmp_path)) == 1


def test_a_folder_without_classes_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "1.jpg")
    with pytest.raises(UserError, match="no folder for each class"):
        ClassFolders(tmp_path, IncomingReport(), attribute="category")

"""Finding a folder of photos that was moved or renamed, by names, sizes and at last by content."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fashion_studio.domain.errors import PhotoError
from fashion_studio.store.photos import Root, move_root, read_files
from fashion_studio.store.reading import read_details

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fashion_studio.services.photo_reading import PhotoReader
    from fashion_studio.store.dataset import Dataset
    from fashion_studio.store.photos import KnownFile

__all__ = ["find_moved_root"]

_SAMPLE: Final = 24
_PROVEN: Final = 3
_FOLDERS_LOOKED_AT: Final = 2_000


def find_moved_root(dataset: Dataset, root: Root, project: Path, reader: PhotoReader) -> Root:
    """Looks near the old place and near the project for a folder with the same files.

    A folder is taken if most of a sample of files lie in it under the same relative paths with the same
    sizes, and three of them have the content they had. The root is then re-pointed.

    Returns:
        The root where it is now, or as it was if nothing was found.
    """
    with dataset.reading() as connection:
        files = sorted(read_files(connection, root.id).values(), key=lambda file: file.relative_path)
    if not files:
        return root
    step = max(1, len(files) // _SAMPLE)
    sample = files[::step][:_SAMPLE]
    for folder in _candidates(root.folder, project):
        if _fits(folder, sample) and _is_proven(dataset, folder, sample, reader):
            with dataset.writer.transaction() as connection:
                move_root(connection, root.id, folder, project)
            return Root(root.id, folder, exists=True)
    return root


def _candidates(old: Path, project: Path) -> Iterator[Path]:
    """Folders that may be it: of the same name first, then those beside the old place and the project."""
    yield project.parent / old.name
    yield project.parent
    looked_at = 0
    seen: set[Path] = set()
    for parent in (_nearest(old.parent), project.parent, project.parent.parent, _nearest(old.parent).parent):
        if parent in seen:
            continue
        seen.add(parent)
        for depth_one in _folders(parent):
            looked_at += 1
            if looked_at > _FOLDERS_LOOKED_AT:
                return
            yield depth_one
            yield depth_one / old.name


def _nearest(folder: Path) -> Path:
    """The folder, or the closest one above it that exists."""
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder


def _folders(parent: Path) -> list[Path]:
    try:
        with os.scandir(parent) as entries:
            return sorted(Path(e.path) for e in entries if e.is_dir() and not e.name.startswith("."))
    except OSError:
        return []


def _fits(folder: Path, sample: list[KnownFile]) -> bool:
    found = 0
    for file in sample:
        try:
            found += (folder / file.relative_path).stat().st_size == file.size_bytes
        except OSError:
            continue
    return found * 2 > len(sample)


def _is_proven(dataset: Dataset, folder: Path, sample: list[KnownFile], reader: PhotoReader) -> bool:
    with dataset.reading() as connection:
        details = read_details(connection, [file.item_id for file in sample], {}, predictions=False)
    proven = 0
    for file in sample:
        try:
            same = reader.content_hash(folder / file.relative_path) == details[file.item_id].content_hash
        except (PhotoError, OSError):
            continue
        if not same:
            return False
        proven += 1
        if proven == _PROVEN:
            break
    return proven > 0

"""Projects for tests: photos without files where the pixels do not matter, small real files where they do."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from fashion_studio.domain.queries import Item
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.services.project import Project
from fashion_studio.store.intake import Intake
from fashion_studio.store.photos import PhotoFile

__all__ = ["add_photos", "make_project", "photo_file", "state_of", "write_photo"]


def photo_file(number: int, *, root_id: int = 1, name: str | None = None) -> PhotoFile:
    """What a scan would have read of a photo that does not exist."""
    return PhotoFile(
        root_id=root_id,
        relative_path=name or f"photo {number}.jpg",
        size_bytes=1000 + number,
        mtime_ns=1_700_000_000_000_000_000 + number,
        content_hash=f"{number:040x}",
        width_px=300 + number,
        height_px=400,
    )


def add_photos(project: Project, count: int, *, first: int = 0) -> list[int]:
    """Adds photos without files; returns their ids in the order of their names."""
    photos = [photo_file(number) for number in range(first, first + count)]
    return Intake(project._dataset).take(photos, {1: project.folder.parent / "photos"}).added


def make_project(place: Path, vocabulary: Vocabulary, count: int = 0, *, actor: str = "Ada") -> Project:
    """An open project `Test.fstudio` in this place."""
    (place / "photos").mkdir(parents=True, exist_ok=True)
    project = Project.create(place / "Test.fstudio", [place / "photos"], vocabulary, actor=actor)
    add_photos(project, count)
    return project


def write_photo(path: Path, seed: int = 0, size_px: tuple[int, int] = (40, 30)) -> Path:
    """A small real photo; the same seed gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 255, (size_px[1], size_px[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def state_of(project: Project) -> list[Item]:
    """Everything about every photo, to compare; when it was changed last is left out by the records."""
    return [project.item(int(item_id)) for item_id in sorted(project.ids())]


def copy_project(project: Project, place: Path) -> Path:
    """A copy of the folder as it lies on the disk now, as after a crash."""
    target = place / project.folder.name
    shutil.copytree(project.folder, target)
    return target

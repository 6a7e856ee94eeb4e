"""From what a person points at, a project or any folder of photos, to the project that is opened."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import platformdirs

from fashion_studio.domain.errors import EnvironmentProblem, ProjectError
from fashion_studio.services.project import PROJECT_SUFFIX, Project

if TYPE_CHECKING:
    from fashion_studio.domain.vocabulary import Vocabulary

__all__ = ["is_project", "open_photos", "project_place"]

_APP: Final = "fashion-studio"


def is_project(path: Path) -> bool:
    """Whether a path is, or by its name means to be, a project folder rather than a folder of photos."""
    return path.suffix == PROJECT_SUFFIX


def project_place(photos: Path) -> Path:
    """Where the project of a folder of photos lies: beside the folder, under its name.

    Where that place cannot be written, or is taken by other photos' project, it is in the person's own data.
    """
    photos = _absolute(photos)
    beside = photos.parent / f"{photos.name or 'photos'}{PROJECT_SUFFIX}"
    if beside.is_dir() or (photos.name and os.access(photos.parent, os.W_OK)):
        return beside
    return _own_place(photos)


def open_photos(photos: Path, vocabulary: Vocabulary, *, actor: str | None = None) -> Project:
    """Opens the project of a folder of photos, made now if there is none; nothing is scanned yet.

    Raises:
        ProjectError: not a folder, or its project is damaged or busy.
        EnvironmentProblem: no place for the project can be written.
    """
    photos = _absolute(photos)
    if not photos.is_dir():
        msg = f"{photos} is not a folder. Give a folder of photos or a {PROJECT_SUFFIX} project."
        raise ProjectError(msg)
    place = project_place(photos)
    if place.is_dir() and any(place.iterdir()):
        project = Project.open(place, actor=actor)
        if any(_same(root.folder, photos) for root in project.roots):
            return project
        project.close()
        place = _own_place(photos)
        if place.is_dir():
            return Project.open(place, actor=actor)
    try:
        return Project.create(place, [photos], vocabulary, actor=actor, title=photos.name)
    except EnvironmentProblem:
        if place == _own_place(photos):
            raise
        return Project.create(_own_place(photos), [photos], vocabulary, actor=actor, title=photos.name)


def _own_place(photos: Path) -> Path:
    """In the person's data folder; the digest tells folders of the same name apart."""
    digest = hashlib.sha256(os.fsencode(photos)).hexdigest()[:8]
    own = Path(platformdirs.user_data_dir(_APP, appauthor=False)) / "projects"
    return own / f"{photos.name or 'photos'}-{digest}{PROJECT_SUFFIX}"


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - a link keeps the name that the person knows


def _same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)

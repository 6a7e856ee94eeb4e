"""What a project can teach: photos with a person's labels as a data list, divided so that parts never mix.

A model's proposals teach nothing here: only what a person set or accepted counts.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from fashion_studio.domain.data_list import (
    DataListHeader,
    DataListPhoto,
    labels_of_answers,
    list_split,
    photo_root,
    points_of_landmarks,
    read_data_list_header,
    read_data_list_photos,
    write_data_list,
)
from fashion_studio.domain.errors import Cancelled, EnvironmentProblem, UserError
from fashion_studio.domain.labels import Status
from fashion_studio.learning.run_folder import DATA
from fashion_studio.services.training import freeze_training

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fashion_studio.domain.data_list import ListSplit
    from fashion_studio.domain.export import ExportRecord
    from fashion_studio.domain.queries import ItemFilter
    from fashion_studio.learning.run_folder import TrainingChoice
    from fashion_studio.services.project import Project

__all__ = [
    "TrainingData",
    "frozen_data",
    "new_run_dir",
    "prepare_run",
    "runs_dir",
    "split_by_content",
    "training_data",
]

_LISTED: Final = "listed.jsonl"
_VAL_OF_100: Final = 10
_TEST_OF_100: Final = 10


@dataclass(frozen=True, slots=True)
class TrainingData:
    """A project's labelled photos.

    Attributes:
        photos: those with at least one label of a person; every one with a split.
        unlabelled: photos left out because no person has said anything of them.
        rejected: photos left out because a person rejected them.
        missing: photos left out because their file is not there.
        derived: photos left out because an edit made them.
        assigned: photos whose split a person chose; the others' follows from their content.
    """

    header: DataListHeader
    photos: tuple[DataListPhoto, ...]
    unlabelled: int = 0
    rejected: int = 0
    missing: int = 0
    derived: int = 0
    assigned: int = 0


def runs_dir(project: Project) -> Path:
    """Where a project's runs lie."""
    return project.folder / "runs"


def new_run_dir(project: Project) -> Path:
    """A name for a run that sorts by time and that no other has."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    return runs_dir(project) / f"{stamp}-train-{uuid4().hex[:6]}"


def split_by_content(content_hash: str) -> ListSplit:
    """The part of a photo for which a person chose none: 80 % train, 10 % val, 10 % test.

    It follows from the bytes alone, so that it is the same in every run and every project, and what one model
    was measured on never teaches the next.
    """
    place = int(content_hash[:8], 16) % 100
    if place < _VAL_OF_100:
        return "val"
    return "test" if place < _VAL_OF_100 + _TEST_OF_100 else "train"


def training_data(
    project: Project,
    question: ItemFilter | None = None,
    *,
    include_derived: bool = False,
    should_stop: Callable[[], bool] = lambda: False,
) -> TrainingData:
    """The photos that match a filter (None: all) with what people said of them.

    Photos made by edits are left out unless `include_derived` asks for them; they are then in the part of the
    data set that their photo is in.

    Raises:
        UserError: the folders of photos lie on drives that have no folder in common.
        Cancelled: on request.
    """
    folders = [place.folder for place in project.roots]
    root = _common_root([*folders, project.folder] if include_derived else folders)
    photos: list[DataListPhoto] = []
    left = {"unlabelled": 0, "rejected": 0, "missing": 0, "derived": 0, "assigned": 0}
    for record in project.export_records(question):
        if should_stop():
            raise Cancelled
        reason = "derived" if record.edited_from is not None and not include_derived else _left_out(record)
        if reason:
            left[reason] += 1
            continue
        given = list_split(record.split)
        left["assigned"] += given is not None
        photos.append(
            DataListPhoto(
                file=_below(record.path, root),
                width=record.width_px,
                height=record.height_px,
                split=given or split_by_content(record.part_hash),
                labels=labels_of_answers(record.answers, project.vocabulary),
                landmarks=points_of_landmarks(record.landmarks.values()),
                box=(record.box.x, record.box.y, record.box.width, record.box.height)
                if record.box is not None
                else None,
                content_hash=record.content_hash,
            )
        )
    day = datetime.now().astimezone().strftime("%Y-%m-%d")
    header = DataListHeader(
        root=str(root), vocabulary=dict(project.vocabulary.source), title=f"{project.title}, {day}"
    )
    return TrainingData(header, tuple(photos), **left)


def frozen_data(run_dir: Path) -> TrainingData:
    """Exactly the photos and labels that an earlier run was made of.

    Raises:
        UserError: its data list is missing or damaged.
    """
    listed = run_dir / DATA
    header = read_data_list_header(listed)
    rooted = replace(header, root=str(photo_root(listed, header)))
    photos = tuple(read_data_list_photos(listed))
    return TrainingData(rooted, photos, assigned=len(photos))


def prepare_run(
    project: Project,
    data: TrainingData,
    choice: TrainingChoice,
    *,
    title: str = "",
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Path:
    """Freezes a training in a new run folder of the project; it is not started.

    Returns:
        The run folder.

    Raises:
        UserError: the data cannot teach what the recipe learns; nothing is left behind.
        EnvironmentProblem: the folder cannot be written.
        Cancelled: on request; nothing is left behind.
    """
    run_dir = new_run_dir(project)
    listed = run_dir / _LISTED
    try:
        run_dir.mkdir(parents=True)
        write_data_list(listed, data.header, data.photos)
    except OSError as error:
        raise EnvironmentProblem(
            f"The run folder cannot be written: {error.strerror or error}.", "Make room and try again."
        ) from error
    done = False
    try:
        freeze_training(
            run_dir, listed, choice, title=title, on_progress=on_progress, should_stop=should_stop
        )
        done = True
    finally:
        listed.unlink(missing_ok=True)
        if not done:
            _remove(run_dir)
    return run_dir


def _left_out(record: ExportRecord) -> str:
    if record.missing:
        return "missing"
    if record.status is Status.REJECTED:
        return "rejected"
    return "" if record.answers or record.landmarks else "unlabelled"


def _common_root(folders: Sequence[Path]) -> Path:
    try:
        return Path(os.path.commonpath(folders))
    except ValueError as error:
        msg = "The project's folders of photos lie on different drives. Move them onto one to train on them."
        raise UserError(msg) from error


def _below(path: Path, root: Path) -> str:
    return PurePath(os.path.relpath(path, root)).as_posix()


def _remove(run_dir: Path) -> None:
    """What freezing wrote before it was refused; a person's files are never in there."""
    for path in sorted(run_dir.rglob("*"), reverse=True):
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()
    run_dir.rmdir()

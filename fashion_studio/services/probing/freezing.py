"""Freezing a probe in a run folder, of a project's photos or a folder's, and starting it as a job."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from fashion_studio.config.resources import adain_dir, house_model_dir
from fashion_studio.domain.errors import EnvironmentProblem, PhotoError, UserError
from fashion_studio.domain.queries import ItemFilter
from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.imaging.decode import PHOTO_SUFFIXES, content_hash
from fashion_studio.jobs.background import Job, find_jobs, start_job
from fashion_studio.jobs.specification import SPEC, JobSpec
from fashion_studio.probing.records import (
    ConflictSource,
    ProbePhoto,
    ProbeSpec,
    Streams,
    Subject,
    to_plain,
)
from fashion_studio.rendering.folder import read_truth
from fashion_studio.services.model_list import read_model
from fashion_studio.services.probing.run_files import KIND, PHOTOS
from fashion_studio.services.project_training import runs_dir
from fashion_studio.services.walking import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.services.project import Project

__all__ = [
    "bundle_subjects",
    "default_adain",
    "folder_photos",
    "freeze_probe",
    "probe_jobs",
    "project_photos",
    "start_probe",
]

_MATTES: Final = "mattes"
_TRUTH: Final = "truth.jsonl"


def bundle_subjects(models: Sequence[Path | None], *, streams: Sequence[Streams] = ()) -> tuple[Subject, ...]:
    """Subjects of weights bundles, with names that tell them apart.

    Args:
        models: folders; None is the shipped model.
        streams: as long as `models`, or empty for all whole.

    Raises:
        UserError: one is no bundle.
    """
    found: list[Subject] = []
    for place, folder in enumerate(models):
        home = (folder or house_model_dir()).absolute()
        which = streams[place] if streams else Streams.BOTH
        name = read_model(home).model_id
        if which is not Streams.BOTH:
            name = f"{name}, {which.value} alone"
        taken = {subject.name for subject in found}
        tries = [name, *(f"{name} ({number})" for number in range(2, len(models) + 2))]
        found.append(Subject(next(each for each in tries if each not in taken), str(home), which))
    return tuple(found)


def default_adain() -> str:
    """Folder of the shipped weights for style transfer; "" where there are none."""
    return str(adain_dir() or "")


def project_photos(
    project: Project, ids: Sequence[int] | NDArray[np.int64] | None = None
) -> tuple[ProbePhoto, ...]:
    """Photos of a project with what people said of them.

    Args:
        project: is only read.
        ids: which; None means all but those made by edits.
    """
    wanted = project.ids(ItemFilter(derived=False)) if ids is None else ids
    truths = {
        details.item_id: {
            name: answer.value for name, answer in details.answers.items() if answer.value is not None
        }
        for details in project.answered(wanted)
    }
    return tuple(
        ProbePhoto(digest, str(path), item_id, truths.get(item_id, {}))
        for item_id, path, digest in project.places(wanted)
    )


def folder_photos(
    folder: Path, *, should_stop: Callable[[], bool] = lambda: False
) -> tuple[tuple[ProbePhoto, ...], tuple[str, ...]]:
    """Photos of a folder and its sub-folders; with the renderer's truth where it lies beside them.

    Of files with the same content the first counts.

    Returns:
        The photos, and a sentence for each file that cannot be read.

    Raises:
        UserError: there is no such folder.
    """
    if not folder.is_dir():
        msg = f"{folder} is not a folder. Name a folder of photos or a project."
        raise UserError(msg)
    truths = {}
    if (folder / _TRUTH).is_file():
        truths = {each.file: {CATEGORY: each.category, **each.attributes} for each in read_truth(folder)}
    photos: dict[str, ProbePhoto] = {}
    failed = []
    for file in Walk(folder, PHOTO_SUFFIXES, should_stop).files():
        path = (folder / file.relative_path).absolute()
        try:
            key = content_hash(path)
        except PhotoError as error:
            failed.append(str(error))
            continue
        photos.setdefault(key, ProbePhoto(key, str(path), 0, truths.get(file.relative_path, {})))
    return tuple(photos.values()), tuple(failed)


def freeze_probe(run_dir: Path, spec: ProbeSpec, photos: Sequence[ProbePhoto]) -> JobSpec:
    """Writes the photos of a probe into its run folder, which must be no run yet; it is not started.

    Returns:
        What `start_job` is to be given.

    Raises:
        UserError: there is nothing to probe, or the folder is a run already.
        EnvironmentProblem: it cannot be written.
    """
    _check(spec, photos)
    if (run_dir / SPEC).exists():
        msg = f"{run_dir.name} is a run already. Continue it, or choose another folder."
        raise UserError(msg)
    try:
        run_dir.mkdir(parents=True, exist_ok=True)
        with (run_dir / PHOTOS).open("w", encoding="utf-8") as stream:
            stream.writelines(json.dumps(to_plain(photo)) + "\n" for photo in photos)
    except OSError as error:
        raise EnvironmentProblem(
            f"The run folder cannot be written: {error.strerror or error}.", "Make room and try again."
        ) from error
    title = _title(spec, len(photos))
    return JobSpec(KIND, title, ("probe", "run", "--run", "{run}"), {"probe": to_plain(spec)})


def start_probe(
    project: Project, spec: ProbeSpec, ids: Sequence[int] | NDArray[np.int64] | None = None
) -> Job:
    """Starts a probe of a project's photos; it goes on when this process ends.

    Masks are kept in the project, so that the next probe need not find them again.

    Raises:
        UserError: there is nothing to probe.
        EnvironmentProblem: the run folder cannot be written, or the process not be started.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    run_dir = runs_dir(project) / f"{stamp}-{KIND}-{uuid4().hex[:6]}"
    kept = replace(spec, mattes=spec.mattes or str((project.folder / _MATTES).absolute()))
    return start_job(freeze_probe(run_dir, kept, project_photos(project, ids)), run_dir)


def probe_jobs(project: Project) -> list[Job]:
    """All probes of a project, the oldest first."""
    return [job for job in find_jobs(runs_dir(project)) if job.spec.kind == KIND]


def _check(spec: ProbeSpec, photos: Sequence[ProbePhoto]) -> None:
    if not spec.subjects:
        msg = "Choose a model to ask."
        raise UserError(msg)
    asks_photos = bool(spec.variants or spec.backdrops)
    conflict = spec.conflict
    of_photos = conflict is not None and conflict.source in {ConflictSource.FABRIC, ConflictSource.STYLE}
    if not photos and (asks_photos or of_photos):
        msg = "There is no photo to probe. Choose others, or change the filter."
        raise UserError(msg)
    if not asks_photos and conflict is None:
        msg = "Nothing is asked: choose variants, backgrounds or a set of pictures with two cues."
        raise UserError(msg)


def _title(spec: ProbeSpec, count: int) -> str:
    names = " and ".join(subject.name for subject in spec.subjects[:2])
    more = f" and {len(spec.subjects) - 2} more" if len(spec.subjects) > 2 else ""
    photos = f", {count:,} photo{'' if count == 1 else 's'}" if count else ""
    return f"Probe of {names}{more}{photos}"

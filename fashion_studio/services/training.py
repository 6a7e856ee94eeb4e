"""Trainings as background jobs: looking at the data first, freezing a run, starting it, finding it again.

docs/training.md says what lies in a run folder and what its events tell. Nothing here imports torch until a
run is worked on in its own process.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fashion_studio.domain.data_list import (
    DataListHeader,
    read_data_list_header,
    read_data_list_photos,
    write_data_list,
)
from fashion_studio.domain.errors import EnvironmentProblem, UserError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.jobs.background import Job, find_jobs
from fashion_studio.jobs.specification import JobSpec
from fashion_studio.learning.run_data import count_labels, learnt_heads, refuse_unlearnable, unseen_heads
from fashion_studio.learning.run_folder import divided, freeze_run, read_plain_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from fashion_studio.domain.data_list import DataListPhoto
    from fashion_studio.learning.method_recipe import MethodRecipe
    from fashion_studio.learning.run_data import DataCounts
    from fashion_studio.learning.run_folder import FrozenRun, TrainingChoice

__all__ = [
    "KIND",
    "TrainingPreview",
    "finish_training",
    "freeze_training",
    "preview_photos",
    "preview_training",
    "start_training",
    "training_jobs",
]

KIND: Final = "train"


@dataclass(frozen=True, slots=True)
class TrainingPreview:
    """What a training would be made of; nothing has been read but labels.

    Attributes:
        counts: photos and values per split.
        heads: attributes that are learnt, in the vocabulary's order.
        steps_per_epoch: optimiser steps.
        warnings: a sentence each.
        problem: why it cannot be trained, with what to do; empty when it can.
        copies: stylised copies of photos that are made before it begins.
    """

    counts: DataCounts
    heads: tuple[str, ...]
    epochs: int
    steps_per_epoch: int
    warnings: tuple[str, ...]
    problem: str = ""
    copies: int = 0


def preview_photos(
    photos: Sequence[DataListPhoto], vocabulary: Vocabulary, recipe: MethodRecipe
) -> TrainingPreview:
    """What a training by this recipe on these photos would be made of.

    Raises:
        UserError: the recipe learns attributes that the vocabulary does not have.
    """
    heads = learnt_heads(recipe, vocabulary)
    points = recipe.learns_landmarks
    useful = [
        photo
        for photo in photos
        if any(name in photo.labels for name in heads) or (points and photo.landmarks)
    ]
    counts = count_labels(divided(useful), vocabulary, heads)
    try:
        refuse_unlearnable(counts, recipe, vocabulary)
        problem = ""
    except UserError as error:
        problem = str(error)
    return TrainingPreview(
        counts,
        heads,
        recipe.epochs,
        recipe.steps_per_epoch(counts.photos["train"]),
        (*counts.warnings(vocabulary), *_unseen(recipe, heads, vocabulary)),
        problem,
        counts.photos["train"] * recipe.stylising.copies if recipe.stylises else 0,
    )


def _unseen(recipe: MethodRecipe, heads: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    titles = [vocabulary.attribute(name).title for name in unseen_heads(recipe, heads)]
    if not titles:
        return []
    return [f"Nothing is learnt of {', '.join(titles)}: a copy in another style has another surface."]


def preview_training(data: Path, choice: TrainingChoice) -> TrainingPreview:
    """The same for a data list.

    Raises:
        UserError: the list cannot be used, or the recipe does not fit its vocabulary.
    """
    vocabulary = Vocabulary.from_mapping(read_data_list_header(data).vocabulary)
    return preview_photos(list(read_data_list_photos(data)), vocabulary, choice.recipe)


def freeze_training(
    run_dir: Path,
    data: Path | None,
    choice: TrainingChoice,
    *,
    title: str = "",
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> FrozenRun:
    """Makes a run folder that `start_training` starts, here or on another machine.

    Args:
        run_dir: must not be a run yet.
        data: a data list; None only for a recipe that renders its pictures itself.
        choice: what is to be trained and how.
        title: for people; "" means recipe and model.
        on_progress: photos read, photos in all.
        should_stop: asked often.

    Raises:
        UserError: as `learning.run_folder.freeze_run`, or the folder is a run already.
        EnvironmentProblem: the folder cannot be written.
        Cancelled: on request.
    """
    listed = _empty_list(run_dir, choice) if data is None else data
    try:
        frozen = freeze_run(run_dir, listed, choice, on_progress=on_progress, should_stop=should_stop)
    finally:
        if data is None:
            listed.unlink(missing_ok=True)
    spec = JobSpec(
        KIND,
        title or f"{choice.recipe.title}: {choice.model_id}",
        ("train", "--run", "{run}"),
        dict(frozen.parameters),
    )
    try:
        spec.write(run_dir)
    except OSError as error:
        raise EnvironmentProblem(
            f"The run folder {run_dir.name} cannot be written: {error.strerror or error}.",
            "Make room or choose another.",
        ) from error
    return frozen


def _empty_list(folder: Path, choice: TrainingChoice) -> Path:
    """A list of no photos in the words of the base model.

    Raises:
        UserError: the recipe needs photos, or the base is no model.
        EnvironmentProblem: the folder cannot be written.
    """
    if not choice.recipe.renders or choice.base is None:
        msg = f"The recipe “{choice.recipe.title}” trains on a data list; name it with --data."
        raise UserError(msg)
    path = folder / "listed.jsonl"
    vocabulary = read_plain_manifest(choice.base)["vocabulary"]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_data_list(path, DataListHeader(root=".", vocabulary=vocabulary, title="renderings alone"), ())
    except OSError as error:
        raise EnvironmentProblem(
            f"The run folder {folder.name} cannot be written: {error.strerror or error}.",
            "Make room or choose another.",
        ) from error
    return path


def start_training(run_dir: Path) -> Job:
    """Starts a frozen run, or lets one that ended early go on, in the background.

    Raises:
        UserError: not a run folder.
        EnvironmentProblem: the process cannot be started.
    """
    job = Job(run_dir)
    job.restart()
    return job


def finish_training(run_dir: Path) -> Job:
    """Makes the model of the best epoch so far of a run that ended early, in the background.

    Raises:
        UserError: not a run folder.
        EnvironmentProblem: the process cannot be started.
    """
    job = Job(run_dir)
    job.restart("--finish")
    return job


def training_jobs(runs_dir: Path) -> list[Job]:
    """All training runs in a folder, living or not, the oldest first."""
    return [job for job in find_jobs(runs_dir) if job.spec.kind == KIND]

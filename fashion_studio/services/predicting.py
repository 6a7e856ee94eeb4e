"""Reading all photos of a project in the background: the job, and taking in what it finds.

The job never opens the project. It reads a snapshot (id, path, content hash) frozen in its run folder and
writes `results.jsonl` there; the window or the command line takes the results in while it runs.
"""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fashion_studio.config.resources import house_model_dir
from fashion_studio.domain.errors import (
    Cancelled,
    CheckpointError,
    EnvironmentProblem,
    PhotoError,
)
from fashion_studio.domain.prediction_codec import prediction_from_dict, prediction_to_dict
from fashion_studio.jobs.background import Job, find_jobs, start_job
from fashion_studio.jobs.specification import JobExit, JobSpec
from fashion_studio.jobs.worker import JobWorker
from fashion_studio.services.photo_jobs import Results, freeze_photos, frozen_photos, is_open, why_changed
from fashion_studio.services.predicting_folder import FolderReport, PhotoReads, open_reads, predict_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from fashion_studio.domain.predictions import Prediction, Reading
    from fashion_studio.jobs.worker import JobState
    from fashion_studio.services.project import Project

__all__ = [
    "FolderReport",
    "TakenIn",
    "follow_prediction",
    "predict_folder",
    "predict_project",
    "prediction_jobs",
    "run_prediction_job",
    "take_in_predictions",
]

KIND: Final = "predict"

_AT_ONCE: Final = 500
_LOOK_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What one call of `take_in_predictions` brought.

    Attributes:
        read: photos whose prediction is in the project now.
        failed: photos the job could not read, (id, reason).
        stale: photos that have changed or gone since the job began; their predictions were dropped.
        complete: whether the job has ended and nothing is left to take in.
    """

    read: int = 0
    failed: tuple[tuple[int, str], ...] = ()
    stale: int = 0
    complete: bool = False

    def __add__(self, other: TakenIn) -> TakenIn:
        """Both together; as complete as the later one."""
        return TakenIn(
            self.read + other.read, self.failed + other.failed, self.stale + other.stale, other.complete
        )


def predict_project(
    project: Project,
    ids: Sequence[int] | NDArray[np.int64] | None = None,
    *,
    model_dir: Path | None = None,
    device: str = "auto",
    batch_size: int | None = None,
) -> Job:
    """Starts a job that reads photos of a project; it goes on when this process ends.

    Args:
        project: gets the results by `take_in_predictions`.
        ids: which photos; None means all.
        model_dir: weights bundle; None means the house's.
        device: "auto", "cpu", "cuda", "mps".
        batch_size: None leaves it to the device.

    Raises:
        UserError: there is no photo to read.
        EnvironmentProblem: the run folder cannot be written or the process not be started.
    """
    run_dir, count = freeze_photos(project, ids, KIND)
    spec = JobSpec(
        KIND,
        f"Reading {count:,} photo{'' if count == 1 else 's'}",
        ("predict", "--run", "{run}"),
        {
            "model": str((model_dir or house_model_dir()).absolute()),
            "device": device,
            "batch_size": batch_size,
            "count": count,
        },
    )
    return start_job(spec, run_dir)


def prediction_jobs(project: Project) -> list[Job]:
    """Jobs of this kind with something still to come, the oldest first.

    They are running, or were interrupted and can be restarted (or cancelled), or have results that are not in
    the project yet.
    """
    return [job for job in find_jobs(project.folder / "runs") if job.spec.kind == KIND and is_open(job)]


def run_prediction_job(run_dir: Path, *, reads: PhotoReads | None = None) -> int:
    """Does the work of a job: what `fashion-studio predict --run RUN_DIR` is.

    Goes on where an earlier run of the same folder stopped.

    Args:
        run_dir: the run folder.
        reads: a loaded model instead of the one the specification names.

    Returns:
        A `JobExit`: DONE or CANCELLED.

    Raises:
        UserError: not a run folder, or it is going on already.
        CheckpointError: the model cannot be used.
        EnvironmentProblem: the disk does not take the results, or there is no such device.
    """
    worker = JobWorker(run_dir)
    try:
        with worker as job:
            settings = job.spec.parameters
            snapshot, done = frozen_photos(run_dir), Results(run_dir).done()
            todo = [entry for entry in snapshot if entry["id"] not in done]
            job.progress(len(done), len(snapshot), "Loading the model")
            job.checkpoint()
            reads = reads or open_reads(
                Path(settings["model"]), settings["device"], batch_size=settings["batch_size"]
            )
            _read_photos(job, reads, todo, len(snapshot))
            job.checkpoint()
    except Cancelled:
        return int(JobExit.CANCELLED)
    except OSError as error:
        raise EnvironmentProblem(
            f"The results cannot be written: {error.strerror or error}.",
            "Make room; the job can be continued.",
        ) from error
    return int(JobExit.DONE)


def take_in_predictions(project: Project, run_dir: Path) -> TakenIn:
    """Puts what a job has found since the last call into its project, some hundred photos per write.

    Called while the job runs and after it; each prediction is taken in once, also across restarts.

    Raises:
        UserError: not a run folder.
        EnvironmentProblem: it cannot be written; the next call tries again.
    """
    ended = not Job(run_dir).state().phase.is_active  # asked first: what it wrote before its end is there
    results, total = Results(run_dir), TakenIn()
    model_dir = Path(Job(run_dir).spec.parameters["model"])
    for entries in results.new(_AT_ONCE):
        total += _take_in(project, entries, model_dir)
    return replace(total, complete=ended and results.all_taken)


def follow_prediction(
    project: Project, job: Job, *, on_progress: Callable[[JobState, TakenIn], None] | None = None
) -> TakenIn:
    """Takes a job's results in until it has ended, from a thread that may wait.

    `on_progress` is called a few times a second with the job's state and what has been taken in so far.
    """
    total = TakenIn()
    while True:
        state = job.state()
        total += take_in_predictions(project, job.run_dir)
        if on_progress is not None:
            on_progress(state, total)
        if total.complete:
            return total
        time.sleep(_LOOK_S)


def _read_photos(job: JobWorker, reads: PhotoReads, todo: list[dict[str, Any]], count: int) -> None:
    results, first = Results(job.run_dir), count - len(todo)
    paths = [Path(entry["path"]) for entry in todo]
    outcomes = reads.read(paths, with_maps=False, should_stop=job.should_stop)
    for number, (entry, (path, outcome)) in enumerate(zip(todo, outcomes, strict=False), start=1):
        found = _result(entry, path, outcome)
        results.add({"id": entry["id"], "hash": entry["hash"], **found})
        job.progress(first + number, count, path.name)


def _result(entry: dict[str, Any], path: Path, outcome: Reading | PhotoError) -> dict[str, Any]:
    if isinstance(outcome, PhotoError):
        return {"reason": outcome.reason}
    changed = why_changed(path, entry["hash"])
    if changed:
        return {"reason": changed}
    found: dict[str, Any] = {"prediction": prediction_to_dict(outcome.prediction)}
    if outcome.features is not None:
        found["features"] = base64.b64encode(outcome.features.astype("<f2").tobytes()).decode("ascii")
    return found


def _take_in(project: Project, entries: list[dict[str, Any]], model_dir: Path) -> TakenIn:
    hashes = {item_id: digest for item_id, _, digest in project.places([entry["id"] for entry in entries])}
    current = [entry for entry in entries if hashes.get(entry["id"]) == entry["hash"]]
    failed = tuple((entry["id"], entry["reason"]) for entry in current if "reason" in entry)
    read = [entry for entry in current if "reason" not in entry]
    good = list(zip([entry["id"] for entry in read], _as_taught(project, read, model_dir), strict=True))
    if good:
        project.put_predictions(good)
    return TakenIn(len(good), failed, len(entries) - len(current))


def _as_taught(project: Project, read: list[dict[str, Any]], model_dir: Path) -> list[Prediction]:
    """The job's predictions as the heads in force in the project make them; their features are kept."""
    predictions = [prediction_from_dict(entry["prediction"]) for entry in read]
    features = [
        np.frombuffer(base64.b64decode(entry["features"]), "<f2") if "features" in entry else None
        for entry in read
    ]
    if all(each is None for each in features):
        return predictions
    from fashion_studio.services.teaching import Teaching  # noqa: PLC0415 - only where there is something

    try:
        teaching = Teaching(project, model_dir)
    except CheckpointError:  # the model has been moved or exchanged since; what it said stays true
        return predictions
    teaching.note_features((entry["hash"], each) for entry, each in zip(read, features, strict=True))
    return teaching.as_taught(list(zip(predictions, features, strict=True)))

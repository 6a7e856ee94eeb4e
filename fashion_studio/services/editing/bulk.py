"""One stack of edits done to many photos in the background: the job, and taking in what it makes.

The job reads the frozen list of photos and writes pictures and `results.jsonl` into its run folder. When it
has ended, the window or the command line adds the pictures to the project as one operation with one undo.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from fashion_studio.config.resources import generator_dir, house_model_dir
from fashion_studio.domain.edits import RegionKind, stack_from_json, stack_to_json
from fashion_studio.domain.errors import Cancelled, EnvironmentProblem, PhotoError, UserError
from fashion_studio.domain.queries import ItemFilter
from fashion_studio.domain.vocabulary import CATEGORY, Vocabulary
from fashion_studio.imaging.decode import decode
from fashion_studio.jobs.background import Job, find_jobs, start_job
from fashion_studio.jobs.specification import JobExit, JobSpec
from fashion_studio.jobs.worker import JobPhase, JobWorker
from fashion_studio.services.editing.edited_pictures import write_picture
from fashion_studio.services.editing.misplaced import misplaced_edits, switched_off
from fashion_studio.services.editing.project_edits import EditedPicture
from fashion_studio.services.photo_jobs import Results, freeze_photos, frozen_photos, is_open, why_changed
from fashion_studio.services.wording import photos

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.domain.edits import EditPreview, EditStack
    from fashion_studio.jobs.worker import JobState
    from fashion_studio.services.project import Project

__all__ = [
    "BulkEdit",
    "PhotoEdits",
    "edit_jobs",
    "edit_photos",
    "follow_edit",
    "run_edit_job",
    "take_in_edits",
]

KIND: Final = "edit"
PICTURES: Final = "pictures"
NOTHING_CHANGED: Final = "the edits find nothing to act on in it"

_LOOK_S: Final = 0.2
_ALL: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class BulkEdit:
    """What came of a job.

    Attributes:
        added: edited photos that are in the project now.
        failed: photos that were not edited, (id, reason).
        partly: photos to which some of the edits were not done, (id, reasons): what does not apply to such a
            garment is left out of the stack, what finds nothing to act on is in it.
        stale: photos that have changed or gone since the job began; their pictures were dropped.
        complete: whether the job has ended and nothing is left to take in.
    """

    added: tuple[int, ...] = ()
    failed: tuple[tuple[int, str], ...] = ()
    partly: tuple[tuple[int, str], ...] = ()
    stale: int = 0
    complete: bool = False

    @property
    def sentence(self) -> str:
        """For a person: "12 photos edited, 2 of them only in part, 1 left out (no garment was found)."."""
        text = f"{photos(len(self.added))} edited"
        if self.partly:
            text += f", {len(self.partly):,} of them only in part"
        if self.failed:
            reasons = Counter(reason for _, reason in self.failed)
            words = "; ".join(f"{reason}" for reason, _ in reasons.most_common(2))
            text += f", {len(self.failed):,} left out ({words})"
        return f"{text}."


class PhotoEdits(Protocol):
    """A loaded generator that edits photos; `open_edits` makes the real one."""

    def edit(self, image: NDArray[np.uint8], stack: EditStack) -> EditPreview:
        """The photo with the stack done to it, at its own size."""


def open_edits(generator: Path, model: Path, device: str) -> PhotoEdits:
    """Loads a generator and the model that finds its regions.

    Raises:
        UserError: there is no generator.
        CheckpointError: one of the two is damaged.
        EnvironmentProblem: the device is not there.
    """
    from fashion_studio.editing.editor import Editor  # noqa: PLC0415 - brings the network library
    from fashion_studio.inference.reader import Reader  # noqa: PLC0415 - as above

    return Editor.load(generator, Reader.load(model, device=device))


def edit_photos(
    project: Project,
    ids: Sequence[int] | NDArray[np.int64] | None,
    stack: EditStack,
    *,
    generator: Path | None = None,
    model_dir: Path | None = None,
    device: str = "auto",
) -> Job:
    """Starts a job that does a stack of edits to photos of a project; it goes on when this process ends.

    Edits of what a garment does not have (sleeves of trousers) are not done to it; a photo to which none of
    the edits applies is left out.

    Args:
        project: gets the pictures by `take_in_edits`.
        ids: which photos; None means all but those that edits made.
        stack: what is done to each.
        generator: bundle of the generator; None means the one that comes with the program.
        model_dir: of the model that reads where the garment is; None means the house's.
        device: "auto", "cpu", "cuda", "mps".

    Raises:
        UserError: there is no photo, nothing to do to it, or a region painted on one photo.
        EnvironmentProblem: the run folder cannot be written or the process not be started.
        ProjectError: open for reading only.
    """
    project.check_edits_allowed()
    _check_stack(stack)
    wanted = project.ids(ItemFilter(derived=False)) if ids is None else ids
    words = _words_for(project, stack)
    run_dir, count = freeze_photos(project, wanted, KIND, _kinds(project, wanted) if words else None)
    spec = JobSpec(
        KIND,
        f"Editing {photos(count)}",
        ("edit-all", "--run", "{run}"),
        {
            "generator": str((generator or generator_dir()).absolute()),
            "model": str((model_dir or house_model_dir()).absolute()),
            "device": device,
            "stack": stack_to_json(stack),
            "vocabulary": words,
            "count": count,
        },
    )
    return start_job(spec, run_dir)


def edit_jobs(project: Project) -> list[Job]:
    """Bulk edits with something still to come, the oldest first; as `predicting.prediction_jobs`."""
    return [job for job in find_jobs(project.folder / "runs") if job.spec.kind == KIND and is_open(job)]


def run_edit_job(run_dir: Path, *, edits: PhotoEdits | None = None) -> int:
    """Does the work of a job: what `fashion-studio edit-all --run RUN_DIR` is.

    Goes on where an earlier run of the same folder stopped. A photo that cannot be edited is named in the
    results, and the rest goes on.

    Args:
        run_dir: the run folder.
        edits: a loaded generator instead of the one the specification names.

    Returns:
        A `JobExit`: DONE or CANCELLED.

    Raises:
        UserError: not a run folder, it is going on already, or there is no generator.
        CheckpointError: generator or model cannot be used.
        EnvironmentProblem: the disk does not take the pictures, or there is no such device.
    """
    worker = JobWorker(run_dir)
    try:
        with worker as job:
            settings, results = job.spec.parameters, Results(run_dir)
            snapshot, done = frozen_photos(run_dir), results.done()
            todo = [entry for entry in snapshot if entry["id"] not in done]
            job.progress(len(done), len(snapshot), "Loading the generator")
            job.checkpoint()
            edits = edits or open_edits(
                Path(settings["generator"]), Path(settings["model"]), settings["device"]
            )
            stack, words = stack_from_json(settings["stack"]), settings.get("vocabulary")
            vocabulary = Vocabulary.from_mapping(words) if words else None
            for number, entry in enumerate(todo, start=len(done) + 1):
                job.checkpoint()
                found = _edited(run_dir, entry, edits, stack, vocabulary)
                results.add({"id": entry["id"], "hash": entry["hash"], **found})
                job.progress(number, len(snapshot), Path(entry["path"]).name)
            job.checkpoint()
    except Cancelled:
        return int(JobExit.CANCELLED)
    except OSError as error:
        raise EnvironmentProblem(
            f"The results cannot be written: {error.strerror or error}.",
            "Make room; the job can be continued.",
        ) from error
    return int(JobExit.DONE)


def take_in_edits(project: Project, run_dir: Path) -> BulkEdit:
    """Adds the pictures of a job that has ended to its project, as one operation; each is taken in once.

    A job that was cancelled or that failed has its finished pictures taken in; while it goes on, or waits for
    a person to go on, there is nothing to take in.

    Raises:
        UserError: not a run folder.
        EnvironmentProblem: it cannot be written; the next call tries again.
        NotSaved: the pictures are in the project; that they are shown waits in memory.
    """
    phase = Job(run_dir).state().phase
    if phase.is_active or phase is JobPhase.INTERRUPTED:
        return BulkEdit()
    results, total = Results(run_dir), BulkEdit(complete=True)
    for entries in results.new(_ALL):
        total = _take_in(project, run_dir, entries)
    return total


def follow_edit(
    project: Project, job: Job, *, on_progress: Callable[[JobState], None] | None = None
) -> BulkEdit:
    """Waits until a job has ended, from a thread that may, and takes in what it made.

    `on_progress` is called a few times a second with the job's state.
    """
    while True:
        state = job.state()
        if on_progress is not None:
            on_progress(state)
        if not state.phase.is_active:
            return take_in_edits(project, job.run_dir)
        time.sleep(_LOOK_S)


def _check_stack(stack: EditStack) -> None:
    if not stack.active:
        msg = "There is no edit to do. Choose what to change, or switch a step on."
        raise UserError(msg)
    for step in stack.active:
        region = step.region
        if region.kind is RegionKind.PAINTED or region.painted is not None or region.erased is not None:
            msg = "A painted region fits only the photo it was painted on. Choose another region for this."
            raise UserError(msg)


def _words_for(project: Project, stack: EditStack) -> dict[str, Any] | None:
    """The vocabulary of what the stack edits, if some of it does not apply to every garment."""
    vocabulary = project.vocabulary
    names = [step.attribute for step in stack.active if vocabulary.has(step.attribute)]
    if not vocabulary.has(CATEGORY) or not any(vocabulary.attribute(name).applies_to for name in names):
        return None
    return dict(vocabulary.restricted((CATEGORY, *names), landmarks=False).source)


def _kinds(project: Project, ids: Sequence[int] | NDArray[np.int64]) -> dict[int, dict[str, str]]:
    """By photo, what it shows, as a person or the model says; not of those of which nobody has said it."""
    return {row.id: {"category": row.category} for row in project.rows(ids) if row.category}


def _done_where_it_applies(
    entry: dict[str, Any],
    image: NDArray[np.uint8],
    edits: PhotoEdits,
    stack: EditStack,
    vocabulary: Vocabulary | None,
) -> tuple[EditPreview | None, list[str]]:
    """The photo with the edits that apply to it (None: there are none), and what is said of the others."""
    misplaced = misplaced_edits(vocabulary, stack, entry.get("category"))
    preview = None
    if (fitting := switched_off(stack, misplaced)).active:
        preview = edits.edit(image, fitting)
        if "category" not in entry:
            # Nobody has said yet what it is; the reading model has seen it on the way.
            misplaced = misplaced_edits(vocabulary, stack, preview.category)
            fitting = switched_off(stack, misplaced)
            if misplaced:
                preview = edits.edit(image, fitting) if fitting.active else None
    return preview, sorted(set(misplaced.values()))


def _edited(
    run_dir: Path,
    entry: dict[str, Any],
    edits: PhotoEdits,
    stack: EditStack,
    vocabulary: Vocabulary | None,
) -> dict[str, Any]:
    """What is written down of one photo: its picture and how it was made, or why there is none."""
    path = Path(entry["path"])
    try:
        preview, misplaced = _done_where_it_applies(entry, decode(path), edits, stack, vocabulary)
    except PhotoError as error:
        return {"reason": error.reason}
    except (EnvironmentProblem, MemoryError) as error:  # not enough memory for this one
        return {"reason": str(error) or "there is not enough memory for it"}
    changed = why_changed(path, entry["hash"])
    if changed:
        return {"reason": changed}
    if preview is None:
        return {"reason": " ".join(misplaced)}
    if not preview.changed_share:
        return {"reason": next(iter(preview.problems.values()), NOTHING_CHANGED)}
    picture = f"{entry['id']}.png"
    write_picture(run_dir / PICTURES / picture, preview.image, preview.stack)
    found = {"picture": picture, "stack": stack_to_json(preview.stack), "doubt": preview.doubt.score}
    return {**found, "problems": [*misplaced, *sorted(set(preview.problems.values()))]}


def _take_in(project: Project, run_dir: Path, entries: Sequence[dict[str, Any]]) -> BulkEdit:
    hashes = {item_id: digest for item_id, _, digest in project.places([entry["id"] for entry in entries])}
    current = [entry for entry in entries if hashes.get(entry["id"]) == entry["hash"]]
    failed = tuple((entry["id"], entry["reason"]) for entry in current if "reason" in entry)
    pictures = [
        EditedPicture(entry["id"], stack_from_json(entry["stack"]), run_dir / PICTURES / entry["picture"])
        for entry in current
        if "reason" not in entry
    ]
    # One that is not there any more was taken in by a call that was cut off before it could note that.
    there = [each for each in pictures if each.path.is_file()]
    added = project.save_edits(there).item_ids if there else ()
    saved = {each.parent_id for each in there}
    partly = tuple(
        (entry["id"], " ".join(entry["problems"]))
        for entry in current
        if entry.get("problems") and entry["id"] in saved
    )
    return BulkEdit(added, failed, partly, len(entries) - len(current), complete=True)

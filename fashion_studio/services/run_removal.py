"""Giving a project's training runs other names, and removing them so that they can be brought back.

A removed run is moved whole to `runs/.removed`, in the same folder tree, so that it goes and comes in one
step however large it is, and an end in the middle leaves it in one of the two places. It takes up its room
until `discard_removed_runs`.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from fashion_studio.domain.errors import Cancelled, EnvironmentProblem, ProjectError, UserError
from fashion_studio.jobs.background import find_jobs
from fashion_studio.jobs.specification import SPEC, replace_text
from fashion_studio.services.model_list import model_in_use
from fashion_studio.services.project_training import runs_dir
from fashion_studio.services.run_comparison import READINGS
from fashion_studio.services.run_list import TITLE, RunPhase, leave_queue, read_run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from fashion_studio.services.project import Project

__all__ = [
    "LONGEST_TITLE",
    "RemovedRun",
    "bring_back_run",
    "discard_removed_runs",
    "remove_run",
    "removed_runs",
    "rename_run",
]

LONGEST_TITLE: Final = 120
_REMOVED: Final = ".removed"


@dataclass(frozen=True, slots=True)
class RemovedRun:
    """A run that was removed.

    Attributes:
        run_dir: where it lay.
        place: where it lies now.
        at: when it was removed.
    """

    run_dir: Path
    place: Path
    title: str
    at: datetime


def rename_run(project: Project, run_dir: Path, title: str) -> str:
    """Gives a run another title; its folder and its model keep their names.

    Args:
        project: must be writable.
        run_dir: one of its runs.
        title: up to 120 characters; blank gives it back the title that it was made with.

    Returns:
        The title before.

    Raises:
        UserError: not one of its runs, or the title is too long.
        ProjectError: the project is open for reading only.
        EnvironmentProblem: it cannot be written; nothing changed.
    """
    _check(project, run_dir)
    wanted = " ".join(title.split())
    if len(wanted) > LONGEST_TITLE:
        msg = f"A title has at most {LONGEST_TITLE} characters; this one has {len(wanted)}."
        raise UserError(msg)
    before = read_run(run_dir).title
    try:
        if wanted:
            replace_text(run_dir / TITLE, wanted)
        else:
            (run_dir / TITLE).unlink(missing_ok=True)
    except OSError as error:
        raise EnvironmentProblem(
            f"The run cannot be renamed: {error.strerror or error}.", "Make room and try again."
        ) from error
    return before


def remove_run(project: Project, run_dir: Path, *, also_used: Sequence[Path] = ()) -> RemovedRun:
    """Takes a run with all that it made out of the project; `bring_back_run` takes it in again.

    Args:
        project: must be writable.
        run_dir: one of its runs; one that waits leaves the queue.
        also_used: models that something else is read with, such as that of the settings.

    Raises:
        UserError: it is going on, its model is in use or being asked, or it is none of the project's runs.
        ProjectError: the project is open for reading only.
        EnvironmentProblem: it cannot be moved; nothing changed.
    """
    _check(project, run_dir)
    entry = read_run(run_dir)
    if entry.phase.is_active:
        msg = f"“{entry.title}” is going on. Cancel it first, then remove it."
        raise UserError(msg)
    home = run_dir.resolve()
    used = [model_in_use(project), *also_used]
    if any(model is not None and model.resolve().is_relative_to(home) for model in used):
        msg = f"The model of “{entry.title}” is in use. Use another model first, then remove it."
        raise UserError(msg)
    if any(job.state().phase.is_active for job in find_jobs(run_dir / READINGS)):
        msg = f"The model of “{entry.title}” is reading photos for a comparison. Wait until it has."
        raise UserError(msg)
    if entry.phase is RunPhase.QUEUED:
        leave_queue(run_dir)
    now_us = time.time_ns() // 1000
    place = runs_dir(project) / _REMOVED / f"{now_us}" / run_dir.name
    try:
        place.parent.mkdir(parents=True)
        run_dir.rename(place)
    except OSError as error:
        raise EnvironmentProblem(
            f"The run cannot be removed: {error.strerror or error}.", "Close what has its files open."
        ) from error
    return RemovedRun(run_dir, place, entry.title, _moment(now_us))


def removed_runs(project: Project) -> list[RemovedRun]:
    """Runs that can be brought back, the one removed last first."""
    runs = runs_dir(project)
    found = []
    for place in (runs / _REMOVED).glob(f"*/*/{SPEC}"):
        moment = place.parent.parent.name
        if moment.isdigit():
            title = read_run(place.parent).title
            found.append(RemovedRun(runs / place.parent.name, place.parent, title, _moment(int(moment))))
    return sorted(found, key=lambda run: run.at, reverse=True)


def bring_back_run(project: Project, removed: RemovedRun | None = None) -> RemovedRun | None:
    """Takes a removed run in again, without one the run that was removed last; None where there is none.

    Raises:
        UserError: another run has its place meanwhile, or it was discarded.
        ProjectError: the project is open for reading only.
        EnvironmentProblem: it cannot be moved; nothing changed.
    """
    _check_writable(project)
    wanted = removed or next(iter(removed_runs(project)), None)
    if wanted is None:
        return None
    if wanted.run_dir.exists():
        msg = f"There is a run {wanted.run_dir.name} in this project again. Remove that one first."
        raise UserError(msg)
    if not (wanted.place / SPEC).is_file():
        msg = f"“{wanted.title}” was discarded and cannot be brought back."
        raise UserError(msg)
    try:
        wanted.place.rename(wanted.run_dir)
    except OSError as error:
        raise EnvironmentProblem(f"The run cannot be brought back: {error.strerror or error}.") from error
    shutil.rmtree(wanted.place.parent, ignore_errors=True)
    return wanted


def discard_removed_runs(project: Project, should_stop: Callable[[], bool] | None = None) -> int:
    """Deletes removed runs for good; returns how many.

    Raises:
        ProjectError: the project is open for reading only.
        EnvironmentProblem: some cannot be deleted; the others are.
        Cancelled: `should_stop` said so; what was deleted by then is.
    """
    _check_writable(project)
    found = removed_runs(project)
    left = []
    for removed in found:
        if should_stop is not None and should_stop():
            raise Cancelled
        shutil.rmtree(removed.place.parent, ignore_errors=True)
        if removed.place.exists():
            left.append(removed.title)
    if left:
        msg = f"{len(left)} of {len(found)} removed runs cannot be deleted, “{left[0]}” among them."
        raise EnvironmentProblem(msg, "Close what has their files open.")
    return len(found)


def _check(project: Project, run_dir: Path) -> None:
    _check_writable(project)
    if run_dir.resolve().parent != runs_dir(project).resolve():
        msg = f"{run_dir.name} is none of this project's runs."
        raise UserError(msg)


def _check_writable(project: Project) -> None:
    if project.read_only:
        msg = "This project is open for reading only, so its runs stay as they are."
        raise ProjectError(msg)


def _moment(since_epoch_us: int) -> datetime:
    """The same for the same count, which a sum of seconds in floating point is not."""
    return (datetime.fromtimestamp(0, UTC) + timedelta(microseconds=since_epoch_us)).astimezone()

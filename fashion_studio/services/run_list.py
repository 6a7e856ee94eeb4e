"""What a person can do with training runs: list, queue, go on, give up, take in one trained elsewhere."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.domain.errors import EnvironmentProblem, UserError
from fashion_studio.jobs.background import Job
from fashion_studio.jobs.specification import SPEC, STATE, JobSpec, replace_text
from fashion_studio.jobs.worker import JobPhase
from fashion_studio.learning.run_folder import RECIPE, read_frozen
from fashion_studio.services.training import KIND, start_training, training_jobs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "RunEntry",
    "RunPhase",
    "enqueue",
    "leave_queue",
    "list_runs",
    "log_tail",
    "read_recipe_text",
    "read_report",
    "read_run",
    "start_next",
    "take_in_run",
    "unreadable_reason",
]

QUEUED: Final = "queued"
TITLE: Final = "title"
REPORT: Final = "report.json"
BEST: Final = "checkpoints/best.json"
BUNDLE: Final = "bundle"
LOG: Final = "log.txt"
_LOG_BYTES: Final = 64 * 1024


class RunPhase(StrEnum):
    """Where a run stands, as a person sees it."""

    PREPARED = "prepared"
    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def is_active(self) -> bool:
        """Whether a process works on it."""
        return self in {RunPhase.STARTING, RunPhase.RUNNING, RunPhase.PAUSED}

    @property
    def can_go_on(self) -> bool:
        """Whether it can be started (again) from where it is."""
        return self in {RunPhase.PREPARED, RunPhase.CANCELLED, RunPhase.FAILED, RunPhase.INTERRUPTED}


_PHASES: Final = {
    JobPhase.WAITING: RunPhase.STARTING,
    JobPhase.RUNNING: RunPhase.RUNNING,
    JobPhase.PAUSED: RunPhase.PAUSED,
    JobPhase.DONE: RunPhase.FINISHED,
    JobPhase.CANCELLED: RunPhase.CANCELLED,
    JobPhase.FAILED: RunPhase.FAILED,
    JobPhase.INTERRUPTED: RunPhase.INTERRUPTED,
}


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A line of the list of runs.

    Attributes:
        created: when it was frozen.
        done, total: optimiser steps.
        text: what it does, or why it failed.
        figures: of the finished model, on its test photos (or validation, where it has none).
        best: the best epoch so far: `{"epoch", "monitor", "value"}`, empty before the first.
        bundle: the finished model's folder; None before.
        queued_at: seconds since 1970; 0 when it does not wait.
    """

    run_dir: Path
    title: str
    phase: RunPhase
    created: datetime
    parameters: Mapping[str, Any]
    done: int = 0
    total: int = 0
    text: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)
    best: Mapping[str, Any] = field(default_factory=dict)
    bundle: Path | None = None
    queued_at: float = 0.0

    @property
    def model_id(self) -> str:
        """The name of the model that it makes."""
        return str(self.parameters.get("model_id", ""))


def list_runs(runs_dir: Path) -> list[RunEntry]:
    """All trainings in a folder, the newest first; from a thread, it looks at many small files."""
    return [_entry(job) for job in reversed(training_jobs(runs_dir))]


def read_run(run_dir: Path) -> RunEntry:
    """One run as it stands.

    Raises:
        UserError: not a run folder.
    """
    return _entry(Job(run_dir))


def enqueue(run_dir: Path) -> None:
    """Lets a run wait until those before it have ended.

    Raises:
        EnvironmentProblem: the folder cannot be written.
    """
    try:
        replace_text(run_dir / QUEUED, f"{time.time():.3f}")
    except OSError as error:
        raise EnvironmentProblem(
            f"The run folder cannot be written: {error.strerror or error}.", "Make room and try again."
        ) from error


def leave_queue(run_dir: Path) -> None:
    """Takes a run out of the queue; it stays prepared."""
    (run_dir / QUEUED).unlink(missing_ok=True)


def start_next(runs_dir: Path) -> Path | None:
    """Starts the run that has waited longest, unless one is going on.

    Returns:
        The run that was started, None when there was nothing to do.

    Raises:
        EnvironmentProblem: its process cannot be started; it stays in the queue.
    """
    entries = list_runs(runs_dir)
    waiting = [entry for entry in entries if entry.phase is RunPhase.QUEUED]
    if not waiting or any(entry.phase.is_active for entry in entries):
        return None
    first = min(waiting, key=lambda entry: entry.queued_at)
    start_training(first.run_dir)
    leave_queue(first.run_dir)
    return first.run_dir


def take_in_run(folder: Path, runs_dir: Path) -> Path:
    """Copies a run folder that was trained elsewhere (or is to be trained on) into a project.

    Args:
        folder: the run; it stays as it is.
        runs_dir: the project's.

    Returns:
        The run's place in the project.

    Raises:
        UserError: not a training's folder, damaged, or here already; nothing is copied.
        EnvironmentProblem: the disk does not take it; nothing is left behind.
    """
    spec = JobSpec.read(folder)
    if spec.kind != KIND:
        msg = f"{folder.name} is a run of another kind (“{spec.kind}”). Choose a training's folder."
        raise UserError(msg)
    read_frozen(folder, spec.parameters)
    if folder.resolve().is_relative_to(runs_dir.resolve()):
        msg = f"{folder.name} is in this project already."
        raise UserError(msg)
    target = runs_dir / folder.name
    if (target / SPEC).exists():
        if JobSpec.read(target) == spec:
            msg = f"{folder.name} is in this project already."
            raise UserError(msg)
        target = runs_dir / f"{folder.name}-{int(time.time())}"
    partial = runs_dir / f".{target.name}.part"
    try:
        runs_dir.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(folder, partial)
        (partial / QUEUED).unlink(missing_ok=True)
        partial.rename(target)
    except (OSError, shutil.Error) as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise EnvironmentProblem(
            f"The run cannot be copied into the project: {error}.", "Make room and try again."
        ) from error
    return target


def read_report(run_dir: Path) -> dict[str, Any]:
    """The final evaluation (docs/training.md); empty before there is one or where it is damaged."""
    return _json(run_dir / REPORT)


def log_tail(run_dir: Path) -> str:
    """The end of the run's log, at most 64 KB."""
    try:
        with (run_dir / LOG).open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(max(0, size - _LOG_BYTES))
            return stream.read().decode("utf-8", "replace")
    except OSError:
        return ""


def read_recipe_text(run_dir: Path) -> str:
    """The recipe as it is used, TOML; empty where it is missing."""
    try:
        return (run_dir / RECIPE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def unreadable_reason(bundle: Path) -> str:
    """Why a model's folder cannot be used; empty when it looks whole. Weights are checked when loaded."""
    for name in ("bundle.json", "model.safetensors"):
        if not (bundle / name).is_file():
            return f"{bundle.name} has no {name}."
    return "" if _json(bundle / "bundle.json").get("model_id") else f"{bundle.name}/bundle.json is damaged."


def _entry(job: Job) -> RunEntry:
    run_dir, spec = job.run_dir, job.spec
    state = job.state()
    queued_at = _queued_at(run_dir)
    phase = _PHASES[state.phase]
    if not phase.is_active and queued_at:
        phase = RunPhase.QUEUED
    elif not (run_dir / STATE).exists():
        phase = RunPhase.PREPARED
    bundle = run_dir / BUNDLE
    report = read_report(run_dir) if phase is RunPhase.FINISHED else {}
    splits = report.get("splits", {})
    figures = (splits.get("test") or splits.get("val") or {}).get("figures", {})
    return RunEntry(
        run_dir=run_dir,
        title=_title(run_dir) or spec.title,
        phase=phase,
        created=datetime.fromisoformat(spec.created_utc).astimezone(),
        parameters=spec.parameters,
        done=state.done,
        total=state.total,
        text=state.text if (run_dir / STATE).exists() else "",
        figures=figures,
        best=_json(run_dir / BEST),
        bundle=bundle if not unreadable_reason(bundle) else None,
        queued_at=queued_at,
    )


def _title(run_dir: Path) -> str:
    """What a person called it; empty where nobody did."""
    try:
        return (run_dir / TITLE).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _queued_at(run_dir: Path) -> float:
    try:
        return float((run_dir / QUEUED).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0.0


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}

"""A probe of a folder in a run folder of the person's own, watched from a command until it has ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from fashion_studio.domain.errors import UserError
from fashion_studio.jobs.background import Job, start_job
from fashion_studio.jobs.specification import SPEC, JobSpec
from fashion_studio.probing.records import ProbeSpec, from_plain
from fashion_studio.services.probing.freezing import freeze_probe
from fashion_studio.services.probing.run_files import KIND

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from fashion_studio.jobs.worker import JobState
    from fashion_studio.probing.records import ProbePhoto

__all__ = ["follow_probe", "start_or_continue"]

_LOOK_S: Final = 0.2


def start_or_continue(out: Path, spec: ProbeSpec, photos: Sequence[ProbePhoto]) -> Job:
    """Starts a probe in a folder, or goes on with the one that lies there, if it asks the same.

    That one goes on with the photos that it was frozen with.

    Raises:
        UserError: the folder holds another run, or there is nothing to probe.
        EnvironmentProblem: it cannot be written, or the process not be started.
    """
    if not (out / SPEC).exists():
        return start_job(freeze_probe(out, spec, photos), out)
    there = JobSpec.read(out)
    if there.kind != KIND or from_plain(there.parameters["probe"], ProbeSpec) != spec:
        msg = f"{out} holds a run that asks something else. Choose another folder, or remove it."
        raise UserError(msg)
    job = Job(out)
    job.restart()
    return job


def follow_probe(job: Job, on_progress: Callable[[JobState], None]) -> JobState:
    """Waits until it has ended; `on_progress` is called a few times a second. Returns its last state."""
    while (state := job.state()).phase.is_active:
        on_progress(state)
        time.sleep(_LOOK_S)
    return state

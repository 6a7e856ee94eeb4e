"""What background jobs on photos share: the frozen list of photos, and what was done of them so far.

A job never opens the project. It reads the list (id, path, content hash) from its run folder and writes a
line per photo into `results.jsonl` there; a torn last line belongs to a photo that is done again.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from fashion_studio.domain.errors import EnvironmentProblem, PhotoError, UserError
from fashion_studio.imaging.decode import content_hash
from fashion_studio.jobs.events import append_lines, whole_lines
from fashion_studio.jobs.specification import replace_text
from fashion_studio.jobs.worker import JobPhase

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.jobs.background import Job
    from fashion_studio.services.project import Project

__all__ = ["Results", "freeze_photos", "frozen_photos", "is_open", "why_changed"]

SNAPSHOT: Final = "snapshot.jsonl"
RESULTS: Final = "results.jsonl"
TAKEN: Final = "taken.json"


def freeze_photos(
    project: Project,
    ids: Sequence[int] | NDArray[np.int64] | None,
    kind: str,
    notes: Mapping[int, Mapping[str, Any]] | None = None,
) -> tuple[Path, int]:
    """Makes a run folder with the list of these photos (None: all); returns it and how many they are.

    `notes` are by photo what the job needs to know of it beside its id, path and hash.

    Raises:
        UserError: there is no photo.
        EnvironmentProblem: the folder cannot be written.
    """
    wanted = project.ids() if ids is None else ids
    if not len(wanted):
        msg = "There is no photo to work on. Add photos or change the filter."
        raise UserError(msg)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    run_dir = project.folder / "runs" / f"{stamp}-{kind}-{uuid4().hex[:6]}"
    count = 0
    try:
        run_dir.mkdir(parents=True)
        with (run_dir / SNAPSHOT).open("w", encoding="ascii") as stream:
            for item_id, path, digest in project.places(wanted):
                more = {} if notes is None else notes.get(item_id, {})
                stream.write(json.dumps({"id": item_id, "path": str(path), "hash": digest, **more}) + "\n")
                count += 1
    except OSError as error:
        raise EnvironmentProblem(
            f"The run folder cannot be written: {error.strerror or error}.", "Make room and try again."
        ) from error
    return run_dir, count


def frozen_photos(run_dir: Path) -> list[dict[str, Any]]:
    """The list of `freeze_photos`: id, path, hash, and what was noted."""
    return [json.loads(line) for line in whole_lines(run_dir / SNAPSHOT)[0]]


def why_changed(path: Path, digest: str) -> str:
    """Why a photo is not the one that was frozen; empty where it is."""
    try:
        same = content_hash(path) == digest
    except PhotoError as error:
        return error.reason
    return "" if same else "it has changed since the project was scanned"


class Results:
    """The lines that a job has written, and how many of them are in the project already."""

    def __init__(self, run_dir: Path) -> None:
        """Of this run folder."""
        self._lines = run_dir / RESULTS
        self._taken = run_dir / TAKEN

    def add(self, entry: dict[str, Any]) -> None:
        """Writes one line.

        Raises:
            OSError: the disk does not take it.
        """
        append_lines(self._lines, [json.dumps(entry)])

    def done(self) -> set[int]:
        """Ids of the photos that need not be done again."""
        return {entry["id"] for entry in _entries(whole_lines(self._lines)[0])}

    def new(self, at_once: int) -> Iterator[list[dict[str, Any]]]:
        """What is not in the project yet, in parts; a part counts as taken in when the next is asked for.

        Raises:
            OSError: it cannot be noted what was taken in.
        """
        offset = self._offset()
        lines, _ = whole_lines(self._lines, offset)
        for start in range(0, len(lines), at_once):
            part = lines[start : start + at_once]
            yield _entries(part)
            offset += sum(len(line.encode("utf-8")) + 1 for line in part)
            replace_text(self._taken, json.dumps({"offset": offset}))

    @property
    def all_taken(self) -> bool:
        """Whether nothing but a torn line is left to take in."""
        offset = self._offset()
        return whole_lines(self._lines, offset)[1] <= offset

    def _offset(self) -> int:
        try:
            return int(json.loads(self._taken.read_text(encoding="ascii"))["offset"])
        except (OSError, ValueError, KeyError):
            return 0


def is_open(job: Job) -> bool:
    """Whether something is still to come of a job: it goes on, waits for a person, or has results left."""
    phase = job.state().phase
    return phase.is_active or phase is JobPhase.INTERRUPTED or not Results(job.run_dir).all_taken


def _entries(lines: Sequence[str]) -> list[dict[str, Any]]:
    entries = []
    for line in lines:
        try:
            entries.append(json.loads(line))
        except ValueError:  # torn by a crash; the photo was done again by the next run
            continue
    return entries

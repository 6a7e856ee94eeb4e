"""The run folder of a probe, read while it is written; its layout is in docs/probing.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fashion_studio.domain.errors import UserError
from fashion_studio.jobs.events import whole_lines
from fashion_studio.jobs.specification import JobSpec
from fashion_studio.probing.records import (
    ConflictResult,
    ConflictSource,
    Cue,
    PhotoResult,
    ProbePhoto,
    ProbeSpec,
    Skipped,
    SubjectNote,
    from_plain,
)
from fashion_studio.probing.scores import (
    SubjectScores,
    background_flips,
    bias_score,
    cued,
    surest_first,
    variant_scores,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = [
    "CAMS",
    "CONFLICT",
    "KIND",
    "PHOTOS",
    "PICTURES",
    "REPORT",
    "RESULTS",
    "SCORES",
    "ProbeRun",
    "score_subjects",
]

KIND: Final = "probe"
PHOTOS: Final = "photos.jsonl"
RESULTS: Final = "results.jsonl"
SCORES: Final = "scores.json"
PICTURES: Final = "pictures"
CAMS: Final = "cams"
CONFLICT: Final = "conflict"
REPORT: Final = "report"


class ProbeRun:
    """A probe's run folder. Any number of these may look at the same folder.

    Attributes:
        spec: what was asked.
        photos: by key, in the order of the list.
        subjects: by index, once known.
        results: by key, in the order they came.
        conflicts: by file, in the order they came.
        skipped: photos and pictures that were left out.
        notes: sentences about the probe as a whole.
    """

    def __init__(self, run_dir: Path) -> None:
        """Reads what is there.

        Raises:
            UserError: it is not the run folder of a probe.
        """
        self.run_dir = run_dir
        job = JobSpec.read(run_dir)
        if job.kind != KIND:
            msg = f"{run_dir.name} is no probe."
            raise UserError(msg)
        self.spec = from_plain(job.parameters.get("probe"), ProbeSpec)
        listed = [from_plain(json.loads(line), ProbePhoto) for line in whole_lines(run_dir / PHOTOS)[0]]
        self.photos: dict[str, ProbePhoto] = {photo.key: photo for photo in listed}
        self.subjects: dict[int, SubjectNote] = {}
        self.results: dict[str, PhotoResult] = {}
        self.conflicts: dict[str, ConflictResult] = {}
        self.skipped: list[Skipped] = []
        self.notes: list[str] = []
        self._offset = 0
        self.refresh()

    def refresh(self) -> bool:
        """Reads on from where it was; whether anything is new."""
        lines, self._offset = whole_lines(self.run_dir / RESULTS, self._offset)
        for line in lines:
            try:
                entry = json.loads(line)
            except ValueError:  # torn by a crash; it was done again by the next run
                continue
            self._take(entry)
        return bool(lines)

    @property
    def done(self) -> int:
        """Photos and pictures that need no more work."""
        return len(self.results) + len(self.conflicts) + len(self.skipped)

    def picture(self, key: str, name: str) -> Path:
        """The file of a variant or background of a photo."""
        return self.run_dir / PICTURES / key / f"{name}.jpg"

    def conflict_picture(self, file: str) -> Path:
        """The file of a picture with two cues."""
        conflict = self.spec.conflict
        if conflict is not None and conflict.source is ConflictSource.FOLDER:
            return Path(conflict.folder) / file
        return self.run_dir / CONFLICT / file

    def cams(self, key: str, subject: int) -> dict[str, NDArray[np.uint8]]:
        """Attribute to (variants, h, w) uint8, in the order of the photo's variants; may be empty."""
        try:
            with np.load(self.run_dir / CAMS / f"{key}-{subject}.npz", allow_pickle=False) as planes:
                return {name: np.asarray(planes[name], np.uint8) for name in planes.files}
        except (OSError, ValueError):
            return {}

    def drill_down(
        self, subject: int, shape: str | None = None, cue: Cue | None = None
    ) -> list[ConflictResult]:
        """Pictures of a shape class that a subject decided by a cue, surest first; None means any."""
        return surest_first(self.conflicts.values(), subject, shape, cue)

    def scores(self) -> list[SubjectScores]:
        """All scores of what is there so far, per subject in the specification's order."""
        return score_subjects(self, list(self.results.values()), list(self.conflicts.values()))

    def _take(self, entry: Mapping[str, Any]) -> None:
        for name, data in entry.items():
            if name == "subject":
                note = from_plain(data, SubjectNote)
                self.subjects[note.index] = note
            elif name == "photo":
                photo = from_plain(data, PhotoResult)
                self.results[photo.key] = photo
            elif name == "conflict":
                conflict = from_plain(data, ConflictResult)
                self.conflicts[conflict.file] = conflict
            elif name == "skipped":
                self.skipped.append(from_plain(data, Skipped))
            elif name == "note":
                self.notes.append(str(data))


def score_subjects(
    run: ProbeRun, results: Sequence[PhotoResult], conflicts: Sequence[ConflictResult]
) -> list[SubjectScores]:
    """All scores on some of a run's results, per subject in the specification's order."""
    found = []
    for index, subject in enumerate(run.spec.subjects):
        decisions = cued(conflicts, index)
        note = run.subjects.get(index)
        found.append(
            SubjectScores(
                subject.name,
                bias_score(decisions, seed=run.spec.seed) if decisions else None,
                variant_scores(run.photos, results, index, known=None if note is None else note.attributes),
                background_flips(results, index),
            )
        )
    return found

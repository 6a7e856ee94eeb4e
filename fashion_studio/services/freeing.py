"""Room on the disk that only undo still needs: edited pictures whose saving was undone, and removed runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from fashion_studio.services.run_removal import discard_removed_runs, removed_runs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from fashion_studio.services.project import Project

__all__ = ["Freed", "Keepsake", "free", "held", "size_words"]

_STEPS: Final = ((1e9, "GB"), (1e6, "MB"), (1e3, "KB"))


class Keepsake(StrEnum):
    """What is kept so that it can be brought back."""

    EDITS = "edits"
    RUNS = "runs"


@dataclass(frozen=True, slots=True)
class Freed:
    """Pictures or runs, and the bytes that they take (or took) on the disk."""

    count: int
    size_bytes: int


def held(project: Project, kind: Keepsake) -> Freed:
    """How much there is to be deleted. For a thread: it looks at every file."""
    if kind is Keepsake.EDITS:
        files = project.undone_edit_files()
        return Freed(len(files), _size(files))
    places = [removed.place for removed in removed_runs(project)]
    return Freed(len(places), _size(path for place in places for path in place.rglob("*")))


def free(project: Project, kind: Keepsake, should_stop: Callable[[], bool] | None = None) -> Freed:
    """Deletes it for good: redo, or bringing a run back, finds nothing any more.

    Raises:
        ProjectError: the project is open for reading only.
        EnvironmentProblem: some cannot be deleted; the others are.
        Cancelled: `should_stop` said so; what was deleted by then is.
    """
    before = held(project, kind)
    discard = project.discard_undone_edits if kind is Keepsake.EDITS else _discard_runs(project)
    count = discard(should_stop)
    return Freed(count, before.size_bytes - held(project, kind).size_bytes)


def size_words(size_bytes: int) -> str:
    """For a person: "12.4 MB"."""
    for step, unit in _STEPS:
        if size_bytes >= step:
            return f"{size_bytes / step:.1f} {unit}"
    return f"{size_bytes} bytes"


def _discard_runs(project: Project) -> Callable[[Callable[[], bool] | None], int]:
    return lambda should_stop: discard_removed_runs(project, should_stop)


def _size(paths: Iterable[Path]) -> int:
    total = 0
    for path in paths:
        try:
            total += path.lstat().st_size if path.is_file() else 0
        except OSError:  # it went in the meantime
            continue
    return total

"""The error tree. Everything the program raises on purpose descends from `StudioError`.

StudioError
├── Cancelled             the person asked for it; never shown
├── UserError             what was asked cannot be done; the sentence says what to do
│   ├── PhotoError        one file cannot be read; carries the file and the reason
│   ├── LabelError        a label does not fit the vocabulary
│   ├── VocabularyError   a vocabulary file is wrong
│   ├── CheckpointError   a weights bundle is refused
│   ├── ProjectError      a project folder cannot be opened or made
│   │   └── ProjectBusy   another process writes it
│   └── ConflictError     something changed underneath; nothing was written
├── EnvironmentProblem    disk full, no device, missing package; carries a remedy
│   └── NotSaved          an edit is kept in memory because it cannot be written; carries the changes
└── BugError              ours; goes to the crash report
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from fashion_studio.domain.queries import Changes

__all__ = [
    "BugError",
    "Cancelled",
    "CheckpointError",
    "ConflictError",
    "EnvironmentProblem",
    "LabelError",
    "NotSaved",
    "PhotoError",
    "ProjectBusy",
    "ProjectError",
    "StudioError",
    "UserError",
    "VocabularyError",
]


class StudioError(Exception):
    """Root of the tree. `str(error)` is one sentence for a person."""


class Cancelled(StudioError):  # noqa: N818 - not an error to the person
    """The work was cancelled on request."""


class UserError(StudioError):
    """What was asked for cannot be done; the message says why and what to do."""


class PhotoError(UserError):
    """One file cannot be used as a photo.

    Attributes:
        path: the file.
        reason: why, in a few words, without the path ("file ends too early").
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path.name}: {reason}")
        self.path = path
        self.reason = reason

    def __reduce__(self) -> tuple[type[PhotoError], tuple[Path, str]]:
        """Pickle by the two arguments, so that the error crosses process borders."""
        return (PhotoError, (self.path, self.reason))


class LabelError(UserError):
    """A label names an attribute, value or landmark that the vocabulary does not have."""


class VocabularyError(UserError):
    """A vocabulary file cannot be used."""


class CheckpointError(UserError):
    """A weights bundle is damaged, unsafe, or of another architecture or vocabulary."""


class ProjectError(UserError):
    """A project folder cannot be opened, made or written."""


class ProjectBusy(ProjectError):  # noqa: N818 - reads as a state
    """Another process holds the project open for writing."""


class ConflictError(UserError):
    """A row is no longer what the operation to be reverted left behind; nothing was written."""


class EnvironmentProblem(StudioError):  # noqa: N818 - the surroundings, not the program
    """The machine is not able to do it (disk, memory, device, missing package or weights).

    Attributes:
        remedy: one sentence that says what helps; may be empty.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.remedy = remedy


class NotSaved(EnvironmentProblem):
    """An edit is done as far as this process is concerned and kept in memory until it can be written.

    Attributes:
        changes: what the edit changed, so that the panes can show it all the same.
    """

    def __init__(self, message: str, changes: Changes) -> None:
        super().__init__(message, "")
        self.changes = changes


class BugError(StudioError):
    """The program broke one of its own promises."""

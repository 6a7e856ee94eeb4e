"""What an export was asked for, and what it reports: files, counts, and what the format could not carry."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

__all__ = ["LOSS_TITLES", "ExportFormat", "ExportOptions", "ExportReport", "Loss", "LossCounter"]

LOSS_TITLES: Final = {
    "unknown": "answers “unknown” are left out and look like “not set”",
    "not_applicable": "answers “does not apply” are left out and look like “not set”",
    "absent": "landmarks marked absent look like landmarks not set",
    "no_category": "photos without a category are in the category “garment”",
    "box_from_landmarks": "boxes are drawn around the landmarks, because there is no box",
    "box_whole_photo": "boxes are the whole photo, because there is neither box nor landmarks",
    "derived": "answers that follow from the category alone are not written out",
    "foreign": "answers and landmarks are left out, because the vocabulary does not have them",
    "boxes": "garment boxes are left out",
    "status": "statuses are left out",
    "rejected": "photos marked rejected are among those exported",
    "flags": "flags are left out",
    "notes": "notes are left out",
    "other_paths": "photos lie in several places; only the first is named",
    "missing": "photos are not where they were when last scanned",
    "unreadable": "photos that cannot be read are left out",
    "unportable_name": "file names are not proper text; the part that is not is replaced",
    "proposals": "photos have proposals of a model, left out because only human labels were asked for",
    "probabilities": "photos have more from the model than its proposals: other values' probabilities, "
    "measured colours",
    "history": "photos have a history of who changed what and when; it stays in the project",
    "older_files": "files of an earlier export still lie beside this one",
    "edited": "photos made by edits are left out",
}


class ExportFormat(StrEnum):
    """What can be written."""

    COCO = "coco"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How to export.

    Attributes:
        include_proposals: where the person has said nothing, the model's proposal, marked as such.
        include_derived: whether photos made by edits are among those exported; each names its photo.
        title: what the data set is called inside the files.
        created: written into the files; None means now.
        on_progress: called with the number of photos written so far.
        should_stop: asked before each photo; true removes everything written so far.
    """

    include_proposals: bool = False
    include_derived: bool = False
    title: str = "Fashion Studio"
    created: datetime | None = None
    on_progress: Callable[[int], None] = field(default=lambda _done: None, repr=False)
    should_stop: Callable[[], bool] = field(default=lambda: False, repr=False)


@dataclass(frozen=True, slots=True)
class Loss:
    """Something the format does not carry, and how often it occurred."""

    code: str
    count: int

    @property
    def sentence(self) -> str:
        """For a person: "14 notes are left out"."""
        return f"{self.count:,} {LOSS_TITLES[self.code]}"


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export did.

    Attributes:
        files: what was written, in order.
        photos: photos in the files.
        labelled: photos in the files that carry at least one label.
        losses: what the format could not carry, in a fixed order, each at least once.
    """

    format: str
    files: tuple[Path, ...]
    photos: int
    labelled: int
    include_proposals: bool
    losses: tuple[Loss, ...]

    def with_loss(self, loss: Loss) -> ExportReport:
        """With one more loss, of a kind that comes after all others."""
        return replace(self, losses=(*self.losses, loss))

    def sentences(self) -> Sequence[str]:
        """One line for each loss."""
        return [loss.sentence for loss in self.losses]

    def to_dict(self) -> dict[str, Any]:
        """For machines."""
        return {
            "format": self.format,
            "files": [str(path) for path in self.files],
            "photos": self.photos,
            "labelled": self.labelled,
            "include_proposals": self.include_proposals,
            "losses": [
                {"code": loss.code, "count": loss.count, "message": loss.sentence} for loss in self.losses
            ],
        }


class LossCounter:
    """Counts what gets lost."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, code: str, count: int = 1) -> None:
        """Counts one or more losses of a kind listed in `LOSS_TITLES`."""
        self._counts[code] += count

    def losses(self) -> tuple[Loss, ...]:
        """What occurred, in the order of `LOSS_TITLES`."""
        return tuple(Loss(code, self._counts[code]) for code in LOSS_TITLES if self._counts[code])

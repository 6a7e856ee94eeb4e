"""Foreign layouts that data sets can be written in, and the list files they are made of."""

from __future__ import annotations

import shutil
from enum import StrEnum
from typing import TYPE_CHECKING

from fashion_studio.domain.labels import Split

if TYPE_CHECKING:
    from pathlib import Path

    from fashion_studio.exchange.atomic import AtomicFiles

__all__ = ["ListFile", "SetLayout", "part_name"]


class SetLayout(StrEnum):
    """What can be written."""

    DEEPFASHION = "deepfashion"
    FINE26 = "fine26"
    FASHION_HOW = "fashion-how"


def part_name(split: Split | None) -> str:
    """The word of all these layouts for a split; a photo in none is for training."""
    return {Split.VALIDATION: "val", Split.TEST: "test"}.get(split or Split.TRAIN, "train")


class ListFile:
    """A text file whose first line is known only at the end: rows are spooled, then copied below it."""

    def __init__(self, files: AtomicFiles, target: Path) -> None:
        self._files, self._target = files, target
        self._rows = files.spool(target.parent)
        self.count = 0

    def add(self, row: str) -> None:
        """One row, without its end."""
        self._rows.write(f"{row}\n")
        self.count += 1

    def finish(self, *heads: str) -> None:
        """Writes the file: these lines, then the rows."""
        stream = self._files.open(self._target)
        for line in heads:
            stream.write(f"{line}\n")
        self._rows.seek(0)
        shutil.copyfileobj(self._rows, stream)

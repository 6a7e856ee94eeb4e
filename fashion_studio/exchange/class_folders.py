"""A folder per class, as many image classification sets come: `shirt/1.jpg`, or `train/shirt/1.jpg`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fashion_studio.domain.errors import UserError
from fashion_studio.exchange.deepfashion_names import vocabulary_data
from fashion_studio.exchange.incoming import (
    ForeignAttribute,
    IncomingLabel,
    IncomingRecord,
    safe_file_name,
    split_of,
)
from fashion_studio.imaging.decode import PHOTO_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fashion_studio.domain.labels import Split
    from fashion_studio.exchange.incoming import IncomingReport

__all__ = ["ClassFolders"]


class ClassFolders:
    """Photos below folders that are called like their class; further folders below belong to the class."""

    names = "folders"

    def __init__(self, folder: Path, report: IncomingReport, *, attribute: str) -> None:
        """Lists the folders.

        Args:
            folder: the one above the classes, or above train, val and test.
            report: told of what cannot be taken.
            attribute: what the folders' names are values of.

        Raises:
            UserError: it is not a folder, or has no folders in it.
        """
        self._report, self._attribute = report, attribute
        self._folder = self.photo_root = folder
        self.total: int | None = None
        tops = _folders(folder)
        parts = [(name, split_of(name)) for name in tops]
        if tops and all(split is not None for _, split in parts):
            self._classes: list[tuple[str, str, Split | None]] = [
                (f"{part}/{name}", name, split) for part, split in parts for name in _folders(folder / part)
            ]
        else:
            self._classes = [(name, name, None) for name in tops]
        if not self._classes:
            msg = f"{folder.name} has no folder for each class. Choose the folder above the classes."
            raise UserError(msg)

    @property
    def title(self) -> str:
        """What the journal names."""
        return f"the folders of {self._folder.name}"

    def vocabulary_data(self) -> dict[str, Any]:
        """One attribute; its values are the folders' names in alphabetical order."""
        values = tuple(sorted({name for _, name, _ in self._classes}))
        attribute = ForeignAttribute(self._attribute, self._attribute.capitalize(), values)
        return vocabulary_data("folders", self._folder.name, [attribute], landmarks=False)

    def records(self) -> Iterator[IncomingRecord]:
        """Photos folder by folder, in order of their names."""
        for place, name, split in self._classes:
            label = {self._attribute: IncomingLabel((name,))}
            for folder, inner, files in os.walk(self._folder / place):
                self._report.check_stop()
                inner[:] = sorted(each for each in inner if not each.startswith("."))
                for file in sorted(files):
                    path = Path(folder) / file
                    if file.startswith(".") or path.suffix.lower() not in PHOTO_SUFFIXES:
                        continue
                    relative = safe_file_name(path.relative_to(self._folder).as_posix())
                    if relative is None:
                        self._report.add("outside", file)
                    else:
                        yield IncomingRecord(relative, label, split=split)


def _folders(folder: Path) -> list[str]:
    try:
        return sorted(
            entry.name for entry in os.scandir(folder) if entry.is_dir() and not entry.name.startswith(".")
        )
    except OSError as error:
        msg = f"The folder {folder.name} cannot be read: {error.strerror or error}."
        raise UserError(msg) from error

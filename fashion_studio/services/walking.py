"""Walking through folders of photos: hidden files left out, loops of links cut, in order of names."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["FoundFile", "Walk"]

_OTHER_PICTURES: Final = frozenset(
    {".arw", ".cr2", ".cr3", ".dng", ".eps", ".heic", ".heif", ".ico", ".jp2", ".jxl", ".nef", ".orf", ".psd"}
    | {".raf", ".rw2", ".svg", ".tga"}
)
"""Pictures that are not read here: tried all the same, so that they are listed with a reason."""

_OWN_SUFFIX: Final = ".fstudio"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that may be a photo; `relative_path` with forward slashes."""

    relative_path: str
    size_bytes: int
    mtime_ns: int


class Walk:
    """One pass through a root.

    Attributes:
        unreadable: folders that could not be looked into, relative; what is in them is neither there nor
        gone.
    """

    def __init__(self, root: Path, suffixes: frozenset[str], should_stop: Callable[[], bool]) -> None:
        """Looks at nothing yet.

        Args:
            root: the folder.
            suffixes: lower-case suffixes of photos.
            should_stop: asked at every folder.
        """
        self._root = root
        self._suffixes = suffixes | _OTHER_PICTURES
        self._should_stop = should_stop
        self.unreadable: list[str] = []

    def files(self) -> Iterator[FoundFile]:
        """Files in order of their names, a folder's own before those of its sub-folders."""
        waiting = [""]
        seen: set[tuple[int, int]] = set()
        while waiting and not self._should_stop():
            folder = waiting.pop()
            place = self._root / folder
            try:
                info = place.stat()
                entries = sorted(os.scandir(place), key=lambda entry: entry.name)
            except OSError:
                self.unreadable.append(folder)
                continue
            if (info.st_dev, info.st_ino) in seen:  # a link back up, or a second way to the same folder
                continue
            seen.add((info.st_dev, info.st_ino))
            folders = []
            for entry in entries:
                if entry.name.startswith("."):  # hidden, and macOS's ._ files
                    continue
                relative = f"{folder}/{entry.name}" if folder else entry.name
                if _is_folder(entry):
                    if not entry.name.endswith(_OWN_SUFFIX):
                        folders.append(relative)
                elif Path(entry.name).suffix.lower() in self._suffixes:
                    found = _found(entry, relative)
                    if found is not None:
                        yield found
            waiting.extend(reversed(folders))

    def covers(self, relative_path: str) -> bool:
        """Whether the walk could have seen a file at this place."""
        return not any(folder == "" or relative_path.startswith(folder + "/") for folder in self.unreadable)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to a place that cannot be asked
        return False


def _found(entry: os.DirEntry[str], relative: str) -> FoundFile | None:
    try:
        info = entry.stat()
    except OSError:  # a link that leads nowhere, or gone since the folder was listed
        return None
    if not stat.S_ISREG(info.st_mode):
        return None
    return FoundFile(relative, info.st_size, info.st_mtime_ns)

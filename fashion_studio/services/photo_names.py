"""Which photo of a project a name in somebody's file means. Never guessed: two possible photos are none."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from fashion_studio.services.exporting import root_names

if TYPE_CHECKING:
    from pathlib import Path

    from fashion_studio.services.project import Project

__all__ = ["PhotoNames"]


class PhotoNames:
    """Finds photos by name; the paths of all files are kept in memory."""

    def __init__(self, project: Project, photo_root: Path) -> None:
        """Reads the names of all files.

        Args:
            project: the project.
            photo_root: folder that the foreign names start from.
        """
        names = root_names([root.folder for root in project.roots])
        self._ids: dict[Path, dict[str, int]] = {folder: {} for folder in names}
        for folder, path, item_id in project.file_names():
            self._ids[folder][_plain(path)] = item_id
        self._start = _plain(photo_root.absolute().as_posix())
        self._places = {folder: f"{_plain(folder.as_posix())}/" for folder in names}
        self._prefixes = {folder: f"{_plain(name)}/" for folder, name in names.items() if len(names) > 1}
        self._ends: dict[str, list[tuple[str, int]]] | None = None

    def find(self, name: str) -> int | None:
        """The photo of this name; None if there is none, or more than one.

        In this order: the same place on the disk; the path below one of the project's folders, with the name
        of the folder before it where there are several (as in our exports) or without; the only photo whose
        path ends with the name.
        """
        key = _plain(name)
        for whole, starts in ((f"{self._start}/{key}", self._places), (key, self._prefixes)):
            for folder, start in starts.items():
                item_id = (
                    self._ids[folder].get(whole.removeprefix(start)) if whole.startswith(start) else None
                )
                if item_id is not None:
                    return item_id
        same = {files[key] for files in self._ids.values() if key in files}
        found = same or {item_id for path, item_id in self._ending(key) if path.endswith(f"/{key}")}
        return found.pop() if len(found) == 1 else None

    def _ending(self, key: str) -> list[tuple[str, int]]:
        """(path, photo) of the files with the name's last part."""
        if self._ends is None:
            self._ends = {}
            for files in self._ids.values():
                for path, item_id in files.items():
                    self._ends.setdefault(PurePosixPath(path).name, []).append((path, item_id))
        return self._ends.get(PurePosixPath(key).name, [])


def _plain(name: str) -> str:
    """One spelling of letters with marks: macOS writes them in two parts."""
    return unicodedata.normalize("NFC", name)

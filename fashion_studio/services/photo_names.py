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

_SEVERAL = -1


class PhotoNames:
    """Finds photos by name: about 100 bytes a file in memory."""

    def __init__(self, project: Project, photo_root: Path) -> None:
        """Reads the names of all files.

        Args:
            project: the project.
            photo_root: folder that the foreign names start from.
        """
        self._ids: dict[str, int] = {}
        self._ends: dict[str, list[str]] | None = None
        names = root_names([root.folder for root in project.roots])
        for folder, path, item_id in project.file_names():
            self._add(path, item_id)
            if len(names) > 1:
                self._add(f"{names[folder]}/{path}", item_id)
        self._start = unicodedata.normalize("NFC", photo_root.absolute().as_posix())
        self._folders = [unicodedata.normalize("NFC", folder.as_posix()) for folder in names]

    def find(self, name: str) -> int | None:
        """The photo of this name; None if there is none, or more than one.

        In this order: the path below one of the project's folders; the same place on the disk; the only photo
        whose path ends with the name.
        """
        key = unicodedata.normalize("NFC", name)
        if key in self._ids:
            return self._one(self._ids[key])
        place = f"{self._start}/{key}"
        for folder in self._folders:
            candidate = place.removeprefix(f"{folder}/")
            if candidate != place and candidate in self._ids:
                return self._one(self._ids[candidate])
        return self._by_end(key)

    def _by_end(self, key: str) -> int | None:
        if self._ends is None:
            self._ends = {}
            for path in self._ids:
                self._ends.setdefault(PurePosixPath(path).name, []).append(path)
        found = {
            self._ids[path]
            for path in self._ends.get(PurePosixPath(key).name, ())
            if path.endswith(f"/{key}")
        }
        return self._one(found.pop()) if len(found) == 1 else None

    def _add(self, path: str, item_id: int) -> None:
        key = unicodedata.normalize("NFC", path)
        if self._ids.setdefault(key, item_id) != item_id:
            self._ids[key] = _SEVERAL

    @staticmethod
    def _one(item_id: int) -> int | None:
        return None if item_id == _SEVERAL else item_id

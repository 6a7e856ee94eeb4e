"""The projects that were open lately, with what the welcome screen shows of them without opening them."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import platformdirs

from fashion_studio.domain.labels import Status
from fashion_studio.services.thumbnails import thumbnails_of

if TYPE_CHECKING:
    from fashion_studio.services.project import Project

__all__ = ["RecentProject", "forget", "recent_file", "recent_projects", "remember"]

_KEPT: Final = 24
_COVERS: Final = 4


@dataclass(frozen=True, slots=True)
class RecentProject:
    """One card of the welcome screen.

    Attributes:
        folder: NAME.fstudio.
        photos_from: first declared folder of photos, None without one.
        opened_at: when it was last open, UTC.
        photos: how many there are.
        done: how many of them are done or reviewed.
        covers: up to four thumbnails (JPEG files; may be gone).
    """

    folder: Path
    title: str
    photos_from: Path | None
    opened_at: datetime
    photos: int
    done: int
    covers: tuple[Path, ...] = ()

    @property
    def exists(self) -> bool:
        """Whether the project folder is still there."""
        return self.folder.is_dir()


def recent_file() -> Path:
    """The file that holds the list."""
    return Path(platformdirs.user_data_dir("fashion-studio", appauthor=False)) / "recent.json"


def recent_projects(path: Path | None = None) -> list[RecentProject]:
    """The list, newest first; one damaged entry costs no other, a damaged file gives an empty list."""
    try:
        entries = json.loads((path or recent_file()).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    found = []
    for entry in entries if isinstance(entries, list) else []:
        with contextlib.suppress(KeyError, TypeError, ValueError):  # written by another version, or by hand
            found.append(_from_plain(entry))
    return found


def remember(project: Project, path: Path | None = None) -> RecentProject:
    """Puts a project at the top of the list with its counts now; to be called at opening and at closing.

    A list that cannot be written is not worth a message: the project itself is safe.
    """
    statuses = project.facets().statuses
    roots = project.roots
    entry = RecentProject(
        folder=project.folder,
        title=project.title,
        photos_from=roots[0].folder if roots else None,
        opened_at=datetime.now(UTC),
        photos=project.count,
        done=statuses[Status.DONE] + statuses[Status.REVIEWED],
        covers=_covers(project),
    )
    others = [other for other in recent_projects(path) if other.folder != entry.folder]
    _write(path or recent_file(), [entry, *others][:_KEPT])
    return entry


def forget(folder: Path, path: Path | None = None) -> None:
    """Takes a project off the list; the project itself stays."""
    _write(path or recent_file(), [other for other in recent_projects(path) if other.folder != folder])


def _covers(project: Project) -> tuple[Path, ...]:
    covers: list[Path] = []
    for item_id in project.ids()[: 2 * _COVERS].tolist():
        # Only what is made already: a list entry is not worth decoding photos for.
        made = thumbnails_of(project.folder / "thumbnails", project.item(item_id).content_hash)
        covers.extend(made[-1:])
    return tuple(covers[:_COVERS])


def _write(path: Path, entries: list[RecentProject]) -> None:
    text = json.dumps([_to_plain(entry) for entry in entries], ensure_ascii=False, indent=1)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise


def _to_plain(entry: RecentProject) -> dict[str, Any]:
    return {
        "folder": str(entry.folder),
        "title": entry.title,
        "photos_from": None if entry.photos_from is None else str(entry.photos_from),
        "opened_at": entry.opened_at.isoformat(),
        "photos": entry.photos,
        "done": entry.done,
        "covers": [str(cover) for cover in entry.covers],
    }


def _from_plain(entry: dict[str, Any]) -> RecentProject:
    return RecentProject(
        folder=Path(entry["folder"]),
        title=str(entry["title"]),
        photos_from=None if entry["photos_from"] is None else Path(entry["photos_from"]),
        opened_at=datetime.fromisoformat(entry["opened_at"]),
        photos=int(entry["photos"]),
        done=int(entry["done"]),
        covers=tuple(Path(cover) for cover in entry["covers"]),
    )

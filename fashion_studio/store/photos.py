"""Roots, files and failures: where the photos of a project lie, and taking in what a scan has found."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, func, insert, select, update

from fashion_studio.domain.labels import Split, Status
from fashion_studio.store.facts import chunks
from fashion_studio.store.tables import FAILURE, ITEM, ITEM_FILE, PREDICTION, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Row

    from fashion_studio.store.summaries import Records, SummaryLayout

__all__ = [
    "FailedFile",
    "KnownFile",
    "PhotoFile",
    "Root",
    "name_key",
]

_DIGITS: Final = re.compile(r"\d+")
_DIGITS_WIDTH: Final = 12


@dataclass(frozen=True, slots=True)
class Root:
    """A declared folder of photos.

    Attributes:
        folder: where it is now: the absolute path, else the one relative to the project, whichever exists.
        exists: whether it was there when it was looked for.
        own: whether it is the project's own, for what edits made.
    """

    id: int
    folder: Path
    exists: bool
    own: bool = False


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as the last scan saw it."""

    id: int
    item_id: int
    root_id: int
    relative_path: str
    size_bytes: int
    mtime_ns: int
    missing: bool
    taken_us: int | None = None

    @property
    def date_us(self) -> int:
        """When the photo was taken, as far as its file says; else when the file was written."""
        return self.taken_us or self.mtime_ns // 1000


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A readable photo as a scan found it; the size in pixels is that of the upright image.

    `taken_us` is when the camera says it was taken; 0 where the file does not say.
    """

    root_id: int
    relative_path: str
    size_bytes: int
    mtime_ns: int
    content_hash: str
    width_px: int
    height_px: int
    taken_us: int = 0

    @property
    def date_us(self) -> int:
        """When the photo was taken, as far as its file says; else when the file was written."""
        return self.taken_us or self.mtime_ns // 1000

    @property
    def name(self) -> str:
        """File name without its folder."""
        return PurePosixPath(self.relative_path).name


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file that looks like a photo and cannot be read as one."""

    root_id: int
    relative_path: str
    size_bytes: int
    mtime_ns: int
    reason: str


def name_key(relative_path: str) -> str:
    """What names are ordered by: the file name as people count (2 before 10), then its folder."""
    path = PurePosixPath(relative_path)
    text = f"{path.name}\x01{path.parent}".casefold()
    return _DIGITS.sub(lambda digits: digits.group().lstrip("0").rjust(_DIGITS_WIDTH, "0"), text)


def read_roots(connection: Connection, project: Path) -> list[Root]:
    """The declared folders, each where it is now."""
    found = []
    for row in connection.execute(select(ROOT).order_by(ROOT.c.id)):
        absolute = Path(row.absolute_path)
        folder = project / row.relative_path if row.own else absolute
        if not row.own and not absolute.is_dir() and row.relative_path is not None:
            beside = Path(os.path.normpath(project / row.relative_path))
            folder = beside if beside.is_dir() else absolute
        found.append(Root(row.id, folder, folder.is_dir(), row.own))
    return found


def add_root(connection: Connection, folder: Path, project: Path, *, own: bool = False) -> int:
    """Declares a folder; returns its id, the old one if it is declared already."""
    for root in read_roots(connection, project):
        if root.folder == folder:
            return root.id
    number = (connection.execute(select(func.max(ROOT.c.id))).scalar_one() or 0) + 1
    connection.execute(insert(ROOT), {"id": number, "own": own, **_root_paths(folder, project)})
    return number


def move_root(connection: Connection, root_id: int, folder: Path, project: Path) -> None:
    """Says that a declared folder is somewhere else now."""
    connection.execute(update(ROOT).where(ROOT.c.id == root_id).values(**_root_paths(folder, project)))


def read_files(connection: Connection, root_id: int) -> dict[str, KnownFile]:
    """All files of a root by relative path."""
    rows = connection.execute(select(ITEM_FILE).where(ITEM_FILE.c.root_id == root_id))
    return {row.relative_path: known_file(row) for row in rows}


def known_file(row: Row[Any]) -> KnownFile:
    """A row of `item_file`."""
    return KnownFile(
        row.id,
        row.item_id,
        row.root_id,
        row.relative_path,
        row.size_bytes,
        row.mtime_ns,
        row.missing,
        row.taken_us,
    )


def read_paths(connection: Connection) -> Iterator[tuple[int, str, int]]:
    """(root, relative path, photo) of every file, in the order in which they were found."""
    statement = select(ITEM_FILE.c.root_id, ITEM_FILE.c.relative_path, ITEM_FILE.c.item_id)
    for row in connection.execute(statement.order_by(ITEM_FILE.c.id)):
        yield row.root_id, row.relative_path, row.item_id


# Made once: for a single photo, building a statement takes longer than running it.
_FILES_OF: Final = (
    select(ITEM_FILE)
    .where(ITEM_FILE.c.item_id.in_(bindparam("ids", expanding=True)))
    .order_by(ITEM_FILE.c.id)
)


def files_of(connection: Connection, item_ids: Sequence[int]) -> dict[int, list[KnownFile]]:
    """The files of these photos, in the order in which they were found."""
    found: dict[int, list[KnownFile]] = {item_id: [] for item_id in item_ids}
    for part in chunks(item_ids):
        for row in connection.execute(_FILES_OF, {"ids": part}):
            found[row.item_id].append(known_file(row))
    return found


def items_by_hash(connection: Connection, hashes: Sequence[str]) -> dict[str, int]:
    """Which of these contents are known, and as which photo."""
    found: dict[str, int] = {}
    for start in range(0, len(hashes), 900):
        statement = select(ITEM.c.content_hash, ITEM.c.id).where(
            ITEM.c.content_hash.in_(hashes[start : start + 900])
        )
        found.update((content_hash, item_id) for content_hash, item_id in connection.execute(statement))
    return found


def insert_items(
    connection: Connection, layout: SummaryLayout, photos: Sequence[PhotoFile], now_us: int
) -> tuple[list[int], Records]:
    """Adds photos that are not known yet, without their files; returns their ids and records."""
    first = (connection.execute(select(func.max(ITEM.c.id))).scalar_one() or 0) + 1
    ids = list(range(first, first + len(photos)))
    records = layout.blank(len(photos))
    records["width_px"] = [photo.width_px for photo in photos]
    records["height_px"] = [photo.height_px for photo in photos]
    records["date_us"] = [photo.date_us for photo in photos]
    connection.execute(
        insert(ITEM),
        [
            {
                "id": item_id,
                "content_hash": photo.content_hash,
                "name": photo.name,
                "name_key": name_key(photo.relative_path),
                "width_px": photo.width_px,
                "height_px": photo.height_px,
                "added_us": now_us,
                "status": Status.NEW.value,
                "split": Split.NONE.value,
                "flagged": False,
                "note": "",
                "summary": record.tobytes(),
            }
            for item_id, photo, record in zip(ids, photos, records, strict=True)
        ],
    )
    return ids, records


def insert_files(connection: Connection, files: Iterable[tuple[int, PhotoFile]]) -> None:
    """Adds files of photos that are known."""
    rows = [
        {
            "item_id": item_id,
            "root_id": photo.root_id,
            "relative_path": photo.relative_path,
            "size_bytes": photo.size_bytes,
            "mtime_ns": photo.mtime_ns,
            "missing": False,
            "taken_us": photo.taken_us,
        }
        for item_id, photo in files
    ]
    if rows:
        connection.execute(insert(ITEM_FILE), rows)


def update_file(connection: Connection, file_id: int, item_id: int, photo: PhotoFile) -> None:
    """Says what lies at the place of a known file now, or where it lies now."""
    connection.execute(
        update(ITEM_FILE)
        .where(ITEM_FILE.c.id == file_id)
        .values(
            item_id=item_id,
            root_id=photo.root_id,
            relative_path=photo.relative_path,
            size_bytes=photo.size_bytes,
            mtime_ns=photo.mtime_ns,
            missing=False,
            taken_us=photo.taken_us,
        )
    )


def note_taken(connection: Connection, taken_us: Mapping[int, int]) -> None:
    """Notes by id of the file when its photo was taken; 0 where it does not say."""
    if taken_us:
        connection.execute(
            update(ITEM_FILE)
            .where(ITEM_FILE.c.id == bindparam("of_file"))
            .values(taken_us=bindparam("at_us")),
            [{"of_file": file_id, "at_us": at_us} for file_id, at_us in taken_us.items()],
        )


def touch_file(connection: Connection, file_id: int, size_bytes: int, mtime_ns: int) -> None:
    """Notes the state in which a file was last looked at."""
    connection.execute(
        update(ITEM_FILE)
        .where(ITEM_FILE.c.id == file_id)
        .values(size_bytes=size_bytes, mtime_ns=mtime_ns, missing=False)
    )


def rename_item(connection: Connection, item_id: int, relative_path: str) -> None:
    """Gives a photo the name of the file it is now."""
    name = PurePosixPath(relative_path).name
    connection.execute(
        update(ITEM).where(ITEM.c.id == item_id).values(name=name, name_key=name_key(relative_path))
    )


def replace_content(connection: Connection, item_id: int, photo: PhotoFile) -> None:
    """Says that a photo's pixels are others now; what the model said of the old ones goes."""
    connection.execute(
        update(ITEM)
        .where(ITEM.c.id == item_id)
        .values(content_hash=photo.content_hash, width_px=photo.width_px, height_px=photo.height_px)
    )
    connection.execute(delete(PREDICTION).where(PREDICTION.c.item_id == item_id))


def set_missing(connection: Connection, file_ids: Sequence[int], *, missing: bool) -> None:
    """Notes whether these files are where they were."""
    if file_ids:
        connection.execute(
            update(ITEM_FILE).where(ITEM_FILE.c.id == bindparam("of_file")).values(missing=missing),
            [{"of_file": file_id} for file_id in file_ids],
        )


def set_failures(connection: Connection, reasons: Mapping[int, str | None]) -> None:
    """Notes why photos cannot be read any more, or that they can again."""
    if reasons:
        connection.execute(
            update(ITEM).where(ITEM.c.id == bindparam("of_item")).values(failure=bindparam("reason")),
            [{"of_item": item_id, "reason": reason} for item_id, reason in reasons.items()],
        )


def read_failures(connection: Connection) -> list[FailedFile]:
    """All files that cannot be read, by path."""
    rows = connection.execute(select(FAILURE).order_by(FAILURE.c.root_id, FAILURE.c.relative_path))
    return [
        FailedFile(row.root_id, row.relative_path, row.size_bytes, row.mtime_ns, row.reason) for row in rows
    ]


def put_failures(connection: Connection, failures: Sequence[FailedFile]) -> None:
    """Notes files that cannot be read; one that is noted already gets the newer reason."""
    forget_failures(connection, [(failed.root_id, failed.relative_path) for failed in failures])
    if failures:
        connection.execute(insert(FAILURE), [_failure_row(failed) for failed in failures])


def forget_failures(connection: Connection, places: Sequence[tuple[int, str]]) -> None:
    """Forgets failures at these places: the files are good or gone."""
    if places:
        connection.execute(
            delete(FAILURE).where(
                FAILURE.c.root_id == bindparam("of_root"), FAILURE.c.relative_path == bindparam("of_path")
            ),
            [{"of_root": root_id, "of_path": path} for root_id, path in places],
        )


def _failure_row(failed: FailedFile) -> dict[str, Any]:
    return {
        "root_id": failed.root_id,
        "relative_path": failed.relative_path,
        "size_bytes": failed.size_bytes,
        "mtime_ns": failed.mtime_ns,
        "reason": failed.reason,
    }


def _root_paths(folder: Path, project: Path) -> dict[str, str | None]:
    try:
        relative = Path(os.path.relpath(folder, project)).as_posix()
    except ValueError:  # another drive
        relative = None
    return {"absolute_path": folder.as_posix(), "relative_path": relative}

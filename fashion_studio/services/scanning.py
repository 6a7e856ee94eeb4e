"""Bringing a project in line with its folders: new, changed, moved, vanished and damaged files.

A photo is known by its content, so a moved or renamed file, or a whole folder, is the same photo with its
labels. What is found is committed in small batches: the first photo can be worked on while the rest is
looked at.
"""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from fashion_studio.domain.errors import PhotoError
from fashion_studio.domain.queries import Changes
from fashion_studio.services.photo_reading import PhotoReader
from fashion_studio.services.relocating import find_moved_root
from fashion_studio.services.walking import FoundFile, Walk
from fashion_studio.store.intake import Intake, Taken
from fashion_studio.store.photos import (
    FailedFile,
    KnownFile,
    PhotoFile,
    items_by_hash,
    read_failures,
    read_files,
    read_roots,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from fashion_studio.store.dataset import Dataset
    from fashion_studio.store.photos import Root

__all__ = ["PhotoReader", "Scan", "ScanProgress", "ScanReport"]

_FIRST_BATCH: Final = 4
_BATCH_S: Final = 0.3
_BATCH_FILES: Final = 1000
_PROGRESS_S: Final = 0.1
_READERS: Final = 2
_AHEAD: Final = 64


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """Where a scan is.

    Attributes:
        looked_at: files seen so far, known ones included.
        total: files there are; None until all folders have been listed.
        added: photos that are new to the project.
        current: file or folder it is at.
        checking: whether all files are known and their pixels are looked at now.
    """

    looked_at: int
    total: int | None
    added: int
    current: str
    checking: bool = False


@dataclass(slots=True)
class ScanReport:
    """What a scan found.

    Attributes:
        new: photos added.
        changed: photos whose file has another content now; labels are kept, the photo is flagged.
        moved: photos found at another place.
        vanished: photos of which no file is left.
        returned: photos that were missing and are there again.
        duplicates: further files of photos that are there already.
        unchanged: files as they were.
        failed: files that cannot be read as a photo, each with the reason, those known before included.
        missing_roots: declared folders that are not there.
        cancelled: whether it was stopped before the end; nothing counts as vanished then.
    """

    new: int = 0
    changed: int = 0
    moved: int = 0
    vanished: int = 0
    returned: int = 0
    duplicates: int = 0
    unchanged: int = 0
    failed: list[tuple[Path, str]] = field(default_factory=list)
    missing_roots: list[Path] = field(default_factory=list)
    cancelled: bool = False


class Scan:
    """One scan of one project."""

    def __init__(
        self, dataset: Dataset, project: Path, reader: PhotoReader, tell: Callable[[Changes], Changes]
    ) -> None:
        """Prepares; `tell` is called with the changes of every batch, in the scan's thread."""
        self._dataset = dataset
        self._project = project
        self._reader = reader
        self._tell = tell
        self._intake = Intake(dataset)
        self._report = ScanReport()
        self._looked_at = 0
        self._total: int | None = None
        self._told_at = 0.0
        self._own: set[int] = set()

    def run(self, on_progress: Callable[[ScanProgress], None], should_stop: Callable[[], bool]) -> ScanReport:
        """Scans all roots; see `services.project.Project.scan`."""
        roots = self._find_roots()
        known = self._known(roots)
        present = [root for root in roots if root.exists]
        walks = {root.id: Walk(root.folder, self._reader.suffixes, should_stop) for root in present}
        seen: dict[int, set[str]] = {root.id: set() for root in roots}
        batch: list[PhotoFile | FailedFile] = []
        began = time.monotonic()
        first = True
        folders = {root.id: root.folder for root in roots}
        self._own = {root.id for root in roots if root.own}
        for root_id, found, result in self._results(present, walks, known, should_stop):
            seen[root_id].add(found.relative_path)
            self._looked_at += 1
            if result is not None:
                batch.append(result)
            elif not getattr(known[root_id][found.relative_path], "missing", False):
                self._report.unchanged += 1
            full = len(batch) >= (_FIRST_BATCH if first else _BATCH_FILES)
            if batch and (full or time.monotonic() - began > _BATCH_S):
                self._take(batch, folders)
                batch, first, began = [], False, time.monotonic()
            self._progress(on_progress, found.relative_path)
        self._take(batch, folders)
        self._report.cancelled = should_stop()
        if not self._report.cancelled:
            self._settle(roots, walks, known, seen)
            self._date(present, known, seen, on_progress, should_stop)
        self._progress(on_progress, "", last=True)
        return self._report

    def _find_roots(self) -> list[Root]:
        with self._dataset.reading() as connection:
            roots = read_roots(connection, self._project)
        found = []
        for root in roots:
            place = root
            if not root.exists and not root.own:
                place = find_moved_root(self._dataset, root, self._project, self._reader)
            found.append(place)
            if not place.exists and not root.own:
                self._report.missing_roots.append(place.folder)
        return found

    def _known(self, roots: list[Root]) -> dict[int, dict[str, KnownFile | FailedFile]]:
        known: dict[int, dict[str, KnownFile | FailedFile]] = {}
        with self._dataset.reading() as connection:
            for root in roots:
                known[root.id] = dict(read_files(connection, root.id))
            for failed in read_failures(connection):
                known[failed.root_id].setdefault(failed.relative_path, failed)
        return known

    def _results(
        self,
        roots: list[Root],
        walks: dict[int, Walk],
        known: dict[int, dict[str, KnownFile | FailedFile]],
        should_stop: Callable[[], bool],
    ) -> Iterator[tuple[int, FoundFile, PhotoFile | FailedFile | None]]:
        """Every file with what was read of it (None: as it was), in the order of the walk."""
        ahead: deque[tuple[int, FoundFile, Future[PhotoFile | FailedFile] | None]] = deque()
        with ThreadPoolExecutor(_READERS, thread_name_prefix="scan") as readers:
            try:
                for root in roots:
                    for found in walks[root.id].files():
                        future = None
                        if not _as_before(known[root.id].get(found.relative_path), found):
                            future = readers.submit(self._read, root, found)
                        ahead.append((root.id, found, future))
                        while ahead and (len(ahead) > _AHEAD or _is_done(ahead[0][2])):
                            yield _resolved(*ahead.popleft())
                        if should_stop():
                            return
                self._total = self._looked_at + len(ahead)
                while ahead and not should_stop():
                    yield _resolved(*ahead.popleft())
            finally:
                readers.shutdown(wait=True, cancel_futures=True)

    def _read(self, root: Root, found: FoundFile) -> PhotoFile | FailedFile:
        path = root.folder / found.relative_path
        try:
            content_hash = self._reader.content_hash(path)
            width_px, height_px = self._reader.size_px(path)
            taken_us = self._reader.taken_us(path)
        except PhotoError as error:
            return FailedFile(root.id, found.relative_path, found.size_bytes, found.mtime_ns, error.reason)
        except OSError as error:
            reason = error.strerror or "it cannot be read"
            return FailedFile(root.id, found.relative_path, found.size_bytes, found.mtime_ns, reason)
        return PhotoFile(
            root.id,
            found.relative_path,
            found.size_bytes,
            found.mtime_ns,
            content_hash,
            width_px,
            height_px,
            taken_us,
        )

    def _date(
        self,
        roots: list[Root],
        known: dict[int, dict[str, KnownFile | FailedFile]],
        seen: dict[int, set[str]],
        on_progress: Callable[[ScanProgress], None],
        should_stop: Callable[[], bool],
    ) -> None:
        """Reads when photos were taken of files that were known before anybody asked; once per project."""
        undated = [
            (root.folder / place, entry)
            for root in roots
            for place, entry in known[root.id].items()
            if isinstance(entry, KnownFile) and entry.taken_us is None and place in seen[root.id]
        ]
        for start in range(0, len(undated), _BATCH_FILES):
            found: dict[KnownFile, int] = {}
            for path, entry in undated[start : start + _BATCH_FILES]:
                if should_stop():
                    break
                found[entry] = self._taken_us(path)
                self._progress(on_progress, entry.relative_path)
            self._tell_touched(self._intake.note_dates(found))

    def _taken_us(self, path: Path) -> int:
        try:
            return self._reader.taken_us(path)
        except (PhotoError, OSError):  # it went bad or away since: the next scan meets it as another file
            return 0

    def _take(self, batch: list[PhotoFile | FailedFile], folders: dict[int, Path]) -> None:
        batch = self._ours(batch)
        if not batch:
            return
        taken = self._intake.take(batch, folders)
        self._count(taken)

    def _ours(self, batch: list[PhotoFile | FailedFile]) -> list[PhotoFile | FailedFile]:
        """Without files in the folder of edits that no saving has put there: nobody knows their origin."""
        mine = [entry for entry in batch if entry.root_id in self._own]
        if not mine:
            return batch
        with self._dataset.reading() as connection:
            files = {(root_id, place) for root_id in self._own for place in read_files(connection, root_id)}
            hashes = [entry.content_hash for entry in mine if isinstance(entry, PhotoFile)]
            known = items_by_hash(connection, hashes)
        return [
            entry
            for entry in batch
            if entry.root_id not in self._own
            or (entry.root_id, entry.relative_path) in files
            or getattr(entry, "content_hash", None) in known
        ]

    def _count(self, taken: Taken) -> None:
        self._report.new += len(taken.added)
        self._report.changed += len(taken.changed)
        self._report.moved += len(taken.moved)
        self._report.duplicates += taken.duplicates
        self._report.returned += len(taken.returned)
        self._report.vanished += len(taken.vanished)
        self._tell_touched(taken)

    def _tell_touched(self, taken: Taken) -> None:
        ids = tuple(dict.fromkeys((*taken.added, *taken.touched)))
        if ids:
            title = f"{len(taken.added):,} photos added" if taken.added else "Files checked"
            self._tell(Changes(taken.operation_id, title, ids, frozenset({"files"}), bool(taken.added)))

    def _settle(
        self,
        roots: list[Root],
        walks: dict[int, Walk],
        known: dict[int, dict[str, KnownFile | FailedFile]],
        seen: dict[int, set[str]],
    ) -> None:
        """What was known and was not met is gone, unless the walk could not look there."""
        gone: list[tuple[int, str]] = []
        back: list[tuple[int, str]] = []
        for root in roots:
            walk = walks.get(root.id)
            for place, entry in known[root.id].items():
                if place in seen[root.id]:
                    if getattr(entry, "missing", False):
                        back.append((root.id, place))
                elif walk is None or walk.covers(place):
                    gone.append((root.id, place))
        self._count(self._intake.settle(gone, back))

    def _progress(
        self, on_progress: Callable[[ScanProgress], None], current: str, *, last: bool = False
    ) -> None:
        now = time.monotonic()
        if last or now - self._told_at >= _PROGRESS_S:
            self._told_at = now
            total = self._looked_at if last and not self._report.cancelled else self._total
            on_progress(ScanProgress(self._looked_at, total, self._report.new, current))


def _as_before(known: KnownFile | FailedFile | None, found: FoundFile) -> bool:
    return known is not None and (known.size_bytes, known.mtime_ns) == (found.size_bytes, found.mtime_ns)


def _is_done(future: Future[PhotoFile | FailedFile] | None) -> bool:
    return future is None or future.done()


def _resolved(
    root_id: int, found: FoundFile, future: Future[PhotoFile | FailedFile] | None
) -> tuple[int, FoundFile, PhotoFile | FailedFile | None]:
    return root_id, found, None if future is None else future.result()

"""Taking what a scan has found into the database: each batch is one transaction, whole or not at all."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import select, tuple_

from fashion_studio.domain.labels import Status
from fashion_studio.store import photos as table
from fashion_studio.store.edits import Edit, Fact, Subject
from fashion_studio.store.photos import FailedFile, KnownFile, PhotoFile
from fashion_studio.store.tables import ITEM_FILE
from fashion_studio.store.writing import write_summaries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from fashion_studio.store.dataset import Dataset
    from fashion_studio.store.summaries import Records

__all__ = ["Intake", "Taken"]

_PLACES_AT_ONCE = 400


@dataclass(slots=True)
class Taken:
    """What one batch did, as ids of photos.

    Attributes:
        touched: photos of which anything changed, besides `added`.
        duplicates: number of further files of photos that are there already.
        operation_id: of the journalled operation for changed photos, 0 if there was none.
    """

    added: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    moved: list[int] = field(default_factory=list)
    vanished: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    duplicates: int = 0
    operation_id: int = 0


class Intake:
    """Takes batches into one dataset."""

    def __init__(self, dataset: Dataset) -> None:
        """Nothing is read yet."""
        self._dataset = dataset

    def take(self, batch: Sequence[PhotoFile | FailedFile], folders: Mapping[int, Path]) -> Taken:
        """Takes in files that are new or not as they were.

        Args:
            batch: what was read of them.
            folders: root id → where it is, to see whether a photo's other files are still there.

        Raises:
            EnvironmentProblem: it cannot be written; nothing changed.
        """
        with self._dataset.writer.lock:
            work = _Batch(self._dataset, folders)
            self._written(work, lambda work, connection: work.run(connection, batch))
            work.publish()
            self._flag_changed(work.taken)
            return work.taken

    def settle(self, gone: Sequence[tuple[int, str]], back: Sequence[tuple[int, str]]) -> Taken:
        """Notes files that are not where they were, and files that are there again.

        Raises:
            EnvironmentProblem: it cannot be written; nothing changed.
        """
        with self._dataset.writer.lock:
            work = _Batch(self._dataset, {})
            return self._written(work, lambda work, connection: work.settle(connection, gone, back))

    def note_dates(self, taken_us: Mapping[KnownFile, int]) -> Taken:
        """Notes when photos were taken, of files that were known before anybody looked; 0 for not said.

        Raises:
            EnvironmentProblem: it cannot be written; nothing changed.
        """
        with self._dataset.writer.lock:
            work = _Batch(self._dataset, {})
            return self._written(work, lambda work, connection: work.date(connection, taken_us))

    def note_failures(self, reasons: Mapping[int, str | None]) -> Taken:
        """Notes photos that turn out not to be readable, or (None) to be again.

        Raises:
            EnvironmentProblem: it cannot be written; nothing changed.
        """
        with self._dataset.writer.lock:
            work = _Batch(self._dataset, {})
            return self._written(work, lambda work, connection: work.fail(connection, reasons))

    def _written(self, work: _Batch, write: Callable[[_Batch, Connection], object]) -> Taken:
        """All of it in one transaction, or what the batch did to the memory is taken back."""
        try:
            with self._dataset.writer.transaction() as connection:
                write(work, connection)
        except BaseException:
            work.take_back()
            raise
        return work.taken

    def _flag_changed(self, taken: Taken) -> None:
        """A photo with other pixels under old labels must be looked at again: flagged, and no longer done."""
        if not taken.changed:
            return
        writer = self._dataset.writer
        facts = [
            Fact(Subject.ITEM, item_id, name) for item_id in taken.changed for name in ("flagged", "status")
        ]
        finished = {Status.DONE.value, Status.REVIEWED.value}
        edits = []
        for fact, value in writer.current(facts).items():
            after = True if fact.field == "flagged" else Status.IN_WORK.value if value in finished else value
            edits.append(Edit(fact, value, after))
        count = len(taken.changed)
        title = "1 photo changed on disk" if count == 1 else f"{count:,} photos changed on disk"
        operation = writer.write(title, edits)
        if operation is not None:
            taken.operation_id = operation.id


class _Batch:
    """The state of one transaction."""

    def __init__(self, dataset: Dataset, folders: Mapping[int, Path]) -> None:
        self.taken = Taken()
        self._dataset = dataset
        self._index = dataset.index
        self._folders = folders
        self._before: list[tuple[int, Records]] = []
        self._failures_before: dict[int, str | None] = {}
        self._fresh: dict[str, PhotoFile] = {}
        self._for_fresh: list[tuple[PhotoFile, KnownFile | None]] = []
        self._failures: dict[int, str | None] = {}
        self._records: Records | None = None
        self._renamed = False

    def run(self, connection: Connection, batch: Sequence[PhotoFile | FailedFile]) -> None:
        good = [entry for entry in batch if isinstance(entry, PhotoFile)]
        bad = [entry for entry in batch if isinstance(entry, FailedFile)]
        places = _files_at(connection, [(entry.root_id, entry.relative_path) for entry in batch])
        owners = table.items_by_hash(connection, list({photo.content_hash for photo in good}))
        for photo in good:
            known = places.get((photo.root_id, photo.relative_path))
            owner = owners.get(photo.content_hash)
            if owner is not None:
                self._known_content(connection, photo, known, owner)
            elif photo.content_hash in self._fresh:
                self._for_fresh.append((photo, known))
                self.taken.duplicates += 1
            else:
                replaced = self._unknown_content(connection, photo, known)
                if replaced is not None:
                    owners[photo.content_hash] = replaced
        self._insert_fresh(connection)
        table.forget_failures(connection, [(photo.root_id, photo.relative_path) for photo in good])
        table.put_failures(connection, bad)
        for failed in bad:
            known = places.get((failed.root_id, failed.relative_path))
            if known is not None:
                self._went_bad(connection, failed, known)
        self._refresh(connection)

    def settle(
        self, connection: Connection, gone: Sequence[tuple[int, str]], back: Sequence[tuple[int, str]]
    ) -> None:
        lost = [file for file in _files_at(connection, gone).values() if not file.missing]
        found = [file for file in _files_at(connection, back).values() if file.missing]
        table.set_missing(connection, [file.id for file in lost], missing=True)
        table.set_missing(connection, [file.id for file in found], missing=False)
        table.forget_failures(connection, gone)
        self.taken.touched.update(file.item_id for file in (*lost, *found))
        self._refresh(connection)

    def date(self, connection: Connection, taken_us: Mapping[KnownFile, int]) -> None:
        table.note_taken(connection, {file.id: at_us for file, at_us in taken_us.items()})
        self.taken.touched.update(file.item_id for file in taken_us)
        self._refresh(connection)

    def fail(self, connection: Connection, reasons: Mapping[int, str | None]) -> None:
        self._failures.update(reasons)
        self.taken.touched.update(reasons)
        self._refresh(connection)

    def publish(self) -> None:
        """Shows what was added to the readers, once it is committed."""
        if self._records is not None:
            names = [photo.name for photo in self._fresh.values()]
            self._index.append(self.taken.added, self._records, names)
        if self._renamed:
            self._dataset.reload_names()

    def take_back(self) -> None:
        for position, records in reversed(self._before):
            self._index.records[position : position + 1] = records
        for item_id, reason in self._failures_before.items():
            if reason is None:
                self._index.failures.pop(item_id, None)
            else:
                self._index.failures[item_id] = reason

    def _known_content(
        self, connection: Connection, photo: PhotoFile, known: KnownFile | None, owner: int
    ) -> None:
        self.taken.touched.add(owner)
        self._failures[owner] = None
        if known is not None:
            table.update_file(connection, known.id, owner, photo)
            if known.item_id != owner:  # another photo lay here before
                self.taken.touched.add(known.item_id)
                self.taken.moved.append(owner)
            return
        stale = [file for file in table.files_of(connection, [owner])[owner] if not self._is_there(file)]
        if stale:
            table.update_file(connection, stale[0].id, owner, photo)
            table.rename_item(connection, owner, photo.relative_path)
            self.taken.moved.append(owner)
            self._renamed = True
        else:
            table.insert_files(connection, [(owner, photo)])
            self.taken.duplicates += 1

    def _unknown_content(
        self, connection: Connection, photo: PhotoFile, known: KnownFile | None
    ) -> int | None:
        """Takes in content that no photo has; returns the photo whose content it replaces, if any."""
        if known is not None:
            item_id = known.item_id
            others = [file for file in table.files_of(connection, [item_id])[item_id] if file.id != known.id]
            if not any(self._is_there(file) for file in others):
                table.replace_content(connection, item_id, photo)
                table.update_file(connection, known.id, item_id, photo)
                self.taken.changed.append(item_id)
                self.taken.touched.add(item_id)
                self._failures[item_id] = None
                self._remember(item_id)
                record = self._index.records[self._index.positions([item_id])[0]]
                record["width_px"], record["height_px"] = photo.width_px, photo.height_px
                self._index.layout.set_prediction(record, None)
                return item_id
            self.taken.touched.add(item_id)
        self._fresh[photo.content_hash] = photo
        self._for_fresh.append((photo, known))
        return None

    def _insert_fresh(self, connection: Connection) -> None:
        if not self._fresh:
            return
        ids, self._records = table.insert_items(
            connection, self._index.layout, list(self._fresh.values()), time.time_ns() // 1000
        )
        self.taken.added = ids
        by_hash = dict(zip(self._fresh, ids, strict=True))
        for photo, known in self._for_fresh:
            item_id = by_hash[photo.content_hash]
            if known is None:
                table.insert_files(connection, [(item_id, photo)])
            else:
                table.update_file(connection, known.id, item_id, photo)

    def _went_bad(self, connection: Connection, failed: FailedFile, known: KnownFile) -> None:
        table.touch_file(connection, known.id, failed.size_bytes, failed.mtime_ns)
        others = [
            file for file in table.files_of(connection, [known.item_id])[known.item_id] if file.id != known.id
        ]
        if not any(self._is_there(file) for file in others):
            self._failures[known.item_id] = failed.reason
            self.taken.touched.add(known.item_id)

    def _refresh(self, connection: Connection) -> None:
        """Brings "missing" and "cannot be read" of all touched photos in line with their files."""
        touched = sorted(self.taken.touched)
        table.set_failures(connection, self._failures)
        for item_id, files in table.files_of(connection, touched).items():
            position = int(self._index.positions([item_id])[0])
            missing = all(file.missing for file in files)
            was_missing = bool(self._index.records["missing"][position])
            failure = self._failures.get(item_id, self._index.failures.get(item_id))
            self._remember(item_id)
            self._index.set_place(item_id, missing=missing, failure=failure)
            if files:
                self._index.records["date_us"][position] = files[0].date_us
            if missing != was_missing:
                (self.taken.vanished if missing else self.taken.returned).append(item_id)
        positions = self._index.positions(np.array(touched, dtype=np.int64))
        self._index.layout.compare(self._index.records, positions)
        write_summaries(connection, self._index, positions)

    def _remember(self, item_id: int) -> None:
        position = int(self._index.positions([item_id])[0])
        self._before.append((position, self._index.records[position : position + 1].copy()))
        self._failures_before.setdefault(item_id, self._index.failures.get(item_id))

    def _is_there(self, file: KnownFile) -> bool:
        folder = self._folders.get(file.root_id)
        return folder is not None and (folder / file.relative_path).is_file()


def _files_at(connection: Connection, places: Iterable[tuple[int, str]]) -> dict[tuple[int, str], KnownFile]:
    wanted = list(places)
    found: dict[tuple[int, str], KnownFile] = {}
    for start in range(0, len(wanted), _PLACES_AT_ONCE):
        part = wanted[start : start + _PLACES_AT_ONCE]
        statement = select(ITEM_FILE).where(tuple_(ITEM_FILE.c.root_id, ITEM_FILE.c.relative_path).in_(part))
        for row in connection.execute(statement):
            found[row.root_id, row.relative_path] = table.known_file(row)
    return found

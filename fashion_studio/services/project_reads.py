"""The questions one can ask an open project. Safe from any thread."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fashion_studio.domain.errors import EnvironmentProblem, PhotoError, ProjectError, UserError
from fashion_studio.domain.export import ExportRecord
from fashion_studio.domain.labels import Split, Status
from fashion_studio.domain.queries import HistoryEntry, Item, ItemFilter, Sort, UndoStatus
from fashion_studio.services.thumbnails import THUMBNAIL_SIDE_PX, thumbnail_of
from fashion_studio.services.wording import Wording
from fashion_studio.store import history
from fashion_studio.store.intake import Intake
from fashion_studio.store.photos import read_failures, read_paths, read_roots
from fashion_studio.store.reading import read_details, read_hashes, read_predictions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.domain.predictions import Prediction
    from fashion_studio.domain.queries import Facets, ItemRow
    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.store.dataset import Dataset
    from fashion_studio.store.edits import Fact
    from fashion_studio.store.photos import FailedFile, KnownFile, Root
    from fashion_studio.store.reading import Details

__all__ = ["ProjectReads"]

_EXPORT_BATCH = 500


class ProjectReads:
    """The reading half of `services.project.Project`."""

    def __init__(self, folder: Path, dataset: Dataset, *, read_only: bool) -> None:
        """Takes over an open dataset."""
        self._folder = folder
        self._dataset = dataset
        self._read_only = read_only
        self._words = Wording(dataset.vocabulary)
        self._roots: dict[int, Root] = {}
        self._look_for_roots()

    @property
    def folder(self) -> Path:
        """The project's folder, NAME.fstudio."""
        return self._folder

    @property
    def title(self) -> str:
        """The project's name for people."""
        return self._dataset.title

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary in force."""
        return self._dataset.vocabulary

    @property
    def read_only(self) -> bool:
        """Whether every write is refused."""
        return self._read_only

    @property
    def roots(self) -> tuple[Root, ...]:
        """The declared folders of photos, each where it is now; without the project's own, of edits."""
        return tuple(root for root in self._roots.values() if not root.own)

    @property
    def count(self) -> int:
        """Number of photos."""
        return self._dataset.count

    def ids(self, question: ItemFilter | None = None, sort: Sort | None = None) -> NDArray[np.int64]:
        """Ids of the photos that match a filter, in order.

        Raises:
            UserError: the filter names an attribute that the vocabulary does not have.
        """
        return self._dataset.ids(question or ItemFilter(), sort or Sort())

    def facets(self, question: ItemFilter | None = None) -> Facets:
        """Counts beside every filter: what would remain if only that group of conditions changed."""
        return self._dataset.facets(question or ItemFilter())

    def rows(self, ids: Sequence[int] | NDArray[np.int64]) -> list[ItemRow]:
        """What tiles show of these photos, in this order.

        Raises:
            UserError: one of them is not in the project.
        """
        return self._dataset.rows(ids)

    def item(self, item_id: int) -> Item:
        """Everything about one photo.

        Raises:
            UserError: it is not in the project.
        """
        found = self.items([item_id])
        if not found:
            msg = "This photo is not in the project any more. Refresh the list."
            raise UserError(msg)
        return found[int(item_id)]

    def items(self, item_ids: Sequence[int]) -> dict[int, Item]:
        """Everything about a few photos, by id; those that are gone are left out.

        Of several, each takes a third of the time that one alone does.
        """
        known = self._dataset.index.known(item_ids)
        with self._dataset.reading() as connection:
            found = read_details(connection, known, dict(self._dataset.writer.overlay))
        rows = self.rows([item_id for item_id in known if item_id in found])
        return {row.id: self._item(row, found[row.id]) for row in rows}

    def _item(self, row: ItemRow, details: Details) -> Item:
        path, others = self._paths(details.files)
        return Item(
            row=row,
            path=path,
            content_hash=details.content_hash,
            answers=details.answers,
            landmarks=details.landmarks,
            box=details.box,
            note=details.note,
            prediction=details.prediction,
            other_paths=others,
        )

    def path(self, item_id: int) -> Path:
        """Where the photo's file is now, or was last seen.

        Raises:
            UserError: it is not in the project.
        """
        with self._dataset.reading() as connection:
            files = history.files_of_item(connection, int(item_id))
        if not files:
            msg = "This photo is not in the project any more. Refresh the list."
            raise UserError(msg)
        return self._paths(files)[0]

    def thumbnail(self, item_id: int, side_px: int = THUMBNAIL_SIDE_PX) -> bytes | None:
        """JPEG of at most this side, kept in the project; None where the photo is missing or unreadable."""
        item_id = int(item_id)
        with self._dataset.reading() as connection:
            content_hash = history.hash_of_item(connection, item_id)
        if content_hash is None:
            return None
        cache = self._folder / "thumbnails"
        try:
            return thumbnail_of(cache, content_hash, side_px, lambda: self.path(item_id))
        except PhotoError as error:
            self._note_failure(item_id, error.reason)
            return None

    def history(self, item_id: int) -> list[HistoryEntry]:
        """Everything that was ever changed of one photo, newest first."""
        stored, reverted = history.item_history(self._dataset, int(item_id))
        return [
            HistoryEntry(
                change_id=change.change_id,
                operation_id=change.operation_id,
                at=datetime.fromtimestamp(change.at_us / 1e6, tz=UTC),
                actor=change.actor,
                field=change.edit.fact.field,
                title=self._words.operation(change.kind, change.title),
                before=self._words.value(
                    change.edit.fact.subject, change.edit.fact.field, change.edit.before
                ),
                after=self._words.value(change.edit.fact.subject, change.edit.fact.field, change.edit.after),
                reverted=change.operation_id in reverted,
            )
            for change in reversed(stored)
        ]

    def undo_status(self) -> UndoStatus:
        """What undo and redo would do now."""
        head = self._dataset.writer.head
        midnight = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        return UndoStatus(
            undo_title=self._title_of(head.undo_top),
            redo_title=self._title_of(head.redo_top),
            changes_today=history.operations_since(self._dataset, int(midnight.timestamp() * 1e6)),
        )

    def refresh(self) -> bool:
        """Takes over what another process has written; of use for a project open for reading only.

        Returns:
            Whether anything may have changed.
        """
        return self._read_only and self._dataset.refresh()

    def failures(self) -> list[tuple[Path, str]]:
        """Files that look like photos and cannot be read as one, each with the reason.

        They are in no list of photos, except where a person has worked on one before it went bad.
        """
        with self._dataset.reading() as connection:
            found = [(self._place(failed), failed.reason) for failed in read_failures(connection)]
        unreadable = dict(self._dataset.index.failures)
        found += [(self.path(item_id), reason) for item_id, reason in unreadable.items()]
        return sorted(dict(found).items())

    def places(self, ids: Sequence[int] | NDArray[np.int64]) -> Iterator[tuple[int, Path, str]]:
        """(id, path, content hash) of these photos, in this order; those that are gone are left out."""
        for start in range(0, len(ids), _EXPORT_BATCH):
            part = [int(item_id) for item_id in ids[start : start + _EXPORT_BATCH]]
            with self._dataset.reading() as connection:
                details = read_details(connection, part, {}, predictions=False)
            for item_id in part:
                if item_id in details:
                    found = details[item_id]
                    yield item_id, self._paths(found.files)[0], found.content_hash

    def answered(self, ids: Sequence[int] | NDArray[np.int64]) -> Iterator[Details]:
        """What people said of these photos, without the model's say; those that are gone are left out."""
        for start in range(0, len(ids), _EXPORT_BATCH):
            part = [int(item_id) for item_id in ids[start : start + _EXPORT_BATCH]]
            with self._dataset.reading() as connection:
                found = read_details(connection, part, dict(self._dataset.writer.overlay), predictions=False)
            yield from found.values()

    def predictions(self, ids: Sequence[int]) -> dict[int, Prediction]:
        """What the model said of these photos; those it has not read are left out."""
        with self._dataset.reading() as connection:
            return read_predictions(connection, ids)

    def content_hashes(self, ids: Sequence[int]) -> dict[int, str]:
        """Content hash of these photos; those that are gone are left out."""
        with self._dataset.reading() as connection:
            return read_hashes(connection, ids)

    def file_names(self) -> Iterator[tuple[Path, str, int]]:
        """(declared folder, path below it, photo) of every file, missing ones too; not those of edits."""
        folders = {root.id: root.folder for root in self.roots}
        with self._dataset.reading() as connection:
            for root_id, path, item_id in read_paths(connection):
                if root_id in folders:
                    yield folders[root_id], path, item_id

    def facts(self, facts: Iterable[Fact]) -> dict[Fact, Any]:
        """What was said under these addresses, in journal form; None where nothing was."""
        return self._dataset.writer.current(facts)

    def export_records(self, question: ItemFilter | None = None) -> Iterator[ExportRecord]:
        """Everything about every photo that matches, in order of name, a few hundred at a time in memory."""
        ids = self.ids(question)
        for start in range(0, len(ids), _EXPORT_BATCH):
            part = [int(item_id) for item_id in ids[start : start + _EXPORT_BATCH]]
            with self._dataset.reading() as connection:
                details = read_details(connection, part, dict(self._dataset.writer.overlay))
            rows = {row.id: row for row in self.rows(part)}
            for item_id in part:
                if item_id in details:
                    yield self._record(rows[item_id], details[item_id])

    def part_of(self, item_id: int, content_hash: str, split: Split) -> tuple[str, Split]:
        """(content, split) that decide a photo's part of the data set; of an edit those of its photo."""
        return self._dataset.index.part(item_id, content_hash, split)

    def _record(self, row: ItemRow, details: Details) -> ExportRecord:
        path, others = self._paths(details.files)
        present = [file for file in details.files if not file.missing] or details.files
        part_hash, split = self.part_of(row.id, details.content_hash, Split(details.split))
        return ExportRecord(
            item_id=row.id,
            file_name=present[0].relative_path if present else row.name,
            path=path,
            content_hash=details.content_hash,
            width_px=row.width_px,
            height_px=row.height_px,
            split=split,
            status=Status(details.status),
            answers=details.answers,
            landmarks=details.landmarks,
            box=details.box,
            prediction=details.prediction,
            flagged=details.flagged,
            note=details.note,
            missing=row.missing,
            other_paths=others,
            edited_from=row.edited_from,
            part_hash=part_hash,
        )

    def _note_failure(self, item_id: int, reason: str | None) -> None:
        """A photo turns out not to be readable; a project that cannot be written forgets it again."""
        with contextlib.suppress(EnvironmentProblem, ProjectError):
            Intake(self._dataset).note_failures({item_id: reason})

    def _title_of(self, operation_id: int | None) -> str | None:
        return None if operation_id is None else history.title_of(self._dataset, operation_id)

    def _look_for_roots(self) -> None:
        with self._dataset.reading() as connection:
            self._roots = {root.id: root for root in read_roots(connection, self._folder)}

    def _place(self, file: KnownFile | FailedFile) -> Path:
        return self._roots[file.root_id].folder / file.relative_path

    def _paths(self, files: Sequence[KnownFile]) -> tuple[Path, tuple[Path, ...]]:
        """(the first file that is there, the others), or the first known one if all are missing."""
        ordered = sorted(files, key=lambda file: file.missing)
        if not ordered:
            return self._folder, ()
        places = [self._place(file) for file in ordered]
        return places[0], tuple(places[1:])

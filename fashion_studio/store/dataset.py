"""An open project database: one object that reads and writes it and keeps the columns in memory true."""

from __future__ import annotations

import json
import time
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import delete, func, insert, select, update

from fashion_studio.domain.errors import ProjectError
from fashion_studio.domain.vocabulary import CATEGORY, Vocabulary
from fashion_studio.store.bulk import execute_many
from fashion_studio.store.database import Database
from fashion_studio.store.filtering import View
from fashion_studio.store.item_index import ItemIndex, NameTable, OriginKey
from fashion_studio.store.migrating import prepare
from fashion_studio.store.payloads import pack_prediction
from fashion_studio.store.rebuilding import rebuild_summaries
from fashion_studio.store.summaries import SummaryLayout
from fashion_studio.store.tables import DERIVED, ITEM, PREDICTION, PROPERTY, VOCABULARY
from fashion_studio.store.writing import Writer, write_summaries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from fashion_studio.domain.predictions import Prediction
    from fashion_studio.domain.queries import Facets, ItemFilter, ItemRow, Sort

__all__ = ["DATABASE_NAME", "Dataset"]

DATABASE_NAME: Final = "dataset.sqlite"

_PART: Final = 10_000
_LAYOUT: Final = "summary_layout"


class Dataset:
    """The database of one project.

    Attributes:
        vocabulary: the one in force.
        index: all photos as columns.
        writer: the one door for writes.
    """

    def __init__(self, database: Database, actor: str, *, refused: str = "") -> None:
        """Reads what is needed to answer the first question.

        Args:
            database: prepared by `create` or `open`.
            actor: who the journal says it was.
            refused: a sentence with which every write is refused.
        """
        with database.reading() as connection:
            self.vocabulary = _read_vocabulary(connection)
            layout = SummaryLayout(self.vocabulary)
            current = _read_property(connection, _LAYOUT) == layout.fingerprint
        if not current:
            _renew(database, layout)
        with database.reading() as connection:
            self.index = _read_index(connection, layout)
        self.writer = Writer(database, self.index, actor, refused=refused)
        self._name_order: tuple[tuple[int, int], NDArray[np.int64]] | None = None
        self._renames = 0

    @classmethod
    def create(cls, path: Path, vocabulary: Vocabulary, actor: str, title: str) -> Dataset:
        """Makes a new database.

        Raises:
            EnvironmentProblem: it cannot be written there.
        """
        database = Database(path)
        prepare(database)
        layout = SummaryLayout(vocabulary)
        with database.writing() as connection:
            _write_vocabulary(connection, vocabulary)
            _write_property(connection, "title", title)
            _write_property(connection, "created_us", str(time.time_ns() // 1000))
            _write_property(connection, _LAYOUT, layout.fingerprint)
        return cls(database, actor)

    @classmethod
    def open(cls, path: Path, actor: str, *, read_only: bool = False, refused: str = "") -> Dataset:
        """Opens a database, bringing an older one up to date.

        Raises:
            ProjectError: no project, damaged, or of a newer program.
            EnvironmentProblem: the disk does not allow it.
        """
        if not path.is_file():
            msg = f"{path.parent.name} is not a project: it has no {path.name}."
            raise ProjectError(msg)
        database = Database(path, read_only=read_only)
        try:
            prepare(database)
            return cls(database, actor, refused=refused)
        except BaseException:
            database.close()
            raise

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection with one consistent view of the database (without pending edits)."""
        return self.writer.database.reading()

    @property
    def title(self) -> str:
        """The project's name for people."""
        with self.reading() as connection:
            return _read_property(connection, "title") or self.writer.database.path.parent.stem

    def close(self) -> None:
        """Closes all connections."""
        self.writer.database.close()

    @property
    def count(self) -> int:
        """Number of photos, without unreadable ones that nobody has worked on."""
        return View(self.index).count

    def refresh(self) -> bool:
        """Reads everything again if another process has written; for projects open for reading only.

        Returns:
            Whether anything may have changed.
        """
        if not self.writer.database.changed_elsewhere():
            return False
        with self.reading() as connection:
            self.index = _read_index(connection, self.index.layout)
        self.writer.index = self.index
        self.writer.reload_head()
        self._renames += 1
        return True

    def ids(self, question: ItemFilter, sort: Sort) -> NDArray[np.int64]:
        """Ids of the photos that match, in order; see `filtering.View.ids`."""
        return View(self.index).ids(question, sort, self.name_order)

    def facets(self, question: ItemFilter) -> Facets:
        """Counts beside every filter."""
        return View(self.index).facets(question)

    def rows(self, ids: Sequence[int] | NDArray[np.int64]) -> list[ItemRow]:
        """What tiles show, in the order asked for."""
        return [self.index.row(position) for position in self.index.positions(ids).tolist()]

    def name_order(self) -> NDArray[np.int64]:
        """All ids ordered by name."""
        count = len(self.index)
        state = (count, self._renames)
        cached = self._name_order
        if cached is not None and cached[0] == state:
            return cached[1]
        with self.reading() as connection:
            result = connection.exec_driver_sql("SELECT id FROM item ORDER BY name_key, id")
            order = np.fromiter(chain.from_iterable(_tuples(result)), dtype=np.int64)
        self._name_order = (state, order)
        return order

    def reload_names(self) -> None:
        """Reads the names again; to be called when photos got other names."""
        with self.reading() as connection:
            rows = _tuples(connection.exec_driver_sql("SELECT name FROM item ORDER BY id"))
        self.index.names = NameTable.of([row[0] for row in rows])
        self._renames += 1

    def put_predictions(self, predictions: Mapping[int, Prediction]) -> None:
        """Replaces what the model says of these photos; beside, never over, what a person said.

        Raises:
            UserError: a photo is not in the project.
            EnvironmentProblem: it cannot be written; nothing changed.
        """
        if not predictions:
            return
        rows = [_prediction_row(item_id, prediction) for item_id, prediction in predictions.items()]
        with self.writer.lock:
            at = self.index.positions(predictions)
            before = self.index.records[at].copy()
            try:
                with self.writer.transaction() as connection:
                    _replace_predictions(connection, rows)
                    self.index.set_predictions(list(predictions.items()))
                    write_summaries(connection, self.index, at)
            except BaseException:
                self.index.records[at] = before
                raise


def _prediction_row(item_id: int, prediction: Prediction) -> tuple[Any, ...]:
    category = prediction.attributes.get(CATEGORY)
    value, confidence = (None, None) if category is None else (category.value, category.confidence)
    return (item_id, prediction.model, value, confidence, pack_prediction(prediction))


def _replace_predictions(connection: Connection, rows: list[tuple[Any, ...]]) -> None:
    ids = [row[0] for row in rows]
    for start in range(0, len(ids), 900):
        connection.execute(delete(PREDICTION).where(PREDICTION.c.item_id.in_(ids[start : start + 900])))
    names = ("item_id", "model", "category", "confidence", "payload")
    execute_many(connection, insert(PREDICTION), names, rows)


def _renew(database: Database, layout: SummaryLayout) -> None:
    if database.read_only:
        msg = "This project's vocabulary has changed. Open it for writing once to bring it up to date."
        raise ProjectError(msg)
    with database.writing() as connection:
        rebuild_summaries(connection, layout)
        _write_property(connection, _LAYOUT, layout.fingerprint)


def _read_index(connection: Connection, layout: SummaryLayout) -> ItemIndex:
    count = int(connection.execute(select(func.count()).select_from(ITEM)).scalar_one())
    ids = np.empty(count, dtype=np.int64)
    records = layout.blank(count)
    names = NameTable.of([])
    cursor: Any = connection.exec_driver_sql("SELECT id, name, summary FROM item ORDER BY id").cursor
    done = 0
    # In parts, so that opening needs no more memory than the columns themselves.
    while rows := cursor.fetchmany(_PART):
        end = done + len(rows)
        ids[done:end] = [row[0] for row in rows]
        records[done:end] = np.frombuffer(b"".join([row[2] for row in rows]), dtype=layout.dtype)
        names = names.extended([row[1] for row in rows])
        done = end
    index = ItemIndex(layout, ids, records, names)
    for item_id in ids[records["failed"]].tolist():
        reason = connection.execute(select(ITEM.c.failure).where(ITEM.c.id == item_id)).scalar_one()
        index.failures[item_id] = reason or "cannot be read"
    if records["noted"].any():
        notes = connection.execute(select(ITEM.c.id, ITEM.c.note).where(ITEM.c.note != ""))
        index.notes.update((item_id, note.casefold()) for item_id, note in notes)
    derived = select(DERIVED.c.item_id, DERIVED.c.parent_id, DERIVED.c.source_hash, DERIVED.c.hidden)
    rows = connection.execute(derived.order_by(DERIVED.c.item_id)).all()
    index.origins = {row.item_id: OriginKey(row.parent_id, row.source_hash) for row in rows}
    index.hidden = frozenset(row.item_id for row in rows if row.hidden)
    return index


def _tuples(result: Any) -> list[tuple[Any, ...]]:
    """Plain tuples straight from the driver: for a hundred thousand rows a third of the time of `Row`s."""
    rows: list[tuple[Any, ...]] = result.cursor.fetchall()
    return rows


def _read_vocabulary(connection: Connection) -> Vocabulary:
    source = connection.execute(
        select(VOCABULARY.c.source).order_by(VOCABULARY.c.id.desc()).limit(1)
    ).scalar_one()
    return Vocabulary.from_mapping(json.loads(source))


def _write_vocabulary(connection: Connection, vocabulary: Vocabulary) -> None:
    connection.execute(
        insert(VOCABULARY),
        {
            "name": vocabulary.name,
            "version": vocabulary.version,
            "source": json.dumps(vocabulary.source),
            "at_us": time.time_ns() // 1000,
        },
    )


def _read_property(connection: Connection, name: str) -> str | None:
    return connection.execute(select(PROPERTY.c.value).where(PROPERTY.c.name == name)).scalar_one_or_none()


def _write_property(connection: Connection, name: str, value: str) -> None:
    if connection.execute(update(PROPERTY).where(PROPERTY.c.name == name).values(value=value)).rowcount == 0:
        connection.execute(insert(PROPERTY), {"name": name, "value": value})

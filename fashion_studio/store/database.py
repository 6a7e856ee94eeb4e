"""One project's database file: connections, transactions, and whose fault an error is.

Journal mode WAL, so that readers never wait for the writer. `synchronous=FULL`, so that what was shown as
saved survives a power cut too, not only a killed process: one fsync a key press, which costs well under the
few milliseconds there are (docs/decisions/0004-project-database.md).
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from sqlalchemy import create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from fashion_studio.domain.errors import BugError, EnvironmentProblem, ProjectBusy, ProjectError, StudioError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine

__all__ = ["BUSY_TIMEOUT_S", "Database", "problem_of"]

BUSY_TIMEOUT_S: Final = 5.0

_DISK: Final = {
    sqlite3.SQLITE_FULL: (
        "The disk is full.",
        "Free some space; then try again, or save the project elsewhere.",
    ),
    sqlite3.SQLITE_READONLY: (
        "The project folder is read-only.",
        "Make it writable; then try again, or save the project elsewhere.",
    ),
    sqlite3.SQLITE_IOERR: (
        "The disk does not take the data.",
        "Check the disk or the network; then try again, or save the project elsewhere.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "The project's database cannot be opened.",
        "Check that the folder is there and writable; then try again, or save the project elsewhere.",
    ),
}


def problem_of(error: DBAPIError | sqlite3.Error) -> StudioError:
    """The error of our own tree that says whose fault a database error is and what helps."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    primary = None if code is None else code & 0xFF
    if primary in _DISK:
        return EnvironmentProblem(*_DISK[primary])
    if primary in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return ProjectBusy("Another program is writing to this project. Wait for it, or close it.")
    if primary in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return ProjectError("The project's database is damaged. Restore it from a backup copy.")
    return BugError(f"The database refused a statement: {cause}")


class Database:
    """Connections to one SQLite file. Reads from any thread; one write transaction at a time."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Opens nothing yet.

        Args:
            path: the file; it is made on the first write unless `read_only`.
            read_only: refuse writes, and never make the file.
        """
        self.path = path
        self.read_only = read_only
        self._engine = _engine(path, read_only=read_only)
        self._watch: sqlite3.Connection | None = None
        self._seen_version: int | None = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection with one consistent view of the data.

        Raises:
            EnvironmentProblem, ProjectBusy, ProjectError, BugError: see `problem_of`.
        """
        with _translated(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is committed at the end, or wholly undone if anything is raised.

        Raises:
            EnvironmentProblem, ProjectBusy, ProjectError, BugError: see `problem_of`.
        """
        with (
            _translated(),
            self._engine.connect().execution_options(studio_writes=True) as connection,
            connection.begin(),
        ):
            yield connection

    def changed_elsewhere(self) -> bool:
        """Whether another connection has written since this was asked last; True the first time.

        Raises:
            EnvironmentProblem, ProjectError: see `problem_of`.
        """
        try:
            if self._watch is None:  # the number means something only on one and the same connection
                self._watch = _connect(self.path, read_only=True)
            version = int(self._watch.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error as error:
            raise problem_of(error) from error
        changed = version != self._seen_version
        self._seen_version = version
        return changed

    def copy_to(self, target: Path) -> None:
        """Writes a consistent copy, without the write-ahead log beside it.

        Raises:
            EnvironmentProblem: the target cannot be written.
        """
        try:
            source = sqlite3.connect(_uri(self.path, mode="ro"), uri=True)
            copy = sqlite3.connect(target)
            try:
                source.backup(copy)
            finally:
                copy.close()
                source.close()
        except sqlite3.Error as error:
            raise problem_of(error) from error

    def close(self) -> None:
        """Closes every connection; the write-ahead log is folded into the file by the last one."""
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        self._engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise problem_of(error) from error


def _uri(path: Path, *, mode: str) -> str:
    return f"file:{quote(path.as_posix())}?mode={mode}"


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    address = _uri(path, mode="ro" if read_only else "rwc")
    if read_only and not path.with_name(path.name + "-wal").exists() and not _is_writable(path.parent):
        address += "&immutable=1"  # a WAL database in a folder where no -shm file can be made
    connection = sqlite3.connect(
        address, uri=True, timeout=BUSY_TIMEOUT_S, check_same_thread=False, isolation_level=None
    )
    try:
        for pragma in _pragmas(read_only=read_only):
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


def _engine(path: Path, *, read_only: bool) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=partial(_connect, path, read_only=read_only),
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=8,
    )
    event.listen(engine, "begin", _begin)
    return engine


def _pragmas(*, read_only: bool) -> tuple[str, ...]:
    shared = ("PRAGMA foreign_keys=ON", "PRAGMA temp_store=MEMORY")
    if read_only:
        return (*shared, "PRAGMA query_only=ON")
    return (*shared, "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL")


def _is_writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _begin(connection: Connection) -> None:
    # The driver's own transaction handling is off: a write takes the lock at once, so that what it has read
    # cannot have been changed by another process when it writes.
    writes: Any = connection.get_execution_options().get("studio_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

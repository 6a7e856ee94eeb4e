from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from fashion_studio.domain.errors import (
    BugError,
    EnvironmentProblem,
    ProjectBusy,
    ProjectError,
)
from fashion_studio.store import database as module
from fashion_studio.store.database import Database, problem_of


@pytest.fixture
def database(tmp_path: Path):
    database = Database(tmp_path / "dataset.sqlite")
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE note (id INTEGER PRIMARY KEY, words TEXT)"))
    yield database
    database.close()


def count(database: Database) -> int:
    with database.reading() as connection:
        return connection.execute(text("SELECT count(*) FROM note")).scalar_one()


def add(database: Database, words: str = "x") -> None:
    with database.writing() as connection:
        connection.execute(text("INSERT INTO note (words) VALUES (:words)"), {"words": words})


def test_every_connection_is_set_up_for_safety(database: Database):
    with database.reading() as connection:
        pragma = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert pragma == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 5000}


def test_a_transaction_that_fails_leaves_nothing(database: Database):
    def half() -> None:
        with database.writing() as connection:
            connection.execute(text("INSERT INTO note (words) VALUES ('half')"))
            raise ValueError("half")

    with pytest.raises(ValueError, match="half"):
        half()
    assert count(database) == 0


def test_a_reader_sees_one_state_while_another_writes(database: Database):
    with database.reading() as reader:
        before = reader.execute(text("SELECT count(*) FROM note")).scalar_one()
        add(database)
        assert reader.execute(text("SELECT count(*) FROM note")).scalar_one() == before
    assert count(database) == before + 1


def test_a_disk_that_is_really_full_is_an_environment_problem(database: Database):
    with database.reading() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def fill() -> None:
        with database.writing() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            connection.execute(text("INSERT INTO note (words) VALUES (:w)"), {"w": "x" * 100_000})

    with pytest.raises(EnvironmentProblem, match=r"disk is full.*Free some space"):
        fill()
    assert count(database) == 0


def test_a_database_opened_for_reading_refuses_writes(database: Database):
    looking = Database(database.path, read_only=True)
    with pytest.raises(EnvironmentProblem, match="read-only"):
        add(looking)
    assert count(looking) == 0
    looking.close()


def test_a_lock_held_by_another_program_is_named(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "BUSY_TIMEOUT_S", 0.05)
    impatient = Database(database.path)
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(ProjectBusy, match="Another program is writing"):
            add(impatient)
    finally:
        other.close()
        impatient.close()


def test_a_file_that_is_no_database_is_named(tmp_path: Path):
    path = tmp_path / "dataset.sqlite"
    path.write_bytes(b"these are not the pages you are looking for" * 100)
    broken = Database(path)
    with pytest.raises(ProjectError, match="damaged"):
        count(broken)
    broken.close()


def test_a_wrong_statement_is_our_own_fault(database: Database):
    with pytest.raises(BugError, match="no such table"), database.reading() as connection:
        connection.execute(text("SELECT * FROM nowhere"))


def test_an_error_without_a_code_is_our_own_fault():
    assert isinstance(problem_of(sqlite3.Error("?")), BugError)


def test_a_write_of_another_connection_is_noticed_once(database: Database):
    looking = Database(database.path, read_only=True)
    assert looking.changed_elsewhere()
    assert not looking.changed_elsewhere()
    add(database)
    assert looking.changed_elsewhere()
    assert not looking.changed_elsewhere()
    looking.close()


def test_watching_a_file_that_is_gone_is_a_problem_with_a_remedy(tmp_path: Path):
    gone = Database(tmp_path / "gone.sqlite", read_only=True)
    with pytest.raises(EnvironmentProblem, match="cannot be opened"):
        gone.changed_elsewhere()
    gone.close()


def test_a_copy_holds_what_is_only_in_the_log_so_far(database: Database, tmp_path: Path):
    add(database, "kept")
    target = tmp_path / "copy.sqlite"
    database.copy_to(target)
    with sqlite3.connect(target) as copy:
        assert copy.execute("SELECT words FROM note").fetchall() == [("kept",)]
    copy.close()


def test_a_copy_to_nowhere_is_a_problem_with_a_remedy(database: Database, tmp_path: Path):
    with pytest.raises(EnvironmentProblem, match="cannot be opened"):
        database.copy_to(tmp_path / "no" / "such" / "folder.sqlite")

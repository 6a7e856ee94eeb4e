from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from fashion_studio.domain.errors import EnvironmentProblem, ProjectError
from fashion_studio.domain.labels import Answer, Status
from fashion_studio.services.project import Project
from fashion_studio.store import migrating
from fashion_studio.store.database import Database
from fashion_studio.store.tables import METADATA

OLD = Path(__file__).parents[2] / "data" / "projects"

NEXT_STEP = """
import sqlalchemy as sa
from alembic import op
revision = "4"
down_revision = "3"
def upgrade():
    op.add_column("item", sa.Column("weight", sa.Float))
"""


@pytest.fixture
def database(tmp_path: Path):
    database = Database(tmp_path / "dataset.sqlite")
    yield database
    database.close()


def columns(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(item)")]
    connection.close()
    return names


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The program one version later; call it with the text of the new step."""

    def install(step: str) -> None:
        steps = tmp_path / "migrations"
        shutil.copytree(migrating.STEPS, steps)
        (steps / "versions" / "v0004_next.py").write_text(step)
        monkeypatch.setattr(migrating, "STEPS", steps)
        monkeypatch.setattr(migrating, "DATABASE_VERSION", 4)

    return install


def test_the_version_is_pinned():
    """Whoever raises it adds a step, and a real database of the version before to tests/data/projects."""
    assert migrating.DATABASE_VERSION == 3
    assert sorted(path.name for path in OLD.iterdir()) == ["version-1", "version-2"]


def test_steps_and_tables_say_the_same(database: Database):
    migrating.prepare(database)
    with database.reading() as connection:
        assert migrating.version_of(connection) == migrating.DATABASE_VERSION
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def schema(path: Path) -> dict[str, list[object]]:
    """Everything SQLite knows of a database's tables, keys, indexes and triggers."""
    with sqlite3.connect(path) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        found: dict[str, list[object]] = {}
        for table in sorted(tables):
            for question in ("table_xinfo", "foreign_key_list", "index_list"):
                rows = connection.execute(f"PRAGMA {question}({table})")
                found[f"{table} {question}"] = sorted(row[1:] for row in rows)
            for index in connection.execute(f"PRAGMA index_list({table})").fetchall():
                found[f"{index[1]} columns"] = connection.execute(
                    f"PRAGMA index_xinfo({index[1]})"
                ).fetchall()
        found["triggers"] = sorted(
            connection.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type='trigger'")
        )
        found["layout"] = sorted(connection.execute("SELECT name, wr, strict FROM pragma_table_list"))
        found["version"] = connection.execute("SELECT * FROM alembic_version").fetchall()
    connection.close()
    return found


def test_a_new_database_is_what_all_steps_together_make(database: Database, tmp_path: Path):
    migrating.prepare(database)
    stepwise = Database(tmp_path / "stepwise.sqlite")
    migrating._upgrade(stepwise)
    stepwise.close()
    made, stepped = schema(database.path), schema(stepwise.path)
    assert len(made["triggers"]) == 4
    assert made == stepped


def test_preparing_twice_changes_nothing(database: Database):
    migrating.prepare(database)
    before = database.path.read_bytes()
    migrating.prepare(database)
    assert database.path.read_bytes() == before


@pytest.mark.parametrize("folder", sorted(OLD.iterdir()), ids=lambda path: path.stem)
def test_a_real_project_of_every_version_opens_with_all_that_was_said(folder: Path, tmp_path: Path):
    copy = tmp_path / f"{folder.name}.fstudio"
    shutil.copytree(folder, copy)
    with Project.open(copy, actor="Ada") as project:
        assert project.count == 3
        first, second, third = (project.item(int(item_id)) for item_id in project.ids())
        assert first.answers["fit"] == Answer.of("regular")
        assert first.answers["colors"] == Answer.of("navy", "white")
        assert first.landmarks["left_hem"].x == 20.5
        assert first.prediction is not None
        assert second.row.status is Status.DONE
        assert second.note == "Ärmel prüfen"
        assert second.row.flagged
        assert third.box is not None
        assert project.undo_status().undo_title == "Box set"
        assert project.undo() is not None


def test_a_newer_file_is_refused_in_plain_words(database: Database):
    migrating.prepare(database)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '99'"))
    with pytest.raises(ProjectError, match=r"newer Fashion Studio .version 99.*Update the program"):
        migrating.prepare(database)


def test_a_database_of_another_program_is_refused(database: Database):
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE mails (id INTEGER)"))
    with pytest.raises(ProjectError, match="not made by Fashion Studio"):
        migrating.prepare(database)


def test_an_older_file_is_brought_up_to_date_and_a_copy_kept(database: Database, next_version):
    migrating.prepare(database)
    next_version(NEXT_STEP)
    migrating.prepare(database)
    assert "weight" in columns(database.path)
    copy = database.path.with_name("dataset.version-3.sqlite")
    assert "weight" not in columns(copy)


def test_a_step_that_breaks_leaves_the_file_as_it_was(database: Database, next_version):
    migrating.prepare(database)
    next_version(NEXT_STEP + "    raise RuntimeError('half way')\n")
    with pytest.raises(RuntimeError, match="half way"):
        migrating.prepare(database)
    assert "weight" not in columns(database.path)
    with database.reading() as connection:
        assert migrating.version_of(connection) == 3


def test_without_room_for_the_copy_nothing_is_touched(database: Database, next_version, monkeypatch):
    migrating.prepare(database)
    next_version(NEXT_STEP)
    full = shutil.disk_usage(database.path.parent)._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(EnvironmentProblem, match="no room"):
        migrating.prepare(database)
    assert "weight" not in columns(database.path)


def test_an_older_file_is_not_changed_when_it_is_only_looked_at(database: Database, next_version):
    migrating.prepare(database)
    next_version(NEXT_STEP)
    looking = Database(database.path, read_only=True)
    with pytest.raises(ProjectError, match="older Fashion Studio"):
        migrating.prepare(looking)
    looking.close()
    assert "weight" not in columns(database.path)

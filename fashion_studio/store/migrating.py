"""Making a project's database, and bringing an older one up to date.

A new one is made from the tables as they are today, which a test holds equal to what all steps make. Each
step runs in one transaction with a copy of the file made before; a file of a newer program is refused.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, text

from fashion_studio.domain.errors import EnvironmentProblem, ProjectError
from fashion_studio.store.tables import METADATA

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fashion_studio.store.database import Database

__all__ = ["DATABASE_VERSION", "STEPS", "prepare", "version_of"]

DATABASE_VERSION: Final = 3
"""The version this program writes; pinned by a test."""


STEPS: Final = Path(__file__).parent / "migrations"


def version_of(connection: Connection) -> int:
    """The version of an open database, 0 for an empty one.

    Raises:
        ProjectError: a database, but not of this program.
    """
    tables = inspect(connection).get_table_names()
    if not tables:
        return 0
    if "alembic_version" not in tables or "operation" not in tables:
        msg = "This database was not made by Fashion Studio. Choose a folder that ends in .fstudio."
        raise ProjectError(msg)
    return int(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def prepare(database: Database) -> None:
    """Makes the tables of a new database, or brings an older one up to `DATABASE_VERSION`.

    Raises:
        ProjectError: made by a newer program, or not a project at all.
        EnvironmentProblem: the disk is full or read-only.
    """
    with database.reading() as connection:
        version = version_of(connection)
    if version == DATABASE_VERSION:
        return
    if version > DATABASE_VERSION:
        msg = (
            f"This project was written by a newer Fashion Studio (version {version} of the database, "
            f"this program knows {DATABASE_VERSION}). Update the program to open it."
        )
        raise ProjectError(msg)
    if database.read_only:
        msg = "This project was written by an older Fashion Studio. Open it for writing once to update it."
        raise ProjectError(msg)
    if version:
        _keep_copy(database, version)
        _upgrade(database)
    else:
        _make(database)


def _make(database: Database) -> None:
    # Without Alembic, whose import takes longer than all else that a new project needs.
    with database.writing() as connection:
        METADATA.create_all(connection, checkfirst=False)
        connection.exec_driver_sql(
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
            "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
        connection.execute(text("INSERT INTO alembic_version VALUES (:v)"), {"v": str(DATABASE_VERSION)})


def _keep_copy(database: Database, version: int) -> None:
    copy = database.path.with_name(f"{database.path.stem}.version-{version}.sqlite")
    free = shutil.disk_usage(database.path.parent).free
    if free < 2 * database.path.stat().st_size:
        msg = "There is no room for the copy that is made before a project is brought up to date."
        raise EnvironmentProblem(msg, "Free some space and open the project again.")
    database.copy_to(copy)


def _upgrade(database: Database) -> None:
    # Loaded only where a database is changed: it costs a tenth of a second.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(STEPS))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, str(DATABASE_VERSION))

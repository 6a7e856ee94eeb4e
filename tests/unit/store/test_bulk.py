from __future__ import annotations

import gc

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql

from fashion_studio.store import bulk
from fashion_studio.store.bulk import execute_many, uncollected
from fashion_studio.store.database import Database

NOTE = Table(
    "note",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("words", Text),
    Column("size", Integer),
)


@pytest.fixture
def database(tmp_path):
    database = Database(tmp_path / "x.sqlite")
    with database.writing() as connection:
        NOTE.metadata.create_all(connection)
    yield database
    database.close()


@pytest.mark.parametrize("count", [0, 3, bulk._MANY, bulk._MANY + 700])
def test_few_and_many_rows_end_up_the_same(database: Database, count: int):
    with database.writing() as connection:
        # in another order than that of the table
        execute_many(
            connection, insert(NOTE), ("words", "size", "id"), [(f"w{i}", i * 2, i) for i in range(count)]
        )
        here = NOTE.c.id == bindparam("of_id")
        statement = update(NOTE).where(here).values(words=bindparam("new"))
        execute_many(connection, statement, ("of_id", "new"), [(i, f"n{i}") for i in range(0, count, 2)])
        execute_many(connection, delete(NOTE).where(here), ("of_id",), [(i,) for i in range(0, count, 3)])
    with database.reading() as connection:
        rows = [tuple(row) for row in connection.execute(select(NOTE).order_by(NOTE.c.id))]
    assert rows == [(i, f"n{i}" if i % 2 == 0 else f"w{i}", i * 2) for i in range(count) if i % 3]


def test_a_driver_that_names_its_parameters_gets_them_by_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bulk, "_MANY", 1)
    sent = []

    class Connection:
        dialect = postgresql.psycopg2.dialect()

        def exec_driver_sql(self, sql, rows) -> None:
            sent.append((sql, rows))

    execute_many(Connection(), insert(NOTE), ("id", "words"), [(1, "a"), (2, "b")])
    ((sql, rows),) = sent
    assert "%(words)s" in sql
    assert rows == [{"id": 1, "words": "a"}, {"id": 2, "words": "b"}]


def test_nothing_is_collected_until_the_last_one_is_done():
    with uncollected():
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), uncollected():
        1 / 0  # noqa: B018 - something goes wrong
    assert gc.isenabled()
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled(), "whoever had turned it off wants it so"
    finally:
        gc.enable()

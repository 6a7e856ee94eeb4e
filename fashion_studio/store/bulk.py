"""Very many rows at once, without the work that is done for each of them in the general case.

For a hundred thousand rows `execute_many` halves the time of a bulk edit; the SQL is still SQLAlchemy's own,
compiled for the dialect at hand.
"""

from __future__ import annotations

import gc
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

__all__ = ["execute_many", "uncollected"]

_MANY: Final = 500

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection
    from sqlalchemy.sql.dml import UpdateBase


class _Pauses:
    """How many threads want no collection now, and whether there was one before the first of them."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.count = 0
        self.was_on = False


_pauses = _Pauses()


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for unused cycles meanwhile, in any thread of the process.

    A hundred thousand new edits set it off again and again; each time it looks at every object there is,
    finds nothing, and all threads, the window's too, stand still for a third of a second.
    """
    with _pauses.lock:
        if _pauses.count == 0:
            _pauses.was_on = gc.isenabled()
            gc.disable()
        _pauses.count += 1
    try:
        yield
    finally:
        with _pauses.lock:
            _pauses.count -= 1
            if _pauses.count == 0 and _pauses.was_on:
                gc.enable()


def execute_many(
    connection: Connection, statement: UpdateBase, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Executes a statement once per row.

    Args:
        connection: inside a transaction.
        statement: an insert, update or delete without values of its own besides bound parameters.
        names: the parameters, in the order of a row's values; for an insert the columns.
        rows: values as the driver takes them (no booleans on columns that need converting).
    """
    if not rows:
        return
    if len(rows) < _MANY:  # SQLAlchemy's cache of compiled statements is quicker than compiling anew
        connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])
        return
    # An insert takes its columns from `names`; updates and deletes carry their own parameters.
    compiled = statement.compile(
        dialect=connection.dialect, column_keys=list(names) if statement.is_insert else None
    )
    order = compiled.positiontup
    if order is None:
        connection.exec_driver_sql(str(compiled), [dict(zip(names, row, strict=True)) for row in rows])
        return
    places = [names.index(name) for name in order]
    if places == list(range(len(names))):
        connection.exec_driver_sql(str(compiled), list(rows))
    else:
        connection.exec_driver_sql(str(compiled), [tuple(row[place] for place in places) for row in rows])

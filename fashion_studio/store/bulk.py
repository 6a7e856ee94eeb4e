"""One statement for very many rows, without the per-row work that SQLAlchemy does for the general case.

For a hundred thousand rows this halves the time of a bulk edit; the SQL is still SQLAlchemy's own, compiled
for the dialect at hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

__all__ = ["execute_many"]

_MANY: Final = 500

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlalchemy.sql.dml import UpdateBase


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

"""The tables of a project's database, in portable SQL (SQLite today, PostgreSQL for a team later).

What a person said is the truth and lives in `item`, `answer` and `landmark`; every change of it is also a
row of `change`, which nobody may update or delete. `item.summary` and `prediction.category/confidence` are
derived and can be computed again at any time.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    event,
    false,
)

__all__ = [
    "ANSWER",
    "CHANGE",
    "DERIVED",
    "EDIT_STACK",
    "FAILURE",
    "ITEM",
    "ITEM_FILE",
    "LANDMARK",
    "METADATA",
    "OPERATION",
    "PREDICTION",
    "PROPERTY",
    "ROOT",
    "VOCABULARY",
]

METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

PROPERTY: Final = Table(
    "property",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""Small facts of the project: title, created_at, summary_layout."""

VOCABULARY: Final = Table(
    "vocabulary",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
)
"""Every vocabulary the project has had; the newest is in force."""

ROOT: Final = Table(
    "root",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("absolute_path", Text, nullable=False),
    Column("relative_path", Text),
    Column("own", Boolean, nullable=False, server_default=false()),
)
"""Declared folders of photos: absolute, and relative to the project folder where that is possible. The one
that is the project's `own` holds what edits made; it lies in the project folder wherever that is."""

ITEM: Final = Table(
    "item",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("content_hash", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("width_px", Integer, nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("added_us", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("split", Text, nullable=False),
    Column("flagged", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("box", Text),
    Column("failure", Text),
    Column("summary", LargeBinary, nullable=False),
    Index("ix_item_name_key", "name_key", "id"),
)
"""One photo by content. `summary` is one record of `store.summaries`, `box` JSON [x, y, width, height]."""

ITEM_FILE: Final = Table(
    "item_file",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("item_id", Integer, ForeignKey("item.id"), nullable=False, index=True),
    Column("root_id", Integer, ForeignKey("root.id"), nullable=False),
    Column("relative_path", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("missing", Boolean, nullable=False),
    Column("taken_us", BigInteger),
    UniqueConstraint("root_id", "relative_path"),
)
"""Where a photo lies; the same photo twice is one item with two of these. `taken_us` is when the camera says
that it was taken: 0 where the file does not say, NULL where nobody has looked yet."""

FAILURE: Final = Table(
    "failure",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("root_id", Integer, ForeignKey("root.id"), nullable=False),
    Column("relative_path", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    UniqueConstraint("root_id", "relative_path"),
)
"""Files that look like photos and cannot be read as one."""

ANSWER: Final = Table(
    "answer",
    METADATA,
    Column("item_id", Integer, ForeignKey("item.id"), primary_key=True, autoincrement=False),
    Column("attribute", Text, primary_key=True),
    Column("answer", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""A person's answers; `answer` is JSON {"kind": …, "values": […]}."""

LANDMARK: Final = Table(
    "landmark",
    METADATA,
    Column("item_id", Integer, ForeignKey("item.id"), primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("x", Float, nullable=False),
    Column("y", Float, nullable=False),
    Column("visibility", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""A person's points in upright image pixels; visibility 0 visible, 1 occluded, 2 absent."""

PREDICTION: Final = Table(
    "prediction",
    METADATA,
    Column("item_id", Integer, ForeignKey("item.id"), primary_key=True, autoincrement=False),
    Column("model", Text, nullable=False),
    Column("category", Text),
    Column("confidence", Float),
    Column("payload", LargeBinary, nullable=False),
)
"""The current model's reading of a photo; `payload` is zlib over msgpack of `domain.prediction_codec`."""

EDIT_STACK: Final = Table(
    "edit_stack",
    METADATA,
    Column("item_id", Integer, ForeignKey("item.id"), primary_key=True, autoincrement=False),
    Column("stack", Text, nullable=False),
)
"""The edits that a person is working on, by photo; `stack` is the JSON of `domain.edits.stack_to_json`."""

DERIVED: Final = Table(
    "derived",
    METADATA,
    Column("item_id", Integer, ForeignKey("item.id"), primary_key=True, autoincrement=False),
    Column("parent_id", Integer, ForeignKey("item.id"), nullable=False, index=True),
    Column("parent_hash", Text, nullable=False),
    Column("source_hash", Text, nullable=False),
    Column("stack", Text, nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("hidden", Boolean, nullable=False),
)
"""Photos that an edit made: of which photo, with the content it had then, by which stack (which names the
model and the seeds). `source_hash` is the content of the photo at the beginning of a chain of edits. `hidden`
is whether the saving was undone."""

OPERATION: Final = Table(
    "operation",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("reverts", Integer, ForeignKey("operation.id"), index=True),
    Column("undo_top", Integer),
    Column("redo_top", Integer),
    Column("below", Integer),
)
"""The journal. `undo_top` and `redo_top` are the tops of the two stacks after this operation, `below` is what
lies beneath it in the one it is on; so undo across restarts needs one row and no replay."""

CHANGE: Final = Table(
    "change",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("operation_id", Integer, ForeignKey("operation.id"), nullable=False, index=True),
    Column("subject", Text, nullable=False),
    Column("item_id", Integer, ForeignKey("item.id"), nullable=False, index=True),
    Column("field", Text, nullable=False),
    Column("before", Text),
    Column("after", Text),
)
"""One fact of one photo, old and new, as JSON; null where there was or is none."""

for _table in (OPERATION, CHANGE):
    for _act in ("UPDATE", "DELETE"):
        event.listen(
            _table,
            "after_create",
            DDL(  # type: ignore[no-untyped-call]
                f"CREATE TRIGGER {_table.name}_no_{_act.lower()} BEFORE {_act} ON {_table.name} "
                f"BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
            ).execute_if(dialect="sqlite"),
        )

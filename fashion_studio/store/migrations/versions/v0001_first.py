"""The first version: items by content, answers, landmarks, predictions, and the append-only journal."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "1"
down_revision: Final = None


def upgrade() -> None:
    """Makes every table."""
    _project()
    _photos()
    _labels()
    _journal()


def _project() -> None:
    op.create_table(
        "property",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_property"),
    )
    op.create_table(
        "vocabulary",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vocabulary"),
    )
    op.create_table(
        "root",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("absolute_path", sa.Text, nullable=False),
        sa.Column("relative_path", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_root"),
    )


def _photos() -> None:
    op.create_table(
        "item",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("width_px", sa.Integer, nullable=False),
        sa.Column("height_px", sa.Integer, nullable=False),
        sa.Column("added_us", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("split", sa.Text, nullable=False),
        sa.Column("flagged", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("box", sa.Text),
        sa.Column("failure", sa.Text),
        sa.Column("summary", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_item"),
        sa.UniqueConstraint("content_hash", name="uq_item_content_hash"),
    )
    op.create_index("ix_item_name_key", "item", ["name_key", "id"])
    op.create_table(
        "item_file",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column(
            "item_id", sa.Integer, sa.ForeignKey("item.id", name="fk_item_file_item_id"), nullable=False
        ),
        sa.Column(
            "root_id", sa.Integer, sa.ForeignKey("root.id", name="fk_item_file_root_id"), nullable=False
        ),
        sa.Column("relative_path", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False),
        sa.Column("missing", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_item_file"),
        sa.UniqueConstraint("root_id", "relative_path", name="uq_item_file_root_id"),
    )
    op.create_index("ix_item_file_item_id", "item_file", ["item_id"])
    op.create_table(
        "failure",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("root_id", sa.Integer, sa.ForeignKey("root.id", name="fk_failure_root_id"), nullable=False),
        sa.Column("relative_path", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_failure"),
        sa.UniqueConstraint("root_id", "relative_path", name="uq_failure_root_id"),
    )


def _labels() -> None:
    op.create_table(
        "answer",
        sa.Column("item_id", sa.Integer, sa.ForeignKey("item.id", name="fk_answer_item_id"), nullable=False),
        sa.Column("attribute", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("item_id", "attribute", name="pk_answer"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "landmark",
        sa.Column(
            "item_id", sa.Integer, sa.ForeignKey("item.id", name="fk_landmark_item_id"), nullable=False
        ),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("x", sa.Float, nullable=False),
        sa.Column("y", sa.Float, nullable=False),
        sa.Column("visibility", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("item_id", "name", name="pk_landmark"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "prediction",
        sa.Column(
            "item_id", sa.Integer, sa.ForeignKey("item.id", name="fk_prediction_item_id"), nullable=False
        ),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("category", sa.Text),
        sa.Column("confidence", sa.Float),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("item_id", name="pk_prediction"),
    )


def _journal() -> None:
    op.create_table(
        "operation",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("reverts", sa.Integer, sa.ForeignKey("operation.id", name="fk_operation_reverts")),
        sa.Column("undo_top", sa.Integer),
        sa.Column("redo_top", sa.Integer),
        sa.Column("below", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_operation"),
    )
    op.create_index("ix_operation_reverts", "operation", ["reverts"])
    op.create_table(
        "change",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column(
            "operation_id",
            sa.Integer,
            sa.ForeignKey("operation.id", name="fk_change_operation_id"),
            nullable=False,
        ),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("item_id", sa.Integer, sa.ForeignKey("item.id", name="fk_change_item_id"), nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_change"),
    )
    op.create_index("ix_change_operation_id", "change", ["operation_id"])
    op.create_index("ix_change_item_id", "change", ["item_id"])
    _forbid_rewriting("operation")
    _forbid_rewriting("change")


def _forbid_rewriting(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION journal_is_append_only()"
    )

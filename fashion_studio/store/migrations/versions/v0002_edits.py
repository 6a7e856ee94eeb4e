"""The second version: stacks of edits, photos made by edits, and the project's own folder of them."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "2"
down_revision: Final = "1"


def upgrade() -> None:
    """Adds two tables and a column; no row of an older project changes."""
    op.add_column("root", sa.Column("own", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "edit_stack",
        sa.Column(
            "item_id",
            sa.Integer,
            sa.ForeignKey("item.id", name="fk_edit_stack_item_id"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("stack", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("item_id", name="pk_edit_stack"),
    )
    op.create_table(
        "derived",
        sa.Column(
            "item_id",
            sa.Integer,
            sa.ForeignKey("item.id", name="fk_derived_item_id"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "parent_id", sa.Integer, sa.ForeignKey("item.id", name="fk_derived_parent_id"), nullable=False
        ),
        sa.Column("parent_hash", sa.Text, nullable=False),
        sa.Column("source_hash", sa.Text, nullable=False),
        sa.Column("stack", sa.Text, nullable=False),
        sa.Column("made_us", sa.BigInteger, nullable=False),
        sa.Column("hidden", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("item_id", name="pk_derived"),
    )
    op.create_index("ix_derived_parent_id", "derived", ["parent_id"])

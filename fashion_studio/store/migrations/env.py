"""Alembic's entry: runs the steps on the connection that `store.migrating` hands over."""

from __future__ import annotations

from alembic import context

from fashion_studio.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transaction_per_migration=False,
    render_as_batch=True,
)
context.run_migrations()

"""The third version: when the camera says a photo was taken."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "3"
down_revision: Final = "2"


def upgrade() -> None:
    """Adds a column; NULL says that nobody has looked yet, so the next scan does."""
    op.add_column("item_file", sa.Column("taken_us", sa.BigInteger))

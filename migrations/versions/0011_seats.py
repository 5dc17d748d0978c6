"""Which process has a delivery or a message in hand, where several share one PostgreSQL."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

IN_HAND = sa.text("taken_by IS NOT NULL")


def upgrade() -> None:
    """One step up."""
    op.add_column("inbox", sa.Column("taken_by", sa.BigInteger(), nullable=True))
    op.create_index("ix_inbox_taken_by", "inbox", ["taken_by"], sqlite_where=IN_HAND, postgresql_where=IN_HAND)
    op.add_column("nudge", sa.Column("taken_by", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """One step down."""
    op.drop_column("nudge", "taken_by")
    op.drop_index("ix_inbox_taken_by", "inbox")
    op.drop_column("inbox", "taken_by")

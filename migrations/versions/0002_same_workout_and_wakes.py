"""Which record a workout is counted in, and when an athlete is looked at again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up."""
    op.add_column("activity", sa.Column("same_as", sa.Text(), nullable=True))
    op.create_table(
        "wake",
        sa.Column("athlete_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("athlete_id", "what", name=op.f("pk_wake")),
    )
    op.create_index("ix_wake_due_ms", "wake", ["due_ms"], unique=False)


def downgrade() -> None:
    """One step down."""
    op.drop_table("wake")
    op.drop_column("activity", "same_as")

"""Calls with an Idempotency-Key, and their first answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up."""
    op.create_table(
        "repeat",
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("begun_ms", sa.BigInteger(), nullable=False),
        sa.Column("worked", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("athlete_id", sa.Text(), nullable=True),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_repeat")),
    )
    op.create_index("ix_repeat_athlete_id", "repeat", ["athlete_id"])
    op.create_index("ix_repeat_expires_ms", "repeat", ["expires_ms"])


def downgrade() -> None:
    """One step down."""
    op.drop_table("repeat")

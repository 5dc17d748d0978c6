"""Keys that end, the athletes of a coach's key, and the limits of the installation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up."""
    op.add_column("api_key", sa.Column("expires_ms", sa.BigInteger(), nullable=True))
    op.create_table(
        "coaching",
        sa.Column("athlete_id", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("athlete_id", "key_id", name=op.f("pk_coaching")),
    )
    op.create_index("ix_coaching_key_id", "coaching", ["key_id"])
    op.create_table(
        "house_limits",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("limits", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house_limits")),
    )


def downgrade() -> None:
    """One step down."""
    op.drop_table("house_limits")
    op.drop_table("coaching")
    op.drop_column("api_key", "expires_ms")

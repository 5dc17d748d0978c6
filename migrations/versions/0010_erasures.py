"""Erasures: what is left to do and the proof of it, messages to delete at vendors, and keyed hashes of who left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up."""
    op.create_table(
        "erasure",
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("athlete_id", sa.Text(), nullable=True),
        sa.Column("trail", sa.LargeBinary(), nullable=True),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.Column("ready_ms", sa.BigInteger(), nullable=False),
        sa.Column("done_ms", sa.BigInteger(), nullable=True),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("vendors", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_erasure")),
    )
    op.create_index("ix_erasure_athlete_id", "erasure", ["athlete_id"])
    _errands()
    op.create_table(
        "tombstone",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_tombstone")),
    )
    op.create_table(
        "departed",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_departed")),
    )
    op.create_index("ix_departed_until_ms", "departed", ["until_ms"])


def _errands() -> None:
    op.create_table(
        "errand",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("athlete_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errand")),
        sa.UniqueConstraint("channel", "provider_id", name=op.f("uq_errand_channel_provider_id")),
    )
    op.create_index("ix_errand_athlete_id", "errand", ["athlete_id"])


def downgrade() -> None:
    """One step down."""
    for table in ("departed", "tombstone", "errand", "erasure"):
        op.drop_table(table)

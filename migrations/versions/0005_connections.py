"""Links to connect by, consents under way, an athlete's past being brought, goodbyes, and what is known of a vendor."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STAMPS = ("seen_ms", "asked_ms", "ended_ms", "forgotten_ms")


def upgrade() -> None:
    """One step up."""
    for name in STAMPS:
        op.add_column("connection", sa.Column(name, sa.BigInteger(), nullable=True))
    # Whoever was lost before is not asked now.
    op.execute("UPDATE connection SET asked_ms = created_ms WHERE state <> 'connected'")
    _consents()
    _work()


def _consents() -> None:
    op.create_table(
        "ticket",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("athlete_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_ticket")),
    )
    op.create_index("ix_ticket_athlete_id", "ticket", ["athlete_id"])
    op.create_table(
        "handshake",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("athlete_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("browser", sa.LargeBinary(), nullable=False),
        sa.Column("ticket", sa.LargeBinary(), nullable=False),
        sa.Column("verifier", sa.LargeBinary(), nullable=True),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_handshake")),
    )
    op.create_index("ix_handshake_athlete_id", "handshake", ["athlete_id"])


def _work() -> None:
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "backfill",
        sa.Column("athlete_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("begun_ms", sa.BigInteger(), nullable=False),
        sa.Column("page", sa.Text(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("fetched", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_ms", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "external_id", name=op.f("pk_backfill")),
    )
    op.create_index("ix_backfill_athlete_id", "backfill", ["athlete_id"])
    op.create_table(
        "farewell",
        sa.Column("id", serial, nullable=False),
        sa.Column("athlete_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("access_token", sa.LargeBinary(), nullable=True),
        sa.Column("refresh_token", sa.LargeBinary(), nullable=True),
        sa.Column("expires_ms", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_farewell")),
    )
    op.create_index("ix_farewell_athlete_id", "farewell", ["athlete_id"])
    op.create_table(
        "vendor",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("paused_ms", sa.BigInteger(), nullable=True),
        sa.Column("pause_reason", sa.Text(), nullable=False),
        sa.Column("checked_ms", sa.BigInteger(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("quiet", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("platform", name=op.f("pk_vendor")),
    )


def downgrade() -> None:
    """One step down."""
    for table in ("vendor", "farewell", "backfill", "handshake", "ticket"):
        op.drop_table(table)
    for name in reversed(STAMPS):
        op.drop_column("connection", name)

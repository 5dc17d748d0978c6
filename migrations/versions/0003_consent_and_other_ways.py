"""Consent by purpose with its ledger, verified addresses, other ways for a message, and channels that are down."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ALL = '["load","pain","digest"]'
WAITING = sa.text("state = 'waiting'")
AGAIN = sa.text("again_ms IS NOT NULL")


def upgrade() -> None:
    """One step up."""
    _addresses()
    _ledgers()
    op.add_column("nudge", sa.Column("copy_of", sa.Text(), nullable=True))
    op.add_column("nudge", sa.Column("again_ms", sa.BigInteger(), nullable=True))
    op.add_column("nudge", sa.Column("segments", sa.Integer(), nullable=True))
    op.create_index("ix_nudge_address_id_sent_ms", "nudge", ["address_id", "sent_ms"])
    op.drop_index("ix_nudge_waiting", "nudge")
    order = ["channel", "not_before_ms", "made_ms", "id"]
    op.create_index("ix_nudge_waiting", "nudge", order, sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_index("ix_nudge_again", "nudge", ["again_ms"], sqlite_where=AGAIN, postgresql_where=AGAIN)


def _addresses() -> None:
    """Whoever agreed until now agreed to everything, and was trusted to own the address."""
    op.add_column("address", sa.Column("stopped_by", sa.BigInteger(), nullable=True))
    op.add_column("address", sa.Column("verified_ms", sa.BigInteger(), nullable=True))
    op.add_column("address", sa.Column("purposes", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("address", sa.Column("rank", sa.Integer(), nullable=False, server_default="0"))
    agreed = "WHERE consent_ms IS NOT NULL"
    op.execute(f"UPDATE address SET verified_ms = consent_ms, purposes = '{ALL}' {agreed}")  # noqa: S608 - our own words
    op.execute("UPDATE address SET stopped_by = id WHERE stopped_ms IS NOT NULL")


def _ledgers() -> None:
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "consent",
        sa.Column("id", serial, nullable=False),
        sa.Column("athlete_id", sa.Text(), nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("purposes", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_athlete_id_id", "consent", ["athlete_id", "id"])
    op.execute(
        "INSERT INTO consent (athlete_id, address_id, at_ms, what, purposes, by, how, words) "  # noqa: S608 - our own
        f"SELECT athlete_id, id, consent_ms, 'given', '{ALL}', 'operator', consent_how, '' FROM address "
        "WHERE consent_ms IS NOT NULL ORDER BY id"
    )
    op.create_table(
        "verification",
        sa.Column("id", serial, nullable=False),
        sa.Column("athlete_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification")),
    )
    columns = ["channel", "address_hash", "made_ms"]
    op.create_index("ix_verification_channel_address_hash_made_ms", "verification", columns)
    op.create_table(
        "outage",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_outage")),
    )
    op.create_table(
        "spent",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "day", name=op.f("pk_spent")),
    )


def downgrade() -> None:
    """One step down."""
    for table in ("spent", "outage", "verification", "consent"):
        op.drop_table(table)
    for index in ("ix_nudge_again", "ix_nudge_waiting", "ix_nudge_address_id_sent_ms"):
        op.drop_index(index, "nudge")
    op.create_index("ix_nudge_waiting", "nudge", ["not_before_ms"], sqlite_where=WAITING, postgresql_where=WAITING)
    for column in ("segments", "again_ms", "copy_of"):
        op.drop_column("nudge", column)
    for column in ("rank", "purposes", "verified_ms", "stopped_by"):
        op.drop_column("address", column)

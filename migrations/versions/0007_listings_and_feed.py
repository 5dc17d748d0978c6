"""Indexes for what listings are narrowed by, and the feed of what happened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_inbox_received_ms", "inbox", ["received_ms", "id"]),
    ("ix_inbox_lane_received_ms", "inbox", ["lane", "received_ms", "id"]),
    ("ix_nudge_athlete_id_made_ms", "nudge", ["athlete_id", "made_ms", "id"]),
    ("ix_connection_platform_id", "connection", ["platform", "id"]),
    ("ix_audit_at_ms", "audit", ["at_ms", "id"]),
    ("ix_audit_actor", "audit", ["actor", "at_ms", "id"]),
    ("ix_audit_action", "audit", ["action", "at_ms", "id"]),
)
LOST = sa.text("state <> 'connected'")
ASIDE = sa.text("state = 'dead' OR state = 'stray'")


def upgrade() -> None:
    """One step up."""
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)
    _set_aside(["state", "received_ms", "id"])
    # By both, or the one by platform would look better where both are known.
    _by_athlete(["athlete_id", "platform"])
    op.create_index("ix_connection_lost", "connection", ["state", "id"], sqlite_where=LOST, postgresql_where=LOST)
    _names()
    _feed()


def _set_aside(columns: list[str]) -> None:
    op.drop_index("ix_inbox_aside", table_name="inbox")
    op.create_index("ix_inbox_aside", "inbox", columns, sqlite_where=ASIDE, postgresql_where=ASIDE)


def _by_athlete(columns: list[str]) -> None:
    op.drop_index("ix_connection_athlete_id", table_name="connection")
    op.create_index("ix_connection_athlete_id", "connection", columns)


def _names() -> None:
    """What a name is looked for by: as `casefold` has it, which no database does alike."""
    plain = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.add_column("athlete", sa.Column("sought", plain, nullable=False, server_default=""))
    op.create_index("ix_athlete_sought", "athlete", ["sought", "id"])
    athlete = sa.table("athlete", sa.column("id"), sa.column("name"), sa.column("sought"))
    bind = op.get_bind()
    names = bind.execute(sa.select(athlete.c.id, athlete.c.name)).all()
    for athlete_id, name in names:
        bind.execute(sa.update(athlete).where(athlete.c.id == athlete_id).values(sought=name.casefold()))


def _feed() -> None:
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "feed",
        sa.Column("id", serial, nullable=False),
        sa.Column("athlete_id", sa.Text(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
    )
    op.create_index("ix_feed_athlete_id_id", "feed", ["athlete_id", "id"])


def downgrade() -> None:
    """One step down."""
    op.drop_table("feed")
    op.drop_index("ix_athlete_sought", table_name="athlete")
    op.drop_column("athlete", "sought")
    op.drop_index("ix_connection_lost", table_name="connection")
    _by_athlete(["athlete_id"])
    _set_aside(["state", "id"])
    for name, table, _ in reversed(INDEXES):
        op.drop_index(name, table_name=table)

"""The first tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PARTITIONS = 16
"""Of each table that grows without end, on PostgreSQL: fixed, because another number would move every row."""

# What a table is split by cannot be changed afterwards, so it has its order of bytes from the start (see env.py).
SPLIT_BY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def on_postgres() -> bool:
    """Which of the two it is."""
    return op.get_context().dialect.name == "postgresql"


def split(by: str) -> dict[str, Any]:
    """The options of a table that PostgreSQL splits by the hash of one column."""
    return {"postgresql_partition_by": f"HASH ({by})"}


def cut(table: str) -> None:
    """Make the parts. SQLite keeps a table whole."""
    if on_postgres():
        for n in range(PARTITIONS):
            part = f"{table}_p{n:02d}"
            op.execute(
                f"CREATE TABLE {part} PARTITION OF {table} FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {n})"
            )


def upgrade() -> None:
    """One step up."""
    op.create_table(
        "activity",
        sa.Column("athlete_id", SPLIT_BY, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("sport", sa.Text(), nullable=False),
        sa.Column("running", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("elapsed_s", sa.Integer(), nullable=True),
        sa.Column("moving_s", sa.Integer(), nullable=True),
        sa.Column("distance_m", sa.Integer(), nullable=True),
        sa.Column("climb_m", sa.Integer(), nullable=True),
        sa.Column("avg_hr", sa.Integer(), nullable=True),
        sa.Column("blob", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("key", "athlete_id", name=op.f("pk_activity")),
        **split("athlete_id"),
    )
    cut("activity")
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.create_index("ix_activity_athlete_id_start_ms", ["athlete_id", "start_ms"], unique=False)

    op.create_table(
        "address",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("athlete_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("consent_ms", sa.BigInteger(), nullable=True),
        sa.Column("consent_how", sa.Text(), nullable=False),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.Column("stopped_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
        sa.UniqueConstraint("athlete_id", "channel", "address", name=op.f("uq_address_athlete_id_channel_address")),
    )
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.create_index("ix_address_channel_address", ["channel", "address"], unique=False)

    op.create_table(
        "api_key",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=True),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
    )
    op.create_table(
        "athlete",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_athlete")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "connection",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("athlete_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("access_token", sa.LargeBinary(), nullable=True),
        sa.Column("refresh_token", sa.LargeBinary(), nullable=True),
        sa.Column("expires_ms", sa.BigInteger(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection")),
        sa.UniqueConstraint("platform", "external_id", name=op.f("uq_connection_platform_external_id")),
    )
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_connection_athlete_id"), ["athlete_id"], unique=False)

    op.create_table(
        "finding",
        sa.Column("athlete_id", SPLIT_BY, nullable=False),
        sa.Column("activity", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("band", sa.Integer(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("athlete_id", "activity", "rule", "band", name=op.f("pk_finding")),
        **split("athlete_id"),
    )
    cut("finding")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index("ix_finding_athlete_id_at_ms", ["athlete_id", "at_ms"], unique=False)

    op.create_table(
        "held",
        sa.Column("athlete_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("athlete_id", "id", name=op.f("pk_held")),
    )
    op.create_table(
        "inbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=True),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("key", SPLIT_BY, nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("delays", sa.Integer(), nullable=False),
        sa.Column("not_before_ms", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("settled_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint(*(("id", "key") if on_postgres() else ("id",)), name=op.f("pk_inbox")),
        sa.UniqueConstraint("platform", "key", name=op.f("uq_inbox_platform_key")),
        **split("key"),  # Whose a delivery is, is not known yet; and its name must be unique across all parts.
    )
    cut("inbox")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_inbox_aside",
            ["state", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'dead' OR state = 'stray'"),
            postgresql_where=sa.text("state = 'dead' OR state = 'stray'"),
        )
        batch_op.create_index(
            "ix_inbox_lane",
            ["lane", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.create_index(
            "ix_inbox_waiting",
            ["id", "not_before_ms"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "nudge",
        sa.Column("athlete_id", SPLIT_BY, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("bands", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=True),
        sa.Column("address_id", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("voice", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("not_before_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("taken_ms", sa.BigInteger(), nullable=True),
        sa.Column("look_ms", sa.BigInteger(), nullable=True),
        sa.Column("sent_ms", sa.BigInteger(), nullable=True),
        sa.Column("answered_ms", sa.BigInteger(), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("athlete_id", "id", name=op.f("pk_nudge")),
        **split("athlete_id"),
    )
    cut("nudge")
    with op.batch_alter_table("nudge", schema=None) as batch_op:
        batch_op.create_index("ix_nudge_athlete_id_not_before_ms", ["athlete_id", "not_before_ms"], unique=False)
        batch_op.create_index("ix_nudge_id", ["id"], unique=False)
        batch_op.create_index(
            "ix_nudge_open",
            ["state", "athlete_id"],
            unique=False,
            sqlite_where=sa.text("state = 'taken' OR state = 'unknown'"),
            postgresql_where=sa.text("state = 'taken' OR state = 'unknown'"),
        )
        batch_op.create_index(
            "ix_nudge_waiting",
            ["not_before_ms"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "occurrence",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "due_ms", name=op.f("pk_occurrence")),
    )
    op.create_table(
        "report",
        sa.Column("athlete_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("athlete_id", "key", name=op.f("pk_report")),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index("ix_report_athlete_id_at_ms", ["athlete_id", "at_ms"], unique=False)

    op.create_table(
        "state",
        sa.Column("athlete_id", sa.Text(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("athlete_id", name=op.f("pk_state")),
    )
    op.create_table(
        "wellness",
        sa.Column("athlete_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("athlete_id", "key", name=op.f("pk_wellness")),
    )
    with op.batch_alter_table("wellness", schema=None) as batch_op:
        batch_op.create_index("ix_wellness_athlete_id_day", ["athlete_id", "day"], unique=False)


def downgrade() -> None:
    """One step down."""
    with op.batch_alter_table("wellness", schema=None) as batch_op:
        batch_op.drop_index("ix_wellness_athlete_id_day")

    op.drop_table("wellness")
    op.drop_table("state")
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_index("ix_report_athlete_id_at_ms")

    op.drop_table("report")
    op.drop_table("occurrence")
    with op.batch_alter_table("nudge", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_nudge_waiting", sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'")
        )
        batch_op.drop_index(
            "ix_nudge_open",
            sqlite_where=sa.text("state = 'taken' OR state = 'unknown'"),
            postgresql_where=sa.text("state = 'taken' OR state = 'unknown'"),
        )
        batch_op.drop_index("ix_nudge_id")
        batch_op.drop_index("ix_nudge_athlete_id_not_before_ms")

    op.drop_table("nudge")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_inbox_waiting", sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'")
        )
        batch_op.drop_index(
            "ix_inbox_lane", sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'")
        )
        batch_op.drop_index(
            "ix_inbox_aside",
            sqlite_where=sa.text("state = 'dead' OR state = 'stray'"),
            postgresql_where=sa.text("state = 'dead' OR state = 'stray'"),
        )

    op.drop_table("inbox")
    op.drop_table("held")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_index("ix_finding_athlete_id_at_ms")

    op.drop_table("finding")
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_connection_athlete_id"))

    op.drop_table("connection")
    op.drop_table("audit")
    op.drop_table("athlete")
    op.drop_table("api_key")
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.drop_index("ix_address_channel_address")

    op.drop_table("address")
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.drop_index("ix_activity_athlete_id_start_ms")

    op.drop_table("activity")

"""The operator's desk: each athlete at a glance, connections that fell silent, visits, and what lists are read by."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FAILED = sa.text("state = 'failed'")
RANK = {
    "urgent": 9,
    "refer": 8,
    "rest72": 7,
    "rest24": 6,
    "triage": 5,
    "settling": 4,
    "return": 3,
    "monitor": 2,
}
"""How grave each stage of a pain story was when this was written."""


def upgrade() -> None:
    """One step up."""
    _tables()
    op.create_index("ix_held_at_ms_reason", "held", ["at_ms", "reason"])
    op.create_index("ix_nudge_failed", "nudge", ["not_before_ms"], sqlite_where=FAILED, postgresql_where=FAILED)
    op.create_index("ix_audit_object_id", "audit", ["object", "id"])
    _look_at_everybody()


def _tables() -> None:
    op.create_table(
        "glance",
        sa.Column("athlete_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False, server_default=""),
        sa.Column("rank", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("rest_ms", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("slow_ms", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("last_ms", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("last_sport", sa.Text(), nullable=False, server_default=""),
        sa.Column("last_platform", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("athlete_id", name=op.f("pk_glance")),
    )
    op.create_table(
        "quiet",
        sa.Column("athlete_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("athlete_id", "platform", name=op.f("pk_quiet")),
    )
    op.create_table(
        "sitting",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("began_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_sitting")),
    )


def _look_at_everybody() -> None:
    """Who is here already gets a row now; from here on the service keeps them."""
    bind = op.get_bind()
    for athlete_id, name in bind.execute(sa.text("SELECT id, name FROM athlete")).all():
        mine = {"id": athlete_id}
        blob = bind.execute(sa.text("SELECT blob FROM state WHERE athlete_id = :id"), mine).scalar()
        last = bind.execute(sa.text(_LAST), mine).one_or_none() or (0, "", "")
        rest, slow = bind.execute(sa.text(_FOUND), mine).one()
        row = {"id": athlete_id, "name": name, "folded": name.casefold(), "stage": _stage(blob)}
        row |= {"rank": RANK.get(row["stage"], 0), "rest": rest, "slow": slow}
        bind.execute(sa.text(_INSERT), row | dict(zip(("last", "sport", "platform"), last, strict=True)))


_LAST = (
    "SELECT start_ms, sport, platform FROM activity WHERE athlete_id = :id AND NOT removed "
    "ORDER BY start_ms DESC LIMIT 1"
)
_FOUND = (
    "SELECT COALESCE(MAX(CASE WHEN severity > 2 THEN at_ms END), 0), COALESCE(MAX(CASE WHEN severity = 2 THEN at_ms "
    "END), 0) FROM finding WHERE athlete_id = :id"
)
_INSERT = (
    "INSERT INTO glance (athlete_id, name, folded, stage, rank, rest_ms, slow_ms, last_ms, last_sport, last_platform) "
    "VALUES (:id, :name, :folded, :stage, :rank, :rest, :slow, :last, :sport, :platform)"
)


def _stage(blob: bytes | None) -> str:
    """The gravest stage in a packed state; one of another shape is folded anew by the service, and tells then."""
    try:
        value: Any = {} if blob is None else msgspec.msgpack.decode(blob)
        stages = [episode[2] for episode in value["pain"]["episodes"]] if value else []
    except (msgspec.MsgspecError, KeyError, IndexError, TypeError):
        stages = []
    return max((stage for stage in stages if stage in RANK), key=lambda stage: RANK[stage], default="")


def downgrade() -> None:
    """One step down."""
    op.drop_index("ix_audit_object_id", "audit")
    op.drop_index("ix_nudge_failed", "nudge")
    op.drop_index("ix_held_at_ms_reason", "held")
    for table in ("sitting", "quiet", "glance"):
        op.drop_table(table)

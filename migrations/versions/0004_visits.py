"""Links into the athlete's page, and the visits that they open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up."""
    op.create_table(
        "link",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("athlete_id", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_link")),
    )
    op.create_index("ix_link_athlete_id_made_ms", "link", ["athlete_id", "made_ms"])
    op.create_table(
        "visit",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("athlete_id", sa.Text(), nullable=False),
        sa.Column("began_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_visit")),
    )
    op.create_index("ix_visit_athlete_id", "visit", ["athlete_id"])


def downgrade() -> None:
    """One step down."""
    op.drop_index("ix_visit_athlete_id", "visit")
    op.drop_table("visit")
    op.drop_index("ix_link_athlete_id_made_ms", "link")
    op.drop_table("link")

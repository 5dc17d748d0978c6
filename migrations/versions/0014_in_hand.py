"""What is in hand stands in a narrow table of its own; who is behind a delivery that was put off is found by an index.

Expands only: `inbox.taken_by` and its index stay for processes of the version before, which may still run beside this
one, and whose marks are left to them. They do not see what this one has in hand: there the delivery's own state
decides, and a second look changes nothing. The next version may drop both.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

PUT_OFF = sa.text("state = 'waiting' AND not_before_ms > 0")


def upgrade() -> None:
    """One step up."""
    on_postgres = op.get_context().dialect.name == "postgresql"
    op.create_table(
        "hand",
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("seat", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_hand")),
        prefixes=["UNLOGGED"] if on_postgres else [],
    )
    op.create_index(
        "ix_inbox_put_off",
        "inbox",
        ["lane", "not_before_ms"],
        sqlite_where=PUT_OFF,
        postgresql_where=PUT_OFF,
    )


def downgrade() -> None:
    """One step down."""
    op.drop_index("ix_inbox_put_off", "inbox")
    op.drop_table("hand")

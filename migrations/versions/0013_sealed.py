"""Addresses are found by a keyed hash and lie sealed; what the sealing itself has to remember.

Sealing takes the key, which no migration has: `twinge serve` and `twinge db upgrade` seal what is plain after it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up."""
    op.drop_index("ix_address_channel_address", "address")
    with op.batch_alter_table("address") as table:
        table.add_column(sa.Column("blind", sa.LargeBinary(), nullable=True))
        table.drop_constraint("uq_address_athlete_id_channel_address", type_="unique")
        table.create_unique_constraint("uq_address_athlete_id_channel_blind", ["athlete_id", "channel", "blind"])
    op.create_index("ix_address_channel_blind", "address", ["channel", "blind"])
    op.create_table(
        "sealing",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sealing")),
    )


def downgrade() -> None:
    """One step down; what is sealed stays sealed, and the version before can not open it."""
    op.drop_table("sealing")
    op.drop_index("ix_address_channel_blind", "address")
    with op.batch_alter_table("address") as table:
        table.drop_constraint("uq_address_athlete_id_channel_blind", type_="unique")
        table.create_unique_constraint("uq_address_athlete_id_channel_address", ["athlete_id", "channel", "address"])
        table.drop_column("blind")
    op.create_index("ix_address_channel_address", "address", ["channel", "address"])

"""A state is kept as it is packed, not compressed: on PostgreSQL that was a third of what a workout cost the server."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _store(how: str) -> None:
    """Touches no row: the next write of each keeps it the new way."""
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE state ALTER COLUMN blob SET STORAGE {how}")


def upgrade() -> None:
    """One step up."""
    _store("EXTERNAL")


def downgrade() -> None:
    """One step down."""
    _store("EXTENDED")

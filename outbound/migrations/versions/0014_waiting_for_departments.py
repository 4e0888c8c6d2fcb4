"""What waits for a department is found at once, among millions of letters.

Revision ID: 0014
Revises: 0013
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_letter_held": (["department", "updated_at"], "status = 'HELD'"),
    "ix_letter_came_back": (["department", "updated_at"], "status = 'RETURNED' AND acknowledged_at IS NULL"),
    "ix_letter_last_day": (
        ["department", "useful_until"],
        "useful_until IS NOT NULL AND status IN ('RECEIVED', 'RENDERED', 'ROUTED', 'HELD')",
    ),
}


def upgrade() -> None:
    with _beside_others() as concurrently:
        for name, (columns, which) in INDEXES.items():
            if concurrently:
                op.drop_index(name, "letter", if_exists=True, postgresql_concurrently=True)  # broken off before
            op.create_index(
                name,
                "letter",
                columns,
                unique=False,
                sqlite_where=sa.text(which),
                postgresql_where=sa.text(which),
                postgresql_concurrently=concurrently,
            )


def downgrade() -> None:
    with _beside_others() as concurrently:
        for name in reversed(INDEXES):
            op.drop_index(name, "letter", postgresql_concurrently=concurrently)


@contextmanager
def _beside_others() -> Iterator[bool]:
    """On PostgreSQL without a lock that keeps workers from writing letters; that cannot be done in a transaction."""
    if op.get_context().dialect.name != "postgresql":
        yield False
        return
    with op.get_context().autocommit_block():
        yield True

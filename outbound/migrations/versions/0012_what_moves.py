"""Indexes of what operations look at all day: dispatches that are open or in doubt, returns that nobody has seen to.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

UNSETTLED = sa.text("outcome IN ('open', 'doubt')")
UNSEEN = sa.text("status = 'RETURNED' AND acknowledged_at IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_dispatch_unsettled",
        "dispatch",
        ["outcome", "letter_id"],
        sqlite_where=UNSETTLED,
        postgresql_where=UNSETTLED,
    )
    op.create_index("ix_letter_returned", "letter", ["id", "updated_at"], sqlite_where=UNSEEN, postgresql_where=UNSEEN)


def downgrade() -> None:
    op.drop_index("ix_letter_returned", "letter")
    op.drop_index("ix_dispatch_unsettled", "dispatch")

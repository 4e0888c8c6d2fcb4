"""Indexes of what operations look at all day: dispatches that are open or in doubt, returns that nobody has seen to.

Revision ID: 0012
Revises: 0011
"""

from outbound.migrations.beside import Index, build, drop

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INDEXES = (
    Index("ix_dispatch_unsettled", "dispatch", ("outcome", "letter_id"), "outcome IN ('open', 'doubt')"),
    Index("ix_letter_returned", "letter", ("id", "updated_at"), "status = 'RETURNED' AND acknowledged_at IS NULL"),
)


def upgrade() -> None:
    build(INDEXES)


def downgrade() -> None:
    drop(INDEXES)

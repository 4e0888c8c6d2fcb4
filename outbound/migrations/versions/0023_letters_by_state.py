"""Letters of a state in the order of their ids, and consignments with a question to ask: found by indexes of their own.

Revision ID: 0023
Revises: 0022
"""

from outbound.migrations.beside import Index, build, drop

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INDEXES = (
    Index("ix_letter_of_status", "letter", ("status", "id")),
    Index("ix_consignment_asked", "consignment", ("channel",), "due_at IS NOT NULL"),
)


def upgrade() -> None:
    build(INDEXES)


def downgrade() -> None:
    drop(INDEXES)

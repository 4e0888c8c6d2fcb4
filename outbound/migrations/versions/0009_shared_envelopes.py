"""Householding: in whose envelope a letter goes. Those of before have envelopes of their own.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SHARED = "envelope_of IS NOT NULL"


def upgrade() -> None:
    op.add_column("dispatch", sa.Column("envelope_of", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_dispatch_envelope_of",
        "dispatch",
        ["envelope_of"],
        unique=False,
        sqlite_where=sa.text(SHARED),
        postgresql_where=sa.text(SHARED),
    )


def downgrade() -> None:
    op.drop_index("ix_dispatch_envelope_of", "dispatch")
    op.drop_column("dispatch", "envelope_of")

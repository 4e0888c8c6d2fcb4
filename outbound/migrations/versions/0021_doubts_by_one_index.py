"""Dispatches in doubt are found by the index of those that are open or in doubt; the one of their own goes.

Revision ID: 0021
Revises: 0020
"""

from outbound.migrations.beside import Index, build, drop

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

INDEXES = (Index("ix_dispatch_doubt", "dispatch", ("consignment_id",), "outcome = 'doubt'"),)


def upgrade() -> None:
    drop(INDEXES)


def downgrade() -> None:
    build(INDEXES)

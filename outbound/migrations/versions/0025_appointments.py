"""Reminders by what they are useful until: the first appointment ahead is found without reading those of years.

Revision ID: 0025
Revises: 0024
"""

from outbound.migrations.beside import Index, build, drop

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

INDEXES = (Index("ix_reminder_useful_until", "reminder", ("useful_until",)),)


def upgrade() -> None:
    build(INDEXES)


def downgrade() -> None:
    drop(INDEXES)

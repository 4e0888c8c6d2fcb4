"""Reminders (NemSMS): one row for each letter that has one planned. Letters of before have none.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from outbound.schema import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=True),
        sa.Column("planned_for", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("useful_until", Moment(), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=True),
        sa.Column("transmission", sa.String(length=80), nullable=True),
        sa.Column("claim_token", sa.String(length=32), nullable=True),
        sa.Column("claimed_until", Moment(), nullable=True),
        sa.Column("deaths", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("begun_at", Moment(), nullable=True),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_reminder_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("letter_id", name=op.f("uq_reminder_letter_id")),
    )
    op.create_index("ix_reminder_due", "reminder", ["state", "due_at"], unique=False)
    op.create_index("ix_reminder_claimed_until", "reminder", ["claimed_until"], unique=False)


def downgrade() -> None:
    op.drop_table("reminder")

"""Webhooks of the specialist systems, and the correlation id that a letter came in under.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

from outbound.schema import Moment

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letter", sa.Column("correlation", sa.String(64), nullable=True))
    op.create_table(
        "webhook",
        sa.Column("system", sa.String(64), nullable=False),
        sa.Column("txid", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("older_until", Moment(), nullable=True),
        sa.Column("delivered_at", Moment(), nullable=True),
        sa.Column("failing_since", Moment(), nullable=True),
        sa.Column("code", sa.String(60), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("claim_token", sa.String(32), nullable=True),
        sa.Column("claimed_until", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("system", name="pk_webhook"),
    )


def downgrade() -> None:
    op.drop_table("webhook")
    with op.batch_alter_table("letter") as table:
        table.drop_column("correlation")

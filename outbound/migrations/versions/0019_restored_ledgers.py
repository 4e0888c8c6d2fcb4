"""Ledgers that were restored from a back-up: the marks kept outside, and what suppliers have had before.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

from outbound.schema import Moment

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_id",
        sa.Column("name", sa.String(8), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_ledger_id"),
    )
    op.create_table(
        "restoration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("suspected_at", Moment(), nullable=True),
        sa.Column("taken_at", Moment(), nullable=True),
        sa.Column("begun_at", Moment(), nullable=True),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_restoration"),
        sa.UniqueConstraint("place", name="uq_restoration_place"),
    )
    op.create_table(
        "sent_before",
        sa.Column("dispatch_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("provider", sa.String(40), nullable=False),
        sa.Column("told_at", Moment(), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("dispatch_id", name="pk_sent_before"),
    )
    left_over = sa.text("settled_at IS NULL")
    op.create_index(
        "ix_sent_before_left_over",
        "sent_before",
        ["dispatch_id"],
        unique=False,
        sqlite_where=left_over,
        postgresql_where=left_over,
    )


def downgrade() -> None:
    op.drop_table("sent_before")
    op.drop_table("restoration")
    op.drop_table("ledger_id")

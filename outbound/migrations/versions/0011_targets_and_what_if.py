"""Local print, what the look-up said of a letter's recipient, and hand-overs folded by what their price depends on.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

from outbound.schema import Moment, Serial

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letter", sa.Column("mailbox", sa.String(20), nullable=True))
    op.create_table(
        "local_print",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("letters", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_local_print"),
    )
    op.create_index("ix_local_print_department", "local_print", ["department", "first"], unique=False)
    op.create_table(
        "hand_over_kind",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hand_over_kind"),
        sa.UniqueConstraint("hash", name="uq_hand_over_kind_hash"),
    )
    op.create_table(
        "hand_over",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind_id", sa.BigInteger(), nullable=False),
        sa.Column("letters", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["kind_id"], ["hand_over_kind.id"], name="fk_hand_over_kind_id"),
        sa.PrimaryKeyConstraint("day", "kind_id", name="pk_hand_over"),
    )
    op.create_table(
        "fold",
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_fold"),
    )


def downgrade() -> None:
    op.drop_table("fold")
    op.drop_table("hand_over")
    op.drop_table("hand_over_kind")
    op.drop_table("local_print")
    with op.batch_alter_table("letter") as table:
        table.drop_column("mailbox")

"""Post that comes back: the code in a letter's window, and each return with its reason. Letters of before have none.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from outbound.schema import Moment, Serial

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letter", sa.Column("return_code", sa.String(length=11), nullable=True))
    op.create_index("uq_letter_return_code", "letter", ["return_code"], unique=True)
    op.create_table(
        "returned",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("dispatch_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("was", sa.String(length=10), nullable=False),
        sa.Column("held_code", sa.String(length=60), nullable=True),
        sa.Column("waits_for", sa.String(length=12), nullable=True),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("undone_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_returned_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returned")),
    )
    op.create_index("ix_returned_letter_id", "returned", ["letter_id"], unique=False)
    op.create_index("ix_returned_at", "returned", ["at"], unique=False)


def downgrade() -> None:
    op.drop_table("returned")
    op.drop_index("uq_letter_return_code", table_name="letter")
    op.drop_column("letter", "return_code")

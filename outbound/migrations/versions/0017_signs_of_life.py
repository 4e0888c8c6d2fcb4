"""Signs of life and totals for machines.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

from outbound.schema import Moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_of_life",
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name="pk_sign_of_life"),
    )
    op.create_table(
        "tally",
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("of", sa.String(60), nullable=False),
        sa.Column("answer", sa.String(40), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "of", "answer", name="pk_tally"),
    )


def downgrade() -> None:
    op.drop_table("tally")
    op.drop_table("sign_of_life")

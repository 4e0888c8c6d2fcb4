"""How large a letter is set. What was taken in before is set as it was.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letter", sa.Column("format", sa.String(10), nullable=False, server_default="normal"))


def downgrade() -> None:
    op.drop_column("letter", "format")

"""An index of the few letters whose last claim died: without it every claim read all that wait.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DIED = "deaths > 0 AND claim_token IS NULL"


def upgrade() -> None:
    op.create_index(
        "ix_letter_died", "letter", ["status", "lane"], sqlite_where=sa.text(DIED), postgresql_where=sa.text(DIED)
    )


def downgrade() -> None:
    op.drop_index("ix_letter_died", "letter")

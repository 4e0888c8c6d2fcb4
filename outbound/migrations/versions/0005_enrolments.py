"""What the enrolment register answered lately, when a letter's look-up was, and how much a minute was taken.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enrolment",
        sa.Column("recipient_key", sa.String(64), nullable=False),
        sa.Column("mailbox", sa.String(20), nullable=True),
        sa.Column("looked_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("recipient_key", name="pk_enrolment"),
    )
    op.create_index("ix_enrolment_looked_up_at", "enrolment", ["looked_up_at"], unique=False)
    op.create_table(
        "pace",
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("full_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_pace"),
    )
    op.add_column("letter", sa.Column("looked_up_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("letter") as table:
        table.drop_column("looked_up_at")
    op.drop_table("pace")
    op.drop_index("ix_enrolment_looked_up_at", table_name="enrolment")
    op.drop_table("enrolment")

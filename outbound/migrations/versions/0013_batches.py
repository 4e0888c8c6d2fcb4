"""Acts on many letters at once, faulty letters and who got them.

Revision ID: 0013
Revises: 0012
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from outbound.schema import Moment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

DUE = "due_at IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verb", sa.String(30), nullable=False),
        sa.Column("channel", sa.String(10), nullable=True),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("phase", sa.String(10), nullable=False),
        sa.Column("acts_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("undone_by", sa.String(80), nullable=True),
        sa.Column("undone_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_index("ix_batch_at", "batch", ["at", "id"], unique=False)
    op.create_index("ix_batch_due", "batch", ["due_at"], **_some(DUE))
    op.create_table(
        "batch_letter",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("code", sa.String(60), nullable=True),
        sa.Column("was", sa.String(30), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_letter_batch_id")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_batch_letter_letter_id")),
        sa.PrimaryKeyConstraint("batch_id", "letter_id", name=op.f("pk_batch_letter")),
    )
    op.create_index("ix_batch_letter_state", "batch_letter", ["batch_id", "state", "letter_id"], unique=False)
    op.create_index("ix_batch_letter_letter_id", "batch_letter", ["letter_id"], unique=False)
    _faulty()
    op.add_column("letter", sa.Column("corrects", sa.Uuid(), nullable=True))


def _faulty() -> None:
    op.create_table(
        "faulty",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("found_at", Moment(), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faulty")),
    )
    op.create_index("ix_faulty_at", "faulty", ["at", "id"], unique=False)
    op.create_table(
        "faulty_letter",
        sa.Column("faulty_id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("dispatch_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["faulty_id"], ["faulty.id"], name=op.f("fk_faulty_letter_faulty_id")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_faulty_letter_letter_id")),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatch.id"], name=op.f("fk_faulty_letter_dispatch_id")),
        sa.PrimaryKeyConstraint("faulty_id", "letter_id", name=op.f("pk_faulty_letter")),
    )


def _some(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def downgrade() -> None:
    with op.batch_alter_table("letter") as table:
        table.drop_column("corrects")
    op.drop_table("faulty_letter")
    op.drop_table("faulty")
    op.drop_table("batch_letter")
    op.drop_table("batch")

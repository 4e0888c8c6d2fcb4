"""Print runs: control totals and what the printer counted, orders about them, and proof runs.

Runs of before are entered as they stand now: with their letters' pages, and as told of, since nobody misses them.

Revision ID: 0007
Revises: 0006
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from outbound.schema import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UNTOLD, HELD_BACK, OPEN = "told_at IS NULL", "held_back_at IS NOT NULL", "answered_at IS NULL"


def _some(condition: str, *, unique: bool = False) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition), "unique": unique}


def upgrade() -> None:
    counts = ("letters", "envelopes", "pages", "sheets")
    op.create_table(
        "print_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.Column("answer_due_at", Moment(), nullable=False),
        sa.Column("told_at", Moment(), nullable=True),
        *(sa.Column(f"counted_{name}", sa.Integer(), nullable=True) for name in counts),
        sa.Column("counted_at", Moment(), nullable=True),
        sa.Column("held_back_at", Moment(), nullable=True),
        sa.Column("recalled_at", Moment(), nullable=True),
        sa.Column("order_news_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["consignment.id"], name=op.f("fk_print_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_run")),
    )
    op.create_index("ix_print_run_closed_at", "print_run", ["closed_at", "id"], unique=False)
    op.create_index("ix_print_run_untold", "print_run", ["answer_due_at"], **_some(UNTOLD))
    op.create_index("ix_print_run_held_back", "print_run", ["held_back_at"], **_some(HELD_BACK))
    _orders()
    _proofs()
    _runs_of_before()


def _orders() -> None:
    op.create_table(
        "run_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=True),
        sa.Column("given_at", Moment(), nullable=True),
        sa.Column("answer", sa.String(length=12), nullable=True),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["print_run.id"], name=op.f("fk_run_order_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_order")),
    )
    op.create_index("ix_run_order_run_id", "run_order", ["run_id"], unique=False)
    op.create_index("ix_run_order_due_at", "run_order", ["due_at"], unique=False)
    op.create_index("uq_run_order_open", "run_order", ["run_id"], **_some(OPEN, unique=True))


def _proofs() -> None:
    op.create_table(
        "proof_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=True),
        sa.Column("told", sa.String(length=12), nullable=True),
        sa.Column("told_at", Moment(), nullable=True),
        sa.Column("posted_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_run")),
    )
    op.create_index("ix_proof_run_at", "proof_run", ["at", "id"], unique=False)
    op.create_table(
        "proof_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("letter_type", sa.String(length=64), nullable=False),
        sa.Column("told", sa.String(length=12), nullable=True),
        sa.Column("code", sa.String(length=80), nullable=True),
        sa.Column("told_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["proof_run.id"], name=op.f("fk_proof_letter_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_letter")),
    )
    op.create_index("ix_proof_letter_run_id", "proof_letter", ["run_id"], unique=False)


def _runs_of_before() -> None:
    """Those of several letters, and the single ones at the same provider: at others print goes letter by letter."""
    op.execute(
        """
        INSERT INTO print_run (id, closed_at, letters, envelopes, pages, sheets, answer_due_at, told_at)
        SELECT c.id, c.closed_at, c.letters, c.letters, sum(coalesce(l.pages, 0)), sum(coalesce(l.sheets, 0)),
               c.closed_at, c.closed_at
        FROM consignment c JOIN dispatch d ON d.consignment_id = c.id JOIN letter l ON l.id = d.letter_id
        WHERE c.channel = 'print' AND c.provider IN (
            SELECT provider FROM consignment WHERE channel = 'print' AND letters > 1)
        GROUP BY c.id, c.closed_at, c.letters
        """
    )


def downgrade() -> None:
    for table in ("proof_letter", "proof_run", "run_order", "print_run"):
        op.drop_table(table)

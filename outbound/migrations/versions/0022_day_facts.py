"""Facts: what the entries of a day add up to, by the way that letters went; and people counted once a month.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

from outbound.schema import Serial

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

SUMS = (
    "letters", "cost_porto", "cost_materials", "office_porto", "office_materials", "office_handling", "print_porto",
    "print_materials", "failed", "returned", "householding", "charged", "invoiced", "reminders", "reminders_cost",
)  # fmt: skip
PEOPLE = ("people", "people_enrolled", "letters", "letters_enrolled", "forgotten")
KEYS = {"department": 64, "system": 64, "letter_type": 64, "channel": 10, "route": 60, "mailbox": 20}


def upgrade() -> None:
    op.create_table(
        "way",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        *(sa.Column(name, sa.String(length), nullable=False) for name, length in KEYS.items()),
        sa.PrimaryKeyConstraint("id", name="pk_way"),
        sa.UniqueConstraint(*KEYS, name="uq_way"),
    )
    op.create_table(
        "day_fact",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("way_id", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in SUMS),
        sa.ForeignKeyConstraint(["way_id"], ["way.id"], name="fk_day_fact_way_id"),
        sa.PrimaryKeyConstraint("day", "way_id", name="pk_day_fact"),
    )
    op.create_table(
        "month_people",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in PEOPLE),
        sa.PrimaryKeyConstraint("month", name="pk_month_people"),
    )


def downgrade() -> None:
    for name in ("month_people", "day_fact", "way"):
        op.drop_table(name)
    op.execute("DELETE FROM fold WHERE name = 'day'")

"""The files of a reported month, made once and kept: only added to, as the report itself.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

from outbound.schema import Moment

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TABLE = "month_paper"
ON_POSTGRESQL = {
    "no_change": "BEFORE UPDATE OR DELETE ON month_paper FOR EACH ROW",
    "no_truncate": "BEFORE TRUNCATE ON month_paper FOR EACH STATEMENT",
}


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("report", sa.String(length=64), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["month"], ["month_report.month"], name=op.f("fk_month_paper_month")),
        sa.PrimaryKeyConstraint("month", "name", name=op.f("pk_month_paper")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for name, when in ON_POSTGRESQL.items():
            op.execute(f"CREATE TRIGGER {TABLE}_{name} {when} EXECUTE FUNCTION only_added_to()")
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {TABLE}_no_{act.lower()} BEFORE {act} ON {TABLE} "
            f"BEGIN SELECT RAISE(ABORT, '{TABLE} is only added to'); END"
        )
    op.execute(  # INSERT OR REPLACE removes a row without any DELETE that a trigger sees
        f"CREATE TRIGGER {TABLE}_no_replace BEFORE INSERT ON {TABLE} "  # noqa: S608 - names of ours
        f"WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE month = NEW.month AND name = NEW.name) "
        "BEGIN SELECT RAISE(IGNORE); END"
    )


def downgrade() -> None:
    op.drop_table(TABLE)

"""Books that are only added to: invoices, closed months, and no change of an entry by anybody.

The database itself refuses to change or remove what the accounts rest on, and an entry or invoice of a closed month.
On PostgreSQL whoever adds holds a lock that the closing waits for, and sees a closing that came first: so that nobody
who began before a closing adds to its month after it.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from outbound.schema import Moment, Serial

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEPT = ("entry", "tariff_row", "invoice", "invoice_line", "month_closed", "month_report")
DATED = ("entry", "invoice")
KEYS = {
    "entry": ("id = NEW.id",),
    "tariff_row": ("hash = NEW.hash",),
    "invoice": ("id = NEW.id", "provider = NEW.provider AND number = NEW.number"),
    "invoice_line": ("id = NEW.id", "invoice_id = NEW.invoice_id AND line = NEW.line"),
    "month_closed": ("month = NEW.month",),
    "month_report": ("month = NEW.month",),
}
"""Each key by itself, so that SQLite finds it by its index."""
ONCE = ("tariff_row", "month_report")
"""What is added unless it is there (ON CONFLICT DO NOTHING): what comes a second time is left out, and is no fault."""


def upgrade() -> None:
    _tables()
    if op.get_bind().dialect.name == "postgresql":
        _guard_on_postgresql()
    else:
        _guard_on_sqlite()


def _tables() -> None:
    op.create_table(
        "invoice",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("provider", "number", name=op.f("uq_invoice_provider_number")),
    )
    op.create_index("ix_invoice_day", "invoice", ["day"])
    op.create_table(
        "invoice_line",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("invoice_id", Serial, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("job", sa.String(length=64), nullable=False),
        sa.Column("dispatch_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("ours", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_line_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_line")),
        sa.UniqueConstraint("invoice_id", "line", name=op.f("uq_invoice_line_invoice_id_line")),
    )
    op.create_table(
        "month_closed",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_month_closed")),
    )
    op.create_table(
        "month_report",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["month"], ["month_closed.month"], name=op.f("fk_month_report_month")),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_month_report")),
    )


def _guard_on_sqlite() -> None:
    """One writer at a time: what a trigger sees is what the next one sees."""
    for table in KEPT:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
            )
    for table, keys in KEYS.items():  # INSERT OR REPLACE removes a row without any DELETE that a trigger sees
        known = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {key})" for key in keys)  # noqa: S608 - names of ours
        what = "IGNORE" if table in ONCE else f"ABORT, '{table} is only added to'"
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {known} BEGIN SELECT RAISE({what}); END"
        )
    for table in DATED:
        op.execute(
            f"CREATE TRIGGER {table}_of_open_month BEFORE INSERT ON {table} "  # noqa: S608 - names of ours
            "WHEN EXISTS (SELECT 1 FROM month_closed WHERE month >= date(NEW.day, 'start of month')) "
            f"BEGIN SELECT RAISE(ABORT, '{table}: its month is closed'); END"
        )


def _guard_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
    )
    # The lock is a statement of its own: the one after it sees what was committed while it waited.
    op.execute(
        "CREATE FUNCTION of_open_month() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "LOCK TABLE month_closed IN ROW SHARE MODE; "
        "IF EXISTS (SELECT 1 FROM month_closed WHERE month >= date_trunc('month', NEW.day)::date) THEN "
        "RAISE EXCEPTION '%: its month is closed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; "
        "END IF; RETURN NEW; END $$"
    )
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION only_added_to()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_added_to()"
        )
    for table in DATED:
        op.execute(
            f"CREATE TRIGGER {table}_of_open_month BEFORE INSERT ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION of_open_month()"
        )


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in KEPT:
        for guard in ("no_change", "no_truncate") if postgresql else ("no_update", "no_delete", "no_replace"):
            op.execute(f"DROP TRIGGER {table}_{guard}" + (f" ON {table}" if postgresql else ""))
    for table in DATED:
        op.execute(f"DROP TRIGGER {table}_of_open_month" + (f" ON {table}" if postgresql else ""))
    if postgresql:
        op.execute("DROP FUNCTION only_added_to()")
        op.execute("DROP FUNCTION of_open_month()")
    for table in ("month_report", "month_closed", "invoice_line", "invoice"):
        op.drop_table(table)

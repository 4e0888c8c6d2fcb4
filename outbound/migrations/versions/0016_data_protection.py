"""What data protection works with: when a letter was forgotten, legal holds, what retention did, changed numbers,
access requests, and a reading log that is only added to.

A line of the reading log can be removed once a row of `reading_dropped` says that everything before a moment is; that
row itself stays.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

from outbound.schema import Moment, Serial

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STANDING = "lifted_at IS NULL"


def upgrade() -> None:
    op.add_column("letter", sa.Column("forgotten_at", Moment(), nullable=True))
    op.add_column("receipt_inbox", sa.Column("letter_id", sa.Uuid(), nullable=True))
    op.add_column("reading", sa.Column("recipient_key", sa.String(64), nullable=True))
    _tables()
    standing = sa.text(STANDING)
    op.create_index(
        "ix_legal_hold_standing", "legal_hold", ["scope", "key"], sqlite_where=standing, postgresql_where=standing
    )
    op.create_index("ix_legal_hold_at", "legal_hold", ["at", "id"])
    op.create_index("ix_same_person_new_key", "same_person", ["new_key"])
    op.create_index("ix_access_request_at", "access_request", ["at", "id"])
    if op.get_bind().dialect.name == "postgresql":
        _guard_on_postgresql()
    else:
        _guard_on_sqlite()


def _tables() -> None:
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("lifted_by", sa.String(80), nullable=True),
        sa.Column("lifted_at", Moment(), nullable=True),
        sa.Column("lift_act_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_legal_hold"),
    )
    op.create_table(
        "retention_night",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("system", sa.String(64), nullable=False),
        sa.Column("letter_type", sa.String(64), nullable=False),
        sa.Column("what", sa.String(24), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "system", "letter_type", "what", name="pk_retention_night"),
    )
    op.create_table(
        "same_person",
        sa.Column("old_key", sa.String(64), nullable=False),
        sa.Column("new_key", sa.String(64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("old_key", "new_key", name="pk_same_person"),
    )
    op.create_table(
        "access_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_access_request"),
    )
    op.create_table(
        "reading_dropped",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("before", Moment(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reading_dropped"),
    )


def _guard_on_sqlite() -> None:
    for table in ("reading", "reading_dropped"):
        op.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
        )
        op.execute(  # INSERT OR REPLACE removes a row without any DELETE that a trigger sees
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 - names of ours
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
        )
    op.execute(
        "CREATE TRIGGER reading_dropped_no_delete BEFORE DELETE ON reading_dropped "
        "BEGIN SELECT RAISE(ABORT, 'reading_dropped is only added to'); END"
    )
    op.execute(
        "CREATE TRIGGER reading_no_delete BEFORE DELETE ON reading "
        "WHEN NOT EXISTS (SELECT 1 FROM reading_dropped WHERE before > OLD.at) "
        "BEGIN SELECT RAISE(ABORT, 'reading is only added to'); END"
    )


def _guard_on_postgresql() -> None:
    """`only_added_to` is there since the books."""
    op.execute(
        "CREATE FUNCTION reading_of_before() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NOT EXISTS (SELECT 1 FROM reading_dropped WHERE before > OLD.at) THEN "
        "RAISE EXCEPTION 'reading is only added to' USING ERRCODE = 'restrict_violation'; "
        "END IF; RETURN OLD; END $$"
    )
    op.execute(
        "CREATE TRIGGER reading_no_delete BEFORE DELETE ON reading FOR EACH ROW EXECUTE FUNCTION reading_of_before()"
    )
    op.execute(
        "CREATE TRIGGER reading_no_change BEFORE UPDATE ON reading FOR EACH ROW EXECUTE FUNCTION only_added_to()"
    )
    op.execute(
        "CREATE TRIGGER reading_dropped_no_change BEFORE UPDATE OR DELETE ON reading_dropped "
        "FOR EACH ROW EXECUTE FUNCTION only_added_to()"
    )
    for table in ("reading", "reading_dropped"):
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_added_to()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for guard in ("no_delete", "no_change", "no_truncate"):
            op.execute(f"DROP TRIGGER reading_{guard} ON reading")
        op.execute("DROP TABLE reading_dropped")
        op.execute("DROP FUNCTION reading_of_before()")
    else:
        for guard in ("no_update", "no_replace", "no_delete"):
            op.execute(f"DROP TRIGGER reading_{guard}")
        op.execute("DROP TABLE reading_dropped")
    for table in ("access_request", "same_person", "retention_night", "legal_hold"):
        op.drop_table(table)
    for table, column in (("letter", "forgotten_at"), ("receipt_inbox", "letter_id"), ("reading", "recipient_key")):
        with op.batch_alter_table(table) as changed:
            changed.drop_column(column)

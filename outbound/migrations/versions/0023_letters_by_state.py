"""Letters of a state in the order of their ids, and consignments with a question to ask: found by indexes of their own.

And PostgreSQL is told how many letters stand behind entries and events. A sample of pages sees the rows of one letter
side by side and takes letters for forty times fewer than they are (five million: 122,725), so that whoever asks for the
entries of some thousand letters would have all of them read.

Revision ID: 0023
Revises: 0022
"""

from alembic import op

from outbound.migrations.beside import Index, build, drop

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INDEXES = (
    Index("ix_letter_of_status", "letter", ("status", "id")),
    Index("ix_consignment_asked", "consignment", ("channel",), "due_at IS NOT NULL"),
)
DISTINCT = (("entry", "letter_id", -0.1), ("entry", "dispatch_id", -0.1), ("event", "letter_id", -0.16))
"""Distinct values by row: a letter has some ten entries and some six events. It holds from the next ANALYZE on."""


def upgrade() -> None:
    for table, column, share in DISTINCT:
        _say(table, column, f"SET (n_distinct = {share})")
    build(INDEXES)


def downgrade() -> None:
    drop(INDEXES)
    for table, column, _ in DISTINCT:
        _say(table, column, "RESET (n_distinct)")


def _say(table: str, column: str, what: str) -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} {what}")

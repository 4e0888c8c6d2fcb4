"""What waits for a department is found at once, among millions of letters.

Revision ID: 0014
Revises: 0013
"""

from outbound.migrations.beside import Index, build, drop

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

WAITS = "useful_until IS NOT NULL AND status IN ('RECEIVED', 'RENDERED', 'ROUTED', 'HELD')"
INDEXES = (
    Index("ix_letter_held", "letter", ("department", "updated_at"), "status = 'HELD'"),
    Index(
        "ix_letter_came_back",
        "letter",
        ("department", "updated_at"),
        "status = 'RETURNED' AND acknowledged_at IS NULL",
    ),
    Index("ix_letter_last_day", "letter", ("department", "useful_until"), WAITS),
)


def upgrade() -> None:
    build(INDEXES)


def downgrade() -> None:
    drop(INDEXES)

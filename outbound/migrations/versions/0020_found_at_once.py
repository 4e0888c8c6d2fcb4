"""Letters, readings, receipts and keys are found at once by what the pages ask for.

Revision ID: 0020
Revises: 0019
"""

from outbound.migrations.beside import Index, build, drop

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

PEOPLE = "by <> 'worker'"
INDEXES = (
    Index("ix_letter_of_type", "letter", ("letter_type", "id")),
    Index("ix_letter_of_department", "letter", ("department", "id")),
    Index("ix_letter_created_at", "letter", ("created_at",)),
    Index("ix_letter_corrects", "letter", ("corrects",)),
    Index("ix_letter_mailing_progress", "letter", ("mailing_id", "status", "channel"), "mailing_id IS NOT NULL"),
    Index("ix_letter_retention", "letter", ("retention_month", "id"), "forgotten_at IS NULL"),
    Index("ix_letter_unjournalised", "letter", ("system", "id"), "journalised_at IS NULL AND forgotten_at IS NULL"),
    Index("ix_receipt_inbox_letter_id", "receipt_inbox", ("letter_id",)),
    Index("ix_sealed_key_id", "sealed", ("key_id",)),
    Index("ix_reading_recipient_key", "reading", ("recipient_key",)),
    Index("ix_reading_at", "reading", ("at", "id"), PEOPLE),
    Index("ix_reading_by", "reading", ("by", "at", "id"), PEOPLE),
    Index("ix_dispatch_doubt", "dispatch", ("consignment_id",), "outcome = 'doubt'"),
    Index("ix_incident_open", "incident", ("code",), "closed_at IS NULL"),
)


def upgrade() -> None:
    build(INDEXES)


def downgrade() -> None:
    drop(INDEXES)

"""First tables

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "act",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verb", sa.String(length=30), nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act")),
    )
    op.create_index("ix_act_letter_id", "act", ["letter_id"], unique=False)

    op.create_table(
        "channel_state",
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("misconfigured", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_state")),
    )
    op.create_table(
        "consignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("lane", sa.String(length=10), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim_token", sa.String(length=32), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consignment")),
    )
    op.create_index("ix_consignment_claimed_until", "consignment", ["claimed_until"], unique=False)
    op.create_index("ix_consignment_due", "consignment", ["channel", "due_at"], unique=False)

    op.create_table(
        "mailing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=128), nullable=False),
        sa.Column("department", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing")),
        sa.UniqueConstraint("system", "reference", name=op.f("uq_mailing_system_reference")),
    )
    op.create_table(
        "pause",
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_pause")),
    )
    op.create_table(
        "reading",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
    )
    op.create_index("ix_reading_owner", "reading", ["owner"], unique=False)

    op.create_table(
        "receipt_inbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("provider_id", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_inbox")),
        sa.UniqueConstraint("provider", "provider_id", name=op.f("uq_receipt_inbox_provider_provider_id")),
    )
    op.create_index("ix_receipt_inbox_state", "receipt_inbox", ["state", "due_at"], unique=False)

    op.create_table(
        "sealed",
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "part", name=op.f("pk_sealed")),
    )
    op.create_table(
        "submission",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=128), nullable=False),
        sa.Column("fingerprints", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("system", "reference", name=op.f("uq_submission_system_reference")),
    )
    op.create_table(
        "system_key",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_system_key")),
    )
    op.create_table(
        "tariff_row",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_tariff_row")),
    )
    op.create_table(
        "letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_no", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=128), nullable=False),
        sa.Column("department", sa.String(length=64), nullable=False),
        sa.Column("letter_type", sa.String(length=64), nullable=False),
        sa.Column("case_number", sa.String(length=64), nullable=False),
        sa.Column("mailing_id", sa.Uuid(), nullable=True),
        sa.Column("follows", sa.Uuid(), nullable=True),
        sa.Column("lane", sa.String(length=10), nullable=False),
        sa.Column("ready_made", sa.Boolean(), nullable=False),
        sa.Column("id_type", sa.String(length=3), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("recipient_key", sa.String(length=64), nullable=True),
        sa.Column("retention_month", sa.String(length=7), nullable=False),
        sa.Column("wish", sa.String(length=10), nullable=False),
        sa.Column("forced", sa.String(length=10), nullable=True),
        sa.Column("refused", sa.String(length=20), nullable=False),
        sa.Column("not_before", sa.Date(), nullable=True),
        sa.Column("useful_until", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("held_code", sa.String(length=60), nullable=True),
        sa.Column("waits_for", sa.String(length=12), nullable=True),
        sa.Column("route", sa.String(length=60), nullable=True),
        sa.Column("channel", sa.String(length=10), nullable=True),
        sa.Column("routed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("document_address", sa.String(length=64), nullable=True),
        sa.Column("document_channel", sa.String(length=10), nullable=True),
        sa.Column("document_fingerprint", sa.String(length=64), nullable=True),
        sa.Column("template_version", sa.String(length=64), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("sheets", sa.Integer(), nullable=True),
        sa.Column("bytes", sa.Integer(), nullable=True),
        sa.Column("claim_token", sa.String(length=32), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deaths", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("journalised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["mailing_id"], ["mailing.id"], name=op.f("fk_letter_mailing_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_letter_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("submission_id", "recipient_no", name=op.f("uq_letter_submission_id_recipient_no")),
    )
    op.create_index("ix_letter_case_number", "letter", ["case_number"], unique=False)
    op.create_index("ix_letter_claimed_until", "letter", ["claimed_until"], unique=False)
    op.create_index("ix_letter_follows", "letter", ["follows"], unique=False)
    op.create_index("ix_letter_due", "letter", ["status", "lane", "due_at"], unique=False)
    op.create_index("ix_letter_mailing_id", "letter", ["mailing_id"], unique=False)
    op.create_index("ix_letter_recipient_key", "letter", ["recipient_key"], unique=False)
    op.create_index("ix_letter_send", "letter", ["status", "channel", "lane", "due_at"], unique=False)
    op.create_index("ix_letter_system_reference", "letter", ["system", "reference"], unique=False)

    op.create_table(
        "dispatch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("consignment_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=True),
        sa.Column("transmission", sa.String(length=80), nullable=True),
        sa.Column("envelope", sa.String(length=4), nullable=True),
        sa.Column("letter_class", sa.String(length=20), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["consignment_id"], ["consignment.id"], name=op.f("fk_dispatch_consignment_id")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_dispatch_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch")),
    )
    op.create_index("ix_dispatch_consignment_id", "dispatch", ["consignment_id"], unique=False)
    op.create_index("ix_dispatch_letter_id", "dispatch", ["letter_id"], unique=False)
    op.create_index(
        "uq_dispatch_live",
        "dispatch",
        ["letter_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'letter' AND outcome IN ('open', 'doubt', 'taken')"),
        postgresql_where=sa.text("kind = 'letter' AND outcome IN ('open', 'doubt', 'taken')"),
    )

    op.create_table(
        "entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("dispatch_id", sa.Uuid(), nullable=True),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("measure", sa.String(length=30), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("tariff_hash", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_entry_letter_id")),
        sa.ForeignKeyConstraint(["tariff_hash"], ["tariff_row.hash"], name=op.f("fk_entry_tariff_hash")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
    )
    op.create_index("ix_entry_day", "entry", ["stage", "day"], unique=False)
    op.create_index("ix_entry_letter_id", "entry", ["letter_id"], unique=False)

    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("txid", sa.BigInteger(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("was", sa.String(length=10), nullable=True),
        sa.Column("now", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_event_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_feed", "event", ["system", "txid", "id"], unique=False)
    op.create_index("ix_event_letter_id", "event", ["letter_id"], unique=False)

    op.create_table(
        "incident",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("dispatch_id", sa.Uuid(), nullable=True),
        sa.Column("other_dispatch_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_incident_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("code", "dispatch_id", "letter_id", name=op.f("uq_incident_code_dispatch_id_letter_id")),
    )
    op.create_index("ix_incident_letter_id", "incident", ["letter_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_incident_letter_id")

    op.drop_table("incident")
    op.drop_index("ix_event_letter_id")
    op.drop_index("ix_event_feed")

    op.drop_table("event")
    op.drop_index("ix_entry_letter_id")
    op.drop_index("ix_entry_day")

    op.drop_table("entry")
    op.drop_index(
        "uq_dispatch_live",
        sqlite_where=sa.text("kind = 'letter' AND outcome IN ('open', 'doubt', 'taken')"),
        postgresql_where=sa.text("kind = 'letter' AND outcome IN ('open', 'doubt', 'taken')"),
    )
    op.drop_index("ix_dispatch_letter_id")
    op.drop_index("ix_dispatch_consignment_id")

    op.drop_table("dispatch")
    op.drop_index("ix_letter_system_reference")
    op.drop_index("ix_letter_send")
    op.drop_index("ix_letter_recipient_key")
    op.drop_index("ix_letter_mailing_id")
    op.drop_index("ix_letter_due")
    op.drop_index("ix_letter_follows")
    op.drop_index("ix_letter_claimed_until")
    op.drop_index("ix_letter_case_number")

    op.drop_table("letter")
    op.drop_table("tariff_row")
    op.drop_table("system_key")
    op.drop_table("submission")
    op.drop_table("sealed")
    op.drop_index("ix_receipt_inbox_state")

    op.drop_table("receipt_inbox")
    op.drop_index("ix_reading_owner")

    op.drop_table("reading")
    op.drop_table("pause")
    op.drop_table("mailing")
    op.drop_index("ix_consignment_due")
    op.drop_index("ix_consignment_claimed_until")

    op.drop_table("consignment")
    op.drop_table("channel_state")
    op.drop_index("ix_act_letter_id")

    op.drop_table("act")

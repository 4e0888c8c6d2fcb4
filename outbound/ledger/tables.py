"""The tables of the ledger. Rows outside `sealed` and `receipt_inbox.body` carry nothing of a person."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from outbound.ledger.people_tables import sign_in, sign_in_failure
from outbound.schema import Moment, Serial, metadata, this_transaction
from outbound.seal import reading, sealed

__all__ = ["metadata", "reading", "sealed", "sign_in", "sign_in_failure"]

submission = Table(
    "submission",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("system", String(64), nullable=False),
    Column("reference", String(128), nullable=False),
    Column("fingerprints", Text, nullable=False),  # JSON: part of the submission -> HMAC
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("system", "reference"),
)

mailing = Table(
    "mailing",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("system", String(64), nullable=False),
    Column("reference", String(128), nullable=False),
    Column("department", String(64), nullable=False),
    Column("title", String(200), nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("system", "reference"),
)

DIED = "deaths > 0 AND claim_token IS NULL"
"""Letters whose last claim died, and which wait to be claimed alone: few, and asked for at every claim."""

IS_HELD = "status = 'HELD'"
CAME_BACK = "status = 'RETURNED' AND acknowledged_at IS NULL"
HAS_LAST_DAY = "useful_until IS NOT NULL AND status IN ('RECEIVED', 'RENDERED', 'ROUTED', 'HELD')"
"""What waits for a department: few of all letters, and on the first page of its caseworkers."""
KEPT = "forgotten_at IS NULL"
UNJOURNALISED = "journalised_at IS NULL AND forgotten_at IS NULL"
"""What retention asks for: letters whose content is here, and those whose system has not said that it filed them."""

letter = Table(
    "letter",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("submission_id", Uuid, ForeignKey("submission.id"), nullable=False),
    Column("recipient_no", Integer, nullable=False),
    Column("role", String(20), nullable=False),
    Column("system", String(64), nullable=False),
    Column("reference", String(128), nullable=False),
    Column("department", String(64), nullable=False),
    Column("letter_type", String(64), nullable=False),
    Column("case_number", String(64), nullable=False),
    Column("mailing_id", Uuid, ForeignKey("mailing.id")),
    Column("follows", Uuid),
    Column("lane", String(10), nullable=False),
    Column("ready_made", Boolean, nullable=False),
    Column("attachments", Integer, nullable=False, server_default="0"),
    Column("id_type", String(3)),
    Column("country", String(2), nullable=False),  # where paper would go; DK until an address says otherwise
    Column("recipient_key", String(64)),
    Column("retention_month", String(7), nullable=False),
    Column("wish", String(10), nullable=False),
    Column("format", String(10), nullable=False, server_default="normal"),
    Column("forced", String(10)),  # the channel that a person chose, outranking the look-up
    Column("refused", String(20), nullable=False),  # channels that refused this letter's recipient, comma between
    Column("not_before", Date),
    Column("useful_until", Date),
    Column("status", String(10), nullable=False),
    Column("version", Integer, nullable=False),
    Column("held_code", String(60)),
    Column("waits_for", String(12)),
    Column("route", String(60)),
    Column("channel", String(10)),
    Column("routed_at", Moment),
    Column("looked_up_at", Moment),  # when the look-up began that the route rests on; null = nobody to look up
    Column("mailbox", String(20)),  # what that look-up said of the recipient
    Column("dated", Date),
    Column("document_address", String(64)),  # HMAC of the address that the document shows; '' = none
    Column("document_channel", String(10)),
    Column("document_fingerprint", String(64)),
    Column("template_version", String(64)),
    Column("pages", Integer),
    Column("sheets", Integer),
    Column("bytes", Integer),
    Column("claim_token", String(32)),
    Column("claimed_until", Moment),
    Column("deaths", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("waiting_since", Moment),
    Column("due_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("journalised_at", Moment),
    Column("acknowledged_at", Moment),
    Column("corrects", Uuid),  # the faulty letter of the same system whose correction this is
    Column("return_code", String(11)),  # what stands in its window; null until it is made for paper
    Column("forgotten_at", Moment),  # when its content was deleted
    Column("correlation", String(64)),  # of the call that it came in by; null from before there were any
    UniqueConstraint("submission_id", "recipient_no"),
    Index("ix_letter_due", "status", "lane", "due_at"),
    Index("ix_letter_send", "status", "channel", "lane", "due_at"),
    Index("ix_letter_died", "status", "lane", sqlite_where=text(DIED), postgresql_where=text(DIED)),
    Index("ix_letter_claimed_until", "claimed_until"),
    Index("ix_letter_system_reference", "system", "reference"),
    Index("ix_letter_recipient_key", "recipient_key"),
    Index("ix_letter_mailing_id", "mailing_id"),
    Index("ix_letter_case_number", "case_number"),
    Index("ix_letter_follows", "follows"),
    Index("uq_letter_return_code", "return_code", unique=True),
    # For pages in the order of the ids: PostgreSQL cannot know that few are left, and would read all letters for one.
    Index("ix_letter_returned", "id", "updated_at", sqlite_where=text(CAME_BACK), postgresql_where=text(CAME_BACK)),
    Index("ix_letter_held", "department", "updated_at", sqlite_where=text(IS_HELD), postgresql_where=text(IS_HELD)),
    Index(
        "ix_letter_came_back",
        "department",
        "updated_at",
        sqlite_where=text(CAME_BACK),
        postgresql_where=text(CAME_BACK),
    ),
    Index(
        "ix_letter_last_day",
        "department",
        "useful_until",
        sqlite_where=text(HAS_LAST_DAY),
        postgresql_where=text(HAS_LAST_DAY),
    ),
    Index("ix_letter_of_status", "status", "id"),
    Index("ix_letter_of_type", "letter_type", "id"),
    Index("ix_letter_of_department", "department", "id"),
    Index("ix_letter_created_at", "created_at"),
    Index("ix_letter_corrects", "corrects"),
    Index(
        "ix_letter_mailing_progress",
        "mailing_id",
        "status",
        "channel",
        sqlite_where=text("mailing_id IS NOT NULL"),
        postgresql_where=text("mailing_id IS NOT NULL"),
    ),
    Index("ix_letter_retention", "retention_month", "id", sqlite_where=text(KEPT), postgresql_where=text(KEPT)),
    Index(
        "ix_letter_unjournalised",
        "system",
        "id",
        sqlite_where=text(UNJOURNALISED),
        postgresql_where=text(UNJOURNALISED),
    ),
)

event = Table(
    "event",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("txid", BigInteger, default=this_transaction(), nullable=False),  # commit order, see `feed`
    Column("letter_id", Uuid, ForeignKey("letter.id"), nullable=False),
    Column("system", String(64), nullable=False),
    Column("was", String(10)),
    Column("now", String(10), nullable=False),
    Column("code", String(60), nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_event_letter_id", "letter_id"),
    Index("ix_event_feed", "system", "txid", "id"),
)

ASKED = "due_at IS NOT NULL"
"""Consignments in doubt with a question to ask: few, and looked for in every round of the timer."""

consignment = Table(
    "consignment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("channel", String(10), nullable=False),
    Column("provider", String(40), nullable=False),
    Column("lane", String(10), nullable=False),
    Column("letters", Integer, nullable=False),
    Column("closed_at", Moment, nullable=False),
    Column("begun_at", Moment),  # null = certainly not sent
    Column("called_at", Moment),  # the last time that a call to the supplier may have begun
    Column("deadline_at", Moment),  # of a doubt
    Column("claim_token", String(32)),
    Column("claimed_until", Moment),
    Column("due_at", Moment),  # the next question about a doubt; null = nothing to ask
    Column("tries", Integer, nullable=False),
    Index("ix_consignment_due", "channel", "due_at"),
    Index("ix_consignment_claimed_until", "claimed_until"),
    Index("ix_consignment_asked", "channel", sqlite_where=text(ASKED), postgresql_where=text(ASKED)),
)

SHARED = "envelope_of IS NOT NULL"
"""Dispatches that lie beneath another in its envelope: few, and asked for with every receipt of the printer."""

UNSETTLED = "outcome IN ('open', 'doubt')"
"""Dispatches of which nobody knows yet whether they were taken: few beside those that were."""

dispatch = Table(
    "dispatch",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("letter_id", Uuid, ForeignKey("letter.id"), nullable=False),
    Column("consignment_id", Uuid, ForeignKey("consignment.id"), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("provider", String(40), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("code", String(80)),
    Column("transmission", String(80)),
    Column("envelope", String(4)),
    Column("letter_class", String(20)),
    Column("created_at", Moment, nullable=False),
    Column("taken_at", Moment),
    Column("available_at", Moment),
    Column("settled_at", Moment),
    Column("envelope_of", Uuid),  # the dispatch on top in the same envelope; null = that one, or an envelope of its own
    Index(
        "uq_dispatch_live",
        "letter_id",
        unique=True,
        sqlite_where=text("kind = 'letter' AND outcome IN ('open', 'doubt', 'taken')"),
        postgresql_where=text("kind = 'letter' AND outcome IN ('open', 'doubt', 'taken')"),
    ),
    Index("ix_dispatch_letter_id", "letter_id"),
    Index("ix_dispatch_consignment_id", "consignment_id"),
    Index(
        "ix_dispatch_unsettled",
        "outcome",
        "letter_id",
        sqlite_where=text(UNSETTLED),
        postgresql_where=text(UNSETTLED),
    ),
    Index("ix_dispatch_envelope_of", "envelope_of", sqlite_where=text(SHARED), postgresql_where=text(SHARED)),
)

print_run = Table(
    "print_run",
    metadata,
    Column("id", Uuid, ForeignKey("consignment.id"), primary_key=True),
    Column("closed_at", Moment, nullable=False),
    Column("letters", Integer, nullable=False),  # these four: our control totals, as it was closed
    Column("envelopes", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("sheets", Integer, nullable=False),
    Column("answer_due_at", Moment, nullable=False),  # until when the printer should have said anything of it
    Column("told_at", Moment),  # when it first did
    Column("counted_letters", Integer),  # these four: the printer's own count
    Column("counted_envelopes", Integer),
    Column("counted_pages", Integer),
    Column("counted_sheets", Integer),
    Column("counted_at", Moment),
    Column("held_back_at", Moment),  # null = it may be printed
    Column("recalled_at", Moment),
    Column("order_news_at", Moment),  # the printer's time of the last news about an order that had its effect
    Index("ix_print_run_closed_at", "closed_at", "id"),
    Index(
        "ix_print_run_untold",
        "answer_due_at",
        sqlite_where=text("told_at IS NULL"),
        postgresql_where=text("told_at IS NULL"),
    ),
    Index(
        "ix_print_run_held_back",
        "held_back_at",
        sqlite_where=text("held_back_at IS NOT NULL"),
        postgresql_where=text("held_back_at IS NOT NULL"),
    ),
)

run_order = Table(
    "run_order",
    metadata,
    Column("id", Uuid, primary_key=True),  # of the act, under which the why is sealed
    Column("run_id", Uuid, ForeignKey("print_run.id"), nullable=False),
    Column("kind", String(10), nullable=False),  # hold, release, recall
    Column("by", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    Column("due_at", Moment),  # the next try to give it to the printer; null = nothing to give
    Column("tries", Integer, nullable=False),
    Column("code", String(60)),  # why the last try did not succeed
    Column("given_at", Moment),
    Column("answer", String(12)),  # held-back, let-go, recalled, too-late; unanswered
    Column("answered_at", Moment),
    Index("ix_run_order_run_id", "run_id"),
    Index("ix_run_order_due_at", "due_at"),
    Index(
        "uq_run_order_open",
        "run_id",
        unique=True,
        sqlite_where=text("answered_at IS NULL"),
        postgresql_where=text("answered_at IS NULL"),
    ),
)

proof_run = Table(
    "proof_run",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider", String(40), nullable=False),
    Column("letters", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("sheets", Integer, nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    Column("outcome", String(10), nullable=False),  # as of a dispatch
    Column("code", String(80)),
    Column("told", String(12)),  # the printer's last news of the run as a whole
    Column("told_at", Moment),
    Column("posted_at", Moment),  # what must never happen: the printer says that it posted something of it
    Index("ix_proof_run_at", "at", "id"),
)

proof_letter = Table(
    "proof_letter",
    metadata,
    Column("id", Uuid, primary_key=True),  # the print job's id
    Column("run_id", Uuid, ForeignKey("proof_run.id"), nullable=False),
    Column("letter_type", String(64), nullable=False),
    Column("told", String(12)),  # the printer's last news of it
    Column("code", String(80)),
    Column("told_at", Moment),
    Index("ix_proof_letter_run_id", "run_id"),
)

reminder = Table(
    "reminder",
    metadata,
    Column("id", Uuid, primary_key=True),  # the MeMo messageUUID
    Column("letter_id", Uuid, ForeignKey("letter.id"), nullable=False),
    Column("state", String(10), nullable=False),
    Column("code", String(80)),  # why it waits, was dropped or failed
    Column("planned_for", Moment, nullable=False),
    Column("due_at", Moment),  # null = nothing more to do
    Column("useful_until", Moment, nullable=False),
    Column("provider", String(40)),
    Column("transmission", String(80)),
    Column("claim_token", String(32)),
    Column("claimed_until", Moment),
    Column("deaths", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("begun_at", Moment),  # null = certainly not sent
    Column("sent_at", Moment),
    Column("settled_at", Moment),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("letter_id"),
    Index("ix_reminder_due", "state", "due_at"),
    Index("ix_reminder_claimed_until", "claimed_until"),
    Index("ix_reminder_useful_until", "useful_until"),
)

returned = Table(
    "returned",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("letter_id", Uuid, ForeignKey("letter.id"), nullable=False),
    Column("dispatch_id", Uuid),
    Column("reason", String(24), nullable=False),
    Column("was", String(10), nullable=False),  # and the next three: how the letter stood, should it be undone
    Column("held_code", String(60)),
    Column("waits_for", String(12)),
    Column("due_at", Moment),
    Column("by", String(80), nullable=False),  # who holds it in the hand, or `receipt`
    Column("at", Moment, nullable=False),
    Column("undone_at", Moment),
    Index("ix_returned_letter_id", "letter_id"),
    Index("ix_returned_at", "at"),
)

receipt_inbox = Table(
    "receipt_inbox",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("owner", Uuid, nullable=False),  # under which its body is sealed
    Column("provider", String(40), nullable=False),
    Column("provider_id", String(128), nullable=False),
    Column("state", String(12), nullable=False),  # new, settled, foreign, unmatched, unreadable
    Column("tries", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("arrived_at", Moment, nullable=False),
    Column("settled_at", Moment),
    Column("letter_id", Uuid),  # whose news it was, where it was of one letter
    UniqueConstraint("provider", "provider_id"),
    Index("ix_receipt_inbox_state", "state", "due_at"),
    Index("ix_receipt_inbox_letter_id", "letter_id"),
)

OPEN = "closed_at IS NULL"

incident = Table(
    "incident",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("letter_id", Uuid, ForeignKey("letter.id"), nullable=False),
    Column("code", String(60), nullable=False),
    Column("dispatch_id", Uuid),
    Column("other_dispatch_id", Uuid),
    Column("at", Moment, nullable=False),
    Column("closed_at", Moment),
    UniqueConstraint("code", "dispatch_id", "letter_id"),
    Index("ix_incident_letter_id", "letter_id"),
    Index("ix_incident_open", "code", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
)

tariff_row = Table(
    "tariff_row",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("body", Text, nullable=False),
)

entry = Table(
    "entry",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("letter_id", Uuid, ForeignKey("letter.id"), nullable=False),
    Column("dispatch_id", Uuid),
    Column("stage", String(12), nullable=False),  # as in accounts.measures
    Column("measure", String(30), nullable=False),  # porto, materials, handling, …, and the baseline's
    Column("amount", BigInteger, nullable=False),  # øre
    Column("certain", Boolean, nullable=False),
    Column("inputs", Text, nullable=False),  # canonical JSON
    Column("tariff_hash", String(64), ForeignKey("tariff_row.hash")),
    Column("at", Moment, nullable=False),
    Column("day", Date, nullable=False),  # the Danish day that the entry counts in
    Index("ix_entry_letter_id", "letter_id"),
    Index("ix_entry_day", "stage", "day"),
)

invoice = Table(
    "invoice",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("provider", String(40), nullable=False),
    Column("number", String(40), nullable=False),
    Column("month", Date, nullable=False),  # the first day of the month that it is for
    Column("digest", String(64), nullable=False),  # SHA-256 of the file
    Column("by", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    Column("day", Date, nullable=False),  # the Danish day that it counts in
    UniqueConstraint("provider", "number"),
    Index("ix_invoice_day", "day"),
)

invoice_line = Table(
    "invoice_line",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("invoice_id", Serial, ForeignKey("invoice.id"), nullable=False),
    Column("line", Integer, nullable=False),  # its place in the file, from 1
    Column("job", String(64), nullable=False),  # as the provider wrote it
    Column("dispatch_id", Uuid),  # null = none of ours
    Column("kind", String(10), nullable=False),  # charge, credit
    Column("amount", BigInteger, nullable=False),  # øre without VAT; of a credit negative
    Column("ours", BigInteger, nullable=False),  # what stood booked for it when the invoice came
    UniqueConstraint("invoice_id", "line"),
)

month_closed = Table(
    "month_closed",
    metadata,
    Column("month", Date, primary_key=True),  # its first day; no entry of it or of an earlier day is taken any more
    Column("by", String(80), nullable=False),
    Column("at", Moment, nullable=False),
)

month_report = Table(
    "month_report",
    metadata,
    Column("month", Date, ForeignKey("month_closed.month"), primary_key=True),
    Column("figures", Text, nullable=False),  # canonical JSON, as it was reported
    Column("digest", String(64), nullable=False),  # over the month before, the entries and the figures
)

month_paper = Table(
    "month_paper",
    metadata,
    Column("month", Date, ForeignKey("month_report.month"), primary_key=True),
    Column("name", String(20), primary_key=True),  # pdf, csv, xlsx, and the same for everybody
    Column("body", LargeBinary, nullable=False),  # the file, as it is handed out
    Column("digest", String(64), nullable=False),  # SHA-256 of the file
    Column("report", String(64), nullable=False),  # the digest of the report that it was made of
    Column("made_at", Moment, nullable=False),
)

local_print = Table(
    "local_print",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("department", String(64), nullable=False),
    Column("source", String(64), nullable=False),
    Column("kind", String(10), nullable=False),  # exact; week = a counting week, from which the year is estimated
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("letters", BigInteger),  # null = withdrawn; the newest row of a (department, source, kind, period) counts
    Column("by", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_local_print_department", "department", "first"),
)

hand_over_kind = Table(
    "hand_over_kind",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("body", Text, nullable=False),  # canonical JSON: all that a price depends on, and what was booked
)

hand_over = Table(
    "hand_over",
    metadata,
    Column("day", Date, primary_key=True),
    Column("kind_id", BigInteger, ForeignKey("hand_over_kind.id"), primary_key=True),
    Column("letters", BigInteger, nullable=False),  # handed over, less taken back
)

way = Table(
    "way",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("department", String(64), nullable=False),
    Column("system", String(64), nullable=False),
    Column("letter_type", String(64), nullable=False),
    Column("channel", String(10), nullable=False),  # '' = of no hand-over, as a reminder
    Column("route", String(60), nullable=False),  # as it was booked; '' = not known, or of no hand-over
    Column("mailbox", String(20), nullable=False),  # what the look-up had said; see `facts.Way`
    UniqueConstraint("department", "system", "letter_type", "channel", "route", "mailbox", name="uq_way"),
)

day_fact = Table(
    "day_fact",
    metadata,
    Column("day", Date, primary_key=True),
    Column("way_id", BigInteger, ForeignKey("way.id"), primary_key=True),
    Column("letters", BigInteger, nullable=False),  # handed over, less taken back
    Column("cost_porto", BigInteger, nullable=False),  # this and all below but `reminders`: øre without VAT
    Column("cost_materials", BigInteger, nullable=False),
    Column("office_porto", BigInteger, nullable=False),
    Column("office_materials", BigInteger, nullable=False),
    Column("office_handling", BigInteger, nullable=False),
    Column("print_porto", BigInteger, nullable=False),
    Column("print_materials", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("returned", BigInteger, nullable=False),
    Column("householding", BigInteger, nullable=False),
    Column("charged", BigInteger, nullable=False),
    Column("invoiced", BigInteger, nullable=False),
    Column("reminders", BigInteger, nullable=False),  # sent, less those refused
    Column("reminders_cost", BigInteger, nullable=False),
)

month_people = Table(
    "month_people",
    metadata,
    Column("month", Date, primary_key=True),  # its first day
    Column("last", Date, nullable=False),  # up to and with this day
    Column("people", BigInteger, nullable=False),  # as in `facts.people`
    Column("people_enrolled", BigInteger, nullable=False),
    Column("letters", BigInteger, nullable=False),
    Column("letters_enrolled", BigInteger, nullable=False),
    Column("forgotten", BigInteger, nullable=False),
)

fold = Table(
    "fold",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("entry_id", BigInteger, nullable=False),  # every entry up to this one is folded
    Column("upto", BigInteger, nullable=False),  # every entry up to this one is committed
    Column("at", Moment, nullable=False),  # when that was found out
)

enrolment = Table(
    "enrolment",
    metadata,
    Column("recipient_key", String(64), primary_key=True),  # HMAC of the number, as in `letter`
    Column("mailbox", String(20)),  # null = withdrawn: a refusal said otherwise
    Column("looked_up_at", Moment, nullable=False),
    Index("ix_enrolment_looked_up_at", "looked_up_at"),
)

pace = Table(
    "pace",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("full_at", Moment, nullable=False),  # when its bucket is full if nothing more is taken
)

pause = Table(
    "pause",
    metadata,
    Column("scope", String(10), primary_key=True),  # channel, system, type, mailing
    Column("key", String(64), primary_key=True),
    Column("by", String(80), nullable=False),
    Column("since", Moment, nullable=False),
    Column("act_id", Uuid),
)

channel_state = Table(
    "channel_state",
    metadata,
    Column("channel", String(10), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("open_until", Moment),
    Column("misconfigured", Text, nullable=False),  # JSON list of the letters that met it
)

sign_of_life = Table(
    "sign_of_life",
    metadata,
    Column("kind", String(10), primary_key=True),  # as in ledger.signs
    Column("name", String(40), primary_key=True),  # which pool, which supplier
    Column("at", Moment, nullable=False),
)

tally = Table(
    "tally",
    metadata,
    Column("name", String(20), primary_key=True),  # as in ledger.tallies
    Column("of", String(60), primary_key=True),
    Column("answer", String(40), primary_key=True),
    Column("total", BigInteger, nullable=False),
)

act = Table(
    "act",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("verb", String(30), nullable=False),
    Column("scope", String(10), nullable=False),
    Column("key", String(64), nullable=False),
    Column("letter_id", Uuid),
    Column("by", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_act_letter_id", "letter_id"),
)

BATCH_DUE = "due_at IS NOT NULL"
"""Batches with something left to do: few."""

batch = Table(
    "batch",
    metadata,
    Column("id", Uuid, primary_key=True),  # under it the why is sealed
    Column("verb", String(30), nullable=False),
    Column("channel", String(10)),  # the one chosen, of a re-routing
    Column("wanted", Text, nullable=False),  # JSON: by which codes and ids the letters were chosen
    Column("letters", Integer, nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    Column("phase", String(10), nullable=False),  # stop, act, undo, over
    Column("acts_at", Moment, nullable=False),  # not before then; a cancellation can be called off until it
    Column("due_at", Moment),  # null = nothing to do
    Column("ended_at", Moment),
    Column("undone_by", String(80)),
    Column("undone_at", Moment),
    Index("ix_batch_at", "at", "id"),
    Index("ix_batch_due", "due_at", sqlite_where=text(BATCH_DUE), postgresql_where=text(BATCH_DUE)),
)

batch_letter = Table(
    "batch_letter",
    metadata,
    Column("batch_id", Uuid, ForeignKey("batch.id"), primary_key=True),
    Column("letter_id", Uuid, ForeignKey("letter.id"), primary_key=True),
    Column("state", String(10), nullable=False),  # waiting, stopped, done, refused, undone, kept
    Column("code", String(60)),  # why it was refused or kept
    Column("was", String(30)),  # how the letter stood before, as far as undoing needs it
    Index("ix_batch_letter_state", "batch_id", "state", "letter_id"),
    Index("ix_batch_letter_letter_id", "letter_id"),
)

faulty = Table(
    "faulty",
    metadata,
    Column("id", Uuid, primary_key=True),  # under it the why is sealed
    Column("wanted", Text, nullable=False),  # JSON: by which codes and ids the letters were chosen
    Column("letters", Integer, nullable=False),
    Column(
        "found_at", Moment, nullable=False
    ),  # when somebody found it out: the 72 hours of GDPR art. 33 run from here
    Column("by", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_faulty_at", "at", "id"),
)

faulty_letter = Table(
    "faulty_letter",
    metadata,
    Column("faulty_id", Uuid, ForeignKey("faulty.id"), primary_key=True),
    Column("letter_id", Uuid, ForeignKey("letter.id"), primary_key=True),
    Column("dispatch_id", Uuid, ForeignKey("dispatch.id"), nullable=False),  # by which it went, or may have gone
)

ledger_id = Table(
    "ledger_id",
    metadata,
    Column("name", String(8), primary_key=True),  # "ledger": there is one
    Column("id", Uuid, nullable=False),  # under which marks of it are kept outside; its back-ups have it too
    Column("at", Moment, nullable=False),
)

restoration = Table(
    "restoration",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("suspected_at", Moment),  # when a mark kept outside was not found in the ledger; null = a person said so
    Column("taken_at", Moment),  # when the back-up was taken, as a person says
    Column("begun_at", Moment),  # when a person began it; null = nobody has
    Column("finished_at", Moment),  # null = nothing is sent
    Column("place", Integer, unique=True),  # 1 while it lasts, so that there is one at a time; null afterwards
)

LEFT_OVER = "settled_at IS NULL"
"""Ids that suppliers have, and no letter yet: few or none, and asked for before every hand-over."""

sent_before = Table(
    "sent_before",
    metadata,
    Column("dispatch_id", Uuid, primary_key=True),  # that a supplier has, and that the restored ledger does not know
    Column("channel", String(10), nullable=False),
    Column("provider", String(40), nullable=False),
    Column("told_at", Moment, nullable=False),
    Column("settled_at", Moment),  # when its letter was found and counted as sent
    Index(
        "ix_sent_before_left_over",
        "dispatch_id",
        sqlite_where=text(LEFT_OVER),
        postgresql_where=text(LEFT_OVER),
    ),
)

system_key = Table(
    "system_key",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("system", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)

STANDING = "lifted_at IS NULL"
"""Legal holds that stop retention now."""

legal_hold = Table(
    "legal_hold",
    metadata,
    Column("id", Uuid, primary_key=True),  # of the act, under which the why is sealed
    Column("scope", String(10), nullable=False),  # letter, case, person, mailing
    Column("key", String(64), nullable=False),  # of a person: the HMAC of the number, as in `letter`
    Column("by", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    Column("lifted_by", String(80)),
    Column("lifted_at", Moment),
    Column("lift_act_id", Uuid),
    Index("ix_legal_hold_standing", "scope", "key", sqlite_where=text(STANDING), postgresql_where=text(STANDING)),
    Index("ix_legal_hold_at", "at", "id"),
)

retention_night = Table(
    "retention_night",
    metadata,
    Column("day", Date, primary_key=True),
    Column("system", String(64), primary_key=True),  # '' = no letter's: receipts, notes, lines of the reading log
    Column("letter_type", String(64), primary_key=True),
    Column("what", String(24), primary_key=True),  # forgotten, or why it was kept
    Column("counted", BigInteger, nullable=False),
)

same_person = Table(
    "same_person",
    metadata,
    Column("old_key", String(64), primary_key=True),  # HMACs of numbers, as in `letter`
    Column("new_key", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
    Index("ix_same_person_new_key", "new_key"),
)

access_request = Table(
    "access_request",
    metadata,
    Column("id", Uuid, primary_key=True),  # of the act, under which the why is sealed
    Column("kind", String(10), nullable=False),  # look, pdf, zip
    Column("by", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    Column("letters", Integer, nullable=False),
    Index("ix_access_request_at", "at", "id"),
)

reading_dropped = Table(
    "reading_dropped",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("before", Moment, nullable=False),  # every line of the reading log from before then may be removed
    Column("at", Moment, nullable=False),
)

webhook = Table(
    "webhook",
    metadata,
    Column("system", String(64), primary_key=True),
    Column("txid", BigInteger, nullable=False),  # with the next: the feed's cursor after the last event delivered
    Column("event_id", BigInteger, nullable=False),
    Column("state", String(10), nullable=False),  # on, stopped (by somebody), gone (it said 410), given-up
    Column("generation", Integer, nullable=False),  # of its secret
    Column("older_until", Moment),  # until when the secret before signs too
    Column("delivered_at", Moment),  # the last time that it took something
    Column("failing_since", Moment),
    Column("code", String(60)),  # why the last try failed
    Column("tries", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("claim_token", String(32)),
    Column("claimed_until", Moment),
)

"""Letters into the ledger: rows without people, content under the seal, one submission once."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from uuid_utils.compat import uuid7

from outbound import clock, correlation
from outbound.contents import (
    ANSWERS,
    FIELDS,
    HANDED_IN,
    PERSON,
    Addressee,
    pack_addressee,
    pack_attachments,
    pack_fields,
)
from outbound.delivery.house import House
from outbound.delivery.reminders import plan_reminders
from outbound.key_file import month_after
from outbound.ledger import faulty
from outbound.ledger import letters as ledger
from outbound.ledger.faulty import Wrong
from outbound.ledger.letters import Submitted
from outbound.letter import Format, Lane, Recipient, Submission
from outbound.seal import Seal


def take_in(tx: Connection, house: House, one: Submission) -> Submitted:
    """Keep a checked submission: one letter per recipient, its content under the seal, all in this transaction.

    Of two corrections of one letter, only the first is kept: the faulty letter stays locked until the transaction ends.
    """
    looked_at = one.follows is not None  # sent again by a person, who is asked at the desk
    if one.corrects and not looked_at and (wrong := _wrong_correction(tx, house, one, one.corrects)):
        return Submitted(False, (), wrong=wrong)
    submission_id: UUID = uuid7()
    rows = [_row(house, one, submission_id, number, recipient) for number, recipient in enumerate(one.recipients)]
    taken = ledger.submit(tx, one.system, one.reference, _fingerprints(house.seal, one), rows)
    if taken.new:
        for row, recipient in zip(rows, one.recipients, strict=True):
            house.seal.put(tx, row["id"], row["retention_month"], _parts(one, recipient))
        plan_reminders(tx, house, one, taken.letters)
    return taken


def _wrong_correction(tx: Connection, house: House, one: Submission, corrects: UUID) -> Wrong | None:
    """Why it is no correction. What was taken in before is asked no more."""
    faulty.lock(tx, [corrects])
    if ledger.is_known(tx, one.system, one.reference):
        return None
    if len(one.recipients) != 1:
        return Wrong.SEVERAL
    return faulty.wrong(tx, corrects, one.system, recipient_key(house.seal, one.recipients[0]))


def _row(house: House, one: Submission, submission_id: UUID, number: int, recipient: Recipient) -> dict[str, Any]:
    now = clock.now()
    months = house.types[one.letter_type].retention_months
    return {
        "id": uuid7(),
        "submission_id": submission_id,
        "recipient_no": number,
        "role": recipient.role,
        "system": one.system,
        "reference": one.reference,
        "department": one.department,
        "letter_type": one.letter_type,
        "case_number": one.case_number,
        "mailing_id": one.mailing_id,
        "follows": one.follows,
        "corrects": one.corrects,
        "lane": Lane.MAILING if one.mailing_id else Lane.SINGLE,
        "ready_made": one.ready_made is not None,
        "attachments": len(one.attachments),
        "id_type": recipient.id_type,
        "country": recipient.address.country if recipient.address else "DK",
        "recipient_key": recipient_key(house.seal, recipient),
        "retention_month": month_after(clock.danish_day(now), months),
        "wish": one.wish,
        "format": one.format_of(number),
        "not_before": _first_day(one),
        "useful_until": one.useful_until,
        "due_at": _first_moment(one, now),
        "correlation": correlation.current(),
    }


def recipient_key(seal: Seal, recipient: Recipient) -> str | None:
    """The keyed fingerprint by which a person's letters are found again; None without a number."""
    return seal.fingerprint("recipient", recipient.number) if recipient.number else None


def _first_day(one: Submission) -> date | None:
    days = [day for day in (one.not_before, one.ready_made.dated if one.ready_made else None) if day]
    return max(days, default=None)


def _first_moment(one: Submission, now: datetime) -> datetime:
    day = _first_day(one)
    return max(now, datetime.combine(day, time(0), clock.COPENHAGEN)) if day else now


def _parts(one: Submission, recipient: Recipient) -> dict[str, bytes]:
    person = {PERSON: pack_addressee(Addressee(recipient)), "wish": one.wish_reason.encode()}
    person |= {"one-parent": one.one_parent_reason.encode()} if one.one_parent_reason else {}
    person |= {ANSWERS: str(one.answers).encode()} if one.answers else {}
    person |= pack_attachments(one.attachments)
    if one.ready_made is None:
        return {**person, FIELDS: pack_fields(one.fields or {})}
    head = {"title": one.ready_made.title, "dated": one.ready_made.dated.isoformat()}
    return {**person, FIELDS: pack_fields(head), HANDED_IN: one.ready_made.pdf}


def _fingerprints(seal: Seal, one: Submission) -> Mapping[str, str]:
    """Each part of the content under a name that a system knows, so that a difference can be named."""
    plain = asdict(replace(one, ready_made=None, fields=None, recipients=(), attachments=()))
    plain["follows"], plain["mailing_id"] = str(one.follows), str(one.mailing_id)
    names = ("department", "letter_type", "case_number", "wish", "wish_reason", "mailing_id", "follows")
    parts = {name: str(plain[name]) for name in names}
    parts |= {name: str(plain[name]) for name in ("not_before", "useful_until")}
    values: dict[str, Any] = {**parts, "recipients": [asdict(recipient) for recipient in one.recipients]}
    formats = [str(one.format_of(number)) for number, _ in enumerate(one.recipients)]
    if any(each != Format.NORMAL for each in formats):  # else the marks are those of letters from before there were any
        values["format"] = formats
    if one.ready_made is None:
        values["fields"] = one.fields
    else:
        values["title"], values["dated"] = one.ready_made.title, one.ready_made.dated.isoformat()
    if one.one_parent_reason:
        values["one_parent_reason"] = one.one_parent_reason
    if one.corrects:
        values["corrects"] = str(one.corrects)
    if one.answers:
        values["answers_message"] = str(one.answers)
    if one.attachments:
        files = [(each.title, seal.fingerprint_bytes("attachment", each.pdf)) for each in one.attachments]
        values["attachments"] = files
    marks = {name: seal.fingerprint(f"submission:{name}", value) for name, value in values.items()}
    return marks if one.ready_made is None else {**marks, "pdf": seal.fingerprint_bytes("pdf", one.ready_made.pdf)}


def take_in_all(house: House, many: Sequence[Submission]) -> list[Submitted]:
    """Keep many checked submissions in one transaction; the answers stand in the order of the submissions."""
    answers: dict[int, Submitted] = {}
    with house.ledger.writing() as tx:
        faulty.lock(tx, {one.corrects for one in many if one.corrects})  # all before the first, for the same reason
        # One order for everybody: two calls with the same references in another order must not wait for each other.
        for place in sorted(range(len(many)), key=lambda at: (many[at].system, many[at].reference)):
            answers[place] = take_in(tx, house, many[place])
    return [answers[place] for place in range(len(many))]

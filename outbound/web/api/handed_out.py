"""What systems get to see of a letter: its way, never its content. Times are UTC, money is øre."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from outbound.letter import Format


class LinksOut(BaseModel):
    """Where the rest is."""

    self: str
    pdf: str
    proof: str


class TakenLetterOut(BaseModel):
    """A letter that was taken in; `recipient` is its recipient's place in the call."""

    id: UUID
    recipient: int
    state: str
    links: LinksOut


class TakenOut(BaseModel):
    """Answered only after the commit: nothing of it is lost from here on."""

    reference: str
    letters: list[TakenLetterOut]


class RouteOut(BaseModel):
    """Where the letter goes and why. The sentence is Danish, for caseworkers.

    `looked_up_at`: when the answer of Digital Post's register was asked for that this rests on; null where there was
    none.
    """

    channel: str
    code: str
    sentence: str
    looked_up_at: datetime | None


class HeldOut(BaseModel):
    """Why the letter waits, and for whom: sender (you), department or operations."""

    code: str
    waits_for: str | None


class DocumentOut(BaseModel):
    """The finished letter. The fingerprint is an HMAC of the PDF under a key of the municipality.

    Pages, sheets and bytes are those of the whole, with its attachments, whose titles the proof has.
    """

    dated: date
    pages: int
    sheets: int
    bytes: int
    attachments: int
    fingerprint: str
    template_version: str


class DispatchOut(BaseModel):
    """A try to hand the letter over. `id` is the MeMo messageUUID or the print job's id."""

    id: UUID
    channel: str
    provider: str
    outcome: str
    code: str | None
    transmission: str | None
    begun_at: datetime | None
    taken_at: datetime | None
    available_at: datetime | None


class AmountOut(BaseModel):
    """A money entry. `office-…`: the same letter printed and posted at the office; `print-…`: a digital one by remote
    print; `alone-…`: what a letter that shares an envelope would have cost in its own."""

    stage: str
    measure: str
    amount: int
    certain: bool
    day: date


class EventOut(BaseModel):
    """A move of the letter."""

    at: datetime
    was: str | None
    now: str
    code: str


class ReminderOut(BaseModel):
    """The text message (NemSMS) before what the letter is about: planned, sending, sent, delivered, failed or dropped.

    `code` says why it waits, failed or is not sent.
    """

    state: str
    code: str | None
    planned_for: datetime
    sent_at: datetime | None


class IncidentOut(BaseModel):
    """What must never happen and did."""

    code: str
    at: datetime
    dispatch: UUID | None
    other_dispatch: UUID | None
    closed_at: datetime | None


class LetterSummaryOut(BaseModel):
    """A letter in a list."""

    id: UUID
    reference: str
    recipient: int
    role: str
    state: str
    held: HeldOut | None
    route: RouteOut | None
    created_at: datetime
    updated_at: datetime
    links: LinksOut


class LetterOut(LetterSummaryOut):
    """A letter's whole way so far.

    `cancellable`: may it be cancelled now? `cancellable_until`: until then a DELETE comes in time for certain. Paper:
    when its print run closes, or where it waits for the run's day, when it is routed anew; all else: when it is due,
    and where that is past, now, since it leaves as soon as possible. Null where it cannot be cancelled any more, and
    where it is HELD and leaves only when somebody lets it.
    """

    department: str
    letter_type: str
    case_number: str
    format: Format
    mailing: UUID | None
    follows: UUID | None
    followed_by: list[UUID]
    siblings: list[UUID]
    not_before: date | None
    useful_until: date | None
    journalised_at: datetime | None
    cancellable: bool
    cancellable_until: datetime | None
    document: DocumentOut | None
    dispatches: list[DispatchOut]
    money: list[AmountOut]
    events: list[EventOut]
    incidents: list[IncidentOut]
    reminder: ReminderOut | None


class FeedEventOut(BaseModel):
    """An event of one of your letters, under your own reference; `cursor` is the place in the feed just after it."""

    letter: UUID
    reference: str
    was: str | None
    now: str
    code: str
    at: datetime
    cursor: str


class FeedOut(BaseModel):
    """Events in an order that no later event can change. `next` is the cursor to ask with the next time."""

    events: list[FeedEventOut]
    next: str


class LettersOut(BaseModel):
    """The letters under a reference."""

    letters: list[LetterSummaryOut]


class MailingOut(BaseModel):
    """A mailing."""

    id: UUID
    reference: str
    department: str
    title: str


class FaultyLetterOut(BaseModel):
    """A faulty letter of yours that reached somebody, and how far its correction is."""

    id: UUID
    reference: str
    state: str
    correction: str


class CorrectionsOut(BaseModel):
    """`next`: send it as `after` for the rest; null where this is the end."""

    id: UUID
    letters: list[FaultyLetterOut]
    next: UUID | None

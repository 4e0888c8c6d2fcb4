"""What systems get to see of a letter: its way, never its content. Times are UTC, money is øre."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from outbound.ledger.feed import FeedEvent
from outbound.ledger.values import LedgerDispatch, Letter
from outbound.routing import Route
from outbound.story import Amount, Happening, Incident, Story, Try
from outbound.web.api.taking_in import Taken


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
    """Where the letter goes and why. The sentence is Danish, for caseworkers."""

    channel: str
    code: str
    sentence: str


class HeldOut(BaseModel):
    """Why the letter waits, and for whom: sender (you), department or operations."""

    code: str
    waits_for: str | None


class DocumentOut(BaseModel):
    """The finished letter. The fingerprint is an HMAC of the PDF under a key of the municipality."""

    dated: date
    pages: int
    sheets: int
    bytes: int
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
    """A money entry: `office-…` is the same letter printed and posted at the office."""

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
    """A letter's whole way so far."""

    department: str
    letter_type: str
    case_number: str
    mailing: UUID | None
    follows: UUID | None
    followed_by: list[UUID]
    siblings: list[UUID]
    not_before: date | None
    useful_until: date | None
    journalised_at: datetime | None
    document: DocumentOut | None
    dispatches: list[DispatchOut]
    money: list[AmountOut]
    events: list[EventOut]
    incidents: list[IncidentOut]


class FeedEventOut(BaseModel):
    """An event of one of your letters."""

    letter: UUID
    was: str | None
    now: str
    code: str
    at: datetime


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


def taken_out(taken: Taken) -> TakenOut:
    """The answer to a submission."""
    letters = [
        TakenLetterOut(id=one, recipient=place, state=taken.states[one], links=links(one))
        for place, one in enumerate(taken.letters)
    ]
    return TakenOut(reference=taken.submission.reference, letters=letters)


def links(letter: UUID) -> LinksOut:
    """Where the rest is."""
    return LinksOut(self=f"/v1/letters/{letter}", pdf=f"/v1/letters/{letter}/pdf", proof=f"/v1/letters/{letter}/proof")


def summary_out(one: Letter, route: Route | None) -> LetterSummaryOut:
    """A letter in a list."""
    return LetterSummaryOut(**_summary(one, route))


def letter_out(story: Story) -> LetterOut:
    """A letter's way."""
    one = story.letter
    same = ("department", "letter_type", "case_number", "follows", "not_before", "useful_until", "journalised_at")
    return LetterOut(
        **_summary(one, story.route),
        **{name: getattr(one, name) for name in same},
        mailing=one.mailing_id,
        followed_by=list(story.followed_by),
        siblings=list(story.siblings),
        document=_document(one),
        dispatches=[_dispatch(each) for each in story.tries],
        money=[_amount(each) for each in story.money],
        events=[_event(each) for each in story.events],
        incidents=[_incident(each) for each in story.incidents],
    )


def feed_event_out(one: FeedEvent) -> FeedEventOut:
    """An event in the feed."""
    return FeedEventOut(letter=one.letter, was=one.was, now=one.now, code=one.code, at=one.at)


def _summary(one: Letter, route: Route | None) -> dict[str, object]:
    held = HeldOut(code=one.held_code, waits_for=one.waits_for) if one.held_code else None
    way = RouteOut(channel=route.channel, code=route.code, sentence=route.sentence) if route else None
    return {
        **{name: getattr(one, name) for name in ("id", "reference", "role", "created_at", "updated_at")},
        "recipient": one.recipient_no,
        "state": str(one.status),
        "held": held,
        "route": way,
        "links": links(one.id),
    }


def _document(one: Letter) -> DocumentOut | None:
    if one.document_fingerprint is None or one.dated is None:
        return None
    return DocumentOut(
        dated=one.dated,
        pages=one.pages or 0,
        sheets=one.sheets or 0,
        bytes=one.bytes or 0,
        fingerprint=one.document_fingerprint,
        template_version=one.template_version or "",
    )


def _dispatch(one: Try) -> DispatchOut:
    found: LedgerDispatch = one.dispatch
    same = ("id", "channel", "provider", "outcome", "code", "transmission", "taken_at", "available_at")
    return DispatchOut(**{name: getattr(found, name) for name in same}, begun_at=one.begun_at)


def _amount(one: Amount) -> AmountOut:
    return AmountOut(stage=one.stage, measure=one.measure, amount=one.amount, certain=one.certain, day=one.day)


def _event(one: Happening) -> EventOut:
    return EventOut(at=one.at, was=one.was, now=one.now, code=one.code)


def _incident(one: Incident) -> IncidentOut:
    same = ("code", "at", "dispatch", "other_dispatch", "closed_at")
    return IncidentOut(**{name: getattr(one, name) for name in same})

"""From the house's values to what systems get to see of them."""

from uuid import UUID

from outbound.desk import Verb, verbs_for
from outbound.ledger.feed import FeedEvent
from outbound.ledger.reminders import Reminder
from outbound.ledger.values import LedgerDispatch, Letter
from outbound.routing import Route
from outbound.story import Amount, Happening, Incident, Story, Try
from outbound.web.api.handed_out import (
    AmountOut,
    DispatchOut,
    DocumentOut,
    EventOut,
    FeedEventOut,
    HeldOut,
    IncidentOut,
    LetterOut,
    LetterSummaryOut,
    LinksOut,
    ReminderOut,
    RouteOut,
    TakenLetterOut,
    TakenOut,
)
from outbound.web.api.taking_in import Taken


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
    case = ("department", "letter_type", "case_number", "format", "follows")
    same = (*case, "not_before", "useful_until", "journalised_at")
    return LetterOut(
        **_summary(one, story.route),
        **{name: getattr(one, name) for name in same},
        mailing=one.mailing_id,
        cancellable=Verb.CANCEL in verbs_for(one, story.live),
        cancellable_until=story.cancellable_until,
        followed_by=list(story.followed_by),
        siblings=list(story.siblings),
        document=_document(one),
        dispatches=[_dispatch(each) for each in story.tries],
        money=[_amount(each) for each in story.money],
        events=[_event(each) for each in story.events],
        incidents=[_incident(each) for each in story.incidents],
        reminder=_reminder(story.reminder) if story.reminder else None,
    )


def feed_event_out(one: FeedEvent) -> FeedEventOut:
    """An event in the feed."""
    same = ("letter", "reference", "was", "now", "code", "at")
    return FeedEventOut(**{name: getattr(one, name) for name in same}, cursor=str(one.cursor))


def _summary(one: Letter, route: Route | None) -> dict[str, object]:
    held = HeldOut(code=one.held_code, waits_for=one.waits_for) if one.held_code else None
    return {
        **{name: getattr(one, name) for name in ("id", "reference", "role", "created_at", "updated_at")},
        "recipient": one.recipient_no,
        "state": str(one.status),
        "held": held,
        "route": _way(one, route) if route else None,
        "links": links(one.id),
    }


def _way(one: Letter, route: Route) -> RouteOut:
    said = {"channel": route.channel, "code": route.code, "sentence": route.sentence}
    return RouteOut(**said, looked_up_at=one.looked_up_at)


def _document(one: Letter) -> DocumentOut | None:
    if one.document_fingerprint is None or one.dated is None:
        return None
    return DocumentOut(
        dated=one.dated,
        pages=one.pages or 0,
        sheets=one.sheets or 0,
        bytes=one.bytes or 0,
        attachments=one.attachments,
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


def _reminder(one: Reminder) -> ReminderOut:
    same = ("code", "planned_for", "sent_at")
    return ReminderOut(state=str(one.state), **{name: getattr(one, name) for name in same})


def _incident(one: Incident) -> IncidentOut:
    same = ("code", "at", "dispatch", "other_dispatch", "closed_at")
    return IncidentOut(**{name: getattr(one, name) for name in same})

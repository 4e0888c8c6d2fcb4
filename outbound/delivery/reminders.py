"""Reminders by text message (NemSMS): planned with their letter, looked at again just before they go, sent once.

A reminder rests on its letter and never changes it: it goes only where the letter certainly left, and dies with it.
What an answer did not come to is in doubt and not repeated unless the supplier says that this is safe: a text message
that is missed leaves the letter, one that comes twice or too late misleads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from outbound import accounts, clock
from outbound.contents import FIELDS, PERSON, unpack_addressee, unpack_fields
from outbound.delivery.house import WORKER, House, deadline, later, next_try
from outbound.delivery.spell import Spell
from outbound.ledger import reminders, restorations
from outbound.ledger.letters import letter, locked
from outbound.ledger.reminders import OVER, TOO_LATE, Reminder
from outbound.ledger.values import Letter
from outbound.letter import Accepted, Answer, Blame, Channel, Life, News, Receipt, Submission, TextMessage
from outbound.life import Status
from outbound.ports import Misconfigured, OutcomeUnknown, PersonId, TextMessages, Unavailable
from outbound.quiet_hours import OpenHours
from outbound.rendering import RenderingFault, event_of, text_of
from outbound.routing import Route
from outbound.seal import Part

DEAD = (Route.MAILBOX_CLOSED.code, Route.RECIPIENT_DEAD.code)
LEFT = (Status.SENT, Status.DELIVERED)


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a reminder may not go now: never (`until` None), or not before then."""

    code: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """A reminder that nothing in the ledger speaks against, with what is to be sent."""

    reminder: Reminder
    message: TextMessage
    whom: PersonId


def plan_reminders(tx: Connection, house: House, one: Submission, letters: Sequence[UUID]) -> None:
    """The reminders of new letters (in the order of their recipients), where the letter type has one.

    One that should have gone already is dropped at once: the letter itself comes later than it.
    """
    rule = house.types[one.letter_type].reminder
    event = event_of(rule, one.fields or {}) if rule else None
    if rule is None or event is None:
        return
    planned = open_hours(house).before(event, rule.hours_before)
    late = "letter-came-too-late" if planned <= clock.now() else ""
    for recipient, letter_id in zip(one.recipients, letters, strict=True):
        if recipient.number:
            planned_as = reminders.plan(tx, house.seal, locked(tx, letter_id), planned, event, late)
            _not_again(tx, house, planned_as)


def sent_before(tx: Connection, house: House, reminder: UUID) -> None:
    """After a restore: the supplier has had this text message, which is not sent again."""
    reminders.begun_before(tx, reminder, house.outside.mailers[Channel.DIGITAL].provider)
    if one := reminders.find(tx, reminder):
        _taken(tx, house, one, "")


def _not_again(tx: Connection, house: House, planned: UUID) -> None:
    """A reminder just planned: where a supplier has had it before a restore, it counts as sent."""
    if restorations.any_sent(tx) and restorations.sent_among(tx, [planned]):
        sent_before(tx, house, planned)
        restorations.settle_sent(tx, [planned])


def send_reminders(house: House) -> int:
    """Claim the reminders that are due, look at each again and send it; how many were claimed."""
    ways, settings = house.outside.text_messages, house.settings
    if ways is None:
        return 0
    with house.ledger.writing() as tx:
        token, claimed = reminders.claim(tx, settings.handful, settings.send_lease, repeats(house))
    if claimed:
        spell = Spell(settings.send_lease, settings.hard_end)
        left = _asked(house, ways, _looked_at(house, claimed, token), token)
        while left and spell.lasts() and _send(house, ways, left[0], token):
            left = left[1:]
        with house.ledger.writing() as tx:
            reminders.give_back(tx, [one.reminder for one in left], token)
    return len(claimed)


def tidy_reminders(house: House) -> int:
    """The timer's part: what dead workers held, letters that ended, times that passed, doubts that nobody will answer.
    How many."""
    with house.ledger.writing() as tx:
        found = reminders.recover(tx, house.settings.deaths_alone, _doubt_ends(house)) + reminders.bury(tx)
        return found + reminders.give_up(tx, repeats(house))


def repeats(house: House) -> str | None:
    """The supplier to which a reminder in doubt there may be handed over again; another knows nothing of its id."""
    ways = house.outside.text_messages
    return ways.provider if ways is not None and ways.repeat_is_safe else None


def _doubt_ends(house: House) -> datetime:
    """When a doubt of now is given up, or repeated where that is safe."""
    settings = house.settings
    return later(settings.doubt_ask_seconds) if repeats(house) else deadline(settings.doubt_deadline_days)


def open_hours(house: House) -> OpenHours:
    """The hours in which people are sent text messages."""
    return OpenHours(house.settings.reminder_from_hour, house.settings.reminder_to_hour)


def apply_to_reminder(tx: Connection, house: House, receipt: Receipt) -> bool:
    """Let one piece of news have its effect on a reminder; False where it is about none of ours. No letter moves."""
    if receipt.dispatch is None or (one := reminders.find(tx, receipt.dispatch)) is None:
        return False
    if receipt.news in (News.RECEIVED, News.DUPLICATE, News.DELIVERED):
        _taken(tx, house, one, "")
        if receipt.news is News.DELIVERED:
            reminders.delivered(tx, one.id, receipt.at or clock.now())
    elif reminders.refused(tx, one.id, receipt.code or str(receipt.news)):
        accounts.take_back(tx, one.letter_id, one.id)
    return True


def _looked_at(house: House, claimed: Sequence[Reminder], token: str) -> list[Ready]:
    """Those that may go by all that the ledger knows, opened; the others wait or end."""
    with house.ledger.writing() as tx:
        found = [(one, _ready(tx, house, one)) for one in claimed]
        for one, no in found:
            if isinstance(no, Objection):
                _put_off(tx, one, token, no)
        return [ready for _, ready in found if isinstance(ready, Ready)]


def _ready(tx: Connection, house: House, one: Reminder) -> Ready | Objection:
    of = letter(tx, one.letter_id)
    if of is None:
        return Objection("content-missing")
    return objection(tx, house, one, of) or _opened(tx, house, one, of)


def _opened(tx: Connection, house: House, one: Reminder, of: Letter) -> Ready | Objection:
    letter_type = house.types.get(of.letter_type)
    if letter_type is None or letter_type.reminder is None or letter_type.form is None:
        return Objection("no-reminder-any-more")
    parts = house.seal.open_parts(tx, [Part(of.id, part) for part in (PERSON, FIELDS)], WORKER, "remind")
    if len(parts) < 2:
        return Objection("content-missing")
    recipient = unpack_addressee(parts[Part(of.id, PERSON)]).recipient
    try:
        text = text_of(letter_type.reminder, letter_type.form.reminder, unpack_fields(parts[Part(of.id, FIELDS)]))
    except RenderingFault as fault:
        return Objection(fault.code)
    return Ready(one, TextMessage(one.id, recipient, text), PersonId(cpr=recipient.cpr, cvr=recipient.cvr))


def _asked(house: House, ways: TextMessages, ready: Sequence[Ready], token: str) -> list[Ready]:
    """Those whose recipients live and have NemSMS, asked just now; an unknown answer waits, and is none."""
    ids = list({one.whom for one in ready})
    has = ways.registered(ids) if ids else {}
    lives = house.outside.persons.look_up([one for one in ids if has.get(one)]) if any(has.values()) else {}
    verdicts = {one: _verdict(house, has.get(one), lives[one].life if one in lives else None) for one in ids}
    with house.ledger.writing() as tx:
        for one in ready:
            if no := verdicts[one.whom]:
                _put_off(tx, one.reminder, token, no)
    return [one for one in ready if verdicts[one.whom] is None]


def _verdict(house: House, has: bool | None, life: Life | None) -> Objection | None:
    if has is False:
        return Objection("no-nemsms")
    if has is None:
        return Objection("look-up-unknown", later(house.settings.unknown_recheck))
    if life is Life.DEAD:
        return Objection("recipient-dead")
    if life in (None, Life.UNKNOWN):
        return Objection("person-unknown", later(house.settings.unknown_recheck))
    return None


def objection(tx: Connection, house: House, one: Reminder, of: Letter) -> Objection | None:
    """What in the ledger, and of the time of day, speaks against sending it now; None where nothing does."""
    now = clock.now()
    if now >= one.useful_until:
        return Objection(one.code or TOO_LATE)
    if of.status in OVER:
        return Objection(OVER[of.status])
    if of.held_code in DEAD:
        return Objection("recipient-dead")
    if reminders.is_replaced(tx, of.id):
        return Objection("letter-replaced")
    if ended := reminders.ended_before(tx, of):
        return Objection(ended)
    if of.status not in LEFT:
        held = of.status is Status.HELD
        return Objection("letter-held" if held else "letter-not-sent", later(house.settings.unknown_recheck))
    opens = open_hours(house).next_open(now)
    return Objection("quiet-hours", opens) if opens > now else None


def _put_off(tx: Connection, one: Reminder, token: str, no: Objection) -> None:
    """Not now, or never: also where it would come too late."""
    if no.until is not None and no.until < one.useful_until:
        reminders.wait(tx, one, token, no.code, no.until)
    else:
        reminders.end(tx, one, token, no.code)


def _send(house: House, ways: TextMessages, ready: Ready, token: str) -> bool:
    """Begin one and hand it over; False where the supplier takes nothing now, and the rest must wait."""
    one, lease = ready.reminder, house.settings.send_lease
    with house.ledger.writing() as tx:
        if no := objection(tx, house, one, locked(tx, one.letter_id)):
            _put_off(tx, one, token, no)
            return True
        if not reminders.begin(tx, one, token, lease, ways.provider):
            return True
    try:
        answer = ways.send(ready.message)
    except (Unavailable, Misconfigured) as fault:
        after = fault.retry_after if isinstance(fault, Unavailable) else None
        with house.ledger.writing() as tx:
            reminders.nothing_taken(tx, one, token, fault.code, next_try(house.settings, one.tries, after))
        return False
    except OutcomeUnknown:
        answer = None
    with house.ledger.writing() as tx:
        _record(tx, house, one, token, answer)
    return True


def _record(tx: Connection, house: House, one: Reminder, token: str, answer: Answer | None) -> None:
    """One answer. None, a code that nobody knows, and a no to a repeat leave it in doubt."""
    if isinstance(answer, Accepted):
        _taken(tx, house, one, answer.transmission)
    elif answer is not None and answer.blame is not Blame.UNKNOWN and one.begun_at is None:
        reminders.refused(tx, one.id, answer.code, token)
    else:
        reminders.doubt(tx, one, token, _doubt_ends(house))


def _taken(tx: Connection, house: House, one: Reminder, transmission: str) -> None:
    at = clock.now()
    if reminders.taken(tx, one.id, transmission, at):
        now = reminders.find(tx, one.id) or one  # its provider stands there since it was begun
        accounts.book_reminder(tx, house.tariffs, one.letter_id, one.id, now.provider or "", at)

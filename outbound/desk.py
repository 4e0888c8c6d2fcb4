"""What a person may do with a letter or a channel: each act under a name and with a why, which is sealed.

Cancel, release, mend, re-route and replace only where no dispatch is live. A doubt is settled by a person as taken or,
once no request can be on its way any more, as not taken. HELD with a taken dispatch has verbs of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, time
from enum import StrEnum
from typing import Any
from unicodedata import category
from uuid import UUID, uuid4

from sqlalchemy import Connection, and_, insert, select

from outbound import accounts, clock
from outbound.contents import (
    ANSWERS,
    FIELDS,
    HANDED_IN,
    PERSON,
    attachment_parts,
    pack_addressee,
    pack_fields,
    unpack_addressee,
    unpack_answers,
    unpack_attachments,
    unpack_fields,
)
from outbound.delivery.doubts import quiet_until
from outbound.delivery.house import House, receipt_deadline
from outbound.delivery.send import accepted, rebook
from outbound.delivery.settle import apply_to_envelope
from outbound.intake import take_in
from outbound.key_file import month_after
from outbound.ledger import batches, channels, enrolments, envelopes, faulty, reminders, restorations, returned, sending
from outbound.ledger import letters as ledger_letters
from outbound.ledger import tables as t
from outbound.ledger.batches import Row, Turn
from outbound.ledger.letters import locked, move, touch
from outbound.ledger.mailings import mailing
from outbound.ledger.values import LedgerDispatch, LedgerFault, Letter
from outbound.letter import Address, Blame, Channel, News, ReadyMade, Receipt, ReturnReason, Submission, WaitsFor
from outbound.life import LIVE, UNSETTLED, Outcome, Status
from outbound.postal_address import address_faults, postcode_faults
from outbound.seal import Part

LONGEST_NAME, LONGEST_KEY = 80, 64  # characters that the ledger keeps


class Verb(StrEnum):
    """What can be done with one letter."""

    CANCEL = "cancel"
    HOLD = "hold"
    RELEASE = "release"
    REROUTE = "reroute"
    MEND = "mend"
    REPLACE = "replace"
    TAKEN = "settle-taken"
    NOT_TAKEN = "settle-not-taken"
    WAIT_ON = "wait-on"
    ARRIVED = "arrived"
    CAME_BACK = "came-back"
    WAS_REFUSED = "was-refused"
    ACKNOWLEDGE = "acknowledge"
    RESEND = "resend"


STOP_REMINDER = "stop-reminder"
"""An act on the letter's reminder, not on the letter: it fits whatever the letter's state is."""


TO_CANCEL, UNDO = "to-cancel", "undo-"
"""What a story calls a cancellation that can still be called off, and (before the verb) the undoing of an act."""


class DeskRefusal(Exception):
    """It may not be done, or not now. `code` is a stand code; the text says why and what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Hand:
    """Who does it, and why; `turn`, where it is the letter's turn in a batch, whose own why stands for all of it."""

    by: str
    why: str
    turn: Turn | None = None

    def __post_init__(self) -> None:
        """The why without control characters, but for ends of lines: it is read at terminals, too."""
        kept = (sign for sign in self.why if sign in "\n\t" or category(sign) not in ("Cc", "Cs"))
        object.__setattr__(self, "why", "".join(kept))


WAITING = frozenset({Status.RECEIVED, Status.RENDERED, Status.ROUTED, Status.HELD})
NO_DOCUMENT = {"document_fingerprint": None, "document_address": None}
"""What the letter is told when its content changes: the document that lies under the seal is of no use any more."""
GONE = frozenset({Status.SENT, Status.DELIVERED, Status.RETURNED, Status.CANCELLED})


BY_PERSON = "held-by-person"
"""HELD because somebody said so."""


def verbs_for(one: Letter, live: LedgerDispatch | None) -> tuple[Verb, ...]:
    """The verbs that fit this letter now."""
    outcome = live.outcome if live else None
    return verbs_where(one.status, outcome, ready_made=one.ready_made, seen_to=one.acknowledged_at is not None)


def verbs_where(status: Status, live: Outcome | None, *, ready_made: bool, seen_to: bool) -> tuple[Verb, ...]:
    """The verbs that fit letters which stand so; `live`: what the dispatch that may count has come to."""
    if status is Status.HELD and live is not None:
        doubt = (Verb.TAKEN, Verb.NOT_TAKEN)
        taken = (Verb.WAIT_ON, Verb.ARRIVED, Verb.CAME_BACK, Verb.WAS_REFUSED)
        return taken if live is Outcome.TAKEN else doubt
    if status in WAITING:
        first = Verb.RELEASE if status is Status.HELD else Verb.HOLD
        content = (Verb.REPLACE,) if ready_made else ()
        return (first, Verb.MEND, *content, Verb.REROUTE, Verb.CANCEL)
    if status is Status.RETURNED and not seen_to:
        return (Verb.ACKNOWLEDGE, Verb.RESEND)
    return (Verb.RESEND,) if status in GONE else ()


def cancel(house: House, letter_id: UUID, hand: Hand) -> None:
    """Never to be sent. Refused where a dispatch is live."""
    with _at_the_desk(house, letter_id, Verb.CANCEL, hand) as (tx, one):
        _must(move(tx, one, Status.CANCELLED, "cancelled", hand.by, due_at=None))


def hold(house: House, letter_id: UUID, hand: Hand) -> None:
    """Stand still until somebody lets it go on. Refused where a dispatch is live."""
    with _at_the_desk(house, letter_id, Verb.HOLD, hand) as (tx, one):
        _must(ledger_letters.hold(tx, one, BY_PERSON, WaitsFor.OPERATIONS, hand.by))


def stop(house: House, letter_id: UUID, hand: Hand) -> None:
    """It is to be cancelled in a while, and stands still until then; HELD already, it only hears of it."""
    with _at_the_desk(house, letter_id, Verb.CANCEL, hand, TO_CANCEL) as (tx, one):
        if one.status is not Status.HELD:
            _must(ledger_letters.hold(tx, one, BY_PERSON, WaitsFor.OPERATIONS, hand.by))


def let_go_on(house: House, letter_id: UUID, hand: Hand, was_held: bool) -> None:
    """It is not to be cancelled after all: it goes on, unless it was HELD before."""
    with _at_the_desk(house, letter_id, Verb.RELEASE, hand, f"{UNDO}{Verb.CANCEL}") as (tx, one):
        if not was_held:
            _must(move(tx, one, _where_it_goes_on(one), "released", hand.by, **_fresh()))


def reroute_back(house: House, letter_id: UUID, before: Channel | None, hand: Hand, was_held: bool) -> None:
    """Take back the choice of a channel; `before`: the one that a person had chosen then. HELD then, it is HELD now."""
    with _at_the_desk(house, letter_id, Verb.REROUTE, hand, f"{UNDO}{Verb.REROUTE}") as (tx, one):
        if was_held and one.status is not Status.HELD:
            _must(ledger_letters.hold(tx, one, BY_PERSON, WaitsFor.OPERATIONS, hand.by, forced=before))
        elif was_held:
            _must(touch(tx, one, forced=before))
        else:
            _go_back(tx, one, _where_it_goes_on(one), "re-routed", hand.by, forced=before, due_at=clock.now())


def unacknowledge(house: House, letter_id: UUID, hand: Hand) -> None:
    """A returned letter has not been seen to after all."""
    with _at_the_desk(house, letter_id, Verb.RESEND, hand, f"{UNDO}{Verb.ACKNOWLEDGE}") as (tx, one):
        if one.status is not Status.RETURNED:
            raise _not_now(one, Verb.ACKNOWLEDGE)
        _must(touch(tx, one, acknowledged_at=None))


def stop_reminder(house: House, letter_id: UUID, hand: Hand) -> None:
    """The letter stands; its text message is never sent. Refused where it has none that is still to come."""
    must_be_named(hand)
    with house.ledger.writing() as tx:
        if not reminders.cancel(tx, letter_id):
            raise DeskRefusal("no-reminder", "The letter has no reminder that is still to come.")
        _write_of_letter(tx, house, STOP_REMINDER, letter_id, hand)


def release(house: House, letter_id: UUID, hand: Hand) -> None:
    """Go on: look up and route again, from the document where there is one."""
    with _at_the_desk(house, letter_id, Verb.RELEASE, hand) as (tx, one):
        if one.recipient_key:
            enrolments.withdraw(tx, one.recipient_key)  # whoever releases it wants to hear of now
        to = _where_it_goes_on(one)
        _must(move(tx, one, to, "released", hand.by, **_fresh()))


def reroute(house: House, letter_id: UUID, channel: Channel, hand: Hand) -> None:
    """A person chooses the channel; it outranks wish and look-up, not a closed mailbox."""
    with _at_the_desk(house, letter_id, Verb.REROUTE, hand) as (tx, one):
        to = _where_it_goes_on(one)
        now = {"due_at": clock.now()} if to is Status.RENDERED else {}  # it may wait for the day of its print run
        _go_back(tx, one, to, "re-routed", hand.by, forced=channel, **now)


def mend_address(house: House, letter_id: UUID, address: Address, hand: Hand) -> None:
    """Another address for paper; the letter is rendered again with it."""
    _must_be_postal(house, address)
    with _at_the_desk(house, letter_id, Verb.MEND, hand) as (tx, one):
        body = house.seal.open(tx, one.id, PERSON, hand.by, "mend")
        if body is None:
            raise DeskRefusal("content-missing", "The recipient is no longer under the seal.")
        addressee = unpack_addressee(body)
        mended = replace(addressee, recipient=replace(addressee.recipient, address=address))
        house.seal.put(tx, one.id, one.retention_month, {PERSON: pack_addressee(mended)})
        _go_back(tx, one, Status.RECEIVED, "address-mended", hand.by, country=address.country, **NO_DOCUMENT)


def replace_pdf(house: House, letter_id: UUID, ready_made: ReadyMade, hand: Hand) -> None:
    """Another PDF (already checked by intake) in place of the one handed in. It leaves no earlier than it is dated."""
    with _at_the_desk(house, letter_id, Verb.REPLACE, hand) as (tx, one):
        head = {"title": ready_made.title, "dated": ready_made.dated.isoformat()}
        parts = {FIELDS: pack_fields(head), HANDED_IN: ready_made.pdf}
        house.seal.put(tx, one.id, one.retention_month, parts)
        first = max(day for day in (one.not_before, ready_made.dated) if day)
        due = max(clock.now(), datetime.combine(first, time(0), clock.COPENHAGEN))
        _go_back(tx, one, Status.RECEIVED, "document-replaced", hand.by, not_before=first, due_at=due, **NO_DOCUMENT)


def settle_taken(house: House, letter_id: UUID, hand: Hand) -> None:
    """The supplier has it, a person found out."""
    with _at_the_desk(house, letter_id, Verb.TAKEN, hand) as (tx, one):
        accepted(tx, house, _live(tx, one).id, "", hand.by)


def settle_not_taken(house: House, letter_id: UUID, hand: Hand) -> None:
    """The supplier has nothing of it, a person found out; it is sent anew. Not while a request may be on its way."""
    with _at_the_desk(house, letter_id, Verb.NOT_TAKEN, hand) as (tx, one):
        live = _live(tx, one)
        consignment = sending.consignment(tx, live.consignment_id)
        quiet = (consignment.called_at or consignment.closed_at) + quiet_until(house.settings)
        if clock.now() < quiet or consignment.claim_token:
            raise DeskRefusal(
                "not-quiet", f"A request may still be on its way; ask the supplier after {quiet:%H:%M} UTC."
            )
        sending.settle_dispatch(tx, live.id, Outcome.VOID, UNSETTLED, code="not-taken")
        _must(move(tx, one, Status.ROUTED, "settled-not-taken", hand.by, **_fresh()))
        rebook(tx, house, live.id)


def wait_on(house: House, letter_id: UUID, hand: Hand) -> None:
    """Wait for the receipt once more."""
    with _at_the_desk(house, letter_id, Verb.WAIT_ON, hand) as (tx, one):
        due = receipt_deadline(house.settings, _live(tx, one).channel)
        _must(move(tx, one, Status.SENT, "waits-on", hand.by, due_at=due))


def arrived(house: House, letter_id: UUID, hand: Hand) -> None:
    """It was delivered, a person found out."""
    with _at_the_desk(house, letter_id, Verb.ARRIVED, hand) as (tx, one):
        _must(move(tx, one, Status.DELIVERED, "settled-delivered", hand.by, due_at=None))
        live = _live(tx, one)
        apply_to_envelope(tx, house, live, Receipt(live.id, News.DELIVERED))


def came_back(house: House, letter_id: UUID, hand: Hand) -> None:
    """It came back, a person holds it."""
    with _at_the_desk(house, letter_id, Verb.CAME_BACK, hand) as (tx, one):
        live = _live(tx, one)
        _must(returned.come_back(tx, one, live.id, ReturnReason.UNKNOWN, hand.by, "settled-returned"))
        apply_to_envelope(tx, house, live, Receipt(live.id, News.RETURNED, by=hand.by))


def was_refused(house: House, letter_id: UUID, hand: Hand) -> None:
    """The supplier refused the recipient after all; routed again without the channel."""
    with _at_the_desk(house, letter_id, Verb.WAS_REFUSED, hand) as (tx, one):
        live = _live(tx, one)
        sending.settle_dispatch(tx, live.id, Outcome.REFUSED, LIVE, code="settled-refused")
        accounts.correct(tx, one, live)
        _must(sending.after_refusal(tx, one, live.channel, Blame.RECIPIENT, hand.by))
        apply_to_envelope(tx, house, live, Receipt(live.id, News.REFUSED, "settled-refused", Blame.RECIPIENT))


def acknowledge(house: House, letter_id: UUID, hand: Hand) -> None:
    """A returned letter has been seen to."""
    with _at_the_desk(house, letter_id, Verb.ACKNOWLEDGE, hand) as (tx, one):
        _must(touch(tx, one, acknowledged_at=clock.now()))


def resend(house: House, letter_id: UUID, hand: Hand, address: Address | None = None) -> UUID:
    """A new letter with the same content that follows this one, marked as sent again, to another address where one is
    given. Returns its id: asked again it is the same new letter, which can itself be sent again. One that came back is
    seen to with that.
    """
    if address is not None:
        _must_be_postal(house, address)
    with _at_the_desk(house, letter_id, Verb.RESEND, hand) as (tx, one):
        again = _again(tx, house, one, hand, address)
        if known := _sent_again(tx, one):
            _must_go_there(tx, house, known, again.recipients[0].address, hand)
            return known
        must_have_its_type(house, one)
        _must_be_the_correction(tx, one)
        if one.status is Status.RETURNED:
            touch(tx, one, acknowledged_at=one.acknowledged_at or clock.now())
        return take_in(tx, house, again).letters[0]


def pause(house: House, scope: str, key: str, hand: Hand) -> bool:
    """Stop a channel, system, letter type or mailing. False where it is stopped already."""
    must_be_named(hand)
    key = _stoppable(scope, key)
    with house.ledger.writing() as tx:
        if scope == "mailing" and mailing(tx, UUID(key)) is None:
            raise _no_such(scope)
        return channels.pause(tx, scope, key, hand.by, _write(tx, house, "pause", scope, key, None, hand))


def resume(house: House, scope: str, key: str, hand: Hand) -> bool:
    """Let it go on. False where it was not stopped."""
    must_be_named(hand)
    key = _stoppable(scope, key)
    with house.ledger.writing() as tx:
        _must_not_be_restored(tx, scope)
        _write(tx, house, "resume", scope, key, None, hand)
        return channels.resume(tx, scope, key)


def note(
    tx: Connection, house: House, verb: str, scope: str, key: str, hand: Hand, letter_id: UUID | None = None
) -> UUID:
    """Write down what somebody does elsewhere than here, and the why under the seal; the act's id. `letter_id`: the
    letter in whose story it stands.

    Raises DeskRefusal without a name and a why.
    """
    must_be_named(hand)
    return _write(tx, house, verb, scope, key, letter_id, hand)


@contextmanager
def _at_the_desk(
    house: House, letter_id: UUID, verb: Verb, hand: Hand, said: str = ""
) -> Iterator[tuple[Connection, Letter]]:
    """One act: the letter locked, the verb checked against its state, the act and its why written with it.

    `said`: what its story calls it, where that is not the verb.
    """
    must_be_named(hand)
    with house.ledger.writing() as tx:
        if verb is Verb.RESEND:
            faulty.lock_what_it_corrects(tx, letter_id)  # the lower id first, as everybody locks letters
        if live := sending.live_dispatch(tx, letter_id):
            envelopes.lock(tx, live)
        try:
            one = locked(tx, letter_id)
        except LedgerFault:
            raise DeskRefusal("no-such-letter", "There is no such letter.") from None
        if hand.turn and batches.stopped_by_another(tx, one.id, hand.turn.batch):
            raise DeskRefusal(
                "being-cancelled", "Another act on many letters is cancelling the letter; undo that first."
            )
        if verb not in verbs_for(one, sending.live_dispatch(tx, one.id)):
            raise _not_now(one, verb)
        _write_of_letter(tx, house, said or verb, one.id, hand, f"{one.status}:{one.forced or ''}")
        yield tx, one


def _not_now(one: Letter, verb: Verb) -> DeskRefusal:
    if verb is Verb.CANCEL and one.channel is Channel.PRINT and one.status in (Status.SENDING, Status.SENT):
        return DeskRefusal(
            "run-closed",
            "The letter's print run has closed, and the letter cannot be cancelled by itself any more. "
            "IT operations can ask the printer to recall the whole run.",
        )
    return DeskRefusal("not-now", f"A letter that is {one.status} cannot be treated so ({verb}) now.")


def _must_be_postal(house: House, address: Address) -> None:
    if faults := (*address_faults(address), *postcode_faults(address, house.districts)):
        raise DeskRefusal("address", f"The address cannot be used: {', '.join(faults)}.")


def _must_not_be_restored(tx: Connection, scope: str) -> None:
    if scope == "channel" and restorations.current(tx):
        raise DeskRefusal(
            "restored", "The ledger is a back-up: `outbound restored finish` lets its letters leave again."
        )


def must_be_named(hand: Hand) -> None:
    """Raises DeskRefusal without a name and a why."""
    if not says_something(hand.why) or not says_something(hand.by):
        raise DeskRefusal("why", "Say who you are and why; both are kept with the act.")
    if len(hand.by) > LONGEST_NAME:
        raise DeskRefusal("why", f"Give your name in at most {LONGEST_NAME} characters.")


def says_something(text: str) -> bool:
    """Is there a sign in it that can be seen?"""
    return any(sign.isprintable() and not sign.isspace() for sign in text)


def _stoppable(scope: str, key: str) -> str:
    """The key as the ledger compares it. Refused where no letter could ever be meant by it."""
    if scope not in ("channel", "system", "type", "mailing") or not 0 < len(key) <= LONGEST_KEY:
        raise DeskRefusal("no-such-stop", "Stop a channel, a system, a letter type or a mailing, by its name or id.")
    try:
        return UUID(key).hex if scope == "mailing" else str(Channel(key)) if scope == "channel" else key
    except ValueError:
        raise _no_such(scope) from None


def _no_such(scope: str) -> DeskRefusal:
    return DeskRefusal("no-such-stop", f"There is no {scope} of that name; look it up and say it again.")


def _write(tx: Connection, house: House, verb: str, scope: str, key: str, letter_id: UUID | None, hand: Hand) -> UUID:
    act_id, at = uuid4(), clock.now()
    row = {"id": act_id, "verb": verb, "scope": scope, "key": key, "letter_id": letter_id, "by": hand.by, "at": at}
    tx.execute(insert(t.act).values(**row))
    house.seal.put(
        tx, act_id, month_after(clock.danish_day(at), house.settings.note_months), {"why": hand.why.encode()}
    )
    return act_id


def _write_of_letter(tx: Connection, house: House, verb: str, letter_id: UUID, hand: Hand, was: str = "") -> None:
    """The act in the letter's story. In a batch it is the letter's turn, or nothing of it is done.

    `was`: the state and the chosen channel before, which the batch keeps to undo it.
    """
    turn = hand.turn
    if turn is None:
        _write(tx, house, verb, "letter", letter_id.hex, letter_id, hand)
        return
    if acted_since(tx, letter_id, turn.batch):
        raise DeskRefusal("acted-since", "Somebody else has acted on the letter since; look at it again.")
    if not batches.tick(tx, turn, letter_id, **({"was": was} if turn.was is Row.WAITING else {})):
        raise DeskRefusal("not-its-turn", "The batch has done with this letter, or was ended meanwhile.")
    note_in_batch(tx, turn.batch, verb, letter_id, hand.by)


def acted_since(tx: Connection, letter_id: UUID, batch: UUID) -> bool:
    """Has somebody wanted something else of the letter since this batch was begun?

    An act of another batch counts from when that was begun, however late a worker came to it: of two people who want
    two things of a letter the later one has their way.
    """
    a, begun = t.act.c, batches.begun(tx, [batch])[batch][0]
    other = select(a.verb, a.at, a.scope, a.key).where(
        a.letter_id == letter_id, a.at > begun, ~and_(a.scope == "batch", a.key == batch.hex)
    )
    acts = tx.execute(other).all()
    times = batches.begun(tx, [UUID(one.key) for one in acts if one.scope == "batch"])
    for one in acts:
        at = times[UUID(one.key)][one.verb.startswith(UNDO)] if one.scope == "batch" else one.at
        if at > begun:
            return True
    return False


def note_in_batch(tx: Connection, batch: UUID, verb: str, letter_id: UUID, by: str) -> None:
    """An act of a batch in the letter's story. The why is the batch's, sealed once under its id."""
    row = {"id": uuid4(), "verb": verb, "scope": "batch", "key": batch.hex, "letter_id": letter_id, "by": by}
    tx.execute(insert(t.act).values(**row, at=clock.now()))


def _go_back(tx: Connection, one: Letter, to: Status, code: str, by: str, **changes: Any) -> None:
    """To an earlier state, or anew in the same one: either way whoever works on the letter now comes too late."""
    if one.status is to:
        _must(touch(tx, one, **changes))
    else:
        _must(move(tx, one, to, code, by, **(_fresh() | changes)))


def _where_it_goes_on(one: Letter) -> Status:
    """From its document, where it has one that stands: a letter RECEIVED is yet to be rendered, whatever lies there."""
    return Status.RENDERED if one.document_fingerprint and one.status is not Status.RECEIVED else Status.RECEIVED


def _fresh() -> dict[str, Any]:
    return {"due_at": clock.now(), "tries": 0, "waiting_since": None}


def _live(tx: Connection, one: Letter) -> LedgerDispatch:
    live = sending.live_dispatch(tx, one.id)
    if live is None:
        raise DeskRefusal("not-now", "No dispatch of this letter is live any more; look again.")
    return live


def _must(done: bool) -> None:
    if not done:
        raise DeskRefusal("moved-meanwhile", "The letter has moved meanwhile; look again.")


def _again(tx: Connection, house: House, one: Letter, hand: Hand, address: Address | None) -> Submission:
    wanted = (PERSON, FIELDS, HANDED_IN, ANSWERS, *attachment_parts(one.attachments))
    parts = house.seal.open_parts(tx, [Part(one.id, part) for part in wanted], hand.by, "resend")
    opened = {part.part: body for part, body in parts.items()}
    if not {*wanted} - {HANDED_IN, ANSWERS} <= opened.keys():
        raise DeskRefusal("content-missing", "The letter's content is no longer under the seal.")
    fields, recipient = unpack_fields(opened[FIELDS]), unpack_addressee(opened[PERSON]).recipient
    pdf = opened.get(HANDED_IN)
    recipient = replace(recipient, address=address or recipient.address)
    return Submission(
        system=one.system,
        reference=_reference(one),
        department=one.department,
        letter_type=one.letter_type,
        recipients=(recipient,),
        fields=None if one.ready_made else fields,
        ready_made=ReadyMade(pdf, fields["title"], clock.today()) if pdf is not None else None,
        attachments=unpack_attachments(opened, one.attachments),
        case_number=one.case_number,
        wish=one.wish,
        wish_reason=hand.why,
        format=one.format,
        follows=one.id,
        corrects=one.corrects,
        answers=unpack_answers(opened),
    )


def _reference(one: Letter) -> str:
    """Of the letter that this one is sent again as: there is but one."""
    return f"{one.reference[:100]}~{one.id.hex[-12:]}"


def _sent_again(tx: Connection, one: Letter) -> UUID | None:
    row = t.letter.c
    wanted = select(row.id).where(row.follows == one.id, row.system == one.system, row.reference == _reference(one))
    return tx.execute(wanted).scalar_one_or_none()


def must_have_its_type(house: House, one: Letter) -> None:
    """Raises DeskRefusal for a letter that nobody could render any more."""
    if one.letter_type not in house.types:
        raise DeskRefusal("no-type", "There is no such letter type any more; send a new letter from its system.")


def _must_be_the_correction(tx: Connection, one: Letter) -> None:
    """Of a correction that came back, where another has been handed in meanwhile: the citizen would get both."""
    if one.corrects and one.status in faulty.FAILED and faulty.is_corrected(tx, one.corrects):
        raise DeskRefusal("corrected", "The faulty letter has another correction by now; look at that one.")


def _must_go_there(tx: Connection, house: House, known: UUID, address: Address | None, hand: Hand) -> None:
    body = house.seal.open(tx, known, PERSON, hand.by, "resend")
    if body is None or unpack_addressee(body).recipient.address != address:
        raise DeskRefusal("sent-again", "It was sent again already, otherwise; look at the letter that follows it.")

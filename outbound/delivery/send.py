"""Step 4: close a consignment, mark it begun, hand it over with no transaction open, record each answer at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from outbound import accounts, clock
from outbound.contents import DOCUMENT, DOCUMENT_PARTS, HEAD, PERSON, unpack_addressee, unpack_document
from outbound.delivery.house import WORKER, House, deadline, later, next_try, out_of_patience, receipt_deadline
from outbound.delivery.route import never_again, stale
from outbound.delivery.spell import Spell
from outbound.ledger import channels, sending
from outbound.ledger.letters import Handful, claim, give_back, hold, move
from outbound.ledger.values import LedgerConsignment, LedgerDispatch, Letter, Step
from outbound.letter import (
    Accepted,
    Answer,
    Channel,
    Consignment,
    Dispatch,
    Lane,
    Rejected,
    WaitsFor,
)
from outbound.life import UNSETTLED, Status
from outbound.ports import Mailer, Misconfigured, OutcomeUnknown, Refused, Unavailable
from outbound.seal import Part

LETTERS_THAT_PROVE_IT = 3  # different letters, all misconfigured (or one failed probe), and the channel is paused


def send_handful(house: House, channel: Channel, lane: Lane) -> int:
    """Claim what is due on this channel and lane and hand it over, a consignment at a time; how many were claimed."""
    mailer = house.outside.mailers[channel]
    handful, probing = _claim(house, mailer, lane)
    if handful is None:
        return 0
    spell = Spell(house.settings.send_lease, house.settings.hard_end)
    today = clock.today()
    ready = _still_good(house, handful, mailer.channel if probing else None)
    size = mailer.gathers(lane)
    for start in range(0, len(ready), size):
        batch = ready[start : start + size]
        if not _may_go_on(spell, today) or not send_one(house, mailer, batch, handful.token):
            _give_back(house, ready[start:], handful.token)
            break
    return len(handful.letters)


def _may_go_on(spell: Spell, day: date) -> bool:
    """Is there time for one more, and is it still the day that the letters were found good for?"""
    return spell.lasts() and clock.today() == day


def send_one(house: House, mailer: Mailer, letters: Sequence[Letter], token: str) -> bool:
    """One consignment, from closing to its last answer. False where the channel takes nothing now."""
    lease, wraps = house.settings.send_lease, envelopes(house, mailer, letters)
    try:
        with house.ledger.writing() as tx:
            closed = sending.close(tx, letters, token, mailer.provider, lease, wraps)
            if closed is None:
                return True
            members = [(dispatch_id, one, wraps.get(one.id, "")) for dispatch_id, one in closed.members]
            consignment = _consignment(tx, house, closed.consignment, members, token)
    except ContentMissing as missing:
        return _send_the_others(house, mailer, letters, missing.letters, token)
    return _hand_over(house, mailer, closed.consignment, consignment, token)


class ContentMissing(Exception):
    """A part of these letters is no longer under the seal."""

    def __init__(self, letters: Sequence[Letter]) -> None:
        super().__init__(f"{len(letters)} letters have lost a part of their content.")
        self.letters = letters


def _send_the_others(
    house: House, mailer: Mailer, letters: Sequence[Letter], missing: Sequence[Letter], token: str
) -> bool:
    """The letters whose content is gone wait for a person; their neighbours go on without them."""
    with house.ledger.writing() as tx:
        for one in missing:
            hold(tx, one, "content-missing", WaitsFor.OPERATIONS, WORKER, token=token)
    left = [one for one in letters if one not in missing]
    return send_one(house, mailer, left, token) if left else True


def repeat(house: House, mailer: Mailer, held: LedgerConsignment, token: str) -> bool:
    """The same consignment once more, under the same ids; False where the channel takes nothing now."""
    try:
        with house.ledger.writing() as tx:
            unsettled = [m for m in sending.members_of(tx, held.id) if m.dispatch.outcome in UNSETTLED]
            members = [(m.dispatch.id, m.letter, m.dispatch.envelope or "") for m in unsettled]
            consignment = _consignment(tx, house, held, members, token)
    except ContentMissing:
        with house.ledger.writing() as tx:
            sending.hold_doubts(tx, held.id, token)
        return True
    return _hand_over(house, mailer, held, consignment, token)


def _hand_over(house: House, mailer: Mailer, held: LedgerConsignment, consignment: Consignment, token: str) -> bool:
    """Begin a closed consignment and record what comes of it, each answer in one commit."""
    with house.ledger.writing() as tx:
        if not sending.begin(tx, held.id, token, house.settings.send_lease):
            sending.abandon(tx, held.id, token, later(house.settings.doubt_ask_seconds))
            return True
    left = {one.id for one in consignment.dispatches}
    try:
        for answer in mailer.hand_over(consignment):
            left.discard(answer.dispatch)
            record(house, held, token, answer, last=not left)
    except (Unavailable, Misconfigured) as fault:
        return _nothing_taken(house, held, token, fault)
    except Refused as no:
        for one in consignment.dispatches:
            left.discard(one.id)
            record(house, held, token, Rejected(one.id, no.code, no.blame), last=not left)
    except OutcomeUnknown:
        _doubt(house, held, token)
        return True
    if left:
        _doubt(house, held, token)
    return True


def record(house: House, held: LedgerConsignment, token: str, answer: Answer, *, last: bool) -> None:
    """One answer, in one commit; with the last one the claim ends and the channel is known to work."""
    with house.ledger.writing() as tx:
        if isinstance(answer, Accepted):
            accepted(tx, house, answer.dispatch, answer.transmission, WORKER)
        else:
            sending.reject(tx, answer.dispatch, token, answer.code, answer.blame)
        if last:
            _close_the_book(tx, house, held, token)


def accepted(tx: Connection, house: House, dispatch_id: UUID, transmission: str, by: str) -> None:
    """The supplier has it: settle the dispatch, move its letter and book the money, in this transaction."""
    found = sending.dispatch(tx, dispatch_id)
    due = receipt_deadline(house.settings, found.channel)
    if one := sending.accept(tx, found, transmission, by, due):
        book(tx, house, one, found)


def book(tx: Connection, house: House, one: Letter, found: LedgerDispatch) -> None:
    """The money of a dispatch that was taken."""
    letter_class = house.types[one.letter_type].letter_class if one.letter_type in house.types else ""
    accounts.book(tx, house.tariffs, one, found, letter_class)


def envelopes(house: House, mailer: Mailer, letters: Sequence[Letter]) -> dict[UUID, str]:
    """Which envelope each letter goes in; nothing for the mailbox."""
    if mailer.channel is not Channel.PRINT:
        return {}
    return {one.id: house.tariffs.envelope(one.sheets or 1, mailer.provider) or "" for one in letters}


def _claim(house: House, mailer: Mailer, lane: Lane) -> tuple[Handful | None, bool]:
    """What is due, as far as the channel's breaker lets it; and whether it is the probe."""
    settings = house.settings
    most = settings.handful if mailer.gathers(lane) == 1 else mailer.gathers(lane)
    with house.ledger.writing() as tx:
        admitted = channels.admit(tx, mailer.channel, settings.send_lease)
        limit = most if admitted is None else min(most, admitted)
        handful = claim(tx, Step.SEND, lane, limit, settings.send_lease, mailer.channel) if limit else None
        if handful is None and admitted:
            channels.probe_at(tx, mailer.channel, clock.now())
        return handful, admitted == 1


def _still_good(house: House, handful: Handful, probes: Channel | None) -> list[Letter]:
    """Those that may leave as they are; the others go where they belong. A probe turned back leaves it to the next."""
    with house.ledger.writing() as tx:
        ready = [one for one in handful.letters if not _turned_back(tx, house, one, handful.token)]
        if probes and not ready:
            channels.probe_at(tx, probes, clock.now())
        return ready


def _turned_back(tx: Connection, house: House, one: Letter, token: str) -> bool:
    if overdue := never_again(house, one):
        return hold(tx, one, overdue, WaitsFor.SENDER, WORKER, token=token)
    if one.tries and out_of_patience(house.settings, one):
        return hold(tx, one, "channel-unavailable", WaitsFor.OPERATIONS, WORKER, token=token)
    if again := stale(house, one):
        return move(tx, one, Status.RECEIVED, again, WORKER, token=token, due_at=clock.now())
    if one.routed_at and (clock.now() - one.routed_at).total_seconds() > house.settings.route_fresh_hours * 3600:
        return move(tx, one, Status.RENDERED, "route-too-old", WORKER, token=token, due_at=clock.now())
    return False


Enveloped = tuple[UUID, Letter, str]
"""A dispatch's id, its letter and its envelope ('' for the mailbox)."""


def _consignment(
    tx: Connection, house: House, held: LedgerConsignment, members: Sequence[Enveloped], token: str
) -> Consignment:
    """What the adapter gets to see. Raises ContentMissing."""
    wanted = [Part(one.id, part) for _, one, _ in members for part in (PERSON, *DOCUMENT_PARTS)]
    parts: dict[UUID, dict[str, bytes]] = {one.id: {} for _, one, _ in members}
    for part, body in house.seal.open_parts(tx, wanted, WORKER, "send").items():
        parts[part.owner][part.part] = body
    if missing := [one for _, one, _ in members if not {PERSON, DOCUMENT, HEAD} <= parts[one.id].keys()]:
        raise ContentMissing(missing)
    dispatches = tuple(_dispatch(house, member, parts[member[1].id]) for member in members)
    return Consignment(held.id, held.channel, held.provider, held.lane, held.closed_at, dispatches, token)


def outline(held: LedgerConsignment, token: str) -> Consignment:
    """A consignment without its letters: enough to ask about it."""
    return Consignment(held.id, held.channel, held.provider, held.lane, held.closed_at, (), token)


def _dispatch(house: House, member: Enveloped, parts: dict[str, bytes]) -> Dispatch:
    dispatch_id, one, wrap = member
    letter_type = house.types[one.letter_type]
    addressee = unpack_addressee(parts[PERSON])
    return Dispatch(
        id=dispatch_id,
        letter=one.id,
        recipient=replace(addressee.recipient, address=addressee.address),
        document=unpack_document(parts),
        department=one.department,
        reference=one.reference,
        case_number=one.case_number,
        envelope=wrap,
        letter_class=letter_type.letter_class,
        colour=letter_type.colour,
    )


def _nothing_taken(house: House, held: LedgerConsignment, token: str, fault: Unavailable | Misconfigured) -> bool:
    """All of it back to ROUTED for a later try; a doubt stays a doubt. The channel's breaker opens.

    Said after an answer, against the port's word, it is not believed: what is unanswered then is in doubt.
    """
    retry_after = fault.retry_after if isinstance(fault, Unavailable) else None
    with house.ledger.writing() as tx:
        failures = channels.failures(tx, held.channel)
        due = next_try(house.settings, failures, retry_after)
        letters = [m.letter.id for m in sending.members_of(tx, held.id)]
        if not sending.nothing_taken(tx, held.id, token, fault.code, WORKER, due):
            _put_in_doubt(tx, house, held.id, token)
        misconfigured = isinstance(fault, Misconfigured)
        met = channels.failed(tx, held.channel, due, letters[:1] if misconfigured else ())
        if misconfigured and (met >= LETTERS_THAT_PROVE_IT or failures):
            channels.pause(tx, "channel", held.channel, "misconfigured")
    return False


def _doubt(house: House, held: LedgerConsignment, token: str) -> None:
    """What has no answer is in doubt. Where this was a probe, the next one follows soon."""
    with house.ledger.writing() as tx:
        _put_in_doubt(tx, house, held.id, token)
        if failures := channels.failures(tx, held.channel):
            channels.probe_at(tx, held.channel, next_try(house.settings, failures))


def _put_in_doubt(tx: Connection, house: House, consignment_id: UUID, token: str) -> None:
    due = later(house.settings.doubt_ask_seconds)
    sending.doubt(tx, consignment_id, token, due, deadline(house.settings.doubt_deadline_days))


def _close_the_book(tx: Connection, house: House, held: LedgerConsignment, token: str) -> None:
    """The last answer has come. What it left open (a refusal on a repeat changes nothing) is asked about later."""
    channels.worked(tx, held.channel)
    if sending.unsettled(tx, held.id):
        sending.wait_on(tx, held.id, token, later(house.settings.doubt_ask_seconds))
    else:
        sending.finish(tx, held.id, token)


def _give_back(house: House, letters: Sequence[Letter], token: str) -> None:
    """Letters that were claimed and not begun; those that went on already are not ours any more."""
    with house.ledger.writing() as tx:
        give_back(tx, letters, token)

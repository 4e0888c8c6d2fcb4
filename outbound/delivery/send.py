"""Step 4: close a consignment, mark it begun, hand it over with no transaction open, record each answer at once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection

from outbound import accounts, clock
from outbound.contents import DOCUMENT_PARTS, PERSON, unpack_addressee, unpack_document
from outbound.delivery.house import WORKER, House, deadline, later, next_try, out_of_patience, receipt_deadline
from outbound.delivery.route import never_again, stale
from outbound.delivery.spell import Spell
from outbound.ledger import channels, sending
from outbound.ledger.letters import Handful, claim, give_back, hold, letter, move
from outbound.ledger.sending import Member
from outbound.ledger.values import LedgerConsignment, Letter, Step
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

LETTERS_THAT_PROVE_IT = 3  # different letters, all misconfigured, before the channel is paused


def send_handful(house: House, channel: Channel, lane: Lane) -> int:
    """Claim what is due on this channel and lane, and hand it over, one consignment at a time; how many were claimed."""
    mailer = house.outside.mailers[channel]
    handful = _claim(house, mailer, lane)
    if handful is None:
        return 0
    spell = Spell(house.settings.send_lease, house.settings.hard_end)
    ready = _still_good(house, handful)
    size = mailer.gathers(lane)
    for start in range(0, len(ready), size):
        batch = ready[start : start + size]
        if not spell.lasts() or not send_one(house, mailer, batch, handful.token):
            _give_back(house, ready[start:], handful.token)
            break
    return len(handful.letters)


def send_one(house: House, mailer: Mailer, letters: Sequence[Letter], token: str) -> bool:
    """One consignment, from closing to its last answer. False where the channel takes nothing now."""
    with house.ledger.writing() as tx:
        closed = sending.close(
            tx, letters, token, mailer.provider, house.settings.send_lease, envelopes(house, mailer, letters)
        )
    if closed is None:
        return True
    return hand_over(house, mailer, closed, token)


def hand_over(house: House, mailer: Mailer, consignment_id: UUID, token: str) -> bool:
    """Begin (or repeat) a closed consignment and record what comes of it. False where the channel takes nothing now."""
    with house.ledger.writing() as tx:
        held = sending.consignment(tx, consignment_id)
        consignment = _consignment(tx, house, held, token)
    if consignment is None:
        return _unreadable(house, held, token)
    with house.ledger.writing() as tx:
        if not sending.begin(tx, consignment_id, token, house.settings.send_lease):
            sending.abandon(tx, consignment_id, token, later(house.settings.doubt_ask_seconds))
            return True
    try:
        for answer in mailer.hand_over(consignment):
            record(house, mailer.channel, token, answer)
    except (Unavailable, Misconfigured) as fault:
        return _nothing_taken(house, held, token, fault)
    except Refused as no:
        for one in consignment.dispatches:
            record(house, mailer.channel, token, Rejected(one.id, no.code, no.blame))
    except OutcomeUnknown:
        _doubt(house, consignment_id, token)
        return True
    _close_the_book(house, consignment_id, token, mailer.channel)
    return True


def record(house: House, channel: Channel, token: str, answer: Answer) -> None:
    """One answer, in one commit."""
    with house.ledger.writing() as tx:
        if isinstance(answer, Accepted):
            accepted(tx, house, answer.dispatch, answer.transmission, WORKER)
        else:
            sending.reject(tx, answer.dispatch, token, answer.code, answer.blame)


def accepted(tx: Connection, house: House, dispatch_id: UUID, transmission: str, by: str) -> None:
    """The supplier has it: settle the dispatch, move its letter and book the money, in this transaction."""
    channel = sending.dispatch(tx, dispatch_id).channel
    due = receipt_deadline(house.settings, channel)
    if one := sending.accept(tx, dispatch_id, transmission, by, due):
        book(tx, house, one, dispatch_id)


def book(tx: Connection, house: House, one: Letter, dispatch_id: UUID) -> None:
    """The money of a dispatch that was taken."""
    letter_class = house.types[one.letter_type].letter_class if one.letter_type in house.types else ""
    accounts.book(tx, house.tariffs, one, sending.dispatch(tx, dispatch_id), letter_class)


def envelopes(house: House, mailer: Mailer, letters: Sequence[Letter]) -> dict[UUID, dict[str, str | None]]:
    """Which envelope each letter goes in; nothing for the mailbox."""
    if mailer.channel is not Channel.PRINT:
        return {}
    return {one.id: {"envelope": house.tariffs.envelope(one.sheets or 0, mailer.provider)} for one in letters}


def _claim(house: House, mailer: Mailer, lane: Lane) -> Handful | None:
    settings = house.settings
    most = settings.handful if mailer.gathers(lane) == 1 else mailer.gathers(lane)
    with house.ledger.writing() as tx:
        admitted = channels.admit(tx, mailer.channel, settings.send_lease)
        limit = most if admitted is None else min(most, admitted)
        return claim(tx, Step.SEND, lane, limit, settings.send_lease, mailer.channel) if limit else None


def _still_good(house: House, handful: Handful) -> list[Letter]:
    """Those that may leave as they are; the others go where they belong."""
    with house.ledger.writing() as tx:
        return [one for one in handful.letters if not _turned_back(tx, house, one, handful.token)]


def _turned_back(tx: Connection, house: House, one: Letter, token: str) -> bool:
    if overdue := never_again(house, one):
        return hold(tx, one, overdue, WaitsFor.SENDER, WORKER, token=token)
    if out_of_patience(house.settings, one):
        return hold(tx, one, "channel-unavailable", WaitsFor.OPERATIONS, WORKER, token=token)
    if again := stale(house, one):
        return move(tx, one, Status.RECEIVED, again, WORKER, token=token, due_at=clock.now())
    if one.routed_at and (clock.now() - one.routed_at).total_seconds() > house.settings.route_fresh_hours * 3600:
        return move(tx, one, Status.RENDERED, "route-too-old", WORKER, token=token, due_at=clock.now())
    return False


def _consignment(tx: Connection, house: House, held: LedgerConsignment, token: str) -> Consignment | None:
    """What the adapter gets to see; None where a part is no longer under the seal."""
    members = [m for m in sending.members_of(tx, held.id) if m.dispatch.outcome in UNSETTLED]
    wanted = [Part(m.letter.id, part) for m in members for part in (PERSON, *DOCUMENT_PARTS)]
    parts = house.seal.open_parts(tx, wanted, WORKER, "send")
    try:
        dispatches = tuple(_dispatch(house, m, {p.part: b for p, b in _of(parts, m.letter.id)}) for m in members)
    except KeyError:
        return None
    return Consignment(held.id, held.channel, held.provider, held.lane, held.closed_at, dispatches, token)


def outline(held: LedgerConsignment, token: str) -> Consignment:
    """A consignment without its letters: enough to ask about it."""
    return Consignment(held.id, held.channel, held.provider, held.lane, held.closed_at, (), token)


def _of(parts: dict[Part, bytes], owner: UUID) -> Iterator[tuple[Part, bytes]]:
    return ((part, body) for part, body in parts.items() if part.owner == owner)


def _dispatch(house: House, member: Member, parts: dict[str, bytes]) -> Dispatch:
    one, letter_type = member.letter, house.types[member.letter.letter_type]
    addressee = unpack_addressee(parts[PERSON])
    return Dispatch(
        id=member.dispatch.id,
        letter=one.id,
        recipient=replace(addressee.recipient, address=addressee.address),
        document=unpack_document(parts),
        department=one.department,
        reference=one.reference,
        case_number=one.case_number,
        envelope=member.dispatch.envelope or "",
        letter_class=letter_type.letter_class,
        colour=letter_type.colour,
    )


def _unreadable(house: House, held: LedgerConsignment, token: str) -> bool:
    """Its content is gone: a person must look. Nothing has left, or what left is in doubt already."""
    with house.ledger.writing() as tx:
        if held.begun_at is not None:
            sending.hold_doubts(tx, held.id, token)
            return True
        members = sending.members_of(tx, held.id)
        sending.nothing_taken(tx, held.id, token, "content-missing", WORKER, clock.now())
        for member in members:
            if (one := letter(tx, member.letter.id)) and one.status is Status.ROUTED:
                hold(tx, one, "content-missing", WaitsFor.OPERATIONS, WORKER)
    return True


def _nothing_taken(house: House, held: LedgerConsignment, token: str, fault: Unavailable | Misconfigured) -> bool:
    """All of it back to ROUTED for a later try; a doubt stays a doubt. The channel's breaker opens."""
    retry_after = fault.retry_after if isinstance(fault, Unavailable) else None
    with house.ledger.writing() as tx:
        due = next_try(house.settings, channels.failures(tx, held.channel), retry_after)
        letters = [m.letter.id for m in sending.members_of(tx, held.id)]
        if not sending.nothing_taken(tx, held.id, token, fault.code, WORKER, due):
            sending.wait_on(tx, held.id, token, later(house.settings.doubt_ask_seconds))
        proof = letters[:1] if isinstance(fault, Misconfigured) else ()
        if channels.failed(tx, held.channel, due, proof) >= LETTERS_THAT_PROVE_IT:
            channels.pause(tx, "channel", held.channel, "misconfigured")
    return False


def _doubt(house: House, consignment_id: UUID, token: str) -> None:
    with house.ledger.writing() as tx:
        due = later(house.settings.doubt_ask_seconds)
        sending.doubt(tx, consignment_id, token, due, deadline(house.settings.doubt_deadline_days))


def _close_the_book(house: House, consignment_id: UUID, token: str, channel: Channel) -> None:
    """The last answer has come. What was not answered is in doubt; the channel works."""
    with house.ledger.writing() as tx:
        channels.worked(tx, channel)
        members = sending.members_of(tx, consignment_id)
        if any(m.dispatch.outcome in UNSETTLED and m.letter.status is Status.SENDING for m in members):
            due = later(house.settings.doubt_ask_seconds)
            sending.doubt(tx, consignment_id, token, due, deadline(house.settings.doubt_deadline_days))
        else:
            sending.finish(tx, consignment_id, token)


def _give_back(house: House, letters: Sequence[Letter], token: str) -> None:
    """Letters that were claimed and not begun; those that went on already are not ours any more."""
    with house.ledger.writing() as tx:
        give_back(tx, letters, token)

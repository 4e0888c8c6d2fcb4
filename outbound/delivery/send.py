"""Step 4: close a consignment, mark it begun, hand it over with no transaction open, record each answer at once."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from outbound import accounts, clock
from outbound.delivery.addresses import standing
from outbound.delivery.consigning import ContentMissing, close, consignment_of, content_of, parcels
from outbound.delivery.house import (
    WORKER,
    House,
    deadline,
    later,
    next_try,
    out_of_patience,
    receipt_deadline,
    sending_rate,
)
from outbound.delivery.known import sent_before
from outbound.delivery.route import never_again, stale
from outbound.delivery.spell import Spell
from outbound.delivery.wrapping import Enveloped
from outbound.ledger import channels, envelopes, sending
from outbound.ledger.letters import Handful, claim, give_back, hold, move
from outbound.ledger.pace import paced
from outbound.ledger.tallies import Name
from outbound.ledger.values import LedgerConsignment, LedgerDispatch, Letter, Step
from outbound.letter import (
    Accepted,
    Answer,
    Channel,
    Consignment,
    Lane,
    Rejected,
    WaitsFor,
)
from outbound.life import UNSETTLED, Outcome, Status
from outbound.ports import Mailer, Misconfigured, OutcomeUnknown, Refused, Unavailable

IN_MEMORY = 50_000_000  # bytes of PDF that one worker thread holds at once, unless one consignment has more
LETTERS_THAT_PROVE_IT = 3  # different letters, all misconfigured (or one failed probe), and the channel is paused


def send_handful(house: House, channel: Channel, lane: Lane) -> int:
    """Claim what is due on this channel and lane and hand it over, a consignment at a time; how many were claimed."""
    mailer = house.outside.mailers[channel]
    handful, probing = _claim(house, mailer, lane)
    if handful is None:
        return 0
    spell, today = Spell(house.settings.send_lease, house.settings.hard_end), clock.today()
    left = _still_good(house, mailer, handful)
    if channel is Channel.PRINT:
        left = standing(house, left, handful.token)
    if probing and not left:
        _leave_the_probe(house, channel)
    while left:
        batch, left = _batch(left, mailer)
        if not _send_batch(house, mailer, batch, handful.token, lambda: _may_go_on(spell, today), probing):
            _give_back(house, left, handful.token)
            break
    return len(handful.letters)


def _may_go_on(spell: Spell, day: date) -> bool:
    """Is there time for one more, and is it still the day that the letters were found good for?"""
    return spell.lasts() and clock.today() == day


def _batch(letters: Sequence[Letter], mailer: Mailer) -> tuple[list[Letter], list[Letter]]:
    """As many letters as go in one consignment, and more while what must be held in memory stays small; the rest."""
    first, *others = parcels(letters, mailer)
    count, size = len(first), sum(one.bytes or 0 for one in first)
    for parcel in others:
        size += sum(one.bytes or 0 for one in parcel)
        if size > IN_MEMORY:
            break
        count += len(parcel)
    return list(letters[:count]), list(letters[count:])


def _send_batch(
    house: House, mailer: Mailer, letters: Sequence[Letter], token: str, may_go_on: Callable[[], bool], probing: bool
) -> bool:
    """Close the letters' consignments together, then hand them over one by one. False where the rest must wait."""
    closed = close(house, mailer, letters, token)
    for place, (held, consignment) in enumerate(closed):
        if not may_go_on():
            _abandon(house, [one for one, _ in closed[place:]], token)
            return False
        if not _hand_over(house, mailer, held, consignment, token, probing):
            _abandon(house, [one for one, _ in closed[place + 1 :]], token)
            return False
    return True


def _abandon(house: House, unbegun: Sequence[LedgerConsignment], token: str) -> None:
    """Consignments that were closed and shall not be begun now: their letters go back."""
    if unbegun:
        with house.ledger.writing() as tx:
            for held in unbegun:
                sending.abandon(tx, held.id, token, clock.now())


def repeat(house: House, mailer: Mailer, held: LedgerConsignment, token: str) -> bool:
    """The same consignment once more, under the same ids; False where the channel takes nothing now."""
    try:
        with house.ledger.writing() as tx:
            unsettled = [m for m in sending.members_of(tx, held.id) if m.dispatch.outcome in UNSETTLED]
            content = content_of(tx, house, [m.letter for m in unsettled])
            again = [
                Enveloped(m.dispatch.id, m.letter, m.dispatch.envelope or "", m.dispatch.envelope_of) for m in unsettled
            ]
            consignment = consignment_of(house, held, again, content, token)
    except ContentMissing:
        with house.ledger.writing() as tx:
            sending.hold_doubts(tx, held.id, token)
        return True
    return _hand_over(house, mailer, held, consignment, token)


def _hand_over(
    house: House, mailer: Mailer, held: LedgerConsignment, consignment: Consignment, token: str, probing: bool = False
) -> bool:
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
        return _nothing_taken(house, held, token, fault, probing)
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
    house.tallies.count(Name.HAND_OVER, held.provider, "taken" if isinstance(answer, Accepted) else "refused")
    with house.ledger.writing() as tx:
        if isinstance(answer, Accepted):
            accepted(tx, house, answer.dispatch, answer.transmission, WORKER)
        else:
            envelopes.lock(tx, sending.dispatch(tx, answer.dispatch))
            sending.reject(tx, answer.dispatch, token, answer.code, answer.blame)
            rebook(tx, house, answer.dispatch)
        if last:
            _close_the_book(tx, house, held, token)


def accepted(tx: Connection, house: House, dispatch_id: UUID, transmission: str, by: str) -> None:
    """The supplier has it: settle the dispatch, move its letter and book the money, in this transaction."""
    found = sending.dispatch(tx, dispatch_id)
    envelopes.lock(tx, found)
    due = receipt_deadline(house.settings, found.channel)
    at = clock.now()
    if one := sending.accept(tx, found, transmission, by, due, at):
        book(tx, house, one, found, at)


def book(tx: Connection, house: House, one: Letter, found: LedgerDispatch, at: datetime) -> None:
    """The money of a dispatch that was taken at that moment: it counts on the Danish day of it."""
    letter_class = house.types[one.letter_type].letter_class if one.letter_type in house.types else ""
    share = envelopes.share_of(tx, found)
    accounts.book(tx, house.tariffs, one, found, letter_class, at, house.printer, share)


def rebook(tx: Connection, house: House, dispatch_id: UUID) -> None:
    """Its envelope may have gone with other letters than was booked: what stands otherwise is booked as it went.

    Whoever calls has locked the envelope.
    """
    members = envelopes.in_envelope(tx, sending.dispatch(tx, dispatch_id))
    for one in (m for m in members if m.dispatch.outcome is Outcome.TAKEN):
        share = envelopes.share_among(members, one.dispatch.id)
        if accounts.booked_share(tx, one.letter.id, one.dispatch.id) != share:
            book(tx, house, one.letter, one.dispatch, clock.now())


def _claim(house: House, mailer: Mailer, lane: Lane) -> tuple[Handful | None, bool]:
    """What is due, as far as the channel's breaker lets it; and whether it is the probe."""
    settings = house.settings
    most = settings.handful if mailer.gathers(lane) == 1 else mailer.gathers(lane)
    with house.ledger.writing() as tx:
        admitted = channels.admit(tx, mailer.channel, settings.send_lease)
        handful = paced(
            tx,
            sending_rate(settings, mailer.channel),
            most if admitted is None else min(most, admitted),
            lambda limit: claim(tx, Step.SEND, lane, limit, settings.send_lease, mailer.channel),
        )
        if handful is None and admitted:
            channels.probe_at(tx, mailer.channel, clock.now())
        return handful, admitted == 1


def _still_good(house: House, mailer: Mailer, handful: Handful) -> list[Letter]:
    """Those that may leave as they are; the others go where they belong."""
    with house.ledger.writing() as tx:
        sent = sent_before(tx, house, mailer, handful)
        for dispatch in filter(None, sent.values()):
            accepted(tx, house, dispatch, "", WORKER)
        return [
            one for one in handful.letters if one.id not in sent and not _turned_back(tx, house, one, handful.token)
        ]


def _leave_the_probe(house: House, channel: Channel) -> None:
    """The letter that was to try the channel was turned back: the next one tries."""
    with house.ledger.writing() as tx:
        channels.probe_at(tx, channel, clock.now())


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


def _nothing_taken(
    house: House, held: LedgerConsignment, token: str, fault: Unavailable | Misconfigured, probing: bool
) -> bool:
    """All of it back to ROUTED for a later try; a doubt stays a doubt. The channel's breaker opens.

    Said after an answer, against the port's word, it is not believed: what is unanswered then is in doubt.
    """
    house.tallies.count(Name.HAND_OVER, held.provider, type(fault).__name__.lower())
    retry_after = fault.retry_after if isinstance(fault, Unavailable) else None
    with house.ledger.writing() as tx:
        failures = channels.failures(tx, held.channel)
        due = next_try(house.settings, failures, retry_after)
        letters = [m.letter.id for m in sending.members_of(tx, held.id)]
        if not sending.nothing_taken(tx, held.id, token, fault.code, WORKER, due):
            _put_in_doubt(tx, house, held.id, token)
        misconfigured = isinstance(fault, Misconfigured)
        met = channels.failed(tx, held.channel, due, letters[:1] if misconfigured else ())
        if misconfigured and (met >= LETTERS_THAT_PROVE_IT or probing):
            channels.pause(tx, "channel", held.channel, "misconfigured")
    return False


def _doubt(house: House, held: LedgerConsignment, token: str) -> None:
    """What has no answer is in doubt. Where this was a probe, the next one follows soon."""
    house.tallies.count(Name.HAND_OVER, held.provider, "no-answer")
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

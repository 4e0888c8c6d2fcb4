"""Step 5: receipts settle dispatches, however late, doubled or out of order.

What they say is committed raw before it is confirmed at the supplier. A receipt that contradicts moves nothing
forward: before the next hand-over the letter is HELD, after it there is an incident for a person.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import Connection

from outbound import accounts, clock
from outbound.delivery.house import RECEIPT, House
from outbound.delivery.known import heard
from outbound.delivery.reminders import apply_to_reminder
from outbound.delivery.runs import ABOUT_ORDERS, apply_order_news, note_run
from outbound.delivery.send import accepted, book, rebook
from outbound.delivery.spell import Spell
from outbound.ledger import envelopes, inbox, incidents, proofs, returned, sending, signs
from outbound.ledger.letters import hold, locked, move, touch
from outbound.ledger.values import LedgerDispatch, Letter
from outbound.letter import Blame, Channel, News, RawReceipt, Receipt, ReturnReason, WaitsFor
from outbound.life import LIVE, UNSETTLED, Outcome, Status, may_move
from outbound.ports import Misconfigured, OutsideError, ReceiptDoor, ReceiptSource
from outbound.seal import SealFault

log = logging.getLogger(__name__)

KEPT_TOGETHER = 50  # receipts in one commit
FETCH_NOTED_EVERY = 30.0  # seconds
LOOKED_AT_EVERY = 60  # seconds, for a receipt that matches nothing (doubled each time) or cannot be worked
MOST_TRIES = 20
MOST_UNCONFIRMED = 3  # receipts that a supplier would not have confirmed, before the rest is left to the next round
LONGEST_AGO = timedelta(days=366)
BEFORE_SENDING = (Status.RECEIVED, Status.RENDERED, Status.ROUTED)


def fetch(house: House) -> int:
    """Bring every supplier's receipts into the inbox; confirmed there only after our commit. How many were new.

    A supplier whose receipts cannot be fetched, for whatever reason, keeps nobody from the others'. What lies there
    beyond what one spell brings home is fetched the next time: thousands wait after an outage, and a worker that
    overstays takes its neighbours' letters with it.
    """
    new = 0
    for source in house.outside.sources:
        try:
            new += _fetch(house, source, _spell(house, len(house.outside.sources)))
        except Exception as fault:
            log.error("The receipts of %s could not be fetched (%s).", source.provider, type(fault).__name__)
    return new


def _spell(house: House, shared_by: int = 1) -> Spell:
    """Fetching and settling share a worker's time, and so do the suppliers in fetching."""
    return Spell(house.settings.send_lease / 2 / shared_by, house.settings.hard_end)


def _fetch(house: House, source: ReceiptSource, spell: Spell) -> int:
    new = unconfirmed = 0
    try:
        receipts = source.fetch()
        while some := list(islice(receipts, KEPT_TOGETHER)):
            with house.ledger.writing() as tx:
                new += sum(inbox.keep(tx, house.seal, raw, house.settings.receipt_months) for raw in some)
            for raw in some:  # one at least, or a supplier slower than a spell would be read for ever
                unconfirmed += not _confirmed(source, raw)
                if not spell.lasts() or unconfirmed > MOST_UNCONFIRMED:
                    return _fetched(house, source, new)
        return _fetched(house, source, new)
    except Misconfigured as fault:
        log.error("The receipts of %s cannot be fetched until somebody mends it (%s).", source.provider, fault.code)
    except OutsideError as fault:
        log.warning("Not all receipts of %s could be fetched (%s); the next round tries.", source.provider, fault.code)
    return new


def _fetched(house: House, source: ReceiptSource, new: int) -> int:
    """Note that the supplier let us see its receipts, whether there were any or not."""
    with house.ledger.writing() as tx:
        signs.give(tx, signs.Kind.FETCH, source.provider, FETCH_NOTED_EVERY)
    return new


def _confirmed(source: ReceiptSource, raw: RawReceipt) -> bool:
    """False where the supplier would not have it: it lies there again the next time, and is known then."""
    try:
        source.confirm(raw)
    except Misconfigured:
        raise
    except OutsideError as fault:
        log.warning("A receipt of %s is kept and could not be confirmed (%s).", source.provider, fault.code)
        return False
    return True


def keep(house: House, raw: RawReceipt) -> bool:
    """Commit one receipt as it came; False where we had it. Receipts pushed to us come this way too."""
    with house.ledger.writing() as tx:
        return inbox.keep(tx, house.seal, raw, house.settings.receipt_months)


def settle(house: House) -> int:
    """Work through the inbox, a receipt a commit; how many were looked at. One that cannot be worked stops no other."""
    spell, looked_at = _spell(house), 0
    while spell.lasts():
        with house.ledger.writing() as tx:
            found = inbox.some_new(tx, house.seal, KEPT_TOGETHER)
        worked = sum(_settle_alone(house, one) for one in found if spell.lasts())
        looked_at += worked
        if not worked:  # nothing is there, or somebody else has all of it in hand
            break
    return looked_at


def _settle_alone(house: House, one: inbox.InboxReceipt) -> bool:
    """False where somebody else works it."""
    try:
        with house.ledger.writing() as tx:
            if not inbox.still_new(tx, one):
                return False
            _settle_one(tx, house, one)
    except Exception as fault:
        log.error("Receipt %s of the inbox could not be worked (%s); it is tried later.", one.row, type(fault).__name__)
        _put_off(house, one)
    return True


def _put_off(house: House, found: inbox.InboxReceipt) -> None:
    with house.ledger.writing() as tx:
        if found.tries < MOST_TRIES:
            inbox.look_again(tx, found, LOOKED_AT_EVERY)
        else:
            inbox.mark(tx, found, "unreadable")


def _settle_one(tx: Connection, house: House, found: inbox.InboxReceipt) -> None:
    if not found.opens:
        raise SealFault(f"The receipt in row {found.row} of the inbox does not open.")
    try:
        news = _parser(house, found.raw.provider)(found.raw)
    except ValueError:
        inbox.mark(tx, found, "unreadable")
        return
    unmatched = [one for one in news if not apply(tx, house, one)]
    heard(tx, house, found.raw.provider, unmatched)
    if not unmatched:
        about = {one.dispatch for one in news}
        inbox.mark(tx, found, "settled", about.pop() if len(about) == 1 else None)
    elif all(one.foreign for one in unmatched):
        inbox.mark(tx, found, "foreign")
    elif (2**found.tries - 1) * LOOKED_AT_EVERY < house.settings.unmatched_seconds:
        inbox.look_again(tx, found, LOOKED_AT_EVERY * 2**found.tries)
    else:
        inbox.mark(tx, found, "unmatched")


def pair(tx: Connection, house: House, raw: RawReceipt, dispatch: UUID) -> int:
    """Let what a receipt says have its effect on this dispatch, since a person says that it is the one meant; how many
    pieces of news that were.

    Raises ValueError where the receipt cannot be read, is about several letters, or about a print run as a whole.
    """
    news = _parser(house, raw.provider)(raw)
    of_a_run = any(one.consignment or one.news in ABOUT_ORDERS for one in news)
    if not news or of_a_run or len({one.dispatch for one in news}) > 1:
        raise ValueError("a receipt that is about one letter can be paired, no other")
    meant = [replace(one, dispatch=dispatch, return_code="") for one in news]
    return sum(apply(tx, house, one) for one in meant)


def _parser(house: House, provider: str) -> Callable[[RawReceipt], Sequence[Receipt]]:
    known: list[ReceiptSource | ReceiptDoor] = [*house.outside.sources, *house.outside.doors]
    for one in known:
        if one.provider == provider:
            return one.parse
    if reader := house.outside.readers.get(provider):
        return reader  # of a road that was changed while its receipts lay here
    raise ValueError(f"nobody reads the receipts of {provider}")


def apply(tx: Connection, house: House, receipt: Receipt) -> bool:
    """Let one piece of news have its effect; False where it is about nothing that we sent."""
    receipt = replace(receipt, at=_believed(receipt.at))
    if receipt.dispatch is None and receipt.return_code:
        receipt = replace(receipt, dispatch=returned.dispatch_of(tx, receipt.return_code))
        return receipt.dispatch is not None and apply(tx, house, receipt)
    if receipt.dispatch is None:
        return _apply_to_all(tx, house, receipt)
    if (found := sending.find_dispatch(tx, receipt.dispatch)) is None:
        return apply_to_reminder(tx, house, receipt) or proofs.heard_of_letter(tx, receipt)
    if receipt.news in ABOUT_ORDERS:
        return False  # said of one letter it means nothing
    envelopes.lock(tx, found)
    one = locked(tx, found.letter_id)
    found = sending.dispatch(tx, found.id)
    if found.channel is Channel.PRINT and not receipt.by:  # the printer speaks
        note_run(tx, found.consignment_id, receipt)
    _EFFECTS[receipt.news](tx, house, one, found, receipt)
    apply_to_envelope(tx, house, found, receipt)
    return True


def apply_to_envelope(tx: Connection, house: House, found: LedgerDispatch, receipt: Receipt) -> None:
    """What has come of one letter has come of all that went in its envelope, but for those whose try there has ended.

    A letter refused as faulty kept the envelope from being posted: that is no fault of the others, which go anew.
    """
    members = envelopes.in_envelope(tx, found)
    for one in (m for m in members if m.dispatch.id != found.id and m.dispatch.outcome in LIVE):
        anew = receipt.blame is Blame.LETTER and one.letter.status is not Status.DELIVERED
        effect = _again if anew and receipt.news is News.REFUSED else _EFFECTS[receipt.news]
        effect(tx, house, one.letter, one.dispatch, receipt)
    if members:
        rebook(tx, house, found.id)


def _apply_to_all(tx: Connection, house: House, receipt: Receipt) -> bool:
    """News of a whole run: in one commit, and thrown away only while nothing has come of any letter in it.

    Letters whose try in this run has ended go their own way since; what has come of them is no news of the run's.
    """
    if receipt.consignment is None:
        return False
    if proofs.heard_of_run(tx, receipt):
        return True
    if receipt.news in ABOUT_ORDERS:
        return apply_order_news(tx, house, receipt)
    members = sending.members_of(tx, receipt.consignment, lock=True)
    note_run(tx, receipt.consignment, receipt)
    live = [m for m in members if m.dispatch.outcome in LIVE]
    if receipt.news is News.TRY_AGAIN and any(m.letter.status in (Status.DELIVERED, Status.RETURNED) for m in live):
        for member in live:
            incidents.report(tx, member.letter.id, "rejected-after-delivery", member.dispatch.id)
        return bool(members)
    for member in members:
        _EFFECTS[receipt.news](tx, house, member.letter, member.dispatch, receipt)
    for top in {top for m in members if (top := m.dispatch.envelope_of)}:
        rebook(tx, house, top)
    return bool(members)


def _received(tx: Connection, house: House, one: Letter, found: LedgerDispatch, receipt: Receipt) -> None:
    """They have it (or refuse a repeat because they have it): evidence of taking."""
    if found.outcome is Outcome.VOID:
        _contradicts(tx, house, one, found, receipt)
    elif found.outcome in LIVE:
        _taken(tx, house, one, found)
        _book_amount(tx, house, one, found, receipt)


def _unclear(tx: Connection, house: House, one: Letter, found: LedgerDispatch, receipt: Receipt) -> None:
    """It was taken, and something has happened to it since that we cannot read: for a person, and nothing moves."""
    _received(tx, house, one, found, receipt)
    incidents.report(tx, one.id, "unclear-receipt", found.id)


def _delivered(tx: Connection, house: House, one: Letter, found: LedgerDispatch, receipt: Receipt) -> None:
    if found.outcome not in LIVE:
        _contradicts(tx, house, one, found, receipt)
        return
    _taken(tx, house, one, found)
    to = Status.RETURNED if receipt.news is News.RETURNED else Status.DELIVERED
    _note_arrival(tx, found, receipt)
    _book_amount(tx, house, one, found, receipt)
    if to is Status.RETURNED and found.envelope_of is None and not receipt.by:  # to its printer, as one envelope
        accounts.came_back(tx, house.tariffs, one, found)
    now = locked(tx, one.id) if found.outcome in UNSETTLED else one
    if to is Status.RETURNED:
        returned.come_back(tx, now, found.id, ReturnReason.of(receipt.code), receipt.by or RECEIPT)
    elif now.status is not Status.RETURNED and may_move(now.status, to):
        move(tx, now, to, str(receipt.news), RECEIPT, due_at=None)


def _refused(tx: Connection, house: House, one: Letter, found: LedgerDispatch, receipt: Receipt) -> None:
    if found.outcome not in LIVE:
        return
    if one.status is Status.DELIVERED:
        sending.note_arrival(tx, found.id, None, receipt.code)
        hold(tx, one, "refused-after-delivery", WaitsFor.OPERATIONS, RECEIPT)
    elif one.status not in (Status.SENDING, Status.SENT, Status.HELD):
        return
    elif receipt.blame is Blame.UNKNOWN:
        _unknown_refusal(tx, one, found, receipt)
    else:
        sending.settle_dispatch(tx, found.id, Outcome.REFUSED, LIVE, code=receipt.code)
        accounts.correct(tx, one, found)
        sending.after_refusal(tx, one, found.channel, receipt.blame, RECEIPT)


def _unknown_refusal(tx: Connection, one: Letter, found: LedgerDispatch, receipt: Receipt) -> None:
    """A refusal whose code nobody knows: what was open is in doubt, and a person decides."""
    if not sending.settle_dispatch(tx, found.id, Outcome.DOUBT, UNSETTLED, code=receipt.code):
        sending.note_arrival(tx, found.id, None, receipt.code)  # taken; the code is what the person has to go by
    if one.status is Status.HELD:
        touch(tx, one, held_code="unknown-refusal", waits_for=WaitsFor.OPERATIONS)
    else:
        hold(tx, one, "unknown-refusal", WaitsFor.OPERATIONS, RECEIPT)


def _again(tx: Connection, house: House, one: Letter, found: LedgerDispatch, receipt: Receipt) -> None:
    """The supplier threw it away unworked: the same way once more, by a new dispatch, up to a limit."""
    if found.outcome not in LIVE or one.status not in (Status.SENDING, Status.SENT, Status.HELD):
        return
    sending.settle_dispatch(tx, found.id, Outcome.REFUSED, LIVE, code=receipt.code)
    accounts.take_back(tx, one.id, found.id)  # unworked, so that nothing is charged for it
    thrown = [d for d in sending.dispatches_of(tx, one.id) if d.outcome is Outcome.REFUSED]
    if len(thrown) < house.settings.most_tries_again:
        move(tx, one, Status.ROUTED, "try-again", RECEIPT, due_at=clock.now())
    elif one.status is not Status.HELD:
        hold(tx, one, "thrown-away-too-often", WaitsFor.OPERATIONS, RECEIPT)


def _contradicts(tx: Connection, house: House, one: Letter, found: LedgerDispatch, receipt: Receipt) -> None:
    """A dispatch that had been given up was taken after all."""
    other = sending.live_dispatch(tx, one.id)
    if other is not None and one.status is Status.SENDING and _begins_not(tx, other):
        sending.settle_dispatch(tx, other.id, Outcome.VOID, UNSETTLED, code="contradicted")
        other = None
    if other is not None or one.status is Status.CANCELLED:
        incidents.report(tx, one.id, "both-suspected", found.id, other.id if other else None)
        return
    at = clock.now()
    sending.settle_dispatch(tx, found.id, Outcome.TAKEN, frozenset(Outcome) - LIVE, taken_at=at)
    book(tx, house, one, found, at)
    _note_arrival(tx, found, receipt)
    _book_amount(tx, house, one, found, receipt)
    if one.status is Status.HELD:
        touch(tx, one, held_code="contradicted", waits_for=WaitsFor.OPERATIONS)
    else:
        hold(tx, one, "contradicted", WaitsFor.OPERATIONS, RECEIPT)


def _note_arrival(tx: Connection, found: LedgerDispatch, receipt: Receipt) -> None:
    """When it arrived: the earliest time that the supplier has told. A later receipt makes no letter arrive later."""
    at = (receipt.at or clock.now()) if receipt.news is News.DELIVERED else None
    if at and found.available_at:
        at = min(at, found.available_at)
    sending.note_arrival(tx, found.id, at, receipt.code)


def _believed(said: datetime | None) -> datetime | None:
    """The supplier's time, where it can be one: nothing waits a year for its receipt, nor arrives tomorrow."""
    now = clock.now()
    return said if said and now - LONGEST_AGO < said < now + timedelta(days=1) else None


def _begins_not(tx: Connection, other: LedgerDispatch) -> bool:
    return sending.consignment(tx, other.consignment_id, lock=True).begun_at is None


def _taken(tx: Connection, house: House, one: Letter, found: LedgerDispatch) -> None:
    if found.outcome in UNSETTLED:
        accepted(tx, house, found.id, "", RECEIPT)


def _book_amount(tx: Connection, house: House, one: Letter, found: LedgerDispatch, receipt: Receipt) -> None:
    if receipt.amount is not None:
        accounts.charged(tx, one, found, receipt.amount, envelopes.share_of(tx, found))


_EFFECTS: dict[News, Callable[[Connection, House, Letter, LedgerDispatch, Receipt], None]] = {
    News.RECEIVED: _received,
    News.DUPLICATE: _received,
    News.DELIVERED: _delivered,
    News.RETURNED: _delivered,
    News.REFUSED: _refused,
    News.TRY_AGAIN: _again,
    News.UNCLEAR: _unclear,
}

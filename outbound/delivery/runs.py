"""Print runs between us and the printer: entered when they close, ordered about, and what the printer's news of a run
makes of its letters.

An order is in the ledger before the printer gets it, and is given again until the printer has it: giving it twice is
harmless. What became of it comes as news. That a run is recalled is the printer's definite no to every letter in it,
and only where we asked for it; that it is held back stops the clock of its receipts, and only where we asked for that.
"""

import logging
from uuid import UUID

from sqlalchemy import Connection

from outbound import accounts, clock
from outbound.delivery.house import RECEIPT, House, next_try, print_deadline, receipt_deadline
from outbound.delivery.spell import Spell
from outbound.ledger import incidents, restorations, run_orders, runs, sending
from outbound.ledger.letters import hold, touch
from outbound.ledger.run_values import GivenOrder
from outbound.ledger.sending import Closed, Member
from outbound.letter import Channel, News, Receipt, WaitsFor
from outbound.life import LIVE, Outcome, Status
from outbound.ports import Mailer, OutcomeUnknown, OutsideError, PrintHouse, RunOrder, Unavailable

log = logging.getLogger(__name__)

ABOUT_ORDERS = frozenset({News.HELD_BACK, News.LET_GO, News.RECALLED, News.TOO_LATE})
"""What a printer says of a run because we asked."""
RECALLED = "recalled"
"""The code of dispatches and letters that were in a run that was recalled."""


def enter(tx: Connection, house: House, mailer: Mailer, closed: Closed) -> None:
    """A consignment just closed, where it is a print run: where print goes letter by letter there are none."""
    if mailer.channel is Channel.PRINT and mailer.gathers(closed.consignment.lane) > 1:
        runs.enter(tx, closed, print_deadline(house.settings, house.settings.run_taken_days))


def give_orders(house: House) -> int:
    """Give the printer what it was not yet asked for; how many orders were tried."""
    printer = house.outside.print_house
    if printer is None:
        return 0
    with house.ledger.writing() as tx:
        if restorations.current(tx):
            return 0  # an order that a restored ledger still has may have been given, and taken back since
        due = run_orders.claim(tx, printer.provider, house.settings.send_lease)
    spell = Spell(house.settings.send_lease / 4, house.settings.hard_end)  # receipts are brought home in the same turn
    for one in due:
        if spell.lasts():  # else it is due again when the claim has run out
            _give(house, printer, one)
    return len(due)


def _give(house: House, printer: PrintHouse, one: GivenOrder) -> None:
    try:
        printer.order(one.run_id, one.kind)
    except Exception as fault:  # whatever it is, receipts are to be fetched all the same
        code = fault.code if isinstance(fault, OutsideError) else type(fault).__name__
        if not isinstance(fault, Unavailable | OutcomeUnknown):
            log.error("Orders about print runs cannot be given until somebody mends it (%s).", code)
        with house.ledger.writing() as tx:
            run_orders.not_given(tx, one.id, code, next_try(house.settings, one.tries))
    else:
        with house.ledger.writing() as tx:
            run_orders.given(tx, one.id)


def note_run(tx: Connection, run_id: UUID, receipt: Receipt) -> None:
    """The printer speaks of the run, or of a letter in it."""
    runs.heard(tx, run_id)
    if receipt.dispatch is None and receipt.counts is not None:
        runs.counted(tx, run_id, receipt.counts)


def apply_order_news(tx: Connection, house: House, receipt: Receipt) -> bool:
    """News of what we asked about a run, in one commit for all of its letters; False where there is no such run.

    It may come doubled, late and out of order: what is older than what is known changes nothing.
    """
    if receipt.consignment is None:
        return False
    members = sending.members_of(tx, receipt.consignment, lock=True)
    if runs.run(tx, receipt.consignment) is None:
        return False
    at = min(receipt.at or clock.now(), clock.now())
    note_run(tx, receipt.consignment, receipt)
    if runs.newer_news(tx, receipt.consignment, at):
        _change(tx, house, receipt.consignment, receipt, members)
        run_orders.answer(tx, receipt.consignment, receipt.news, at)
    return True


def _change(tx: Connection, house: House, run_id: UUID, receipt: Receipt, members: list[Member]) -> None:
    if receipt.news is News.HELD_BACK:
        _held_back(tx, run_id, members)
    elif receipt.news is News.LET_GO:
        _let_go(tx, house, run_id, members)
    elif receipt.news is News.RECALLED:
        _recalled(tx, run_id, members)


def _held_back(tx: Connection, run_id: UUID, members: list[Member]) -> None:
    """Believed where we asked for it; said by itself it is for a person, and the receipts' deadlines run on."""
    if run_orders.was_ordered(tx, run_id, RunOrder.HOLD):
        runs.mark(tx, run_id, held_back_at=clock.now())
    else:
        _unasked(tx, [one for one in members if one.dispatch.outcome in LIVE])


def _unasked(tx: Connection, live: list[Member]) -> None:
    for one in live:
        incidents.report(tx, one.letter.id, "unclear-receipt", one.dispatch.id)


def _let_go(tx: Connection, house: House, run_id: UUID, members: list[Member]) -> None:
    """It is printed now: the time for its letters' receipts begins anew."""
    runs.mark(tx, run_id, held_back_at=None)
    for one in (m.letter for m in members if m.dispatch.outcome in LIVE and m.letter.status is Status.SENT):
        touch(tx, one, due_at=receipt_deadline(house.settings, Channel.PRINT))


def _recalled(tx: Connection, run_id: UUID, members: list[Member]) -> None:
    """Believed where we asked for it; said by itself it is for a person, and nothing moves."""
    live = [one for one in members if one.dispatch.outcome in LIVE]
    if not run_orders.was_ordered(tx, run_id, RunOrder.RECALL):
        _unasked(tx, live)
        return
    runs.mark(tx, run_id, recalled_at=clock.now(), held_back_at=None)
    for one in live:
        if one.letter.status in (Status.DELIVERED, Status.RETURNED) or one.dispatch.available_at:
            incidents.report(tx, one.letter.id, "recalled-after-delivery", one.dispatch.id)
        else:
            _take_back(tx, one)


def _take_back(tx: Connection, one: Member) -> None:
    """Certainly not printed: the dispatch is refused, its money corrected, and a person decides about the letter."""
    sending.settle_dispatch(tx, one.dispatch.id, Outcome.REFUSED, LIVE, code=RECALLED)
    accounts.take_back(tx, one.letter.id, one.dispatch.id)  # nothing was worked, so that nothing is charged
    if one.letter.status is Status.HELD:
        touch(tx, one.letter, held_code=RECALLED, waits_for=WaitsFor.OPERATIONS)
    else:
        hold(tx, one.letter, RECALLED, WaitsFor.OPERATIONS, RECEIPT)

"""Step 6, the timer's: dead workers' claims, receipts that never came. Firing twice is harmless."""

from sqlalchemy import ColumnElement, Connection, select

from outbound import clock
from outbound.delivery.house import TIMER, House, deadline, later
from outbound.ledger import restorations, sending, tallies
from outbound.ledger import tables as t
from outbound.ledger.letters import hold, locked, recover_claims
from outbound.letter import WaitsFor
from outbound.life import Outcome, Status


def recover(house: House) -> int:
    """Free what dead workers held; how many letters and consignments that was.

    In a ledger that is a back-up "never begun" is not known: a consignment may have been begun since.
    """
    settings = house.settings
    with house.ledger.writing() as tx:
        letters = recover_claims(tx, settings.deaths_alone)
        tallies.add(tx, {(tallies.Name.DEATHS, "letter", ""): letters})
    with house.ledger.reading() as tx:
        expired = [] if restorations.current(tx) else sending.expired(tx)
    for one in expired:
        with house.ledger.writing() as tx:
            due = later(settings.doubt_ask_seconds)
            end = deadline(settings.doubt_deadline_days)
            sending.recover(tx, one, due, end, settings.deaths_alone)
            tallies.add(tx, {(tallies.Name.DEATHS, "consignment", ""): 1})
    return letters + len(expired)


def hold_overdue(house: House, limit: int = 500) -> int:
    """SENT without a receipt to the deadline is HELD, never SENT for ever; how many were held."""
    with house.ledger.writing() as tx:
        return sum(_hold(tx, one) for one in _overdue(tx, limit))


def _overdue(tx: Connection, limit: int) -> list[object]:
    row = t.letter.c
    late = select(row.id).where(row.status == Status.SENT, row.due_at <= clock.now(), ~held_back())
    wanted = late.order_by(row.id).limit(limit).with_for_update(skip_locked=True, of=t.letter)
    return list(tx.execute(wanted).scalars())


def held_back() -> ColumnElement[bool]:
    """The printer keeps the letter's run, because we asked it to: no receipt can come yet."""
    d, r = t.dispatch.c, t.print_run.c
    kept = select(d.id).join(t.print_run, r.id == d.consignment_id)
    mine = kept.where(d.letter_id == t.letter.c.id, d.outcome == Outcome.TAKEN, r.held_back_at.is_not(None))
    return mine.exists()


def _hold(tx: Connection, letter_id: object) -> bool:
    one = locked(tx, letter_id)  # type: ignore[arg-type]
    return hold(tx, one, "no-receipt", WaitsFor.OPERATIONS, TIMER)

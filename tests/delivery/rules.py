"""The rules of a letter's way, looked for over the whole ledger and in the suppliers' own records."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from outbound.delivery import House
from outbound.desk import Verb, verbs_for
from outbound.ledger import tables as t
from outbound.ledger.sending import live_dispatch
from outbound.ledger.values import letter_from
from outbound.life import LEGAL, LIVE, Outcome, Status, may_move
from outbound.lost import Loss, count_lost
from tests.audited import differences_in
from tests.outside import World

GONE = (Status.SENT, Status.DELIVERED, Status.RETURNED)
NOBODY_WORKS = (Loss.STANDS, Loss.DEAD_CLAIM, Loss.OVERDUE, Loss.DOUBT_OVERDUE)
"""What is lost while no worker and no timer runs, which in a test is while time passes."""
MOVING = (Status.RECEIVED, Status.RENDERED, Status.ROUTED)


@dataclass(frozen=True, slots=True)
class Seen:
    """A letter with all that the ledger says of its way."""

    row: Any
    dispatches: tuple[Any, ...]
    events: tuple[Any, ...]

    @property
    def live(self) -> list[Any]:
        return [one for one in self.dispatches if one.outcome in LIVE]

    @property
    def pair(self) -> tuple[str, str]:
        """Its status and the outcome of its live dispatch."""
        return str(self.row.status), str(self.live[0].outcome) if self.live else "none"


def look_at_all(tx: Connection) -> list[Seen]:
    """Every letter of the ledger."""
    dispatches = tx.execute(select(t.dispatch).order_by(t.dispatch.c.created_at)).all()
    events = tx.execute(select(t.event).order_by(t.event.c.id)).all()
    return [
        Seen(
            row,
            tuple(one for one in dispatches if one.letter_id == row.id),
            tuple(one for one in events if one.letter_id == row.id),
        )
        for row in tx.execute(select(t.letter))
    ]


@dataclass(frozen=True, slots=True)
class Examined:
    """Every letter as it is now, and every rule that does not hold."""

    letters: list[Seen]
    broken: list[str]

    @property
    def pairs(self) -> Counter[tuple[str, str]]:
        """How many letters there are in each pair of status and live dispatch."""
        return Counter(one.pair for one in self.letters)


def examine(house: House, world: World, misled: Collection[UUID] = (), *, money: bool = True) -> Examined:
    """Look at everything. Letters about which a person was `misled` are not counted for takings."""
    with house.ledger.reading() as tx:
        found = look_at_all(tx)
        faults = [f"{one.row.id} is HELD without a verb" for one in found if _verbless(tx, one)]
        faults += [f"lost: {loss}" for loss in count_lost(tx, house.settings) if loss not in NOBODY_WORKS]
        if money:
            faults += [f"money: {found}" for found in differences_in(tx)]
        consignments = {one.id: one for one in tx.execute(select(t.consignment))}
    faults += [f"{one.row.id}: {fault}" for one in found for fault in _faults(one, consignments)]
    faults += [f"{one.row.id}: {fault}" for one in found if one.row.id not in misled for fault in _takings(one, world)]
    return Examined(found, faults)


def broken(house: House, world: World, misled: Collection[UUID] = ()) -> list[str]:
    """Every rule that does not hold now."""
    return examine(house, world, misled).broken


def _faults(one: Seen, consignments: dict[UUID, Any]) -> Iterator[str]:
    status = Status(one.row.status)
    if len(one.live) > 1:
        yield "more than one live dispatch"
    outcome = Outcome(one.live[0].outcome) if one.live else None
    if outcome not in LEGAL[status]:
        yield f"{status} with a dispatch {outcome}"
    if status is Status.HELD and not (one.row.held_code and one.row.waits_for):
        yield "HELD without saying why or for whom"
    if status in MOVING and one.row.due_at is None:
        yield f"{status} and never due again"
    if status is Status.SENT and one.row.due_at is None:
        yield "SENT without a deadline"
    if one.row.claim_token is not None and one.row.claimed_until is None:
        yield f"{status}, claimed without an end"
    if status is Status.SENDING:
        yield from _minded(one, consignments)
    yield from _chain(one)


def _minded(one: Seen, consignments: dict[UUID, Any]) -> Iterator[str]:
    """Somebody works on it, or will look at it; and a doubt has an end."""
    held = consignments[one.live[0].consignment_id] if one.live else None
    if held is None:
        return
    if held.claim_token is not None and held.claimed_until is None:
        yield "SENDING, claimed without an end"
    if held.claim_token is None and held.due_at is None:
        yield "SENDING, unclaimed and never due again"
    if held.claim_token is None and held.deadline_at is None:
        yield "SENDING, unclaimed and without a deadline"


def _chain(one: Seen) -> Iterator[str]:
    """Every change of status has its event, and each of them is in the table of moves."""
    was = None
    for event in one.events:
        if event.was != was:
            yield f"an event begins at {event.was}, the one before ended at {was}"
        if event.was is not None and not may_move(Status(event.was), Status(event.now)):
            yield f"moved from {event.was} to {event.now}"
        was = event.now
    if was != one.row.status:
        yield f"{one.row.status}, but its last event says {was}"


def _takings(one: Seen, world: World) -> Iterator[str]:
    counted = world.counted(one.row.id)
    if counted > 1:
        yield f"taken {counted} times"
    if one.row.status == Status.CANCELLED and counted:
        yield "CANCELLED and taken"
    if one.row.status in GONE and not world.ever_taken(one.row.id):
        yield f"{one.row.status} and never taken"


def _verbless(tx: Connection, one: Seen) -> bool:
    if one.row.status != Status.HELD:
        return False
    verbs = set(verbs_for(letter_from(one.row), live_dispatch(tx, one.row.id)))
    if one.live and verbs & {Verb.CANCEL, Verb.HOLD, Verb.RELEASE, Verb.MEND, Verb.REROUTE, Verb.REPLACE}:
        return True
    return not verbs

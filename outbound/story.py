"""One letter's whole story, read from the ledger: what happened to it, why, by whom, and what it cost. Writes nothing.

Nothing here opens the seal: a story carries no CPR number, name, address or letter text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from outbound.accounts import BOOKED, CORRECTED, LETTER, REMINDER
from outbound.desk import UNDO
from outbound.ledger import deferred, envelopes, reminders, sending
from outbound.ledger import tables as t
from outbound.ledger.letters import letter
from outbound.ledger.reminders import Reminder
from outbound.ledger.runs import run_of_letter
from outbound.ledger.values import LedgerDispatch, Letter, letter_from
from outbound.life import LIVE
from outbound.routing import Route

MOST_FOUND = 200


@dataclass(frozen=True, slots=True)
class Happening:
    """One move of the letter."""

    at: datetime
    was: str | None
    now: str
    code: str
    by: str


@dataclass(frozen=True, slots=True)
class Amount:
    """One money entry, in øre. `day` is the Danish day that it counts in."""

    stage: str
    measure: str
    amount: int
    certain: bool
    day: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """What must never happen and did."""

    id: int
    letter: UUID
    code: str
    dispatch: UUID | None
    other_dispatch: UUID | None
    at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Act:
    """What a person or a system did with the letter. The why lies sealed under the act's id, or of many letters at once
    under the batch's."""

    id: UUID
    verb: str
    by: str
    at: datetime
    batch: UUID | None = None

    @property
    def reasoned(self) -> UUID:
        """Under whose id the why is sealed."""
        return self.batch or self.id

    @property
    def why(self) -> str:
        """The part that holds it: what was undone in a batch has a reason of its own."""
        return "undo-why" if self.batch and self.verb.startswith(UNDO) else "why"


@dataclass(frozen=True, slots=True)
class Try:
    """A dispatch, and when its consignment was closed and begun."""

    dispatch: LedgerDispatch
    closed_at: datetime
    begun_at: datetime | None


@dataclass(frozen=True, slots=True)
class Story:
    """Everything about one letter but its content. Each list stands oldest first.

    `together`: the letters that share its envelope, by the dispatch that counts.
    """

    letter: Letter
    events: tuple[Happening, ...]
    tries: tuple[Try, ...]
    money: tuple[Amount, ...]
    incidents: tuple[Incident, ...]
    acts: tuple[Act, ...]
    siblings: tuple[UUID, ...]
    followed_by: tuple[UUID, ...]
    reminder: Reminder | None = None
    print_run: UUID | None = None  # the one that it was in last
    cancellable_until: datetime | None = None  # what `delivery.closing` says; the ledger alone does not know it
    together: tuple[UUID, ...] = ()
    corrected_by: tuple[UUID, ...] = ()

    @property
    def route(self) -> Route | None:
        """Where it goes and why, as far as that is decided."""
        return route_of(self.letter.route)

    @property
    def live(self) -> LedgerDispatch | None:
        """The one try that may count, if there is one."""
        return next((one.dispatch for one in self.tries if one.dispatch.outcome in LIVE), None)

    def booked(self, measure: str) -> int:
        """What stands booked of this measure, in øre: without what was corrected, estimates, and what others told."""
        signs = {BOOKED: 1, CORRECTED: -1}
        return sum(signs.get(one.stage, 0) * one.amount for one in self.money if one.measure == measure)


def route_of(code: str | None) -> Route | None:
    """The route of a stored code; None where there is none yet, or an older version of the router wrote it."""
    try:
        return Route.of(code) if code else None
    except KeyError:
        return None


def story(tx: Connection, letter_id: UUID) -> Story | None:
    """The story of a letter; None where there is no such letter."""
    one = letter(tx, letter_id)
    if one is None:
        return None
    return Story(
        letter=one,
        events=_events(tx, one.id),
        tries=_tries(tx, one.id),
        money=_money(tx, one.id),
        incidents=incidents_of(tx, one.id),
        acts=_acts(tx, one.id),
        siblings=_others(tx, one),
        followed_by=tuple(tx.execute(select(t.letter.c.id).where(t.letter.c.follows == one.id)).scalars()),
        reminder=reminders.reminder_of(tx, one.id),
        print_run=run_of_letter(tx, one.id),
        together=_together(tx, one),
        corrected_by=tuple(tx.execute(select(t.letter.c.id).where(t.letter.c.corrects == one.id)).scalars()),
    )


def owned_by(tx: Connection, letter_id: UUID, system: str) -> Letter | None:
    """The letter, where it is this system's own."""
    one = letter(tx, letter_id)
    return one if one is not None and one.system == system else None


def find_by_reference(tx: Connection, system: str, reference: str) -> list[Letter]:
    """The system's letters under this reference of its own, in the order of their recipients."""
    row = t.letter.c
    wanted = select(t.letter).where(row.system == system, row.reference == reference)
    return [letter_from(found) for found in tx.execute(wanted.order_by(row.id).limit(MOST_FOUND))]


def references_known(tx: Connection, system: str, references: Sequence[str]) -> frozenset[str]:
    """Which of these references the system has used before."""
    row = t.submission.c
    wanted = select(row.reference).where(row.system == system, row.reference.in_(list(references)))
    return frozenset(tx.execute(wanted).scalars())


def statuses(tx: Connection, letters: Sequence[UUID]) -> dict[UUID, str]:
    """The state of each of these letters."""
    row = t.letter.c
    return {one.id: one.status for one in tx.execute(select(row.id, row.status).where(row.id.in_(list(letters))))}


def incidents_of(tx: Connection, letter_id: UUID) -> tuple[Incident, ...]:
    """The letter's incidents, oldest first."""
    i = t.incident.c
    return tuple(
        incident_from(row) for row in tx.execute(select(t.incident).where(i.letter_id == letter_id).order_by(i.id))
    )


def incident_from(row: Any) -> Incident:
    """An incident as the ledger keeps it."""
    return Incident(row.id, row.letter_id, row.code, row.dispatch_id, row.other_dispatch_id, row.at, row.closed_at)


def _events(tx: Connection, letter_id: UUID) -> tuple[Happening, ...]:
    deferred.flush(tx)
    e = t.event.c
    rows = tx.execute(select(e.at, e.was, e.now, e.code, e.by).where(e.letter_id == letter_id).order_by(e.id))
    return tuple(Happening(*row) for row in rows)


def _tries(tx: Connection, letter_id: UUID) -> tuple[Try, ...]:
    found = sending.dispatches_of(tx, letter_id)
    c = t.consignment.c
    wanted = select(c.id, c.closed_at, c.begun_at).where(c.id.in_([one.consignment_id for one in found]))
    held = {row.id: row for row in tx.execute(wanted)}
    return tuple(Try(one, held[one.consignment_id].closed_at, held[one.consignment_id].begun_at) for one in found)


def _money(tx: Connection, letter_id: UUID) -> tuple[Amount, ...]:
    deferred.flush(tx)
    e = t.entry.c
    wanted = select(e.stage, e.measure, e.amount, e.certain, e.day, e.at)
    wanted = wanted.where(
        e.letter_id == letter_id, e.measure.not_in((LETTER, REMINDER))
    )  # they count and have no amount
    return tuple(Amount(*row) for row in tx.execute(wanted.order_by(e.id)))


def _acts(tx: Connection, letter_id: UUID) -> tuple[Act, ...]:
    a = t.act.c
    wanted = select(a.id, a.verb, a.by, a.at, a.scope, a.key).where(a.letter_id == letter_id).order_by(a.at, a.id)
    return tuple(
        Act(row.id, row.verb, row.by, row.at, UUID(row.key) if row.scope == "batch" else None)
        for row in tx.execute(wanted)
    )


def _together(tx: Connection, one: Letter) -> tuple[UUID, ...]:
    live = sending.live_dispatch(tx, one.id)
    members = envelopes.in_envelope(tx, live) if live else []
    return tuple(m.letter.id for m in members if m.letter.id != one.id and m.dispatch.outcome in LIVE)


def _others(tx: Connection, one: Letter) -> tuple[UUID, ...]:
    row = t.letter.c
    wanted = select(row.id).where(row.submission_id == one.submission_id, row.id != one.id).order_by(row.recipient_no)
    return tuple(tx.execute(wanted).scalars())

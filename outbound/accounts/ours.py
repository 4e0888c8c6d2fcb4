"""What our own account has of a dispatch, to set beside what its provider says; and where a receipt says otherwise."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select

from outbound.accounts.closing import after
from outbound.accounts.measures import BOOKED, CHARGED, CORRECTED, LETTER, Kind, kind_and_part
from outbound.ledger import deferred
from outbound.ledger import tables as t
from outbound.life import Outcome
from outbound.tariff_row import Part

AT_ONCE = 500
PAID = (Kind.COST, Kind.FAILED, Kind.RETURNED)


@dataclass(frozen=True, slots=True)
class Ours:
    """What our account has of a job: øre that stand booked, and what they were made from."""

    dispatch: UUID
    letter: UUID
    department: str
    day: date | None  # of the hand-over; None = it does not stand booked
    amount: int
    porto: int  # of the amount
    inputs: Mapping[str, Any]


def charged_otherwise(tx: Connection, month: date) -> Iterator[tuple[Ours, int]]:
    """The letters whose receipts of that month say another porto than stands booked, each with that porto in øre."""
    deferred.flush(tx)
    e = t.entry.c
    wanted = select(e.dispatch_id, e.amount).where(e.stage == CHARGED, e.day >= month, e.day < after(month))
    told = {row.dispatch_id: int(row.amount) for row in tx.execute(wanted.order_by(e.id))}
    yield from ((one, told[one.dispatch]) for one in booked(tx, list(told)) if one.porto != told[one.dispatch])


def booked(tx: Connection, dispatches: Sequence[UUID], provider: str | None = None) -> Iterator[Ours]:
    """What is ours for these dispatches, or for those of them that are the provider's."""
    e, d, one = t.entry.c, t.dispatch.c, t.letter.c
    for at in range(0, len(dispatches), AT_ONCE):
        mine = d.id.in_(dispatches[at : at + AT_ONCE])
        heads = select(d.id, d.letter_id, d.outcome, one.department).join_from(t.dispatch, t.letter)
        of_provider = (d.provider == provider,) if provider else ()
        found = tx.execute(heads.where(mine, *of_provider)).all()
        joined = t.dispatch.join(t.entry, (e.letter_id == d.letter_id) & (e.dispatch_id == d.id))
        wanted = select(e.dispatch_id, e.measure, e.inputs, e.stage, e.day, func.sum(e.amount).label("amount"))
        wanted = wanted.select_from(joined).where(mine, e.stage.in_((BOOKED, CORRECTED)))
        rows = tx.execute(wanted.group_by(e.dispatch_id, e.measure, e.inputs, e.stage, e.day)).all()
        by_dispatch: dict[UUID, list[Any]] = {}
        for row in rows:
            by_dispatch.setdefault(row.dispatch_id, []).append(row)
        yield from (_one(head, by_dispatch.get(head.id, [])) for head in found)


def _one(head: Any, rows: Sequence[Any]) -> Ours:
    paid = [row for row in rows if (known := kind_and_part(row.measure)) and known[0] in PAID]
    porto = [row for row in paid if row.measure.endswith(Part.PORTO)]
    counts = [row.day for row in rows if row.measure == LETTER and row.stage == BOOKED]
    day = max(counts) if counts and head.outcome == Outcome.TAKEN else None
    inputs = json.loads(paid[0].inputs) if paid else {}
    amount, of_porto = (sum(int(row.amount) for row in some) for some in (paid, porto))
    return Ours(head.id, head.letter_id, head.department, day, amount, of_porto, inputs)


def with_guests(tx: Connection, found: Sequence[Ours], charged: Collection[UUID]) -> Iterator[Ours]:
    """The same, each with what stands booked for the letters in its envelope that are not charged by themselves."""
    d = t.dispatch.c
    ids = [one.dispatch for one in found]
    beneath: dict[UUID, list[UUID]] = {}
    for at in range(0, len(ids), AT_ONCE):
        mine = (d.envelope_of.in_(ids[at : at + AT_ONCE]), d.outcome == Outcome.TAKEN)
        for row in tx.execute(select(d.id, d.envelope_of).where(*mine)):
            if row.id not in charged:
                beneath.setdefault(row.envelope_of, []).append(row.id)
    guests = {one.dispatch: one for one in booked(tx, [one for some in beneath.values() for one in some])}
    for one in found:
        some = [guests[guest] for guest in beneath.get(one.dispatch, ())]
        amount, porto = (sum(getattr(each, name) for each in (one, *some)) for name in ("amount", "porto"))
        yield replace(one, amount=amount, porto=porto)

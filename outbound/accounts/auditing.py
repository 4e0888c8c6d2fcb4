"""The audit of the accounts: recomputes every entry and reports every difference. Reads only.

An entry must come again from its inputs and the copy of its tariff row; the copy must be the one that was hashed and
must have been valid on the entry's day; what was corrected must have been booked; every dispatch and every reminder
that was taken, and no other, must stand booked once; and with each goes all of its money, or an incident says why not.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, and_, case, func, select

from outbound import clock
from outbound.accounts.complete import charged_again, orphans, otherwise_than_sent, untimely
from outbound.accounts.difference import Difference
from outbound.accounts.envelopes import uneven
from outbound.accounts.measures import (
    BASELINE,
    BOOKED,
    BY_PRINT,
    CORRECTED,
    ESTIMATE,
    FAILED,
    LETTER,
    REMINDER,
    RETURNED,
    TOLD,
    Kind,
    kind_and_part,
)
from outbound.ledger import deferred
from outbound.ledger import tables as t
from outbound.ledger.reminders import ReminderState
from outbound.letter import Channel
from outbound.life import Outcome
from outbound.policy import on
from outbound.postage import NEEDS, NEMSMS, OFFICE
from outbound.postage import RETURNED as CAME_BACK
from outbound.shares import Share
from outbound.tariff_row import NoPrice, Part, TariffRow, recompute

AT_ONCE = 1000
REMEMBERED = 100_000  # amounts: most letters of a mailing have the same inputs and the same price
NEVER = 2**62
SENT = (ReminderState.SENT, ReminderState.DELIVERED)
EVERY = (LETTER, *Part, *(f"{kind}{part}" for kind in (BASELINE, BY_PRINT) for part in Part))
"""What is booked at a hand-over, and must be there."""

WAYS: Mapping[Kind | None, tuple[str, ...]] = {
    Kind.BASELINE: (OFFICE,),
    Kind.BY_PRINT: (Channel.PRINT,),
    Kind.ALONE: (Channel.PRINT,),
    Kind.RETURNED: (CAME_BACK,),
    Kind.REMINDER: (NEMSMS,),
}
"""The channels that a measure's price may be of; of a letter's own cost: digital and print."""

Tried = tuple[int | None, str]
"""The amount that an entry should have, and what is wrong with it, if anything."""


def audit(tx: Connection) -> Iterator[Difference]:
    """Every difference, in the order of the entries, then of the letters."""
    deferred.flush(tx)
    copies = {row.hash: copied(row) for row in tx.execute(select(t.tariff_row))}
    yield from _entries(tx, copies)
    yield from orphans(tx)
    yield from charged_again(tx)
    yield from _corrections(tx)
    yield from _hand_overs(tx)
    yield from untimely(tx)
    yield from otherwise_than_sent(tx)
    yield from _money(tx)
    yield from _envelopes(tx, copies)
    yield from _failed_tries(tx)
    yield from _returns(tx)
    yield from _reminders(tx)


def _entries(tx: Connection, copies: Mapping[str, TariffRow | None]) -> Iterator[Difference]:
    e = t.entry.c
    told = (e.stage, e.measure, e.amount, e.certain, e.inputs, e.tariff_hash, e.day)
    wanted = select(e.id, e.at, *told).order_by(e.id)
    known: dict[tuple[Any, ...], Tried] = {}
    for entry in tx.execute(wanted.execution_options(yield_per=AT_ONCE)):
        alike = tuple(entry)[2:]
        if (tried := known.get(alike)) is None:
            tried = _recomputed(entry, copies.get(entry.tariff_hash))
            if len(known) < REMEMBERED:
                known[alike] = tried
        if not tried[1] and entry.day != clock.danish_day(entry.at):
            tried = entry.amount, "it counts on another day than the one on which it was entered"
        if tried[1]:
            letter = tx.execute(select(e.letter_id).where(e.id == entry.id)).scalar_one()
            yield Difference(entry.id, letter, entry.measure, entry.amount, *tried)


def _recomputed(entry: Any, copy: TariffRow | None) -> Tried:
    try:
        expected = _amount(entry, copy)
    except (ValueError, KeyError, TypeError, NoPrice):
        return None, "its inputs or its tariff row cannot be used"
    if expected != entry.amount:
        return expected, "the amount does not come again from its inputs and its tariff row"
    return expected, _out_of_place(entry, copy)


def _out_of_place(entry: Any, copy: TariffRow | None) -> str:
    kind, part = kind_and_part(entry.measure) or (None, None)
    of_the_day = entry.stage in (ESTIMATE, BOOKED) and kind is not Kind.FAILED  # that is at the hand-over's price
    if copy and of_the_day and not on(entry.day, (copy,)):
        return "its tariff row was not valid on its day"
    if copy and (part != copy.part or not _is_a_price_of(entry, kind, copy)):
        return "its tariff row is a price of something else"
    if entry.certain != (part != Part.HANDLING):
        return "an estimate is marked as certain, or the other way round"
    return ""


def _is_a_price_of(entry: Any, kind: Kind | None, copy: TariffRow) -> bool:
    """Is it a row of this way, of the letter's class and of where it went?"""
    inputs = json.loads(entry.inputs)
    named = all(getattr(copy, name) in ("", inputs.get(name)) for name in ("letter_class", "region"))
    return named and copy.channel in WAYS.get(kind, (Channel.DIGITAL, Channel.PRINT))


def _amount(entry: Any, copy: TariffRow | None) -> int:
    inputs = json.loads(entry.inputs)
    if entry.stage in TOLD:
        share = Share.kept_in(inputs)
        return share.of(int(inputs["amount"])) if share else int(inputs["amount"])
    if entry.measure in (LETTER, REMINDER):
        return 0
    if copy is None:
        raise KeyError(entry.tariff_hash)
    amount = recompute(inputs, copy)
    return -amount if entry.stage == CORRECTED else amount


def copied(row: Row[Any]) -> TariffRow | None:
    """The tariff row under this hash, unless somebody has changed it there."""
    if hashlib.sha256(row.body.encode()).hexdigest() != row.hash:
        return None
    try:
        return TariffRow.from_canonical(row.body)
    except ValueError:
        return None


def _corrections(tx: Connection) -> Iterator[Difference]:
    """Taken back is what was booked, as often and as much: a correction and what it corrects come to nothing."""
    e = t.entry.c
    booked, corrected = _counted(BOOKED), _counted(CORRECTED)
    amount = func.sum(e.amount)
    wanted = (
        select(e.letter_id, e.dispatch_id, e.measure, amount.label("amount"), booked, corrected)
        .where(e.stage.in_((BOOKED, CORRECTED)))
        .group_by(e.letter_id, e.dispatch_id, e.measure)
        .having(corrected > 0)
        .order_by(e.letter_id, e.dispatch_id, e.measure)
    )
    for row in tx.execute(wanted):
        if row.corrected > row.booked or (row.corrected == row.booked and row.amount):
            why = "what was corrected is not what was booked"
            yield Difference(None, row.letter_id, row.measure, int(row.amount), 0, why)


def _hand_overs(tx: Connection) -> Iterator[Difference]:
    """Every dispatch that is taken stands booked once, and no other does."""
    d, e = t.dispatch.c, t.entry.c
    mine = and_(e.letter_id == d.letter_id, e.dispatch_id == d.id, e.measure == LETTER)
    standing = func.sum(case((e.stage == BOOKED, 1), (e.stage == CORRECTED, -1), else_=0))
    must = case((d.outcome == Outcome.TAKEN, 1), else_=0)
    wanted = (
        select(d.letter_id, standing.label("standing"), must.label("must"))
        .select_from(t.dispatch.outerjoin(t.entry, mine))
        .where(d.kind == "letter")
        .group_by(d.id, d.letter_id, d.outcome)
        .having(func.coalesce(standing, 0) != must)
        .order_by(d.letter_id, d.id)
    )
    for row in tx.execute(wanted):
        why = "a dispatch that was taken must stand booked once, and no other"
        yield Difference(None, row.letter_id, LETTER, int(row.standing or 0), row.must, why)


def _money(tx: Connection) -> Iterator[Difference]:
    """With a letter taken stands each part of its cost and of the baseline once, and nothing of any other letter.

    And, with a digital one, its price by remote print: from the first letter on that has been compared. An incident
    `no-price` excuses only where no money stands.
    """
    e, d, i = t.entry.c, t.dispatch.c, t.incident.c
    first = tx.execute(select(func.min(e.id)).where(e.measure == f"{BY_PRINT}{Part.PORTO}")).scalar()
    since = NEVER if first is None else first
    n = func.sum(case((e.stage == BOOKED, 1), else_=-1)).label("n")
    keys = (e.letter_id, e.dispatch_id, e.measure)
    some = select(*keys, n, func.max(e.id).label("last")).where(e.stage.in_((BOOKED, CORRECTED)), e.measure.in_(EVERY))
    one = some.group_by(*keys).subquery("one").c
    digital, taken = d.channel == Channel.DIGITAL, d.outcome == Outcome.TAKEN
    compared = and_(digital, func.max(one.last) >= since)
    of_digital = case((compared, _parts(Channel.DIGITAL, Channel.PRINT)), else_=_parts(Channel.DIGITAL))
    must = case((taken, 1 + case((digital, of_digital), else_=_parts(Channel.PRINT))), else_=0)
    never = one.measure.in_((str(Part.HANDLING), f"{BY_PRINT}{Part.HANDLING}"))
    strange = never | case((digital, one.measure == str(Part.MATERIALS)), else_=one.measure.startswith(BY_PRINT))
    priceless = select(i.id).where(i.letter_id == d.letter_id, i.dispatch_id == d.id, i.code == "no-price").exists()
    no_money = func.sum(case((one.measure == LETTER, 0), else_=func.abs(one.n))) == 0
    wrong = (
        (func.sum(one.n) != must)
        | (func.min(one.n) < 0)
        | (func.max(one.n) > 1)
        | (func.sum(case((strange, func.abs(one.n)), else_=0)) > 0)
    )
    wanted = (
        select(d.letter_id, func.sum(one.n).label("stored"), must.label("must"))
        .join_from(t.dispatch, one.n.table, and_(one.dispatch_id == d.id, one.letter_id == d.letter_id))
        .group_by(d.letter_id, d.id, d.channel, d.outcome)
        .having(wrong, ~and_(priceless, no_money))
        .order_by(d.letter_id, d.id)
    )
    for row in tx.execute(wanted):
        why = "entries are missing, or too many, for what a letter is charged and would have cost"
        yield Difference(None, row.letter_id, "entries", int(row.stored), row.must, why)


def _envelopes(tx: Connection, copies: Mapping[str, TariffRow | None]) -> Iterator[Difference]:
    """Letters that went in one envelope share its price, and their shares add up to it."""
    for letter, measure, stored, expected in uneven(tx, copies):
        why = "the letters of a shared envelope do not make up the whole of it"
        yield Difference(None, letter, measure, stored, expected, why)


def _failed_tries(tx: Connection) -> Iterator[Difference]:
    """A try that is charged though it failed was refused, is charged once, and what was charged is what was booked."""
    e, booked, d = t.entry.c, t.entry.alias("booked").c, t.dispatch.c
    same = and_(booked.dispatch_id == e.dispatch_id, booked.stage == BOOKED, booked.tariff_hash == e.tariff_hash)
    alike = select(booked.id).where(same, booked.inputs == e.inputs, e.measure == FAILED + booked.measure).exists()
    standing = func.sum(case((e.stage == BOOKED, 1), (e.stage == CORRECTED, -1), else_=0))
    right = func.min(case((and_(alike, t.tariff_row.c.body.contains('"charged_if_refused":true')), 1), else_=0))
    must = case((d.outcome == Outcome.REFUSED, 1), else_=0)
    wanted = (
        select(e.letter_id, e.measure, standing.label("standing"), must.label("must"))
        .select_from(
            t.entry.join(t.dispatch, d.id == e.dispatch_id).join(t.tariff_row, t.tariff_row.c.hash == e.tariff_hash)
        )
        .where(e.measure.startswith(FAILED, autoescape=True))
        .group_by(e.letter_id, d.id, d.outcome, e.measure)
        .having((standing != must) | (right == 0))
        .order_by(e.letter_id, d.id)
    )
    for row in tx.execute(wanted):
        why = "a failed try is charged once where its tariff row says so, and as it was booked"
        yield Difference(None, row.letter_id, row.measure, int(row.standing), row.must, why)


def _returns(tx: Connection) -> Iterator[Difference]:
    """A letter came back once, if at all, and on paper."""
    e, d = t.entry.c, t.dispatch.c
    standing = func.sum(case((e.stage == BOOKED, 1), (e.stage == CORRECTED, -1), else_=0))
    most = case((d.outcome == Outcome.TAKEN, 1), else_=0)
    wanted = (
        select(e.letter_id, e.measure, standing.label("standing"), most.label("most"))
        .select_from(t.entry.join(t.dispatch, d.id == e.dispatch_id))
        .where(e.measure.startswith(RETURNED, autoescape=True))
        .group_by(e.letter_id, d.id, d.outcome, e.measure)
        .having(standing > most)
        .order_by(e.letter_id, d.id)
    )
    for row in tx.execute(wanted):
        why = "a letter that was taken comes back once, and no other does"
        yield Difference(None, row.letter_id, row.measure, int(row.standing), row.most, why)


def _reminders(tx: Connection) -> Iterator[Difference]:
    """Every reminder that was sent stands booked once with its price (or an incident), and no other does."""
    r, e, i = t.reminder.c, t.entry.c, t.incident.c
    mine = and_(e.letter_id == r.letter_id, e.dispatch_id == r.id)
    sign = case((e.stage == BOOKED, 1), (e.stage == CORRECTED, -1), else_=0)
    standing = func.coalesce(func.sum(sign), 0)
    priceless = select(i.id).where(i.dispatch_id == r.id, i.code == "no-price").exists()
    must = case((~r.state.in_(SENT), 0), (priceless, 1), else_=2)
    wanted = (
        select(r.letter_id, standing.label("standing"), must.label("must"))
        .select_from(t.reminder.outerjoin(t.entry, mine))
        .group_by(r.id, r.letter_id, r.state)
        .having(standing != must)
        .order_by(r.letter_id)
    )
    for row in tx.execute(wanted):
        why = "a reminder that was sent must stand booked once with its price, and no other"
        yield Difference(None, row.letter_id, REMINDER, int(row.standing), row.must, why)


def _parts(*ways: Channel) -> int:
    return sum(len(NEEDS[way]) for way in (*ways, OFFICE))


def _counted(stage: str) -> Any:
    return func.sum(case((t.entry.c.stage == stage, 1), else_=0)).label(stage)

"""Content is deleted when its time is out: counted from when its system said that it filed the copy, never the last
copy, and never while anything still needs it. In small bites, each a transaction; whoever is killed begins again.

A letter's time is out when its retention month has ended. That month is `retention_months` (its letter type's) after
the one in which its system acknowledged filing it; until then it counts from the day of intake and nothing is deleted.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from outbound import clock, leftovers
from outbound.delivery.house import House
from outbound.key_file import month_after
from outbound.ledger import holds, journal, same_person
from outbound.ledger import retention as rows
from outbound.ledger.holds import HoldScope
from outbound.ledger.keys import Transaction
from outbound.ledger.retention import Ties
from outbound.ledger.values import Letter
from outbound.leftovers import Bite, Deed, Tally
from outbound.letter import Channel
from outbound.life import Status

AT_REST = (Status.DELIVERED, Status.RETURNED, Status.CANCELLED)


class Kept(StrEnum):
    """Why a letter's content stays although its month is over."""

    MOVING = "moving"
    HELD = "held"
    DOUBT = "doubt"
    RETURN = "return-unacknowledged"
    INCIDENT = "incident"
    REMINDER = "reminder"
    NOT_JOURNALISED = "not-journalised"
    NOT_YET = "not-yet"
    RETURN_WINDOW = "return-window"
    HOLD = "legal-hold"
    BUSY = "busy"


def journalised(tx: Transaction, house: House, one: Letter) -> bool:
    """Its system has filed the copy: retention counts from today. False where it had said so before."""
    return journal.journalise(tx, one.id, _month(house, one, clock.today()))


def night(house: House) -> Iterator[Bite]:
    """All that is due today, a bite at a time; nothing where today's walk was done."""
    today = clock.today()
    with house.ledger.reading() as tx:
        if rows.finished(tx, today):
            return
    yield from walk(house)
    with house.ledger.writing() as tx:
        rows.finish(tx, today)


class Night:
    """Today's work, a bite whenever it is asked for: once it is done nothing happens until tomorrow's hour."""

    def __init__(self) -> None:
        self._bites: Iterator[Bite] | None = None
        self._begun: date | None = None
        self._done: date | None = None

    def bite(self, house: House) -> Bite | None:
        """The next bite; None where there is nothing to do now. After a fault the next call begins again."""
        if self._bites is None:
            local = clock.now().astimezone(clock.COPENHAGEN)
            if local.hour < house.settings.retention_from_hour or self._done == local.date():
                return None
            self._bites, self._begun = night(house), local.date()
        bites, self._bites = self._bites, None
        if (bite := next(bites, None)) is None:
            self._done = self._begun
            return None
        self._bites = bites
        return bite


def walk(house: House) -> Iterator[Bite]:
    """The same, done or not: letters, then what lies under keys of months that are over, then the reading log."""
    today, kept = clock.today(), Tally()
    for bite in _letters(house, f"{today:%Y-%m}", today):
        kept += Counter({what: count for what, count in bite.tally.items() if what[2] in set(Kept)})
        yield bite
    with house.ledger.writing() as tx:
        rows.replace_kept(tx, today, kept, [*Deed])
    yield from leftovers.clear(house, today)


def preview(house: House) -> Tally:
    """What would become of every letter whose month is over. Nothing is changed."""
    found, after = Tally(), None
    while True:
        with house.ledger.reading() as tx:
            letters = rows.candidates(tx, f"{clock.today():%Y-%m}", after, house.settings.retention_bite)
            verdicts = _verdicts(tx, house, letters)
        if not letters:
            return found
        after = letters[-1].retention_month, letters[-1].id
        found += _tally(letters, verdicts)


def verdict(tx: Transaction, house: House, one: Letter) -> Kept | None:
    """Why this letter's content would stay, whatever its time; None where it may be deleted."""
    return _verdicts(tx, house, [one], early=True)[one.id]


def forget_one(tx: Transaction, house: House, letter: UUID) -> Kept | None:
    """Delete one letter's content before its time; why not, where something still needs it."""
    holds.alone(tx)
    locked = rows.lock(tx, [letter])
    if not locked:
        return Kept.BUSY
    if why := verdict(tx, house, locked[0]):
        return why
    rows.forget(tx, locked)
    rows.add(tx, clock.today(), _tally(locked, {letter: None}))
    return None


def _letters(house: House, month: str, today: date) -> Iterator[Bite]:
    after = None
    while True:
        with house.ledger.writing() as tx:
            holds.alone(tx)
            letters = rows.candidates(tx, month, after, house.settings.retention_bite)
            if not letters:
                return
            after = letters[-1].retention_month, letters[-1].id
            here = rows.lock(tx, [one.id for one in letters])
            verdicts = {one.id: Kept.BUSY for one in letters} | _verdicts(tx, house, here)
            _postpone(tx, house, [one for one in here if verdicts[one.id] is Kept.NOT_YET])
            gone = [one for one in here if verdicts[one.id] is None]
            rows.forget(tx, gone)
            rows.add(tx, today, _tally(gone, verdicts))
        yield Bite(len(letters), _tally(letters, verdicts))


def on_hold(tx: Transaction, letters: Sequence[Letter]) -> frozenset[UUID]:
    """Which of these a legal hold is on."""
    held = holds.on(tx, [pair for one in letters for pair in _holdable(one)])
    persons = same_person.keys_of(tx, holds.persons(tx))
    return frozenset(one.id for one in letters if one.recipient_key in persons or held & set(_holdable(one)))


def _verdicts(tx: Transaction, house: House, letters: Sequence[Letter], early: bool = False) -> dict[UUID, Kept | None]:
    ties = rows.ties(tx, [one.id for one in letters])
    held = on_hold(tx, letters)
    return {one.id: _verdict(house, one, ties, one.id in held, early) for one in letters}


def _verdict(house: House, one: Letter, ties: Ties, held: bool, early: bool) -> Kept | None:
    if one.status not in AT_REST:
        return Kept.HELD if one.status is Status.HELD else Kept.MOVING
    if one.id in ties.doubts:
        return Kept.DOUBT
    if one.status is Status.RETURNED and one.acknowledged_at is None:
        return Kept.RETURN
    if one.id in ties.incidents:
        return Kept.INCIDENT
    if one.id in ties.reminders:
        return Kept.REMINDER
    if held:
        return Kept.HOLD
    if one.journalised_at is None:
        return Kept.NOT_JOURNALISED
    if not early and _month(house, one, clock.danish_day(one.journalised_at)) > one.retention_month:
        return Kept.NOT_YET
    return Kept.RETURN_WINDOW if _may_come_back(house, one, ties) else None


def _may_come_back(house: House, one: Letter, ties: Ties) -> bool:
    """Paper that was posted so lately that it may yet come back by post."""
    last = ties.last.get(one.id)
    window = timedelta(days=house.settings.returned_mail_days)
    return one.channel is Channel.PRINT and last is not None and clock.now() < last + window


def _month(house: House, one: Letter, day: date) -> str:
    """The month at whose end its content goes, counted from that day; never sooner than was said at intake."""
    known = house.types.get(one.letter_type)
    return max(one.retention_month, month_after(day, known.retention_months)) if known else one.retention_month


def _postpone(tx: Transaction, house: House, letters: Sequence[Letter]) -> None:
    for one in letters:
        if one.journalised_at:
            rows.postpone(tx, one.id, _month(house, one, clock.danish_day(one.journalised_at)))


def _holdable(one: Letter) -> list[tuple[str, str]]:
    """Each (scope, key) by which a hold may be on this letter, but for its person's."""
    found = [(str(HoldScope.LETTER), one.id.hex)]
    found += [(str(HoldScope.CASE), one.case_number)] if one.case_number else []
    return found + ([(str(HoldScope.MAILING), one.mailing_id.hex)] if one.mailing_id else [])


def _tally(letters: Sequence[Letter], verdicts: Mapping[UUID, Kept | None]) -> Tally:
    return Tally((one.system, one.letter_type, str(verdicts[one.id] or Deed.FORGOTTEN)) for one in letters)

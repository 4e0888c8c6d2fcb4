"""What lies under the seal and is no letter's that waits for its time: receipts, notes, what a key was changed for.

Everything under a key whose month is over is deleted or sealed anew under a later one, so that the key can be dropped;
so is everything under a key in whose place its month has another. What lies under a key that was dropped cannot be read
and is deleted: also after a ledger was restored from a back-up of before.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from outbound import clock
from outbound.delivery.house import House
from outbound.key_file import month_after, month_of
from outbound.ledger import readings
from outbound.ledger import retention as rows
from outbound.ledger.keys import Transaction
from outbound.seal import Part

KEPT_ON = 3  # months: what outlives its month is sealed anew for so long, so that the month's key can be dropped
AT_WORK = ("new", "unmatched", "unreadable")
"""Receipts that nobody has settled: they stay, however old."""


class Deed(StrEnum):
    """What was deleted, or sealed anew under another key."""

    FORGOTTEN = "forgotten"
    RECEIPTS = "receipts"
    NOTES = "notes"
    PARTS = "parts"
    READINGS = "readings"
    RESEALED = "resealed"


Tally = Counter[tuple[str, str, str]]
"""By (system, letter type, what)."""


@dataclass(frozen=True, slots=True)
class Bite:
    """What one transaction did: letters looked at, and what became of them."""

    looked_at: int
    tally: Mapping[tuple[str, str, str], int]


def clear(house: House, today: date) -> Iterator[Bite]:
    """A bite at a time: dropped keys, months that are over, keys that were replaced, the reading log."""
    for key_id in sorted(house.seal.keys().dropped):
        yield from unreadable(house, key_id, today)
    this_month, replaced = f"{today:%Y-%m}", set(house.seal.replaced())
    for key_id in sorted(house.seal.keys().seal):
        if month_of(key_id) < this_month or key_id in replaced:
            yield from under(house, key_id, today)
    yield from _read_long_ago(house, today)


def unreadable(house: House, key_id: str, today: date) -> Iterator[Bite]:
    """What lies under a key that was dropped. A letter of which nothing else is left is forgotten with it."""
    while True:
        with house.ledger.writing() as tx:
            parts = rows.under(tx, key_id, house.settings.retention_bite)
            if not parts:
                return
            owners = {part.owner for part in parts}
            letters = rows.letters_of(tx, owners)
            tally = _deleted(tx, parts)
            bare = [letters[owner] for owner in rows.bare(tx, owners) if owner in letters]
            lost = [one for one in bare if one.id in owners and one.forgotten_at is None]
            rows.forget(tx, lost)
            tally += Tally((one.system, one.letter_type, str(Deed.FORGOTTEN)) for one in lost)
            rows.add(tx, today, tally)
        yield Bite(len(lost), tally)


def carry_over(house: House, key_id: str, today: date) -> Iterator[Bite]:
    """What lies under this key and is no letter's content, sealed anew under a month that is still there."""
    month = month_of(key_id)
    if house.seal.keys().newest(month, clock.now()) == key_id:
        month = month_after(date.fromisoformat(f"{month}-01"), 1)
    while True:
        with house.ledger.writing() as tx:
            parts = rows.no_letters_under(tx, key_id, house.settings.retention_bite)
            moved = sum(house.seal.move(tx, part, month) for part in parts)
            rows.add(tx, today, {("", "", Deed.RESEALED): moved})
        if not moved:
            return
        yield Bite(0, {("", "", str(Deed.RESEALED)): moved})


def under(house: House, key_id: str, today: date) -> Iterator[Bite]:
    """What lies under this key: deleted where its time is out, else sealed anew."""
    while True:
        with house.ledger.writing() as tx:
            parts = rows.under(tx, key_id, house.settings.retention_bite)
            tally = _settle_parts(tx, house, key_id, parts, today)
            rows.add(tx, today, tally)
        if not tally.total():
            return  # nothing is there, or all of it is in somebody's hands: tomorrow
        yield Bite(0, tally)


def _settle_parts(tx: Transaction, house: House, key_id: str, parts: Sequence[Part], today: date) -> Tally:
    months = _months_of(tx, house, key_id, parts, today)
    moved = sum(house.seal.move(tx, part, month) for part, month in months.items() if month is not None)
    tally = _deleted(tx, [part for part in parts if months[part] is None])
    tally[("", "", str(Deed.RESEALED))] += moved
    return tally


def _deleted(tx: Transaction, parts: Sequence[Part]) -> Tally:
    """Delete these parts; how many receipts, notes and parts of letters they were."""
    kinds = {"receipt": Deed.RECEIPTS, "why": Deed.NOTES}
    by_deed: dict[Deed, list[Part]] = {}
    for part in parts:
        by_deed.setdefault(kinds.get(part.part, Deed.PARTS), []).append(part)
    return Tally({("", "", str(deed)): rows.delete_parts(tx, some) for deed, some in by_deed.items()})


def _months_of(
    tx: Transaction, house: House, key_id: str, parts: Sequence[Part], today: date
) -> dict[Part, str | None]:
    """The month that each part is to lie under from now on; None where its time is out."""
    this_month, later = f"{today:%Y-%m}", month_after(today, KEPT_ON)
    if (month := month_of(key_id)) >= this_month:  # only its key has another in its place
        return dict.fromkeys(parts, month)
    owners = {part.owner for part in parts}
    letters, receipts = rows.letters_of(tx, owners), rows.receipts_of(tx, owners)
    standing = rows.notes_in_force(tx, owners)
    found: dict[Part, str | None] = {}
    for part in parts:
        one = letters.get(part.owner)
        state, arrived = receipts.get(part.owner, ("", None))
        due = month_after(clock.danish_day(arrived), house.settings.receipt_months) if arrived else ""
        kept = part.owner in standing or state in AT_WORK or (one is not None and one.forgotten_at is None)
        wanted = max(due, one.retention_month if one and kept else "", later if kept else "")
        found[part] = max(wanted, this_month) if kept or wanted >= this_month else None
    return found


def _read_long_ago(house: House, today: date) -> Iterator[Bite]:
    """Lines of the reading log, when their months are over."""
    first = date.fromisoformat(f"{month_after(today, -house.settings.reading_log_months)}-01")
    before = datetime.combine(first, time(0), clock.COPENHAGEN)
    while True:
        with house.ledger.writing() as tx:
            gone = readings.drop_before(tx, before, house.settings.retention_bite)
            rows.add(tx, today, {("", "", Deed.READINGS): gone})
        if not gone:
            return
        yield Bite(0, {("", "", str(Deed.READINGS)): gone})

"""The seal's keys as a person works with them: what lies under each, another in a key's place, and dropping one.

A key is dropped when nothing lies under it any more, or by force with a why: then what lies under it is gone, in every
back-up too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from outbound import clock, key_file, leftovers, retention
from outbound.delivery.house import House
from outbound.desk import DeskRefusal, Hand, note
from outbound.key_file import SealFault, month_of
from outbound.ledger import holds
from outbound.ledger import retention as rows
from outbound.ledger.keys import Transaction
from outbound.ledger.letters import hold
from outbound.ledger.values import Letter
from outbound.leftovers import Bite, Deed, Tally
from outbound.letter import WaitsFor
from outbound.life import FREE, RESTING, Status

DROPPED, ROTATED = "key-dropped", "key-rotated"


@dataclass(frozen=True, slots=True)
class KeyStanding:
    """One key. `parts`: what lies under it, `counted_out` where there may be more than was counted."""

    id: str
    parts: int
    counted_out: bool
    in_use: bool
    since: datetime | None
    dropped_at: datetime | None
    month_over: bool


@dataclass(frozen=True, slots=True)
class Toll:
    """What goes with a key: so many letters' content, of which so many are HELD or moving, or not journalised."""

    letters: int
    open: int
    unjournalised: int

    def with_(self, some: Sequence[Letter]) -> "Toll":
        """These letters too."""
        moving = sum(one.status not in RESTING for one in some)
        unfiled = sum(one.journalised_at is None for one in some)
        return Toll(self.letters + len(some), self.open + moving, self.unjournalised + unfiled)


def standing(tx: Transaction, house: House, most: int | None = None) -> list[KeyStanding]:
    """Every key of the file, dropped ones too, the oldest month first."""
    keys, now, this_month = house.seal.keys(), clock.now(), f"{clock.today():%Y-%m}"
    found, counted = [], rows.count_by_key(tx, most)
    for key_id in sorted({*keys.seal, *keys.dropped}):
        parts, over = counted.get(key_id, 0), month_of(key_id) < this_month
        used = keys.newest(month_of(key_id), now) == key_id and not over
        dropped = keys.dropped.get(key_id)
        found.append(KeyStanding(key_id, parts, parts == most, used, keys.since.get(key_id), dropped, over))
    return found


def rotate(house: House, file: Path, month: str, since: datetime, hand: Hand) -> str:
    """Another key for a month, written with from `since` on: by then every host must have the file. Its id.

    What lies under the old one is sealed anew by retention, or by `reseal`. Raises DeskRefusal, SealFault.
    """
    with house.ledger.writing() as tx:
        note(tx, house, ROTATED, "key", month, hand)
    return key_file.rotate(file, month, since)


def reseal(house: House) -> Iterator[Bite]:
    """What lies under keys that have another in their place, sealed anew, a bite at a time."""
    for key_id in house.seal.replaced():
        yield from leftovers.under(house, key_id, clock.today())


def toll(house: House, key_id: str) -> Toll:
    """What would be lost with this key now. Raises DeskRefusal where there is none, or a legal hold is on a letter."""
    if key_id not in house.seal.keys().seal:
        raise DeskRefusal("no-such-key", "There is no such key; `outbound keys list` shows them.")
    found, held, after = Toll(0, 0, 0), 0, None
    while True:
        with house.ledger.reading() as tx:
            some = rows.letters_under(tx, key_id, after, house.settings.retention_bite)
            held += len(retention.on_hold(tx, some))
        if not some:
            break
        after, found = some[-1].id, found.with_(some)
    if held:
        raise DeskRefusal(
            "on-hold", f"A legal hold is on {held} letters under {key_id}: they stay; `outbound legal-hold list`."
        )
    return found


def drop(house: House, file: Path, key_id: str, hand: Hand, force: bool = False, letters: int = 0) -> None:
    """For good. Refused while something lies under it or letters are still to lie there, unless by force.

    By force it takes the content of so many `letters` as somebody was told of; receipts and notes are sealed anew.
    Refused always over a legal hold, while the key in its place is not used yet, and where letters are left under it at
    the end. Raises DeskRefusal.
    """
    taken = toll(house, key_id).letters
    _must_have_another(house, key_id)
    with house.ledger.writing() as tx:
        _must_be_empty(tx, house, key_id, force)
        if taken != letters:
            raise DeskRefusal("count-changed", f"The content of {taken} letters would be lost, not of {letters}.")
        note(tx, house, DROPPED, "key", key_id, hand)
    _forget(house, key_id, hand)
    for _ in leftovers.carry_over(house, key_id, clock.today()):
        pass
    _must_be_bare(house, key_id)
    try:
        key_file.drop(file, key_id)
    except SealFault:
        raise DeskRefusal("no-such-key", "There is no such key in this file.") from None
    for _ in leftovers.unreadable(house, key_id, clock.today()):
        pass


def _forget(house: House, key_id: str, hand: Hand) -> None:
    """The letters under this key stand as forgotten; those not sent are HELD, since nothing is there to send."""
    after = None
    while True:
        with house.ledger.writing() as tx:
            holds.alone(tx)
            some = rows.letters_under(tx, key_id, after, house.settings.retention_bite)
            if not some:
                return
            after, here = some[-1].id, rows.lock(tx, [one.id for one in some])
            if retention.on_hold(tx, here):
                raise DeskRefusal("on-hold", f"A legal hold was placed on letters under {key_id} meanwhile.")
            for one in here:
                if one.status in FREE - {Status.CANCELLED}:
                    hold(tx, one, "content-missing", WaitsFor.OPERATIONS, hand.by)
            rows.forget(tx, here)
            rows.add(tx, clock.today(), Tally((one.system, one.letter_type, str(Deed.FORGOTTEN)) for one in here))


def _must_be_bare(house: House, key_id: str) -> None:
    """What was in a worker's hands, or came under the key meanwhile, nobody has said may go."""
    with house.ledger.reading() as tx:
        left = rows.count_letters_under(tx, key_id)
    if left:
        raise DeskRefusal(
            "count-changed",
            f"{left} letters under {key_id} were in hand or came meanwhile: they stay, and the key with them. The "
            "others' content is deleted. Drop it again.",
        )


def _must_have_another(house: House, key_id: str) -> None:
    """Its month's next key may be written with, if there is one: else nothing of the month could be sealed."""
    keys, month, now = house.seal.keys(), month_of(key_id), clock.now()
    coming = [key for key in keys.seal if month_of(key) == month and keys.since.get(key, now) > now]
    if coming and keys.newest(month, now) == key_id:
        since = min(keys.since[key] for key in coming)
        raise DeskRefusal(
            "key-in-use", f"{key_id} is written with until {since:%Y-%m-%d %H:%M} UTC; drop it after that."
        )


def _must_be_empty(tx: Transaction, house: House, key_id: str, force: bool) -> None:
    parts, letters = rows.count_under(tx, key_id), rows.count_letters_under(tx, key_id)
    if parts and not force:
        raise DeskRefusal(
            "key-in-use",
            f"{parts} parts lie under {key_id}, of {letters} letters whose content is still kept; "
            "`outbound retention show` says why. With --force they are gone for good.",
        )
    ended = _ended(house, key_id)
    if ended is None and not force:
        raise DeskRefusal("key-in-use", f"Letters are still to lie under {key_id}: its month is not over.")
    days = house.settings.key_drop_days
    if ended and not force and clock.now() < ended + timedelta(days=days):
        raise DeskRefusal(
            "key-too-young",
            f"A back-up of the last {days} days may hold letters under {key_id} that are still kept; restored, they "
            f"could not be read. Drop it after {ended + timedelta(days=days):%Y-%m-%d}.",
        )


def _ended(house: House, key_id: str) -> datetime | None:
    """Since when nothing new lies under a key: its month is over, or it has another in its place. None: not yet."""
    keys, month, now = house.seal.keys(), month_of(key_id), clock.now()
    newest = keys.newest(month, now)
    if newest not in (None, key_id):
        return keys.since.get(str(newest), now)
    first = date.fromisoformat(f"{key_file.month_after(date.fromisoformat(f'{month}-01'), 1)}-01")
    over = datetime.combine(first, time(0), clock.COPENHAGEN)
    return over if over <= now else None

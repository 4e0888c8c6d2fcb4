"""Letters that have gone their way, and years that pass."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from outbound import clock, retention
from outbound.delivery import House
from outbound.desk import Hand
from outbound.ledger import tables as t
from outbound.leftovers import Tally
from outbound.letter import News, Recipient, Role, Submission
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, hand_in, look, submission
from tests.outside import World
from tests.people import person

BOTH = ["sqlite", "postgresql"]
HAND = Hand("databeskytteren", "En prøve af sletning")
NAME = "Ødegunda Plantesen"
MONTHS = 24  # retention_months of the letter type that tests hand in
SOLVEJ, MIKKEL = person("well", 31), person("well", 32)


def to(number: str, **changes: Any) -> Submission:
    """A letter to whoever has this number."""
    return submission(number, recipients=(Recipient(Role.PARTY, NAME, cpr=number),), **changes)


def delivered(house: House, world: World, *submissions: Submission) -> list[UUID]:
    """Handed in, sent and reported as delivered."""
    ids = hand_in(house, *(submissions or (to(SOLVEJ),)))
    run_to_rest(house)
    for one in ids:
        world.report(News.DELIVERED, only=one)
    run_to_rest(house)
    assert all(look(house, one).status == "DELIVERED" for one in ids)
    return ids


def filed(house: House, *letters: UUID) -> None:
    """Their system says that it has filed them."""
    for one in letters:
        with house.ledger.writing() as tx:
            assert retention.journalised(tx, house, look(house, one))


def after(moving_clock: MovingClock, months: int) -> None:
    """The third day of the month, so many months on, in the small hours."""
    count = clock.today().year * 12 + clock.today().month - 1 + months
    moving_clock.to(datetime(count // 12, count % 12 + 1, 3, 3, tzinfo=clock.COPENHAGEN))


def night(house: House) -> Tally:
    """Retention's work of a day; what it did and kept."""
    found = Tally()
    for bite in retention.night(house):
        found.update(bite.tally)
    return found


def whats(tally: Tally) -> dict[str, int]:
    """The same of all systems and types together."""
    found: dict[str, int] = {}
    for (_, _, what), count in tally.items():
        found[what] = found.get(what, 0) + count
    return found


def parts(house: House, *owners: UUID) -> list[str]:
    """The parts that lie under the seal (of these owners)."""
    with house.ledger.reading() as tx:
        wanted = select(t.sealed.c.part)
        return list(tx.execute(wanted.where(t.sealed.c.owner.in_(owners)) if owners else wanted).scalars())


def every(house: House, column: Any) -> list[Any]:
    """All values of a column."""
    with house.ledger.reading() as tx:
        return list(tx.execute(select(column)).scalars())

"""Placing and lifting a legal hold: each under a name and with a why, which is sealed."""

from dataclasses import dataclass
from uuid import UUID

from outbound.delivery.house import House
from outbound.desk import LONGEST_KEY, DeskRefusal, Hand, note
from outbound.intake import looks_like_cpr
from outbound.ledger import holds, same_person
from outbound.ledger.holds import Hold, HoldScope
from outbound.ledger.keys import Transaction
from outbound.ledger.letters import letter
from outbound.person_file import number_of

PLACED, LIFTED = "hold", "hold-lifted"
MOST_COUNTED = 10_000
"""Letters of one hold that are counted; more are said as so many."""


@dataclass(frozen=True, slots=True)
class Covering:
    """A hold, and how many letters it is on now."""

    hold: Hold
    letters: int


def place(house: House, scope: HoldScope, what: str, hand: Hand) -> UUID:
    """Nothing of this letter, case, person (a CPR or CVR number) or mailing is deleted until the hold is lifted.

    The hold's id. Refused where it stands already, and where it is on no letter: but for a person, whose letters may
    come later. Raises DeskRefusal.
    """
    with house.ledger.writing() as tx:
        holds.alone(tx)
        key = _key(tx, house, scope, what.strip())
        if holds.on(tx, [(str(scope), key)]):
            raise DeskRefusal("stands-already", "This hold stands already; `outbound legal-hold list` shows it.")
        if scope is not HoldScope.PERSON and not _covered(tx, scope, key):
            raise DeskRefusal("covers-nothing", f"There is no letter of this {scope}; nothing would be kept.")
        act = note(tx, house, PLACED, scope, key, hand, UUID(key) if scope is HoldScope.LETTER else None)
        holds.place(tx, act, scope, key, hand.by)
    return act


def newest(tx: Transaction, after: UUID | None, limit: int, standing: bool = False) -> list[Covering]:
    """Holds, the newest first, from the one after `after`, with the letters that each is on."""
    return [Covering(one, _covered(tx, one.scope, one.key)) for one in holds.newest(tx, after, limit, standing)]


def covered(house: House, hold: UUID) -> int:
    """How many letters a hold that stands is on; 0 where there is no such hold."""
    with house.ledger.reading() as tx:
        one = holds.standing(tx, hold)
        return _covered(tx, one.scope, one.key) if one else 0


def _covered(tx: Transaction, scope: HoldScope, key: str) -> int:
    keys = same_person.keys_of(tx, [key]) if scope is HoldScope.PERSON else [key]
    return holds.covered(tx, scope, keys, MOST_COUNTED)


def lift(house: House, hold: UUID, hand: Hand) -> None:
    """Retention goes on as if it had never stood. Raises DeskRefusal."""
    with house.ledger.writing() as tx:
        act = note(tx, house, LIFTED, "hold", hold.hex, hand)
        if not holds.lift(tx, hold, act, hand.by):
            raise DeskRefusal("no-such-hold", "No such hold stands; `outbound legal-hold list` shows them.")


def _key(tx: Transaction, house: House, scope: HoldScope, what: str) -> str:
    if scope is HoldScope.PERSON:
        return house.seal.fingerprint("recipient", number_of(what))
    if scope is HoldScope.CASE:
        if not 0 < len(what) <= LONGEST_KEY or not what.isprintable() or looks_like_cpr(what):
            raise DeskRefusal("no-such-case", "Give the case's number as its system writes it.")
        return what
    return _id(tx, scope, what)


def _id(tx: Transaction, scope: HoldScope, what: str) -> str:
    try:
        found = UUID(what)
    except ValueError:
        raise DeskRefusal("no-such-id", f"Give the {scope}'s id.") from None
    if scope is HoldScope.LETTER and letter(tx, found) is None:
        raise DeskRefusal("no-such-letter", "There is no such letter.")
    return found.hex

"""Placing and lifting a legal hold: each under a name and with a why, which is sealed."""

from uuid import UUID

from outbound.delivery.house import House
from outbound.desk import LONGEST_KEY, DeskRefusal, Hand, note
from outbound.intake import looks_like_cpr
from outbound.ledger import holds
from outbound.ledger.holds import HoldScope
from outbound.ledger.keys import Transaction
from outbound.ledger.letters import letter
from outbound.person_file import number_of

PLACED, LIFTED = "hold", "hold-lifted"


def place(house: House, scope: HoldScope, what: str, hand: Hand) -> UUID:
    """Nothing of this letter, case, person (a CPR or CVR number) or mailing is deleted until the hold is lifted.

    The hold's id. Raises DeskRefusal.
    """
    with house.ledger.writing() as tx:
        key = _key(tx, house, scope, what.strip())
        act = note(tx, house, PLACED, scope, key, hand, UUID(key) if scope is HoldScope.LETTER else None)
        holds.place(tx, act, scope, key, hand.by)
    return act


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

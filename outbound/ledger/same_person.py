"""Numbers that the person register has changed, as keyed fingerprints: so that a person is found by either."""

from collections.abc import Iterable

from sqlalchemy import Connection, or_, select

from outbound import clock
from outbound.ledger import tables as t
from outbound.ledger.letters import insert_new

MOST = 20  # changes of number that are followed


def note(tx: Connection, old_key: str, new_key: str) -> None:
    """The register says that one has become the other."""
    if old_key != new_key:
        insert_new(tx, t.same_person, {"old_key": old_key, "new_key": new_key, "at": clock.now()})


def keys_of(tx: Connection, known: Iterable[str]) -> frozenset[str]:
    """These keys and all that are known to be the same person's, followed both ways."""
    found, new = frozenset[str](), frozenset(known)
    s = t.same_person.c
    for _ in range(MOST):
        if not new:
            break
        found |= new
        pairs = tx.execute(select(s.old_key, s.new_key).where(or_(s.old_key.in_(new), s.new_key.in_(new))))
        new = frozenset(key for pair in pairs for key in pair) - found
    return found

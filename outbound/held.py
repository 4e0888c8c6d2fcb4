"""What can be done with letters that are HELD, by the dispatch that may count. Writes nothing."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from outbound import standing
from outbound.desk import Verb, verbs_where
from outbound.ledger import sending
from outbound.ledger.values import Letter


def verbs_of(tx: Connection, letters: Sequence[Letter]) -> dict[UUID, tuple[Verb, ...]]:
    """The verbs that fit each of these letters now."""
    lives = sending.live_outcomes(tx, [one.id for one in letters])
    return {
        one.id: verbs_where(one.status, lives.get(one.id), ready_made=one.ready_made, seen_to=False) for one in letters
    }


def verbs_of_oldest(tx: Connection) -> dict[tuple[str, str], tuple[Verb, ...]]:
    """By reason and whom it waits for: the verbs that fit the oldest letter HELD so."""
    oldest = standing.oldest_held(tx)
    verbs = verbs_of(tx, oldest)
    return {(one.held_code or "", str(one.waits_for)): verbs[one.id] for one in oldest}

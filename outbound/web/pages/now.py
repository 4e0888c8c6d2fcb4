"""How things stand at this moment, as `/drift` and its live part show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any

from outbound import standing
from outbound.delivery import House
from outbound.desk import Verb
from outbound.held import verbs_of_oldest
from outbound.life import Status
from outbound.needs import Need, needs
from outbound.watch import Watch, watch

KEPT = 2.0  # seconds for which the live parts of several open pages share one look at the ledger
MOST_COUNTED = 10_000
"""Letters at rest counted at most: of millions it is enough to know that there are many."""


@dataclass(frozen=True, slots=True)
class Now:
    """One look at the ledger."""

    watch: Watch
    needs: tuple[Need, ...]
    states: Mapping[Status, int]
    verbs: Mapping[tuple[str, str], tuple[Verb, ...]]
    """By reason and whom it waits for: what fits the oldest letter that is HELD so."""

    def values(self) -> dict[str, Any]:
        """What the templates ask for."""
        return {
            "watch": self.watch,
            "needs": self.needs,
            "states": self.states,
            "most": MOST_COUNTED,
            "verbs": self.verbs,
        }


def look(house: House) -> Now:
    """Look now."""
    with house.ledger.reading() as tx:
        wanted = tuple(needs(tx, house))
        states = standing.states_bounded(tx, MOST_COUNTED + 1)
        return Now(watch(tx, house.settings), wanted, states, verbs_of_oldest(tx))


class Glance:
    """The last look, shared for a moment: ten open pages ask the ledger no more often than one."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._until = 0.0
        self._seen: Now | None = None

    def at(self, house: House) -> Now:
        """A look that is `KEPT` seconds old at most."""
        with self._lock:
            if self._seen is None or monotonic() >= self._until:
                self._seen = look(house)
                self._until = monotonic() + KEPT
            return self._seen

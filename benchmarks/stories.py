"""What becomes of invented letters: the moves of each, as its events tell them, and how it stands afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

CREATED, SENT, REFUSED = "created", "sent", "refused"
"""What a step's time is counted from: intake, the hand-over that counts, the refusal of the one before it."""

BY_ROUTE = "*"
"""The code of the move to ROUTED is the route's."""


@dataclass(frozen=True)
class Step:
    """A move: to where, by which code and whom, and so many seconds after what."""

    now: str
    code: str
    by: str
    after: int
    counted_from: str = CREATED


@dataclass(frozen=True)
class Story:
    """All moves, and the row of the letter at their end.

    `outcome` is that of its dispatch; empty: there is none. `due` is when it is next seen to, in seconds from now, with
    up to `spread` seconds more; None: not at all. `rests`: nothing of a person is left.
    """

    name: str
    steps: Sequence[Step]
    outcome: str = "taken"
    held_code: str | None = None
    waits_for: str | None = None
    route: str | None = None  # in place of its pattern's, where it has no channel
    due: int | None = None
    spread: int = 0
    rests: bool = False
    acknowledged: bool = False

    @property
    def status(self) -> str:
        """Where it stands."""
        return self.steps[-1].now

    @property
    def routed(self) -> bool:
        """Does it have a route, and an estimate?"""
        return any(one.now == "ROUTED" for one in self.steps)

    @property
    def moves(self) -> list[tuple[str | None, Step]]:
        """Each step with the state before it."""
        return [(None, self.steps[0]), *((was.now, step) for was, step in pairwise(self.steps))]


RECEIVED = Step("RECEIVED", "received", "system", 0)
RENDERED = Step("RENDERED", "rendered", "worker", 20)
ROUTED = Step("ROUTED", BY_ROUTE, "worker", 40)
SENDING = Step("SENDING", "closed", "worker", -1, SENT)
TAKEN = Step("SENT", "taken", "worker", 0, SENT)
IN_MAILBOX = Step("DELIVERED", "delivered", "receipt", 60, SENT)
POSTED = Step("DELIVERED", "delivered", "receipt", 7 * 3600, SENT)
BACK = Step("RETURNED", "returned", "receipt", 6 * 86_400, SENT)
WAY = (RECEIVED, RENDERED, ROUTED, SENDING, TAKEN)
REFUSED_FIRST = (
    RECEIVED,
    RENDERED,
    ROUTED,
    Step("SENDING", "closed", "worker", 59),
    Step("SENT", "taken", "worker", 60),
    Step("RENDERED", "refused-digital", "receipt", 0, REFUSED),
    Step("ROUTED", "digital-refused", "worker", 20, REFUSED),
    SENDING,
    TAKEN,
    POSTED,
)
PAST = (
    Story("digital", (*WAY, IN_MAILBOX), rests=True),
    Story("paper", (*WAY, POSTED), rests=True),
    Story("refused", REFUSED_FIRST, rests=True),
    Story("returned", (*WAY, POSTED, BACK), rests=True, acknowledged=True),
)


def _held(code: str, waits_for: str, steps: Sequence[Step], outcome: str = "", route: str | None = None) -> Story:
    last = Step("HELD", code, "worker", 65, SENT if outcome else CREATED)
    return Story(f"held-{code}", (*steps, last), outcome, held_code=code, waits_for=waits_for, route=route)


EARLY = (RECEIVED, RENDERED)
DAY = 86_400
PRESENT = (
    Story("sent", WAY, due=DAY, spread=3600),
    Story("doubt", (*WAY[:3], SENDING), "doubt"),
    Story("not-before", (RECEIVED,), "", due=5 * DAY, spread=25 * DAY),
    Story("tomorrow", EARLY, "", due=20 * 3600, spread=4 * 3600),
    Story("paused-render", (RECEIVED,), "", due=-7200, spread=3600),
    Story("paused-route", EARLY, "", due=-7200, spread=3600),
    Story("paused-send", WAY[:3], "", due=-7200, spread=3600),
    Story("unseen", (*WAY, POSTED, Step("RETURNED", "returned", "receipt", 2 * DAY, SENT))),
    _held("no-postal-address", "sender", EARLY, route="no-postal-address"),
    _held("not-in-register", "sender", EARLY, route="not-in-register"),
    _held("recipient-dead", "department", EARLY, route="recipient-dead"),
    _held("refused-letter", "sender", WAY[:4]),
    _held("kills-its-worker", "operations", (RECEIVED,)),
    _held("no-receipt", "operations", WAY, "taken"),
    _held("unknown-refusal", "operations", WAY[:4], "doubt"),
)
STORIES = (*PAST, *PRESENT)
"""Their place here is their number in the database."""

"""A letter's life: every state, every permitted move, and which dispatch may be live in which state."""

from enum import StrEnum


class Status(StrEnum):
    """Where a letter is."""

    RECEIVED = "RECEIVED"
    RENDERED = "RENDERED"
    ROUTED = "ROUTED"
    SENDING = "SENDING"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    RETURNED = "RETURNED"
    HELD = "HELD"
    CANCELLED = "CANCELLED"


class Outcome(StrEnum):
    """What became of a dispatch. `void`: certainly not taken (never begun, or the supplier took nothing)."""

    OPEN = "open"
    DOUBT = "doubt"
    TAKEN = "taken"
    REFUSED = "refused"
    VOID = "void"


LIVE = frozenset({Outcome.OPEN, Outcome.DOUBT, Outcome.TAKEN})
UNSETTLED = frozenset({Outcome.OPEN, Outcome.DOUBT})


def _to(*statuses: Status) -> frozenset[Status]:
    return frozenset(statuses)


S = Status
MOVES: dict[Status, frozenset[Status]] = {
    S.RECEIVED: _to(S.RENDERED, S.HELD, S.CANCELLED),
    S.RENDERED: _to(S.ROUTED, S.RECEIVED, S.HELD, S.CANCELLED),
    S.ROUTED: _to(S.SENDING, S.RENDERED, S.RECEIVED, S.HELD, S.CANCELLED),
    S.SENDING: _to(S.SENT, S.ROUTED, S.RENDERED, S.DELIVERED, S.RETURNED, S.HELD),
    S.SENT: _to(S.DELIVERED, S.RETURNED, S.RENDERED, S.ROUTED, S.HELD),
    S.DELIVERED: _to(S.RETURNED, S.HELD),
    S.HELD: _to(S.RECEIVED, S.RENDERED, S.ROUTED, S.SENT, S.DELIVERED, S.RETURNED, S.CANCELLED),
    S.RETURNED: _to(S.SENT, S.DELIVERED, S.HELD),  # only where it was a slip of whoever said so
    S.CANCELLED: _to(),
}

RESTING = frozenset({S.DELIVERED, S.RETURNED, S.CANCELLED})
"""Nothing more is done unless news comes."""

FREE = frozenset({S.RECEIVED, S.RENDERED, S.ROUTED, S.CANCELLED})
"""Certainly not sent: no dispatch is live here."""

LEGAL: dict[Status, frozenset[Outcome | None]] = {
    **dict.fromkeys(FREE, frozenset({None})),
    S.SENDING: frozenset({Outcome.OPEN, Outcome.DOUBT}),
    S.SENT: frozenset({Outcome.TAKEN}),
    S.DELIVERED: frozenset({Outcome.TAKEN}),
    S.RETURNED: frozenset({Outcome.TAKEN}),
    S.HELD: frozenset({None, Outcome.DOUBT, Outcome.TAKEN}),
}
"""Status to the outcomes that the letter's live dispatch may have; None = no live dispatch."""


def may_move(was: Status, now: Status) -> bool:
    """Is the step from `was` to `now` in the table?"""
    return now in MOVES[was]

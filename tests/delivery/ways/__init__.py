"""Every way that a letter can go, each told once. A way asserts its own end; `Walk` allows for one crash on it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from tests.delivery.walking import Walk
from tests.house import dispatches, submission
from tests.people import person

Way = Callable[[Walk], None]
WAYS: dict[str, Way] = {}

ENROLLED = person("well", 1)


def way(told: Way) -> Way:
    """This function is a way; its name is its sentence."""
    name = told.__name__
    assert name not in WAYS, name
    WAYS[name] = told
    return told


def notices(count: int) -> list[str]:
    """So many invented people."""
    return [person("well", number) for number in range(count)]


def dispatch_of(walk: Walk, letter: UUID) -> Any:
    """Its newest dispatch."""
    return dispatches(walk.house, letter)[-1]


def letters(walk: Walk, count: int = 1) -> list[UUID]:
    """Hand in so many meeting notices, to different people."""
    return walk.hand_in(*(submission(number) for number in notices(count)))


from tests.delivery.ways import (  # noqa: E402, F401
    addresses,
    attachments,
    containers,
    doubts,
    fall_back,
    look_ups,
    pauses,
    people,
    print_runs,
    receipts,
    sending,
    shared,
    stalled,
)

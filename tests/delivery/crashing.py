"""Where on a way a crash can come, and a house made anew for each."""

from dataclasses import replace

from tests.delivery.walking import TUESDAY, Walk
from tests.delivery.ways import Way
from tests.outside import World


def anew(walk: Walk) -> Walk:
    """The same house, empty, on the morning it began, with suppliers that know nothing."""
    walk.ledger.wipe()
    walk.ledger.fate.__init__()  # type: ignore[misc]
    walk.clock.to(TUESDAY)
    walk.rendering.deadly.clear()
    world = World()
    return Walk(replace(walk.house, outside=world.outside()), world, walk.clock, walk.rendering)


def crash_at(walk: Walk, commit: int, *, after: bool) -> None:
    """The walk's worker will die at this commit."""
    fate = walk.ledger.fate
    fate.commits, fate.die_at, fate.after = 0, commit, after


def places_on(told: Way, walk: Walk) -> list[tuple[int, bool]]:
    """Walk it in peace; every place where a crash makes a difference: (commit, after it?).

    Dying before a commit is dying after the one before it, unless somebody outside was spoken to in between.
    """
    places: list[tuple[int, bool]] = []
    heard: tuple[int, ...] = ()
    fate = walk.ledger.fate

    def note(commit: int) -> None:
        nonlocal heard
        if (now := said_outside(walk.world)) != heard:
            places.append((commit, False))
            heard = now
        places.append((commit, True))

    fate.at_each = note
    told(walk)
    fate.at_each = None
    return [(1, False), *places]


def said_outside(world: World) -> tuple[int, ...]:
    """Something that is different once a supplier was called, or confirmed to."""
    mailers, sources = (world.digital, world.paper), (world.digital_receipts, world.paper_receipts)
    heard = [number for one in mailers for number in (one.calls, len(one.takings))]
    return (*heard, *(len(one.confirmed) for one in sources))


def thinned(places: list[tuple[int, bool]], most: int) -> list[tuple[int, bool]]:
    """At most so many of them, evenly over the way."""
    step = max(len(places) / most, 1.0)
    return [places[int(number * step)] for number in range(min(len(places), most))]

"""When a letter's print run closes, and until when the letter can be cancelled."""

from datetime import datetime

from outbound import clock
from outbound.delivery.house import House
from outbound.ledger.values import Letter
from outbound.life import Status
from outbound.run_plan import next_gathering
from outbound.settings import Settings

WAITING = frozenset({Status.RECEIVED, Status.RENDERED, Status.ROUTED})
"""Where a letter that nobody holds can be cancelled."""


def next_closing(house: House, letter_type: str) -> datetime:
    """When the first print run closes that a letter of this type can come into, routed now."""
    at, settings = clock.now(), house.settings
    if settings.print_gather_seconds is not None:
        return next_gathering(at, settings.print_gather_seconds)
    return settings.print_runs.next_closing(at, _class_of(house, letter_type))


def class_closings(settings: Settings) -> dict[str, datetime]:
    """When the next run closes, by letter class for those with cut-offs of their own; '' is every other."""
    now = clock.now()
    if settings.print_gather_seconds is not None:
        return {"": next_gathering(now, settings.print_gather_seconds)}
    return {name: settings.print_runs.next_closing(now, name) for name in ("", *sorted(settings.print_runs.urgent))}


def prepared_at(house: House, letter_type: str) -> datetime | None:
    """When a letter that has missed today's last run is to be rendered and routed anew; None where it has not."""
    if house.settings.print_gather_seconds is not None:
        return None
    return house.settings.print_runs.prepared_at(clock.now(), next_closing(house, letter_type))


def cancellable_until(one: Letter) -> datetime | None:
    """Until when cancelling the letter comes in time for certain: until it is due.

    Now, where that is past: it leaves as soon as a worker comes to it. Paper that is routed is due when its run closes;
    what waits, RENDERED, for its day is due when it is routed anew, and may then go to the mailbox at once.

    None where it cannot be cancelled, and where it is HELD: it leaves only when somebody lets it.
    """
    if one.status not in WAITING:
        return None
    return max(one.due_at or clock.now(), clock.now())


def _class_of(house: House, letter_type: str) -> str:
    return house.types[letter_type].letter_class if letter_type in house.types else ""

"""What every request may reach: the house, the bell to the workers, and what this process remembers of callers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Protocol

from fastapi import Depends, Request

from outbound.delivery import House
from outbound.ledger.due import Due
from outbound.web.pages.now import Glance
from outbound.web.people import SignIns
from outbound.web.rate import Buckets

Ring = Callable[[str, int], None]
"""Ask for so many tickets on a queue; never raises, never delays."""


class Tickets(Protocol):
    """What lies in Redis, to be set beside what the ledger knows."""

    def lying(self) -> Mapping[str, int]:
        """Tickets by queue. Raises where Redis does not answer."""
        ...

    def for_letters(self, due: Iterable[Due]) -> Mapping[str, int]:
        """Letters by queue, of what the ledger says is due."""
        ...


@dataclass(frozen=True, slots=True)
class Rooms:
    """Made once per web process. Without `tickets` Redis is not asked about."""

    house: House
    ring: Ring
    singles: Buckets
    sign_ins: SignIns
    glance: Glance = field(default_factory=Glance)
    tickets: Tickets | None = None


def rooms_of(request: Request) -> Rooms:
    """The rooms of this process."""
    rooms: Rooms = request.app.state.rooms
    return rooms


Inside = Annotated[Rooms, Depends(rooms_of)]

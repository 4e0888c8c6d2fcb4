"""What every request may reach: the house, the bell to the workers, and what this process remembers of callers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from outbound.delivery import House
from outbound.web.pages.now import Glance
from outbound.web.people import SignIns
from outbound.web.rate import Buckets

Ring = Callable[[str, int], None]
"""Ask for so many tickets on a queue; never raises, never delays."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """Made once per web process."""

    house: House
    ring: Ring
    singles: Buckets
    sign_ins: SignIns
    glance: Glance = field(default_factory=Glance)


def rooms_of(request: Request) -> Rooms:
    """The rooms of this process."""
    rooms: Rooms = request.app.state.rooms
    return rooms


Inside = Annotated[Rooms, Depends(rooms_of)]

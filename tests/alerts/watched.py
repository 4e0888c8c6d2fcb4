"""A house that is watched: everything that should live has just said so, and `/metrics` is asked over real HTTP."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from redis import Redis

from outbound.delivery import House
from outbound.ledger import signs
from tests.alerts.promql import Scrape, scrape
from tests.house import MovingClock, open_house
from tests.outside import World
from tests.serving import serve
from workers.queues import QUEUES
from workers.tickets import TicketsInRedis

AWAY = "redis://127.0.0.1:9/0"
ALL = ("timer", "pools", "fetches")


@dataclass
class Watched:
    """The house, what stands around it, and whether anybody answers."""

    url: str
    folder: Path
    redis_url: str
    moving_clock: MovingClock
    world: World = field(default_factory=World)
    up: bool = True

    def __post_init__(self) -> None:
        self.house: House = open_house(self.url, self.folder, self.world)

    def say_they_live(self, *who: str) -> None:
        """What the processes do in every round."""
        with self.house.ledger.writing() as tx:
            if "timer" in who:
                signs.give(tx, signs.Kind.TIMER, "timer")
            for pool in ("render", "network") if "pools" in who else ():
                signs.give(tx, signs.Kind.POOL, pool)
            for source in self.house.outside.sources if "fetches" in who else ():
                signs.give(tx, signs.Kind.FETCH, source.provider)

    def with_settings(self, **changes: Any) -> None:
        """The same house under other settings."""
        self.house.ledger.close()
        self.house = open_house(self.url, self.folder, self.world, **changes)

    def asked(self) -> tuple[str, Scrape]:
        """`/metrics` as Prometheus sees it: the text, and the samples with `up`."""
        settings = self.house.settings.model_copy(update={"redis_url": self.redis_url})
        with serve(self.house, tickets=TicketsInRedis(settings)) as served:
            url = served.url
            text = httpx.get(f"{url}/metrics").raise_for_status().text if self.up else ""
        if not self.up:
            with contextlib.suppress(httpx.ConnectError):
                httpx.get(f"{url}/metrics")
                raise AssertionError("somebody answers still")
        text += f'up{{job="outbound"}} {int(self.up)}\n'
        return text, scrape(text)

    def forget_tickets(self) -> None:
        if self.redis_url != AWAY:
            with Redis.from_url(self.redis_url) as client:
                client.delete(*(f"dramatiq:{queue}" for queue in QUEUES))


Cause = Callable[[Watched], None]

"""The broker: real Redis, tickets without content, no retries of dramatiq's own (what is due stands in the ledger)."""

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import ShutdownNotifications

from outbound.settings import Settings
from workers.queues import QUEUES_NETWORK, QUEUES_RENDER

__all__ = ["QUEUES_NETWORK", "QUEUES_RENDER", "connect_broker"]

REDIS_SECONDS = 5


def connect_broker(settings: Settings) -> RedisBroker:
    """The broker of this process, made dramatiq's global one.

    Heartbeat 15 s and maintenance at every command: with dramatiq's defaults a killed worker's messages come back
    after 20 minutes on an idle system (measured), with these after 10-15 s.
    """
    broker = RedisBroker(
        url=settings.redis_url,
        middleware=[ShutdownNotifications(notify_shutdown=False)],
        heartbeat_timeout=15_000,
        maintenance_chance=1_000_000,
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
    )
    dramatiq.set_broker(broker)
    return broker

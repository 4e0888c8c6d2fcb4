"""Ringing for work: never raises, never delays whoever rings. A ticket lost costs seconds: the timer tops up."""

import logging
import threading
from collections.abc import Iterable
from queue import SimpleQueue
from time import monotonic

from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker
from redis import Redis

from outbound.ledger.due import Due
from outbound.ledger.values import Step
from outbound.settings import Settings
from workers.queues import QUEUES, queue_name

log = logging.getLogger(__name__)

MOST_WAITING = 1_000
ASK_SECONDS = 2


class Bell:
    """Sends tickets from a thread of its own."""

    def __init__(self, broker: RedisBroker) -> None:
        self._broker = broker
        self._rung: SimpleQueue[str | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._send_all, name="bell", daemon=True)
        self._thread.start()

    def ring(self, queue: str, tickets: int = 1) -> None:
        """Ask for work on a queue. Returns at once; where too many wait already, the timer will do."""
        if self._rung.qsize() < MOST_WAITING:
            for _ in range(min(tickets, MOST_WAITING)):
                self._rung.put(queue)

    def close(self) -> None:
        """Send what was rung and stop."""
        self._rung.put(None)
        self._thread.join(timeout=10)

    def _send_all(self) -> None:
        while (queue := self._rung.get()) is not None:
            send_ticket(self._broker, queue)


class Seldom:
    """Says yes at most once in so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._last = seconds, float("-inf")
        self._lock = threading.Lock()

    def now(self) -> bool:
        """Is it time again?"""
        with self._lock:
            at = monotonic()
            if at - self._last < self._seconds:
                return False
            self._last = at
            return True


def send_ticket(broker: RedisBroker, queue: str) -> bool:
    """One ticket, now. False where Redis did not take it."""
    try:
        broker.enqueue(ticket(queue))
    except Exception as fault:  # whatever Redis has: a ticket is never worth a letter
        log.warning("A ticket for %s was not sent (%s); the timer sends another.", queue, type(fault).__name__)
        return False
    return True


class TicketsInRedis:
    """What lies in Redis (outbound.web.rooms.Tickets). Its own client gives up sooner than whoever asks."""

    def __init__(self, settings: Settings) -> None:
        self._redis = Redis.from_url(
            settings.redis_url, socket_timeout=ASK_SECONDS, socket_connect_timeout=ASK_SECONDS, retry=None
        )

    def lying(self) -> dict[str, int]:
        """Tickets by queue. Raises redis.RedisError where Redis does not answer."""
        asked = self._redis.pipeline(transaction=False)
        for queue in QUEUES:
            asked.llen(f"dramatiq:{queue}")
        return dict(zip(QUEUES, asked.execute(), strict=True))

    def for_letters(self, due: Iterable[Due]) -> dict[str, int]:
        """Letters by queue, of what the ledger says is due; queues of something else are left out."""
        counted = {name: 0 for name in QUEUES if name.startswith(tuple(Step))}
        for one in due:
            counted[queue_name(one.step, one.lane, one.channel)] += one.letters
        return counted


def ticket(queue: str) -> Message[None]:
    """The message: its queue says everything."""
    return Message(queue_name=queue, actor_name=queue, args=(), kwargs={}, options={})

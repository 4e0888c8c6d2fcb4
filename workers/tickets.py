"""Ringing for work: never raises, never delays whoever rings. A ticket lost costs seconds: the timer tops up."""

import logging
import threading
from queue import SimpleQueue
from time import monotonic

from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker

log = logging.getLogger(__name__)

MOST_WAITING = 1_000


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


def ticket(queue: str) -> Message[None]:
    """The message: its queue says everything."""
    return Message(queue_name=queue, actor_name=queue, args=(), kwargs={}, options={})

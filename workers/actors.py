"""The actors: one per queue. Each claims a handful from the ledger, works it and rings for what comes next.

Run by `dramatiq workers.actors`. They never raise out and have no retries: what is to be tried again is a due time.
"""

import gc
import logging
import sys

import dramatiq

from outbound import logs
from outbound.ledger import signs
from outbound.settings import load
from workers.broker import connect_broker
from workers.guard import Guard
from workers.opening import begin_logs, open_house
from workers.queues import QUEUES, RECEIPTS, WEBHOOKS, Queue
from workers.tickets import Bell, Seldom
from workers.watchdog import Watchdog

log = logging.getLogger(__name__)

gc.set_threshold(50_000, 20, 50)  # a letter makes many short-lived objects: 10-20 % of the time (measured)
sys.setswitchinterval(0.0005)  # who holds the turn to write must not wait 5 ms for the interpreter at each statement
begin_logs("worker")
SETTINGS = load()
logs.set_up("worker", SETTINGS.log_format)
BROKER = connect_broker(SETTINGS)
HOUSE = open_house(SETTINGS)
BELL = Bell(BROKER)
GUARD = Guard(HOUSE, BROKER.client)
WATCHDOG = Watchdog()
SIGN_EVERY = SETTINGS.timer_seconds / 2
SIGNS = {pool: Seldom(SIGN_EVERY) for pool in signs.POOLS}
AT_MOST = Seldom(1.0)  # what moved is told within a second or so; the timer sees to the rest


def work(queue: Queue) -> None:
    """One ticket: a handful, at most; then a ticket for the rest and for the next step."""
    lease = SETTINGS.send_lease if queue.sending else SETTINGS.render_lease
    with WATCHDOG.watching(lease * SETTINGS.hard_end):
        done = _done(queue)
    _give_sign(queue)
    if done:
        for name in (queue.name, *queue.then):
            BELL.ring(name)
        if HOUSE.outside.hooks and AT_MOST.now():
            BELL.ring(WEBHOOKS)


def _give_sign(queue: Queue) -> None:
    """This pool works tickets, and what it counted is written; both are for whoever watches, and may fail."""
    try:
        if SIGNS[queue.pool].now():
            with HOUSE.ledger.writing() as tx:
                signs.give(tx, signs.Kind.POOL, queue.pool, SIGN_EVERY)
        HOUSE.tallies.flush(HOUSE.ledger)
    except Exception as fault:
        log.warning("No sign of life could be given (%s).", type(fault).__name__)


def _done(queue: Queue) -> int:
    try:
        if not queue.sending:
            return queue.work(HOUSE)
        if not GUARD.lets_send() and queue.name != RECEIPTS:
            return 0
        done = queue.work(HOUSE)
        if done:
            GUARD.note()
        return done
    except Exception as fault:  # the claim runs out and is recovered; the text may carry what it must not
        log.error("Work on %s failed with %s.", queue.name, logs.place_of(fault))
        return 0


def _declare(queue: Queue) -> None:
    dramatiq.actor(actor_name=queue.name, queue_name=queue.name, broker=BROKER)(lambda: work(queue))


for one in QUEUES.values():
    _declare(one)

"""The timer: recovers, holds what is overdue, tops tickets up from the ledger's counts. Firing twice is harmless."""

import logging
import signal
import threading
from time import monotonic

from outbound import facts, logs, webhooks
from outbound.delivery import House, forget_look_ups, hold_overdue, recover, repeats, tidy_reminders
from outbound.ledger import batches, signs
from outbound.ledger.due import doubts_due, letters_due
from outbound.ledger.reminders import due as reminders_due
from outbound.ledger.tallies import count_moves
from outbound.retention import Night
from outbound.settings import load
from workers.beside import month_end, people
from workers.broker import connect_broker
from workers.guard import Guard
from workers.opening import begin_logs, open_house
from workers.queues import ASKED_FOR_A_SIGN, BATCHES, REMINDERS, WEBHOOKS, doubt_queue, queue_name
from workers.tickets import send_ticket

log = logging.getLogger(__name__)

FOLDING_SECONDS = 2.0  # a round, while there is a backlog: a ledger that was there before the facts, or a large mailing
MOST_TICKETS = 32  # in one queue: more would only wait there
_night = Night()
_beside = (month_end(), people())


def main() -> None:
    """Run until told to stop."""
    begin_logs("timer")
    settings = load()
    logs.set_up("timer", settings.log_format)
    house, broker, stop = open_house(settings), connect_broker(settings), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    guard = Guard(house, broker.client, keeper=True)
    while True:
        _round(house, broker, guard)
        if stop.wait(settings.timer_seconds):
            return


def _round(house: House, broker: object, guard: Guard) -> None:
    try:
        guard.look()
        recover(house)
        hold_overdue(house)
        forget_look_ups(house)
        tidy_reminders(house)
        webhooks.enrol(house)
        wanted = tickets_wanted(house)
    except Exception as fault:  # the database may be away; the next round tries again
        log.error("The timer's round failed with %s.", type(fault).__name__)
        return
    for queue, tickets in wanted.items():
        _top_up(broker, queue, tickets)
    _give_sign(house)
    _fold(house)
    _forget(house)
    for work in _beside:
        work.look(house)


def _forget(house: House) -> None:
    """A bite of what retention has to do today."""
    try:
        _night.bite(house)
    except Exception as fault:
        log.error("Retention stopped with %s; it begins again with the next round.", type(fault).__name__)


def _give_sign(house: House) -> None:
    """The round came to its end; what has moved is counted."""
    try:
        with house.ledger.writing() as tx:
            signs.give(tx, signs.Kind.TIMER, signs.TIMER)
        count_moves(house.ledger)
    except Exception as fault:
        log.error("The round's end could not be noted (%s).", type(fault).__name__)


def _fold(house: House) -> None:
    """Keep the figures' folds short behind the entries; without them they are right and only slower."""
    try:
        until = monotonic() + FOLDING_SECONDS
        while facts.fold_days(house.ledger) and monotonic() < until:
            pass
        facts.fold(house.ledger)
    except Exception as fault:
        log.error("Folding failed with %s.", type(fault).__name__)


def tickets_wanted(house: House) -> dict[str, int]:
    """How many tickets each queue should have now, by what is due."""
    with house.ledger.reading() as tx:
        due, doubts, reminders = letters_due(tx), doubts_due(tx), reminders_due(tx, repeats(house))
        many = batches.count_due(tx)
    wanted = {
        queue_name(one.step, one.lane, one.channel): min(-(-one.letters // house.settings.handful), MOST_TICKETS)
        for one in due
    }
    wanted |= {doubt_queue(channel): 1 for channel in doubts}
    if reminders:
        wanted[REMINDERS] = min(-(-reminders // house.settings.handful), MOST_TICKETS)
    if many:
        wanted[BATCHES] = 1
    if webhooks.due(house):
        wanted[WEBHOOKS] = 1
    return {**dict.fromkeys(ASKED_FOR_A_SIGN, 1), **wanted}


def _top_up(broker: object, queue: str, tickets: int) -> None:
    try:
        waiting = broker.client.llen(f"{broker.namespace}:{queue}")  # type: ignore[attr-defined]
    except Exception:
        waiting = 0
    for _ in range(max(0, tickets - waiting)):
        if not send_ticket(broker, queue):  # type: ignore[arg-type]
            return


if __name__ == "__main__":
    main()

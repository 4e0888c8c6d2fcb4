"""The queues: one per step, lane and sending channel. A ticket is a message in one of them and carries nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from outbound import delivery, many
from outbound.delivery import House
from outbound.ledger.values import Step
from outbound.letter import Channel, Lane
from workers.webhooks import tell_systems

Work = Callable[[House], int]


@dataclass(frozen=True, slots=True)
class Queue:
    """What a ticket of this queue does, how long its claim lasts and whom to ring when something was done."""

    name: str
    work: Work
    sending: bool
    then: tuple[str, ...] = ()

    @property
    def pool(self) -> str:
        """Whose worker works it."""
        return "render" if self.name in QUEUES_RENDER else "network"


def queue_name(step: Step, lane: Lane, channel: Channel | None = None) -> str:
    """The queue of a step."""
    return "-".join(str(part) for part in (step, channel, lane) if part)


def doubt_queue(channel: Channel) -> str:
    """The queue of a channel's doubts."""
    return f"doubt-{channel}"


RECEIPTS = "receipts"
REMINDERS = "reminders"
BATCHES = "batches"
WEBHOOKS = "webhooks"
CHANNELS = (Channel.DIGITAL, Channel.PRINT)


def _render(lane: Lane) -> Queue:
    route = queue_name(Step.ROUTE, lane)
    return Queue(queue_name(Step.RENDER, lane), lambda h: delivery.render_handful(h, lane), False, (route,))


def _route(lane: Lane) -> Queue:
    # Paper waits for its run, which the timer calls; only the mailbox is rung at once.
    then = (queue_name(Step.SEND, lane, Channel.DIGITAL), queue_name(Step.RENDER, lane))
    return Queue(queue_name(Step.ROUTE, lane), lambda h: delivery.route_handful(h, lane), False, then)


def _send(channel: Channel, lane: Lane) -> Queue:
    name = queue_name(Step.SEND, lane, channel)
    return Queue(name, lambda h: delivery.send_handful(h, channel, lane), True)


def _doubts(channel: Channel) -> Queue:
    return Queue(doubt_queue(channel), lambda h: delivery.mind_doubts(h, channel), True)


def _receipts(house: House) -> int:
    """One thread of a process at a time: a second would fetch the same receipts and work the same rows."""
    if not _AT_RECEIPTS.acquire(blocking=False):
        return 0
    try:
        return delivery.give_orders(house) + delivery.fetch(house) + delivery.settle(house)
    finally:
        _AT_RECEIPTS.release()


def _batches(house: House) -> int:
    """One thread of a process at a time: a second would work the same letters, and be refused each."""
    if not _AT_BATCHES.acquire(blocking=False):
        return 0
    try:
        return many.work(house)
    finally:
        _AT_BATCHES.release()


_AT_RECEIPTS = Lock()
_AT_BATCHES = Lock()


QUEUES = {
    queue.name: queue
    for queue in (
        *(_render(lane) for lane in Lane),
        *(_route(lane) for lane in Lane),
        *(_send(channel, lane) for channel in CHANNELS for lane in Lane),
        *(_doubts(channel) for channel in CHANNELS),
        Queue(RECEIPTS, _receipts, True),
        Queue(REMINDERS, delivery.send_reminders, True),
        Queue(
            BATCHES,
            _batches,
            False,
            tuple(queue_name(step, lane) for lane in Lane for step in (Step.RENDER, Step.ROUTE)),
        ),
        Queue(WEBHOOKS, tell_systems, True),
    )
}

QUEUES_RENDER = [name for name in QUEUES if name.startswith("render-")]
"""Served by as many processes as there are cores, one thread each."""

QUEUES_NETWORK = [name for name in QUEUES if name not in QUEUES_RENDER]
"""Served by threads that wait for others."""

ASKED_FOR_A_SIGN = (queue_name(Step.RENDER, Lane.SINGLE), RECEIPTS)
"""A queue of each pool: a ticket comes in every round of the timer, so that a pool without work shows that it lives."""

"""Every ticket that can be sent has a queue, and every queue is served by one pool."""

from itertools import product

from outbound.ledger.values import Step
from outbound.letter import Lane
from workers.queues import (
    BATCHES,
    CHANNELS,
    QUEUES,
    QUEUES_NETWORK,
    QUEUES_RENDER,
    RECEIPTS,
    REMINDERS,
    WEBHOOKS,
    doubt_queue,
    queue_name,
)


def test_every_step_of_every_lane_and_channel_has_its_queue() -> None:
    plain = {queue_name(step, lane) for step, lane in product((Step.RENDER, Step.ROUTE), Lane)}
    sending = {queue_name(Step.SEND, lane, channel) for lane, channel in product(Lane, CHANNELS)}
    doubts = {doubt_queue(channel) for channel in CHANNELS}
    assert set(QUEUES) == plain | sending | doubts | {RECEIPTS, REMINDERS, BATCHES, WEBHOOKS}


def test_every_queue_is_served_by_one_pool() -> None:
    assert sorted([*QUEUES_RENDER, *QUEUES_NETWORK]) == sorted(QUEUES)


def test_a_queue_rings_only_for_queues_that_are_there() -> None:
    assert {name for queue in QUEUES.values() for name in queue.then} <= QUEUES.keys()


def test_what_speaks_to_others_has_the_long_lease() -> None:
    others = (RECEIPTS, REMINDERS, WEBHOOKS)
    spoken = {name for name in QUEUES if name.startswith(("send-", "doubt-")) or name in others}
    assert {name for name, queue in QUEUES.items() if queue.sending} == spoken

"""What a killed worker had in hand: operations see it until it is recovered."""

from datetime import timedelta
from uuid import UUID

from outbound import clock, delivery, standing
from outbound.letter import Channel, Consignment, Lane
from outbound.life import Outcome, Status
from outbound.standing import QueueStanding, Stage
from tests.delivery.walking import PAST_THE_LEASE, Walk
from tests.house import Killed, submission
from tests.people import person


def killed_while_sending(walk: Walk) -> list[UUID]:
    """Two letters, closed together; their worker is killed while it hands over the first that it begins."""

    def die(place: str, consignment: Consignment) -> None:
        raise Killed

    letters = walk.hand_in(*(submission(person("well", number)) for number in range(2)))
    for letter in letters:
        walk.run_until_sending(letter)
    walk.world.digital.hook = die
    try:
        delivery.send_handful(walk.house, Channel.DIGITAL, Lane.SINGLE)
    except Killed:
        walk.world.digital.hook = None
    assert [walk.see(letter).status for letter in letters] == [Status.SENDING] * 2
    return letters


def queues(walk: Walk) -> list[QueueStanding]:
    with walk.ledger.reading() as tx:
        return standing.queues(tx)


def test_letters_of_a_killed_worker_are_seen_with_their_age(walk: Walk) -> None:
    killed_while_sending(walk)
    walk.pass_(seconds=40)
    (one,) = queues(walk)
    assert (one.step, one.lane, one.channel) == (Stage.HAND_OVER, Lane.SINGLE, Channel.DIGITAL)
    assert (one.due, one.later, one.in_hand) == (0, 0, 2)
    assert one.oldest is not None
    assert timedelta(seconds=40) <= clock.now() - one.oldest < timedelta(seconds=60)


def test_what_is_recovered_in_doubt_is_still_seen_and_what_goes_back_is_in_its_queue(walk: Walk) -> None:
    letters = killed_while_sending(walk)
    walk.pass_(seconds=PAST_THE_LEASE)
    delivery.recover(walk.house)
    sent, handed_over = queues(walk)
    assert (sent.step, sent.due) == (Stage.SEND, 1)
    assert (handed_over.step, handed_over.later, handed_over.in_hand) == (Stage.HAND_OVER, 1, 0)
    assert sorted(walk.outcomes(letter)[0] for letter in letters) == [Outcome.DOUBT, Outcome.VOID]
    walk.pass_(seconds=61)
    assert [(one.step, one.due, one.later) for one in queues(walk)][1:] == [(Stage.HAND_OVER, 1, 0)]

"""What a killed worker had in hand: operations see it until it is recovered."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import update

from outbound import clock, delivery, standing
from outbound.delivery.doubts import quiet_until
from outbound.ledger import letters as ledger_letters
from outbound.ledger import sending
from outbound.ledger import tables as t
from outbound.ledger.values import Step
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


def end_claims(walk: Walk) -> tuple[int, int]:
    """As the stack does where none of the ledger's workers live; how many letters and consignments that was."""
    with walk.ledger.writing() as tx:
        return ledger_letters.end_claims(tx), sending.end_claims(tx)


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


def test_claims_that_are_ended_are_recovered_at_once_by_the_ordinary_rules(walk: Walk) -> None:
    """Begun is in doubt, also when asked about at once; unbegun goes back and is sent once."""
    letters = killed_while_sending(walk)
    assert delivery.recover(walk.house) == 0
    assert end_claims(walk) == (0, 2)
    assert delivery.recover(walk.house) == 2
    begun, unbegun = sorted(letters, key=walk.outcomes)
    assert (walk.see(begun).status, walk.outcomes(begun)) == (Status.SENDING, [Outcome.DOUBT])
    assert (walk.see(unbegun).status, walk.outcomes(unbegun)) == (Status.ROUTED, [Outcome.VOID])
    walk.run()
    walk.ends(unbegun, Status.SENT)
    walk.holds()


def test_a_doubt_of_an_ended_claim_keeps_its_quiet_period(walk: Walk) -> None:
    """Its request may still be on its way: the supplier's no counts only from then on."""
    walk.outside(can_ask=True)
    letters = killed_while_sending(walk)
    end_claims(walk)
    delivery.recover(walk.house)
    begun = next(one for one in letters if walk.outcomes(one) == [Outcome.DOUBT])
    quiet = quiet_until(walk.house.settings)
    walk.setting(doubt_ask_seconds=1.0)
    with walk.ledger.writing() as tx:
        tx.execute(update(t.consignment).where(t.consignment.c.due_at.is_not(None)).values(due_at=clock.now()))
    delivery.mind_doubts(walk.house, Channel.DIGITAL)
    assert walk.outcomes(begun) == [Outcome.DOUBT]
    walk.pass_(seconds=quiet.total_seconds() + 1)
    delivery.mind_doubts(walk.house, Channel.DIGITAL)
    assert walk.outcomes(begun) == [Outcome.VOID]
    assert walk.see(begun).status is Status.ROUTED


def test_claims_on_letters_that_are_not_yet_sent_end_too(walk: Walk) -> None:
    (letter,) = walk.hand_in(submission(person()))
    with walk.ledger.writing() as tx:
        claimed = ledger_letters.claim(tx, Step.RENDER, Lane.SINGLE, 5, 600)
    assert claimed is not None
    assert end_claims(walk) == (1, 0)
    assert end_claims(walk) == (0, 0)
    assert delivery.recover(walk.house) == 1
    assert (walk.see(letter).status, walk.see(letter).claim_token) == (Status.RECEIVED, None)

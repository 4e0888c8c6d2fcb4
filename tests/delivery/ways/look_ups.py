"""Answers of the enrolment register that are remembered: fresh, older after a failed look-up, withdrawn."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from outbound import clock, delivery, desk
from outbound.letter import Blame, Mailbox, News, Wish
from outbound.life import Status
from tests.delivery.walking import HAND, Walk
from tests.delivery.ways import ENROLLED, way
from tests.delivery.ways.addresses import AT_HOME, NUMBER_OF_TODAY, RENUMBERED
from tests.house import submission


def a_letter(walk: Walk, wish: Wish = Wish.ANY) -> UUID:
    """One more letter to the same person."""
    reason = "Hun har bedt om papir" if wish is Wish.PAPER else ""
    (letter,) = walk.hand_in(submission(ENROLLED, wish=wish, wish_reason=reason))
    return letter


def first_and_then_silence(walk: Walk, mailbox: Mailbox, **later: float) -> UUID:
    """A letter by this answer; some time after it the register gives none any more."""
    walk.world.enrolment.default = mailbox
    first = a_letter(walk)
    walk.run()
    walk.world.enrolment.default = Mailbox.UNKNOWN
    walk.pass_(**later)
    return first


def waits(walk: Walk, letter: UUID) -> None:
    """It waits for a look-up, nowhere handed over, and goes on paper once the register says exempt."""
    walk.run()
    assert (walk.see(letter).status, walk.see(letter).route) == (Status.RENDERED, "look-up-unknown")
    assert not walk.world.ever_taken(letter)
    walk.world.enrolment.default = Mailbox.EXEMPT
    walk.pass_(minutes=2)
    walk.run()
    walk.ends(letter, Status.SENT)
    assert walk.crashed or walk.world.paper.counted(letter) == 1


@way
def an_answer_is_used_again_while_it_is_fresh(walk: Walk) -> None:
    first = a_letter(walk)
    walk.run()
    asked = walk.world.enrolment.asked
    walk.pass_(minutes=9)
    second = a_letter(walk)
    walk.run()
    walk.ends(second, Status.SENT, code="enrolled")
    if not walk.crashed:
        assert walk.world.enrolment.asked == asked
        assert walk.see(second).looked_up_at == walk.see(first).looked_up_at
    walk.pass_(minutes=2)
    third = a_letter(walk)
    walk.run()
    walk.ends(third, Status.SENT, code="enrolled")
    if not walk.crashed:
        assert walk.world.enrolment.asked == asked + 1
        assert (walk.see(third).looked_up_at or clock.now()) > (walk.see(first).looked_up_at or clock.now())


@way
def an_older_answer_lets_a_letter_into_the_mailbox_when_the_look_up_fails(walk: Walk) -> None:
    first = first_and_then_silence(walk, Mailbox.ENROLLED, hours=5)
    second = a_letter(walk)
    walk.run()
    walk.ends(second, Status.SENT, code="enrolled")
    seen = walk.see(second).looked_up_at
    assert seen is not None
    assert walk.crashed or seen == walk.see(first).looked_up_at
    assert walk.crashed or clock.now() - seen > timedelta(hours=4)


@way
def an_older_answer_is_of_no_use_after_its_time(walk: Walk) -> None:
    first_and_then_silence(walk, Mailbox.ENROLLED, hours=25)
    waits(walk, a_letter(walk))


@way
def an_older_answer_that_somebody_is_exempt_prints_nothing(walk: Walk) -> None:
    first_and_then_silence(walk, Mailbox.EXEMPT, minutes=11)
    waits(walk, a_letter(walk))


@way
def an_older_answer_that_a_mailbox_is_closed_holds_nothing(walk: Walk) -> None:
    first_and_then_silence(walk, Mailbox.CLOSED, minutes=11)
    waits(walk, a_letter(walk))


@way
def an_older_answer_that_somebody_is_enrolled_prints_nothing_that_is_wanted_on_paper(walk: Walk) -> None:
    first_and_then_silence(walk, Mailbox.ENROLLED, minutes=11)
    waits(walk, a_letter(walk, Wish.PAPER))


@way
def a_refusal_by_receipt_withdraws_the_answer_that_was_kept(walk: Walk) -> None:
    first = first_and_then_silence(walk, Mailbox.ENROLLED, minutes=1)
    walk.world.report(News.REFUSED, "recipient.is.closed", Blame.RECIPIENT)
    walk.step(delivery.fetch)
    walk.step(delivery.settle)
    second = a_letter(walk)
    if not walk.crashed:
        waits(walk, second)
        walk.ends(first, Status.SENT, code="digital-refused")


@way
def a_refusal_withdraws_the_answer_of_the_number_that_it_went_under(walk: Walk) -> None:
    """Handed in under a number that was changed since, looked up and sent under the number of today."""
    walk.world.enrolment.answers |= {RENUMBERED: Mailbox.NOT_ENROLLED, NUMBER_OF_TODAY: Mailbox.ENROLLED}
    walk.world.persons.answers[RENUMBERED] = replace(AT_HOME, current_cpr=NUMBER_OF_TODAY)
    (first,) = walk.hand_in(submission(RENUMBERED))
    walk.run()
    walk.ends(first, Status.SENT, code="enrolled")
    walk.world.enrolment.answers[NUMBER_OF_TODAY] = Mailbox.EXEMPT
    walk.pass_(minutes=1)
    walk.world.report(News.REFUSED, "recipient.is.closed", Blame.RECIPIENT)
    walk.run()
    asked = walk.world.enrolment.asked
    (second,) = walk.hand_in(submission(NUMBER_OF_TODAY))
    walk.run()
    if not walk.crashed:
        walk.ends(second, Status.SENT, code="exempt")
        assert walk.world.digital.counted(second) == 0
        assert walk.world.enrolment.asked == asked  # what was said since stands, for as long as any answer


@way
def a_letter_that_a_person_releases_is_looked_up_anew(walk: Walk) -> None:
    walk.world.enrolment.default = Mailbox.CLOSED
    letter = a_letter(walk)
    walk.run()
    assert walk.see(letter).held_code == "mailbox-closed"
    walk.world.enrolment.default = Mailbox.ENROLLED
    walk.act(lambda house: desk.release(house, letter, HAND))
    walk.run()
    walk.ends(letter, Status.SENT, code="enrolled")


@way
def a_look_up_that_tells_nothing_is_not_kept(walk: Walk) -> None:
    walk.world.enrolment.default = Mailbox.UNKNOWN
    first = a_letter(walk)
    walk.run()
    walk.world.enrolment.default = Mailbox.ENROLLED
    second = a_letter(walk)
    walk.run()
    walk.ends(second, Status.SENT, code="enrolled")
    walk.pass_(minutes=2)
    walk.run()
    walk.ends(first, Status.SENT, code="enrolled")


@way
def answers_are_forgotten_when_they_are_of_no_more_use(walk: Walk) -> None:
    first_and_then_silence(walk, Mailbox.ENROLLED, hours=23)
    assert walk.step(delivery.forget_look_ups) == 0
    walk.pass_(hours=2)
    assert walk.step(delivery.forget_look_ups) in ((0, 1) if walk.crashed else (1,))
    assert walk.step(delivery.forget_look_ups) == 0

"""From the mailbox to paper: after a definite no, by a new dispatch, with the reason; and never otherwise."""

from outbound import desk
from outbound.letter import Blame, Channel, Life, Mailbox, News, Person, WaitsFor
from outbound.life import Status
from tests.delivery.walking import HAND, Walk
from tests.delivery.ways import letters, way
from tests.delivery.ways.doubts import plans
from tests.house import dispatches, events


@way
def a_letter_refused_days_after_its_look_up_is_printed_and_says_why(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run()
    walk.pass_(days=6)
    walk.run()
    assert walk.crashed or walk.see(letter).held_code == "no-receipt"
    walk.world.report(News.REFUSED, "recipient.is.closed", Blame.RECIPIENT)
    walk.run()
    walk.ends(letter, Status.SENT, code="digital-refused")
    if not walk.crashed:
        first, second = dispatches(walk.house, letter)
        assert (first.channel, first.outcome, first.code) == ("digital", "refused", "recipient.is.closed")
        assert (second.channel, second.outcome) == ("print", "taken")
        assert first.id != second.id
        assert "refused-digital" in events(walk.house, letter)
        assert walk.see(letter).dated == second.created_at.date()


@way
def a_letter_in_the_mailbox_is_not_printed_when_its_recipient_becomes_exempt(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run()
    walk.world.report()
    walk.run()
    walk.world.enrolment.default = Mailbox.EXEMPT
    for _ in range(8):
        walk.pass_(days=25)
        walk.run()
    walk.ends(letter, Status.DELIVERED, code="enrolled")
    assert walk.world.paper.calls == 0


@way
def a_letter_in_the_mailbox_that_is_refused_afterwards_waits_for_a_person(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run()
    walk.world.report()
    walk.run()
    for one in walk.world.digital.takings:
        walk.world.digital_receipts.send(one.dispatch, News.REFUSED, "recipient.is.closed", Blame.RECIPIENT)
    walk.pass_(days=3)
    walk.run()
    walk.ends(letter, Status.HELD, code="refused-after-delivery")
    assert walk.world.paper.calls == 0


@way
def a_letter_to_a_closed_mailbox_waits_for_its_department_whatever_the_channel(walk: Walk) -> None:
    walk.world.enrolment.default = Mailbox.CLOSED
    (letter,) = letters(walk)
    walk.run()
    walk.ends(letter, Status.HELD, taken=0, code="mailbox-closed")
    assert walk.see(letter).waits_for is WaitsFor.DEPARTMENT
    walk.act(lambda house: desk.reroute(house, letter, Channel.PRINT, HAND))
    walk.run()
    walk.ends(letter, Status.HELD, taken=0, code="mailbox-closed")
    walk.act(lambda house: desk.cancel(house, letter, HAND))
    walk.ends(letter, Status.CANCELLED, taken=0)


@way
def a_letter_refused_late_to_somebody_who_has_died_waits_for_its_department(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run()
    walk.world.persons.default = Person(Life.DEAD)
    walk.pass_(hours=20)
    walk.world.report(News.REFUSED, "recipient.is.closed", Blame.RECIPIENT)
    walk.run()
    walk.ends(letter, Status.HELD, taken=0, code="recipient-dead")
    assert walk.world.paper.calls == 0


@way
def a_letter_refused_late_is_not_printed_before_the_register_is_asked_again(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run()
    walk.world.enrolment.default = Mailbox.UNKNOWN
    walk.pass_(minutes=1)
    walk.world.report(News.REFUSED, "recipient.is.closed", Blame.RECIPIENT)
    walk.run()
    if not walk.crashed:
        assert (walk.see(letter).status, walk.world.paper.calls) == (Status.RENDERED, 0)
    walk.world.enrolment.default = Mailbox.EXEMPT
    walk.pass_(minutes=2)
    walk.run()
    walk.ends(letter, Status.SENT, code="digital-refused")


@way
def a_receipt_that_comes_just_before_the_deadline_of_a_doubt_ends_it(walk: Walk) -> None:
    plans(walk, "drop")
    (letter,) = letters(walk)
    walk.run()
    for _ in range(2):
        walk.pass_(hours=18)
        walk.run()
    assert walk.crashed or walk.outcomes(letter) == ["doubt"]
    walk.world.report()
    walk.run()
    walk.ends(letter, Status.DELIVERED)
    assert walk.world.paper.calls == 0

"""A letter's way, walk by walk, on the real ledger, with suppliers that do as they are told."""

from outbound.delivery import House
from outbound.letter import Life, Mailbox, News, Person
from outbound.life import Outcome, Status
from tests.delivery.walking import one_round, run_to_rest
from tests.house import MovingClock, dispatches, hand_in, look, submission
from tests.outside import World
from tests.people import person

ENROLLED = person("well", 1)


def test_an_enrolled_recipient_gets_the_letter_in_the_mailbox(house: House, world: World) -> None:
    (letter,) = hand_in(house, submission(ENROLLED))
    run_to_rest(house)
    assert look(house, letter).status is Status.SENT
    assert look(house, letter).route == "enrolled"
    (only,) = dispatches(house, letter)
    assert only.outcome == Outcome.TAKEN

    world.digital_receipts.send(only.id, News.DELIVERED)
    run_to_rest(house)
    assert look(house, letter).status is Status.DELIVERED
    assert world.counted(letter) == 1
    assert not world.digital_receipts.lying


def test_an_exempt_recipient_gets_the_letter_on_paper_at_the_registers_address(house: House, world: World) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    (letter,) = hand_in(house, submission(ENROLLED))
    run_to_rest(house)
    assert look(house, letter).status is Status.SENT
    assert look(house, letter).route == "exempt"
    assert world.paper.counted(letter) == 1


def test_a_dead_recipient_is_held(house: House, world: World) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    world.persons.default = Person(Life.DEAD)
    (letter,) = hand_in(house, submission(ENROLLED))
    run_to_rest(house)
    assert look(house, letter).status is Status.HELD
    assert not world.counted(letter)


def test_a_failed_look_up_never_becomes_paper(house: House, world: World, moving_clock: MovingClock) -> None:
    world.enrolment.default = Mailbox.UNKNOWN
    (letter,) = hand_in(house, submission(ENROLLED))
    run_to_rest(house)
    assert look(house, letter).status is Status.RENDERED
    moving_clock.pass_(minutes=10)
    world.enrolment.default = Mailbox.ENROLLED
    one_round(house)
    run_to_rest(house)
    assert world.digital.counted(letter) == 1

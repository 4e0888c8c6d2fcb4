"""Between the choice of the route and the closing of the run: moved, protected, died, renumbered, or no answer."""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from outbound import delivery
from outbound.letter import Address, Channel, Lane, Life, Mailbox, Person, Recipient, Role
from outbound.life import Status
from tests.delivery.walking import Walk
from tests.delivery.ways import ENROLLED, letters, way
from tests.house import events, submission
from tests.outside import HOME_ADDRESS
from tests.people import person, successor_of

NEW_HOME = Address(HOME_ADDRESS.name, ("Nyvej 1",), "8210", "Aarhus V")
AT_HOME = Person(Life.ALIVE, HOME_ADDRESS.name, HOME_ADDRESS)
RENUMBERED = person("changed_number")
NUMBER_OF_TODAY = successor_of(RENUMBERED)
STALE = 3700  # seconds: longer than address_fresh_seconds


def handed_over(walk: Walk, channel: Channel) -> list[Recipient]:
    """Whom the supplier is handed letters for, from now on."""
    seen: list[Recipient] = []
    mailer = walk.world.paper if channel is Channel.PRINT else walk.world.digital
    mailer.hook = lambda place, run: seen.extend(one.recipient for one in run.dispatches if place == "calling")
    return seen


def dies_unseen(walk: Walk, letter: UUID, seen: list[Recipient]) -> bool:
    """The worker died between beginning and calling: nobody was handed anything, and the letter is HELD in doubt."""
    return walk.crashed and not seen and walk.see(letter).held_code == "doubt" and not walk.world.counted(letter)


def routed_to_paper(walk: Walk) -> UUID:
    """A letter that waits for its run, with an address that is too old to print on."""
    walk.world.enrolment.default = Mailbox.EXEMPT
    (letter,) = letters(walk)
    return waiting_for_its_run(walk, letter)


def waiting_for_its_run(walk: Walk, letter: UUID) -> UUID:
    for step in (delivery.render_handful, delivery.route_handful) * 3:  # one round more than it needs, for a crash
        if walk.see(letter).status is not Status.ROUTED:
            walk.step(partial(step, lane=Lane.SINGLE))
    assert walk.see(letter).status is Status.ROUTED
    walk.pass_(seconds=STALE)
    return letter


@way
def whoever_moved_before_the_run_closes_gets_the_letter_at_the_new_address(walk: Walk) -> None:
    letter, seen = routed_to_paper(walk), handed_over(walk, Channel.PRINT)
    walk.rendering.frames.clear()
    walk.world.persons.default = replace(AT_HOME, address=NEW_HOME)
    walk.run()
    walk.ends(letter, Status.SENT, code="exempt")
    assert {one.address for one in seen} == {NEW_HOME} or dies_unseen(walk, letter, seen)
    assert [frame.address for frame in walk.rendering.frames][-1] == NEW_HOME
    assert "address-changed" in events(walk.house, letter)


@way
def whoever_became_protected_before_the_run_closes_gets_a_cover(walk: Walk) -> None:
    letter = routed_to_paper(walk)
    walk.rendering.frames.clear()
    walk.world.persons.default = replace(AT_HOME, protected=True)
    walk.run()
    walk.ends(letter, Status.SENT)
    assert [frame.cover for frame in walk.rendering.frames][-1]


@way
def whoever_died_before_the_run_closes_gets_no_letter(walk: Walk) -> None:
    letter = routed_to_paper(walk)
    walk.world.persons.default = Person(Life.DEAD)
    walk.run()
    walk.ends(letter, Status.HELD, taken=0, code="recipient-dead")


@way
def whoever_went_into_hiding_before_the_run_closes_gets_no_letter_at_the_old_address(walk: Walk) -> None:
    letter = routed_to_paper(walk)
    walk.world.persons.default = replace(AT_HOME, address=None, protected=True)
    walk.run()
    walk.ends(letter, Status.HELD, taken=0, code="no-postal-address")


@way
def a_letter_waits_while_the_register_is_away_at_closing_and_leaves_when_it_is_back(walk: Walk) -> None:
    letter = routed_to_paper(walk)
    walk.world.persons.default = Person(Life.UNKNOWN)
    walk.run()
    assert walk.see(letter).route == "register-unknown"
    assert walk.world.counted(letter) == 0
    walk.world.persons.default = AT_HOME
    walk.pass_(seconds=61)
    walk.run()
    walk.ends(letter, Status.SENT, code="exempt")


@way
def a_register_that_stays_away_at_closing_holds_the_letter_in_the_end(walk: Walk) -> None:
    letter = routed_to_paper(walk)
    walk.world.persons.default = Person(Life.UNKNOWN)
    for _ in range(7):
        walk.run()
        walk.pass_(days=1)
    walk.run()
    walk.ends(letter, Status.HELD, taken=0, code="register-unknown")


@way
def a_senders_own_address_stays_when_the_register_knows_another(walk: Walk) -> None:
    walk.world.enrolment.default = Mailbox.EXEMPT
    whom = Recipient(Role.PARTY, HOME_ADDRESS.name, cpr=ENROLLED, address=HOME_ADDRESS)
    (letter,) = walk.hand_in(submission(recipients=(whom,)))
    waiting_for_its_run(walk, letter)
    seen = handed_over(walk, Channel.PRINT)
    walk.world.persons.default = replace(AT_HOME, address=NEW_HOME)
    walk.run()
    walk.ends(letter, Status.SENT)
    assert {one.address for one in seen} == {HOME_ADDRESS} or dies_unseen(walk, letter, seen)
    assert "address-changed" not in events(walk.house, letter)


@way
def a_fresh_answer_is_not_asked_for_again(walk: Walk) -> None:
    walk.world.enrolment.default = Mailbox.EXEMPT
    asked = count_questions(walk)
    (letter,) = letters(walk)
    walk.run()
    walk.ends(letter, Status.SENT)
    assert walk.crashed or len(asked) == 2  # for the route, and for the route with the address on the letter


@way
def one_who_moved_holds_up_nobody_else_in_the_run(walk: Walk) -> None:
    walk.world.enrolment.default = Mailbox.EXEMPT
    moved, stayed = letters(walk, 2)
    waiting_for_its_run(walk, moved)
    walk.world.persons.answers[person("well", 0)] = replace(AT_HOME, address=NEW_HOME)
    asked = count_questions(walk)
    walk.step(lambda house: delivery.send_handful(house, Channel.PRINT, Lane.SINGLE))
    if not walk.crashed:
        assert asked == [2]
        assert (walk.see(moved).status, walk.see(stayed).status) == (Status.RENDERED, Status.SENT)
    walk.run()
    walk.ends(moved, Status.SENT)
    walk.ends(stayed, Status.SENT)


def count_questions(walk: Walk) -> list[int]:
    """How many people each question of the register is about, from now on."""
    asked: list[int] = []
    look_up = type(walk.world.persons).look_up

    def counting(ids: Any) -> Any:
        asked.append(len(ids))
        return look_up(walk.world.persons, ids)

    walk.world.persons.look_up = counting  # type: ignore[method-assign]
    return asked


@way
def a_changed_number_leads_to_the_mailbox_of_today(walk: Walk) -> None:
    walk.world.enrolment.answers |= {RENUMBERED: Mailbox.NOT_ENROLLED, NUMBER_OF_TODAY: Mailbox.ENROLLED}
    walk.world.persons.answers[RENUMBERED] = replace(AT_HOME, current_cpr=NUMBER_OF_TODAY)
    seen = handed_over(walk, Channel.DIGITAL)
    (letter,) = walk.hand_in(submission(RENUMBERED))
    walk.run()
    walk.ends(letter, Status.SENT, code="enrolled")
    assert {one.cpr for one in seen} == {NUMBER_OF_TODAY} or dies_unseen(walk, letter, seen)


@way
def a_mailbox_closed_under_the_old_number_leads_to_the_mailbox_of_today(walk: Walk) -> None:
    walk.world.enrolment.answers |= {RENUMBERED: Mailbox.CLOSED, NUMBER_OF_TODAY: Mailbox.ENROLLED}
    walk.world.persons.answers[RENUMBERED] = replace(AT_HOME, current_cpr=NUMBER_OF_TODAY)
    (letter,) = walk.hand_in(submission(RENUMBERED))
    walk.run()
    walk.ends(letter, Status.SENT, code="enrolled")


@way
def a_mailbox_closed_under_a_number_that_holds_is_for_a_person(walk: Walk) -> None:
    walk.world.enrolment.default = Mailbox.CLOSED
    (letter,) = letters(walk)
    walk.run()
    walk.ends(letter, Status.HELD, taken=0, code="mailbox-closed")


@way
def a_changed_number_without_a_mailbox_leads_to_paper(walk: Walk) -> None:
    walk.world.enrolment.answers |= {RENUMBERED: Mailbox.NOT_ENROLLED, NUMBER_OF_TODAY: Mailbox.EXEMPT}
    walk.world.persons.answers[RENUMBERED] = replace(AT_HOME, current_cpr=NUMBER_OF_TODAY)
    (letter,) = walk.hand_in(submission(RENUMBERED))
    walk.run()
    walk.ends(letter, Status.SENT, code="exempt")
    assert walk.world.digital.counted(letter) == 0


@way
def a_changed_number_whose_mailbox_is_unknown_waits(walk: Walk) -> None:
    walk.world.enrolment.answers |= {RENUMBERED: Mailbox.NOT_ENROLLED, NUMBER_OF_TODAY: Mailbox.UNKNOWN}
    walk.world.persons.answers[RENUMBERED] = replace(AT_HOME, current_cpr=NUMBER_OF_TODAY)
    (letter,) = walk.hand_in(submission(RENUMBERED))
    walk.run()
    assert walk.see(letter).status is Status.RENDERED
    assert walk.see(letter).route == "look-up-unknown"
    walk.world.enrolment.answers[NUMBER_OF_TODAY] = Mailbox.ENROLLED
    walk.pass_(seconds=61)
    walk.run()
    walk.ends(letter, Status.SENT, code="enrolled")


@way
def a_number_changed_before_the_run_closes_leads_to_the_mailbox_of_today(walk: Walk) -> None:
    walk.world.enrolment.answers |= {RENUMBERED: Mailbox.NOT_ENROLLED, NUMBER_OF_TODAY: Mailbox.ENROLLED}
    walk.world.enrolment.default = Mailbox.EXEMPT
    (letter,) = walk.hand_in(submission(RENUMBERED))
    waiting_for_its_run(walk, letter)
    seen = handed_over(walk, Channel.DIGITAL)
    walk.world.persons.answers[RENUMBERED] = replace(AT_HOME, current_cpr=NUMBER_OF_TODAY)
    walk.run()
    walk.ends(letter, Status.SENT, code="enrolled")
    assert {one.cpr for one in seen} == {NUMBER_OF_TODAY} or dies_unseen(walk, letter, seen)
    assert walk.world.paper.counted(letter) == 0


def typed(walk: Walk, mailbox: Mailbox, **odd: Any) -> UUID:
    """A letter whose sender wrote the address, not quite as it is."""
    walk.world.enrolment.default = mailbox
    whom = Recipient(Role.PARTY, HOME_ADDRESS.name, cpr=ENROLLED, address=replace(HOME_ADDRESS, **odd))
    (letter,) = walk.hand_in(submission(recipients=(whom,)))
    walk.run()
    return letter


@way
def a_postcode_that_nobody_knows_holds_paper_for_its_sender(walk: Walk) -> None:
    walk.ends(typed(walk, Mailbox.EXEMPT, postcode="9991"), Status.HELD, taken=0, code="postcode-unknown")


@way
def a_town_of_another_postcode_holds_paper_for_its_sender(walk: Walk) -> None:
    walk.ends(typed(walk, Mailbox.EXEMPT, postcode="4300"), Status.HELD, taken=0, code="town-not-of-postcode")


@way
def a_town_of_another_postcode_keeps_nobody_from_the_mailbox(walk: Walk) -> None:
    walk.ends(typed(walk, Mailbox.ENROLLED, postcode="4300"), Status.SENT, code="enrolled")


@way
def a_postcode_of_the_register_is_not_held_against_our_older_table(walk: Walk) -> None:
    walk.world.enrolment.default = Mailbox.EXEMPT
    walk.world.persons.default = replace(AT_HOME, address=replace(HOME_ADDRESS, postcode="9991"))
    (letter,) = letters(walk)
    walk.run()
    walk.ends(letter, Status.SENT, code="exempt")

"""What people do: cancel in a race, mend, replace, re-route, release, say what happened, send again."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from itertools import count
from uuid import UUID

from outbound import clock, delivery, desk
from outbound.delivery import House
from outbound.desk import DeskRefusal
from outbound.letter import Address, Channel, Lane, Life, Mailbox, News, Person, ReadyMade, Recipient, Role
from outbound.life import Status
from outbound.ports import PersonId
from tests.delivery.walking import HAND, Walk
from tests.delivery.ways import ENROLLED, letters, way
from tests.delivery.ways.doubts import TO_THE_DEADLINE
from tests.house import submission
from tests.outside import HOME_ADDRESS
from tests.rendering.pdfs import pdf

ELSEWHERE = Address("Solvej Prøvesen", ("Nyvej 1",), "8210", "Aarhus V")
FIRST_PDF, SECOND_PDF = pdf(contents=b"0 0 m"), pdf(contents=b"1 1 m")


@way
def a_cancellation_races_the_hand_over(walk: Walk) -> None:
    """At each transaction of the sending worker once: either it is cancelled and never taken, or too late."""
    for moment in range(1, 7):
        (letter,) = walk.hand_in(submission(ENROLLED))
        walk.step(lambda house: delivery.render_handful(house, Lane.SINGLE))
        walk.step(lambda house: delivery.route_handful(house, Lane.SINGLE))
        walk.ledger.fate.before_each = _cancel_at(walk, letter, moment)
        walk.step(lambda house: delivery.send_handful(house, Channel.DIGITAL, Lane.SINGLE))
        walk.ledger.fate.before_each = None
        walk.run()
        cancelled = walk.see(letter).status is Status.CANCELLED
        assert walk.crashed or cancelled == (moment <= 3)
        walk.ends(letter, Status.CANCELLED if cancelled else Status.SENT, taken=0 if cancelled else 1)


def _cancel_at(walk: Walk, letter: UUID, moment: int) -> Callable[[], None]:
    """Cancels it just before the worker's transaction of that number, if it is not too late then."""
    moments = count(1)

    def cancel() -> None:
        if next(moments) == moment:
            walk.ledger.fate.before_each = None
            with suppress(DeskRefusal):
                desk.cancel(walk.house, letter, HAND)

    return cancel


@way
def a_letter_without_an_address_is_mended(walk: Walk) -> None:
    walk.world.enrolment.default = Mailbox.EXEMPT
    walk.world.persons.default = Person(Life.ALIVE, "Solvej Prøvesen", None)
    (letter,) = letters(walk)
    walk.run()
    assert walk.see(letter).held_code == "no-postal-address"
    walk.act(lambda house: desk.mend_address(house, letter, HOME_ADDRESS, HAND))
    walk.run()
    walk.ends(letter, Status.SENT)


@way
def an_address_mended_while_the_register_is_asked_stays_mended(walk: Walk) -> None:
    walk.world.enrolment.default = Mailbox.EXEMPT
    recipient = Recipient(Role.PARTY, "Solvej Prøvesen", cpr=ENROLLED, address=HOME_ADDRESS)
    (letter,) = walk.hand_in(submission(recipients=(recipient,)))
    walk.step(lambda house: delivery.render_handful(house, Lane.SINGLE))
    asked = walk.world.persons.look_up

    def meanwhile(ids: Sequence[PersonId]) -> Mapping[PersonId, Person]:
        walk.world.persons.look_up = asked  # type: ignore[method-assign]
        walk.act(lambda house: desk.mend_address(house, letter, ELSEWHERE, HAND))
        return asked(ids)

    walk.world.persons.look_up = meanwhile  # type: ignore[method-assign]
    walk.step(lambda house: delivery.route_handful(house, Lane.SINGLE))
    seen = see_addresses(walk)
    walk.run()
    assert walk.crashed or seen == [ELSEWHERE]
    walk.ends(letter, Status.SENT)


def see_addresses(walk: Walk) -> list[Address | None]:
    """The addresses of what the printer is handed from now on."""
    seen: list[Address | None] = []
    walk.world.paper.hook = lambda place, run: seen.extend(
        one.recipient.address for one in run.dispatches if place == "calling"
    )
    return seen


def ready_made(walk: Walk, dated: date) -> UUID:
    """A finished PDF, handed in."""
    one = ReadyMade(FIRST_PDF, "Brev om prøven", dated)
    (letter,) = walk.hand_in(submission(ENROLLED, letter_type="faerdigt-brev", fields=None, ready_made=one))
    return letter


def see_pdfs(walk: Walk) -> list[bytes]:
    """The PDFs that the mailbox is handed from now on."""
    seen: list[bytes] = []
    walk.world.digital.hook = lambda place, one: seen.extend(
        each.document.pdf for each in one.dispatches if place == "calling"
    )
    return seen


@way
def a_replaced_pdf_is_never_overtaken_by_the_old_one(walk: Walk) -> None:
    letter, seen = ready_made(walk, clock.today()), see_pdfs(walk)
    walk.step(lambda house: delivery.render_handful(house, Lane.SINGLE))
    again = ReadyMade(SECOND_PDF, "Brev om prøven", clock.today())
    walk.act(lambda house: desk.replace_pdf(house, letter, again, HAND))
    walk.act(lambda house: desk.reroute(house, letter, Channel.DIGITAL, HAND))
    walk.run()
    walk.ends(letter, Status.SENT)
    assert set(seen) <= {SECOND_PDF}


@way
def a_replaced_pdf_leaves_no_earlier_than_it_is_dated(walk: Walk) -> None:
    letter = ready_made(walk, clock.today())
    again = ReadyMade(SECOND_PDF, "Brev om prøven", clock.today() + timedelta(days=9))
    walk.act(lambda house: desk.replace_pdf(house, letter, again, HAND))
    walk.run()
    assert walk.see(letter).status is Status.RECEIVED
    walk.pass_(days=9)
    walk.run()
    walk.ends(letter, Status.SENT)


@way
def a_person_sends_a_letter_the_other_way(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.step(lambda house: delivery.render_handful(house, Lane.SINGLE))
    walk.act(lambda house: desk.reroute(house, letter, Channel.PRINT, HAND))
    walk.run()
    walk.ends(letter, Status.SENT, code="chosen-paper")
    assert walk.world.digital.counted(letter) == 0


@way
def a_letter_held_for_the_dead_is_released_when_that_was_wrong(walk: Walk) -> None:
    walk.world.enrolment.default = Mailbox.EXEMPT
    walk.world.persons.default = Person(Life.DEAD)
    (letter,) = letters(walk)
    walk.run()
    assert walk.see(letter).held_code == "recipient-dead"
    walk.world.persons.default = Person(Life.ALIVE, HOME_ADDRESS.name, HOME_ADDRESS)
    walk.act(lambda house: desk.release(house, letter, HAND))
    walk.run()
    walk.ends(letter, Status.SENT)


@way
def a_person_says_that_it_came_back(walk: Walk) -> None:
    held_without_receipt(walk, lambda house, letter: desk.came_back(house, letter, HAND), Status.RETURNED)


@way
def a_person_says_that_it_arrived(walk: Walk) -> None:
    held_without_receipt(walk, lambda house, letter: desk.arrived(house, letter, HAND), Status.DELIVERED)


def held_without_receipt(walk: Walk, say: Callable[[House, UUID], None], ends: Status) -> UUID:
    """A letter of which no receipt came, and what a person then says of it."""
    (letter,) = letters(walk)
    walk.run()
    walk.pass_(days=TO_THE_DEADLINE)
    walk.run()
    if walk.see(letter).held_code != "no-receipt":
        assert walk.crashed
        return letter
    walk.act(lambda house: say(house, letter))
    walk.run()
    walk.ends(letter, ends)
    return letter


@way
def a_person_says_that_it_was_refused_and_it_is_printed(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run()
    walk.pass_(days=TO_THE_DEADLINE)
    walk.run()
    if walk.see(letter).held_code != "no-receipt":
        assert walk.crashed
        return
    for one in walk.world.digital.takings:
        one.refused = True
    walk.act(lambda house: desk.was_refused(house, letter, HAND))
    walk.run()
    walk.ends(letter, Status.SENT, code="digital-refused")


@way
def a_letter_sent_again_follows_the_first_and_says_so(walk: Walk) -> None:
    (first,) = letters(walk)
    walk.run()
    walk.world.report(News.RETURNED)
    walk.run()
    if walk.see(first).status is not Status.RETURNED:
        assert walk.crashed
        return
    walk.rendering.rendered.clear()
    second = walk.act(lambda house: desk.resend(house, first, HAND))
    walk.run()
    assert walk.see(second).follows == first
    assert set(walk.rendering.rendered) == {"Genudsendt"}
    walk.ends(first, Status.RETURNED)
    walk.ends(second, Status.SENT)

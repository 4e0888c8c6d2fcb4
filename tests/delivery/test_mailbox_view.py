"""What the mailbox is told beside a letter, all the way from what was handed in, from letter types and departments."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from outbound import clock, desk
from outbound.letter import Contact, InMailbox, Mailbox, Subject
from outbound.rendering import LetterTypes
from tests.delivery.walking import HAND, Walk
from tests.delivery.ways import ENROLLED
from tests.house import NOTICE, submission

HOUSING = Subject("32.06.04", "Prøveudgave", "Prøveemne")


@pytest.fixture
def told(walk: Walk) -> list[InMailbox]:
    """What the suppliers were told of each letter, in the order of the hand-overs."""
    found: list[InMailbox] = []

    def note(place: str, consignment: object) -> None:
        if place == "calling":
            found.extend(one.in_mailbox for one in consignment.dispatches)  # type: ignore[attr-defined]

    walk.world.digital.hook = walk.world.paper.hook = note
    return found


def of_type(walk: Walk, **changes: object) -> None:
    """The meeting notice as another policy would have it."""
    types = dict(walk.house.types.items())
    types[NOTICE] = replace(types[NOTICE], **changes)  # type: ignore[arg-type]
    walk.house = replace(walk.house, types=LetterTypes(types))


def one(walk: Walk, **changes: object) -> UUID:
    (letter,) = walk.hand_in(submission(ENROLLED, **changes))
    walk.run()
    return letter


def test_it_is_what_the_letter_type_and_the_department_say(walk: Walk, told: list[InMailbox]) -> None:
    of_type(walk, label="Møde", notification="Du er inviteret.", reply=True, kle=HOUSING)
    point = str(uuid4())
    organisation = walk.house.organisation
    rows = [replace(row, contact_point=point) for row in organisation.departments]
    walk.house = replace(walk.house, organisation=replace(organisation, departments=tuple(rows)))
    letter = walk.see(one(walk))
    row = organisation.department(letter.department, clock.today())
    (said,) = told
    contact = Contact(row.name, row.mail, row.phone, point)
    assert said == InMailbox("Møde", "Du er inviteret.", True, contact, HOUSING, None)


@pytest.mark.parametrize(
    ("address", "mail"), [("svar@proeve.example", "svar@proeve.example"), ("https://svar.example/", None)]
)
def test_answers_go_to_the_letter_types_own_mail(
    walk: Walk, told: list[InMailbox], address: str, mail: str | None
) -> None:
    of_type(walk, reply_address=address)
    letter = walk.see(one(walk))
    usual = walk.house.organisation.department(letter.department, clock.today()).mail
    (said,) = told
    assert said.contact is not None
    assert said.contact.mail == (mail or usual)


def test_a_letter_says_what_it_answers_also_when_it_is_sent_again(walk: Walk, told: list[InMailbox]) -> None:
    earlier = uuid4()
    letter = one(walk, answers=earlier)
    walk.act(lambda house: desk.resend(house, letter, HAND))
    walk.run()
    assert [said.answers for said in told] == [earlier, earlier]


def test_it_is_the_same_at_a_repeat(walk: Walk, told: list[InMailbox]) -> None:
    walk.outside(repeat_is_safe=True)
    left = ["drop"]
    walk.world.digital.plan = lambda _: left.pop() if left else "take"
    one(walk, answers=uuid4())
    walk.pass_(seconds=61)
    walk.run()
    first, second = told
    assert first == second
    assert walk.world.enrolment.default is Mailbox.ENROLLED

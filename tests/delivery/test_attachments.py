"""What the suppliers are handed of a letter with attachments, and that it is the same however often it is made."""

from dataclasses import replace
from io import BytesIO
from uuid import UUID

import pytest
from pypdf import PdfReader

from outbound import clock, delivery, desk
from outbound.contents import attachment_parts
from outbound.delivery import House
from outbound.intake import take_in
from outbound.ledger import tables as t
from outbound.letter import Channel, Dispatch, Document, Lane, Life, Mailbox, Person, ReadyMade
from outbound.life import Status
from outbound.rendering import LetterTypes
from outbound.rendering.inserts import InsertRule
from tests.delivery.walking import HAND, Walk
from tests.delivery.ways import ENROLLED
from tests.delivery.ways.attachments import BESIDE
from tests.house import submission
from tests.outside import HOME_ADDRESS
from tests.rendering.made import letter as ready_made_pdf
from tests.rendering.made import pages, text


@pytest.fixture
def handed(walk: Walk) -> list[Dispatch]:
    """Every dispatch that a supplier was called with."""
    found: list[Dispatch] = []

    def note(place: str, consignment: object) -> None:
        if place == "calling":
            found.extend(consignment.dispatches)  # type: ignore[attr-defined]

    walk.world.digital.hook = walk.world.paper.hook = note
    return found


def one(walk: Walk, **changes: object) -> UUID:
    (letter,) = walk.hand_in(submission(ENROLLED, **{"attachments": BESIDE, **changes}))
    return letter


def files(document: Document) -> list[tuple[str, int, bytes]]:
    return [(each.title, each.pages, each.pdf) for each in document.attachments]


def test_the_mailbox_is_handed_the_letter_and_each_file(walk: Walk, handed: list[Dispatch]) -> None:
    letter = one(walk)
    walk.run()
    (dispatch,) = handed
    assert files(dispatch.document) == [(a.title, n, a.pdf) for a, n in zip(BESIDE, (1, 2), strict=True)]
    assert len(PdfReader(BytesIO(dispatch.document.pdf)).pages) == 2  # the list of them has reached its second page
    now = walk.see(letter)
    assert (now.attachments, now.pages, now.sheets) == (2, 6, 3)
    assert now.bytes == len(dispatch.document.pdf) + sum(len(each.pdf) for each in BESIDE)


def test_the_printer_is_handed_one_file(walk: Walk, handed: list[Dispatch]) -> None:
    walk.world.enrolment.default = Mailbox.EXEMPT
    letter = one(walk)
    walk.run()
    (dispatch,) = handed
    assert len(PdfReader(BytesIO(dispatch.document.pdf)).pages) == dispatch.document.pages == 6
    assert files(dispatch.document) == [(BESIDE[0].title, 1, b""), (BESIDE[1].title, 2, b"")]
    assert walk.see(letter).bytes == len(dispatch.document.pdf)


def test_a_ready_made_letter_takes_its_attachments_along(walk: Walk, handed: list[Dispatch]) -> None:
    walk.world.enrolment.default = Mailbox.EXEMPT
    made = ReadyMade(ready_made_pdf(), "Svar", clock.today())
    one(walk, letter_type="faerdigt-brev", department="borgerservice", fields=None, ready_made=made)
    walk.run()
    (dispatch,) = handed
    assert dispatch.document.pages == 8  # cover and its back, the letter and its empty back, then as above


def test_a_letter_that_fell_back_to_paper_carries_its_attachments(walk: Walk, handed: list[Dispatch]) -> None:
    walk.world.digital.plan = lambda consignment: "refuse"
    one(walk)
    walk.run()
    digital, paper = handed
    assert (len(digital.document.attachments[0].pdf) > 0, paper.document.attachments[0].pdf) == (True, b"")
    assert len(PdfReader(BytesIO(paper.document.pdf)).pages) == 6


def test_a_letter_sent_again_carries_its_attachments(walk: Walk, handed: list[Dispatch]) -> None:
    letter = one(walk)
    walk.run()
    desk.resend(walk.house, letter, HAND)
    walk.run()
    first, again = handed
    assert files(first.document) == files(again.document)


def test_a_resend_without_a_file_under_the_seal_is_refused(walk: Walk) -> None:
    letter = one(walk)
    walk.run()
    lose(walk.house, letter)
    with pytest.raises(desk.DeskRefusal) as refusal:
        desk.resend(walk.house, letter, HAND)
    assert refusal.value.code == "content-missing"


@pytest.mark.parametrize("when", ["before it is rendered", "before it is sent"])
def test_a_lost_file_holds_the_letter(walk: Walk, when: str) -> None:
    letter = one(walk)
    if when == "before it is sent":
        walk.run_until_sending(letter)
    lose(walk.house, letter)
    walk.run()
    assert (walk.see(letter).status, walk.see(letter).held_code) == (Status.HELD, "content-missing")


def lose(house: House, letter: UUID) -> None:
    with house.ledger.writing() as tx:
        tx.execute(t.sealed.delete().where(t.sealed.c.owner == letter, t.sealed.c.part == attachment_parts(2)[-1]))


def test_an_attachment_with_the_protected_address_holds_the_letter(walk: Walk) -> None:
    walk.world.enrolment.default = Mailbox.EXEMPT
    walk.world.persons.default = Person(Life.ALIVE, HOME_ADDRESS.name, HOME_ADDRESS, protected=True)
    telling = pages([text(30, 120, HOME_ADDRESS.lines[0])])
    letter = one(walk, attachments=(BESIDE[0], type(BESIDE[0])(telling, "Andet")))
    walk.run()
    assert walk.see(letter).held_code == "protected-address-in-text"


def test_the_same_reference_with_another_attachment_is_other_content(walk: Walk) -> None:
    first = submission(ENROLLED, attachments=BESIDE)
    with walk.house.ledger.writing() as tx:
        assert take_in(tx, walk.house, first).new
    for others in ((), BESIDE[::-1], (BESIDE[0], type(BESIDE[0])(BESIDE[0].pdf, BESIDE[1].title))):
        with walk.house.ledger.writing() as tx:
            again = take_in(tx, walk.house, submission(ENROLLED, reference=first.reference, attachments=others))
        assert again.differs == ("attachments",)
    with walk.house.ledger.writing() as tx:
        again = take_in(tx, walk.house, submission(ENROLLED, reference=first.reference, attachments=BESIDE))
    assert (again.new, again.differs) == (False, ())


def test_paper_is_made_twice_and_not_more(walk: Walk) -> None:
    """First as for the mailbox, then with address and attachments in one file."""
    walk.world.enrolment.default = Mailbox.EXEMPT
    letter = one(walk)
    for _ in range(2):
        walk.step(lambda house: delivery.render_handful(house, Lane.SINGLE))
        walk.step(lambda house: delivery.route_handful(house, Lane.SINGLE))
    now = walk.see(letter)
    assert (now.status, now.channel) == (Status.ROUTED, Channel.PRINT)


def test_what_the_printer_adds_goes_by_the_letter_s_type_and_day(walk: Walk, handed: list[Dispatch]) -> None:
    walk.world.enrolment.default = Mailbox.EXEMPT
    rule = InsertRule.model_validate({"code": "KLAGE-1", "from": clock.today()})
    types = {name: replace(kind, inserts=(rule,)) for name, kind in walk.house.types.items()}
    walk.house = replace(walk.house, types=LetterTypes(types))
    one(walk, attachments=())
    walk.run()
    assert [dispatch.document.inserts for dispatch in handed] == [("KLAGE-1",)]

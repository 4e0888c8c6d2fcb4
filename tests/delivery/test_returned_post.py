"""Post that comes back: every letter on paper has a code of its own, and is known again by it."""

from dataclasses import replace
from uuid import UUID

import pytest

from outbound import clock, desk, post_room
from outbound.ledger import returned
from outbound.letter import Channel, Consignment, Mailbox, News, ReadyMade, Recipient, ReturnReason, Role
from outbound.life import Outcome, Status
from outbound.return_code import is_code
from outbound.standing import count_loose_receipts
from tests.delivery.walking import HAND, Walk
from tests.delivery.ways import ENROLLED
from tests.house import dispatches, events, submission
from tests.outside import HOME_ADDRESS
from tests.people import person
from tests.rendering.made import letter as finished_pdf


@pytest.fixture
def handed(walk: Walk) -> dict[UUID, str]:
    """The return code that each letter was handed over with, by channel's mailer."""
    found: dict[UUID, str] = {}

    def note(place: str, consignment: Consignment) -> None:
        if place == "calling":
            found.update({one.letter: one.return_code for one in consignment.dispatches})

    walk.world.digital.hook = walk.world.paper.hook = note
    return found


def on_paper(walk: Walk, count: int = 1) -> list[UUID]:
    walk.world.enrolment.default = Mailbox.EXEMPT
    letters = walk.hand_in(*(submission(person("well", number)) for number in range(count)))
    walk.run()
    return letters


def code_of(walk: Walk, letter: UUID) -> str:
    code = walk.see(letter).return_code
    assert code is not None
    return code


def came_back(walk: Walk, letter: UUID, reason: str = "moved") -> None:
    walk.world.paper_receipts.send_by_code(code_of(walk, letter), reason)
    walk.run()


def test_every_letter_on_paper_has_a_code_of_its_own(walk: Walk, handed: dict[UUID, str]) -> None:
    first, second = on_paper(walk, 2)
    codes = [code_of(walk, one) for one in (first, second)]
    assert all(map(is_code, codes))
    assert len({*codes}) == 2
    assert [handed[first], handed[second]] == codes


def test_a_letter_in_the_mailbox_is_handed_over_without_one(walk: Walk, handed: dict[UUID, str]) -> None:
    whom = Recipient(Role.PARTY, HOME_ADDRESS.name, cpr=ENROLLED, address=HOME_ADDRESS)
    bare, addressed = walk.hand_in(submission(person("well", 2)), submission(recipients=(whom,)))
    walk.run()
    assert handed == {bare: "", addressed: ""}
    assert walk.see(addressed).return_code  # it was made with an address, before anybody knew where it goes


def test_a_finished_pdf_leaves_for_the_mailbox_as_it_came_and_on_paper_with_its_code(
    walk: Walk, handed: dict[UUID, str]
) -> None:
    lines = (HOME_ADDRESS.name, *HOME_ADDRESS.lines, "8000 Aarhus C")
    pdf = finished_pdf(lines=lines)

    def hand_in(cpr: str) -> UUID:
        whom = Recipient(Role.PARTY, HOME_ADDRESS.name, cpr=cpr, address=HOME_ADDRESS)
        ready = ReadyMade(pdf, "Et brev", clock.today())
        one = submission(letter_type="faerdigt-brev", recipients=(whom,), fields=None, ready_made=ready)
        (letter,) = walk.hand_in(one)
        walk.run()
        return letter

    digital = hand_in(person("well", 1))
    walk.world.enrolment.default = Mailbox.EXEMPT
    paper = hand_in(person("well", 2))
    assert (handed[digital], walk.see(digital).return_code) == ("", None)
    assert handed[paper] == code_of(walk, paper)
    assert walk.see(digital).bytes == len(pdf)
    assert (walk.see(paper).bytes or 0) > len(pdf)


def test_the_code_stays_when_the_letter_is_made_again_and_is_another_when_it_is_sent_again(walk: Walk) -> None:
    walk.world.paper.plan = lambda _: "unavailable"
    (letter,) = on_paper(walk)
    before = code_of(walk, letter)
    walk.pass_(days=1)  # dated anew
    walk.world.paper.plan = None
    walk.run()
    assert code_of(walk, letter) == before
    again = walk.act(lambda house: desk.resend(house, letter, HAND))
    walk.run()
    assert isinstance(again, UUID)
    assert code_of(walk, again) != before


def test_a_letter_keeps_its_code_also_where_it_goes_to_the_mailbox_after_all(walk: Walk) -> None:
    whom = Recipient(Role.PARTY, HOME_ADDRESS.name, cpr=ENROLLED, address=HOME_ADDRESS)
    lines = (HOME_ADDRESS.name, *HOME_ADDRESS.lines, "8000 Aarhus C")
    ready = ReadyMade(finished_pdf(lines=lines), "Et brev", clock.today())
    walk.world.enrolment.default = Mailbox.EXEMPT
    walk.world.paper.plan = lambda _: "unavailable"
    one = submission(letter_type="faerdigt-brev", recipients=(whom,), fields=None, ready_made=ready)
    (letter,) = walk.hand_in(one)
    walk.run()
    code = code_of(walk, letter)
    walk.world.enrolment.default = Mailbox.ENROLLED
    walk.act(lambda house: desk.reroute(house, letter, Channel.DIGITAL, HAND))
    walk.run()
    assert walk.see(letter).status is Status.SENT
    assert code_of(walk, letter) == code


def test_a_letter_that_comes_back_is_known_by_its_code_and_says_why(walk: Walk) -> None:
    (letter,) = on_paper(walk)
    walk.world.report(News.DELIVERED)
    walk.run()
    came_back(walk, letter)
    came_back(walk, letter)  # told twice
    walk.ends(letter, Status.RETURNED)
    assert [code for code in events(walk.house, letter) if code.startswith("returned")] == ["returned-moved"]
    with walk.ledger.reading() as tx:
        found = returned.last_of(tx, letter)
    assert found is not None
    assert (found.reason, found.by) == (ReturnReason.MOVED, "receipt")


@pytest.mark.parametrize("code", ["moved", "new.code", ""])
def test_a_reason_that_nobody_knows_is_told_as_none(walk: Walk, code: str) -> None:
    (letter,) = on_paper(walk)
    came_back(walk, letter, code)
    assert events(walk.house, letter)[-1] == ("returned-moved" if code == "moved" else "returned")


def test_what_came_back_before_any_receipt_was_taken(walk: Walk) -> None:
    walk.world.paper.plan = lambda _: "nothing"  # no answer, and nothing can be asked
    (letter,) = on_paper(walk)
    assert walk.see(letter).status is Status.SENDING
    came_back(walk, letter)
    assert walk.see(letter).status is Status.RETURNED
    assert walk.outcomes(letter) == [str(Outcome.TAKEN)]


def test_a_code_of_no_letter_stays_with_operations(walk: Walk) -> None:
    on_paper(walk)
    walk.world.paper_receipts.send_by_code("12345678906", "moved")
    for _ in range(8):  # looked at again, each time later
        walk.run()
        walk.pass_(hours=1)
    with walk.ledger.reading() as tx:
        assert count_loose_receipts(tx) == 1


def test_a_letter_that_went_to_the_mailbox_cannot_come_back_by_post(walk: Walk) -> None:
    whom = Recipient(Role.PARTY, HOME_ADDRESS.name, cpr=ENROLLED, address=HOME_ADDRESS)
    (letter,) = walk.hand_in(submission(recipients=(whom,)))
    walk.run()
    came_back(walk, letter)  # it has a code, for it was made with an address
    assert walk.see(letter).status is Status.SENT


def test_a_late_word_of_the_post_moves_no_returned_letter(walk: Walk) -> None:
    (letter,) = on_paper(walk)
    came_back(walk, letter)
    walk.world.report(News.DELIVERED)
    walk.run()
    assert walk.see(letter).status is Status.RETURNED


def test_a_letter_sent_again_is_seen_to_and_its_return_is_not_undone(walk: Walk) -> None:
    (letter,) = on_paper(walk)
    scanned = post_room.scan(walk.house, code_of(walk, letter), ReturnReason.MOVED, "postrum")
    again = desk.resend(walk.house, letter, HAND)
    assert desk.resend(walk.house, letter, HAND) == again
    assert walk.see(letter).acknowledged_at is not None
    assert scanned.number
    assert post_room.undo(walk.house, scanned.number, "postrum") is None
    assert walk.see(letter).status is Status.RETURNED


def test_a_letter_is_sent_again_to_one_address(walk: Walk) -> None:
    (letter,) = on_paper(walk)
    desk.resend(walk.house, letter, HAND, HOME_ADDRESS)
    with pytest.raises(desk.DeskRefusal, match="sent again already"):
        desk.resend(walk.house, letter, HAND, replace(HOME_ADDRESS, lines=("Prøvevej 99",)))


def test_what_became_known_between_scan_and_undo_stays_known(walk: Walk) -> None:
    first, second = on_paper(walk, 2)
    codes = [code_of(walk, one) for one in (first, second)]
    scans = [post_room.scan(walk.house, code, ReturnReason.MOVED, "postrum") for code in codes]
    walk.world.paper_receipts.send(dispatches(walk.house, first)[0].id, News.DELIVERED)
    walk.run()
    for one in scans:
        assert post_room.undo(walk.house, one.number or 0, "postrum")
    assert [walk.see(one).status for one in (first, second)] == [Status.DELIVERED, Status.SENT]


def test_a_scan_that_ended_a_doubt_is_not_undone(walk: Walk) -> None:
    walk.outside(can_ask=False)
    walk.world.paper.plan = lambda consignment: "drop"
    (letter,) = on_paper(walk)
    assert walk.see(letter).status is Status.SENDING
    scanned = post_room.scan(walk.house, code_of(walk, letter), ReturnReason.MOVED, "postrum")
    assert walk.see(letter).status is Status.RETURNED
    assert post_room.undo(walk.house, scanned.number or 0, "postrum") is None
    assert walk.see(letter).status is Status.RETURNED

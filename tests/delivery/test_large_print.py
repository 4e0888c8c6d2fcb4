"""A letter in large print goes the whole way: more sheets, a larger envelope, a higher price; and stays large."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from outbound import desk
from outbound.contents import TWIN
from outbound.delivery import House
from outbound.delivery.render import trial
from outbound.desk import Hand
from outbound.intake import take_in
from outbound.ledger import tables as t
from outbound.letter import Channel, Format, Mailbox, Recipient, Role, Submission
from outbound.life import Status
from outbound.rendering import RenderingFault
from outbound.seal import Part
from outbound.story import story
from tests.delivery.walking import run_to_rest
from tests.house import DECISION, _policy, dispatches, hand_in, look, submission
from tests.outside import HOME_ADDRESS, World
from tests.people import person

HAND = Hand("mester", "prøve")
TWO = (
    Recipient(Role.PARTY, "Solvej Prøvesen", cpr=person("well", 1), address=HOME_ADDRESS),
    Recipient(Role.PARENT, "Solvej Prøvesen", cpr=person("well", 2), address=HOME_ADDRESS),
)


PARAGRAPHS_OF_TOO_MANY_PAGES = 1800
"""In large print; in the usual size they go into one envelope."""


def decision(paragraphs: int, **changes: Any) -> Submission:
    """A decision with so many paragraphs to two people, of whom the second gets it in large print."""
    types, *_ = _policy()
    fields = {**(types[DECISION].example or {}), "begrundelse": "ord\n\n" * paragraphs}
    own = {"recipients": TWO, "own_formats": {1: Format.LARGE}, **changes}
    return submission(letter_type=DECISION, fields=fields, **own)


def handed_in(house: House, paragraphs: int, **changes: Any) -> list[UUID]:
    return hand_in(house, decision(paragraphs, **changes))


def porto(house: House, letter: UUID) -> int:
    """What the letter's postage and materials come to, in øre."""
    with house.ledger.reading() as tx:
        told = story(tx, letter)
    assert told is not None
    return sum(one.amount for one in told.money if one.stage == "estimate" and one.measure in ("porto", "materials"))


def twin(house: House, letter: UUID) -> str:
    with house.ledger.writing() as tx:
        return house.seal.open_parts(tx, [Part(letter, TWIN)], "prøve", "test")[Part(letter, TWIN)].decode()


def test_large_print_costs_its_sheets_and_its_envelope(house: House, world: World) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    usual, large = handed_in(house, 380)
    run_to_rest(house)
    sheets = [look(house, letter).sheets or 0 for letter in (usual, large)]

    assert [look(house, letter).status for letter in (usual, large)] == [Status.SENT] * 2
    assert [dispatches(house, letter)[-1].envelope for letter in (usual, large)] == ["C5", "C4"]
    assert sheets[0] <= 8 < sheets[1]
    assert porto(house, large) > porto(house, usual)


def test_large_print_that_no_envelope_takes_waits_for_its_sender(house: House, world: World) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    usual, large = handed_in(house, PARAGRAPHS_OF_TOO_MANY_PAGES)
    run_to_rest(house)

    assert look(house, usual).status is Status.SENT
    assert (look(house, large).status, look(house, large).held_code) == (Status.HELD, "pages")


def test_a_letter_for_a_later_day_is_tried_in_large_print(house: House) -> None:
    trial(house, decision(PARAGRAPHS_OF_TOO_MANY_PAGES, own_formats={}))
    with pytest.raises(RenderingFault, match=r"^pages$"):
        trial(house, decision(PARAGRAPHS_OF_TOO_MANY_PAGES))


def test_the_mailbox_gets_large_print_too(house: House) -> None:
    usual, large = handed_in(house, 10)
    run_to_rest(house)

    assert look(house, large).channel is Channel.DIGITAL
    assert [look(house, letter).format for letter in (usual, large)] == [Format.NORMAL, Format.LARGE]
    assert ["html{font-size:150%}" in twin(house, letter) for letter in (usual, large)] == [False, True]


def test_a_letter_sent_again_or_mended_stays_large(house: House, world: World) -> None:
    usual, large = handed_in(house, 10)
    run_to_rest(house)
    again = [desk.resend(house, letter, HAND) for letter in (usual, large)]
    desk.mend_address(house, again[1], replace(HOME_ADDRESS, lines=("Nyvej 1",)), HAND)
    run_to_rest(house)

    assert [look(house, letter).format for letter in again] == [Format.NORMAL, Format.LARGE]
    assert ["html{font-size:150%}" in twin(house, letter) for letter in again] == [False, True]


def test_the_letter_of_before_is_the_same_and_in_large_print_it_is_another(house: House) -> None:
    one = submission(person("well", 1))
    (first,) = hand_in(house, one)
    with house.ledger.writing() as tx:
        marks = json.loads(tx.execute(select(t.submission.c.fingerprints)).scalar_one())
        same = take_in(tx, house, replace(one, format=Format.NORMAL, own_formats={0: Format.NORMAL}))
        other = [take_in(tx, house, replace(one, **change)) for change in LARGE_BY]

    assert "format" not in marks  # as in those that were kept before there were formats
    assert (same.new, same.letters, same.differs) == (False, (first,), ())
    assert [answer.differs for answer in other] == [("format",), ("format",)]


LARGE_BY: list[dict[str, Any]] = [{"format": Format.LARGE}, {"own_formats": {0: Format.LARGE}}]
"""Two ways to say the same: for the letter, or for its only recipient."""


@pytest.mark.parametrize("change", LARGE_BY)
def test_either_way_the_letter_is_large(house: House, change: dict[str, Any]) -> None:
    (letter,) = hand_in(house, submission(person("well", 1), **change))
    assert look(house, letter).format is Format.LARGE


def test_a_recipients_own_word_outranks_the_letters(house: House) -> None:
    letters = handed_in(house, 1, format=Format.LARGE, own_formats={1: Format.NORMAL})
    assert [look(house, letter).format for letter in letters] == [Format.LARGE, Format.NORMAL]

"""`outbound returned` and sending again to another address, as operations do it at a terminal."""

import json
from pathlib import Path
from uuid import UUID

import pytest

from outbound.cli.faults import Code
from outbound.contents import PERSON, unpack_addressee
from outbound.delivery import House
from outbound.letter import Mailbox
from outbound.life import Status
from outbound.return_code import drawn_code
from tests.cli.conftest import Run
from tests.delivery.walking import run_to_rest
from tests.house import events, hand_in, look, submission
from tests.outside import World
from tests.people import person

BY = ("--by", "Post Postesen")


@pytest.fixture
def printed(house: House, world: World) -> list[UUID]:
    world.enrolment.default = Mailbox.EXEMPT
    letters = hand_in(house, submission(person()), submission(person("well", 2)))
    run_to_rest(house)
    return letters


def codes(house: House, letters: list[UUID]) -> list[str]:
    return [look(house, one).return_code or "" for one in letters]


def test_letters_come_back_by_their_codes(run: Run, house: House, printed: list[UUID]) -> None:
    ended = run("returned", *codes(house, printed), "--reason", "moved", *BY)
    assert ended.code == Code.DONE
    assert ended.out.count("Registreret som returpost.") == 2
    assert [events(house, one)[-1] for one in printed] == ["returned-moved"] * 2


def test_codes_come_from_standard_input_and_a_wrong_one_hinders_no_other(
    run: Run, house: House, printed: list[UUID]
) -> None:
    good, unknown = codes(house, printed)[0], drawn_code(7)
    ended = run("returned", "-", "--reason", "not-collected", *BY, stdin=f"{unknown}\n\n{good}\n{good}\n")
    assert ended.code == Code.REFUSED
    assert unknown in ended.err
    assert look(house, printed[0]).status is Status.RETURNED


def test_a_reason_is_one_of_ours(run: Run, house: House, printed: list[UUID]) -> None:
    assert run("returned", *codes(house, printed), "--reason", "gone", *BY).code == Code.USAGE


def test_a_letter_that_came_back_goes_to_another_address(
    run: Run, house: House, printed: list[UUID], tmp_path: Path
) -> None:
    new = {"name": "Solvej Prøvesen", "lines": ["Prøvevej 9"], "postcode": "4300", "town": "Holbæk"}
    file = tmp_path / "address.json"
    file.write_text(json.dumps(new))
    why = ("--why", "ny adresse", *BY)
    assert run("resend", *printed, "--address", file, *why).code != Code.DONE
    assert run("resend", printed[0], "--address", "/dev/zero", *why).code != Code.DONE
    ended = run("resend", printed[0], "--address", file, *why)
    assert ended.code == Code.DONE
    again = UUID(ended.out.split()[-1].rstrip("."))
    with house.ledger.writing() as tx:
        found = unpack_addressee(house.seal.open(tx, again, PERSON, "test", "test") or b"")
    assert found.address is not None
    assert found.address.lines == ("Prøvevej 9",)
    assert look(house, again).follows == printed[0]
    file.write_text(json.dumps({**new, "town": "Odense C"}))
    assert run("resend", printed[1], "--address", file, *why).code == Code.REFUSED

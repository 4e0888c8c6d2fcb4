"""`outbound returned` and sending again to another address, as operations do it at a terminal."""

import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from outbound import cases
from outbound.cli.faults import Code
from outbound.contents import PERSON, unpack_addressee
from outbound.delivery import House
from outbound.desk import DeskRefusal
from outbound.ledger import tables as t
from outbound.letter import Address, Channel, Mailbox
from outbound.life import Status
from outbound.resending import Source, foresee
from outbound.return_code import drawn_code
from outbound.seal import reading
from outbound.tariff_row import Part
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


def test_sending_again_is_looked_at_first_and_sends_nothing(
    run: Run, house: House, printed: list[UUID], tmp_path: Path
) -> None:
    ended = run("resend", printed[0], "--preview", *BY, "--json")
    assert ended.code == Code.DONE, ended.err
    (row,) = json.loads(ended.out)
    assert row["said"], "the register is away here: it waits, and says so"
    assert (row["letter"], row["source"], row["cost"]) == (str(printed[0]), None, None)
    assert run("resend", printed[0], *BY).code == Code.USAGE, "without a why"
    new = {"name": "Solvej Prøvesen", "lines": ["Prøvevej 9"], "postcode": "4300", "town": "Holbæk"}
    (file := tmp_path / "address.json").write_text(json.dumps(new))
    said = run("resend", printed[0], "--preview", "--address", file, *BY).out
    assert "Prøvevej 9, 4300 Holbæk" in said
    assert "(from: given)" in said
    assert run("resend", *printed, "--preview", *BY).code == Code.REFUSED
    with house.ledger.reading() as tx:
        assert tx.execute(select(t.letter.c.id).where(t.letter.c.follows == printed[0])).all() == []
        looks = tx.execute(select(reading.c.part, reading.c.by).where(reading.c.purpose == "case-resend")).all()
    assert [tuple(one) for one in looks] == [("person", BY[1])] * 2


def test_what_is_foreseen_says_whose_address_it_is_and_what_it_costs(house: House, printed: list[UUID]) -> None:
    with house.ledger.reading() as tx:
        found = cases.story_for(tx, printed[0], None)
    assert found
    seen = foresee(house, found, None, "mester")
    assert (seen.route.channel, seen.source) == (Channel.PRINT, Source.REGISTER)
    assert seen.cost == standing_cost(house, printed[0])
    abroad = Address("Solvej Prøvesen", ("Prøvegatan 9",), "", "Malmö", "SE")
    elsewhere = foresee(house, found, abroad, "mester")
    assert (elsewhere.source, elsewhere.addressee.address) == (Source.GIVEN, abroad)
    assert 0 < (seen.cost or 0) < (elsewhere.cost or 0)
    with pytest.raises(DeskRefusal, match="address"):
        foresee(house, found, Address("", (), "", ""), "mester")


def standing_cost(house: House, letter: UUID) -> int:
    """What the letter was booked with, in øre."""
    e = t.entry.c
    wanted = select(func.sum(e.amount)).where(e.letter_id == letter, e.stage == "booked", e.measure.in_([*Part]))
    with house.ledger.reading() as tx:
        return int(tx.execute(wanted).scalar_one())


def test_a_proof_is_written_once_and_logged(run: Run, house: House, printed: list[UUID], tmp_path: Path) -> None:
    file = tmp_path / "proof.pdf"
    asked = ("proof", printed[0], "--out", file, *BY)
    assert run(*asked).code == Code.USAGE, "without a purpose"
    assert run(*asked, "--purpose", "case-complaint").code == Code.DONE
    assert file.read_bytes()[:5] == b"%PDF-"
    assert file.stat().st_mode & 0o077 == 0
    assert run(*asked, "--purpose", "case-complaint").code == Code.REFUSED, "it is there already"
    assert run("proof", uuid4(), "--out", tmp_path / "x.pdf", *BY, "--purpose", "case-work").code == Code.REFUSED
    with house.ledger.reading() as tx:
        looks = tx.execute(select(reading.c.part).where(reading.c.purpose == "case-complaint", reading.c.by == BY[1]))
        assert {*looks.scalars()} == {"person", "head"}

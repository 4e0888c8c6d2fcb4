"""Another system's letters by id, another department's letters, and a letter's text without a purpose."""

from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from outbound.delivery import House
from outbound.ledger import tables as t
from outbound.letter import Life as LifeSign
from outbound.letter import Mailbox, Person
from outbound.life import Status
from outbound.web.people import Role
from tests.attacks.routes import ways
from tests.delivery.walking import run_to_rest
from tests.house import hand_in, look, submission
from tests.outside import World
from tests.people import person
from tests.serving import Served, hidden

ADDRESS: dict[str, object] = {"name": "Solvej", "lines": ["Prøvevej 7"], "postcode": "8000", "town": "Aarhus C"}
BODIES: list[dict[str, object] | None] = [None, {}, {"why": "fordi"}, ADDRESS]


@pytest.fixture
def held(house: House, world: World) -> UUID:
    """A letter of the job centre to the citizen service's department, HELD for want of an address."""
    world.enrolment.default = Mailbox.EXEMPT
    world.persons.default = Person(LifeSign.ALIVE, "Solvej Prøvesen")
    (letter,) = hand_in(house, submission(person(), department="borgerservice"))
    run_to_rest(house)
    assert look(house, letter).status is Status.HELD
    return letter


def rows(house: House) -> str:
    """All that the ledger says of letters, acts and look-ups under the seal."""
    with house.ledger.reading() as tx:
        return str([tx.execute(select(table)).all() for table in (t.letter, t.act, t.event, t.reading)])


def test_another_system_s_letter_is_as_one_that_there_is_not(house: House, served: Served, held: UUID) -> None:
    before = rows(house)
    tried = 0
    with served.system("skole") as stranger:
        for one in ways(house):
            if not one.takes_key or "{letter}" not in one.path:
                continue
            for body in BODIES:
                theirs = stranger.request(one.method, one.address(letter=held), json=body)
                nobody_s = stranger.request(one.method, one.address(letter=uuid4()), json=body)
                assert theirs.status_code == nobody_s.status_code, str(one)
                assert 400 <= theirs.status_code < 500, str(one)
                assert theirs.json() == nobody_s.json(), str(one)
                tried += theirs.status_code == 404
        by_reference = {"reference": look(house, held).reference}
        assert str(held) not in stranger.get("/v1/letters", params=by_reference).text
        assert str(held) not in stranger.get("/v1/events").text
    assert tried >= 10, "most calls came as far as the letter"
    assert rows(house) == before


def test_another_department_s_letter_is_as_one_that_there_is_not(house: House, served: Served, held: UUID) -> None:
    before = rows(house)
    with served.signed_in("snaever") as browser:
        form = {"token": hidden(browser.get("/drift").text), "why": "fordi", "purpose": "page-fault"}
        for one in ways(house):
            if one.roles and Role.OPERATIONS in one.roles and "{letter}" in one.path:
                sent = form if one.method == "POST" else None
                theirs = browser.request(one.method, one.address(letter=held), data=sent)
                nobody_s = browser.request(one.method, one.address(letter=uuid4()), data=sent)
                assert theirs.status_code == nobody_s.status_code, str(one)
                assert theirs.status_code == 404 or one.path.endswith("/pdf-ny"), str(one)  # that form has a file
        assert str(held)[-8:] not in browser.get("/drift/tilstand/HELD").text
        assert str(held)[-8:] not in browser.post("/drift/find", data={**form, "soeg": str(held)}).text
        one_held = look(house, held)
        list_of_it = f"/drift/standset?kode={one_held.held_code}&venter={one_held.waits_for}"
        assert browser.post(list_of_it, data={**form, "breve": held.hex}).status_code == 200
        assert rows(house) == before
    with served.signed_in("drift") as browser:
        assert str(held)[-8:] in browser.get(list_of_it).text
        token = hidden(browser.get("/drift").text)
        browser.post(list_of_it, data={"token": token, "why": "fordi", "breve": held.hex})
    assert rows(house) != before, "whoever may see the department releases it"


def test_a_letter_is_opened_for_a_purpose_that_is_written_down_and_not_without(
    house: House, held: UUID, people: dict[Role, httpx.Client]
) -> None:
    drift = people[Role.OPERATIONS]
    token = hidden(drift.get("/drift").text)
    before = rows(house)
    for part in ("aabn", "pdf"):
        for purpose in ({}, {"purpose": ""}, {"purpose": "nysgerrighed"}, {"purpose": "resend"}):
            answer = drift.post(f"/drift/breve/{held}/{part}", data={"token": token, **purpose})
            assert answer.status_code == 422
            assert "Prøvesen" not in answer.text
        assert drift.get(f"/drift/breve/{held}/{part}").status_code == 405, "no link opens a letter"
    assert rows(house) == before
    assert "Prøvesen" in drift.post(f"/drift/breve/{held}/aabn", data={"token": token, "purpose": "page-fault"}).text
    with house.ledger.reading() as tx:
        read = tx.execute(select(t.reading)).all()
    assert {(one.by, one.purpose) for one in read} >= {("drift", "page-fault")}

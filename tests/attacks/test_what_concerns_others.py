"""An account with drift for one department: what concerns all, and mailings and letters of others, is not its."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select, update

from outbound import desk
from outbound.delivery import House
from outbound.desk import Hand
from outbound.ledger import incidents
from outbound.ledger import tables as t
from outbound.ledger.mailings import open_mailing
from outbound.letter import Mailbox, Mailing
from tests.attacks.test_letters_of_others import rows
from tests.delivery.walking import run_to_rest
from tests.house import dispatches, hand_in, look, submission
from tests.outside import World
from tests.people import person
from tests.serving import Served, hidden

OWN, ANOTHER = "boern-og-skole", "borgerservice"
HAND = Hand("drift", "Fru Prøvesen har ringet")


@pytest.fixture
def narrow(served: Served) -> Iterator[httpx.Client]:
    with served.signed_in("snaever") as browser:
        yield browser


def mailing_of(house: House, department: str) -> UUID:
    with house.ledger.writing() as tx:
        return open_mailing(tx, Mailing(uuid4(), "jobcenter", f"m-{uuid4().hex[:8]}", department, "Prøve")).id


def letter_of(house: House, department: str) -> UUID:
    return hand_in(house, submission(person(), department=department))[0]


def lost_of(house: House, department: str) -> UUID:
    one = letter_of(house, department)
    with house.ledger.writing() as tx:
        tx.execute(update(t.letter).where(t.letter.c.id == one).values(due_at=None))
    return one


def stands(house: House) -> str:
    """All that somebody could have changed or opened."""
    with house.ledger.reading() as tx:
        return rows(house) + str([tx.execute(select(table)).all() for table in (t.pause, t.incident, t.run_order)])


def test_what_concerns_all_departments_is_neither_stopped_nor_started_nor_read(
    house: House, narrow: httpx.Client
) -> None:
    token = hidden(narrow.get("/drift").text)
    known = next(iter(house.types))
    for what in ("channel:digital", "system:jobcenter", f"type:{known}"):
        scope, _, key = what.partition(":")
        assert narrow.post("/drift/pause", data={"token": token, "what": what, "why": "x"}).status_code == 403
        desk.pause(house, scope, key, HAND)
        before = stands(house)
        form = {"token": token, "scope": scope, "key": key, "why": "x"}
        read = narrow.post("/drift/pause/hvorfor", data=form)
        assert (read.status_code, "Prøvesen" in read.text) == (403, False)
        assert narrow.post("/drift/genoptag", data=form).status_code == 403
        assert stands(house) == before


def test_a_mailing_is_its_department_s_alone(house: House, narrow: httpx.Client) -> None:
    token = hidden(narrow.get("/drift").text)
    own, theirs = mailing_of(house, OWN), mailing_of(house, ANOTHER)
    for one, status in ((own, 200), (theirs, 404)):
        answer = narrow.post("/drift/pause", data={"token": token, "what": f"mailing:{one}", "why": "x"})
        assert answer.status_code == status
    desk.pause(house, "mailing", theirs.hex, HAND)
    before = stands(house)
    page = narrow.get("/drift").text
    assert f'name="key" value="{own.hex}"' in page
    assert f'name="key" value="{theirs.hex}"' not in page
    for key in (theirs.hex, str(theirs), uuid4().hex, "x"):
        for path in ("/drift/genoptag", "/drift/pause/hvorfor"):
            form = {"token": token, "scope": "mailing", "key": key, "why": "x"}
            assert narrow.post(path, data=form).status_code == 404
    assert stands(house) == before
    form = {"token": token, "scope": "mailing", "key": own.hex, "why": "x"}
    assert narrow.post("/drift/genoptag", data=form).status_code == 200
    assert f'value="{own.hex}"' not in narrow.get("/drift").text


def test_print_runs_receipts_doubts_and_webhooks_are_for_all_departments(
    house: House, world: World, narrow: httpx.Client
) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    letter = letter_of(house, ANOTHER)
    run_to_rest(house)
    run = dispatches(house, letter)[0].consignment_id
    token = hidden(narrow.get("/drift").text)
    before = stands(house)
    pages = ("koersler", f"koersler/{run}", "kvitteringer", "tvivl", f"tvivl/{run}", "webhooks")
    for page in pages:
        answer = narrow.get(f"/drift/{page}")
        assert (answer.status_code, str(letter)[-8:] in answer.text) == (403, False)
    form = {"token": token, "why": "x", "purpose": "receipt-inquiry", "dispatch": uuid4().hex}
    acts = [f"koersler/{run}/hold", *(f"kvitteringer/1/{verb}" for verb in ("aabn", "par", "igen", "til-side"))]
    for path in (*acts, "webhooks/jobcenter/stop", "webhooks/jobcenter/proev", "webhooks/jobcenter/igen"):
        assert narrow.post(f"/drift/{path}", data=form).status_code == 403, path
    assert stands(house) == before


def test_lost_letters_and_incidents_are_their_department_s(house: House, narrow: httpx.Client) -> None:
    token = hidden(narrow.get("/drift").text)
    own, theirs = lost_of(house, OWN), lost_of(house, ANOTHER)
    with house.ledger.writing() as tx:
        for letter in (own, theirs):
            incidents.report(tx, letter, "both-suspected", uuid4())
    for path in ("/drift/tabte", "/drift/haendelser"):
        page = narrow.get(path).text
        assert (str(own)[-8:] in page, str(theirs)[-8:] in page) == (True, False)
    before = stands(house)
    form = {"token": token, "why": "x"}
    for path in (f"tabte/{theirs}", "haendelser/2/luk", "haendelser/2/genaabn", "haendelser/99/luk"):
        assert narrow.post(f"/drift/{path}", data=form).status_code == 404, path
    assert stands(house) == before
    assert narrow.post(f"/drift/tabte/{own}", data=form).status_code == 200
    assert look(house, own).due_at is not None
    assert narrow.post("/drift/haendelser/1/luk", data=form).status_code == 200
    closed = narrow.get("/drift/haendelser?lukkede=true").text
    assert (str(own)[-8:] in closed, str(theirs)[-8:] in closed) == (True, False)


def test_the_front_page_offers_nothing_that_cannot_be_done(house: House, narrow: httpx.Client, served: Served) -> None:
    desk.pause(house, "channel", "digital", HAND)
    page = narrow.get("/drift").text
    with served.signed_in("drift") as browser:
        whole = browser.get("/drift").text
    for offered in ('action="/drift/pause"', 'action="/drift/genoptag"', 'href="/drift/koersler"', "/drift/webhooks"):
        assert (offered in whole, offered in page) == (True, False), offered


def test_a_letter_of_others_is_not_found_by_its_reference_or_id(house: House, narrow: httpx.Client) -> None:
    token = hidden(narrow.get("/drift").text)
    theirs = letter_of(house, ANOTHER)
    for wanted in (str(theirs), look(house, theirs).reference):
        answer = narrow.post("/drift/find", data={"token": token, "soeg": wanted})
        assert (answer.status_code, "Intet brev har" in answer.text) == (200, True)

"""`/dpo`: for the data protection officer alone; what is shown is so, and nobody's number stands in an address."""

import io
import re
import zipfile
from collections.abc import Iterator
from uuid import UUID, uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import insert, select

from outbound import clock, retention
from outbound.delivery import House
from outbound.ledger import tables as t
from outbound.letter import Submission
from tests.browsing import context_of, press, reach, sign_in, stands, type_into
from tests.house import DECISION, hand_in, look
from tests.outside import World
from tests.people import person
from tests.retention.lives import SOLVEJ, delivered, filed, to
from tests.serving import Served, hidden

PAGES = ("/dpo", "/dpo/anmodninger", "/dpo/slettestop", "/dpo/laeselog", "/dpo/laeselog/laesere")
HOSTILE = "<img src=x onerror=alert(1)> {{7*7}} \"' & 🙂 \u202e" + "å" * 40


@pytest.fixture
def dpo(served: Served) -> Iterator[httpx.Client]:
    """The data protection officer, signed in."""
    with served.signed_in("dpo") as browser:
        yield browser


def decision(number: str) -> Submission:
    """A letter without a reminder still to come."""
    return to(number, letter_type=DECISION)


def find(dpo: httpx.Client, number: str, why: str = "Anmodning 26/1") -> httpx.Response:
    token = hidden(dpo.get("/dpo").text)
    return dpo.post("/dpo/person", data={"token": token, "nummer": number, "why": why})


@pytest.mark.parametrize("name", ["drift", "sag", "lokal-dpo"])
def test_nobody_else_sees_it(served: Served, name: str) -> None:
    with served.signed_in(name) as somebody:
        assert {somebody.get(path).status_code for path in (*PAGES, f"/dpo/person/{UUID(int=7)}")} == {403}


def test_a_person_is_found_by_a_form_and_the_number_stands_in_no_address(
    dpo: httpx.Client, house: House, world: World
) -> None:
    (letter,) = delivered(house, world)
    answer = find(dpo, f"{SOLVEJ[:6]}-{SOLVEJ[6:]}")
    assert answer.status_code == 200
    assert str(letter)[-8:] in answer.text
    addresses = [str(one.url) for one in (*answer.history, answer)]
    assert not any(SOLVEJ[:6] in address for address in addresses)
    assert SOLVEJ not in answer.text


def test_looking_at_it_again_is_a_line_too(dpo: httpx.Client, house: House) -> None:
    found = find(dpo, SOLVEJ)
    dpo.get(found.url.path)
    with house.ledger.reading() as tx:
        lines = list(tx.execute(select(t.reading.c.by).where(t.reading.c.part == "search")).scalars())
    assert lines == ["dpo"] * 3


def test_a_caseworkers_search_stands_on_the_page(dpo: httpx.Client, served: Served) -> None:
    with served.signed_in("sag") as sag:
        form = {"token": hidden(sag.get("/sager").text), "nummer": SOLVEJ, "purpose": "case-work"}
        assert sag.post("/sager/person", data=form).is_success
    assert re.search(
        r"<td>sag</td><td>søgning efter personen</td><td>sagen blev behandlet</td>", find(dpo, SOLVEJ).text
    )


def test_an_empty_answer_says_so_and_is_logged(dpo: httpx.Client) -> None:
    assert "ingen breve til dette nummer" in find(dpo, person("well", 70)).text
    log = dpo.get("/dpo/laeselog").text
    assert "søgning efter personen" in log


@pytest.mark.parametrize(("number", "why"), [("12345", "fordi"), (SOLVEJ, " ")])
def test_what_is_missing_is_said_and_nothing_is_looked_up(
    dpo: httpx.Client, house: House, number: str, why: str
) -> None:
    answer = find(dpo, number, why)
    assert answer.status_code == 422
    assert number not in answer.text
    with house.ledger.reading() as tx:
        assert tx.execute(select(t.access_request)).all() == []


@pytest.mark.parametrize("path", ["/dpo/person", "/dpo/slettestop", f"/dpo/slettestop/{UUID(int=7)}/ophaev"])
def test_a_form_of_another_session_is_refused(dpo: httpx.Client, path: str) -> None:
    data = {"token": "forged", "nummer": SOLVEJ, "why": "x", "for": "case", "hvad": "26/1"}
    assert dpo.post(path, data=data).status_code == 403


def test_the_sheet_and_the_zip_are_handed_out_and_logged(dpo: httpx.Client, house: House, world: World) -> None:
    (letter,) = delivered(house, world)
    found = find(dpo, SOLVEJ)
    data = {"token": hidden(found.text), "why": "Anmodning 26/1"}
    sheet = dpo.post(f"{found.url.path}/pdf", data=data)
    assert sheet.content.startswith(b"%PDF")
    bundle = dpo.post(f"{found.url.path}/zip", data=data)
    names = zipfile.ZipFile(io.BytesIO(bundle.content)).namelist()
    assert any(str(letter) in name for name in names)
    assert bundle.headers["cache-control"] == "no-store"
    asked = dpo.get("/dpo/anmodninger").text
    assert asked.count("Udskrift til borgeren") == 1
    assert asked.count("Alt som zip") == 1
    log = dpo.get(f"/dpo/laeselog?brev={letter}").text
    assert "indsigt efter databeskyttelsesreglerne" in log


def test_a_look_up_that_there_is_not_is_not_found(dpo: httpx.Client) -> None:
    assert dpo.get(f"/dpo/person/{uuid4()}").status_code == 404


def test_holds_are_placed_and_lifted_with_a_why(dpo: httpx.Client, house: House, world: World) -> None:
    (letter,) = delivered(house, world, to(SOLVEJ, case_number="26/9"))
    token = hidden(dpo.get("/dpo/slettestop").text)
    for scope, what in (("letter", str(letter)), ("case", "26/9"), ("person", SOLVEJ)):
        data = {"token": token, "for": scope, "hvad": what, "why": "En retssag"}
        assert dpo.post("/dpo/slettestop", data=data).status_code == 200
    page = dpo.get("/dpo/slettestop").text
    assert page.count("1 brev nu") == 3
    again = dpo.post(
        "/dpo/slettestop", data={"token": token, "for": "letter", "hvad": str(letter), "why": "En retssag"}
    )
    assert (again.status_code, "gælder allerede" in again.text) == (422, True)
    for scope, what in (("case", "26/nope"), ("mailing", str(uuid4()))):
        data = {"token": token, "for": scope, "hvad": what, "why": "En retssag"}
        assert dpo.post("/dpo/slettestop", data=data).status_code == 422, "nothing would be kept"
    data = {"token": token, "for": "person", "hvad": person("well", 71), "why": "Brevene kommer senere"}
    assert "0 breve nu" in dpo.post("/dpo/slettestop", data=data).text
    assert SOLVEJ not in page
    (first, *_) = re.findall(r"/dpo/slettestop/([0-9a-f-]+)/ophaev", page)
    assert dpo.post(f"/dpo/slettestop/{first}/ophaev", data={"token": token, "why": " "}).status_code == 422
    assert "ophævet" in dpo.post(f"/dpo/slettestop/{first}/ophaev", data={"token": token, "why": "Forbi"}).text
    again = dpo.post(f"/dpo/slettestop/{first}/ophaev", data={"token": token, "why": "Forbi"})
    assert again.status_code == 409
    wrong = dpo.post("/dpo/slettestop", data={"token": token, "for": "letter", "hvad": "nej", "why": "x"})
    assert wrong.status_code == 422
    number = dpo.post("/dpo/slettestop", data={"token": token, "for": "case", "hvad": SOLVEJ, "why": "x"})
    assert number.status_code == 422, "a number in place of a case would stand there in the open"


def test_the_front_page_tells_what_waits_and_what_was_done(
    dpo: httpx.Client, drift: httpx.Client, house: House, world: World
) -> None:
    gone, stays = delivered(house, world, decision(SOLVEJ), decision(person("well", 32)))
    filed(house, gone)
    with house.ledger.writing() as tx:
        assert retention.forget_one(tx, house, gone) is None
    page = dpo.get("/dpo").text
    assert "breve slettet" in page
    assert "Venter på journalisering" in page
    assert re.search(r"<td>jobcenter</td><td class=\"n\">1</td>", page)
    assert look(house, stays).retention_month in page
    assert "Brevets indhold er slettet den" in drift.get(f"/drift/breve/{gone}").text


def test_hostile_words_are_shown_as_words(dpo: httpx.Client, house: House) -> None:
    with house.ledger.writing() as tx:
        line = {"owner": uuid4(), "part": HOSTILE[:20], "by": HOSTILE[:80], "purpose": HOSTILE[:60], "at": clock.now()}
        tx.execute(insert(t.reading).values(**line))
        hold = {"id": uuid4(), "scope": "case", "key": HOSTILE[:64], "by": HOSTILE[:80], "at": clock.now()}
        tx.execute(insert(t.legal_hold).values(**hold))
    for path in ("/dpo", "/dpo/laeselog", "/dpo/laeselog/laesere", "/dpo/slettestop"):
        text = dpo.get(path).text
        assert "<img" not in text
        assert "49" not in text or "{{7*7}}" in text


def test_long_lists_are_read_a_page_at_a_time(dpo: httpx.Client, house: House) -> None:
    at = clock.now()
    with house.ledger.writing() as tx:
        line = {"part": "person", "by": "mester", "purpose": "show", "at": at}
        tx.execute(insert(t.reading), [{**line, "owner": uuid4()} for _ in range(120)])
        row = {"kind": "look", "by": "mester", "at": at, "letters": 1}
        tx.execute(insert(t.access_request), [{**row, "id": uuid4()} for _ in range(120)])
    for path, rows in (("/dpo/laeselog", 120), ("/dpo/anmodninger", 120)):
        seen, url = 0, path
        while url:
            page = dpo.get(url).text
            seen += page.count("<tr>") - 1
            following = re.search(r'rel="next" href="([^"]+)"', page)
            url = path + following[1].replace("&amp;", "&") if following else ""
        assert seen == rows


def filled(house: House, world: World) -> UUID:
    """A ledger with something to show on each page."""
    gone, *_ = delivered(house, world, decision(SOLVEJ), decision(SOLVEJ))
    filed(house, gone)
    with house.ledger.writing() as tx:
        assert retention.forget_one(tx, house, gone) is None
    hand_in(house, to(SOLVEJ, case_number="26/1042"))
    return gone


@pytest.mark.browser
@pytest.mark.parametrize("path", PAGES)
def test_an_empty_page_stands(browser: Browser, served: Served, path: str) -> None:
    page = context_of(browser).new_page()
    sign_in(page, served, "dpo", path)
    stands(page)


@pytest.mark.browser
def test_a_request_is_answered_with_the_keyboard_alone(
    browser: Browser, served: Served, house: House, world: World
) -> None:
    filled(house, world)
    page = context_of(browser, java_script_enabled=False).new_page()
    sign_in(page, served, "dpo", "/dpo")
    type_into(page, page.get_by_label("CPR- eller CVR-nummer"), SOLVEJ)
    type_into(page, page.get_by_label("Hvorfor"), "Anmodning 26/1")
    press(page, page.get_by_role("button", name="Slå op"))
    page.wait_for_url(f"{served.url}/dpo/person/*")
    assert SOLVEJ[:6] not in page.url
    type_into(page, page.get_by_label("Hvorfor").last, "Anmodning 26/1")
    button = page.get_by_role("button", name="Alt som zip")
    reach(page, button)
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".zip")


@pytest.mark.browser
def test_pages_with_something_on_them_stand(browser: Browser, served: Served, house: House, world: World) -> None:
    filled(house, world)
    page = context_of(browser).new_page()
    sign_in(page, served, "dpo", "/dpo")
    searched(page)
    stands(page)
    page.goto(f"{served.url}/dpo/slettestop")
    page.get_by_label("Gælder").select_option("case")
    page.get_by_label("Id, sagsnummer eller").fill("26/1042")
    page.get_by_label("Hvorfor").first.fill("En retssag")
    page.get_by_role("button", name="Sæt slettestop").click()
    for path in PAGES:
        page.goto(f"{served.url}{path}")
        stands(page)


def searched(page: Page) -> None:
    """Look for somebody by the form."""
    page.get_by_label("CPR- eller CVR-nummer").fill(SOLVEJ)
    page.get_by_label("Hvorfor").fill("Anmodning 26/1")
    page.get_by_role("button", name="Slå op").click()

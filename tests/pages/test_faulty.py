"""`/drift/fejl`: the list of faulty letters by page; names only by a reading that is logged."""

from uuid import UUID

import httpx
import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from outbound.delivery import House
from outbound.seal import reading
from tests.browsing import context_of, press, sign_in, stands
from tests.delivery.walking import run_to_rest
from tests.house import hand_in, submission
from tests.people import person
from tests.serving import Served, hidden

LINES = """[...document.querySelectorAll('.counts b')].map(one => {
    const text = document.createRange(); text.selectNodeContents(one); return text.getClientRects().length })"""
"""Over how many lines each figure stands."""


@pytest.fixture
def letters(house: House) -> list[UUID]:
    ids = hand_in(house, *(submission(person("well", number)) for number in range(2)))
    run_to_rest(house)
    return ids + hand_in(house, submission(person("well", 2)))


def written_down(drift: httpx.Client, found: str = "2026-11-23T09:00", why: str = "byttet om") -> httpx.Response:
    page = drift.get("/drift/breve?system=jobcenter").text
    form = {"token": hidden(page), "valg": hidden(page, "valg").replace("&amp;", "&")}
    return drift.post("/drift/fejl", data={**form, "fundet": found, "why": why})


def test_the_list_says_who_got_them_what_can_be_stopped_and_when_to_notify(
    drift: httpx.Client, house: House, letters: list[UUID]
) -> None:
    page = written_down(drift)
    for said in (
        "2 breve med fejl",
        "Digital Post: modtaget hos leverandøren",
        "senest 26. november 2026 kl. 9.00",
        "1 breve i det samme valg er ikke sendt",
        "mangler en rettelse",
    ):
        assert said in page.text
    assert "Solvej" not in page.text
    assert page.url.path in drift.get("/drift/fejl").text
    table = drift.post(f"{page.url.path}/csv", data={"token": hidden(page.text)})
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.count("\n") == 3


def test_names_are_shown_for_a_purpose_alone_and_each_is_logged(
    drift: httpx.Client, house: House, letters: list[UUID]
) -> None:
    page = written_down(drift)
    token = hidden(page.text)
    assert drift.post(f"{page.url.path}/modtagere", data={"token": token}).status_code == 422
    shown = drift.post(f"{page.url.path}/modtagere", data={"token": token, "purpose": "page-fault"}).text
    assert shown.count("Solvej Prøvesen") == 2
    with house.ledger.reading() as tx:
        wanted = select(reading.c.owner).where(reading.c.by == "drift", reading.c.purpose == "page-fault")
        assert set(tx.execute(wanted).scalars()) == set(letters[:2])


def test_a_list_wants_a_token_a_time_and_a_why(drift: httpx.Client, letters: list[UUID]) -> None:
    assert written_down(drift, found="0001-01-01T00:00").status_code == 422
    for answer in (written_down(drift, found="i går"), written_down(drift, why=" "), written_down(drift, "2027-01-02")):
        assert answer.status_code == 422
    path = written_down(drift).url.path
    for where in ("/drift/fejl", f"{path}/csv", f"{path}/modtagere"):
        assert drift.post(where, data={"token": "falsk", "purpose": "page-fault"}).status_code == 403


def test_a_time_with_an_offset_is_that_moment(drift: httpx.Client, letters: list[UUID]) -> None:
    page = written_down(drift, found="2026-11-22T09:00+14:00").text
    assert "Opdaget 21. november 2026 kl. 20.00" in page


def test_a_choice_of_days_beyond_any_calendar_is_refused_in_a_form_too(
    drift: httpx.Client, letters: list[UUID]
) -> None:
    token = hidden(drift.get("/drift/breve").text)
    more = {"token": token, "why": "derfor", "hvem": "alle", "handling": "hold", "antal": "9"}
    for valg in ("fra=0001-01-01", "til=9999-12-31", "system=jobcenter&set=9999-12-31T23:59-14:00"):
        for where in ("/drift/mange", "/drift/mange/begynd", "/drift/fejl"):
            answer = drift.post(where, data={**more, "valg": valg, "fundet": "2026-11-22T09:00"})
            assert answer.status_code == 422, (valg, where)


def test_the_list_of_lists_says_what_was_chosen(drift: httpx.Client, letters: list[UUID]) -> None:
    written_down(drift)
    assert "fagsystem jobcenter" in drift.get("/drift/fejl").text


@pytest.mark.browser
def test_the_pages_of_faulty_letters_stand(
    browser: Browser, served: Served, drift: httpx.Client, letters: list[UUID]
) -> None:
    page = context_of(browser).new_page()
    sign_in(page, served, "drift", "/drift/fejl")
    stands(page)
    page.goto(f"{served.url}{written_down(drift).url.path}")
    stands(page)
    page.set_viewport_size({"width": 320, "height": 800})
    page.evaluate("document.querySelectorAll('.counts b').forEach(one => one.textContent = '1.234.567')")
    lines = page.evaluate(LINES)
    assert lines
    assert max(lines) == 1, "a figure is broken over lines"
    press(page, page.get_by_role("link", name="mangler en rettelse"))
    page.get_by_role("heading", name="Brevene: mangler en rettelse").wait_for()

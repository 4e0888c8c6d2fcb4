"""`/ledelse/maaneder`: the months and their reports as files, for those who see the whole municipality."""

import re
from datetime import datetime

import pytest
from playwright.sync_api import Browser
from sqlalchemy import update

from outbound.clock import COPENHAGEN
from outbound.delivery import House
from outbound.ledger import tables as t
from outbound.letter import Mailbox
from outbound.reports.monthly import close_month
from outbound.reports.papers import MEDIA, Form, file_name, keep, paper
from tests.browsing import context_of, press, sign_in, stands
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, hand_in, submission
from tests.outside import World
from tests.pages.test_leadership import world
from tests.people import person
from tests.reports.test_monthly import DECEMBER, NOVEMBER
from tests.serving import Served
from tests.tampering import unguarded

__all__ = ["world"]
EVERY = [
    (month, form, public) for month, public in ((NOVEMBER, False), (NOVEMBER, True), (DECEMBER, False)) for form in Form
]
FILE = re.compile("^PDF ?, offentlig udgave for november 2026$")


@pytest.fixture
def reported(house: House, world: World, moving_clock: MovingClock) -> House:
    """November is closed with a letter of each way, December is open."""
    world.enrolment.answers[person("well", 3)] = Mailbox.EXEMPT
    hand_in(house, *(submission(person("well", number)) for number in (2, 3)))
    run_to_rest(house)
    moving_clock.to(datetime(2026, 12, 4, 9, tzinfo=COPENHAGEN))
    close_month(house.ledger, house.organisation, NOVEMBER, "regnskab")
    return house


def test_every_file_is_fetched_under_its_name(reported: House, served: Served) -> None:
    with served.signed_in("ledelse") as browser:
        page = browser.get("/ledelse/maaneder").text
        for month, form, public in EVERY:
            name = file_name(month, form, public)
            assert f'href="/ledelse/maaneder/{name}"' in page
            answer = browser.get(f"/ledelse/maaneder/{name}")
            assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
            assert answer.headers["content-type"] == MEDIA[form]
            assert answer.headers["cache-control"] == "no-store"
            assert answer.content == paper(reported.ledger, reported.organisation, month, form, public).body
    assert "Lukket 4. december 2026" in page
    assert "af regnskab" in page
    with served.signed_in("ledelse") as browser:
        early = browser.get(f"/ledelse/maaneder/{file_name(DECEMBER, Form.CSV, True)}")
    assert (early.status_code, "Måneden er ikke slut." in early.text) == (422, True)
    assert "Åben: tallene er foreløbige" in page
    assert "Når måneden er slut" in page


@pytest.mark.parametrize(
    "name",
    ["maanedsrapport-2026-10.pdf", "maanedsrapport-2027-01.pdf", "maanedsrapport-2026-13.csv", "x.pdf", "%2e%2e"],
)
def test_what_is_no_report_is_not_found(reported: House, served: Served, name: str) -> None:
    with served.signed_in("ledelse") as browser:
        assert browser.get(f"/ledelse/maaneder/{name}").status_code == 404


@pytest.mark.parametrize("name", ["skoleleder", "drift", "sag"])
def test_who_does_not_see_all_departments_has_no_report_of_them(reported: House, served: Served, name: str) -> None:
    with served.signed_in(name) as browser:
        for path in ("/ledelse/maaneder", "/ledelse/maaneder/maanedsrapport-2026-11-offentlig.csv"):
            assert browser.get(path).status_code == 403
        assert "/ledelse/maaneder" not in browser.get("/ledelse").text


def test_a_report_that_cannot_be_read_is_said(reported: House, served: Served) -> None:
    with reported.ledger.writing() as tx, unguarded(tx):
        tx.execute(update(t.month_report).values(figures="{"))
    with served.signed_in("ledelse") as browser:
        assert browser.get("/ledelse/maaneder").status_code == 200
        answer = browser.get("/ledelse/maaneder/maanedsrapport-2026-11.pdf")
    assert answer.status_code == 422
    assert "Den gemte rapport kan ikke læses." in answer.text


@pytest.mark.browser
def test_the_page_stands_and_a_file_is_fetched_by_keyboard(reported: House, served: Served, browser: Browser) -> None:
    keep(reported.ledger, reported.organisation, NOVEMBER)
    page = context_of(browser, accept_downloads=True).new_page()
    sign_in(page, served, "ledelse", "/ledelse")
    press(page, page.get_by_role("link", name="Månedsrapporter"))
    page.wait_for_url(f"{served.url}/ledelse/maaneder")
    stands(page)
    with page.expect_download() as fetched:
        press(page, page.get_by_role("link", name=FILE))
    assert fetched.value.suggested_filename == "maanedsrapport-2026-11-offentlig.pdf"


@pytest.mark.browser
def test_without_months_the_page_stands_too(served: Served, browser: Browser) -> None:
    page = context_of(browser).new_page()
    sign_in(page, served, "ledelse", "/ledelse/maaneder")
    assert page.get_by_text("Der er ingen måneder med breve endnu.").is_visible()
    stands(page)

"""`/sager` in a real browser: by keyboard alone from the search to the letter that is sent again, and every page."""

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import update

from outbound.delivery import House
from outbound.ledger import tables as t
from outbound.letter import Mailbox
from outbound.life import Status
from tests.browsing import context_of, press, reach, sign_in, stands, type_into
from tests.house import look
from tests.outside import World
from tests.pages.test_cases import delivered, held, letters, look_for_followers, many
from tests.people import person
from tests.serving import Served

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=alert(1)> {{7*7}} 😀 \u202eabc " + "x" * 20


def test_she_says_she_never_got_it(browser: Browser, served: Served, house: House, world: World) -> None:
    """Find, read, prove and send again, without a mouse and without a script."""
    world.enrolment.default = Mailbox.EXEMPT
    letter = delivered(house, world, case_number="26/1042")
    page = context_of(browser, java_script_enabled=False).new_page()
    sign_in(page, served, "sag", "/sager")
    type_into(page, page.get_by_label("Sagsnummer"), "26/1042")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Afleveret til postvæsenet den").wait_for()
    assert page.get_by_text("Vi ved ikke, om det er kommet frem.").is_visible()
    choose(page, "Modtageren spørger")
    with page.context.expect_event("request", lambda asked: asked.url.endswith("/bevis")):
        press(page, page.get_by_role("button", name="Bevis for afsendelse"))
    page.goto(f"{served.url}/sager/breve/{letter}")
    press(page, page.locator("summary", has_text="Send brevet igen"))
    type_into(page, page.get_by_label("Hvorfor", exact=True), "Hun har ikke fået det")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Det vil der ske").wait_for()
    press(page, page.get_by_role("button", name="Send brevet igen"))
    page.get_by_role("heading", level=1, name="Ikke sendt endnu.").wait_for()
    (new,) = look_for_followers(house, letter)
    assert page.url == f"{served.url}/sager/breve/{new}"
    assert look(house, new).status is Status.RECEIVED


def test_every_page_stands(browser: Browser, served: Served, house: House, world: World) -> None:
    page = context_of(browser).new_page()
    sign_in(page, served, "sag", "/sager")
    stands(page)  # empty
    waits = held(house, world)
    with house.ledger.writing() as tx:
        tx.execute(update(t.letter).values(case_number=HOSTILE[:64], reference=HOSTILE[:64]))
    many(house, waits, 60)
    letters(house, 3, case_number="26/77")
    for path in ("/sager", "/sager/venter/fagsystem", "/sager/venter/retur", f"/sager/breve/{waits}"):
        page.goto(f"{served.url}{path}")
        stands(page)
    page.goto(f"{served.url}/sager")
    page.get_by_label("Sagsnummer").fill("26/77")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("heading", name="Fundne breve").wait_for()
    stands(page)
    page.goto(f"{served.url}/sager")
    page.get_by_label("CPR- eller CVR-nummer").fill(person("well", 9))
    page.get_by_label("Hvorfor søger du?").select_option(index=1)
    page.get_by_role("button", name="Find breve").click()
    page.get_by_text("Ingen af jeres breve passer på det.").wait_for()
    assert person("well", 9) not in page.url
    stands(page)


def test_the_opened_letter_and_the_look_before_sending_stand(
    browser: Browser, served: Served, house: House, world: World
) -> None:
    letter = delivered(house, world)
    page = context_of(browser).new_page()
    sign_in(page, served, "sag", f"/sager/breve/{letter}")
    page.get_by_label("Hvorfor åbner du det?").select_option(index=1)
    page.get_by_role("button", name="Vis modtager").click()
    page.get_by_text("Solvej Prøvesen").wait_for()
    stands(page)
    page.locator("summary", has_text="Send brevet igen").click()
    page.get_by_label("Hvorfor", exact=True).fill("igen")
    page.get_by_role("button", name="Se, hvad der vil ske").click()
    page.get_by_role("heading", name="Det vil der ske").wait_for()
    stands(page)


def choose(page: Page, text: str) -> None:
    """An option of the list with the purposes, by its first letters."""
    reach(page, page.get_by_label("Hvorfor åbner du det?"))
    page.keyboard.type(text[:6])

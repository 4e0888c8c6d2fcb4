"""The pages in a real browser: they work without a script, load nothing from outside and fit a narrow screen."""

import pytest
from playwright.sync_api import Browser, Page

from outbound.delivery import House
from outbound.letter import Life, Mailbox, Person
from outbound.life import Status
from tests.delivery.walking import run_to_rest
from tests.house import hand_in, look, submission
from tests.outside import World
from tests.people import person
from tests.serving import PASSWORD, Served

pytestmark = pytest.mark.browser


def test_a_held_letter_is_found_mended_and_sent(browser: Browser, served: Served, house: House, world: World) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    world.persons.default = Person(Life.ALIVE, "Solvej Prøvesen")
    (letter,) = hand_in(house, submission(person()))
    run_to_rest(house)
    asked: list[str] = []
    page = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}).new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{served.url}/drift")
    page.get_by_label("Navn").fill("drift")
    page.get_by_label("Adgangskode").fill(PASSWORD)
    page.get_by_role("button", name="Log ind").click()
    fits(page)
    page.get_by_role("link", name="Brevet skal på papir").first.click()
    page.get_by_role("link", name=str(letter)[-8:]).click()
    fits(page)
    mend(page)
    run_to_rest(house)
    assert look(house, letter).status is Status.SENT
    page.reload()
    assert page.get_by_role("heading", level=1).inner_text() == "Afsendt, venter på kvittering"
    page.get_by_role("button", name="Log ud").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Log ind"
    assert all(url.startswith(served.url) for url in asked)


def mend(page: Page) -> None:
    """Fill in the form for another address."""
    page.get_by_text("Ret adressen").first.click()
    form = page.locator("form", has=page.get_by_label("Adresselinjer"))
    for label, text in (("Navn", "Solvej Prøvesen"), ("Adresselinjer", "Prøvevej 7"), ("Postnummer", "8000")):
        form.get_by_label(label).fill(text)
    form.get_by_label("By").fill("Aarhus C")
    form.get_by_label("Hvorfor").fill("Oplyst af borgeren")
    form.get_by_role("button").click()


def fits(page: Page) -> None:
    """Nothing makes the page wider than its screen."""
    box = page.locator("body").bounding_box()
    assert box is not None
    assert box["width"] <= 390
    assert page.get_by_role("heading", level=1).count() == 1

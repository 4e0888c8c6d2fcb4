"""`/ledelse` in a real browser: with letters by every reason, by the keyboard alone, and to a definition and back."""

import re
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect

from outbound.delivery import House
from outbound.reports.paper import REASONS
from tests.browsing import context_of, press, reach, sign_in, stands, type_into
from tests.reports.booked import HandOver, book
from tests.serving import Served

pytestmark = pytest.mark.browser


@pytest.fixture
def busy(house: House) -> House:
    """Letters of ten months, by every reason there is, of every department."""
    codes = [one.code for one in house.organisation.departments_on(date(2026, 11, 23))]
    with house.ledger.writing() as tx:
        for place, route in enumerate((None, *REASONS) * 3):
            day, department = date(2026, 1 + place % 10, 5), codes[place % len(codes)]
            digital = HandOver(day, department=department, letter_type=f"{'meget-lang-brevtype-' * 3}{place % 14}")
            paper = HandOver(
                day, "print", department, f"brevtype-{place % 14}", route.code if route else "", "enrolled"
            )
            book(tx, house.tariffs, paper if route else digital)
    return house


def test_the_figures_stand_in_the_light_the_dark_on_a_narrow_screen_and_on_paper(
    browser: Browser, served: Served, busy: House
) -> None:
    page = context_of(browser).new_page()
    sign_in(page, served, "ledelse", "/ledelse")
    assert page.get_by_role("img").count() == 5
    stands(page)
    for summary in page.locator("summary").all():
        summary.click()
    stands(page)


def test_a_department_is_chosen_and_a_figure_looked_up_by_the_keyboard(
    browser: Browser, served: Served, busy: House
) -> None:
    page = context_of(browser, java_script_enabled=False).new_page()
    sign_in(page, served, "ledelse", "/ledelse")
    type_into(page, page.get_by_role("combobox"), "Kul")
    press(page, page.get_by_role("button", name="Vis"))
    page.wait_for_url(re.compile("forvaltning=borgerservice"))
    assert "Kultur- og Fritidsforvaltningen" in page.locator("h1 + p").inner_text()
    assert bars(page) == 1
    press(page, page.get_by_role("link", name="Pris pr. brev").first)
    page.wait_for_url(re.compile("definitioner#pris-pr-brev"))
    expect(page.locator("dt:target")).to_contain_text("Pris pr. brev")
    page.go_back()
    details = page.locator("summary").first
    press(page, details)
    assert page.locator("table.figures-behind").first.is_visible()
    reach(page, page.get_by_role("link", name="Hent tallene som CSV"))


def bars(page: Page) -> int:
    """How many departments are drawn."""
    return (
        page.locator("figure", has=page.get_by_text("Digital andel i forvaltningerne"))
        .locator(".field rect.s0")
        .count()
    )

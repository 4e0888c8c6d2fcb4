"""`/ledelse` in a real browser: with letters by every reason, by the keyboard alone, and to a definition and back."""

import io
import re
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, PdfMargins, expect
from pypdf import PdfReader

from outbound.delivery import House
from outbound.reports.paper import REASONS
from tests.browsing import NARROW, context_of, press, reach, sign_in, stands, too_wide, type_into
from tests.reports.booked import HandOver, book
from tests.serving import Served

pytestmark = pytest.mark.browser
LARGE, MIDDLING = "-12.345.678,90 kr.", "-1.234.567,89 kr."
SHEET = 718  # CSS pixels: A4 less margins of 10 mm


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


def test_on_paper_every_row_and_column_is_printed_also_what_is_closed(
    browser: Browser, served: Served, busy: House
) -> None:
    page = context_of(browser).new_page()
    sign_in(page, served, "ledelse", "/ledelse")
    for amount in page.locator("td.n", has_text="kr.").all():
        amount.evaluate("(one, said) => one.textContent = said", LARGE)
    table = page.locator("table")
    asked = [cell for row in table.locator("tr").all() for cell in row.locator("th, td").all_text_contents()]
    printed = printed_words(page)
    assert page.locator("details[open]").count() == 0
    assert [cell for cell in set(asked) if squeezed(cell) not in printed] == []
    assert printed.count(squeezed(LARGE)) == asked.count(LARGE)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": SHEET, "height": 1000})
    for one in table.all():
        assert one.evaluate("one => one.getBoundingClientRect().right") <= SHEET + 1, one.inner_text()[:200]
    assert too_wide(page) == []


def test_no_table_is_wider_than_its_place_on_a_desk(browser: Browser, served: Served, busy: House) -> None:
    page = context_of(browser, 1280).new_page()
    sign_in(page, served, "ledelse", "/ledelse")
    for summary in page.locator("summary").all():
        summary.click()
    for amount in page.locator("td.n", has_text="kr.").all():
        amount.evaluate("(one, said) => one.textContent = said", MIDDLING)
    for place in page.locator(".scroll").all():
        assert place.evaluate("one => one.scrollWidth <= one.clientWidth"), place.get_attribute("aria-label")
    for headings in page.locator("thead tr").all():
        said = headings.locator("th").all_text_contents()
        assert len(set(said)) == len(said)


def test_a_table_that_is_wider_than_a_narrow_screen_shows_that_there_is_more(
    browser: Browser, served: Served, busy: House
) -> None:
    page = context_of(browser, NARROW).new_page()
    sign_in(page, served, "ledelse", "/ledelse")
    place = page.get_by_role("region", name="Andele mod mål")
    assert place.evaluate("one => one.scrollWidth > one.clientWidth")
    assert place.evaluate("one => getComputedStyle(one).backgroundAttachment") == "local, local, scroll, scroll"
    reach(page, place)
    page.keyboard.press("ArrowRight")
    page.wait_for_function("one => one.scrollLeft > 0", arg=place.element_handle())


def test_the_pages_stand_for_an_account_of_every_role(browser: Browser, served: Served, busy: House) -> None:
    """Five links in the bar, which wrap on a narrow screen."""
    page = context_of(browser).new_page()
    sign_in(page, served, "alle", "/ledelse")
    for path in ("", "/hvad-nu-hvis", "/definitioner", "/maaneder", "?fra=2026-13&til=2099-01&forvaltning=ingen"):
        page.goto(f"{served.url}/ledelse{path}")
        assert page.get_by_role("navigation", name="Sider").get_by_role("link").count() == 5
        stands(page)


def printed_words(page: Page) -> str:
    """All that stands on the sheets, without spaces."""
    around = PdfMargins(top="10mm", right="10mm", bottom="10mm", left="10mm")
    sheets = PdfReader(io.BytesIO(page.pdf(format="A4", margin=around))).pages
    return squeezed(" ".join(sheet.extract_text() for sheet in sheets))


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u2010-]+", "", text)


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

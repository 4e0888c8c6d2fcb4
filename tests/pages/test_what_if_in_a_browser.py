"""What-if in a real browser: by the keyboard alone, without a script, with and without an answer."""

import io
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from outbound.delivery import House
from tests.browsing import context_of, press, reach, sign_in, stands, type_into
from tests.pages.test_what_if import EXEMPT, MARCH, PAPER_ONLY, PATH, SCHOOL, keep
from tests.reports.booked import HandOver
from tests.serving import Served

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=alert(1)>{{7*7}} \N{SLIGHTLY SMILING FACE} \u202e" + "langt-" * 25


def test_a_question_is_asked_with_the_keyboard_alone_and_without_a_script(
    browser: Browser, served: Served, house: House
) -> None:
    keep(house, *[HandOver(MARCH)] * 4, *[EXEMPT] * 2, replace(EXEMPT, department=SCHOOL), PAPER_ONLY)
    page = context_of(browser, java_script_enabled=False).new_page()
    sign_in(page, served, "ledelse", "/ledelse")
    press(page, page.get_by_role("link", name="Hvad nu hvis?"))
    type_into(page, page.get_by_label("Flere tilmeldte, procentpoint"), "12,5")
    type_into(page, page.get_by_label("Porto, kroner uden moms"), "40")
    reach(page, page.get_by_role("checkbox", name="Byggetilladelse"))
    page.keyboard.press("Space")
    press(page, page.get_by_role("button", name="Regn ud"))
    expect(page.get_by_role("region", name="1. januar 2026 til 23. november 2026")).to_contain_text(
        "12,5 procentpoint flere tilmeldte; porto på 40,00 kr. for hvert brev på papir; digitale brevtyper: Bygge"
    )
    expect(page.get_by_text("Med disse valg havde 2 flere breve været digitale")).to_be_visible()
    assert page.get_by_label("Porto, kroner uden moms").input_value() == "40"
    press(page, page.get_by_text("Tallene bag: Udgift"))
    expect(page.get_by_role("table", name="Udgift, i kroner uden moms")).to_be_visible()


def test_the_page_stands_with_answers_faults_and_nothing(browser: Browser, served: Served, house: House) -> None:
    page = context_of(browser).new_page()
    sign_in(page, served, "ledelse", PATH)
    stands(page)
    keep(house, HandOver(MARCH), EXEMPT, PAPER_ONLY, replace(PAPER_ONLY, letter_type=HOSTILE, department=HOSTILE[:60]))
    for query in ("?tilmeldte=5&porto=33", "?fra=x&til=y&tilmeldte=mange&porto=gratis&samkuvertering=m"):
        page.goto(f"{served.url}{PATH}{query}")
        stands(page)
    assert page.get_by_label("Porto, kroner uden moms").get_attribute("aria-invalid") == "true"


def test_on_paper_the_choices_are_said_and_no_figure_is_cut_off(browser: Browser, served: Served, house: House) -> None:
    keep(house, HandOver(MARCH), *[EXEMPT] * 120)  # more than a million kroner
    page = context_of(browser).new_page()
    sign_in(page, served, "ledelse", PATH)
    page.goto(f"{served.url}{PATH}?porto=10000")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 718, "height": 1000})
    expect(page.get_by_text("Valgt: porto på 10.000,00 kr. for hvert brev på papir.")).to_be_visible()
    expect(page.get_by_role("img", name="Udgift")).to_be_visible()
    expect(page.locator("form").first).to_be_hidden()
    for table in page.locator(".scroll table:visible").all():
        assert table.evaluate("one => one.getBoundingClientRect().right <= 719"), table.inner_text()[:200]


def test_a_chart_is_printed_on_the_sheet_of_its_heading(browser: Browser, served: Served, house: House) -> None:
    """Wherever the first sheet ends."""
    keep(house, *[HandOver(MARCH, department=each.code) for each in house.organisation.departments_on(MARCH)])
    page = context_of(browser).new_page()
    sign_in(page, served, "ledelse", PATH)
    page.goto(f"{served.url}{PATH}?porto=40")
    for lower in range(0, 600, 100):
        page.evaluate("lower => document.querySelector('h1').style.marginTop = `${lower}px`", lower)
        sheets = [sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf(format="A4"))).pages]
        heading, legend, drawn = (
            next(place for place, text in enumerate(sheets) if said in text)
            for said in ("i procent af brevene", "Virkelighed Hvad nu hvis", "Socialforvaltningen")
        )
        assert heading == legend == drawn, lower

"""The window and the clear zones are the print provider's: whatever they are, letter and preflight keep to them."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from outbound.letter import Format, ReadyMade
from outbound.print_page import SHEET, USUAL, Box, PrintPage, print_page_from
from outbound.rendering import Expected, Frame, LetterTypes, Limits, marked, preflight, prepare, render
from outbound.rendering.window import MM
from outbound.settings import HOME, SettingsFault, load
from tests.rendering.conftest import ADDRESS, HEAD, TEMPLATES
from tests.rendering.made import ADDRESS as MADE
from tests.rendering.made import BODY, box, letter, pages, text
from tests.rendering.placed import Glyph, glyphs, text_of
from tests.rendering.test_verdict import red

Made = Callable[..., Frame]
NORWEGIAN = PrintPage(  # a C5 window 15 mm from the left, 44 mm from the top, 105 x 35 mm (officeconsult.no)
    address=Box(15, 44, 105, 35), return_line=Box(15, 39, 105, 4.5), risk=Box(10, 36, 114, 49), clear_left=10
)
LOW = PrintPage(
    address=Box(22, 60, 80, 30),
    return_line=Box(22, 54, 80, 5),
    risk=Box(18, 50, 90, 45),
    clear_left=18,
    clear_bottom=23,
    edge=6,
)
RECIPE = HOME / "docs" / "recipes" / "print-provider.md"
PAGES = {"Norwegian": NORWEGIAN, "low, with wide margins": LOW}
ASKED = Expected(("Ærø Øster Ågård",))


@pytest.fixture(scope="module", params=PAGES)
def page(request: pytest.FixtureRequest) -> PrintPage:
    return PAGES[request.param]


@pytest.fixture(scope="module")
def types(page: PrintPage) -> LetterTypes:
    return LetterTypes.load(TEMPLATES, page)


def assert_in_place(found: list[Glyph], page: PrintPage) -> None:
    """The address stands in its box and the return line in its own; nothing else is in the risk zone, nor in those
    that stay clear; the body stands under the window and beside the margins."""
    first = [glyph for glyph in found if glyph.page == 1]
    address = [glyph for glyph in first if glyph.touches(page.address)]
    assert " ".join(text_of(address).split()) == " ".join(" ".join(ADDRESS.as_lines()).split())
    assert text_of([glyph for glyph in first if glyph.touches(page.return_line)]) == HEAD.return_address
    near = [glyph for glyph in first if glyph.touches(page.risk)]
    assert all(glyph.inside(page.address) or glyph.inside(page.return_line) for glyph in near)
    assert not [glyph for glyph in found if any(glyph.touches(zone) for zone in page.clear)]
    edges = Box(0, page.edge, SHEET.width - page.edge, SHEET.height)
    assert all(glyph.inside(edges) for glyph in found)
    assert all(glyph.left > page.body_first.left - 0.1 for glyph in found if glyph not in near)


def test_the_usual_page_is_as_it_was() -> None:
    places = (USUAL.head, USUAL.body_first, USUAL.body_later, USUAL.footer, USUAL.marker)
    assert places == (
        Box(128, 15, 62, 150),
        Box(22, 98, 164, 178),
        Box(22, 22, 164, 254),
        Box(22, 281, 168, 6),
        Box(128, 8, 62, 6),
    )
    assert USUAL.clear == (Box(0, 0, 12, 297), Box(0, 289, 210, 8))


@pytest.mark.parametrize("size", Format)
@pytest.mark.parametrize("name", ["boligstoette-afgoerelse", "moedeindkaldelse", "rykker", "kvittering-ansoegning-en"])
def test_a_letter_keeps_to_the_providers_page(
    types: LetterTypes, page: PrintPage, frame: Made, name: str, size: Format
) -> None:
    made = types[name]
    example = made.examples.get("example-lang.json") or made.example or {}
    document = render(made, example, frame(marker="Genudsendt", format=size))

    assert_in_place(glyphs(document.pdf), page)
    assert document.pages > (size is Format.LARGE)
    found = preflight(document.pdf, ASKED, Limits(page=page))
    assert (found.codes, found.warnings) == ((), ())


def test_a_cover_keeps_to_the_providers_page(types: LetterTypes, page: PrintPage, frame: Made) -> None:
    document = render(types["moedeindkaldelse"], types["moedeindkaldelse"].example or {}, frame(cover=True))
    assert_in_place([glyph for glyph in glyphs(document.pdf) if glyph.page == 1], page)


def test_a_ready_made_pdf_gets_its_cover_and_marker_there(
    letter_types: LetterTypes, page: PrintPage, frame: Made
) -> None:
    notice = letter_types["moedeindkaldelse"]
    ready_made = ReadyMade(render(notice, notice.example or {}, frame(address=None)).pdf, "Et brev", frame().dated)
    covered = prepare(ready_made, frame(cover_sheet=True), limits=Limits(page=page))
    assert_in_place([glyph for glyph in glyphs(covered.pdf) if glyph.page == 1], page)

    again = prepare(ready_made, frame(marker="Genudsendt"), limits=Limits(page=page))
    assert seen_in(again.pdf, page.marker).split()[0] == "Genudsendt"


def seen_in(pdf: bytes, box: Box) -> str:
    """The text in this part of the first page."""
    text: str = (
        pypdfium2.PdfDocument(pdf)[0]
        .get_textpage()
        .get_text_bounded(
            box.left * MM, (SHEET.height - box.bottom) * MM, box.right * MM, (SHEET.height - box.top) * MM
        )
    )
    return text


def test_a_letter_for_one_window_is_refused_for_another(letter_types: LetterTypes, frame: Made) -> None:
    notice = letter_types["moedeindkaldelse"]
    usual = render(notice, notice.example or {}, frame()).pdf

    assert preflight(usual, ASKED).codes == ()
    assert "address-window-not-clear" in preflight(usual, ASKED, Limits(page=LOW)).codes


def test_what_stands_in_the_providers_risk_zone_is_seen() -> None:
    low = [text(24, 78 + 5 * number, line) for number, line in enumerate(MADE)]
    limits = Limits(page=LOW)

    assert preflight(pages([*low, *BODY]), ASKED, limits).codes == ()
    under = box(40, 91.5, 10, 2)  # under the usual risk zone, which ends at 88
    assert preflight(pages([*low, *BODY, under]), ASKED, limits).codes == ("address-window-not-clear",)


def test_the_verdict_says_the_providers_millimetres() -> None:
    limits = Limits(page=LOW)
    (missing,) = [one for one in preflight(pages(BODY), ASKED, limits).found if one.code == "address-missing"]
    assert "22 to 102 mm from the left, 60 to 90 mm from the top" in missing.sentence

    given = letter(box(14, 150, 3, 40))
    assert preflight(given, Expected(window=False)).codes == ()
    found, made = marked(given, Expected(window=False), limits)
    assert found.codes == ("content-outside-printable-area",)
    assert "in the left 18 mm, the lowest 23 mm, or 6 mm from the other edges" in found.faults[0].message
    assert red(made, 0, Box(12, 148, 3, 4))


def test_what_stands_at_the_edge_of_another_margin_is_seen() -> None:
    given = letter(box(60, 4.6, 10, 0.8))
    assert preflight(given, Expected(window=False)).codes == ()
    assert preflight(given, Expected(window=False), Limits(page=LOW)).codes == ("content-outside-printable-area",)


def test_another_page_is_another_version_of_every_type(letter_types: LetterTypes) -> None:
    again, other = (LetterTypes.load(TEMPLATES, one) for one in (print_page_from(asdict(USUAL)), NORWEGIAN))
    assert [one.template_version for one in again.values()] == [one.template_version for one in letter_types.values()]
    assert not {one.template_version for one in other.values()} & {one.template_version for one in again.values()}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "off the page": ({"risk": Box(120, 36, 104, 52)}, "risk must lie on the page"),
    "no number": ({"risk": Box(float("nan"), 36, 104, 52)}, "risk must lie on the page"),
    "an address outside its risk zone": ({"address": Box(20, 46, 98, 36)}, "address must lie inside risk"),
    "a return line outside it": ({"return_line": Box(20, 30, 90, 5)}, "return_line must lie inside risk"),
    "a return line in the address": ({"return_line": Box(20, 44, 90, 5)}, "return_line must lie above address"),
    "a narrow address": ({"address": Box(20, 46, 50, 36)}, "address must be at least 57 mm wide"),
    "a low address": ({"address": Box(20, 46, 90, 20)}, "address must be at least 57 mm wide and 25 mm high"),
    "a low return line": ({"return_line": Box(20, 40, 90, 3)}, "return_line must be at least 57 mm wide and 4 mm"),
    "an address in the margin": ({"clear_left": 21}, "address must lie where the printer prints"),
    "a margin without end": ({"clear_left": 60}, "clear_left must be from 0 to 25"),
    "a foot without end": ({"clear_bottom": 100}, "clear_bottom must be from 0 to 65"),
    "an edge less than nothing": ({"edge": -1}, "edge must be from 0 to 8"),
    "a return code outside the address": ({"return_code": Box(100, 60, 16, 18)}, "return_code must lie inside address"),
    "a small return code": ({"return_code": Box(94, 60, 10, 10)}, "return_code must be at least 14 mm wide and 11 mm"),
    "a return code in the way": ({"return_code": Box(70, 60, 40, 18)}, "return_code must leave 57 mm"),
    "no room for the letterhead": ({"risk": Box(12, 36, 130, 52)}, "risk leaves less than 45 mm at its right"),
    "no room for the letter": ({"risk": Box(12, 36, 104, 140)}, "risk leaves less than 100 mm under it"),
}


@pytest.mark.parametrize(("changes", "said"), WRONG.values(), ids=WRONG.keys())
def test_a_page_that_cannot_be_names_its_key(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(USUAL, **changes)


def test_the_settings_say_where_it_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTBOUND_CONFIG_DIR", str(tmp_path))
    file = tmp_path / "outbound.toml"
    file.write_text("[print_page]\nclear_left = 10\nrisk = { left = 11, top = 36, width = 105, height = 52 }\n")
    assert load().print_page == replace(USUAL, clear_left=10, risk=Box(11, 36, 105, 52))
    for wrong, said in (
        ("edge = 40\nclear_left = 99", "OUTBOUND_PRINT_PAGE: clear_left must be .* edge must be"),
        ("adress = 1", r"OUTBOUND_PRINT_PAGE\.ADRESS"),
        ("risk = { left = 12, topp = 36, width = 104, height = 52 }", r"OUTBOUND_PRINT_PAGE\.RISK\.TOPP"),
        ("clear_left = 'ten'", r"OUTBOUND_PRINT_PAGE\.CLEAR_LEFT"),
    ):
        file.write_text(f"[print_page]\n{wrong}\n")
        with pytest.raises(SettingsFault, match=said):
            load()


def test_the_file_in_config_is_the_usual_page() -> None:
    assert load().print_page == USUAL


def test_the_recipe_shows_a_page_that_may_be() -> None:
    (block,) = re.findall(r"^```toml print_page\n(.*?)^```$", RECIPE.read_text(), re.MULTILINE | re.DOTALL)
    assert print_page_from(tomllib.loads(block)["print_page"]) == NORWEGIAN


def lengths(least: float, most: float) -> st.SearchStrategy[float]:
    return st.floats(least, most).map(lambda length: round(length, 2))


@st.composite
def any_page(draw: st.DrawFn) -> PrintPage:
    """A page that may be: a return line and an address over each other, a risk zone around both."""
    clear_left, edge = draw(lengths(0, 25)), draw(lengths(0, 8))
    left, top = clear_left + draw(lengths(0, 15)), edge + draw(lengths(0, 60))
    wide, line, gap, tall = draw(lengths(57, 105)), draw(lengths(4, 8)), draw(lengths(0, 6)), draw(lengths(25, 45))
    around = [draw(lengths(0, 8)) for _ in range(4)]
    outer = (max(left - around[0], 0), max(top - around[1], 0))
    right, foot = left + wide + around[2], top + line + gap + tall + around[3]
    try:
        return PrintPage(
            address=Box(left, top + line + gap, wide, tall),
            return_line=Box(left, top, wide, line),
            risk=Box(*outer, right - outer[0] + 0.01, foot - outer[1] + 0.01),
            clear_left=clear_left,
            clear_bottom=draw(lengths(0, 65)),
            edge=edge,
        )
    except ValueError:
        assume(False)
        raise


@given(page=any_page(), size=st.sampled_from(Format))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_on_any_page_that_may_be_the_letter_keeps_to_it(
    letter_types: LetterTypes, frame: Made, page: PrintPage, size: Format
) -> None:
    notice = replace(letter_types["moedeindkaldelse"], page=page)
    document = render(
        notice, {**(notice.example or {}), "formaal": "ord " * 400}, frame(marker="Genudsendt", format=size)
    )

    assert_in_place(glyphs(document.pdf), page)
    assert preflight(document.pdf, ASKED, Limits(page=page)).codes == ()

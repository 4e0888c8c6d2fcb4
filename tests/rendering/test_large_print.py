"""Large print: everything grows but what a machine reads, no word is cut, and the letter keeps both standards."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from outbound.letter import Format
from outbound.rendering import WINDOW, Frame, LetterTypes, render
from outbound.rendering.sizes import LARGE_BODY, USUAL_BODY
from outbound.rendering.window import Box
from tests.rendering.conftest import HEAD, TEMPLATES
from tests.rendering.placed import Glyph, glyphs, text_of
from tests.rendering.tags import Tagged
from tests.rendering.test_tagged import EXTREMES, _text, heard, is_in_order, letter, read

Made = Callable[..., Frame]
EXAMPLES = [
    (name, example) for name, made in LetterTypes.load(TEMPLATES).items() for example in made.examples if made.form
]
PAPER = Box(12, 8, 186, 281)


@pytest.fixture
def large(frame: Made) -> Made:
    return lambda **changes: frame(format=Format.LARGE, **changes)


def sizes(pdf: bytes, words: str) -> set[float]:
    """The points in which lines that hold these words are set."""
    found: set[float] = set()

    def see(text: str, matrix: Any, text_matrix: Any, font: Any, size: float) -> None:
        if words in text:
            found.add(round(size, 2))

    for page in PdfReader(BytesIO(pdf)).pages:
        page.extract_text(visitor_text=see)
    return found


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_every_letter_keeps_both_standards_and_its_place(
    letter_types: LetterTypes, large: Made, name: str, example: str
) -> None:
    document = render(letter_types[name], letter_types[name].examples[example], large())
    found = glyphs(document.pdf)

    is_in_order(document.pdf)
    assert Tagged(document.pdf).unmarked == ""
    assert heard(document.pdf) == read(document.html)
    assert_in_place(found)


@pytest.mark.parametrize("what", EXTREMES)
def test_what_a_template_may_do_keeps_both_standards(tmp_path: Path, large: Made, what: str) -> None:
    document = letter(tmp_path, EXTREMES[what], large(cover=True, marker="Genudsendt"), _text(what))
    twin = read(document.html)

    is_in_order(document.pdf)
    assert heard(document.pdf)[-len(twin) :] == twin
    assert_in_place(glyphs(document.pdf))


def assert_in_place(found: list[Glyph]) -> None:
    near = [glyph for glyph in found if glyph.page == 1 and glyph.touches(WINDOW.risk)]
    assert all(glyph.inside(WINDOW.address) or glyph.inside(WINDOW.return_line) for glyph in near)
    assert all(glyph.inside(PAPER) for glyph in found)
    for zone in WINDOW.clear:
        assert not [glyph for glyph in found if glyph.touches(zone)]


def test_the_body_is_set_in_18_points(letter_types: LetterTypes, frame: Made, large: Made) -> None:
    notice = letter_types["moedeindkaldelse"]
    usual, grown = (render(notice, notice.example or {}, made()) for made in (frame, large))

    assert sizes(usual.pdf, "Kære") == {USUAL_BODY}
    assert sizes(grown.pdf, "Kære") == {LARGE_BODY} == {18.0}
    assert sizes(grown.pdf, "Side 1 af") == {12.0}
    assert grown.pages > usual.pages


def test_what_a_machine_reads_does_not_grow(letter_types: LetterTypes, frame: Made, large: Made) -> None:
    notice = letter_types["moedeindkaldelse"]
    usual, grown = (glyphs(render(notice, notice.example or {}, made()).pdf) for made in (frame, large))

    for box in (WINDOW.address, WINDOW.return_line):
        seen = [[glyph for glyph in found if glyph.page == 1 and glyph.touches(box)] for found in (usual, grown)]
        assert seen[0] == seen[1] != []


def test_the_same_letter_has_the_same_bytes(letter_types: LetterTypes, large: Made) -> None:
    notice = letter_types["moedeindkaldelse"]
    assert render(notice, notice.example or {}, large()) == render(notice, notice.example or {}, large())


def test_the_twin_is_read_larger_too(letter_types: LetterTypes, frame: Made, large: Made) -> None:
    notice = letter_types["moedeindkaldelse"]
    usual, grown = (str(render(notice, notice.example or {}, made()).html) for made in (frame, large))

    assert grown.replace("html{font-size:150%}", "") == usual != grown


def test_the_column_at_right_grows_as_far_as_its_words_allow(letter_types: LetterTypes, large: Made) -> None:
    mail = "borgerservice.ydelser@nordby.example"
    document = render(
        letter_types["moedeindkaldelse"],
        letter_types["moedeindkaldelse"].example or {},
        large(letterhead=replace(HEAD, mail=mail)),
    )
    column = [glyph for glyph in glyphs(document.pdf) if glyph.page == 1 and glyph.touches(WINDOW.head)]

    assert mail in text_of(column).splitlines()
    assert min(sizes(document.pdf, mail)) < min(sizes(document.pdf, "Telefon 99"))
    assert min(sizes(document.pdf, "Telefon 99")) > 12


def test_a_long_column_is_set_smaller_until_it_fits(letter_types: LetterTypes, large: Made) -> None:
    notice, long = letter_types["moedeindkaldelse"], "Birgitte Løvstrøm " * 25
    document = render(notice, notice.example or {}, large(caseworker=long))

    assert min(sizes(document.pdf, "Telefon 99")) < 12
    assert_in_place(glyphs(document.pdf))


AMOUNTS = [f"-{number}.234.567,89 kr." for number in range(4)]
NARROW = (
    "<h1>x</h1><table><thead><tr><th>Sagsbehandlingstid</th>{}</tr></thead><tbody><tr><td>Ejendomsskat</td>{}</tr>"
    "</tbody></table>"
).format(
    "".join('<th class="amount">Kvartalsvis</th>' for _ in AMOUNTS),
    "".join(f'<td class="amount">{amount}</td>' for amount in AMOUNTS),
)


@pytest.mark.parametrize("columns", [2, 3, 4, 5])
def test_a_narrow_table_holds_its_words(tmp_path: Path, large: Made, columns: int) -> None:
    rest = len(AMOUNTS) + 1 - columns
    body = NARROW.replace('<th class="amount">Kvartalsvis</th>', "", rest)
    for amount in AMOUNTS[:rest]:
        body = body.replace(f'<td class="amount">{amount}</td>', "")
    found = glyphs(letter(tmp_path, body, large()).pdf)
    lines = [" ".join(line.split()) for line in text_of(found).splitlines()]

    assert "Sagsbehandlingstid" + " Kvartalsvis" * (columns - 1) in lines
    assert " ".join(["Ejendomsskat", *AMOUNTS[rest:]]) in lines
    assert all(glyph.inside(PAPER) for glyph in found)
    assert not list(overlapping([glyph for glyph in found if glyph.page == 1 and glyph.left < 186 and glyph.top > 150]))


def overlapping(found: list[Glyph]) -> Iterator[tuple[str, str]]:
    """Signs of one line that stand on each other by more than a kerned pair does."""
    for one in found:
        for other in found:
            if one is not other and abs(one.bottom - other.bottom) < 0.1 and one.left <= other.left < one.right - 0.5:
                yield one.text, other.text

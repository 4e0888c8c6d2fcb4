"""The return code in the window: what it finds, where it stands, and that a scanner reads it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from stdnum import damm

from outbound.letter import ReadyMade
from outbound.print_page import USUAL, Box, PrintPage
from outbound.rendering import Frame, LetterTypes, Limits, prepare, render
from outbound.return_code import LENGTH, as_scanned, drawn_code, is_code, shown
from tests.rendering.conftest import TEMPLATES
from tests.rendering.made import ADDRESS, box, letter
from tests.rendering.placed import glyphs, text_of
from tests.rendering.test_print_page import LOW, NORWEGIAN
from tests.rendering.test_tagged import heard, is_in_order

Made = Callable[..., Frame]
CODE = f"2718281828{damm.calc_check_digit('2718281828')}"
DPI = 200  # what a scanner in a post room has


def scanned(pdf: bytes, page: int = 0) -> list[tuple[str, str]]:
    """Every barcode on a page, and its kind, as a reader of another maker reads it."""
    with pypdfium2.PdfDocument(pdf) as document:
        picture = document[page].render(scale=DPI / 72, grayscale=True).to_pil()
    return [(one.text, one.format.name) for one in zxingcpp.read_barcodes(picture)]


@given(st.integers(0, LENGTH - 1), st.integers(1, 9), st.integers(0, 2**256))
def test_a_wrong_digit_is_found(place: int, step: int, drawn: int) -> None:
    code = drawn_code(drawn)
    digit = (int(code[place]) + step) % 10
    assert is_code(code)
    assert not is_code(f"{code[:place]}{digit}{code[place + 1 :]}")


@given(st.integers(0, LENGTH - 2), st.integers(0, 2**256))
def test_two_neighbours_that_have_changed_places_are_found(place: int, drawn: int) -> None:
    code = drawn_code(drawn)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert swapped == code or not is_code(swapped)


def test_codes_differ_and_never_begin_with_a_nought() -> None:
    codes = {drawn_code(drawn) for drawn in (*range(1000), *(2**255 + one for one in range(1000)))}
    assert len(codes) == 2000
    assert all(len(code) == LENGTH and code[0] != "0" for code in codes)


@pytest.mark.parametrize("text", ["", "2718281828", "٢٧١٨٢٨١٨٢٨٠", CODE + "\n", "0" * LENGTH])
def test_what_is_no_code(text: str) -> None:
    assert not is_code(text)


def test_a_code_is_read_as_it_is_printed() -> None:
    assert shown(CODE) == f"271 8281 828{CODE[-1]}"
    assert as_scanned(f" {shown(CODE)}\r\n") == CODE


@pytest.mark.parametrize("page", [USUAL, NORWEGIAN, LOW], ids=["usual", "Norwegian", "low"])
@pytest.mark.parametrize("cover", [False, True], ids=["letter", "cover"])
def test_a_scanner_reads_it_beside_the_address(frame: Made, page: PrintPage, cover: bool) -> None:
    one = LetterTypes.load(TEMPLATES, page)["moedeindkaldelse"]
    made = render(one, one.example or {}, frame(return_code=CODE, cover=cover))
    assert made.return_code == CODE
    assert scanned(made.pdf) == [(CODE, "DataMatrix")]
    assert page.code_box is not None
    first = [glyph for glyph in glyphs(made.pdf) if glyph.page == 1]
    assert text_of([glyph for glyph in first if glyph.touches(page.code_box)]) == shown(CODE)
    near = [glyph for glyph in first if glyph.touches(page.address) and not glyph.inside(page.code_box)]
    assert all(glyph.inside(page.beside_code) for glyph in near)
    if cover:
        assert scanned(made.pdf, 2) == []


@pytest.mark.parametrize(
    ("sign", "code"), [("n", CODE), ("m", "")], ids=["a long address beside it", "one that leaves it no room"]
)
def test_the_address_goes_first(letter_types: LetterTypes, frame: Made, sign: str, code: str) -> None:
    one, usual = letter_types["moedeindkaldelse"], frame()
    assert usual.address is not None
    long = replace(usual.address, lines=(sign * 34, "n" * 34, "n" * 34), town="n" * 29)
    made = render(one, one.example or {}, frame(return_code=CODE, address=long))
    assert made.return_code == code
    assert [text for text, _ in scanned(made.pdf)] == [code] * bool(code)


def test_nobody_hears_it_and_the_letter_stays_in_order(letter_types: LetterTypes, frame: Made) -> None:
    one = letter_types["moedeindkaldelse"]
    plain, coded = (render(one, one.example or {}, frame(return_code=code)) for code in ("", CODE))
    is_in_order(coded.pdf)
    assert heard(coded.pdf) == heard(plain.pdf)
    assert coded.html == plain.html
    assert scanned(plain.pdf) == []


@pytest.mark.parametrize("left_out", [{"address": None}, {"return_code": ""}], ids=["no address", "no code"])
def test_a_letter_without_address_or_code_says_so(
    letter_types: LetterTypes, frame: Made, left_out: dict[str, Any]
) -> None:
    one = letter_types["moedeindkaldelse"]
    made = render(one, one.example or {}, frame(**{"return_code": CODE, **left_out}))
    assert made.return_code == ""
    assert scanned(made.pdf) == []


@pytest.mark.parametrize(
    "page",
    [replace(USUAL, return_code=Box(0, 0, 0, 0)), replace(USUAL, address=Box(20, 46, 60, 36))],
    ids=["not wanted", "no room"],
)
def test_a_page_may_have_no_place_for_it(frame: Made, page: PrintPage) -> None:
    one = LetterTypes.load(TEMPLATES, page)["moedeindkaldelse"]
    made = render(one, one.example or {}, frame(return_code=CODE))
    assert (made.return_code, scanned(made.pdf)) == ("", [])
    ready = prepare(
        ReadyMade(letter(), "Et brev", date(2026, 11, 24)), frame(return_code=CODE), limits=Limits(page=page)
    )
    assert ready.return_code == ""


@pytest.mark.parametrize(
    ("asked", "lines"),
    [({}, ADDRESS), ({"marker": "Genudsendt"}, ADDRESS), ({"cover": True}, ()), ({"cover_sheet": True}, ADDRESS)],
    ids=["alone", "with a marker", "on the cover", "on the cover sheet"],
)
def test_a_ready_made_pdf_gets_it_too(frame: Made, asked: dict[str, Any], lines: tuple[str, ...]) -> None:
    ready = ReadyMade(letter(lines=lines), "Et brev", date(2026, 11, 24))
    made = prepare(ready, frame(return_code=CODE, **asked))
    assert made.return_code == CODE
    assert scanned(made.pdf) == [(CODE, "DataMatrix")]


def test_where_something_stands_in_its_place_a_ready_made_pdf_leaves_as_it_came(frame: Made) -> None:
    assert USUAL.code_box is not None
    ready = ReadyMade(letter(box(USUAL.code_box.left + 2, 70, 5, 2)), "Et brev", date(2026, 11, 24))
    made = prepare(ready, frame(return_code=CODE))
    assert made.return_code == ""
    assert scanned(made.pdf) == []


def test_a_tagged_ready_made_pdf_stays_in_order(letter_types: LetterTypes, frame: Made) -> None:
    bolig = letter_types["boligstoette-afgoerelse"]
    given = render(bolig, bolig.example or {}, frame()).pdf
    made = prepare(ReadyMade(given, "Et brev", date(2026, 11, 24)), frame(return_code=CODE))
    assert made.return_code == CODE
    is_in_order(made.pdf)
    assert heard(made.pdf) == heard(given)

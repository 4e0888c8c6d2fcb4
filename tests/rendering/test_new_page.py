"""A section that begins on a page of its own: never an empty page, whatever stands around it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from outbound.rendering import Frame
from outbound.rendering.window import WINDOW
from tests.rendering.placed import glyphs, text_of
from tests.rendering.tags import Tagged
from tests.rendering.test_letter_types import faults_of, write
from tests.rendering.test_tagged import heard, is_in_order, letter, read

BODY_LATER = WINDOW.body_later

Made = Callable[..., Frame]
NEW = '<section class="new-page">{}</section>'
CASES = {
    "one": ("<h1>a</h1><p>b</p>" + NEW.format("<h2>c</h2><p>d</p>"), ["a b", "c d"]),
    "two in a row": ("<h1>a</h1>" + NEW.format("<p>b</p>") + NEW.format("<p>c</p>"), ["a", "b", "c"]),
    "an empty one between": ("<h1>a</h1>" + NEW.format("") * 3 + NEW.format("<p>b</p>"), ["a", "b"]),
    "an empty one at the end": ("<h1>a</h1><p>b</p>" + NEW.format("") * 2, ["a b"]),
    "text goes on after it": ("<h1>a</h1>" + NEW.format("<p>b</p>") + "<p>c</p>", ["a", "b c"]),
    "sections inside": (
        "<h1>a</h1>" + NEW.format('<h2>b</h2><section class="box"><p>c</p></section><section class="keep"><p>d</p>'
        "</section>"), ["a", "b c d"],
    ),
}  # fmt: skip


def bodies(pdf: bytes) -> list[str]:
    """The words of each page's body, without what stands around it."""
    found = glyphs(pdf)
    pages = range(1, max(one.page for one in found) + 1)
    tops = [97 if page == 1 else BODY_LATER.top - 3 for page in pages]
    texts = (
        text_of([one for one in found if one.page == page and top < one.top < 279])
        for page, top in zip(pages, tops, strict=True)
    )
    return [" ".join(text.split()) for text in texts]


@pytest.mark.parametrize("what", CASES)
def test_a_section_begins_a_page(tmp_path: Path, frame: Made, what: str) -> None:
    body, expected = CASES[what]
    document = letter(tmp_path, body, frame())
    assert bodies(document.pdf) == expected
    assert document.pages == len(expected)
    assert heard(document.pdf) == read(document.html)
    is_in_order(document.pdf)


@pytest.mark.parametrize("lines", range(15, 40))
def test_where_a_page_ends_anyway_there_is_no_empty_one(tmp_path: Path, frame: Made, lines: int) -> None:
    document = letter(tmp_path, "<h1>a</h1>" + "<p>b</p>" * lines + NEW.format("<p>c</p>"), frame())
    pages = bodies(document.pdf)
    assert pages[-1] == "c"
    assert all(pages)
    assert sum(page.count("b") for page in pages) == lines


def test_it_begins_at_the_top_and_is_a_section(tmp_path: Path, frame: Made) -> None:
    document = letter(tmp_path, CASES["one"][0], frame())
    (section,) = Tagged(document.pdf).root.all("Sect")
    assert [tag.name for tag in section.all("H2", "P")] == ["H2", "P"]
    top = min(one.top for one in glyphs(document.pdf) if one.page == 2)
    assert top == pytest.approx(BODY_LATER.top, abs=2)


def test_the_twin_breaks_there_too_when_it_is_printed(tmp_path: Path, frame: Made) -> None:
    twin = letter(tmp_path, CASES["one"][0], frame()).html or ""
    assert ".new-page{break-before:page}" in twin
    assert '<section class="new-page"><h2>c</h2>' in twin


@pytest.mark.parametrize(
    "body",
    [
        NEW.format(NEW.format("<p>b</p>")),
        f'<section class="keep">{NEW.format("<p>b</p>")}</section>',
        '<section class="box"><section class="keep"><p>b</p></section></section>',
        NEW.format("<h1>b</h1>"),
    ],
)
def test_only_a_new_page_holds_sections_and_none_of_its_own_kind(tmp_path: Path, body: str) -> None:
    assert "may not stand in <section>" in faults_of(write(tmp_path, "<h1>a</h1>" + body))[0]

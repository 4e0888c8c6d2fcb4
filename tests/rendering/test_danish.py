"""Dates, money and numbers as a Dane writes them, and the twin that says the same as the paper."""

import re
from collections.abc import Callable
from datetime import date, time
from html.parser import HTMLParser
from typing import Any

import pytest

from outbound.rendering import Frame, LetterTypes, render
from outbound.rendering.danish import afsnit, dato, klokkeslaet, kroner, linjer, maaned, tal, ugedag
from tests.rendering.placed import glyphs, text_of


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (dato("2026-11-22"), "22. november 2026"),
        (dato(date(2026, 1, 1)), "1. januar 2026"),
        (ugedag("2026-11-22"), "søndag"),
        (maaned("2026-05-01"), "maj 2026"),
        (klokkeslaet("09:05"), "kl. 9.05"),
        (klokkeslaet(time(14, 0)), "kl. 14.00"),
        (kroner(123450), "1.234,50 kr."),
        (kroner(0), "0,00 kr."),
        (kroner(5), "0,05 kr."),
        (kroner(-5), "-0,05 kr."),
        (kroner(-123456789), "-1.234.567,89 kr."),
        (tal(1234), "1.234"),
        (tal(1234.5), "1.234,5"),
        (tal(-0.25), "-0,25"),
        (linjer("a < b\n c "), "a &lt; b<br/>c"),
        (afsnit(" et\r\n\r\nto\ntre\n \n\nfire\n"), ["et", "to\ntre", "fire"]),
    ],
)
def test_it_is_written_in_danish(written: Any, wanted: Any) -> None:
    assert written == wanted


@pytest.mark.parametrize("wrong", [1.5, "100", True, None])
def test_money_is_a_whole_number_of_oere(wrong: Any) -> None:
    with pytest.raises(TypeError):
        kroner(wrong)


class Page(HTMLParser):
    """Reads a page strictly: every element is closed in its turn."""

    VOID = ("br", "meta")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.attributes: dict[str, dict[str, str | None]] = {}
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes[tag] = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "title"):
            self.text += f" {data}"


@pytest.mark.parametrize("name", ["boligstoette-afgoerelse", "moedeindkaldelse"])
def test_the_twin_is_a_whole_page_that_says_what_the_paper_says(
    letter_types: LetterTypes, frame: Callable[..., Frame], name: str
) -> None:
    document = render(letter_types[name], letter_types[name].example or {}, frame(marker="Genudsendt"))
    assert document.html is not None
    assert document.html.startswith("<!DOCTYPE html>")
    page = Page()
    page.feed(document.html)
    page.close()

    assert page.open == []
    assert page.attributes["html"] == {"lang": "da"}
    assert page.attributes["meta"] == {"charset": "utf-8"}
    assert page.seen.count("h1") == page.seen.count("main") == page.seen.count("title") == 1
    assert not {"script", "link", "img"} & set(page.seen)
    assert _words(text_of(glyphs(document.pdf))) - _words(page.text) <= {"Side", "af"}
    assert _words(page.text) - _words(text_of(glyphs(document.pdf))) == set()


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d]+", text))


def test_the_scopes_of_a_table_are_said(letter_types: LetterTypes, frame: Callable[..., Frame]) -> None:
    for name, scope in (("boligstoette-afgoerelse", "col"), ("moedeindkaldelse", "row")):
        document = render(letter_types[name], letter_types[name].example or {}, frame())
        assert f'scope="{scope}"' in (document.html or "")

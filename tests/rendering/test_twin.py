"""The HTML twin of every letter: complete, alone, in order, and a page that says what each part of it is."""

import re
from itertools import pairwise
from typing import Any

import pytest
from justhtml import StrictModeError
from lxml import etree

from outbound.letter import Channel
from outbound.rendering import LetterTypes, render
from tests.rendering.conftest import TEMPLATES, usual_frame
from tests.rendering.twins import Twin, reaches_out

TYPES = LetterTypes.load(TEMPLATES)
EXAMPLES = [(name, example) for name, one in TYPES.items() for example in one.examples]
HEAD = '<!DOCTYPE html>\n<html lang="da"><head><meta charset="utf-8"><title>x</title></head><body><main>'


def html_of(name: str, example: str = "example.json", **changes: Any) -> str:
    one = TYPES[name]
    return render(one, one.examples[example], usual_frame(**changes)).html or ""


def faults_of(twin: Twin) -> list[str]:
    """What a reader who does not see the page would miss."""
    (page,) = twin.all("html")
    faults = [] if page.attrs.get("lang") else ["no language"]
    faults += [] if len(twin.all("h1")) == 1 == len(twin.all("main h1")) else ["not one h1"]
    faults += [] if len(twin.all("main")) == 1 == len(twin.all("title")) else ["not one main and one title"]
    faults += ["a head without scope" for one in twin.all("th") if one.attrs.get("scope") not in ("col", "row")]
    faults += ["a head of columns for rows" for one in twin.all("thead th") if one.attrs.get("scope") != "col"]
    faults += ["a picture without words" for one in twin.all("img") if "alt" not in one.attrs]
    faults += ["a link without words" for one in twin.all("a") if not (one.attrs.get("href") and one.to_text().strip())]
    levels = [int(one.name[1]) for one in twin.elements() if re.fullmatch(r"h[1-6]", one.name)]
    faults += ["a level left out" for one, after in pairwise(levels) if after > one + 1]
    return faults + reaches_out(twin)


def is_read_as_written(html: str, twin: Twin) -> None:
    """A browser makes of the body the very elements that are written: it adds, closes and moves none."""
    (body,) = re.findall(r"<main>.*</main>", html, re.DOTALL)
    written = etree.fromstring(body.replace("<br>", "<br/>"))
    assert [one.tag for one in written.iter()] == [one.name for one in twin.elements("main")]


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_every_example_is_in_order_by_the_standard_and_needs_nothing_else(name: str, example: str) -> None:
    ways: tuple[dict[str, Any], ...] = ({}, {"address": None, "channel": Channel.DIGITAL}, {"marker": "Genudsendt"})
    for changes in ways:
        html = html_of(name, example, **changes)
        twin = Twin(html)
        is_read_as_written(html, twin)
        assert faults_of(twin) == []
        assert twin.all("html")[0].attrs["lang"] == TYPES[name].languages[0]


def test_nothing_but_links_leads_anywhere() -> None:
    html = html_of("boligstoette-afgoerelse")
    assert set(re.findall(r"https?://[^\"<\s]+", re.sub(r"<a href=.*?</a>", "", html))) == set()
    assert "url(" not in html
    assert "@import" not in html


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<h1>x</h1><h1>y</h1>", "not one h1"),
        ("<p>x</p>", "not one h1"),
        ("<h1>x</h1><h3>y</h3>", "a level left out"),
        ("<h1>x</h1><table><tbody><tr><th>y</th></tr></tbody></table>", "a head without scope"),
        ("<h1>x</h1><a href='https://x.example'> </a>", "a link without words"),
        ("<h1>x</h1><p style='x'>y</p>", "p style"),
        ("<h1>x</h1><p onclick='x'>y</p>", "p onclick"),
        ("<h1>x</h1><script>y</script>", "script"),
        ("<h1>x</h1><img src='https://x.example/y.png' alt='z'>", "img src"),
    ],
)
def test_a_page_that_is_not_in_order_is_found(body: str, fault: str) -> None:
    assert fault in faults_of(Twin(f"{HEAD}{body}</main></body></html>"))


@pytest.mark.parametrize("body", ["<p>a</b>", "<p><p></p></p>", "<li></ul>", "</br>", '<p b="', "a\0b"])
def test_a_page_that_is_no_html_is_found(body: str) -> None:
    with pytest.raises(StrictModeError):
        Twin(f"{HEAD}<h1>x</h1>{body}</main></body></html>")


@pytest.mark.parametrize("body", ["<table><p>x</p></table>", "<table><tr><td>x</td></tr></table>"])
def test_a_page_that_a_browser_would_put_in_another_order_is_found(body: str) -> None:
    html = f"{HEAD}<h1>x</h1>{body}</main></body></html>"
    with pytest.raises(AssertionError):
        is_read_as_written(html, Twin(html))

"""Every letter is PDF/UA-1 and PDF/A-2a at once, and is heard in the order of its HTML twin."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import page
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from pypdf import PdfReader
from reportlab.pdfgen.canvas import Canvas

from outbound.letter import Document
from outbound.rendering import Frame, LetterTypes, RenderingFault, render, unprintable
from tests.rendering.conftest import TEMPLATES
from tests.rendering.placed import glyphs, text_of
from tests.rendering.tags import Tag, Tagged
from tests.rendering.test_letter_types import TOML, write

Made = Callable[..., Frame]
PROFILES = ("2a", "ua1")
NAMES = tuple(name for name, made in LetterTypes.load(TEMPLATES).items() if made.example is not None)
FRAMES: dict[str, dict[str, Any]] = {
    "plain": {},
    "cover": {"cover": True},
    "marker": {"marker": "Genudsendt"},
    "cover and marker": {"cover": True, "marker": "Genudsendt"},
    "mailbox": {"address": None},
    "bare": {"case_number": "", "reference": "", "caseworker": ""},
}
ROWS = "".join(
    f"<tr><td>Linje {number} med nogle ord, så den fylder to linjer i sin smalle kolonne</td>"
    f'<td class="amount">{number},00 kr.</td></tr>'
    for number in range(120)
)
TABLE = f'<table><thead><tr><th>Beregning</th><th class="amount">Beløb</th></tr></thead><tbody>{ROWS}</tbody></table>'
FACTS = '<table class="facts"><tbody><tr><th>Sted</th><td>{}</td></tr></tbody></table>'
PLAIN_TABLE = "<table><tbody><tr>{}</tr></tbody></table>"
EXTREMES = {
    "a table over pages": f"<h1>x</h1>{TABLE}<p>Efter.</p>",
    "500 characters": "<h1>x</h1><p>{{ tekst }}</p>",
    "links": (
        '<h1>x</h1><p><a href="https://www.nordby.example/">kun et link</a></p>'
        '<p>Skriv til <a href="mailto:post@nordby.example">post@nordby.example</a> eller '
        '<a href="tel:+4599999999">ring</a>.</p>'
        f'<p>{"ord " * 22}<a href="https://www.nordby.example/langt">{"et langt link " * 9}</a> og mere.</p>'
        '<ul><li>se <a href="https://www.nordby.example/a">her</a></li></ul>'
        + FACTS.format('<a href="https://www.nordby.example/b">der</a>')
    ),
    "headings that leave a level out": "<h1>x</h1><h3>y</h3><p>z</p><h2>æ</h2><h3>ø</h3><p>å</p>",
    "empty elements": "<h1>x</h1><p></p><ul><li></li><li>y</li></ul><p><strong></strong></p>"
    + PLAIN_TABLE.format("<td></td>"),
    "uneven rows": (
        "<h1>x</h1><table><thead><tr><th>a</th><th>b</th><th>c</th></tr></thead>"
        "<tbody><tr><td>1</td></tr></tbody></table>"
    ),
    "a table without names": "<h1>x</h1>" + PLAIN_TABLE.format("<td>1</td><td>2</td>"),
    "a box over pages": f"<h1>x</h1><section class='box'><h2>y</h2>{'<p>ord og flere ord til</p>' * 150}</section>",
    "numbers": f"<h1>x</h1><ol>{'<li>første <em>og</em><br/>anden</li>' * 60}</ol>",
    "a row over pages": (
        "<h1>x</h1><table><thead><tr><th>a</th></tr></thead><tbody><tr><td>{{ tekst }}</td></tr></tbody></table>"
    ),
}


def failures(pdf: bytes, profile: str) -> list[str]:
    return [f"{one.rule_id}: {one.message}" for one in page.validate_pdf_bytes(pdf, profile=profile).failures]


def is_in_order(pdf: bytes) -> None:
    for profile in PROFILES:
        assert failures(pdf, profile) == []
        assert page.is_pdf_compliant_bytes(pdf, profile=profile)


def letter(folder: Path, body: str, frame: Frame, text: str = "z") -> Document:
    """A letter of a type with this body and the one field `tekst`."""
    schema = {"type": "object", "additionalProperties": False, "properties": {"tekst": {"type": "string"}}}
    made = LetterTypes.load(write(folder, body, toml=TOML, schema=schema, example={"tekst": "z"}))["et-brev"]
    return render(made, {"tekst": text}, frame)


SOFT_HYPHEN = "\u00ad"  # a word is parted here; a screen reader skips it


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def heard(pdf: bytes) -> list[str]:
    """The words in the order of the tree, without bullets and numbers, which a twin has no text for."""
    return words(_without_labels(Tagged(pdf).root).replace(SOFT_HYPHEN, ""))


def _without_labels(tag: Tag) -> str:
    if tag.name == "Lbl":
        return ""
    return "".join(kid if isinstance(kid, str) else f" {_without_labels(kid)} " for kid in tag.kids)


def read(html: str | None) -> list[str]:
    class Reader(HTMLParser):
        text, skipped = "", False

        def handle_starttag(self, tag: str, attrs: Any) -> None:
            self.skipped = tag in ("style", "title") or (self.skipped and tag != "body")
            self.text += " " if tag not in ("strong", "em", "a") else ""

        def handle_endtag(self, tag: str) -> None:
            self.text += " " if tag not in ("strong", "em", "a") else ""
            self.skipped = self.skipped and tag not in ("style", "title")

        def handle_data(self, data: str) -> None:
            self.text += "" if self.skipped else data

    reader = Reader()
    reader.feed(html or "")
    return words(reader.text)


@pytest.mark.parametrize("how", FRAMES)
@pytest.mark.parametrize("name", NAMES)
def test_every_type_of_letter_keeps_both_standards(letter_types: LetterTypes, frame: Made, name: str, how: str) -> None:
    document = render(letter_types[name], letter_types[name].example or {}, frame(**FRAMES[how]))
    is_in_order(document.pdf)
    assert Tagged(document.pdf).unmarked == ""


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("how", ["plain", "marker", "mailbox", "bare"])
def test_a_letter_is_heard_as_its_twin_is_read(letter_types: LetterTypes, frame: Made, name: str, how: str) -> None:
    document = render(letter_types[name], letter_types[name].example or {}, frame(**FRAMES[how]))
    assert heard(document.pdf) == read(document.html)


@pytest.mark.parametrize("name", NAMES)
def test_a_cover_is_heard_before_the_letter(letter_types: LetterTypes, frame: Made, name: str) -> None:
    document = render(letter_types[name], letter_types[name].example or {}, frame(cover=True))
    said, twin = heard(document.pdf), read(document.html)
    assert said[-len(twin) :] == twin
    assert " ".join(said[: -len(twin)]).endswith("Dette ark er kun til adressen Brevet begynder på næste ark")


@pytest.mark.parametrize("what", EXTREMES)
def test_what_a_template_may_do_keeps_both_standards(tmp_path: Path, frame: Made, what: str) -> None:
    document = letter(tmp_path, EXTREMES[what], frame(cover=True, marker="Genudsendt"), _text(what))
    is_in_order(document.pdf)
    twin = read(document.html)
    assert heard(document.pdf)[-len(twin) :] == twin


def _text(what: str) -> str:
    if what == "500 characters":
        letters = [chr(code) for code in range(0x100, 0x250)] + [chr(code) for code in range(0x391, 0x460)]
        return " ".join(sign for sign in letters if sign.isalpha() and code_known(sign))
    return "et ord og mange flere ord " * 300


def code_known(sign: str) -> bool:
    return not unprintable(sign)


def test_there_are_500_characters_in_the_letter_of_500(tmp_path: Path, frame: Made) -> None:
    text = _text("500 characters")
    assert len(set(text)) >= 500
    document = letter(tmp_path, EXTREMES["500 characters"], frame(), text)
    subsets = {str(font["/BaseFont"]) for at in PdfReader(BytesIO(document.pdf)).pages for font in _fonts_of(at)}
    assert len([name for name in subsets if name.endswith("LetterSans-Regular")]) >= 2


def _fonts_of(at: Any) -> Iterator[Any]:
    return (font.get_object() for font in at["/Resources"]["/Font"].values())


def test_a_table_over_pages_is_one_table(tmp_path: Path, frame: Made) -> None:
    document = letter(tmp_path, EXTREMES["a table over pages"], frame())
    (table,) = Tagged(document.pdf).root.all("Table")
    rows = list(table.all("TR"))
    heads = list(table.all("TH"))

    assert document.pages >= 4
    assert len(set().union(*(cell.pages for cell in table.all("TD")))) >= 3
    assert len(rows) == 121
    assert [head.text.strip() for head in heads] == ["Beregning", "Beløb"]
    assert {str(head.entries["/A"]["/Scope"]) for head in heads} == {"/Column"}
    assert all(len(row.kids) == 2 for row in rows)


def test_a_row_over_pages_is_one_row(tmp_path: Path, frame: Made) -> None:
    document = letter(tmp_path, EXTREMES["a row over pages"], frame(), _text("a row over pages"))
    (table,) = Tagged(document.pdf).root.all("Table")
    (cell,) = table.all("TD")
    assert len(list(table.all("TR"))) == 2
    assert len(cell.pages) >= 2


def test_the_names_of_facts_head_their_rows(letter_types: LetterTypes, frame: Made) -> None:
    moede = letter_types["moedeindkaldelse"]
    (table,) = Tagged(render(moede, moede.example or {}, frame()).pdf).root.all("Table")
    assert {str(head.entries["/A"]["/Scope"]) for head in table.all("TH")} == {"/Row"}


def test_lists_have_labels_and_bodies(tmp_path: Path, frame: Made) -> None:
    document = letter(tmp_path, EXTREMES["numbers"], frame())
    (whole,) = Tagged(document.pdf).root.all("L")
    assert {repr(entry) for entry in whole.outline()[1]} == {repr(("LI", [("Lbl", []), ("LBody", [])]))}
    assert [label.text.strip() for label in whole.all("Lbl")] == [f"{number}." for number in range(1, 61)]


def test_a_link_is_one_element_with_words_and_areas(tmp_path: Path, frame: Made) -> None:
    links = list(Tagged(letter(tmp_path, EXTREMES["links"], frame()).pdf).root.all("Link"))
    assert [link.text.split()[0] for link in links] == ["kun", "post@nordby.example", "ring", "et", "her", "der"]
    assert all(area["/Contents"] and area["/F"] == 4 for link in links for area in link.links)
    assert [len(link.links) for link in links][:3] == [1, 1, 1]
    assert len(links[3].links) >= 2  # a link over two lines


def test_headings_leave_no_level_out(tmp_path: Path, frame: Made) -> None:
    root = Tagged(letter(tmp_path, EXTREMES["headings that leave a level out"], frame()).pdf).root
    assert [tag.name for tag in root.all("H1", "H2", "H3")] == ["H1", "H2", "H2", "H3"]


@pytest.mark.parametrize("text", ["x" * 9_000, "kort " + "y" * 700 + " slut", "ǩ" * 400 + "a" * 400, "a-b " * 900])
@pytest.mark.parametrize(
    "body", ["<p>{{ tekst }}</p>", "<p><em>z</em> {{ tekst }}</p>", "<ul><li>{{ tekst }}</li></ul>"]
)
def test_a_word_too_long_for_its_line_is_still_one_word(tmp_path: Path, frame: Made, body: str, text: str) -> None:
    document = letter(tmp_path, "<h1>y</h1>" + body, frame(), text)
    assert heard(document.pdf) == read(document.html)


def test_the_document_says_what_it_is(letter_types: LetterTypes, frame: Made) -> None:
    bolig = letter_types["boligstoette-afgoerelse"]
    document = render(bolig, bolig.example or {}, frame())
    reader = PdfReader(BytesIO(document.pdf))
    xmp: Any = reader.root_object["/Metadata"]
    said = etree.fromstring(xmp.get_data())
    info: Any = reader.trailer["/Info"]

    def only(name: str) -> str:
        found: Any = said.xpath(f"//*[name()='{name}']//text()")
        return "".join(found).strip()

    assert only("dc:title") == info["/Title"] == document.title
    assert only("dc:creator") == info["/Author"] == "Nordby Kommune"
    assert only("dc:description") == info["/Subject"] == "Afgørelse om boligstøtte"
    assert only("pdf:Producer") == info["/Producer"]
    assert only("xmp:CreatorTool") == info["/Creator"]
    assert only("dc:language") == str(reader.root_object["/Lang"]) == "da"
    assert info["/CreationDate"] == info["/ModDate"] == "D:20261124000000Z"
    assert only("xmp:CreateDate") == only("xmp:ModifyDate") == "2026-11-24T00:00:00Z"
    assert (only("pdfaid:part"), only("pdfaid:conformance"), only("pdfuaid:part")) == ("2", "A", "1")


def in_language(folder: Path, frame: Frame, language: str) -> Document:
    made = LetterTypes.load(write(folder, toml=TOML + f'languages = ["{language}"]\n'))["et-brev"]
    document = render(made, {"tekst": "x"}, frame)
    assert str(PdfReader(BytesIO(document.pdf)).root_object["/Lang"]) == language
    is_in_order(document.pdf)
    return document


def said_in(tag: Tag, language: str = "") -> Iterator[tuple[str, str]]:
    """(language, text) of everything under an element, where one is given."""
    language = str(tag.entries.get("/Lang", language))
    for kid in tag.kids:
        if isinstance(kid, str):
            yield language, " ".join(kid.split())
        else:
            yield from said_in(kid, language)


@pytest.mark.parametrize("language", ["en", "en-GB"])
def test_an_english_letter_has_english_words_around_it(tmp_path: Path, frame: Made, language: str) -> None:
    """The municipality's own names stay Danish, and are said to be; so is the sheet that the post reads."""
    document = in_language(tmp_path, frame(cover=True, marker="Genudsendt"), language)
    cover, *letter = Tagged(document.pdf).root.kids
    assert isinstance(cover, Tag)
    assert cover.entries["/Lang"] == "da"

    said = [pair for tag in letter if isinstance(tag, Tag) for pair in said_in(tag)]
    danish = [text for own, text in said if own == "da"]
    assert danish == [
        "Genudsendt", "Nordby Kommune", "Borgerservice", "Nordby Kommune, Rådhuspladsen 1, 9999 Nordby",
        "Mandag-onsdag 10-15 Torsdag 10-17",
    ]  # fmt: skip
    assert " ".join(text for own, text in said if own == "") == (
        "Telephone 99 99 99 99 post@nordby.example www.nordby.example Opening hours Ærø Øster Ågård "
        "Date 24 November 2026 Case number 26/004711 Reference BS-118 Caseworker Birgitte Løvstrøm Et brev x"
    )
    assert "Page 1 of 1" in text_of(glyphs(document.pdf)).replace("\u00a0", " ")
    assert "Nordby Kommune · Case number 26/004711" in text_of(glyphs(document.pdf))


def test_a_danish_letter_names_no_language_but_its_own(tmp_path: Path, frame: Made) -> None:
    document = in_language(tmp_path, frame(), "da")
    assert {own for own, _ in said_in(Tagged(document.pdf).root)} == {""}
    assert "lang=" not in (document.html or "").partition("<body>")[2]


def test_where_the_router_has_no_words_they_are_danish_and_say_so(tmp_path: Path, frame: Made) -> None:
    document = in_language(tmp_path, frame(cover=True), "kl")
    cover, head, title, _ = Tagged(document.pdf).root.kids
    assert isinstance(cover, Tag)
    assert isinstance(head, Tag)
    assert isinstance(title, Tag)
    assert cover.entries["/Lang"] == head.entries["/Lang"] == "da"
    assert {"Dato", "Sagsnummer"} <= set(words(head.text))
    assert title.name == "H1"
    assert '<header lang="da">' in (document.html or "")


def test_the_twin_of_an_english_letter_is_english_too(tmp_path: Path, frame: Made) -> None:
    twin = (in_language(tmp_path, frame(), "en").html or "").replace("\u00a0", " ")
    assert "<br>Telephone 99 99 99 99<br>" in twin
    assert 'Opening hours: <span lang="da">Mandag-onsdag 10-15 · Torsdag 10-17</span>' in twin
    assert '<p><span lang="da">Nordby Kommune</span><br><span lang="da">Borgerservice</span>' in twin
    assert "<p>Date: 24 November 2026<br>Case number: 26/004711<br>" in twin


def test_a_title_with_markup_in_it_is_data_in_the_metadata(tmp_path: Path, frame: Made) -> None:
    folder = write(tmp_path, toml=TOML.replace("Et brev", "{{ tekst }}"))
    made = LetterTypes.load(folder)["et-brev"]
    title = "</dc:title> & <x> ]]> {day} (Ærø\\) Łódź"
    document = render(made, {"tekst": title}, frame())
    is_in_order(document.pdf)
    reader = PdfReader(BytesIO(document.pdf))
    assert reader.metadata is not None
    assert reader.metadata.title == title


@settings(max_examples=25, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=80), st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=4))
def test_any_text_keeps_both_standards(letter_types: LetterTypes, frame: Made, one: str, more: list[str]) -> None:
    moede = letter_types["moedeindkaldelse"]
    fields: dict[str, Any] = {**(moede.example or {}), "moeder": one, "medbring": more}
    try:
        document = render(moede, fields, frame())
    except RenderingFault:
        return
    is_in_order(document.pdf)
    assert heard(document.pdf) == read(document.html)


def test_plain_reportlab_fails_where_these_letters_pass() -> None:
    """The validator can say no: without tags, metadata, colour profile and embedded faces, it names each."""
    out = BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.drawString(72, 700, "Uden mærker")
    canvas.save()
    assert len(failures(out.getvalue(), "2a")) >= 5
    assert len(failures(out.getvalue(), "ua1")) >= 3


MISSES: dict[str, tuple[bytes, bytes, str]] = {
    "no mark": (b"/MarkInfo<</Marked true>>", b"/MarkInfo<</Marked false>>", "2a"),
    "no language": (b"/Lang(da)", b"/Long(da)", "ua1"),
    "title not shown": (b"/DisplayDocTitle true", b"/DisplayDocTitle fals", "ua1"),
    "no order of tabs": (b"/Tabs /S", b"/Tabs /R", "ua1"),
    "head without scope": (b"/Scope/Column", b"/Skope/Column", "ua1"),
    "link not described": (b"/Contents (https", b"/Kontents (https", "ua1"),
    "link not printed": (b"/F 4", b"/F 2", "2a"),
    "another conformance": (b"<pdfaid:conformance>A", b"<pdfaid:conformance>X", "2a"),
    "not declared accessible": (b"<pdfuaid:part>1", b"<pdfuaid:part>7", "ua1"),
    "no colour profile": (b"/OutputIntents[", b"/OutputInTents[", "2a"),
}


@pytest.mark.parametrize("miss", MISSES)
def test_a_near_miss_fails(letter_types: LetterTypes, frame: Made, miss: str) -> None:
    bolig = letter_types["boligstoette-afgoerelse"]
    good, bad, profile = MISSES[miss]
    pdf = render(bolig, bolig.example or {}, frame()).pdf
    assert good in pdf
    assert failures(pdf.replace(good, bad), profile) != []


def test_the_defects_of_the_library_below_are_mended(letter_types: LetterTypes, frame: Made) -> None:
    bolig = letter_types["boligstoette-afgoerelse"]
    pdf = render(bolig, bolig.example or {}, frame(recipient="Ǩ. Łódź")).pdf
    assert pdf.count(b"endstream") == pdf.count(b"\r\nendstream\nendobj")
    assert not re.search(rb"\b(True|False|None)\b", pdf)
    assert not re.search(rb"/Filter\s*\[\s*\]", pdf)
    for at in PdfReader(BytesIO(pdf)).pages:
        for font in _fonts_of(at):
            assert b"<0000>" not in font["/ToUnicode"].get_data()

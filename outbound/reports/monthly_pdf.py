"""A month's report as PDF: set as letters are, tagged (PDF/UA-1, PDF/A-2a), in black and grey."""

import unicodedata
from collections.abc import Iterator
from io import BytesIO

from lxml import etree
from lxml.etree import _Element
from reportlab.platypus import Flowable

from outbound.rendering import fonts, unprintable
from outbound.rendering.chart import Bar, Bars
from outbound.rendering.danish import MONTHS, maaned
from outbound.rendering.fonts import BOLD
from outbound.rendering.fragments import STYLES, plain
from outbound.rendering.metadata import Facts
from outbound.rendering.paging import pour
from outbound.rendering.pieces import STICKS, flowables
from outbound.rendering.setting import Setting, setting_in
from outbound.rendering.sheet import draw_footer
from outbound.rendering.sizes import NORMAL
from outbound.rendering.structure import Element
from outbound.rendering.tagged import TaggedCanvas
from outbound.rendering.window import WINDOW
from outbound.rendering.words import words_in
from outbound.reports.figures import rounded
from outbound.reports.monthly_paper import Kind, Paper, Row, Sheet, typed, words
from outbound.reports.report import NO_LETTERS, percent

DANISH = "da"
SUBJECT = "Månedsrapport om udgående post"
TREND = "Digital andel, procent pr. måned"
NUMBERS = frozenset({Kind.COUNT, Kind.MONEY, Kind.SHARE, Kind.PERCENT})
EMPTY = "Ingen i måneden."
APART = 8.0  # points over the heading of a table


def as_pdf(paper: Paper) -> bytes:
    """A4 pages, each with its number."""
    fonts.register()
    root, out, place = Element("Document"), BytesIO(), WINDOW
    setting = setting_in(DANISH, NORMAL, place.body_later)
    story = [*_story(paper, root, setting)]
    pages = pour(story, place.body_later, place.body_later)
    whose = printable(f"{paper.municipality} · {paper.title}")
    facts = Facts(printable(paper.title), printable(paper.municipality), SUBJECT, DANISH, paper.dated)
    canvas = TaggedCanvas(out, facts, root)
    for number, page in enumerate(pages, 1):
        for flowable, x, y in page.placed:
            flowable.drawOn(canvas, x, y)
        draw_footer(canvas, whose, "", number, len(pages), words_in(DANISH), NORMAL.footer, place)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def printable(text: str) -> str:
    """The text as the faces can show it: a sign that none of them has becomes a question mark."""
    composed = unicodedata.normalize("NFC", text)
    for sign in unprintable(composed):
        composed = composed.replace(sign, "?")
    return composed


def _story(paper: Paper, root: Element, setting: Setting) -> Iterator[Flowable]:
    head = etree.Element("body")
    _say(head, "h1", paper.title)
    for said in (paper.municipality, *paper.said):
        _say(head, "p", said)
    yield from flowables(head, root, {}, setting)
    if paper.trend:
        yield from _trend(paper, root, setting)
    body = etree.Element("body")
    _say(body, "h1", paper.title)  # so that headings begin on the second level; it is not set a second time
    for sheet in paper.sheets:
        _sheet(body, sheet)
    for part in flowables(body, root, {}, setting)[1:]:
        part.spaceBefore = APART
        yield part


def _trend(paper: Paper, root: Element, setting: Setting) -> Iterator[Flowable]:
    bars = [
        Bar(MONTHS[month.month - 1][:3], None if share is None else rounded(share * 1000) / 10, _over(share))
        for month, share in paper.trend
    ]
    said = "; ".join(f"{maaned(month)} {percent(share)}" for month, share in paper.trend)
    target = "" if paper.target is None else f" Mål: {paper.target} %."
    heading = plain(TREND, setting.size.style(STYLES["h2"]), BOLD, Element("H2", root))
    setattr(heading, STICKS, True)
    yield heading
    yield Bars(bars, paper.target, f"Søjlediagram. {TREND}: {said}.{target}", root)


def _over(share: object) -> str:
    return NO_LETTERS if share is None else percent(share).removesuffix(" %")  # type: ignore[arg-type] # a share


def _sheet(body: _Element, sheet: Sheet) -> None:
    section = etree.SubElement(body, "section")
    _say(section, "h2", sheet.name)
    if sheet.note:
        _say(section, "p", sheet.note).set("class", "note")
    if not sheet.rows:
        _say(section, "p", EMPTY)
        return
    table = etree.SubElement(section, "table")
    heads = etree.SubElement(etree.SubElement(table, "thead"), "tr")
    for column in sheet.columns:
        _cell(heads, "th", column.name, column.kind)
    rows = etree.SubElement(table, "tbody")
    for row in sheet.every_row:
        _row(rows, sheet, row)


def _row(rows: _Element, sheet: Sheet, row: Row) -> None:
    made = etree.SubElement(rows, "tr")
    if row is sheet.total:
        made.set("class", "total")
    for place, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
        _cell(made, "td" if place else "th", words(value, column), typed(value, column)[1])


def _cell(row: _Element, tag: str, text: str, kind: Kind) -> None:
    cell = _say(row, tag, text)
    if kind in NUMBERS:
        cell.set("class", "amount")


def _say(parent: _Element, tag: str, text: str) -> _Element:
    made = etree.SubElement(parent, tag)
    made.text = printable(text)
    return made

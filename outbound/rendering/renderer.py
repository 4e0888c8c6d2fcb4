"""Fields and frame to a Document: a PDF and its HTML twin. The same inputs give the same bytes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from lxml.etree import _Element
from reportlab import rl_config
from reportlab.lib import rl_accel

from outbound.letter import Document
from outbound.rendering import fonts, sheet
from outbound.rendering.across import draw_across
from outbound.rendering.actions import actions_of
from outbound.rendering.cover import draw_cover
from outbound.rendering.enclosure_list import name_attachments
from outbound.rendering.faults import RenderingFault
from outbound.rendering.fragments import text_of
from outbound.rendering.images import Image
from outbound.rendering.letter_type import LONGEST_TITLE, LetterType
from outbound.rendering.metadata import Facts
from outbound.rendering.paging import FEW_LINES, Page, pour
from outbound.rendering.pieces import flowables
from outbound.rendering.return_mark import carried, draw_window
from outbound.rendering.setting import setting_in
from outbound.rendering.sheet import one_line
from outbound.rendering.sizes import SIZES
from outbound.rendering.structure import DANISH, Element
from outbound.rendering.tagged import TaggedCanvas
from outbound.rendering.templates import body_of, line_of
from outbound.rendering.twin import twin
from outbound.rendering.views import Frame, letter_view
from outbound.rendering.window import Box, PrintPage
from outbound.rendering.words import Words, words_in

rl_config.useA85 = 0  # ASCII85 makes a PDF larger and slower, for nothing
rl_config.trustedHosts = []
rl_config.trustedSchemes = []
_HEAD_GAP = 7.0  # mm between the column at right and the body

if type(rl_accel.fp_str).__name__ != "builtin_function_or_method":
    raise ImportError("reportlab runs without its accelerator; install reportlab[accel].")


def render(letter_type: LetterType, fields: Mapping[str, Any], frame: Frame) -> Document:
    """The finished letter. Raises RenderingFault, whose code says what is in the way and nothing of the letter."""
    if letter_type.form is None:
        raise RenderingFault("ready-made")
    if letter_type.reply_address:
        frame = replace(frame, letterhead=replace(frame.letterhead, mail=letter_type.reply_address))
    view = letter_view(frame)
    images = letter_type.form.images
    body = body_of(letter_type.form.body, fields, view, images)
    name_attachments(body, frame.attachments, letter_type.languages[0])
    sheet.checked(text_of(body))
    title = sheet.checked(line_of(letter_type.form.title, fields, view))
    if not 0 < len(title) <= LONGEST_TITLE:
        raise RenderingFault("title")
    pdf, pages = _pdf(
        _facts(title, frame, letter_type), _laid_out(body, frame, letter_type, images), frame, letter_type
    )
    return Document(
        pdf=pdf,
        title=title,
        dated=frame.dated,
        pages=pages,
        sheets=sheets_of(pages, letter_type.plex),
        html=twin(title, body, frame, letter_type, images),
        template_version=letter_type.template_version,
        actions=actions_of(letter_type.actions, fields, title),
        return_code=carried(frame, letter_type.page),
    )


def sheets_of(pages: int, plex: str) -> int:
    """Sheets of paper for so many pages."""
    return (pages + 1) // 2 if plex == "duplex" else pages


def _facts(title: str, frame: Frame, letter_type: LetterType) -> Facts:
    subject = letter_type.label or letter_type.name
    return Facts(title, one_line(frame.letterhead.name), subject, letter_type.languages[0], frame.dated)


@dataclass(frozen=True, slots=True)
class _Layout:
    """A letter laid out and not yet drawn. `cover` is an element that stays empty where there is none."""

    root: Element
    cover: Element
    head: sheet.Head
    words: Words
    pages: list[Page]


def _laid_out(body: _Element, frame: Frame, letter_type: LetterType, images: Mapping[str, Image]) -> _Layout:
    language, page = letter_type.languages[0], letter_type.page
    fonts.register()
    root = Element("Document")
    cover = Element("Sect", root, DANISH)
    words, size = words_in(language), SIZES[frame.format]
    head = sheet.head_of(frame, page, root, words, language, letter_type.colour)
    under, later = page.body_first, page.body_later
    top = max(under.top, sheet.head_bottom(head.column, page) + _HEAD_GAP)
    first = Box(under.left, top, under.width, under.bottom - top)
    story = flowables(body, root, images, setting_in(language, size, later))
    return _Layout(root, cover, head, words, pour(story, first, later, size.points(FEW_LINES)))


def _pdf(facts: Facts, layout: _Layout, frame: Frame, letter_type: LetterType) -> tuple[bytes, int]:
    """The PDF and its number of pages, cover and its back included."""
    out = BytesIO()
    canvas = TaggedCanvas(out, facts, layout.root)
    place = letter_type.page
    covers = draw_cover(canvas, frame, letter_type.plex, layout.cover, place) if frame.cover else 0
    sender, case, size = one_line(frame.letterhead.name), one_line(frame.case_number), SIZES[frame.format]
    for number, page in enumerate(layout.pages, 1):
        if frame.across:
            draw_across(canvas, frame.across)
        if number == 1:
            _draw_first(canvas, layout.head, frame, place)
        for flowable, x, y in page.placed:
            flowable.drawOn(canvas, x, y)
        sheet.draw_footer(canvas, sender, case, number, len(layout.pages), layout.words, size.footer, place)
        canvas.showPage()
    canvas.save()
    return out.getvalue(), covers + len(layout.pages)


def _draw_first(canvas: TaggedCanvas, head: sheet.Head, frame: Frame, page: PrintPage) -> None:
    sheet.draw_head(canvas, head.column, page)
    sheet.draw_marker(canvas, frame.marker, head.marker, page, SIZES[frame.format].marker)
    sheet.draw_return_line(canvas, frame.letterhead, head.return_line, page)
    if frame.address_in_window:
        draw_window(canvas, frame, frame.address_in_window, head.recipient, page)
    else:
        sheet.draw_name(canvas, frame.recipient, head.recipient, page.address)

"""Whatever somebody writes: a letter is refused with a code, or all of it stands on the paper where it belongs.

Each letter is read three times: by pdfium (what is seen, and where), by its tags (what is heard), and in its HTML twin.
OUTBOUND_PROPERTY_EXAMPLES says how many letters of each type are tried.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from outbound.letter import Address, Document
from outbound.rendering import WINDOW, Frame, LetterType, LetterTypes, RenderingFault, render
from tests.rendering.conftest import TEMPLATES, usual_frame
from tests.rendering.seen import Sign, count, signs
from tests.rendering.tags import Tag, Tagged
from tests.rendering.test_tagged import words
from tests.rendering.twins import Twin, reaches_out
from tests.rendering.wild import HOSTILE, NAMES, PROPERTY, fields_of, frames, free_texts, rewritten, writable

BODY_FIRST = WINDOW.body_first
BODY_LATER = WINDOW.body_later
FOOTER = WINDOW.footer
HEAD = WINDOW.head
MARKER = WINDOW.marker

TYPES = LetterTypes.load(TEMPLATES)
WAYS: tuple[dict[str, Any], ...] = ({}, {"cover": True}, {"address": None}, {"marker": "Genudsendt"})
SAID_IN_SOME_LETTERS = {  # where another field asks
    ("opkraevning", "betalingslink"),
    ("rykker", "gebyr_regler"),
    ("sygedagpenge-opfoelgning", "sted"),
}
FIELDS = {name: fields_of(one.schema) for name, one in TYPES.items() if one.schema}
RENDERED = tuple(name for name, one in TYPES.items() if not one.ready_made)


def folded(text: str) -> str:
    """The text without its spaces and soft hyphens, composed: what must be the same wherever it is read."""
    return "".join(composed(text).replace("\u00ad", "").split())


def composed(text: str) -> str:
    return normalize("NFC", text)


@dataclass(frozen=True, slots=True)
class Read:
    """A finished letter, read in three ways."""

    frame: Frame
    document: Document
    seen: list[Sign]
    tagged: Tagged
    twin: Twin

    @classmethod
    def of(cls, document: Document, frame: Frame) -> "Read":
        return cls(frame, document, signs(document.pdf), Tagged(document.pdf), Twin(document.html))

    @property
    def covers(self) -> int:
        """Pages before the letter's own first one: every letter type is printed on both sides."""
        return 2 if self.frame.cover else 0

    def page(self, number: int) -> list[Sign]:
        return [sign for sign in self.seen if sign.page == number]

    @property
    def elements(self) -> list[Tag]:
        """The letter's own elements in order: without the cover's; of a head that is a part, those in it."""
        kids = [kid for kid in self.tagged.root.kids if isinstance(kid, Tag)][bool(self.frame.cover) :]
        head = [kid for kid in kids[0].kids if isinstance(kid, Tag)] if kids[0].name == "Sect" else kids[:1]
        return [*head, *kids[1:]]


# Where everything stands


def stands_where_it_may(read: Read) -> None:
    """Every sign of every page lies in an area that is meant for it; the window shows the address alone."""
    for sign in read.seen:
        assert sign.hangs or any(sign.inside(area) for area in _areas(sign.page - read.covers, read.frame)), sign
        assert not any(sign.touches(zone) for zone in WINDOW.clear), sign
    if read.covers:
        _window_shows(read.page(1), read.frame.address, read.frame)
    first = read.page(1 + read.covers)
    _window_shows(first, None if read.frame.cover else read.frame.address, read.frame)
    column = [sign for sign in first if sign.inside(HEAD) and not sign.inside(BODY_FIRST)]
    body = [sign for sign in first if sign.left < HEAD.left - 1 and BODY_FIRST.top - 1 < sign.top < FOOTER.top]
    assert max(sign.bottom for sign in column) < min(sign.top for sign in body)


def _areas(page: int, frame: Frame) -> tuple[Any, ...]:
    """What may stand on a page; the letter's own first is 1, the cover and its back lie before it."""
    if page > 1:
        return (BODY_LATER, FOOTER)
    if page == 1:
        return (WINDOW.address, WINDOW.return_line, HEAD, BODY_FIRST, FOOTER, *([MARKER] if frame.marker else []))
    return (WINDOW.address, WINDOW.return_line, BODY_FIRST) if page == -1 else ()


def _window_shows(page: list[Sign], address: Address | None, frame: Frame) -> None:
    """The whole address and nothing else; without one the name, or as much of it as one line holds."""
    near = [sign for sign in page if sign.touches(WINDOW.risk)]
    assert all(sign.hangs or sign.inside(WINDOW.address) or sign.inside(WINDOW.return_line) for sign in near)
    shown = "".join(sign.text for sign in near if sign.inside(WINDOW.address))
    wanted = composed(" ".join(address.as_lines()) if address else frame.recipient)
    if address is None and shown.endswith("…"):
        assert not count(shown[:-1]) - count(wanted)
    else:
        assert count(shown) == count(wanted)


# What it says


def says_what_its_twin_says(read: Read) -> None:
    """Seen, heard and in the twin stands the same text; the body sign by sign, the head word by word."""
    said = [_text(element) for element in read.elements]
    start = next(at for at, element in enumerate(read.elements) if element.name == "H1")
    assert folded("".join(said[start:])) == folded(read.twin.text("main"))
    head = " ".join(said[:start])
    if "…" not in head:
        assert words(head) == words(read.twin.text("header"))
    assert read.tagged.unmarked == ""
    _is_seen_as_marked(read)


def _text(kid: Tag | str) -> str:
    """What is heard, without the bullets and numbers of lists, which a twin has no text for."""
    if isinstance(kid, str):
        return kid
    return "" if kid.name == "Lbl" else f" {''.join(map(_text, kid.kids))} "


def _is_seen_as_marked(read: Read) -> None:
    """Every page shows the text of its marks and, unheard, its footer and the heads of tables that go on."""
    heads = [count("".join(_text(head) for head in table.all("TH"))) for table in read.tagged.root.all("Table")]
    for number, (marks, unheard) in enumerate(zip(read.tagged.marks, read.tagged.artifacts, strict=True), 1):
        page = read.page(number)
        assert count("".join(sign.text for sign in page)) == count("".join(marks.values()) + unheard)
        footer = count("".join(sign.text for sign in page if sign.top > FOOTER.top - 1))
        assert count(unheard) - footer in [*heads, count("")]


def holds_what_was_written(read: Read, letter_type: LetterType, fields: Mapping[str, Any]) -> None:
    """Every text that somebody wrote stands in the letter as it is; only a first letter may have been made large."""
    printed = folded(read.twin.text("main")).casefold()
    said = {name: value for name, value in fields.items() if (letter_type.name, name) not in SAID_IN_SOME_LETTERS}
    for text in free_texts(letter_type.schema or {}, said):
        assert folded(text).casefold() in printed
    around = folded(read.twin.text("header"))
    for text in (read.frame.case_number, read.frame.reference, read.frame.caseworker):
        assert folded(text) in around
    assert folded(read.frame.recipient) in folded(read.twin.text("body"))
    assert folded(read.twin.text("title")) == folded(read.document.title)
    assert reaches_out(read.twin) == []


def is_right(document: Document, letter_type: LetterType, fields: Mapping[str, Any], frame: Frame) -> None:
    read = Read.of(document, frame)
    stands_where_it_may(read)
    says_what_its_twin_says(read)
    holds_what_was_written(read, letter_type, fields)


# Letters


@pytest.mark.parametrize("name", RENDERED)
def test_every_example_stands_where_it_may_and_says_what_its_twin_says(name: str) -> None:
    one = TYPES[name]
    for fields in one.examples.values():
        for changes in WAYS if fields is one.example else WAYS[:1]:
            frame = usual_frame(**changes)
            is_right(render(one, fields, frame), one, fields, frame)


@pytest.mark.parametrize("name", RENDERED)
def test_the_worst_that_we_know_stands_in_every_field_as_it_is_written(name: str) -> None:
    one = TYPES[name]
    given, used = list(HOSTILE + NAMES), 0
    while used < len(HOSTILE + NAMES):
        frame = usual_frame(recipient=given[0], caseworker=given[1], reference=given[2][:60], case_number=given[3][:60])
        fields = rewritten(one.schema or {}, one.example, given)
        used += len(list(free_texts(one.schema or {}, fields)))
        assert one.faults(fields) == ()
        is_right(render(one, fields, frame), one, fields, frame)


@PROPERTY
@given(data=st.data(), changes=frames())
@pytest.mark.parametrize("name", RENDERED)
def test_any_letter_is_refused_or_right(name: str, data: st.DataObject, changes: dict[str, Any]) -> None:
    one, frame = TYPES[name], usual_frame(**changes)
    fields = with_links(one, data.draw(FIELDS[name]))
    document, code = rendered(one, fields, frame)
    event(code)
    written = list(free_texts(one.schema or {}, fields))
    around = [frame.recipient, frame.case_number, frame.reference, frame.caseworker]
    around += frame.address.as_lines() if frame.address else ()
    faults = one.faults(fields)
    if not all(map(writable, written)):
        assert faults
    elif faults:
        assert [fault.pointer for fault in faults] == [""]  # more than a letter may hold
    if not all(map(writable, written + around)):
        assert code in ("character", "markup")
    else:
        assert code in ("rendered", "address", "letterhead", "title", "pages", "layout")
    if document:
        is_right(document, one, fields, frame)


def with_links(letter_type: LetterType, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields, those addressed that an action leads to: an address is all that they may be."""
    links = {action.url_field for action in letter_type.actions} & fields.keys()
    return {**fields, **dict.fromkeys(links, "https://www.nordby.example/betal?nr=1")}


def rendered(letter_type: LetterType, fields: Mapping[str, Any], frame: Frame) -> tuple[Document | None, str]:
    """The letter, or the code that it is refused with."""
    try:
        return render(letter_type, fields, frame), "rendered"
    except RenderingFault as refused:
        return None, refused.code

"""A letter and its attachments: named on it, in one file for the printer, and what that file then says of itself."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from lxml import etree
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from outbound.letter import Attachment, Channel, Document
from outbound.rendering import Frame, LetterTypes, Limits, RenderingFault, enclosed, render
from outbound.rendering.enclosure_list import name_attachments
from tests.rendering.made import pages, text
from tests.rendering.tags import Tagged
from tests.rendering.test_tagged import failures, heard, is_in_order

Made = Callable[..., Frame]
TITLES = ("Beregning af boligstøtte", "Kort over Ærø & omegn")


@pytest.fixture
def sent(letter_types: LetterTypes) -> Callable[..., Document]:
    def made(given: list[bytes], frame: Frame, plex: str = "duplex", kind: str = "kvittering-ansoegning") -> Document:
        beside = [Attachment(pdf, title) for pdf, title in zip(given, TITLES, strict=False)]
        frame = replace(frame, attachments=TITLES[: len(given)])
        own = render(letter_types[kind], letter_types[kind].example or {}, frame)
        return enclosed(own, beside, frame, plex=plex, limits=Limits())

    return made


@pytest.fixture
def tagged(letter_types: LetterTypes, frame: Made) -> bytes:
    """Two pages in order by PDF/UA and PDF/A, with a table and a link."""
    bolig = letter_types["boligstoette-afgoerelse"]
    return render(bolig, bolig.example or {}, frame(address=None)).pdf


def untagged(count: int = 1, word: str = "Beregning") -> bytes:
    return pages(*([text(30, 120, f"{word} {number}")] for number in range(1, count + 1)))


def words_on(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def claims(pdf: bytes) -> tuple[bool, bool]:
    packet = PdfReader(BytesIO(pdf)).root_object["/Metadata"].get_object().get_data().decode()  # type: ignore[union-attr]
    return "<pdfuaid:part>1</pdfuaid:part>" in packet, "<pdfaid:part>2</pdfaid:part>" in packet


def test_each_attachment_begins_on_a_fresh_sheet(sent: Callable[..., Document], frame: Made) -> None:
    made = sent([untagged(1, "Ener"), untagged(2, "Toer")], frame())
    said = words_on(made.pdf)
    assert [page.strip()[:6] for page in said[1:]] == ["", "Ener 1", "", "Toer 1", "Toer 2"]
    assert (made.pages, made.sheets) == (len(said), 3)
    assert [(one.title, one.pages, one.pdf) for one in made.attachments] == [(TITLES[0], 1, b""), (TITLES[1], 2, b"")]


def test_on_one_side_nothing_is_left_empty(sent: Callable[..., Document], frame: Made) -> None:
    made = sent([untagged(1), untagged(2)], frame(), "simplex")
    assert (made.pages, made.sheets, len(words_on(made.pdf))) == (4, 4, 4)
    assert all(page.strip() for page in words_on(made.pdf))


def test_for_the_mailbox_the_letter_stays_alone_and_is_counted_as_on_paper(
    sent: Callable[..., Document], frame: Made
) -> None:
    made = sent([untagged(1), untagged(2)], frame(channel=Channel.DIGITAL))
    assert len(words_on(made.pdf)) == 1
    assert (made.pages, made.sheets) == (6, 3)


@pytest.mark.parametrize("channel", [Channel.DIGITAL, Channel.PRINT])
def test_the_letter_names_what_goes_with_it(
    sent: Callable[..., Document], tagged: bytes, frame: Made, channel: Channel
) -> None:
    made = sent([tagged, tagged], frame(channel=channel))
    (said,) = [found for found in Tagged(made.pdf).root.all("L") if TITLES[0] in found.text]
    assert TITLES[1] in said.text
    assert f"<h2>Bilag</h2><ul><li>{TITLES[0]}</li><li>Kort over Ærø &amp; omegn</li></ul>" in (made.html or "")


def test_an_english_letter_names_enclosures(sent: Callable[..., Document], frame: Made) -> None:
    assert "<h2>Enclosures</h2>" in (sent([untagged()], frame(), kind="kvittering-ansoegning-en").html or "")


def test_the_list_stands_before_the_footnotes() -> None:
    body = etree.fromstring("<body><h1>a</h1><p class='note'>b</p><p>c</p><p class='note'>d</p></body>")
    name_attachments(body, ["Kort"], "da")
    assert [child.text for child in body] == ["a", "b", "c", "Bilag", None, "d"]


def test_a_letter_without_attachments_is_what_it_was(letter_types: LetterTypes, frame: Made) -> None:
    kind = letter_types["moedeindkaldelse"]
    assert "Bilag" not in (render(kind, kind.example or {}, frame()).html or "")


def test_the_same_letter_gives_the_same_bytes(sent: Callable[..., Document], tagged: bytes, frame: Made) -> None:
    assert sent([tagged, untagged()], frame()) == sent([tagged, untagged()], frame())


def test_titles_are_bookmarks(sent: Callable[..., Document], tagged: bytes, frame: Made) -> None:
    reader = PdfReader(BytesIO(sent([untagged(), tagged], frame()).pdf))
    marks: Any = reader.outline
    assert [(mark["/Title"], reader.get_destination_page_number(mark)) for mark in marks] == [
        (TITLES[0], 2),
        (TITLES[1], 4),
    ]


def test_tagged_attachments_keep_their_tags_and_the_whole_is_in_order(
    sent: Callable[..., Document], tagged: bytes, frame: Made
) -> None:
    alone = sent([], frame(attachments=()))
    made = sent([tagged, tagged], frame(cover=True))
    is_in_order(made.pdf)
    assert claims(made.pdf) == (True, True)
    said = heard(made.pdf)
    assert said[-len(heard(tagged)) :] == heard(tagged)
    assert said.count("boligstøtte") >= 2 * heard(tagged).count("boligstøtte") > 0
    assert set(heard(alone.pdf)) <= set(said)


def test_every_page_and_link_has_a_key_of_its_own(sent: Callable[..., Document], tagged: bytes, frame: Made) -> None:
    made = Tagged(sent([tagged, tagged], frame()).pdf)
    keys: list[Any] = [page["/StructParents"] for page in made.reader.pages if "/Contents" in page]
    links: list[Any] = [area["/StructParent"] for link in made.root.all("Link") for area in link.links]
    known = made.tree["/ParentTree"]["/Nums"][::2]
    assert len(links) == 2
    assert len(set(keys + links)) == len(keys + links)
    assert set(keys + links) <= set(known)
    assert known == sorted(known)


def test_with_an_untagged_attachment_the_whole_claims_nothing(
    sent: Callable[..., Document], tagged: bytes, frame: Made
) -> None:
    made = sent([tagged, changed(tagged, without_a_tree)], frame())
    assert claims(made.pdf) == (False, False)
    assert b"pdfuaid:part>1" not in made.pdf
    root: Any = PdfReader(BytesIO(made.pdf)).root_object
    assert root["/MarkInfo"]["/Suspects"] == True  # noqa: E712 (pypdf's own kind of true)
    assert heard(made.pdf)[-len(heard(tagged)) :] == heard(tagged)  # what is tagged stays so


def changed(given: bytes, change: Callable[[PdfWriter], None]) -> bytes:
    writer, out = PdfWriter(clone_from=PdfReader(BytesIO(given))), BytesIO()
    change(writer)
    writer.write(out)
    return out.getvalue()


def without_a_tree(writer: PdfWriter) -> None:
    del writer.root_object["/StructTreeRoot"]


def without_claims(writer: PdfWriter) -> None:
    del writer.root_object["/Metadata"]


def in_other_colours(writer: PdfWriter) -> None:
    del writer.root_object["/OutputIntents"]


def with_words_of_its_own(writer: PdfWriter) -> None:
    tree: Any = writer.root_object["/StructTreeRoot"]
    tree[NameObject("/RoleMap")] = DictionaryObject({NameObject("/Brev"): NameObject("/P")})


def with_other_words(writer: PdfWriter) -> None:
    tree: Any = writer.root_object["/StructTreeRoot"]
    tree[NameObject("/RoleMap")] = DictionaryObject({NameObject("/Brev"): NameObject("/H1")})


def without_owners(writer: PdfWriter) -> None:
    tree: Any = writer.root_object["/StructTreeRoot"]
    del tree["/ParentTree"]


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        (without_claims, None, (False, False)),
        (in_other_colours, None, (True, False)),
        (with_words_of_its_own, with_words_of_its_own, (True, True)),
        (with_words_of_its_own, with_other_words, (False, False)),
        (without_owners, None, (False, False)),
    ],
)
def test_the_whole_says_only_what_is_true_of_every_part(
    sent: Callable[..., Document],
    tagged: bytes,
    frame: Made,
    first: Callable[[PdfWriter], None],
    second: Callable[[PdfWriter], None] | None,
    wanted: tuple[bool, bool],
) -> None:
    given = [changed(tagged, change) for change in (first, second) if change]
    made = sent(given, frame()).pdf
    assert claims(made) == wanted
    for profile, claimed in zip(("ua1", "2a"), wanted, strict=True):
        if claimed:
            assert failures(made, profile) == []


def test_a_layer_that_is_not_shown_stays_so(sent: Callable[..., Document], frame: Made) -> None:
    def hide(writer: PdfWriter) -> None:
        layer = writer._add_object(
            DictionaryObject({NameObject("/Type"): NameObject("/OCG"), NameObject("/Name"): TextStringObject("x")})
        )
        default = DictionaryObject({NameObject("/OFF"): ArrayObject([layer])})
        layers = DictionaryObject({NameObject("/OCGs"): ArrayObject([layer]), NameObject("/D"): default})
        writer.root_object[NameObject("/OCProperties")] = layers

    made = sent([changed(untagged(), hide), changed(untagged(), hide)], frame())
    layers: Any = PdfReader(BytesIO(made.pdf)).root_object["/OCProperties"]
    assert (len(layers["/OCGs"]), len(layers["/D"]["/OFF"])) == (2, 2)


def test_the_fields_of_two_forms_are_both_shown(sent: Callable[..., Document], frame: Made) -> None:
    def fill(writer: PdfWriter) -> None:
        field = writer._add_object(DictionaryObject({NameObject("/T"): TextStringObject("felt")}))
        writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): ArrayObject([field])})

    made = sent([changed(untagged(), fill), changed(untagged(), fill)], frame())
    form: Any = PdfReader(BytesIO(made.pdf)).root_object["/AcroForm"]
    assert len(form["/Fields"]) == 2


def test_a_protected_address_in_an_attachment_stops_the_letter(sent: Callable[..., Document], frame: Made) -> None:
    given = pages([text(30, 120, "Opdigtet Allé 12, 3. tv.")])
    assert sent([given], frame()).pages == 3
    with pytest.raises(RenderingFault, match=r"^protected-address-in-text$"):
        sent([given], frame(cover=True))


def test_what_is_no_pdf_stops_the_letter(sent: Callable[..., Document], frame: Made) -> None:
    with pytest.raises(RenderingFault, match=r"^pdf-unreadable$"):
        sent([b"PK"], frame())

"""A letter and its attachments as one file for the printer. Runs in a child process only.

Pages are not taken apart: each attachment's page tree hangs in the letter's as it is, so that what its objects say of
each other stays true. Its tags join the letter's tree where that can be done (`joined_tags`). What the whole then says
of itself is true of every part, or it is not said.
"""

import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
)

from outbound.rendering.foreign import dictionary, listed, opened
from outbound.rendering.joined_tags import join_tags
from outbound.rendering.window import MM, PAGE_HEIGHT, PAGE_WIDTH

UA, ARCHIVE = "pdfuaid", "pdfaid"
_CLAIM = (
    r"<{0}:(part|conformance|amd|rev|corr)>[^<]*</{0}:\1>|\s{0}:(?:part|conformance|amd|rev|corr)=(\"[^\"]*\"|'[^']*')"
)


def join(letter: bytes, attachments: Sequence[tuple[bytes, int, str]], *, duplex: bool) -> bytes:
    """`attachments`: file, number of pages and title of each. The same inputs give the same bytes."""
    first = opened(letter)
    writer = PdfWriter(clone_from=first)
    writer.pdf_header = first.pdf_header
    claims, tagged, pages = _claims(first), True, len(first.pages)
    for pdf, count, title in attachments:
        reader, known = opened(pdf), len(writer._objects)
        if duplex and pages % 2:
            _hang(writer, _empty_page(writer), 1)
            pages += 1
        tree = reader.root_object.raw_get("/Pages").clone(writer)
        _hang(writer, tree, count)
        writer.pdf_header = max(writer.pdf_header, reader.pdf_header)
        writer.add_outline_item(title=title, page_number=_first_page(tree))
        tagged &= join_tags(writer, reader, known, title)
        _take_along(writer, reader)
        claims &= _claims(reader) if _same_colours(first, reader) else _claims(reader) - {ARCHIVE}
        pages += count
    _say_only(writer, claims if tagged else frozenset(), tagged)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _hang(writer: PdfWriter, node: Any, pages: int) -> None:
    """Another branch, last in the page tree."""
    root: Any = writer.root_object["/Pages"]
    root["/Kids"].append(node)
    root[NameObject("/Count")] = NumberObject(root["/Count"] + pages)
    node.get_object()[NameObject("/Parent")] = writer.root_object.raw_get("/Pages")


def _empty_page(writer: PdfWriter) -> Any:
    box = ArrayObject(FloatObject(number) for number in (0, 0, PAGE_WIDTH * MM, PAGE_HEIGHT * MM))
    entries = {"/Type": NameObject("/Page"), "/MediaBox": box, "/Resources": DictionaryObject()}
    return writer._add_object(DictionaryObject({NameObject(key): value for key, value in entries.items()}))


def _first_page(node: Any) -> Any:
    while kids := listed(node.get_object().get("/Kids")):
        node = next(kid for kid in kids if _has_pages(kid))
    return node


def _has_pages(node: Any) -> bool:
    found = node.get_object()
    return "/Kids" not in found or any(map(_has_pages, listed(found["/Kids"])))


def _take_along(writer: PdfWriter, reader: PdfReader) -> None:
    """What pages need of their catalogue to look as they did: the fields of a form, and which layers are not shown."""
    root = writer.root_object
    if listed((form := dictionary(reader.root_object.get("/AcroForm"))).get("/Fields")):
        own = form.clone(writer)
        if "/AcroForm" in root:
            fields = ArrayObject([*listed(dictionary(root["/AcroForm"]).get("/Fields")), *listed(own["/Fields"])])
            dictionary(root["/AcroForm"])[NameObject("/Fields")] = fields
        else:
            root[NameObject("/AcroForm")] = own
    if layers := dictionary(reader.root_object.get("/OCProperties")):
        _add_layers(writer, layers.clone(writer))


def _add_layers(writer: PdfWriter, layers: Any) -> None:
    """Groups are shown unless they are named as off; a file whose groups are off unless named as on is turned round."""
    default = dictionary(layers.get("/D"))
    off = [*layers["/OCGs"]] if default.get("/BaseState") == "/OFF" else listed(default.get("/OFF"))
    on = {each.idnum for each in listed(default.get("/ON"))}
    off = [each for each in off if each.idnum not in on]
    own: Any = dictionary(writer.root_object.get("/OCProperties"))
    groups = ArrayObject([*listed(own.get("/OCGs")), *listed(layers.get("/OCGs"))])
    shown: Any = dictionary(own.get("/D"))
    shown[NameObject("/OFF")] = ArrayObject([*listed(shown.get("/OFF")), *off])
    own[NameObject("/OCGs")], own[NameObject("/D")] = groups, shown
    writer.root_object[NameObject("/OCProperties")] = own


def _claims(reader: PdfReader) -> frozenset[str]:
    """Which of the standards that a letter declares (PDF/UA-1, PDF/A-2a) this file declares, too."""
    said = _packet(reader.root_object)
    found = {UA} if _says(said, UA, "part", "1") else set()
    if _says(said, ARCHIVE, "part", "2") and _says(said, ARCHIVE, "conformance", "A"):
        found.add(ARCHIVE)
    return frozenset(found)


def _says(packet: str, prefix: str, name: str, value: str) -> bool:
    return bool(re.search(rf"<{prefix}:{name}>\s*{value}\s*<|\s{prefix}:{name}=[\"']{value}[\"']", packet))


def _packet(root: DictionaryObject) -> str:
    stream = root["/Metadata"].get_object() if "/Metadata" in root else None
    return stream.get_data().decode("utf-8", "replace") if isinstance(stream, StreamObject) else ""


def _same_colours(one: PdfReader, other: PdfReader) -> bool:
    """A PDF/A says what its plain colours mean; the whole can say only one thing."""
    return [*_profiles(one)] == [*_profiles(other)]


def _profiles(reader: PdfReader) -> Iterator[bytes]:
    for intent in listed(reader.root_object.get("/OutputIntents")):
        own = dictionary(intent)
        if "/DestOutputProfile" in own and isinstance(profile := own["/DestOutputProfile"], StreamObject):
            yield profile.get_data()


def _say_only(writer: PdfWriter, claims: frozenset[str], tagged: bool) -> None:
    """Take back what is not true of the whole. Tags that do not reach every page are said to be doubtful."""
    root = writer.root_object
    if not tagged and "/MarkInfo" in root:
        dictionary(root["/MarkInfo"])[NameObject("/Suspects")] = BooleanObject(True)
    said = _packet(root)
    true = said
    for claim in {UA, ARCHIVE} - claims:
        true = re.sub(_CLAIM.format(claim), "", true)
    if true != said:  # in the place of the old packet, which is not to lie in the file
        stream = StreamObject()
        stream.update({NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")})
        stream.set_data(true.encode())
        writer._replace_object(root.raw_get("/Metadata").idnum, stream)

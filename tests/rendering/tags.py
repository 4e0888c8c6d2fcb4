"""The structure tree of a PDF with the text of every element, read with no help from what wrote it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream

from tests.rendering.placed import SHOWING, _Font, _fonts, parts_of


@dataclass
class Tag:
    """One element: its own text in reading order, its kids between it, and the pages that it stands on."""

    name: str
    entries: Any
    kids: "list[Tag | str]" = field(default_factory=list)
    pages: set[int] = field(default_factory=set)
    links: list[Any] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(kid if isinstance(kid, str) else f" {kid.text} " for kid in self.kids)

    def all(self, *names: str) -> "Iterator[Tag]":
        for kid in self.kids:
            if isinstance(kid, Tag):
                if kid.name in names:
                    yield kid
                yield from kid.all(*names)

    def outline(self) -> Any:
        return (self.name, [kid.outline() for kid in self.kids if isinstance(kid, Tag)])


class Tagged:
    """A PDF opened to be heard."""

    def __init__(self, pdf: bytes) -> None:
        self.reader = PdfReader(BytesIO(pdf))
        self.numbers = {
            page.indirect_reference.idnum: n for n, page in enumerate(self.reader.pages) if page.indirect_reference
        }
        marks = [_marks(self.reader, page) for page in self.reader.pages]
        self.marks = [own for own, _, _ in marks]
        self.artifacts = [unheard for _, unheard, _ in marks]
        self.unmarked = "".join(loose for _, _, loose in marks)
        tree: Any = self.reader.root_object["/StructTreeRoot"]
        self.tree = tree.get_object()
        (self.root,) = [self._tag(kid) for kid in _list(self.tree["/K"])]

    def _tag(self, given: Any) -> Tag:
        entries = given.get_object()
        tag = Tag(str(entries["/S"])[1:], entries)
        own = entries.get("/Pg")
        page = None if own is None else self.numbers[entries.raw_get("/Pg").idnum]
        for kid in _list(entries.get("/K", [])):
            self._add(tag, kid, page)
        return tag

    def _add(self, tag: Tag, kid: Any, page: int | None) -> None:
        found = kid.get_object()
        if isinstance(found, int):
            self._mark(tag, page, found)
        elif found.get("/Type") == "/MCR":
            self._mark(tag, self.numbers[found.raw_get("/Pg").idnum], found["/MCID"])
        elif found.get("/Type") == "/OBJR":
            tag.links.append(found["/Obj"].get_object())
        else:
            assert found.raw_get("/P").get_object() is tag.entries
            tag.kids.append(self._tag(kid))

    def _mark(self, tag: Tag, page: int | None, number: int) -> None:
        assert page is not None
        key: Any = self.reader.pages[page]["/StructParents"]
        owners = self._parents()[key]
        assert owners[number].get_object() is tag.entries, "the parent tree says that the mark is another's"
        tag.kids.append(self.marks[page][number])
        tag.pages.add(page)

    def _parents(self) -> dict[int, Any]:
        nums = self.tree["/ParentTree"].get_object()["/Nums"]
        return {int(key): held.get_object() for key, held in zip(nums[::2], nums[1::2], strict=True)}


def _list(given: Any) -> list[Any]:
    found = given.get_object() if hasattr(given, "get_object") else given
    return list(found) if isinstance(found, list) else [given]


def _marks(reader: PdfReader, page: PageObject) -> tuple[dict[int, str], str, str]:
    """What each mark of the page says, what its artifacts say, and what is shown outside all marks."""
    fonts = {name: _Font(font.get_object()) for name, font in _fonts(page).items()}
    said: dict[int, str] = {}
    open_marks: list[Any] = []
    unheard, loose, font = "", "", None
    content = page.get_contents()
    for operands, operator in ContentStream(content, reader).operations if content is not None else ():
        if operator in (b"BDC", b"BMC"):
            assert not open_marks, "marks within marks"
            number = operands[1].get("/MCID") if operator == b"BDC" else None
            open_marks.append(number)
            if number is not None:
                said[int(number)] = ""
        elif operator == b"EMC":
            open_marks.pop()
        elif operator == b"Tf":
            font = fonts[operands[0]]
        elif operator in SHOWING:
            assert font is not None
            text = _text(operands, font)
            if not open_marks:
                loose += text
            elif open_marks[-1] is None:
                unheard += text
            else:
                said[int(open_marks[-1])] += text
    assert not open_marks
    return said, unheard, loose


def _text(operands: list[Any], font: _Font) -> str:
    strings = [part for part in parts_of(operands) if not isinstance(part, int | float)]
    return "".join(font.of(code)[0] for string in strings for code in string.original_bytes)

"""The tags of a letter: what a screen reader is told is a heading, a list, a table, and in which order to read it.

A tree belongs to one document and is never shared. Its elements are made while the body is read, in reading order;
the marks on the pages join them while they are drawn, so that an element that is parted over pages stays one.
"""

from collections.abc import Sequence
from typing import NamedTuple

TABLE_HEAD = b"/A<</O/Table/Scope/Column>>"
ROW_HEAD = b"/A<</O/Table/Scope/Row>>"
DANISH = b"/Lang(da)"  # for the router's own words, whatever the letter's language
UNORDERED = b"/A<</O/List/ListNumbering/Disc>>"
ORDERED = b"/A<</O/List/ListNumbering/Decimal>>"
_KEPT_EMPTY = frozenset({"TD", "TH"})  # a table without its empty cells would be another table


class Content(NamedTuple):
    """A marked piece of one page."""

    page: int
    mark: int


class Annotation(NamedTuple):
    """A link's sensitive area on one page, by its object number."""

    page: int
    number: int


class Element:
    """One structure element. `attributes` are finished entries of its dictionary."""

    __slots__ = ("attributes", "kids", "number", "tag")

    def __init__(self, tag: str, parent: "Element | None" = None, attributes: bytes = b"") -> None:
        self.tag, self.attributes, self.number = tag, attributes, 0
        self.kids: list[Element | Content | Annotation] = []
        if parent is not None:
            parent.kids.append(self)


Parents = Sequence[Element | list[Element]]  # by key: what a page's marks belong to, or what an annotation belongs to


def written(root: Element, parents: Parents, pages: Sequence[int], own: int, first: int) -> list[bytes]:
    """The tree as object bodies: its root, which is object number `own`, then its elements from number `first` on.

    `pages` are the object numbers of the pages. Written to bytes directly: dictionaries of objects cost three times
    as much.
    """
    _pruned(root)
    elements: list[tuple[Element, int]] = []
    _numbered(root, own, first, elements)
    top = b"<</Type/StructTreeRoot/K %d 0 R/ParentTree<</Nums[%b]>>/ParentTreeNextKey %d>>"
    return [top % (root.number, _nums(parents), len(parents)), *(_body(one, up, pages) for one, up in elements)]


def _pruned(element: Element) -> bool:
    """Leave out what came to nothing: an empty paragraph, a marker that the letter does not have."""
    element.kids = [kid for kid in element.kids if type(kid) is not Element or _pruned(kid)]
    return bool(element.kids) or element.tag in _KEPT_EMPTY


def _numbered(element: Element, parent: int, first: int, into: list[tuple[Element, int]]) -> None:
    element.number = first + len(into)
    into.append((element, parent))
    for kid in element.kids:
        if type(kid) is Element:
            _numbered(kid, element.number, first, into)


def _nums(parents: Parents) -> bytes:
    return b" ".join(
        b"%d[%b]" % (key, b" ".join([b"%d 0 R" % one.number for one in held]))
        if isinstance(held, list)
        else b"%d %d 0 R" % (key, held.number)
        for key, held in enumerate(parents)
    )


def _body(element: Element, parent: int, pages: Sequence[int]) -> bytes:
    page: int | None = None
    kids: list[str] = []
    for kid in element.kids:
        if type(kid) is Content:
            if page is None:
                page = kid.page
            kids.append(
                str(kid.mark) if kid.page == page else f"<</Type/MCR/Pg {pages[kid.page]} 0 R/MCID {kid.mark}>>"
            )
        elif type(kid) is Element:
            kids.append(f"{kid.number} 0 R")
        elif type(kid) is Annotation:
            kids.append(f"<</Type/OBJR/Pg {pages[kid.page]} 0 R/Obj {kid.number} 0 R>>")
    where = "" if page is None else f"/Pg {pages[page]} 0 R"
    tag = f"<</Type/StructElem/S/{element.tag}/P {parent} 0 R{where}/K[{' '.join(kids)}]"
    return tag.encode("ascii") + element.attributes + b">>"

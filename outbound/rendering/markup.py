"""The HTML that a letter's body may consist of, read strictly: an unknown tag or attribute is a fault.

| tag | for | class |
| --- | --- | --- |
| `h1` `h2` `h3` | headings; `h1` once, the letter's title | |
| `p` | a paragraph | `note` (smaller), `signature` (kept together, space above) |
| `strong` `em` `br` | inside a line | |
| `a` | a link: `href` is https:, mailto: or tel: | |
| `ul` `ol` `li` | lists; a list item has lines only | |
| `table` `thead` `tbody` | tables | `facts` on `table`: names at left, no rules |
| `tr` | a row | `total` |
| `th` `td` | a cell, of lines only | `amount`: set at right |
| `section` | what belongs together | `box` (a tinted box), `keep` (on one page where it fits), `new-page` |
| `img` | an image beside the template: `src` its file, `alt` what it shows | `third` `half` `full` (of the width) |

A section of class `new-page` begins on a page of its own; only it may hold other sections.

The text must be well-formed XML: `<br/>`, every tag closed. There are no entities beside XML's five.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from lxml import etree
from lxml.etree import _Element

from outbound.rendering.faults import RenderingFault
from outbound.rendering.pictures import WIDTHS

_INLINE = frozenset({"strong", "em", "a", "br"})
_BLOCK = frozenset({"h1", "h2", "h3", "p", "ul", "ol", "table", "section", "img"})
NEW_PAGE = "new-page"
CHILDREN: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "body": _BLOCK,
        "section": _BLOCK - {"section", "h1"},
        "h1": frozenset({"br"}),
        "h2": frozenset({"br"}),
        "h3": frozenset({"br"}),
        "p": _INLINE,
        "strong": frozenset({"em", "br"}),
        "em": frozenset({"strong", "br"}),
        "a": frozenset(),
        "br": frozenset(),
        "img": frozenset(),
        "ul": frozenset({"li"}),
        "ol": frozenset({"li"}),
        "li": _INLINE,
        "table": frozenset({"thead", "tbody"}),
        "thead": frozenset({"tr"}),
        "tbody": frozenset({"tr"}),
        "tr": frozenset({"th", "td"}),
        "th": _INLINE,
        "td": _INLINE,
    }
)
CLASSES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "p": frozenset({"note", "signature"}),
        "table": frozenset({"facts"}),
        "tr": frozenset({"total"}),
        "th": frozenset({"amount"}),
        "td": frozenset({"amount"}),
        "section": frozenset({"box", "keep", NEW_PAGE}),
        "img": frozenset(WIDTHS),
    }
)
_TEXTLESS = frozenset({"body", "section", "ul", "ol", "table", "thead", "tbody", "tr", "br", "img"})
_SCHEMES = ("https://", "mailto:", "tel:")
_PARSER = etree.XMLParser  # a parser is not shared between threads: one is made for every letter (some microseconds)


class MarkupFault(RenderingFault):
    """The body is not the HTML described here. `where` names tags and attributes, and never a value.

    `tag` is the one to look for, if any, with an attribute that is written like `attribute`.
    """

    def __init__(self, where: str, tag: str = "", attribute: str = "") -> None:
        super().__init__("markup")
        self.where, self.tag, self.attribute = where, tag, attribute


def parse(html: str, images: Collection[str] = ()) -> _Element:
    """The body as a checked tree under one `body` element; `images` are the names that there are.

    Raises MarkupFault.
    """
    parser = _PARSER(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        body = etree.fromstring(f"<body>{html}</body>", parser)
    except (etree.XMLSyntaxError, ValueError):
        body = None
    if body is None:
        raise MarkupFault("the body is not well-formed: close every tag, write <br/>, and use no named entities")
    _check(body, images)
    if len(body.findall(".//h1")) != 1 or body[0].tag != "h1":
        raise MarkupFault("the body must begin with its one <h1>")
    return body


def _check(element: _Element, images: Collection[str]) -> None:
    tag = str(element.tag)
    _check_attributes(element, tag, images)
    if tag in _TEXTLESS and _has_text(element):
        raise MarkupFault(f"<{tag}> may not have text of its own; put it into a <p>, <li> or <td>", tag)
    for child in element:
        if not isinstance(child.tag, str):
            raise MarkupFault("comments and processing instructions are not part of a letter")
        if child.tag not in CHILDREN[tag] and not _is_part_of_a_page(element, child):
            raise MarkupFault(f"<{child.tag[:20]}> may not stand in <{tag}>{_known(tag)}", child.tag[:20])
        _check(child, images)


def _is_part_of_a_page(element: _Element, child: _Element) -> bool:
    """Is this a section in a section that begins a page? It may not begin another."""
    return child.tag == element.tag == "section" and element.get("class") == NEW_PAGE != child.get("class")


def _known(tag: str) -> str:
    names = ", ".join(sorted(CHILDREN[tag]))
    return f"; use {names}" if names else ", which may hold nothing but text"


def _classes(tag: str) -> str:
    names = " or ".join(sorted(CLASSES.get(tag, ())))
    return f"; its class may be {names}" if names else ""


def _has_text(element: _Element) -> bool:
    texts = (element.text, *(child.tail for child in element))
    return any(text and not text.isspace() for text in texts)


def _check_attributes(element: _Element, tag: str, images: Collection[str]) -> None:
    for name, value in ((str(name), str(value)) for name, value in element.attrib.items()):
        if name == "class" and value in CLASSES.get(tag, ()):
            continue
        if name == "href" and tag == "a" and _is_link(value):
            continue
        if tag == "img" and (name == "alt" or (name == "src" and value in images)):
            continue
        wrong = f"<{tag}> has an attribute or a value that a letter may not have (`{name[:20]}`){_classes(tag)}"
        raise MarkupFault(wrong, tag, f'{name}="{value}"' if name == "class" else name)
    if tag == "a" and "href" not in element.attrib:
        raise MarkupFault("<a> needs an href", "a")
    if tag == "img" and not {"src", "alt"} <= set(element.attrib):
        raise MarkupFault(
            '<img> needs a src and an alt; alt="" where it shows nothing that the text does not say', "img"
        )


def _is_link(href: str) -> bool:
    return href.startswith(_SCHEMES) and href.isascii() and not any(sign in href for sign in " \t\r\n<>\"'\\")

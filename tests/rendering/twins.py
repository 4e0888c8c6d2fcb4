"""A letter's HTML twin, read with the standard's own parser: the first tag out of its place is a failure."""

from collections.abc import Iterator
from typing import Any

from justhtml import JustHTML

_ACTIVE = {"script", "link", "iframe", "frame", "img", "object", "embed", "base", "form", "input", "template"}
_ACTIVE |= {"video", "audio", "svg", "math"}
_FETCHED = {"src", "srcset", "poster", "data", "background", "action", "formaction", "cite", "manifest", "ping"}


class Twin:
    """The page as the tree that a browser makes of it. Raises justhtml's StrictModeError."""

    def __init__(self, html: str | None) -> None:
        self.tree: Any = JustHTML(html or "", strict=True, sanitize=False)

    def all(self, selector: str) -> list[Any]:
        """Every element of this CSS selector, in order."""
        return list(self.tree.query(selector))

    def text(self, selector: str) -> str:
        """The text of the one element of this selector, as it stands there."""
        (found,) = self.all(selector)
        return "".join(_texts(found))

    def elements(self, selector: str = "html") -> list[Any]:
        """The one element of this selector and every element in it, in order."""
        (found,) = self.all(selector)
        return list(_elements(found))


def _elements(node: Any) -> Iterator[Any]:
    if not node.name.startswith("#"):
        yield node
    for child in node.children or ():
        yield from _elements(child)


def _texts(node: Any) -> Iterator[str]:
    """The text of a node; a line break is a space."""
    if node.name == "#text":
        yield node.data or ""
    elif node.name == "br":
        yield " "
    for child in node.children or ():
        yield from _texts(child)


def reaches_out(twin: Twin) -> list[str]:
    """What the page would fetch, run or send by itself; a link that a reader follows is none of it."""
    found = [one.name for one in twin.elements() if one.name in _ACTIVE]
    found += [f"{one.name} {key}" for one in twin.elements() for key in one.attrs if _acts(one.name, key)]
    return found


def _acts(tag: str, key: str) -> bool:
    return key in _FETCHED or key == "style" or key.startswith("on") or (key == "href" and tag != "a")

"""What in a PDF acts, or reaches outside the file. Runs in a child process only."""

import re
from collections.abc import Iterator
from typing import Any

from pypdf.generic import DictionaryObject

from outbound.rendering.foreign import NODES, SheetPage, dictionary, entry, listed

_ACTS = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/ResetForm", "/GoToR", "/GoToE", "/Rendition"}
    | {"/Movie", "/Sound", "/RichMediaExecute", "/Trans", "/GoTo3DView", "/SetOCGState", "/Hide"}
)
_MEDIA = frozenset({"/FileAttachment", "/Movie", "/Sound", "/Screen", "/RichMedia", "/3D"})
_NAMED = ("/JavaScript", "/EmbeddedFiles")
_OF_THE_FILE = ("/AA", "/AF", "/Collection")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+:\d+(?:[/?#]|$)")  # www.nordby.example:8080 has no scheme
_PASSED_OVER = re.compile(r"[\x00-\x20\x7f]")  # by readers, before a scheme and in it
_HARMLESS = frozenset({"http", "https", "mailto", "tel"})
_CHAIN = 100  # actions that follow each other


def document_acts(root: DictionaryObject) -> bool:
    """Does the document do something: at its opening, by a name, in its outline or its form?"""
    names, form = dictionary(root.get("/Names")), dictionary(root.get("/AcroForm"))
    return (
        _acts(root.get("/OpenAction"))
        or any(key in root for key in _OF_THE_FILE)
        or any(key in names for key in _NAMED)
        or "/XFA" in form
        or any(_node_acts(entry) for entry in _tree(dictionary(root.get("/Outlines")).get("/First"), _outline_kin))
        or any(_node_acts(field) for one in listed(form.get("/Fields"))[:NODES] for field in _tree(one, _field_kin))
    )


def page_acts(page: SheetPage) -> bool:
    """Does the page, or something on it?"""
    if "/AA" in page.node or "/AF" in page.node:
        return True
    notes = [dictionary(given) for given in listed(page.node.get("/Annots"))[:NODES]]
    return any(entry(note, "/Subtype") in _MEDIA or _node_acts(note) for note in notes)


def _node_acts(node: DictionaryObject) -> bool:
    return "/AA" in node or "/AF" in node or _acts(node.get("/A"))


def _acts(given: Any) -> bool:
    """Is this an action, or followed by one, that a letter may not have? A destination, which is a list, is none."""
    waiting, nodes = [given], 0
    while waiting and nodes < _CHAIN:
        nodes += 1
        action = dictionary(waiting.pop())
        if entry(action, "/S") in _ACTS or _leads_astray(entry(action, "/URI")):
            return True
        following = action["/Next"].get_object() if "/Next" in action else None
        waiting += list(following)[:_CHAIN] if isinstance(following, list) else [following] if following else []
    return nodes >= _CHAIN


def _leads_astray(link: Any) -> bool:
    """Is this a link to something else than a page of the web, a mail or a telephone? One without a scheme is none."""
    text = link.decode("latin-1") if isinstance(link, bytes) else str(link)
    plain = _PASSED_OVER.sub("", text).lower()
    found = _SCHEME.match(plain)
    return found is not None and found[1] not in _HARMLESS and not _HOST.match(plain)


def _tree(first: Any, kin: Any) -> Iterator[DictionaryObject]:
    """The nodes from `first` on, each once; a circle comes to an end."""
    waiting: list[Any] = [first]
    seen: set[int] = set()
    while waiting and len(seen) < NODES:
        node = dictionary(waiting.pop())
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        waiting += kin(node)


def _outline_kin(entry: DictionaryObject) -> list[Any]:
    return [entry[key] for key in ("/First", "/Next") if key in entry]


def _field_kin(field: DictionaryObject) -> list[Any]:
    return listed(field.get("/Kids"))[:NODES]

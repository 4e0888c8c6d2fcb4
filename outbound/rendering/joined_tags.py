"""The tags of an attachment: they join the structure tree of the letter that it follows. In a child process only."""

from collections.abc import Mapping
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from outbound.rendering.cover_tags import holder_of, next_key, put_last
from outbound.rendering.foreign import NODES, dictionary, listed

_OWN = frozenset({"/Type", "/K", "/ParentTree", "/ParentTreeNextKey"})
_NAMES = frozenset({"/RoleMap", "/ClassMap"})  # of a tree: what its own words mean
_KEYS = ("/StructParents", "/StructParent")


def join_tags(writer: PdfWriter, reader: PdfReader, known: int, title: str) -> bool:
    """Join them as one part, called `title`, or take the pages' marks from them; whether they are joined.

    `known`: how many objects the writer had before the pages came: those after them are the attachment's.
    """
    tree, free = dictionary(writer.root_object.get("/StructTreeRoot")), None
    added = dictionary(reader.root_object.get("/StructTreeRoot"))
    numbers = _numbers(added)
    if numbers is not None and _may_join(tree, added):
        free = next_key(tree)
    if free is None or numbers is None:
        _renumber(writer, known, None)
        return False
    own = added.clone(writer)
    _renumber(writer, known, free)
    _add_part(writer, tree, own, _titled(reader, title))
    moved = ArrayObject()
    for key, value in sorted(numbers.items()):
        moved += [NumberObject(key + free), value.clone(writer)]
    put_last(writer, tree, moved)
    return True


def _may_join(tree: Any, added: Any) -> bool:
    """Two trees must not mean different things by one word; what is not known to be merged stands in one of them."""
    for key in added.keys() - _OWN:
        ours, theirs = tree.get(key), added[key].get_object()
        if ours is not None and not (key in _NAMES and _agree(dictionary(ours), dictionary(theirs))):
            return False
    return True


def _agree(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    return all(ours[name] == theirs[name] for name in ours.keys() & theirs.keys())


def _numbers(tree: Any) -> dict[int, Any] | None:
    """The parent tree as it is: key to reference or array. None where there is none that makes sense."""
    waiting, found, nodes = [dictionary(tree.get("/ParentTree"))], {}, 0
    if "/K" not in tree or not waiting[0]:
        return None
    while waiting:
        node, nodes = dictionary(waiting.pop()), nodes + 1
        entries = listed(node.get("/Nums"))
        pairs = list(zip(entries[::2], entries[1::2], strict=False))
        if nodes > NODES or any(not isinstance(key, int) or key < 0 for key, _ in pairs):
            return None
        found.update({int(key): value for key, value in pairs})
        waiting += listed(node.get("/Kids"))
    return found


def _renumber(writer: PdfWriter, known: int, free: int | None) -> None:
    """The keys by which pages, forms and links name their owners: after the letter's own, or away with them."""
    for thing in writer._objects[known:]:
        if not isinstance(thing, DictionaryObject):
            continue
        for name in _KEYS:
            if name in thing and free is None:
                del thing[name]
            elif free is not None and isinstance(key := thing.get(name), int):
                thing[NameObject(name)] = NumberObject(int(key) + free)


def _titled(reader: PdfReader, title: str) -> DictionaryObject:
    part = DictionaryObject({NameObject("/S"): NameObject("/Part"), NameObject("/T"): TextStringObject(title)})
    if isinstance(language := reader.root_object.get("/Lang"), str):
        part[NameObject("/Lang")] = TextStringObject(language)
    return part


def _add_part(writer: PdfWriter, tree: Any, own: Any, part: DictionaryObject) -> None:
    """The attachment's elements under one of ours; its Document, where it has one, is a Part of the whole."""
    holder, where = holder_of(tree), writer._add_object(part)
    kids = own.raw_get("/K")
    below = list(kids.get_object()) if isinstance(kids.get_object(), list) else [kids]
    for kid in below:
        element = dictionary(kid)
        element[NameObject("/P")] = where
        if element.get("/S") == "/Document":
            element[NameObject("/S")] = NameObject("/Part")
    part[NameObject("/K")] = ArrayObject(below)
    part[NameObject("/P")] = holder.indirect_reference or tree.indirect_reference
    held = holder.raw_get("/K")
    before = held.get_object()
    holder[NameObject("/K")] = ArrayObject([*(before if isinstance(before, list) else [held]), where])
    for key in own.keys() - _OWN:
        mine = dictionary(tree.get(key))
        tree[NameObject(key)] = DictionaryObject({**own[key], **mine}) if key in _NAMES else own.raw_get(key)

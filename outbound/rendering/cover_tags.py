"""The tags of a sheet that is put in front of a tagged PDF: they join the file's own structure tree.

Runs in a child process only. Without this the sheet's marks would be taken for those of the letter's first page.
"""

from typing import Any

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from outbound.rendering.foreign import NODES, dictionary


def adopt(writer: PdfWriter, cover: PdfReader, pages: list[PageObject]) -> None:
    """Let the tree of the file reach the sheet's `pages`, or take their marks from them where there is no tree."""
    tree = dictionary(writer.root_object.get("/StructTreeRoot"))
    free = next_key(tree)
    for page in pages:  # pypdf leaves out their /StructParents, which are keys of another tree
        page.pop("/Tabs", None)
    if free is not None:
        _join(writer, tree, free, list(zip(pages, [_owners(cover, own) for own in cover.pages], strict=True)))


def _owners(cover: PdfReader, page: PageObject) -> list[Any]:
    """The elements of one page of ours, by their marks."""
    nums: Any = dictionary(dictionary(cover.root_object["/StructTreeRoot"])["/ParentTree"])["/Nums"]
    by_key = dict(zip(nums[::2], nums[1::2], strict=True))
    return [given.get_object() for given in by_key[page["/StructParents"]].get_object()]


def next_key(tree: DictionaryObject) -> int | None:
    """The first key of the parent tree that is free; None where the tree is not one that could be added to."""
    parents = dictionary(tree.get("/ParentTree"))
    if "/K" not in tree or not ("/Nums" in parents or "/Kids" in parents):
        return None
    waiting, found, nodes = [parents], [_number(tree.get("/ParentTreeNextKey")) - 1], 0
    while waiting:
        node = dictionary(waiting.pop())
        nodes += 1
        if nodes > NODES:
            return None
        found += map(_number, list(_array(node, "/Nums"))[::2])
        waiting += _array(node, "/Kids")
    return max(found) + 1


def _number(given: Any) -> int:
    """What is given, where it is a number; a foreign tree may hold anything."""
    return int(given) if isinstance(given, int) else 0


def _array(node: DictionaryObject, name: str) -> Any:
    found: Any = node[name].get_object() if name in node else None
    return found if isinstance(found, list) else ArrayObject()


def _join(writer: PdfWriter, tree: DictionaryObject, key: int, sheets: list[tuple[PageObject, list[Any]]]) -> None:
    holder = holder_of(tree)
    part: Any = DictionaryObject({NameObject("/S"): NameObject("/Sect"), NameObject("/Lang"): TextStringObject("da")})
    where = writer._add_object(part)
    kids_of_part = part[NameObject("/K")] = ArrayObject()
    part[NameObject("/P")] = holder.indirect_reference or tree.indirect_reference or writer._add_object(holder)
    numbers = ArrayObject()
    for key_of_page, (page, owners) in enumerate(sheets, key):
        marks = ArrayObject(_element(writer, owner, page, mark, where) for mark, owner in enumerate(owners))
        kids_of_part.extend(marks)
        page[NameObject("/StructParents")], page[NameObject("/Tabs")] = NumberObject(key_of_page), NameObject("/S")
        numbers += [NumberObject(key_of_page), writer._add_object(marks)]
    put_last(writer, tree, numbers)
    own: Any = holder.raw_get("/K")
    kids = own.get_object()
    holder[NameObject("/K")] = ArrayObject([where, *(kids if isinstance(kids, list) else [own])])


def holder_of(tree: DictionaryObject) -> DictionaryObject:
    """The file's one Document element, where it has one; else the tree itself."""
    kids: Any = tree["/K"].get_object()
    first = dictionary(kids[0] if isinstance(kids, list) and len(kids) == 1 else kids)
    return first if first.get("/S") == "/Document" and "/K" in first and first.indirect_reference else tree


def _element(writer: PdfWriter, owner: Any, page: PageObject, mark: int, parent: Any) -> Any:
    entries = {"/S": owner["/S"], "/P": parent, "/Pg": page.indirect_reference, "/K": NumberObject(mark)}
    return writer._add_object(DictionaryObject({NameObject(name): value for name, value in entries.items()}))


def put_last(writer: PdfWriter, tree: DictionaryObject, numbers: ArrayObject) -> None:
    """Our keys are greater than all others, so they stand last."""
    parents = dictionary(tree["/ParentTree"])
    if "/Kids" in parents:
        limits = ArrayObject([numbers[0], numbers[-2]])
        leaf = DictionaryObject({NameObject("/Nums"): numbers, NameObject("/Limits"): limits})
        _array(parents, "/Kids").append(writer._add_object(leaf))
    else:
        _array(parents, "/Nums").extend(numbers)
    tree[NameObject("/ParentTreeNextKey")] = NumberObject(int(numbers[-2]) + 1)

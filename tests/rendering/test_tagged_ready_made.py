"""What the router does to a ready-made PDF: a tagged one stays tagged, and one that was in order stays in order."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject

from outbound.letter import ReadyMade
from outbound.rendering import Frame, LetterTypes, prepare, render
from tests.rendering.pdfs import pdf
from tests.rendering.tags import Tagged
from tests.rendering.test_tagged import heard, is_in_order

Made = Callable[..., Frame]
ASKED: dict[str, dict[str, Any]] = {
    "cover": {"cover": True},
    "marker": {"marker": "Genudsendt"},
    "cover and marker": {"cover": True, "marker": "Genudsendt"},
}
COVER = "Dette ark er kun til adressen Brevet begynder på næste ark"


@pytest.fixture
def tagged(letter_types: LetterTypes, frame: Made) -> bytes:
    """A tagged PDF of two pages with a table and a link, as a careful system would hand it in."""
    bolig = letter_types["boligstoette-afgoerelse"]
    return render(bolig, bolig.example or {}, frame(address=None)).pdf


def prepared(given: bytes, frame: Frame, plex: str = "duplex") -> bytes:
    return prepare(ReadyMade(given, "Et brev", date(2026, 11, 24)), frame, plex=plex).pdf


def rewritten(given: bytes, change: Callable[[PdfWriter, Any], None]) -> bytes:
    writer, out = PdfWriter(clone_from=PdfReader(BytesIO(given))), BytesIO()
    tree: Any = writer.root_object["/StructTreeRoot"]
    change(writer, tree)
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("plex", ["simplex", "duplex"])
@pytest.mark.parametrize("how", ASKED)
def test_a_tagged_letter_stays_tagged_and_in_order(tagged: bytes, frame: Made, how: str, plex: str) -> None:
    made = prepared(tagged, frame(**ASKED[how]), plex)
    before, after = heard(tagged), heard(made)

    is_in_order(made)
    assert after[-len(before) :] == before
    assert " ".join(after[: -len(before)]).endswith(COVER if "cover" in how else "")
    assert (len(after) > len(before)) == ("cover" in how)
    assert "Genudsendt" not in after  # an artifact: it says nothing of what the letter says


@pytest.mark.parametrize("how", ASKED)
def test_every_page_is_reached_by_a_key_of_its_own(tagged: bytes, frame: Made, how: str) -> None:
    made = Tagged(prepared(tagged, frame(**ASKED[how])))
    keys: list[Any] = [page["/StructParents"] for page in made.reader.pages]
    links: list[Any] = [area["/StructParent"] for link in made.root.all("Link") for area in link.links]
    known = made.tree["/ParentTree"]["/Nums"][::2]

    assert len(set(keys + links)) == len(keys + links)
    assert set(keys + links) <= set(known)
    assert known == sorted(known)


def test_links_still_lead_where_they_led(tagged: bytes, frame: Made) -> None:
    (link,) = Tagged(prepared(tagged, frame(cover=True))).root.all("Link")
    assert [area["/A"]["/URI"] for area in link.links] == ["https://www.retsinformation.dk"]


def parted(writer: PdfWriter, tree: Any) -> None:
    """The parent tree in leaves, as large documents have it."""
    nums = tree["/ParentTree"]["/Nums"]
    leaves = ArrayObject()
    for at in range(0, len(nums), 2):
        limits = ArrayObject([nums[at], nums[at]])
        entries = {"/Nums": ArrayObject(nums[at : at + 2]), "/Limits": limits}
        leaves.append(writer._add_object(DictionaryObject({NameObject(key): value for key, value in entries.items()})))
    tree[NameObject("/ParentTree")] = writer._add_object(DictionaryObject({NameObject("/Kids"): leaves}))


def test_a_parent_tree_of_leaves_gets_one_more(tagged: bytes, frame: Made) -> None:
    made = prepared(rewritten(tagged, parted), frame(cover=True))
    is_in_order(made)
    tree: Any = PdfReader(BytesIO(made)).root_object["/StructTreeRoot"]
    leaves = tree["/ParentTree"]["/Kids"]
    assert [list(leaf["/Limits"]) for leaf in leaves] == [[0, 0], [1, 1], [2, 2], [3, 4]]


def without_document(writer: PdfWriter, tree: Any) -> None:
    """No Document element: the parts hang on the root itself."""
    top = tree["/K"]
    tree[NameObject("/K")] = top["/K"]
    for kid in top["/K"]:
        kid.get_object()[NameObject("/P")] = tree.indirect_reference


def test_a_tree_without_a_document_element_is_added_to_at_its_root(tagged: bytes, frame: Made) -> None:
    made = PdfReader(BytesIO(prepared(rewritten(tagged, without_document), frame(cover=True))))
    tree: Any = made.root_object["/StructTreeRoot"]
    assert tree["/K"][0].get_object()["/S"] == "/Sect"
    assert tree["/K"][0].get_object()["/P"] == tree


def junk(writer: PdfWriter, tree: Any) -> None:
    tree[NameObject("/ParentTreeNextKey")] = NameObject("/Junk")
    tree["/ParentTree"][NameObject("/Nums")] = ArrayObject([NameObject("/Junk")])


def looped(writer: PdfWriter, tree: Any) -> None:
    parents = DictionaryObject()
    parents[NameObject("/Kids")] = ArrayObject([writer._add_object(parents)] * 2)
    tree[NameObject("/ParentTree")] = writer._add_object(parents)


def rootless(writer: PdfWriter, tree: Any) -> None:
    del tree["/K"]


def number(writer: PdfWriter, tree: Any) -> None:
    tree[NameObject("/ParentTree")] = NumberObject(7)


@pytest.mark.parametrize("change", [junk, looped, rootless, number])
def test_a_tree_that_makes_no_sense_is_no_reason_to_refuse_the_letter(
    tagged: bytes, frame: Made, change: Callable[[PdfWriter, Any], None]
) -> None:
    made = prepared(rewritten(tagged, change), frame(cover=True))
    assert len(PdfReader(BytesIO(made)).pages) == 4


def test_an_untagged_letter_gets_no_tags_from_its_cover(frame: Made) -> None:
    reader = PdfReader(BytesIO(prepared(pdf(), frame(cover=True))))
    assert "/StructTreeRoot" not in reader.root_object
    assert all("/StructParents" not in page and "/Tabs" not in page for page in reader.pages)


def test_a_letter_that_nothing_is_done_to_goes_out_as_it_came(tagged: bytes, frame: Made) -> None:
    assert prepared(tagged, frame()) == tagged

"""A print run's zip: always the same bytes, readable by anybody, and naming nobody."""

import csv
import hashlib
import io
import random
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

import adapters.remote_print
from adapters.remote_print.run import archive
from outbound.letter import Address, Channel, Consignment, Dispatch, Lane
from tests.adapters.outside import TITLE, a_consignment, a_dispatch, a_pdf

SCHEMAS = Path(adapters.remote_print.__file__).parent
RUN = etree.XMLSchema(etree.parse(str(SCHEMAS / "print-run.xsd")))
NAMES = {"r": "urn:outbound:print-run:2"}


def packed(consignment: Consignment) -> bytes:
    return b"".join(archive(consignment))


def opened(consignment: Consignment) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(packed(consignment)))


def manifest(consignment: Consignment) -> etree._Element:
    return etree.fromstring(opened(consignment).read("manifest.xml"))


def letters(consignment: Consignment) -> dict[str, dict[str, str]]:
    """What the manifest tells of each letter, by its job."""
    found = manifest(consignment).iterfind("r:envelope/r:letter", NAMES)
    return {str(one.get("job")): {str(name): str(value) for name, value in one.attrib.items()} for one in found}


def envelopes(consignment: Consignment) -> dict[str, tuple[dict[str, str], list[str]]]:
    """What it tells of each envelope, and the jobs in it, by its id."""
    return {
        str(one.get("id")): (
            {str(name): str(value) for name, value in one.attrib.items()},
            [str(letter.get("job")) for letter in one],
        )
        for one in manifest(consignment).iterfind("r:envelope", NAMES)
    }


def three_letters() -> Consignment:
    two_pages = a_dispatch(document=replace(a_dispatch().document, pdf=a_pdf("to", pages=3), pages=3, sheets=2))
    return a_consignment(
        Channel.PRINT, a_dispatch(), two_pages, a_dispatch(colour=True, envelope="C4", letter_class="quick")
    )


def test_the_same_run_is_the_same_bytes_in_whatever_order_it_is_gathered() -> None:
    consignment = three_letters()
    shuffled = list(consignment.dispatches)
    random.Random(7).shuffle(shuffled)
    again = replace(consignment, dispatches=tuple(shuffled), fence=uuid4().hex)
    assert packed(consignment) == packed(again)


def test_a_run_is_one_pdf_a_letter_and_the_manifest_twice() -> None:
    consignment = three_letters()
    with opened(consignment) as run:
        assert run.testzip() is None
        assert run.namelist()[:2] == ["manifest.xml", "manifest.csv"]
        assert set(run.namelist()[2:]) == {f"{dispatch.id}.pdf" for dispatch in consignment.dispatches}
        for dispatch in consignment.dispatches:
            assert run.read(f"{dispatch.id}.pdf") == dispatch.document.pdf


def test_no_entry_needs_a_reader_that_knows_data_descriptors() -> None:
    with opened(three_letters()) as run:
        assert {(entry.flag_bits & 8, entry.compress_type) for entry in run.infolist()} == {(0, zipfile.ZIP_STORED)}


def test_the_zip_comes_in_pieces_no_larger_than_a_letter() -> None:
    consignment = three_letters()
    largest = max(len(dispatch.document.pdf) for dispatch in consignment.dispatches)
    assert max(len(piece) for piece in archive(consignment)) < largest + 5_000


def test_the_manifest_is_valid_and_adds_up() -> None:
    consignment = replace(three_letters(), lane=Lane.MAILING)
    root = manifest(consignment)
    RUN.assertValid(root)
    assert dict(root.items()) == {
        "id": str(consignment.id), "provider": "print", "lane": "mailing", "created": "2026-11-22T10:00:00Z",
        "proof": "false", "letters": "3", "envelopes": "3", "pages": "5", "sheets": "4",
        "bytes": str(sum(len(one.document.pdf) for one in consignment.dispatches)),
    }  # fmt: skip
    assert [dict(product.attrib) for product in root.iterfind("r:product", NAMES)] == [
        {"colour": "colour", "plex": "duplex", "format": "C4", "class": "quick"}
        | {"letters": "1", "pages": "1", "sheets": "1"},
        {"colour": "mono", "plex": "duplex", "format": "C5", "class": "economy"}
        | {"letters": "2", "pages": "4", "sheets": "3"},
    ]


def test_a_proof_run_says_so() -> None:
    root = manifest(replace(three_letters(), proof=True))
    RUN.assertValid(root)
    assert root.get("proof") == "true"


def test_every_letter_says_how_it_is_printed_and_every_envelope_how_it_is_posted() -> None:
    consignment = three_letters()
    dispatch = consignment.dispatches[2]
    told, pdf = letters(consignment)[str(dispatch.id)], dispatch.document.pdf
    assert told == {
        "job": str(dispatch.id), "file": f"{dispatch.id}.pdf", "pages": "1", "sheets": "1", "colour": "colour",
        "sha256": hashlib.sha256(pdf).hexdigest(), "bytes": str(len(pdf)), "plex": "duplex", "cost-centre": "1010",
    }  # fmt: skip
    assert envelopes(consignment)[str(dispatch.id)] == (
        {"id": str(dispatch.id), "format": "C4", "class": "quick", "country": "DK", "sheets": "1"},
        [str(dispatch.id)],
    )


def test_letters_that_share_an_envelope_stand_in_it_the_first_one_first() -> None:
    first, alone = a_dispatch(), a_dispatch()
    three_pages = replace(first.document, pages=3, sheets=2)
    others = [a_dispatch(envelope_of=first.id, document=three_pages) for _ in range(4)]
    consignment = a_consignment(Channel.PRINT, *others, alone, first)
    RUN.assertValid(manifest(consignment))
    told, jobs = envelopes(consignment)[str(first.id)]
    assert told["sheets"] == "9"
    assert jobs == [str(first.id), *sorted(str(one.id) for one in others)]
    assert [*envelopes(consignment)] == [str(alone.id), str(first.id)]  # fewer sheets first
    assert manifest(consignment).get("envelopes") == "2"
    assert manifest(consignment).get("letters") == "6"


def test_a_run_comes_by_product_envelope_sheets_country_and_postcode() -> None:
    def to(postcode: str, country: str = "DK", **changes: Any) -> Dispatch:
        dispatch = a_dispatch(**changes)
        address = Address("Ymer Prøvesen", ("Prøvevænget 12",), postcode, "Holbæk", country)
        return replace(dispatch, recipient=replace(dispatch.recipient, address=address))

    simplex, thick = (replace(a_dispatch().document, **change) for change in ({"plex": "simplex"}, {"sheets": 2}))
    wanted = [
        to("0800"),
        to("4300"),
        to("9990"),
        to("1111", "SE"),
        to("0800", document=thick),
        to("0800", letter_class="quick"),
        to("0800", document=simplex),
        to("0800", colour=True, envelope="C4"),
        to("0800", colour=True, envelope="C5"),
    ]
    shuffled = random.Random(3).sample(wanted, len(wanted))
    assert [*letters(a_consignment(Channel.PRINT, *shuffled))] == [str(one.id) for one in wanted]


def test_a_letter_that_is_printed_on_one_side_says_so() -> None:
    one = a_dispatch()
    consignment = a_consignment(
        Channel.PRINT, replace(one, document=replace(one.document, plex="simplex")), a_dispatch()
    )
    RUN.assertValid(manifest(consignment))
    told = {job: letter["plex"] for job, letter in letters(consignment).items()}
    assert told.pop(str(one.id)) == "simplex"
    assert [*told.values()] == ["duplex"]


def rows_of(consignment: Consignment) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(opened(consignment).read("manifest.csv").decode()), delimiter=";"))


def as_in_the_table(consignment: Consignment) -> list[dict[str, str]]:
    """A row a letter: its envelope's values, then its own, empty where there is nothing."""
    told, empty = letters(consignment), {"inserts": "", "return-code": ""}
    return [
        {**{f"envelope-{name}": value for name, value in around.items()}, **empty, **told[job]}
        for around, jobs in envelopes(consignment).values()
        for job in jobs
    ]


def test_the_table_says_what_the_manifest_says() -> None:
    consignment = three_letters()
    assert rows_of(consignment) == as_in_the_table(consignment)


def inserting(*codes: str) -> Dispatch:
    dispatch = a_dispatch()
    return replace(dispatch, document=replace(dispatch.document, inserts=codes))


def test_what_the_printer_adds_stands_in_manifest_and_table() -> None:
    consignment = a_consignment(Channel.PRINT, inserting("KLAGE-1", "KORT"), inserting())
    RUN.assertValid(manifest(consignment))
    told = letters(consignment)
    assert [told[str(one.id)].get("inserts") for one in consignment.dispatches] == ["KLAGE-1 KORT", None]
    assert rows_of(consignment) == as_in_the_table(consignment)


def test_the_code_in_the_window_stands_in_manifest_and_table() -> None:
    consignment = a_consignment(Channel.PRINT, a_dispatch(return_code="7KQ4-2M"), a_dispatch())
    RUN.assertValid(manifest(consignment))
    told = letters(consignment)
    assert [told[str(one.id)].get("return-code") for one in consignment.dispatches] == ["7KQ4-2M", None]
    assert rows_of(consignment) == as_in_the_table(consignment)


def test_a_letter_abroad_names_its_country() -> None:
    dispatch = a_dispatch()
    abroad = Address("Ymer Prøvesen", ("Påhittsgatan 14",), "", "211 34 MALMÖ", "SE")
    consignment = a_consignment(Channel.PRINT, replace(dispatch, recipient=replace(dispatch.recipient, address=abroad)))
    (told,) = envelopes(consignment).values()
    assert told[0]["country"] == "SE"


def test_nobody_is_named_beside_the_letters_themselves() -> None:
    consignment = three_letters()
    run = opened(consignment)
    beside = run.read("manifest.xml").decode() + run.read("manifest.csv").decode() + str(run.namelist())
    for dispatch in consignment.dispatches:
        who = dispatch.recipient
        for secret in (who.cpr or "?", who.name, TITLE, "Prøvevænget", dispatch.reference, dispatch.case_number):
            assert secret not in beside


@settings(max_examples=100, deadline=None)
@given(cost_centre=st.text(), envelope=st.text(max_size=9), pdf=st.binary())
def test_any_words_make_a_valid_manifest(cost_centre: str, envelope: str, pdf: bytes) -> None:
    dispatch = a_dispatch(cost_centre=cost_centre, envelope=envelope)
    dispatch = replace(dispatch, document=replace(dispatch.document, pdf=pdf))
    RUN.assertValid(manifest(a_consignment(Channel.PRINT, dispatch)))


@pytest.mark.parametrize("name", ["print-run.xsd", "print-receipts.xsd", "print-orders.xsd"])
def test_the_schemas_load(name: str) -> None:
    assert etree.XMLSchema(etree.parse(str(SCHEMAS / name))) is not None

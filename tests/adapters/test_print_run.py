"""A print run's zip: always the same bytes, readable by anybody, and naming nobody."""

import csv
import hashlib
import io
import random
import zipfile
from dataclasses import replace
from pathlib import Path
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
NAMES = {"r": "urn:outbound:print-run:1"}


def packed(consignment: Consignment) -> bytes:
    return b"".join(archive(consignment))


def opened(consignment: Consignment) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(packed(consignment)))


def manifest(consignment: Consignment) -> etree._Element:
    return etree.fromstring(opened(consignment).read("manifest.xml"))


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
        "letters": "3", "pages": "5", "sheets": "4",
    }  # fmt: skip


def test_every_letter_says_how_it_is_printed() -> None:
    consignment = three_letters()
    lines = {line.get("job"): dict(line.attrib) for line in manifest(consignment)}
    dispatch = consignment.dispatches[2]
    assert lines[str(dispatch.id)] == {
        "job": str(dispatch.id), "file": f"{dispatch.id}.pdf", "pages": "1", "sheets": "1", "colour": "colour",
        "sha256": hashlib.sha256(dispatch.document.pdf).hexdigest(), "plex": "duplex", "envelope": "C4",
        "class": "quick", "country": "DK", "cost-centre": "social",
    }  # fmt: skip


def test_a_letter_that_is_printed_on_one_side_says_so() -> None:
    one = a_dispatch()
    consignment = a_consignment(
        Channel.PRINT, replace(one, document=replace(one.document, plex="simplex")), a_dispatch()
    )
    RUN.assertValid(manifest(consignment))
    told = {line.get("job"): line.get("plex") for line in manifest(consignment)}
    assert told.pop(str(one.id)) == "simplex"
    assert [*told.values()] == ["duplex"]


def test_the_table_says_what_the_manifest_says() -> None:
    consignment = three_letters()
    rows = list(csv.DictReader(io.StringIO(opened(consignment).read("manifest.csv").decode()), delimiter=";"))
    assert rows == [dict(line.attrib) for line in manifest(consignment)]


def inserting(*codes: str) -> Dispatch:
    dispatch = a_dispatch()
    return replace(dispatch, document=replace(dispatch.document, inserts=codes))


def test_what_the_printer_adds_stands_in_manifest_and_table() -> None:
    consignment = a_consignment(Channel.PRINT, inserting("KLAGE-1", "KORT"), inserting())
    RUN.assertValid(manifest(consignment))
    told = {line.get("job"): line.get("inserts") for line in manifest(consignment)}
    assert list(map(told.get, (str(one.id) for one in consignment.dispatches))) == ["KLAGE-1 KORT", ""]
    rows = csv.DictReader(io.StringIO(opened(consignment).read("manifest.csv").decode()), delimiter=";")
    assert list(rows) == [dict(line.attrib) for line in manifest(consignment)]


def test_a_letter_abroad_names_its_country() -> None:
    dispatch = a_dispatch()
    abroad = Address("Ymer Prøvesen", ("Påhittsgatan 14",), "", "211 34 MALMÖ", "SE")
    consignment = a_consignment(Channel.PRINT, replace(dispatch, recipient=replace(dispatch.recipient, address=abroad)))
    assert manifest(consignment)[0].get("country") == "SE"


def test_nobody_is_named_beside_the_letters_themselves() -> None:
    consignment = three_letters()
    run = opened(consignment)
    beside = run.read("manifest.xml").decode() + run.read("manifest.csv").decode() + str(run.namelist())
    for dispatch in consignment.dispatches:
        who = dispatch.recipient
        for secret in (who.cpr or "?", who.name, TITLE, "Prøvevænget", dispatch.reference, dispatch.case_number):
            assert secret not in beside


@settings(max_examples=100, deadline=None)
@given(department=st.text(), envelope=st.text(max_size=9), pdf=st.binary())
def test_any_words_make_a_valid_manifest(department: str, envelope: str, pdf: bytes) -> None:
    dispatch = a_dispatch(department=department, envelope=envelope)
    dispatch = replace(dispatch, document=replace(dispatch.document, pdf=pdf))
    RUN.assertValid(manifest(a_consignment(Channel.PRINT, dispatch)))


@pytest.mark.parametrize("name", ["print-run.xsd", "print-receipts.xsd"])
def test_the_schemas_load(name: str) -> None:
    assert etree.XMLSchema(etree.parse(str(SCHEMAS / name))) is not None

"""ForsendelseI: what the print vendor is told of a letter, always valid against the published schema."""

from base64 import b64decode
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from adapters.sf1601.forsendelse import Agreement, forsendelse
from adapters.sf1601.unfit import Unfit
from adapters.simulators.fjernprint_schema import forsendelse_schema
from outbound.letter import ADDRESS_LINE, Address, Attachment, Channel, Dispatch, Recipient, Role
from tests.adapters.outside import TITLE, a_consignment, a_dispatch, a_pdf
from tests.conftest import find_specs
from tests.people import address_of, company, name_of, person

AGREED = Agreement("outbound", 7, {"economy": "Economique", "quick": "Prioritaire"})
STREET = Address("Ådse Prøvesen", ("Prøvevænget 12B, 2. tv",), "4300", "Holbæk")
SPECS = find_specs()


def written(dispatch: Dispatch | None = None, agreement: Agreement = AGREED, **changes: object) -> etree._Element:
    """The one ForsendelseI, read back by itself and valid where the schema is at hand."""
    one = replace(dispatch or a_dispatch(), **changes)  # type: ignore[arg-type]
    (letter,) = etree.fromstring(forsendelse(one, a_consignment(Channel.PRINT, one), agreement))
    alone = etree.fromstring(etree.tostring(letter))
    if SPECS is not None:
        forsendelse_schema(SPECS).assertValid(alone)
    return alone


def said(letter: etree._Element, *names: str) -> dict[str, str]:
    """The texts of the elements below the last of these names, by their local names."""
    place = letter
    for name in names:
        (place,) = place.iterfind(f"{{*}}{name}")
    return {etree.QName(child).localname: child.text or "" for child in place if not len(child)}


def to(address: Address, **who: str) -> Dispatch:
    recipient = Recipient(Role.PARTY, address.name, address=address, **who)
    return a_dispatch(recipient=recipient)


@pytest.mark.specs
def test_the_schema_refuses_what_it_should_and_its_want_is_counted() -> None:
    assert SPECS is not None
    schema = forsendelse_schema(SPECS)
    letter = written()
    letter.remove(letter[0])
    assert not schema.validate(letter)


def test_a_letter_has_its_id_its_pdf_and_what_the_printer_must_know() -> None:
    dispatch = a_dispatch(colour=True, envelope="C4", letter_class="quick")
    letter = written(dispatch)
    assert said(letter)["AfsendelseIdentifikator"] == str(dispatch.id)
    assert said(letter)["ForsendelseTypeIdentifikator"] == "7"
    assert b64decode(said(letter)["MeddelelseIndholdData"]) == dispatch.document.pdf
    printing = {"SimplexDuplexKode": "Duplex", "FarveSHKode": "Farve", "KuvertTypeKode": "C4"}
    assert said(letter, "PrintParametre") == printing
    assert said(letter, "PostParametre") == {"PostKategoriKode": "Prioritaire", "SideKvantitet": "1"}
    assert said(letter, "DokumentParametre") == {"BrevDato": "2026-11-22"}
    transaction = {"TransaktionsDatoTid": "2026-11-22T10:00:00Z", "KvitteringsTypeKode": "Alle"}
    assert said(letter, "TransaktionsParametreI") == transaction


def test_who_pays_is_told_and_nothing_is_stamped_on_the_paper() -> None:
    common = said(written(), "KanalUafhaengigeParametreI")
    told = common["EnhedTekst"], common["KonteringsGruppeTekst"], common["BrugerNavn"]
    assert told == ("social", "1010", "outbound")
    assert {text for name, text in common.items() if name.startswith("Paatryk")} == {"false"}
    assert common["KanalKode"] == "Fysisk Post"


def test_the_printer_gets_nobodys_cpr_number_and_no_title() -> None:
    dispatch = a_dispatch()
    content = forsendelse(dispatch, a_consignment(Channel.PRINT, dispatch), AGREED)
    assert said(written(dispatch), "ForsendelseModtager", "AfsendelseModtager") == {
        "CPRnummerIdentifikator": "0000000000"
    }
    assert (dispatch.recipient.cpr or "?").encode() not in content
    assert TITLE.encode() not in content


def test_a_company_is_named_by_its_public_number() -> None:
    cvr = company()
    letter = written(to(STREET, cvr=cvr))
    assert said(letter, "ForsendelseModtager", "AfsendelseModtager") == {"CVRnummerIdentifikator": cvr}


@pytest.mark.parametrize(
    ("lines", "parts"),
    [
        (("Prøvevænget 12",), {"StreetName": "Prøvevænget", "StreetBuildingIdentifier": "12"}),
        (
            ("Ål og Ænder Alle 7B, st. th",),
            {
                "StreetName": "Ål og Ænder Alle",
                "StreetBuildingIdentifier": "7B",
                "FloorIdentifier": "st",
                "SuiteIdentifier": "th",
            },
        ),
    ],
)
def test_an_address_that_can_be_taken_apart_is(lines: tuple[str, ...], parts: dict[str, str]) -> None:
    where = said(written(to(replace(STREET, lines=lines))), "ForsendelseModtager", "ModtagerAdresse")
    common = {"PersonName": "Ådse Prøvesen", "PostCodeIdentifier": "4300", "DistrictSubdivisionIdentifier": "Holbæk"}
    assert where == common | parts | {"CountryIdentificationCode": "DK"}


@pytest.mark.parametrize(
    "line",
    ["Prøvevænget", "Prøvevænget 33-35", "Prøvevænget 12, kld. tv", "10. Februar Vej 3", "Postboks 12 A", "Vej 0"],
)
def test_an_address_in_doubt_stays_as_its_lines(line: str) -> None:
    where = said(written(to(replace(STREET, lines=(line,)))), "ForsendelseModtager", "ModtagerAdresse")
    assert where["PostalAddressFirstLineText"] == line
    assert where["PostalAddressSecondLineText"] == "4300 Holbæk"
    assert where["PostCodeIdentifier"] == "4300"
    assert "StreetName" not in where


def test_abroad_the_postcode_stands_in_a_line_and_four_noughts_in_its_place() -> None:
    abroad = Address("Ådse Prøvesen", ("Erfundener Weg 7",), "", "24937 FLENSBURG", "DE")
    where = said(written(to(abroad)), "ForsendelseModtager", "ModtagerAdresse")
    assert where == {
        "PersonName": "Ådse Prøvesen",
        "PostalAddressFirstLineText": "Erfundener Weg 7",
        "PostalAddressSecondLineText": "24937 FLENSBURG",
        "PostCodeIdentifier": "0000",
        "CountryIdentificationCode": "DE",
    }


def test_what_is_markup_in_an_address_is_text() -> None:
    where = said(written(to(replace(STREET, name='Bob <img src="x"> & Søn'))), "ForsendelseModtager", "ModtagerAdresse")
    assert where["PersonName"] == 'Bob <img src="x"> & Søn'


def test_an_attachment_that_is_a_file_of_its_own_goes_along() -> None:
    two = (Attachment(a_pdf("plan"), "Plan"), Attachment(b"", "I brevet"), Attachment(a_pdf("kort"), "Kort"))
    document = replace(a_dispatch().document, attachments=two)
    (collection,) = written(document=document).iterfind("{*}BilagSamling")
    found = [said(one) for one in collection]
    assert [b64decode(one["VedhaeftningIndholdData"]) for one in found] == [two[0].pdf, two[2].pdf]
    assert [one["BilagSorteringsIndeksIdentifikator"] for one in found] == ["0", "1"]


@pytest.mark.parametrize(
    ("dispatch", "code"),
    [
        (a_dispatch(letter_class="recorded"), "letter-class"),
        (a_dispatch(document=replace(a_dispatch().document, inserts=("A1",))), "inserts"),
        (to(replace(STREET, lines=("x" * (ADDRESS_LINE + 1),))), "address"),
        (to(replace(STREET, lines=tuple("abcdef"))), "address"),
        (to(replace(STREET, name=" ")), "no-name"),
        (a_dispatch(recipient=Recipient(Role.PARTY, "Ådse")), "no-address"),
    ],
    ids=["class", "inserts", "long-line", "many-lines", "no-name", "no-address"],
)
def test_what_cannot_be_told_rightly_is_not_sent_otherwise(dispatch: Dispatch, code: str) -> None:
    with pytest.raises(Unfit) as fault:
        written(dispatch)
    assert fault.value.code == code


def test_the_same_letter_is_the_same_bytes() -> None:
    dispatch = a_dispatch()
    consignment = a_consignment(Channel.PRINT, dispatch)
    assert forsendelse(dispatch, consignment, AGREED) == forsendelse(dispatch, consignment, AGREED)


def test_without_a_kind_or_a_class_their_elements_are_left_out() -> None:
    letter = written(agreement=Agreement("u"), letter_class="", envelope="")
    assert "ForsendelseTypeIdentifikator" not in said(letter)
    assert "KuvertTypeKode" not in said(letter, "PrintParametre")
    assert said(letter, "PostParametre") == {"SideKvantitet": "1"}


line = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=ADDRESS_LINE)


@given(
    lines=st.lists(line.filter(str.strip), min_size=1, max_size=3),
    name=line.filter(str.strip),
    department=st.text(max_size=60),
    postcode=st.from_regex("[0-9]{4}", fullmatch=True),
    town=line.filter(str.strip).map(lambda text: text[:29]).filter(str.strip),
    dated=st.dates(date(1990, 1, 1)),
    simplex=st.booleans(),
)
def test_every_letter_to_any_usable_address_is_valid(
    lines: list[str], name: str, department: str, postcode: str, town: str, dated: date, simplex: bool
) -> None:
    dispatch = to(Address(name, tuple(lines), postcode, town))
    document = replace(dispatch.document, dated=dated, plex="simplex" if simplex else "duplex")
    letter = written(dispatch, document=document, department=department)
    assert said(letter, "ForsendelseModtager", "ModtagerAdresse")["PostCodeIdentifier"] == postcode


def test_the_addresses_of_the_simulated_register_are_valid() -> None:
    for n in range(200):
        cpr = person("exempt", n)
        there = address_of(cpr)
        assert there is not None
        lines = tuple(filter(None, (f"c/o {there.co}" if there.co else "", there.street, there.place)))
        where = Address(name_of(cpr), lines, there.postcode, there.town)
        told = said(written(to(where)), "ForsendelseModtager", "ModtagerAdresse")
        assert ("StreetName" in told) == (len(lines) == 1), lines


@pytest.mark.parametrize(
    "lines",
    [
        ("c/o Tjalfe Klitrose", "Testrupvej 180, 4.", "Sønder Påfund"),
        ("c/o Administrationsselskabet", "Bygning 7", "Prøvevej 3"),
        ("Nummer 17", "Prøvevej 3"),
        ("Christian den Fjerdes Gade 12, st.", "th"),
        ("Postboks 123",),
        ("Att. Kontor 7",),
    ],
)
def test_of_what_may_be_something_else_than_a_street_no_street_is_made(lines: tuple[str, ...]) -> None:
    told = said(written(to(replace(STREET, lines=lines))), "ForsendelseModtager", "ModtagerAdresse")
    assert "StreetName" not in told
    assert [told[f"PostalAddress{n}LineText"] for n in ("First", "Second", "Third")[: len(lines)]] == [*lines]

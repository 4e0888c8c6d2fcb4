"""Which addresses paper can be sent to."""

import re
from dataclasses import replace

import pytest

from outbound.countries import COUNTRY_NAMES
from outbound.letter import ADDRESS_LINE, Address
from outbound.postal_address import AddressFault, address_faults, usable

HOUSE = Address("Asta Testesen", ("Prøvevej 7",), "9999", "Fjordby")


@pytest.mark.parametrize(
    "address",
    [
        HOUSE,
        replace(HOUSE, postcode="0800"),
        replace(HOUSE, lines=("c/o Bo Prøve", "Prøvevej 7, 2. tv.", "Øst")),
        replace(HOUSE, lines=("x" * 34,)),
        replace(HOUSE, name="ـAsta"),
        Address("Åse Prøve", ("Storgata 1",), "", "0001 Oslo", "NO"),
        Address("Aqqa Prøve", ("B-1",), "", "3900 Nuuk", "GL"),
        Address("Jákup Prøve", ("Prøvugøta 1",), "", "FO-100 Tórshavn", "FO"),
        Address("Jákup Prøve", ("Prøvugøta 1",), "", "100 Tórshavn", "FO"),
        replace(HOUSE, name="{{7*7}} <b>"),  # strange, but it prints: data, never markup
    ],
    ids=lambda a: a.as_lines()[-1],
)
def test_these_can_be_used(address: Address) -> None:
    assert usable(address)


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        (None, AddressFault.MISSING),
        (replace(HOUSE, name=" "), AddressFault.NAME),
        (replace(HOUSE, lines=()), AddressFault.LINE),
        (replace(HOUSE, lines=("", " ")), AddressFault.LINE),
        (replace(HOUSE, lines=("a", "b", "c", "d")), AddressFault.LINES),
        (replace(HOUSE, town=""), AddressFault.TOWN),
        (replace(HOUSE, town="9990 Fjordby"), AddressFault.DIGIT_IN_TOWN),
        (replace(HOUSE, town="DK-9999 Fjordby"), AddressFault.DIGIT_IN_TOWN),
        (replace(HOUSE, town="Fjordby, 9990 Bakkeby"), AddressFault.DIGIT_IN_TOWN),
        (replace(HOUSE, postcode=""), AddressFault.POSTCODE),
        (replace(HOUSE, postcode="800"), AddressFault.POSTCODE),
        (replace(HOUSE, postcode="99999"), AddressFault.POSTCODE),
        (replace(HOUSE, postcode="0000"), AddressFault.POSTCODE),
        (replace(HOUSE, postcode="٩٩٩٩"), AddressFault.POSTCODE),
        (replace(HOUSE, postcode="9999\n"), AddressFault.POSTCODE),
        (replace(HOUSE, postcode="1000"), AddressFault.POSTCODE_1000),
        (Address("Åse Prøve", ("Storgata 1",), "0001", "Oslo", "NO"), AddressFault.POSTCODE_ABROAD),
        (replace(HOUSE, country="Danmark"), AddressFault.COUNTRY),
        (replace(HOUSE, country="dk"), AddressFault.COUNTRY),
        (replace(HOUSE, country="ZZ"), AddressFault.COUNTRY),
        (Address("Aqqa Prøve", ("B-1",), "", "Nuuk", "GL"), AddressFault.POSTCODE_GREENLAND),
        (Address("Aqqa Prøve", ("B-1",), "", "4300 Nuuk", "GL"), AddressFault.POSTCODE_GREENLAND),
        (Address("Jákup Prøve", ("Prøvugøta 1",), "", "Tórshavn", "FO"), AddressFault.POSTCODE_FAROES),
        (replace(HOUSE, lines=("x" * 35,)), AddressFault.TOO_LONG),
        (replace(HOUSE, town="x" * 30), AddressFault.TOO_LONG),
        (replace(HOUSE, name="Asta\u202etrosrev"), AddressFault.CHARACTERS),
        (replace(HOUSE, lines=("Prøvevej 7\nAndetsteds",)), AddressFault.CHARACTERS),
    ],
    ids=lambda v: v.value if isinstance(v, AddressFault) else "",
)
def test_these_cannot_and_the_fault_is_named(address: Address | None, fault: AddressFault) -> None:
    assert fault in address_faults(address)


def test_all_faults_are_named_together() -> None:
    assert set(address_faults(Address("", (), "12", ""))) == {
        AddressFault.NAME,
        AddressFault.LINE,
        AddressFault.TOWN,
        AddressFault.POSTCODE,
    }


def test_no_fault_repeats_the_address() -> None:
    assert not any("Prøvevej" in fault for fault in address_faults(replace(HOUSE, lines=("Prøvevej" * 9,))))


def test_every_country_has_a_name_in_capitals_that_fits_on_a_line() -> None:
    assert len(COUNTRY_NAMES) == 249  # as many as ISO 3166-1 has
    assert all(re.fullmatch("[A-Z]{2}", code) for code in COUNTRY_NAMES)
    assert all(name == name.upper() and 0 < len(name) <= ADDRESS_LINE for name in COUNTRY_NAMES.values())
    assert len(set(COUNTRY_NAMES.values())) == len(COUNTRY_NAMES)


@pytest.mark.parametrize(
    ("country", "name"), [("VN", "VIETNAM"), ("CI", "ELFENBENSKYSTEN"), ("GL", "GRØNLAND"), ("NL", "HOLLAND")]
)
def test_the_last_line_abroad_is_the_country(country: str, name: str) -> None:
    assert Address("Åse Prøve", ("Storgata 1",), "", "0001 By", country).as_lines()[-2:] == ("0001 By", name)

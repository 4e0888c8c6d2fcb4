"""Which town may stand beside which postcode."""

from pathlib import Path

import pytest

from outbound.letter import Address
from outbound.postal_address import AddressFault, address_faults, postcode_faults
from outbound.postal_districts import SHIPPED, PostalDistricts
from outbound.postcodes import load_districts
from outbound.settings import HOME, SettingsFault


def test_the_shipped_table_has_every_postcode_of_its_source() -> None:
    assert len(SHIPPED.names) == 1109
    assert (SHIPPED.names["0800"], SHIPPED.names["0999"]) == ("Høje Taastrup", "København C")
    assert not SHIPPED.knows("800")


def test_every_district_fits_its_own_postcode() -> None:
    assert all(SHIPPED.fits(postcode, town) for postcode, town in SHIPPED.names.items())


@pytest.mark.parametrize(
    ("postcode", "town"),
    [
        ("4300", "HOLBÆK"),
        ("1550", "København"),  # the quarter left out
        ("1550", "Kbh. K"),  # the next quarter
        ("2100", "Kbh. Ø"),
        ("2500", "København"),  # Valby
        ("2000", "København F"),
        ("8000", "Århus C"),
        ("8000", "Aarhus"),
        ("5230", "Odense C"),  # Odense M
        ("2800", "Kongens Lyngby"),
        ("7100", "Vejle Ø"),
        ("5580", "Nr. Åby"),
        ("6092", "Sdr. Stenderup"),
        ("4660", "St. Heddinge"),
        ("4623", "Ll. Skensved"),
        ("4800", "Nykøbing"),
        ("4800", "Nykøbing Falster"),
        ("4300", "Udby"),  # a village, which is no postal district
        ("4300", "Hobæk"),  # a slip
        ("9999", "Holbæk"),  # nobody knows what belongs to a postcode that is not known
    ],
)
def test_a_town_that_can_be_meant_is_taken(postcode: str, town: str) -> None:
    assert SHIPPED.fits(postcode, town)


@pytest.mark.parametrize(
    ("postcode", "town"),
    [
        ("4300", "Odense C"),
        ("8000", "Aalborg"),
        ("4800", "Nykøbing Sj"),
        ("8260", "Viby Sjælland"),
        ("2800", "København K"),
        ("9000", "Kbh. Ø"),
        ("1550", "Valby"),
    ],
)
def test_another_postal_district_is_not(postcode: str, town: str) -> None:
    assert not SHIPPED.fits(postcode, town)
    address = Address("Asta Testesen", ("Prøvevej 7",), postcode, town)
    assert postcode_faults(address) == (AddressFault.OTHER_TOWN,)
    assert address_faults(address) == ()


@pytest.mark.parametrize("postcode", ["0000", "1000", "800"])
def test_a_postcode_that_has_a_fault_of_form_gets_no_second_one(postcode: str) -> None:
    address = Address("Asta Testesen", ("Prøvevej 7",), postcode, "Holbæk")
    assert postcode_faults(address) == ()
    assert address_faults(address)


def test_abroad_nothing_is_compared() -> None:
    assert postcode_faults(Address("Åse Prøve", ("Storgata 1",), "", "4300 Odense", "NO")) == ()


def test_a_new_postcode_is_added_in_the_file(tmp_path: Path) -> None:
    address = Address("Asta Testesen", ("Prøvevej 7",), "2155", "Nyhavnsøen")
    assert postcode_faults(address) == (AddressFault.UNKNOWN_POSTCODE,)
    assert postcode_faults(address, load_districts(tmp_path)) == (AddressFault.UNKNOWN_POSTCODE,)
    row = '[[postcode]]\ncode = "2155"\ntown = "Nyhavnsøen"\nsource = "invented"\n'
    (tmp_path / "postcodes.toml").write_text(row)
    assert postcode_faults(address, load_districts(tmp_path)) == ()


def test_every_fault_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "postcodes.toml").write_text('[[postcode]]\ncode = "215"\ntown = ""\n')
    with pytest.raises(SettingsFault) as told:
        load_districts(tmp_path)
    assert all(part in str(told.value) for part in ("code", "town", "source"))


def test_the_invented_town_stands_in_the_configuration_and_not_in_the_table() -> None:
    assert not SHIPPED.knows("9999")
    assert load_districts(HOME / "config").knows("9999")


def test_a_row_of_the_file_outranks_the_table() -> None:
    renamed = PostalDistricts({"4300": "Holbæk", "5000": "Odense C"}).with_more({"4300": "Odense C"})
    assert renamed.fits("4300", "Odense")

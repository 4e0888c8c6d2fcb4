"""A Danish address in parts, as it stands on the envelope."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound.address_parts import MOST_LINES, AddressParts, PartFault, composed
from outbound.letter import ADDRESS_LINE, Address
from outbound.postal_address import address_faults

LONG = "Gammel Opdigtet Landevej ved Søen"  # 33 characters


@pytest.mark.parametrize(
    ("parts", "lines"),
    [
        ({"street": "Prøvevej", "house_number": "7"}, ("Prøvevej 7",)),
        ({"street": "Prøvevej", "house_number": "010 a", "floor": "02", "door": "TV"}, ("Prøvevej 10A, 2. tv.",)),
        ({"street": "Prøvevej", "house_number": "7", "floor": "st", "door": "0004"}, ("Prøvevej 7, st. 4",)),
        ({"street": "Prøvevej", "house_number": "7", "floor": "kl.", "door": "mf."}, ("Prøvevej 7, kl. mf.",)),
        ({"street": "Prøvevej", "house_number": "7", "floor": "K2"}, ("Prøvevej 7, k2.",)),
        ({"street": "Prøvevej", "house_number": "7", "door": "th"}, ("Prøvevej 7, th.",)),
        ({"street": "Prøvevej", "house_number": "33-35"}, ("Prøvevej 33 - 35",)),
        ({"street": "Prøvevej", "house_number": "33A – 35 c"}, ("Prøvevej 33A - 35C",)),
        ({"post_box": "42"}, ("Postboks 42",)),
        ({"street": "Landsbyen", "place": "Østerby"}, ("Landsbyen", "Østerby")),
        (
            {"care_of": "Bo Prøve", "street": "Prøvevej", "house_number": "7", "place": "Østerby"},
            ("c/o Bo Prøve", "Prøvevej 7", "Østerby"),
        ),
        ({"care_of": "v/Bo Prøve", "street": "Prøvevej"}, ("v/Bo Prøve", "Prøvevej")),
        ({"street": LONG[:31], "house_number": "7", "floor": "2", "door": "tv"}, (f"{LONG[:31]} 7", "2. tv.")),
        ({"street": LONG, "house_number": "7A"}, ("Gammel Opdigtet Landevej ved", "Søen 7A")),
        ({"street": "x" * 34, "house_number": "7", "floor": "2"}, ("x" * 34, "7, 2.")),
    ],
    ids=lambda value: " / ".join(value) if isinstance(value, tuple) else "",
)
def test_the_lines_of_the_parts(parts: dict[str, str], lines: tuple[str, ...]) -> None:
    assert composed(AddressParts(**parts)) == lines


@pytest.mark.parametrize(
    ("parts", "part"),
    [
        ({}, "street"),
        ({"street": "x" * 35}, "street"),
        ({"street": "Prøvevej", "house_number": "7½"}, "house_number"),
        ({"street": "Prøvevej", "house_number": "1000"}, "house_number"),
        ({"street": "Prøvevej", "house_number": "0"}, "house_number"),
        ({"street": "Prøvevej", "house_number": "1-2-3"}, "house_number"),
        ({"street": "Prøvevej", "house_number": "7", "floor": "hems"}, "floor"),
        ({"street": "Prøvevej", "house_number": "7", "door": "bagved"}, "door"),
        ({"post_box": "42", "house_number": "7"}, "house_number"),
        ({"post_box": "et"}, "post_box"),
        ({"street": "Prøvevej", "care_of": "x" * 31}, "care_of"),
        ({"street": "Prøvevej", "place": "x" * 35}, "place"),
        ({"street": "Prøvevej", "care_of": "Bo", "place": "Østerby", "post_box": "7"}, "place"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_part_that_cannot_be_written_is_named(parts: dict[str, str], part: str) -> None:
    with pytest.raises(PartFault) as fault:
        composed(AddressParts(**parts))
    assert fault.value.part == part
    assert not any(value in str(fault.value) for value in parts.values() if len(value) > 6)


@given(
    st.builds(
        AddressParts,
        street=st.text(st.sampled_from("aæØ x"), max_size=70),
        house_number=st.sampled_from(["", "7", "10A", "33-35"]),
        floor=st.sampled_from(["", "st", "2"]),
        door=st.sampled_from(["", "tv", "12"]),
        care_of=st.text(st.sampled_from("aB "), max_size=34),
        place=st.text(st.sampled_from("aB "), max_size=34),
        post_box=st.sampled_from(["", "7"]),
    )
)
def test_lines_that_come_out_can_be_printed_and_hold_every_word(parts: AddressParts) -> None:
    try:
        lines = composed(parts)
    except PartFault:
        return
    assert 1 <= len(lines) <= MOST_LINES
    assert all(0 < len(line) <= ADDRESS_LINE for line in lines)
    assert not address_faults(Address("Asta", lines, "4300", "Holbæk"))
    assert {*parts.street.split(), *parts.place.split()} <= {word.rstrip(",") for word in " ".join(lines).split()}

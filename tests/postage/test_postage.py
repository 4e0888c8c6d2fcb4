"""What a letter costs, and what it would have cost at the office."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound.letter import Channel
from outbound.letter_class import LetterClass
from outbound.postage import Sending, Tariffs, saving
from outbound.tariff_row import NoPrice, Part, TariffRow, recompute
from outbound.tariffs import load_tariffs

DAY = date(2026, 11, 23)
CONFIG = Path(__file__).parents[2] / "config"
TARIFFS = """
[paper]
sheet_mg = 5000
home = ["DK", "GL"]
source = "test"
[[envelope]]
provider = "print"
format = "C5"
sheets = 8
weight_mg = 10000
source = "test"
[[envelope]]
provider = "print"
format = "C4"
sheets = 40
weight_mg = 20000
source = "test"
[[envelope]]
provider = "office"
format = "C4"
sheets = 20
weight_mg = 20000
source = "test"
[[tariff]]
code = "digital"
part = "porto"
channel = "digital"
provider = "digital-post"
valid_from = 2026-01-01
vat_included = false
per_letter = 19
per_mb = 85
size_most = [{ up_to = 10_000_000, amount = 675 }, { up_to = 50_000_000, amount = 2200 }]
source = "test"
[[tariff]]
code = "economy"
part = "porto"
channel = "print"
provider = "print"
letter_class = "economy"
region = "home"
valid_from = 2026-01-01
valid_to = 2026-06-30
vat_included = true
weight_steps = [{ up_to = 50, amount = 1000 }, { up_to = 250, amount = 2001 }]
source = "test"
[[tariff]]
code = "economy-2"
part = "porto"
channel = "print"
provider = "print"
letter_class = "economy"
region = "home"
valid_from = 2026-07-01
vat_included = false
weight_steps = [{ up_to = 50, amount = 1100 }, { up_to = 100, amount = 2200 }]
source = "test"
[[tariff]]
code = "abroad"
part = "porto"
channel = "print"
provider = "print"
region = "abroad"
valid_from = 2026-01-01
vat_included = false
weight_steps = [{ up_to = 250, amount = 5000 }]
source = "test"
[[tariff]]
code = "materials"
part = "materials"
channel = "print"
provider = "print"
valid_from = 2026-01-01
vat_included = false
per_sheet = 12
per_envelope = [{ format = "C5", amount = 50 }, { format = "C4", amount = 150 }]
source = "test"
[[tariff]]
code = "office-porto"
part = "porto"
channel = "office"
provider = "office"
valid_from = 2026-01-01
vat_included = true
weight_steps = [{ up_to = 250, amount = 2500 }]
source = "test"
[[tariff]]
code = "office-materials"
part = "materials"
channel = "office"
provider = "office"
valid_from = 2026-01-01
vat_included = false
per_sheet = 20
per_envelope = [{ format = "C4", amount = 70 }]
source = "test"
[[tariff]]
code = "office-handling"
part = "handling"
channel = "office"
provider = "office"
valid_from = 2012-01-01
vat_included = false
seconds = 210
hourly = 28286
source = "test"
"""


@pytest.fixture
def tariffs(tmp_path: Path) -> Tariffs:
    (tmp_path / "tariffs.toml").write_text(TARIFFS, encoding="utf-8")
    return load_tariffs(tmp_path)


def printed(sheets: int, letter_class: str = "economy", country: str = "DK") -> Sending:
    return Sending(Channel.PRINT, "print", sheets, letter_class, country)


def digital(size: int, sheets: int = 2) -> Sending:
    return Sending(Channel.DIGITAL, "digital-post", sheets, size=size)


@pytest.mark.parametrize(
    ("sheets", "envelope"), [(1, "C5"), (8, "C5"), (9, "C4"), (40, "C4"), (41, None), (100_000, None)]
)
def test_the_smallest_envelope_that_takes_the_sheets(tariffs: Tariffs, sheets: int, envelope: str | None) -> None:
    assert tariffs.envelope(sheets, "print") == envelope


@pytest.mark.parametrize(
    ("sending", "day", "porto", "materials"),
    [
        (printed(8), date(2026, 1, 1), 800, 146),  # 50 g exactly; 10.00 kr. with VAT
        (printed(9), date(2026, 6, 30), 1601, 258),  # 65 g; 2001 with VAT is 1600.8
        (printed(8), date(2026, 7, 1), 1100, 146),  # the new price from its first day, without VAT
        (printed(16), date(2026, 7, 1), 2200, 342),  # 100 g exactly
        (printed(1, country="GL"), date(2026, 7, 1), 1100, 62),  # domestic within the realm
        (printed(1, country="SE"), date(2026, 7, 1), 5000, 62),
        (printed(1, "quick", "SE"), date(2026, 7, 1), 5000, 62),  # a row without a class is for any
    ],
)
def test_paper_is_charged_by_weight_class_country_and_day(
    tariffs: Tariffs, sending: Sending, day: date, porto: int, materials: int
) -> None:
    bill = tariffs.price(sending, day)
    assert (bill.amount(Part.PORTO), bill.amount(Part.MATERIALS)) == (porto, materials)
    assert bill.total == porto + materials


@pytest.mark.parametrize(
    ("size", "porto"),
    [
        (0, 19),
        (1, 19),  # one KB begun: 0.08 øre
        (1024 * 1024, 104),
        (1024 * 1024 + 1, 104),
        (2_000_000, 19 + 162),
        (10_000_000, 675),  # capped
        (10_000_001, 830),  # beyond the first cap, below the next
        (49_000_000, 2200),
        (51_000_000, 4153),  # beyond every cap
    ],
)
def test_a_digital_letter_is_charged_by_its_size_up_to_a_cap(tariffs: Tariffs, size: int, porto: int) -> None:
    bill = tariffs.price(digital(size), DAY)
    assert bill.amount(Part.PORTO) == bill.total == porto


def test_the_baseline_is_the_same_letter_at_the_office(tariffs: Tariffs) -> None:
    bill = tariffs.baseline(digital(50_000, sheets=3), DAY)
    assert [(price.part, price.amount) for price in bill.prices] == [
        (Part.PORTO, 2000),  # 25.00 kr. with VAT
        (Part.MATERIALS, 3 * 20 + 70),
        (Part.HANDLING, 1650),  # 3.5 minutes at 282.86 kr. an hour
    ]


def test_more_sheets_than_the_office_has_envelopes_for_count_as_one_full_envelope(tariffs: Tariffs) -> None:
    assert tariffs.baseline(printed(39), DAY).total == tariffs.baseline(printed(20), DAY).total
    assert tariffs.baseline(printed(39), DAY).prices[0].inputs["sheets_of_letter"] == 39


def test_savings_are_kept_apart_and_may_be_negative(tariffs: Tariffs) -> None:
    abroad = printed(1, country="SE")
    saved = saving(tariffs.price(abroad, DAY), tariffs.baseline(abroad, DAY))
    assert saved == {Part.PORTO: -3000, Part.MATERIALS: 28, Part.HANDLING: 1650}


def test_porto_and_materials_are_certain_and_handling_is_not() -> None:
    assert [part for part in Part if part.certain] == [Part.PORTO, Part.MATERIALS]


@pytest.mark.parametrize(
    ("sending", "day", "says"),
    [
        (printed(2), date(2025, 12, 31), "no price for print print porto economy home on 2025-12-31"),
        (printed(2, "express"), DAY, "no price for print print porto express home on 2026-11-23"),
        (printed(17), DAY, "economy-2 has no step for 105 g"),
        (printed(41), DAY, "No envelope of print takes 41 sheets"),
        (Sending(Channel.PRINT, "other", 2, "economy"), DAY, "No envelope of other takes 2 sheets"),
    ],
)
def test_what_has_no_price_says_which_row_is_missing(tariffs: Tariffs, sending: Sending, day: date, says: str) -> None:
    with pytest.raises(NoPrice, match=says):
        tariffs.price(sending, day)


@pytest.mark.parametrize("sheets", [0, -1])
def test_a_letter_without_sheets_is_a_fault_of_ours(tariffs: Tariffs, sheets: int) -> None:
    with pytest.raises(ValueError, match="at least one sheet"):
        tariffs.price(printed(sheets), DAY)


@given(
    sheets=st.integers(1, 40),
    country=st.sampled_from(["DK", "FO", "SE", "ZZ"]),
    letter_class=st.sampled_from(["economy", "quick"]),
    channel=st.sampled_from(["digital", "print"]),
    size=st.integers(0, 99_500_000),
)
def test_every_amount_comes_again_from_its_inputs_and_the_copy_of_its_row(
    sheets: int, country: str, letter_class: str, channel: str, size: int
) -> None:
    tariffs = shipped()
    way = (Channel.DIGITAL, "digital-post") if channel == "digital" else (Channel.PRINT, "print")
    sending = Sending(*way, sheets, letter_class if channel == "print" else "", country, size)
    for price in (*tariffs.price(sending, DAY).prices, *tariffs.baseline(sending, DAY).prices):
        inputs = json.loads(json.dumps(dict(price.inputs)))
        assert recompute(inputs, TariffRow.from_canonical(price.row.canonical)) == price.amount >= 0
        assert isinstance(price.amount, int)


def shipped(loaded: list[Tariffs] = []) -> Tariffs:  # noqa: B006 -- read once for all examples
    if not loaded:
        loaded.append(load_tariffs(CONFIG))
    return loaded[0]


def test_the_canonical_form_comes_back_the_same_and_any_change_has_another_hash(tariffs: Tariffs) -> None:
    price = tariffs.price(printed(2), DAY).prices[0]
    again = TariffRow.from_canonical(price.row.canonical)
    assert again == price.row
    assert again.hash == price.row.hash
    changed = price.row.canonical.replace("1100", "1101")
    assert TariffRow.from_canonical(changed).hash != price.row.hash


@pytest.mark.parametrize("body", ["", "{}", "[]", '{"code": 7}', "null"])
def test_a_broken_copy_of_a_row_is_no_row(body: str) -> None:
    with pytest.raises(ValueError, match="validation error"):
        TariffRow.from_canonical(body)


@pytest.mark.parametrize("lacks", ["sheets", "envelope_mg", "sheet_mg"])
def test_an_input_that_is_missing_is_not_taken_for_zero(tariffs: Tariffs, lacks: str) -> None:
    price = tariffs.price(printed(2), DAY).prices[0]
    with pytest.raises(KeyError):
        recompute({k: v for k, v in price.inputs.items() if k != lacks}, price.row)


@pytest.mark.parametrize("pick", [Tariffs.price, Tariffs.baseline])
def test_the_shipped_tariffs_price_every_letter_that_fits_an_envelope_today(pick: Callable[..., object]) -> None:
    tariffs = shipped()
    for sheets in range(1, 41):
        for letter_class in LetterClass:
            for country in ("DK", "GL", "SE"):
                assert pick(tariffs, printed(sheets, letter_class, country), DAY)


def test_the_inputs_name_no_country_that_could_point_at_somebody(tariffs: Tariffs) -> None:
    assert "SE" not in json.dumps(dict(tariffs.price(printed(1, country="SE"), DAY).prices[0].inputs))

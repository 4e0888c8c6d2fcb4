"""What letters cost by the prices that are documented, computed by hand. The sources stand in config/tariffs.toml."""

from datetime import date
from pathlib import Path

import pytest

from outbound.letter import Channel
from outbound.postage import Sending, Tariffs, saving
from outbound.shares import Share
from outbound.tariff_row import NoPrice, Part, weight_mg
from outbound.tariffs import load_tariffs

TARIFFS: Tariffs = load_tariffs(Path(__file__).parents[2] / "config")


def letter(sheets: int, size: int = 0, letter_class: str = "") -> Sending:
    return Sending(Channel.DIGITAL, "digital-post", sheets, letter_class, size=size)


def office(sheets: int, day: date) -> tuple[int, int, int]:
    bill = TARIFFS.baseline(letter(sheets), day)
    return bill.amount(Part.PORTO), bill.amount(Part.MATERIALS), bill.amount(Part.HANDLING)


@pytest.mark.parametrize(
    ("size", "amount"),
    [
        # 19 øre a message + 85 øre a MB by each KB begun.
        # 200,000 bytes = 195.3 KB, 196 begun: 196 x 85 / 1024 = 16.27, so 16; 19 + 16 = 35
        (200_000, 35),
        # 2 MiB = 2048 KB: 2048 x 85 / 1024 = 170; 19 + 170 = 189
        (2 * 1024 * 1024, 189),
        # 8,000,000 bytes = 7812.5 KB, 7813 begun: 7813 x 85 / 1024 = 648.54, so 649; 19 + 649 = 668, under the cap
        (8_000_000, 668),
        # 9,000,000 bytes: 8790 x 85 / 1024 = 729.6; 19 + 730 = 749, capped at 6.75 kr.
        (9_000_000, 675),
    ],
)
def test_a_message_of_the_digital_post_of_2016(size: int, amount: int) -> None:
    assert TARIFFS.price(letter(1, size), date(2016, 11, 1)).total == amount


def test_a_reminder_of_the_digital_post_of_2016() -> None:
    assert TARIFFS.reminder("digital-post", date(2016, 11, 1)).amount == 5


def test_a_letter_from_the_office_as_kl_reckoned_in_2012() -> None:
    """6 kr. for postage, paper and toner together; 3.5 minutes = 210 s x 282.86 kr. / 3600 s = 16.50 kr. of work."""
    assert office(2, date(2012, 6, 1)) == (600, 0, 1650)


@pytest.mark.parametrize(
    ("day", "porto"),
    [
        (date(2017, 12, 31), 800),  # 8 kr., free of VAT
        (date(2018, 1, 1), 900),  # 9 kr.
        (date(2023, 12, 31), 900),  # carried on, marked as an example
        (date(2024, 1, 1), 2000),  # 25 kr. with VAT: 2500 x 100 / 125
        (date(2024, 12, 31), 2000),
        (date(2025, 1, 1), 2640),  # 33 kr. with VAT: 3300 x 100 / 125
        (date(2025, 12, 30), 2640),  # PostNord's last day
        (date(2026, 1, 1), 1840),  # dao's first; 23 kr. with VAT: 2300 x 100 / 125, an example
    ],
)
def test_the_stamp_on_a_letter_of_three_sheets(day: date, porto: int) -> None:
    assert office(3, day)[0] == porto


@pytest.mark.parametrize(
    ("sheets", "envelope", "weight"),
    [
        (1, "C5", 11_490),  # 1 x 4.99 g + 6.5 g
        (8, "C5", 46_420),  # 8 x 4.99 g = 39.92 g, + 6.5 g
        (9, "C4", 60_910),  # 9 x 4.99 g = 44.91 g, + 16 g
        (16, "C4", 95_840),  # 16 x 4.99 g = 79.84 g, + 16 g
        (40, "C4", 215_600),  # 40 x 4.99 g = 199.6 g, + 16 g
    ],
)
def test_what_a_letter_weighs(sheets: int, envelope: str, weight: int) -> None:
    inputs = TARIFFS.price(Sending(Channel.PRINT, "print", sheets, "economy"), date(2026, 3, 2)).prices[0].inputs
    assert (inputs["envelope"], weight_mg(inputs)) == (envelope, weight)


def test_where_the_source_ends_there_is_no_price() -> None:
    """25 kr. is for 0-100 g: 16 sheets weigh 95.84 g, 17 weigh 17 x 4.99 + 16 = 100.83 g."""
    assert office(16, date(2024, 5, 1))[0] == 2000
    with pytest.raises(NoPrice, match=r"office-porto-2024 has no step for 100\.83 g"):
        office(17, date(2024, 5, 1))


def test_no_envelope_takes_41_sheets() -> None:
    assert TARIFFS.envelope(41, "print") is None


def test_what_a_digital_letter_saved_in_2016() -> None:
    """6.00 kr. less 0.35 kr. for certain; 16.50 kr. of work is an estimate and stands apart."""
    day = date(2016, 11, 1)
    sending = letter(2, 200_000)
    assert saving(TARIFFS.price(sending, day), TARIFFS.baseline(sending, day)) == {
        Part.PORTO: 565, Part.MATERIALS: 0, Part.HANDLING: 1650,
    }  # fmt: skip


def test_an_envelope_of_two_and_three_sheets_is_shared_by_its_sheets() -> None:
    """Five sheets weigh 5 x 4.99 + 6.5 = 31.45 g: 10.50 kr., of which 2/5 is 4.20 and 3/5 is 6.30 kr.

    Materials 5 x 0.12 + 0.55 = 1.15 kr.: 2/5 is 46 and 3/5 is 69 øre. Apart they cost 2 x 10.50 kr. of porto.
    """
    day, sendings = date(2026, 3, 2), [Sending(Channel.PRINT, "print", sheets, "economy") for sheets in (2, 3)]
    bills = [TARIFFS.shared(each, Share((2, 3), place), day) for place, each in enumerate(sendings, 1)]
    assert [(bill.amount(Part.PORTO), bill.amount(Part.MATERIALS)) for bill in bills] == [(420, 46), (630, 69)]
    assert sum(bill.total for bill in bills) == 1050 + 115
    assert [TARIFFS.price(each, day).amount(Part.PORTO) for each in sendings] == [1050, 1050]

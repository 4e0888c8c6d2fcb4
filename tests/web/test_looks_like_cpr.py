"""What is taken for a CPR number in texts that must carry none: however it is parted, but no other number."""

import pytest

from outbound.intake import looks_like_cpr


@pytest.mark.parametrize(
    "text",
    [
        "0102031236", "010203-1236", "01 02 03 12 36", "01.02.03.12.36", "01/02/03/12/36", "01-02-03-12-36",
        "01\u00a002\u00a003\u00a012\u00a036", "01:02:03:12:36", "0 1 0 2 0 3 1 2 3 6", "010 203 1236",
        "sag 26/01 02 03 12 36", "40 01 02 03 12 36", "2026-01 02 03 12 36", "010203 - 1236",
    ],
)  # fmt: skip
def test_ten_digits_that_begin_with_a_day_look_like_a_cpr_number_however_they_are_parted(text: str) -> None:
    assert looks_like_cpr(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "26/1042", "26/004711", "2026-000123-45", "12345678901", "101 020 312 36", "01020312365", "32 02 03 12 36",
        "01 13 03 12 36", "2026-12-08-1234", "2026-12-08-10-15-30", "10-1-2026-042", "99.13.01-P35-1-26",
        "Møde 10.12.2026 14.30", "01.02.2026-28.02.2026", "5790 0001 2345 6", "+45 12 34 56 78",
    ],
)  # fmt: skip
def test_any_other_number_does_not(text: str) -> None:
    assert not looks_like_cpr(text)

"""The torture run, short: every fault at least once, on both databases."""

from pathlib import Path

import pytest

from outbound.stack.places import scratch
from tests.torture.run import lost_answers, torture

LETTERS = 300


@pytest.mark.timeout(900)  # its own patience ends before, and tells what stands where
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_every_letter_is_taken_once_or_held_or_cancelled(database: str) -> None:
    folder: Path = scratch("outbound-torture-")
    verdict = torture(folder, LETTERS, database, seed=3)
    print(verdict)
    assert not verdict.wrong, verdict
    assert sum(number for name, number in verdict.counts.items() if name != "taken in all") == LETTERS


@pytest.mark.timeout(900)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_answers_lost_and_receipts_hours_late_cost_no_letter_and_double_none(database: str) -> None:
    verdict = lost_answers(scratch("outbound-torture-"), LETTERS, database, seed=5)
    assert not verdict.wrong, verdict
    assert sum(number for name, number in verdict.counts.items() if name != "taken in all") == LETTERS

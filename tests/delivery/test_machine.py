"""A letter's way as a state machine, on both databases. `OUTBOUND_TORTURE` makes it long."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from outbound.delivery import House
from tests.delivery.machine import Way
from tests.delivery.ticking import TickingClock
from tests.delivery.walking import TUESDAY

LONG = bool(os.environ.get("OUTBOUND_TORTURE"))
EXAMPLES = {"sqlite": 2500 if LONG else 170, "postgresql": 500 if LONG else 12}


def bounded(examples: int) -> settings:
    """The same examples in every run, and what fails is said at once; the long run looks for new ones and shrinks."""
    return settings(
        max_examples=examples,
        stateful_step_count=60 if LONG else 35,
        derandomize=not LONG,
        database=None,
        phases=[Phase.generate, *([Phase.shrink] if LONG else [])],
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.timeout(3600 if LONG else 900)
@pytest.mark.parametrize("together", [False, True], ids=["apart", "one-home"])
def test_the_rules_hold_whatever_happens(house: House, monkeypatch: pytest.MonkeyPatch, together: bool) -> None:
    """Letters to several people, and letters to one, which share an envelope on paper."""
    ticking = TickingClock(TUESDAY)
    monkeypatch.setattr("outbound.clock.now", ticking)

    class OverThisLedger(Way):
        opened, clock, begins, one_home = house, ticking, TUESDAY, together

    run_state_machine_as_test(OverThisLedger, settings=bounded(EXAMPLES[_database(house)] // (2 if together else 1)))


def _database(house: House) -> str:
    return "sqlite" if house.ledger.sqlite else "postgresql"

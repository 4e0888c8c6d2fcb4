"""Until when a letter can be cancelled, as its system is told; and what it is told afterwards."""

from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Any

import httpx
import pytest

from outbound.clock import COPENHAGEN
from outbound.delivery import House
from outbound.letter import Mailbox
from outbound.run_plan import RunPlan
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, open_house
from tests.outside import World
from tests.web.bodies import letter


@pytest.fixture
def house(database_url: str, tmp_path: Path, world: World, moving_clock: MovingClock) -> Iterator[House]:
    plan = RunPlan(cut_offs=(time(11), time(14, 30)))
    opened = open_house(database_url, tmp_path, world, print_gather_seconds=None, print_runs=plan)
    yield opened
    opened.ledger.close()


def handed_in(system: httpx.Client, **changes: Any) -> str:
    answer = system.post("/v1/letters", json=letter(**changes))
    return str(answer.json()["letters"][0]["links"]["self"])


def told(system: httpx.Client, path: str) -> tuple[bool, datetime | None]:
    found = system.get(path).json()
    until = found["cancellable_until"]
    return found["cancellable"], datetime.fromisoformat(until) if until else None


def test_paper_can_be_cancelled_until_its_run_closes(
    system: httpx.Client, house: House, world: World, moving_clock: MovingClock
) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    cancelled, sent = handed_in(system), handed_in(system, reference="brev-2")
    run_to_rest(house)
    assert told(system, cancelled) == (True, datetime(2026, 11, 23, 11, tzinfo=COPENHAGEN))
    assert system.delete(cancelled).json()["state"] == "CANCELLED"
    assert told(system, cancelled) == (False, None)
    moving_clock.to(datetime(2026, 11, 23, 11, tzinfo=COPENHAGEN))
    run_to_rest(house)
    assert told(system, sent) == (False, None)
    too_late = system.delete(sent)
    assert too_late.status_code == 409
    assert "ask the printer to recall the whole run" in too_late.json()["detail"]


def test_a_letter_for_the_mailbox_leaves_as_soon_as_possible(
    system: httpx.Client, house: House, moving_clock: MovingClock
) -> None:
    later, now = handed_in(system, not_before="2026-12-01"), handed_in(system, reference="brev-2")
    assert told(system, later) == (True, datetime(2026, 12, 1, tzinfo=COPENHAGEN))
    can, until = told(system, now)
    assert can
    assert until is not None
    assert abs((until - datetime(2026, 11, 23, 10, tzinfo=COPENHAGEN)).total_seconds()) < 300
    run_to_rest(house)
    assert told(system, now) == (False, None)
    assert "recall" not in system.delete(now).json()["detail"]


def test_a_held_letter_can_be_cancelled_and_no_time_is_set(system: httpx.Client, house: House, world: World) -> None:
    world.enrolment.default = Mailbox.CLOSED
    path = handed_in(system)
    run_to_rest(house)
    assert system.get(path).json()["state"] == "HELD"
    assert told(system, path) == (True, None)

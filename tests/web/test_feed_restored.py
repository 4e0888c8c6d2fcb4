"""After a restore the feed's numbers come again with other events: a cursor from before is refused, never answered."""

import httpx
import pytest

from outbound import clock, restored
from outbound.delivery import House
from outbound.desk import Hand
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock
from tests.restore.copies import back_up, put_back
from tests.web.bodies import letter

HAND = Hand("mester", "prøve")


def followed(system: httpx.Client, after: str = "") -> tuple[list[str], str]:
    """The references that are told after it, and the cursor to ask with the next time."""
    answer = system.get("/v1/events", params={"after": after} if after else {})
    assert answer.status_code == 200, answer.text
    return [one["reference"] for one in answer.json()["events"]], answer.json()["next"]


def refusal(system: httpx.Client, after: str) -> dict[str, str]:
    answer = system.get("/v1/events", params={"after": after})
    assert answer.status_code == 422, answer.text
    return dict(answer.json()["errors"][0])


def restore(house: House, moving_clock: MovingClock, copy: dict[str, list[object]]) -> None:
    put_back(house, copy)
    moving_clock.pass_(hours=1)
    restored.begin(house, clock.now(), HAND)


@pytest.mark.parametrize("times", [1, 2])
def test_a_cursor_from_before_a_restore_is_refused_and_nothing_is_passed_over(
    system: httpx.Client, house: House, moving_clock: MovingClock, times: int
) -> None:
    system.post("/v1/letters", json=letter("r1"))
    _, early = followed(system)
    last = early
    copy = back_up(house)
    for number in range(times):
        if number:
            copy = back_up(house)  # the ledger is put back as it was after the first restore
        system.post("/v1/letters", json=letter(f"lost{number}"))
        run_to_rest(house)
        _, last = followed(system)
        restore(house, moving_clock, copy)
    for number in range(8):  # the new ledger grows past where the old one was
        system.post("/v1/letters", json=letter(f"new{number}"))
    for before in (early, last):
        said = refusal(system, before)
        assert (said["parameter"], said["code"]) == ("after", "restored")
        assert "beginning" in said["detail"]
    told, cursor = followed(system)
    assert {f"new{number}" for number in range(8)} < set(told)
    assert followed(system, cursor) == ([], cursor)


def test_an_empty_answer_after_a_restore_gives_a_cursor_that_is_taken(
    system: httpx.Client, house: House, moving_clock: MovingClock
) -> None:
    restore(house, moving_clock, back_up(house))
    told, cursor = followed(system)
    assert told == []
    system.post("/v1/letters", json=letter("r1"))
    assert followed(system, cursor)[0] == ["r1"]

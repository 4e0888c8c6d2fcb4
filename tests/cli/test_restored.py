"""`outbound restored`: the steps at a terminal, their exit codes, and what a supplier's list may look like."""

from datetime import timedelta
from pathlib import Path

import pytest

from outbound.cli.faults import Code
from outbound.cli.tables import moment
from outbound.delivery import House
from outbound.ledger import restorations
from tests.cli.conftest import Run
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, hand_in, submission
from tests.people import person

WHY = ("--why", "prøve")
TAKEN = ("--taken", "2026-11-01T03:00")


@pytest.fixture
def moving_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MovingClock:
    moving = MovingClock(tmp_path / "clock")
    monkeypatch.setenv("OUTBOUND_CLOCK_FILE", str(moving.file))
    return moving


def test_the_steps_at_a_terminal(house: House, run: Run, moving_clock: MovingClock) -> None:
    hand_in(house, submission(person("well", 1)))
    assert run("restored", "show").code == Code.DONE
    begun = run("restored", "begin", *TAKEN, *WHY).out
    assert "1 letters" in begun
    shown = run("restored", "show")
    with house.ledger.reading() as tx:
        now = restorations.current(tx)
    assert now
    assert now.begun_at
    for said in (begun, shown.out):
        assert f"possible from {moment(now.begun_at + timedelta(minutes=20))} (OUTBOUND_SEND_LEASE times" in said
    assert shown.code == Code.FOUND
    assert "2026-11-01 03:00:00" in shown.out
    assert run("restored", "finish", *WHY).code == Code.REFUSED, "a request may be on its way"
    moving_clock.pass_(hours=1)
    shown_after = run("restored", "show").out
    assert "not compared for digital, print" in run("restored", "finish", *WHY).err
    ids = "8f14e45f-ceea-467f-9a8b-000000000001\n\n8f14e45f-ceea-467f-9a8b-000000000002\n"
    assert "0 of 2 ids were known" in run("restored", "compare", "digital", "--sent", "-", "--why", "x", stdin=ids).out
    ended = run("restored", "finish", "--not-compared", "print", *WHY)
    assert (ended.code, "1 were HELD" in ended.out) == (Code.DONE, True)
    assert "possible from" not in shown_after
    falling = run("restored", "show").out
    assert ("2 ids that suppliers have" in falling, "it falls" in falling) == (True, True)
    run_to_rest(house)
    assert "it falls" not in run("restored", "show").out


def test_a_list_with_anything_but_ids_is_refused_whole_and_not_repeated(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "list"
    file.write_text("8f14e45f-ceea-467f-9a8b-000000000001\n0102031236\n<img src=x onerror=alert(1)>\n")
    ended = run("restored", "compare", "print", "--sent", file, *WHY)
    assert (ended.code, "line 2, 3" in ended.err) == (Code.REFUSED, True)
    assert "0102031236" not in ended.err + ended.out


@pytest.mark.parametrize("words", [("begin", "--taken", "i går"), ("compare", "fax", "--sent", "-")])
def test_what_cannot_be_understood_is_refused(run: Run, words: tuple[str, ...]) -> None:
    assert run("restored", *words, *WHY).code == Code.REFUSED


def test_a_suspicion_that_was_none_is_ended(house: House, run: Run) -> None:
    assert run("restored", "dismiss", *WHY).code == Code.REFUSED
    with house.ledger.writing() as tx:
        restorations.suspect(tx)
    assert "lacks events" in run("restored", "show").out
    assert run("restored", "dismiss", *WHY).code == Code.DONE
    assert run("restored", "show").code == Code.DONE

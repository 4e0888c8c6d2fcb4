"""`outbound targets` at a terminal."""

import json
from datetime import timedelta

from outbound import clock
from outbound.cli.faults import Code
from outbound.delivery import House
from tests.cli.conftest import Run
from tests.reports.booked import HandOver, book


def test_shares_gains_and_enrolment_are_shown_beside_what_was_to_be(run: Run, house: House) -> None:
    with house.ledger.writing() as tx:
        book(tx, house.tariffs, HandOver(clock.today() - timedelta(days=1), recipient="a" * 64))
    ended = run("targets", "--from", clock.today() - timedelta(days=1))
    assert ended.code == Code.DONE
    for said in (
        "Af digitaliserbare",
        "Budget, 2024-priser",
        "Gevinst, netto",
        "1 af 1 personer",
        "Børne- og Ungdomsforvaltningen",
    ):
        assert said in ended.out


def test_json_has_oere_and_fractions(run: Run, house: House) -> None:
    listed = json.loads(run("targets", "--from", "2026-01-01", "--to", "2026-12-31", "--format", "json").out)
    whole = listed[-1]
    assert (whole["key"], whole["certain"], whole["digital_andel"]) == ("*", 0, None)
    assert whole["certain_budget_fixed"] == 150_000_000
    assert whole["certain_budget"] == 156_000_000
    assert whole["target_digitisable_assumed"] == 92


def test_a_period_before_anything_is_known_says_so(run: Run, house: House) -> None:
    ended = run("targets", "--from", "2020-01-01", "--to", "2020-12-31")
    assert ended.code == Code.DONE
    assert "ukendt" in ended.out

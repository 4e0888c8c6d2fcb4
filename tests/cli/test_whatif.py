"""`outbound whatif` at a terminal: reality beside the other, and nothing is touched."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from outbound import clock
from outbound.cli.faults import Code
from outbound.delivery import House
from outbound.ledger import tables as t
from outbound.settings import HOME
from tests.cli.conftest import Run
from tests.reports.booked import HandOver, book


@pytest.fixture
def day() -> date:
    return clock.today() - timedelta(days=1)


@pytest.fixture
def sent(house: House, day: date) -> House:
    """Three digital letters, and one on paper."""
    paper = HandOver(day, channel="print", route="exempt", mailbox="exempt", department="beskaeftigelse")
    with house.ledger.writing() as tx:
        for one in [HandOver(day)] * 3 + [paper]:
            book(tx, house.tariffs, one)
    return house


def rows_in(house: House) -> list[int]:
    with house.ledger.reading() as tx:
        return [
            int(tx.execute(select(func.count()).select_from(table)).scalar_one()) for table in t.metadata.sorted_tables
        ]


def test_the_table_names_departments_and_both_ways(run: Run, sent: House, day: date) -> None:
    before = rows_in(sent)
    ended = run("whatif", "--from", day, "--to", day, "--postage", 3000, "--enrolled", "+25")
    assert ended.code == Code.DONE
    assert "Beskæftigelses- og Integrationsforvaltningen" in ended.out
    assert ended.out.splitlines()[-1].startswith("I alt")
    assert rows_in(sent) == before


def test_json_has_whole_oere_and_nothing_changed_changes_nothing(run: Run, sent: House, day: date) -> None:
    *_, whole = json.loads(run("whatif", "--from", day, "--to", day, "--format", "json").out)
    assert (whole["real_digital"], whole["real_printed"]) == (3, 1)
    assert all(whole[name] == whole[name.replace("real", "other")] for name in whole if name.startswith("real"))
    tariffs = run("whatif", "--from", day, "--to", day, "--tariffs", HOME / "config", "--format", "json").out
    assert json.loads(tariffs)[-1] == whole


def test_a_period_without_letters_has_a_total_of_nothing(run: Run, house: House) -> None:
    ended = run("whatif", "--from", "2026-01-01", "--to", "2026-01-31", "--enrolled", "5")
    assert ended.code == Code.DONE
    assert ended.out.splitlines()[-1].startswith("I alt")
    assert "tilmeldingen ændrer intet" in ended.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--enrolled", "-5"), Code.REFUSED),
        (("--enrolled", "mange"), Code.REFUSED),
        (("--enrolled", "101"), Code.REFUSED),
        (("--postage", "-1"), Code.USAGE),
        (("--tariffs", "/nowhere/tariffs.toml"), Code.SETUP),
        (("--householding", "on", "--enrolled", "5"), Code.REFUSED),
        (("--householding", "maybe"), Code.USAGE),
    ],
)
def test_what_cannot_be_asked_is_refused(run: Run, house: House, words: tuple[str, ...], code: Code) -> None:
    assert run("whatif", *words).code == code


def test_householding_can_be_asked_about_alone(run: Run, sent: House, day: date) -> None:
    ended = run("whatif", "--from", day, "--to", day, "--householding", "on")
    assert ended.code == Code.DONE
    assert "0 kuverter færre" in ended.err


def test_a_letter_type_that_there_is_not_is_refused(run: Run, house: House) -> None:
    ended = run("whatif", "--digital-types", "findes-ikke,faerdigt-brev")
    assert (ended.code, "There is no letter type findes-ikke." in ended.err) == (Code.REFUSED, True)

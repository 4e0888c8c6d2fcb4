"""`outbound management`: what management sees, at a terminal and for other programs."""

import csv
import io
import json
from datetime import timedelta

import pytest

from outbound import clock
from outbound.cli.faults import Code
from outbound.delivery import House
from tests.cli.conftest import Run
from tests.reports.booked import HandOver, book


@pytest.fixture
def booked(house: House) -> House:
    """A digital letter and one on paper, of two departments."""
    day = clock.today() - timedelta(days=1)
    with house.ledger.writing() as tx:
        book(tx, house.tariffs, HandOver(day))
        book(tx, house.tariffs, HandOver(day, "print", "beskaeftigelse", route="paper-demanded"))
    return house


def days(back: int = 1) -> tuple[str, ...]:
    return "--from", str(clock.today() - timedelta(days=back))


def test_the_figures_are_shown_in_the_pages_own_words(run: Run, booked: House) -> None:
    ended = run("management", *days())
    assert ended.code == Code.DONE
    for said in ("Digital andel", "Mål: mindst 92 %, mangler 42,0 procentpoint", "Forlangt eller valgt på papir"):
        assert said in ended.out


def test_json_has_a_list_for_each_table_and_csv_the_same_rows(run: Run, booked: House) -> None:
    found = json.loads(run("management", *days(), "--format", "json").out)
    (total,) = found["total"]
    assert (found["only"], total["letters"], total["digital_andel"], total["target_digital"]) == (
        None,
        2,
        0.5,
        92,
    )
    assert [row["printed"] for row in found["reason"] if row["key"] == "demanded"] == [1]
    assert [(row["key"], row["printed_to_enrolled"]) for row in found["system"]] == [("jobcenter", 1)]
    rows = list(csv.DictReader(io.StringIO(run("management", *days(), "--format", "csv").out), delimiter=";"))
    assert [row["letters"] for row in rows if row["table"] == "total"] == ["2"]
    assert len(rows) == sum(len(some) for some in found.values() if isinstance(some, list))


def test_one_department_is_of_its_letters_alone(run: Run, booked: House) -> None:
    found = json.loads(run("management", *days(), "--department", "borgerservice", "--format", "json").out)
    assert ([row["key"] for row in found["department"]], found["total"][0]["letters"]) == (["borgerservice"], 1)
    assert "beskaeftigelse" not in json.dumps(found)


@pytest.mark.parametrize("department", ["findes-ikke", "*", "{{7*7}}"])
def test_a_department_that_is_none_is_refused(run: Run, department: str) -> None:
    ended = run("management", "--department", department)
    assert (ended.code, ended.out) == (Code.REFUSED, "")

"""The report and the audit at a terminal."""

import csv
import io
import json

import pytest
from sqlalchemy import update

from outbound import clock
from outbound.cli.faults import Code
from outbound.delivery import House, render_handful, route_handful, send_handful
from outbound.ledger import tables as t
from outbound.letter import Channel, Lane
from tests.cli.conftest import Run
from tests.house import hand_in, submission
from tests.people import person
from tests.tampering import unguarded


@pytest.fixture
def sent(house: House) -> House:
    hand_in(house, *(submission(person(n=n)) for n in range(3)))
    render_handful(house, Lane.SINGLE)
    route_handful(house, Lane.SINGLE)
    while send_handful(house, Channel.DIGITAL, Lane.SINGLE):
        pass
    return house


def test_the_report_has_a_line_for_each_department_and_one_for_all(run: Run, sent: House) -> None:
    said = run("report").out
    assert "Kultur- og Fritidsforvaltningen" in said
    assert said.splitlines()[-1].startswith("I alt")
    assert "100,0 %" in said
    assert "NemSMS-påmindelser: 0 sendt (0,0 % af brevene), 0,00 kr." in said
    assert "ukendt" in said


def test_json_and_csv_say_the_same_in_plain_numbers(run: Run, sent: House) -> None:
    listed = json.loads(run("report", "--format", "json", "--by", "channel").out)
    rows = list(csv.DictReader(io.StringIO(run("report", "--format", "csv", "--by", "channel").out), delimiter=";"))
    assert [row["key"] for row in rows] == [one["key"] for one in listed] == ["digital", ""]
    assert listed[0]["letters"] == int(rows[0]["letters"]) == 3
    assert listed[0]["digital_andel"] == 1.0
    assert listed[0]["fjernprintandel"] is None
    assert rows[0]["fjernprintandel"] == ""
    assert listed[0]["saved_porto"] == int(rows[0]["saved_porto"]) > 0


def test_a_period_without_letters_has_no_shares(run: Run, sent: House) -> None:
    (line,) = json.loads(
        run("report", "--from", "2020-01-01", "--to", "2020-01-31", "--by", "route", "--format", "json").out
    )
    assert line["letters"] == 0
    assert line["digital_andel"] is None


@pytest.mark.parametrize(
    "words",
    [
        ("--from", "i går"),
        ("--to", "2020-13-01"),
        ("--from", "2999-01-01"),
        ("--to", "9999-12-31"),
        ("--from", "0001-01-01"),
    ],
)
def test_a_period_that_is_none_is_said(run: Run, house: House, words: tuple[str, str]) -> None:
    for command in ("report", "management", "targets", "whatif"):
        assert run(command, *words).code == Code.REFUSED


def test_a_period_may_end_on_the_last_day_there_is(run: Run, house: House) -> None:
    assert run("report", "--from", "9998-12-01", "--to", "9998-12-31", "--by", "month").code == Code.DONE
    assert run("whatif", "--to", "9998-12-31").code == Code.DONE


def test_the_audit_finds_an_altered_amount(run: Run, sent: House) -> None:
    assert run("audit").code == Code.DONE
    with sent.ledger.writing() as tx, unguarded(tx):
        tx.execute(update(t.entry).where(t.entry.c.measure == "office-porto").values(amount=1))
    ended = run("audit")
    assert ended.code == Code.FOUND
    assert "office-porto" in ended.out
    assert clock.today().isoformat() not in ended.err


def test_facts_made_anew_are_told_with_what_they_said(run: Run, sent: House) -> None:
    assert "Each stood as its entries add up to." in run("rebuild-facts").out
    with sent.ledger.writing() as tx:
        tx.execute(update(t.day_fact).values(letters=7))
    ended = run("rebuild-facts")
    assert (ended.code, "digital enrolled enrolled: letters 7 -> 3" in ended.out) == (Code.FOUND, True)
    assert json.loads(run("rebuild-facts", "--json").out) == {"otherwise": []}

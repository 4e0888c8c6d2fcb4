"""A month that was reported: printed again to the letter whatever is renamed, repriced or forgotten; and who pays."""

import csv
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from outbound.accounts import closing
from outbound.clock import COPENHAGEN
from outbound.delivery import House
from outbound.ledger import tables as t
from outbound.letter import Mailbox
from outbound.organisation import Organisation
from outbound.reports import Period, reminders_of, shape, total
from outbound.reports.billing import BillingLine, as_csv, billing, places_in
from outbound.reports.monthly import Broken, MonthReport, canonical, close_month, month_report, verify
from outbound.tariff_row import Part
from tests.accounts.policy import RETURNS, with_tariffs
from tests.audited import differences
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, hand_in, submission
from tests.outside import World
from tests.people import person
from tests.reports.conftest import the_autumn
from tests.tampering import unguarded

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
JANUARY = datetime(2027, 1, 4, 9, tzinfo=COPENHAGEN)


@pytest.fixture
def told(house: House, world: World, moving_clock: MovingClock) -> House:
    """November and December of `the_autumn`, in January."""
    the_autumn(house, world, moving_clock)
    moving_clock.to(JANUARY)
    return house


def close(house: House, month: date) -> MonthReport:
    return close_month(house.ledger, house.organisation, month, "regnskab")


def reported(house: House, month: date, organisation: Organisation | None = None) -> MonthReport:
    with house.ledger.reading() as tx:
        return month_report(tx, organisation or house.organisation, month)


def wrong(house: House) -> list[tuple[date, str]]:
    with house.ledger.reading() as tx:
        return list(verify(tx))


def renamed(organisation: Organisation) -> Organisation:
    """Every department under another name, paid from elsewhere, since always."""
    others = (replace(one, name=f"Ny {one.name}", cost_centre="9999") for one in organisation.departments)
    return replace(organisation, departments=tuple(others))


def test_the_figures_are_those_of_the_reports_and_carry_the_ledgers_position(told: House) -> None:
    made = close(told, NOVEMBER)
    with told.ledger.reading() as tx:
        whole, place = total(tx, Period.month(2026, 11)), closing.position(tx, NOVEMBER)
    assert made.figures["ledger"] == {"entries": place.entries, "last": place.last, "digest": place.digest}
    assert (made.figures["total"]["digital"], made.figures["total"]["printed"]) == (4, 2)
    for part in Part:
        assert made.figures["total"][f"cost_{part}"] == whole.money.cost.get(part, 0)
        assert made.figures["total"][f"office_{part}"] == whole.money.baseline.get(part, 0)
        assert made.figures["total"][f"print_{part}"] == whole.money.by_print.get(part, 0)
    for name, amount in made.figures["total"].items():
        assert sum(line[name] for line in made.figures["lines"]) == amount, name
    assert made.digest == hashlib.sha256(canonical(made.figures).encode()).hexdigest()
    assert (made.by, made.at) == ("regnskab", "2027-01-04T08:00:00+00:00")


def test_a_closed_month_is_the_same_after_renaming_repricing_and_forgetting(
    told: House, world: World, tmp_path: Path
) -> None:
    before, open_month = close(told, NOVEMBER), reported(told, DECEMBER)
    assert open_month.digest == ""
    with told.ledger.writing() as tx:  # what retention does: nothing that says who it was is left
        tx.execute(update(t.letter).values(recipient_key=None))
        tx.execute(t.sealed.delete())
    dearer = with_tariffs(told, tmp_path, ("hourly = 28286", "hourly = 99999"), more=RETURNS)
    hand_in(dearer, submission(person("well", 8)))
    run_to_rest(dearer)
    again = reported(dearer, NOVEMBER, renamed(told.organisation))
    assert again == before
    assert canonical(again.figures) == canonical(before.figures)
    assert wrong(told) == []
    assert differences(told.ledger) == []


def test_each_month_rests_on_the_one_before(told: House) -> None:
    first, second = close(told, NOVEMBER), close(told, DECEMBER)
    assert (first.figures["previous"], second.figures["previous"]) == ("", first.digest)
    assert (second.figures["total"]["digital"], second.figures["total"]["printed"]) == (-1, 1)
    assert wrong(told) == []


def test_a_closing_that_broke_off_is_finished_by_the_next(told: House) -> None:
    with told.ledger.writing() as tx:
        closing.close(tx, NOVEMBER, "afbrudt")
    assert wrong(told) == [(NOVEMBER, "it is closed and has no report; close it again")]
    assert any("close it again" in one for one in differences(told.ledger))
    close(told, DECEMBER)
    assert wrong(told) == []
    assert reported(told, NOVEMBER).by == "afbrudt"


def test_closing_again_gives_what_was_reported(told: House) -> None:
    assert close(told, NOVEMBER) == close(told, NOVEMBER)


@pytest.mark.parametrize(
    ("table", "changes", "why"),
    [
        (t.entry, {"amount": t.entry.c.amount + 1}, "ledger.digest does not come again"),
        (t.entry, {"amount": t.entry.c.amount + 1}, "total.cost_porto does not come again"),
        (t.entry, {"day": date(2026, 12, 1)}, "ledger.entries does not come again"),
        (t.letter, {"department": "teknik-og-miljoe"}, "does not come again"),
        (t.month_report, {"figures": t.month_report.c.figures.op("||")(" ")}, "has another digest"),
    ],
)
def test_whatever_is_changed_in_a_closed_month_is_found(told: House, table: Any, changes: Any, why: str) -> None:
    close(told, NOVEMBER)
    with told.ledger.writing() as tx, unguarded(tx):
        tx.execute(update(table).values(changes))
    assert any(why in each for _, each in wrong(told)), wrong(told)
    assert any(why in each for each in differences(told.ledger))


def test_a_month_that_is_exchanged_with_its_own_digest_breaks_the_next(told: House) -> None:
    close(told, NOVEMBER)
    close(told, DECEMBER)
    forged = canonical({**reported(told, NOVEMBER).figures, "previous": "0" * 64})
    with told.ledger.writing() as tx, unguarded(tx):
        new = {"figures": forged, "digest": hashlib.sha256(forged.encode()).hexdigest()}
        tx.execute(update(t.month_report).where(t.month_report.c.month == NOVEMBER).values(new))
    assert (DECEMBER, "it does not rest on the month before as that is kept now") in wrong(told)


def rewritten(house: House, change: Callable[[dict[str, Any]], Any]) -> None:
    """November's report, changed and under the digest of what it is now."""
    kept = json.loads(canonical(reported(house, NOVEMBER).figures))
    change(kept)
    text = canonical(kept)
    with house.ledger.writing() as tx, unguarded(tx):
        tx.execute(update(t.month_report).values(figures=text, digest=hashlib.sha256(text.encode()).hexdigest()))


def without_returned(kept: dict[str, Any]) -> None:
    for line in kept["lines"]:
        del line["returned"]


def test_a_figure_that_a_later_version_adds_is_not_held_against_a_month(
    told: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    close(told, NOVEMBER)
    rewritten(told, without_returned)
    monkeypatch.setattr(shape, "VERSION", 3)
    monkeypatch.setattr(shape, "ADDED", {**shape.ADDED, "lines.returned": 3})
    assert wrong(told) == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (without_returned, "lines.returned"),
        (lambda kept: [line.pop("porto") for line in kept["billing"]], "billing.porto"),
        (lambda kept: kept.pop("total"), "total"),
        (lambda kept: kept.pop("previous"), "previous"),
        (lambda kept: kept.update(version=0), "version"),
        (lambda kept: kept.pop("version"), "version"),
        (lambda kept: kept["total"].update(digital=None), "total.digital"),
        (lambda kept: kept["total"].update(bonus=1), "total.bonus"),
    ],
)
def test_what_is_taken_from_a_report_is_found(told: House, change: Callable[[dict[str, Any]], Any], where: str) -> None:
    close(told, NOVEMBER)
    rewritten(told, change)
    assert wrong(told) == [(NOVEMBER, f"{where} is missing, or nothing that a report has")]


@pytest.mark.parametrize("kept", ["{", "[]", "null", '{"version":1}'])
def test_a_report_that_cannot_be_read_is_said_and_the_next_month_is_looked_at(told: House, kept: str) -> None:
    close(told, NOVEMBER)
    close(told, DECEMBER)
    with told.ledger.writing() as tx, unguarded(tx):
        tx.execute(update(t.month_report).where(t.month_report.c.month == NOVEMBER).values(figures=kept))
        tx.execute(update(t.entry).where(t.entry.c.day >= DECEMBER).values(measure="bonus"))
    found = wrong(told)
    assert {month for month, _ in found} == {NOVEMBER, DECEMBER}
    assert any("cannot be read" in why or "nothing that a report has" in why for _, why in found)
    assert any("cannot be read" in one or "nothing that a report has" in one for one in differences(told.ledger))
    with pytest.raises(Broken):
        reported(told, NOVEMBER)


def test_the_billing_adds_up_to_the_report(told: House) -> None:
    for month in (NOVEMBER, DECEMBER):
        made = reported(told, month)
        lines = made.billing
        letters = [line for line in lines if line.channel != "nemsms"]
        figures = made.figures["total"]
        assert sum(line.porto for line in letters) == figures["cost_porto"]
        assert sum(line.materials for line in letters) == figures["cost_materials"]
        assert sum(line.pieces for line in letters) == figures["digital"] + figures["printed"]
        sms = [line for line in lines if line.channel == "nemsms"]
        assert (sum(line.pieces for line in sms), sum(line.total for line in sms)) == (
            figures["reminders"],
            figures["reminders_cost"],
        )


def test_a_department_pays_from_the_cost_centre_of_the_day(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    """The department moves to cost centre 2020 on 26 November; a letter of print before it and one on it.

    Each: porto quick 24,00 kr. and materials 1 × 0,12 + 0,55 = 0,67 kr.
    """
    world.enrolment.default = Mailbox.EXEMPT
    own = next(one for one in house.organisation.departments if one.code == "borgerservice")
    others = tuple(one for one in house.organisation.departments if one.code != "borgerservice")
    before = replace(own, valid_to=date(2026, 11, 25))
    since = replace(own, cost_centre="2020", ean="5790000000005", valid_from=date(2026, 11, 26))
    house = replace(house, organisation=replace(house.organisation, departments=(before, since, *others)))
    for day in (25, 26):
        moving_clock.to(datetime(2026, 11, day, 10, tzinfo=COPENHAGEN))
        hand_in(house, submission(person("well", day), department="borgerservice"))
        run_to_rest(house)
    with house.ledger.reading() as tx:
        period = Period.month(2026, 11)
        lines = billing(tx, period, places_in(house.organisation, period), {})
    own_lines = (("1010", ""), ("2020", "5790000000005"))
    assert lines == [
        BillingLine("borgerservice", "Kultur- og Fritidsforvaltningen", *payer, "print", "print", 1, 2400, 67)
        for payer in own_lines
    ]
    assert as_csv("2026-11", lines) == (
        "\ufeffMåned;Forvaltning;Navn;Omkostningssted;EAN;Leverandør;Kanal;Antal;Porto;Materialer;I alt\r\n"
        "2026-11;borgerservice;Kultur- og Fritidsforvaltningen;1010;;print;print;1;24,00;0,67;24,67\r\n"
        "2026-11;borgerservice;Kultur- og Fritidsforvaltningen;2020;5790000000005;print;print;1;24,00;0,67;24,67\r\n"
    )


def test_the_billing_file_has_no_formula_and_no_broken_cell() -> None:
    line = BillingLine("borgerservice", '=1+1;"Børn"', "-1010", "", "print", "print", -2, -4805, 7)
    (_, row) = csv.reader(io.StringIO(as_csv("2026-11", [line]).removeprefix("\ufeff"), newline=""), delimiter=";")
    assert row == [
        "2026-11",
        "borgerservice",
        '\'=1+1;"Børn"',
        "'-1010",
        "",
        "print",
        "print",
        "-2",
        "-48,05",
        "0,07",
        "-47,98",
    ]


def test_an_empty_month_is_a_report_too(house: House, moving_clock: MovingClock) -> None:
    moving_clock.to(JANUARY)
    made = close(house, DECEMBER)
    assert made.figures["ledger"]["entries"] == 0
    assert set(made.figures["total"].values()) == {0}
    assert made.billing == []
    assert wrong(house) == []


def test_nothing_of_a_person_is_in_a_report(told: House) -> None:
    text = canonical(close(told, NOVEMBER).figures)
    assert not any(person("well", number) in text for number in range(1, 9))
    assert "Solvej" not in text
    assert json.loads(text)["month"] == "2026-11"


def test_reminders_are_counted_as_the_report_counts_them(told: House) -> None:
    with told.ledger.reading() as tx:
        by_department = reminders_of(tx, Period.month(2026, 11))
    made = reported(told, NOVEMBER)
    assert sum(one.sent for one in by_department.values()) == made.figures["total"]["reminders"]

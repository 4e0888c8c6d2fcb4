"""Realised against what was to be reached, with the arithmetic written out."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import update

from outbound import clock
from outbound.delivery import House
from outbound.facts import NOT_SAID, People
from outbound.ledger import Ledger
from outbound.ledger import tables as t
from outbound.organisation import load_organisation
from outbound.postage import Tariffs
from outbound.reports import By, Letters, Period, report, target_words
from outbound.reports.targets import (
    Prices,
    TargetReport,
    budgeted,
    could_be_digital,
    digitisable,
    recipients,
    running_costs,
    share_of_letters,
    share_of_people,
    target_report,
)
from outbound.settings import HOME
from outbound.targets import Budget, Enrolled, Plan, PriceIndex, RunningCost
from tests.reports.booked import HandOver, keep

MARCH = date(2026, 3, 2)
Q1, BOTH = Period(date(2026, 1, 1), date(2026, 3, 31)), Period(date(2025, 12, 2), date(2026, 1, 31))
EXEMPT = HandOver(MARCH, channel="print", route="exempt", mailbox="exempt")


def index(**years: str) -> dict[int, PriceIndex]:
    return {int(name[1:]): PriceIndex(int(name[1:]), Decimal(value), "test") for name, value in years.items()}


def budget(year: int, certain: int, price_year: int, department: str = "*", estimated: int | None = None) -> Budget:
    return Budget(department, year, certain, price_year, "test", estimated)


def plan(*budgets: Budget, running: int = 0, enrolled: tuple[Enrolled, ...] = ()) -> Plan:
    """Prices of 2024 are 100, of 2025 102, of 2026 104; fixed prices are those of 2024."""
    costs = {year: RunningCost(year, running, "test") for year in (2025, 2026)} if running else {}
    known = index(y2024="100", y2025="102", y2026="104")
    return Plan({(one.department, one.year): one for one in budgets}, costs, known, 2024, enrolled)


def made(ledger: Ledger, of: Plan, period: Period = Q1) -> TargetReport:
    with ledger.reading() as tx:
        organisation = replace(load_organisation(HOME / "config"), plan=of)
        return target_report(tx, organisation, report(tx, organisation, period, By.DEPARTMENT))


def test_a_years_budget_is_taken_by_the_days_of_the_period() -> None:
    """3,650,000 øre in prices of 2024 for 2026. The first quarter has 90 of 365 days: 900,000 in prices of 2024.

    In prices of 2026 that is 900,000 × 104 / 100 = 936,000.
    """
    of = plan(budget(2026, 3_650_000, 2024))
    assert budgeted(of, "*", Q1, lambda one: one.certain) == Prices(936_000, 900_000)


def test_a_period_over_two_years_takes_of_each_its_own_budget_and_index() -> None:
    """30 of 365 days of 2025 and 31 of 2026, from 365,000 øre in prices of 2025 and 730,000 in prices of 2026.

    Current: 30,000 + 62,000. In prices of 2024: 30,000 × 100 / 102 = 29,411.76 and 62,000 × 100 / 104 = 59,615.38.
    """
    of = plan(budget(2025, 365_000, 2025), budget(2026, 730_000, 2026))
    assert budgeted(of, "*", BOTH, lambda one: one.certain) == Prices(92_000, 89_027)


def test_a_year_without_a_budget_is_unknown_and_not_nothing() -> None:
    assert budgeted(plan(budget(2026, 730_000, 2026)), "*", BOTH, lambda one: one.certain) == Prices()
    assert budgeted(plan(budget(2026, 730_000, 2026)), "borgerservice", Q1, lambda one: one.certain) == Prices()


def test_without_an_index_of_the_year_fixed_prices_are_unknown() -> None:
    of = replace(plan(budget(2026, 365_000, 2026)), index=index(y2024="100"))
    assert budgeted(of, "*", Q1, lambda one: one.certain) == Prices(90_000, None)


def test_running_costs_are_taken_by_the_days_too() -> None:
    """365,000 a year: 90,000 in the first quarter; in prices of 2024: 90,000 × 100 / 104 = 86,538.46."""
    assert running_costs(plan(running=365_000), Q1) == Prices(90_000, 86_538)
    assert running_costs(plan(), Q1) == Prices()


def test_gross_and_net_by_hand(ledger: Ledger, tariffs: Tariffs) -> None:
    """A digital letter of one sheet costs 20 + 30 = 50, at the office 2000 + 20: certain 1970, estimated 1650.

    On paper it costs 1000 + 12: certain 1008. Together 2978; × 100 / 104 = 2863.46 in prices of 2024. The router costs
    90,000 of 365,000: net 2978 − 90,000 = −87,022; in prices of 2024: 2863 − 86,538 = −83,675.
    """
    keep(ledger, tariffs, HandOver(MARCH), EXEMPT)
    found = made(ledger, plan(budget(2026, 3_650_000, 2024, estimated=365_000), running=365_000))
    assert found.total.certain == Prices(2978, 2863)
    assert found.total.certain_budget == Prices(936_000, 900_000)
    assert found.total.estimated == Prices(3300, 3173)
    assert found.total.estimated_budget == Prices(93_600, 90_000)
    assert found.running == Prices(90_000, 86_538)
    assert found.net == Prices(-87_022, -83_675)
    assert found.lines[0].certain_budget == Prices()


def test_what_departments_gained_adds_up(ledger: Ledger, tariffs: Tariffs) -> None:
    keep(ledger, tariffs, HandOver(MARCH), replace(EXEMPT, department="boern-og-skole"), HandOver(date(2025, 12, 30)))
    keep(ledger, tariffs, HandOver(date(2026, 1, 5)))
    found = made(ledger, plan(), Period(date(2025, 12, 1), date(2026, 3, 31)))
    assert sum(line.certain.current or 0 for line in found.lines) == found.total.certain.current
    assert sum(line.letters.through_router for line in found.lines) == found.total.letters.through_router == 4


def test_digitisable_are_letters_to_the_enrolled_of_types_that_may_be_digital(ledger: Ledger, tariffs: Tariffs) -> None:
    """3 digital; on paper 1 demanded for an enrolled person. 1 exempt and 1 for paper only could not be: 3 of 4."""
    paper = [
        ("paper-demanded", "enrolled"),
        ("paper-demanded", "exempt"),
        ("paper-only", "enrolled"),
        ("exempt", "exempt"),
    ]
    keep(
        ledger, tariffs, *[HandOver(MARCH)] * 3, *(replace(EXEMPT, route=route, mailbox=said) for route, said in paper)
    )
    keep(ledger, tariffs, replace(HandOver(MARCH), again=True), replace(HandOver(MARCH), refused=MARCH))
    with ledger.reading() as tx:
        assert digitisable(tx, Period.month(2026, 3)) == {"borgerservice": Letters(4, 1)}  # one is refused later
        assert digitisable(tx, Period(MARCH, clock.today())) == {"borgerservice": Letters(3, 1)}
    found = made(ledger, plan(), Period(MARCH, clock.today()))
    assert found.total.digitisable.digital_share == Fraction(3, 4)
    assert (found.total.targets["digitisable"], found.total.targets["digitisable-assumed"]) == (80, 92)


@pytest.mark.parametrize(
    ("route", "mailbox", "could"),
    [
        ("digital-refused", "enrolled", True),
        ("digital-too-large", "enrolled", True),
        ("chosen-paper", "enrolled", True),
        ("chosen-paper", "", False),
        ("paper-only", "enrolled", False),
        ("under-15", "under-15", False),
        ("no-number", "", False),
        ("chosen-paper", NOT_SAID, True),
        ("exempt", NOT_SAID, False),
        ("paper-only", NOT_SAID, False),
    ],
)
def test_which_letters_on_paper_could_have_been_digital(route: str, mailbox: str, could: bool) -> None:
    assert could_be_digital(route, mailbox) is could


def test_people_are_counted_once_while_they_are_known_and_letters_for_ever(ledger: Ledger, tariffs: Tariffs) -> None:
    """Two people with three letters, one of them enrolled with two. After one is forgotten people are unknown."""
    enrolled, exempt = "a" * 64, "b" * 64
    keep(ledger, tariffs, *[replace(HandOver(MARCH), recipient=enrolled)] * 2, replace(EXEMPT, recipient=exempt))
    with ledger.writing() as tx:
        assert recipients(tx, Q1) == People(2, 1, 3, 2, 0)
        assert share_of_people(recipients(tx, Q1)) == Fraction(1, 2)
        tx.execute(update(t.letter).where(t.letter.c.recipient_key == exempt).values(recipient_key=None))
        after = recipients(tx, Q1)
    assert after == People(1, 1, 3, 2, 1)
    assert share_of_people(after) is None
    assert share_of_letters(after) == Fraction(2, 3)


def test_what_the_look_up_said_stands_with_letters_that_went_their_whole_way(autumn: House) -> None:
    """November: four digital letters and two to exempt people. December: one of the four is refused and printed."""
    with autumn.ledger.reading() as tx:
        november, december = Period.month(2026, 11), Period.month(2026, 12)
        assert digitisable(tx, november) == {"borgerservice": Letters(2, 0), "beskaeftigelse": Letters(2, 0)}
        assert sum(digitisable(tx, december).values(), Letters()) == Letters(-1, 1)
        assert recipients(tx, november) == People(6, 4, 6, 4, 0)


def test_the_official_count_is_the_newest_that_is_not_later(ledger: Ledger) -> None:
    counts = tuple(Enrolled(day, many, 40_000, "test") for day, many in ((date(2025, 6, 30), 30_000), (MARCH, 38_000)))
    assert made(ledger, plan(enrolled=counts)).official == counts[1]
    assert made(ledger, plan(enrolled=counts), Period(date(2025, 7, 1), date(2025, 7, 31))).official == counts[0]
    assert made(ledger, plan(enrolled=counts), Period(date(2024, 7, 1), date(2024, 7, 31))).official is None


def test_the_report_in_words(ledger: Ledger, tariffs: Tariffs) -> None:
    keep(ledger, tariffs, replace(HandOver(MARCH), recipient="a" * 64), replace(EXEMPT, recipient="b" * 64))
    counts = (Enrolled(MARCH, 38_000, 40_000, "test"),)
    found = made(ledger, plan(budget(2026, 365_000, 2024), running=365_000, enrolled=counts))
    lines = (found.total,)
    assert target_words.shares(lines)[1] == ("I alt", "50,0 %", "92 %", "100,0 %", "80 %", "92 %", "ukendt", "95 %")
    assert target_words.gains(lines, 2024)[1] == (
        "I alt", "29,78 kr.", "936,00 kr.", "-906,22 kr.", "33,00 kr.", "–",
        "28,63 kr.", "900,00 kr.", "-871,37 kr.",
    )  # fmt: skip
    assert len(target_words.gains(lines, None)[0]) == 6
    assert target_words.whole(found) == (
        ("Gevinst, brutto", "29,78 kr.", "28,63 kr. i 2024-priser"),
        ("Driftsudgift", "900,00 kr.", "865,38 kr. i 2024-priser"),
        ("Gevinst, netto", "-870,22 kr.", "-836,75 kr. i 2024-priser"),
        ("Tilmeldte borgere", "95,0 %", "38.000 af 40.000 den 2. marts 2026, mål 50 %"),
        ("Tilmeldte blandt modtagerne", "50,0 %", "1 af 2 personer"),
        ("Breve til tilmeldte borgere", "50,0 %", "1 af 2 breve"),
    )


def test_an_empty_ledger_and_an_empty_plan_are_said_to_be_unknown(ledger: Ledger) -> None:
    found = made(ledger, Plan())
    assert [row[1] for row in target_words.whole(found)] == ["0,00 kr.", "–", "–", "ukendt", "–", "–"]
    assert target_words.gains((found.total,), found.fixed_year)[1] == ("I alt", "0,00 kr.", "–", "–", "0,00 kr.", "–")


def test_every_figure_of_it_is_defined_in_the_measures() -> None:
    text = (Path(__file__).parents[2] / "docs" / "measures.md").read_text(encoding="utf-8")
    for name in (
        "af digitaliserbare",
        "gevinst, netto",
        "tilmeldte blandt modtagerne",
        "faste priser",
        "breve til tilmeldte",
    ):
        assert name in text.lower()

"""What management sees: made of one reading, equal to the reports, and of chosen departments nothing of others."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from outbound.clock import COPENHAGEN
from outbound.facts import NOT_SAID, Fact, Way
from outbound.facts.days import SUMS
from outbound.ledger import Ledger
from outbound.ledger import tables as t
from outbound.letter import Channel, Mailbox, ReturnReason
from outbound.organisation import load_organisation
from outbound.postage import Tariffs
from outbound.reports import By, Letters, Period, reminders_of, report, together
from outbound.reports import management_words as words
from outbound.reports.columns import MANAGEMENT, rows_of
from outbound.reports.definitions import DEFINITIONS, KNOWN
from outbound.reports.management import Management, Read, choices, management, read
from outbound.reports.paper import MOST, REASONS, MostPaper, Reason, Why, most_paper, reasons
from outbound.reports.reading import grouped
from outbound.reports.report import Line
from outbound.reports.returned import returned_of
from outbound.reports.targets import Prices, target_report
from outbound.routing import Route
from outbound.settings import HOME
from tests.house import MovingClock
from tests.reports.booked import HandOver, book
from tests.reports.priced import tariffs_of

ORGANISATION = load_organisation(HOME / "config")
YEAR = Period(date(2026, 1, 1), date(2026, 11, 23))
MARCH, APRIL, MAY = date(2026, 3, 2), date(2026, 4, 7), date(2026, 5, 4)
SCHOOL = "boern-og-skole"


def paper(route: Route, mailbox: str | None, day: date = MARCH, **more: Any) -> HandOver:
    return HandOver(day, channel="print", route=route.code, mailbox=mailbox, **more)


MINE = (
    HandOver(MARCH, department=SCHOOL),
    HandOver(APRIL, department=SCHOOL, refused=MAY),
    paper(Route.EXEMPT, "exempt", department=SCHOOL),
    paper(Route.PAPER_DEMANDED, "enrolled", department=SCHOOL, sheets=3),
    paper(Route.PAPER_ONLY, "enrolled", APRIL, department=SCHOOL, letter_type="byggetilladelse"),
)
OTHERS = (
    HandOver(MARCH),
    HandOver(MAY, department="beskaeftigelse"),
    *(paper(route, "enrolled" if route in (Route.DIGITAL_REFUSED, Route.CHOSEN_PAPER) else "x") for route in REASONS),
)


@pytest.fixture
def tariffs(tmp_path: Path) -> Tariffs:
    return tariffs_of(tmp_path)


@pytest.fixture
def ledger(sqlite_url: str, moving_clock: MovingClock) -> Iterator[Ledger]:
    opened = Ledger(sqlite_url)
    yield opened
    opened.close()


def keep(ledger: Ledger, tariffs: Tariffs, *some: HandOver) -> list[UUID]:
    with ledger.writing() as tx:
        return [book(tx, tariffs, one) for one in some]


def made(ledger: Ledger, departments: set[str] | None = None, period: Period = YEAR) -> Management:
    with ledger.reading() as tx:
        return management(ORGANISATION, read(tx, ORGANISATION, period), departments)


def come_back(ledger: Ledger, letter: UUID, why: ReturnReason) -> None:
    at = datetime(2026, 5, 4, 12, tzinfo=COPENHAGEN)
    with ledger.writing() as tx:
        tx.execute(t.returned.insert().values(letter_id=letter, reason=why, at=at, by="post", was="DELIVERED"))


def fact(route: str, mailbox: str, letters: int, cost: int = 0, channel: str = "print", **way: str) -> Fact:
    who = {"department": "a", "system": "s", "letter_type": "t", **way}
    sums = dict.fromkeys(SUMS, 0) | {"letters": letters, "cost_porto": cost}
    return Fact("2026-03", Way(**who, channel=channel, route=route, mailbox=mailbox), sums)


def test_every_route_to_paper_has_a_reason_and_every_reason_its_words() -> None:
    assert set(REASONS) == {route for route in Route if route.channel is Channel.PRINT}
    assert set(REASONS.values()) | {Why.OTHER} == set(Why) == set(words.REASONS)


def test_the_figures_are_those_of_the_reports(ledger: Ledger, tariffs: Tariffs) -> None:
    """All of them from one reading, and each as the report of its own that reads anew has it."""
    came_back, *_ = keep(ledger, tariffs, *MINE, *OTHERS)
    come_back(ledger, came_back, ReturnReason.MOVED)
    found = made(ledger)
    with ledger.reading() as tx:
        department, month, channel = (
            report(tx, ORGANISATION, YEAR, by) for by in (By.DEPARTMENT, By.MONTH, By.CHANNEL)
        )
        against = target_report(tx, ORGANISATION, department)
        assert found.reminders == together(reminders_of(tx, YEAR).values())
        assert {SCHOOL: found.returned} == returned_of(tx, YEAR)
    assert (found.total, found.departments, found.channels) == (department.total, department.lines, channel.lines)
    bare = [(one.line.key, one.line.figure.money, one.line.target) for one in found.months]
    assert bare == [(line.key, line.figure.money, line.target) for line in month.lines]
    assert found.against == against
    assert sum(one.letters for one in found.reasons) == found.total.figure.letters.printed == len(REASONS) + 3
    assert sum(one.share or 0 for one in found.reasons) == 1


def test_of_chosen_departments_nothing_of_others_is_in_any_figure(ledger: Ledger, tariffs: Tariffs) -> None:
    """The same as from a ledger that holds their letters alone."""
    keep(ledger, tariffs, *MINE)
    alone = made(ledger, {SCHOOL})
    came_back, *_ = keep(ledger, tariffs, *OTHERS)
    come_back(ledger, came_back, ReturnReason.MOVED)
    assert made(ledger, {SCHOOL}) == alone
    assert list(rows_of(made(ledger, {SCHOOL}))) == list(rows_of(alone))
    assert [line.key for line in alone.departments] == [SCHOOL]
    assert made(ledger).total.figure != alone.total.figure
    assert alone.total.target == 95  # its own, as every month's
    assert {month.line.target for month in alone.months} == {95}


def test_a_department_alone_is_held_to_its_own_budget_and_several_to_none(ledger: Ledger) -> None:
    one, two = made(ledger, {"borgerservice"}), made(ledger, {"borgerservice", SCHOOL})
    assert one.against.total.certain_budget.current == one.against.lines[0].certain_budget.current
    assert one.against.total.certain_budget.current is not None
    assert two.against.total.certain_budget.current is None
    assert {"running", "net"}.isdisjoint(next(rows_of(one)))
    assert next(rows_of(made(ledger)))["net"] is not None


def test_months_that_are_not_over_say_so(ledger: Ledger, moving_clock: MovingClock) -> None:
    """The clock stands on 23 November."""
    months = made(ledger, period=Period(date(2026, 9, 15), date(2026, 11, 23))).months
    assert [(one.line.key, one.over) for one in months] == [("2026-09", False), ("2026-10", True), ("2026-11", False)]
    moving_clock.to(datetime(2026, 10, 31, 10, tzinfo=COPENHAGEN))  # a whole month, whose last day is today
    assert [one.over for one in made(ledger, period=Period.month(2026, 10)).months] == [False]


def test_a_month_with_more_taken_back_than_handed_over_is_negative_and_has_no_share(
    ledger: Ledger, tariffs: Tariffs
) -> None:
    keep(ledger, tariffs, HandOver(MARCH, refused=APRIL), paper(Route.EXEMPT, "exempt", refused=APRIL))
    found = made(ledger, period=Period.month(2026, 11))  # they are taken back now, whatever day is said
    assert found.total.figure.letters == Letters(-1, -1, None)
    assert [one.share for one in found.reasons if one.letters] == [None]
    assert [tile.value for tile in words.tiles(found)][:6] == ["-2", "–", "–", "ukendt", "-29,78 kr.", "–"]
    assert found.letter_types == ()


def test_an_empty_period_has_every_department_and_no_shares(ledger: Ledger) -> None:
    found = made(ledger)
    assert {one.key for one in found.departments} == {one.code for one in ORGANISATION.departments_on(YEAR.last)}
    assert found.total.figure.letters == Letters()
    assert (words.reasons(found)[1:], found.letter_types, found.returned) == ((), (), {})
    assert [tile.state for tile in words.tiles(found)] == [""] * 9


def test_what_paper_to_enrolled_people_would_have_saved() -> None:
    """Two letters of 1,000 øre that could be digital, where a digital one costs (30 + 41) / 2: 2,000 − 71 øre."""
    facts = [
        fact("paper-demanded", Mailbox.ENROLLED, 2, 2_000),
        fact("exempt", Mailbox.EXEMPT, 5, 5_000),
        fact("enrolled", Mailbox.ENROLLED, 2, 71, channel="digital", letter_type="u"),
    ]
    assert _most(facts) == [("t", 2, 1_929)]
    assert _most(facts[:2]) == [("t", 2, None)]  # what a digital letter costs is not known
    assert _most([fact("paper-only", NOT_SAID, 3, 3_000), facts[2]]) == [("t", None, None)]
    assert _most([fact("no-number", "", 3, 3_000), facts[2]]) == [("t", None, None)]
    assert _most([facts[1], facts[2]]) == [("t", 0, 0)]


def _most(facts: list[Fact]) -> list[tuple[str, int | None, int | None]]:
    found = grouped(facts, By.LETTER_TYPE)
    lines = [Line(key, key, figure) for key, figure in found.items()]
    return [(one.line.key, one.enrolled, one.saved) for one in most_paper(facts, By.LETTER_TYPE, lines)]


def test_the_ten_with_most_paper_stand_most_first() -> None:
    facts = [fact("exempt", "exempt", number % 12, letter_type=f"t{number:02}") for number in range(12)]
    lines = [Line(key, key, figure) for key, figure in grouped(facts, By.LETTER_TYPE).items()]
    found: tuple[MostPaper, ...] = most_paper(facts, By.LETTER_TYPE, lines)
    assert [one.line.key for one in found] == [f"t{number:02}" for number in range(11, 11 - MOST, -1)]


def test_a_route_that_is_no_more_counts_as_another_reason() -> None:
    found = reasons([fact("fax", "", 1), fact("exempt", "exempt", 3)])
    assert Reason(Why.OTHER, 1, Fraction(1, 4)) in found
    assert Why.OTHER not in {one.why for one in reasons([fact("exempt", "exempt", 3)])}


@pytest.mark.parametrize(
    ("digital", "printed", "said", "state"),
    [
        (92, 8, "Mål: mindst 92 %, nået", words.REACHED),
        (80, 20, "Mål: mindst 92 %, mangler 12,0 procentpoint", words.MISSED),
        (9_199, 801, "Mål: mindst 92 %, mangler under 0,1 procentpoint", words.MISSED),
    ],
)
def test_a_target_is_reached_or_it_is_said_what_lacks(
    ledger: Ledger, digital: int, printed: int, said: str, state: str
) -> None:
    found = read_of(YEAR, fact("enrolled", "enrolled", digital, channel="digital"), fact("exempt", "exempt", printed))
    _, shown, on_paper, *_ = words.tiles(management(ORGANISATION, found))
    assert (shown.target, shown.state, on_paper.state) == (said, state, state)
    assert on_paper.target.startswith("Mål: højst 8 %")


def read_of(period: Period, *facts: Fact) -> Read:
    return Read(period, facts)


def test_the_departments_that_may_be_chosen_are_those_in_force_and_those_with_letters() -> None:
    found = read_of(YEAR, fact("exempt", "exempt", 1, department="nedlagt"))
    assert choices(ORGANISATION, found)["nedlagt"] == "nedlagt"
    assert choices(ORGANISATION, found)[SCHOOL] == "Børne- og Ungdomsforvaltningen"


def test_each_years_gain_is_brought_to_fixed_prices_by_its_own_index() -> None:
    """10,200 øre of 2025 (index 102) and 10,400 of 2026 (104) are 10,000 each in prices of 2024 (100)."""
    one = fact("enrolled", "enrolled", 1, channel="digital")
    years = (("2025-12", 10_200), ("2026-01", 10_400))
    facts = [replace(one, period=month, sums={**one.sums, "office_porto": saved}) for month, saved in years]
    found = management(ORGANISATION, read_of(Period(date(2025, 12, 1), date(2026, 1, 31)), *facts))
    assert found.against.total.certain == Prices(20_600, 20_000)


def test_a_row_has_no_column_that_is_not_named(ledger: Ledger, tariffs: Tariffs) -> None:
    keep(ledger, tariffs, *MINE)
    rows = list(rows_of(made(ledger)))
    assert set().union(*rows) == set(MANAGEMENT)


def test_each_figure_is_defined_in_danish_and_in_the_measures() -> None:
    text = (Path(__file__).parents[2] / "docs" / "measures.md").read_text(encoding="utf-8")
    assert set(KNOWN) == set(re.findall(r"^\| \*\*(.+?)\*\*", text, re.MULTILINE))
    anchors = [one.anchor for some in DEFINITIONS.values() for one in some]
    assert len(set(anchors)) == len(anchors) == len(KNOWN)

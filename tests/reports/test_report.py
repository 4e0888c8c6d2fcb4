"""Reports read from the accounts of letters that went their whole way."""

from datetime import date, datetime
from pathlib import Path

import pytest

from outbound import desk
from outbound.accounts import charged
from outbound.clock import COPENHAGEN
from outbound.delivery import House
from outbound.ledger import sending
from outbound.letter import Channel, Mailbox
from outbound.life import Status
from outbound.reports import By, Letters, Period, figures, report, standing, table, total
from outbound.tariff_row import Part
from tests.delivery.walking import run_to_rest
from tests.house import DECISION, NOTICE, MovingClock, hand_in, look, submission
from tests.outside import World
from tests.people import person

NOVEMBER, DECEMBER = Period.month(2026, 11), Period.month(2026, 12)
BOTH = Period(date(2026, 11, 1), date(2026, 12, 31))


def letters_by(house: House, period: Period, by: By) -> dict[str, Letters]:
    with house.ledger.reading() as tx:
        return {key: figure.letters for key, figure in figures(tx, period, by).items()}


def test_letters_count_in_the_month_of_the_hand_over_and_refusals_in_the_month_they_arrive(autumn: House) -> None:
    assert letters_by(autumn, BOTH, By.MONTH) == {"2026-11": Letters(4, 2), "2026-12": Letters(-1, 1)}
    assert letters_by(autumn, NOVEMBER, By.MONTH) == {"2026-11": Letters(4, 2)}
    with autumn.ledger.reading() as tx:
        assert total(tx, BOTH).letters == Letters(3, 3)
        assert total(tx, Period.month(2027, 1)).letters == Letters()


def test_the_same_letters_by_channel_system_and_letter_type(autumn: House) -> None:
    assert letters_by(autumn, BOTH, By.CHANNEL) == {"digital": Letters(3, 0), "print": Letters(0, 3)}
    assert letters_by(autumn, BOTH, By.SYSTEM) == {"jobcenter": Letters(3, 3)}
    assert letters_by(autumn, BOTH, By.LETTER_TYPE) == {DECISION: Letters(2, 1), NOTICE: Letters(1, 2)}


def test_the_route_is_the_one_that_each_hand_over_was_made_by(autumn: House) -> None:
    assert letters_by(autumn, NOVEMBER, By.ROUTE) == {"enrolled": Letters(4, 0), "exempt": Letters(0, 2)}
    assert letters_by(autumn, DECEMBER, By.ROUTE) == {"digital-refused": Letters(0, 1), "enrolled": Letters(-1, 0)}


@pytest.mark.parametrize("by", By)
def test_however_it_is_cut_the_parts_make_up_the_whole(autumn: House, by: By) -> None:
    with autumn.ledger.reading() as tx:
        whole, parts = total(tx, BOTH), figures(tx, BOTH, by).values()
    assert sum((one.letters.digital for one in parts), 0) == whole.letters.digital
    assert sum((one.letters.printed for one in parts), 0) == whole.letters.printed
    for part in Part:
        assert sum(one.money.saved(part) for one in parts) == whole.money.saved(part)


def test_the_money_of_a_refused_letter_is_taken_back_and_that_of_its_paper_stands(autumn: House) -> None:
    with autumn.ledger.reading() as tx:
        december, both = total(tx, DECEMBER).money, total(tx, BOTH).money
    assert december.baseline[Part.HANDLING] == 0  # one taken back, one booked anew
    assert december.cost[Part.MATERIALS] > 0
    assert both.baseline[Part.HANDLING] == both.estimated == 6 * 1650
    assert both.certain == both.saved(Part.PORTO) + both.saved(Part.MATERIALS)


def test_a_letter_sent_again_costs_money_and_counts_as_no_letter(house: House, world: World) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    (letter,) = hand_in(house, submission(person("well", 1)))
    run_to_rest(house)
    with house.ledger.reading() as tx:
        before = total(tx, NOVEMBER)
    again = desk.resend(house, letter, desk.Hand("sag", "Kom aldrig frem."))
    run_to_rest(house)
    assert look(house, again).status is Status.SENT
    with house.ledger.reading() as tx:
        after = total(tx, NOVEMBER)
    assert after.letters == before.letters == Letters(0, 1)
    assert after.money.cost == {part: 2 * amount for part, amount in before.money.cost.items()}


def test_what_suppliers_charged_stands_beside_the_cost_and_is_no_part_of_it(house: House) -> None:
    (letter,) = hand_in(house, submission(person("well", 1)))
    run_to_rest(house)
    with house.ledger.writing() as tx:
        (taken,) = sending.dispatches_of(tx, letter)
        before = total(tx, NOVEMBER)
        charged(tx, look(house, letter), taken, 1234)
        after = total(tx, NOVEMBER)
    assert after.money.charged == 1234
    assert after.money.cost == before.money.cost
    assert after.letters == before.letters


def test_a_hand_over_at_midnight_counts_on_the_danish_day(house: House, moving_clock: MovingClock) -> None:
    moving_clock.to(datetime(2027, 1, 31, 23, 30, tzinfo=COPENHAGEN))
    hand_in(house, submission(person("well", 1)))
    run_to_rest(house)
    moving_clock.to(datetime(2027, 2, 1, 0, 30, tzinfo=COPENHAGEN))  # still January in UTC
    hand_in(house, submission(person("well", 2)))
    run_to_rest(house)
    assert letters_by(house, Period(date(2027, 1, 1), date(2027, 2, 28)), By.MONTH) == {
        "2027-01": Letters(1, 0),
        "2027-02": Letters(1, 0),
    }


def test_a_report_by_department_names_every_department_in_force_and_its_target(autumn: House) -> None:
    with autumn.ledger.reading() as tx:
        found = report(tx, autumn.organisation, BOTH, By.DEPARTMENT)
    lines = {line.key: line for line in found.lines}
    assert set(lines) >= {each.code for each in autumn.organisation.departments_on(BOTH.last)}
    assert lines["teknik-og-miljoe"].figure.letters == Letters()
    assert lines["boern-og-skole"].target == 95
    assert lines["borgerservice"].target == 92
    assert found.total.figure.letters == Letters(3, 3)
    assert found.total.target == 92


def test_the_report_in_words(autumn: House) -> None:
    with autumn.ledger.reading() as tx:
        rows = table(report(tx, autumn.organisation, BOTH, By.MONTH))
    assert rows[0][:8] == (
        "Måned", "Breve", "Digitalt", "Fjernprint", "Digital andel", "Mål", "Papirandel", "Fjernprintandel",
    )  # fmt: skip
    assert rows[1][:8] == ("november 2026", "6", "4", "2", "66,7 %", "92 %", "33,3 %", "ukendt")
    assert rows[2][:8] == ("december 2026", "0", "-1", "1", "–", "92 %", "–", "ukendt")
    assert rows[3][:8] == ("I alt", "6", "3", "3", "50,0 %", "92 %", "50,0 %", "ukendt")
    assert rows[3][11] == "99,00 kr."


def test_routes_channels_and_systems_have_their_danish_names(autumn: House) -> None:
    def labels(by: By) -> set[str]:
        with autumn.ledger.reading() as tx:
            return {line.label for line in report(tx, autumn.organisation, BOTH, by).lines}

    assert "Modtageren er fritaget for Digital Post." in labels(By.ROUTE)
    assert labels(By.CHANNEL) == {"Digital Post", "Fjernprint"}
    assert labels(By.SYSTEM) == {"Jobcenter"}


def test_how_letters_stand_now(autumn: House) -> None:
    with autumn.ledger.reading() as tx:
        found = {(row.route, row.channel, row.status): row.letters for row in standing(tx)}
        assert standing(tx, "skole") == []
    assert found == {
        ("enrolled", Channel.DIGITAL, Status.DELIVERED): 3,
        ("exempt", Channel.PRINT, Status.DELIVERED): 2,
        ("digital-refused", Channel.PRINT, Status.SENT): 1,
    }


def test_a_period_has_its_months_and_does_not_run_backwards() -> None:
    assert [*Period(date(2026, 11, 15), date(2027, 1, 3)).months()] == [
        Period(date(2026, 11, 15), date(2026, 11, 30)),
        Period(date(2026, 12, 1), date(2026, 12, 31)),
        Period(date(2027, 1, 1), date(2027, 1, 3)),
    ]
    assert Period.month(2028, 2).last == date(2028, 2, 29)
    with pytest.raises(ValueError, match="exchange the days"):
        Period(date(2026, 11, 2), date(2026, 11, 1))


def test_every_figure_is_defined_in_the_measures() -> None:
    text = (Path(__file__).parents[2] / "docs" / "measures.md").read_text(encoding="utf-8").lower()
    for name in ("digital andel", "papirandel", "fjernprintandel", "porto sparet", "materialer sparet", "tid sparet"):
        assert name in text

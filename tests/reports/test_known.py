"""What is no entry stands in a month's report as it was known then; the timer's thread closes by itself."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import update

from outbound.clock import COPENHAGEN
from outbound.delivery import House
from outbound.ledger import local_print
from outbound.ledger import tables as t
from outbound.ledger.local_print import Counted, LocalPrint
from outbound.reports.monthly import close_month, month_report, verify
from tests.house import MovingClock
from tests.outside import World
from tests.reports.conftest import the_autumn
from tests.reports.test_monthly import JANUARY, NOVEMBER
from workers.beside import month_end


@pytest.fixture
def told(house: House, world: World, moving_clock: MovingClock) -> House:
    the_autumn(house, world, moving_clock)
    moving_clock.to(JANUARY)
    return house


def reports(house: House, letters: int) -> None:
    """Børn, Unge og Skole says what it printed in November."""
    one = LocalPrint("boern-og-skole", "printer", Counted.EXACT, NOVEMBER, date(2026, 11, 30), letters)
    with house.ledger.writing() as tx:
        local_print.add(tx, one, "skole")


def test_local_print_is_what_was_known_when_the_month_was_counted(told: House, moving_clock: MovingClock) -> None:
    reports(told, 40)
    moving_clock.pass_(minutes=1)
    made = close_month(told.ledger, told.organisation, NOVEMBER, "regnskab")
    moving_clock.pass_(minutes=1)
    reports(told, 70)
    own = next(one for one in made.figures["known"]["local"] if one["department"] == "boern-og-skole")
    assert (own["letters"], own["known"], own["estimated"]) == (40, True, False)
    with told.ledger.reading() as tx:
        assert month_report(tx, told.organisation, NOVEMBER) == made
        assert [*verify(tx)] == []
    with told.ledger.writing() as tx:
        tx.execute(update(t.local_print).where(t.local_print.c.letters == 40).values(letters=41))
    with told.ledger.reading() as tx:
        assert [*verify(tx)] == [(NOVEMBER, "known.local does not come again from what had been reported then")]


def test_lists_and_months_add_up_to_the_total(told: House) -> None:
    made = close_month(told.ledger, told.organisation, NOVEMBER, "regnskab").figures
    for part in ("routes", "letter_types", "systems"):
        for name in ("digital", "printed", "cost_porto", "office_materials", "print_porto", "charged"):
            assert sum(one[name] for one in made[part]) == made["total"][name], (part, name)
    assert [one["month"] for one in made["months"]] == [f"2026-{month:02d}" for month in range(1, 12)]
    assert (made["months"][-1]["digital"], made["months"][-1]["printed"]) == (4, 2)
    assert {one["name"] for one in made["systems"]} == {
        one.title for one in told.organisation.systems if one.name in {each["key"] for each in made["systems"]}
    }
    assert {(one["department"], one["measure"], one["percent"]) for one in made["known"]["targets"]} >= {
        ("*", "digital", told.organisation.target("digital", "*", NOVEMBER))
    }


def closed_by(told: House, day: int) -> str:
    """Who has closed November, once a timer that closes on this day has looked."""
    house = replace(told, settings=told.settings.model_copy(update={"month_closes_on": day}))
    end = month_end()
    end.look(house)
    end.look(house)  # it is at it already, or has just looked
    end.wait(120)
    with told.ledger.reading() as tx:
        return month_report(tx, told.organisation, NOVEMBER).by


def test_the_timers_thread_ends_a_month_on_its_day_and_after_its_hour(told: House, moving_clock: MovingClock) -> None:
    moving_clock.to(datetime(2026, 12, 1, 0, 30, tzinfo=COPENHAGEN))
    assert closed_by(told, 1) == ""
    moving_clock.to(datetime(2026, 12, 1, 1, 1, tzinfo=COPENHAGEN))
    assert [closed_by(told, day) for day in (0, 2, 1)] == ["", "", "timer"]

"""What the entries are folded to is what they add up to, whatever happens to letters meanwhile."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from outbound import clock, facts
from outbound.accounts import charged
from outbound.clock import COPENHAGEN
from outbound.delivery import House
from outbound.facts import NOT_SAID, People, Way, days
from outbound.ledger import Ledger, deferred
from outbound.ledger import tables as t
from outbound.ledger.letters import letter
from outbound.ledger.sending import dispatch
from outbound.postage import Tariffs
from outbound.reports import By, Letters, Period, figures
from outbound.reports.proof import prove
from outbound.shares import Share
from tests.house import MovingClock
from tests.outside import World
from tests.reports.booked import HandOver, book, keep
from tests.reports.conftest import the_autumn
from tests.reports.priced import tariffs_of
from tests.tampering import unguarded

MARCH, YEAR = date(2026, 3, 2), Period(date(2026, 1, 1), date(2026, 12, 31))
PAPER = HandOver(MARCH, channel="print", route="exempt", mailbox="exempt")
TWO = (Share((1, 2), 1), Share((1, 2), 2))
SHARED = tuple(replace(PAPER, sheets=place, share=one) for place, one in enumerate(TWO, 1))
SOME = (HandOver(MARCH), PAPER, replace(PAPER, refused=date(2026, 4, 1)), HandOver(MARCH, mailbox=None), *SHARED)


def read(ledger: Ledger) -> dict[tuple[str, Way], dict[str, int]]:
    with ledger.reading() as tx:
        return {(one.period, one.way): dict(one.sums) for one in facts.facts_of(tx, YEAR.first, YEAR.last)}


def unfold(ledger: Ledger) -> None:
    with ledger.writing() as tx:
        tx.execute(t.day_fact.delete())
        tx.execute(t.fold.delete())


def fold_all(ledger: Ledger, most: int = 50_000) -> None:
    with ledger.writing() as tx:  # now is when it is found out what is committed
        tx.execute(update(t.fold).values(at=datetime(2020, 1, 1, tzinfo=COPENHAGEN)))
    while facts.fold_days(ledger, most):
        pass


def test_a_way_has_its_letters_and_its_money(ledger: Ledger, tariffs: Tariffs, moving_clock: MovingClock) -> None:
    """On paper in March: two of 10 kr. porto each and two that share one; the one refused now is one less now."""
    keep(ledger, tariffs, *SOME)
    fold_all(ledger)
    found = read(ledger)
    way = Way("borgerservice", "jobcenter", "moedeindkaldelse", "print", "exempt", "exempt")
    march, november = found["2026-03", way], found["2026-11", way]
    assert (march["letters"], march["cost_porto"], march["print_porto"], march["office_porto"]) == (4, 3000, 3000, 8000)
    assert (november["letters"], november["cost_porto"], november["office_porto"]) == (-1, -1000, -2000)
    assert {each.mailbox for _, each in found} == {"enrolled", "exempt", ""}


def test_an_entry_of_before_says_nothing_of_the_look_up(ledger: Ledger, tariffs: Tariffs) -> None:
    keep(ledger, tariffs, HandOver(MARCH))
    with ledger.writing() as tx, unguarded(tx):
        before = update(t.entry).where(t.entry.c.measure == "letter")
        tx.execute(before.values(inputs='{"channel":"digital","route":"enrolled"}'))
    fold_all(ledger)
    assert {each.mailbox for _, each in read(ledger)} == {NOT_SAID}
    with ledger.reading() as tx:
        assert not list(prove(tx))


@pytest.mark.parametrize("most", [1, 7, 50_000])
def test_however_much_is_folded_the_facts_are_the_same(ledger: Ledger, tariffs: Tariffs, most: int) -> None:
    keep(ledger, tariffs, *SOME)
    by_entries = read(ledger)
    assert facts.fold_days(ledger, most) == min(most, len(entries(ledger)))
    keep(ledger, tariffs, HandOver(date(2026, 8, 3)))
    half = read(ledger)
    fold_all(ledger, most)
    with ledger.reading() as tx:
        (row,) = tx.execute(select(t.fold))
    assert row.entry_id == max(entries(ledger))
    assert read(ledger) == half
    unfold(ledger)
    assert read(ledger) == half
    assert by_entries.items() <= half.items()


def entries(ledger: Ledger) -> Sequence[int]:
    with ledger.reading() as tx:
        return tx.execute(select(t.entry.c.id)).scalars().all()


def test_what_is_told_before_the_letter_counts_is_told_of_no_route(ledger: Ledger, tariffs: Tariffs) -> None:
    """A supplier may charge for a dispatch in doubt; when that is settled the fact stands already."""
    keep(ledger, tariffs, PAPER)
    with ledger.writing() as tx:
        (sent,) = tx.execute(select(t.dispatch)).all()
        one = letter(tx, sent.letter_id)
        assert one is not None
        charged(tx, one, dispatch(tx, sent.id), 1234)
    fold_all(ledger)
    with ledger.reading() as tx:
        by_route = figures(tx, Period(YEAR.first, clock.today()), By.ROUTE)
    assert (by_route[""].money.charged, by_route[""].letters) == (1234, Letters(0, 0))
    assert (by_route["exempt"].money.charged, by_route["exempt"].letters) == (0, Letters(0, 1))


def test_facts_of_letters_that_went_their_whole_way(house: House, world: World, moving_clock: MovingClock) -> None:
    """Refused, printed and taken back, with the timer's fold between: as the audit sums it up by itself."""
    the_autumn(house, world, moving_clock)
    before = read(house.ledger)
    fold_all(house.ledger, 11)
    assert read(house.ledger) == before
    with house.ledger.reading() as tx:
        assert not list(prove(tx))


def test_the_audit_tells_of_a_fact_that_is_no_sum_of_its_entries(ledger: Ledger, tariffs: Tariffs) -> None:
    keep(ledger, tariffs, *SOME)
    fold_all(ledger)
    with ledger.writing() as tx:
        tx.execute(text("UPDATE day_fact SET letters = letters + 1 WHERE cost_porto = 3000"))
    with ledger.reading() as tx:
        found = [one.measure for one in prove(tx)]
    assert "department borgerservice: printed" in found
    assert "way print exempt exempt: letters" in found
    (only,) = facts.rebuild_days(ledger)
    assert (only.day, only.way.channel, only.was["letters"] - only.now["letters"]) == (MARCH, "print", 1)
    with ledger.reading() as tx:
        assert not list(prove(tx))


def test_a_fold_beyond_the_last_entry_is_told_and_put_right(ledger: Ledger, tariffs: Tariffs) -> None:
    """As where facts were restored without their entries: what is entered then would be in no figure."""
    keep(ledger, tariffs, *SOME)
    fold_all(ledger)
    with ledger.writing() as tx:
        tx.execute(update(t.fold).values(entry_id=t.fold.c.entry_id + 1000, upto=t.fold.c.upto + 1000))
    with ledger.reading() as tx:
        assert [one.measure for one in prove(tx)] == ["fold day"]
    assert facts.rebuild_days(ledger) == []
    keep(ledger, tariffs, PAPER)
    with ledger.reading() as tx:
        assert not list(prove(tx))


@pytest.mark.parametrize("column", days.SUMS)
def test_no_sum_can_be_otherwise_unseen(ledger: Ledger, tariffs: Tariffs, column: str) -> None:
    keep(ledger, tariffs, *SOME)
    fold_all(ledger)
    with ledger.writing() as tx:
        tx.execute(text(f"UPDATE day_fact SET {column} = {column} + 1"))
    with ledger.reading() as tx:
        assert list(prove(tx))


def test_a_fact_of_another_day_of_the_month_is_seen(ledger: Ledger, tariffs: Tariffs) -> None:
    keep(ledger, tariffs, *SOME)
    fold_all(ledger)
    with ledger.writing() as tx:
        tx.execute(update(t.day_fact).where(t.day_fact.c.day == MARCH).values(day=date(2026, 3, 3)))
    with ledger.reading() as tx:
        found = {one.measure for one in prove(tx)}
    assert {"day 2026-03-02: digital", "day 2026-03-03: digital"} <= found


def test_facts_made_anew_while_others_fold_and_book(ledger: Ledger, tariffs: Tariffs) -> None:
    keep(ledger, tariffs, *SOME)
    facts.fold_days(ledger, 5)
    stop: list[bool] = []

    def others() -> None:
        while not stop:
            keep(ledger, tariffs, replace(PAPER, day=date(2026, 5, 4)))
            facts.fold_days(ledger, 9)

    thread = Thread(target=others)
    thread.start()
    wrong = [facts.rebuild_days(ledger, 4) for _ in range(5)]
    stop.append(True)
    thread.join()
    assert wrong == [[]] * 5
    fold_all(ledger)
    folded = read(ledger)
    unfold(ledger)
    assert read(ledger) == folded


def test_the_fold_does_not_pass_what_is_not_committed(postgresql_url: str, tariffs: Tariffs) -> None:
    """An entry gets its number before it is committed: the fold waits for it, for as long as it waits for anybody."""
    ledger = Ledger(postgresql_url)
    keep(ledger, tariffs, PAPER)
    with ledger.writing() as slow:
        book(slow, tariffs, HandOver(MARCH))
        deferred.flush(slow)
        keep(ledger, tariffs, PAPER)
        assert facts.fold_days(ledger) == 0
    fold_all(ledger)
    with ledger.reading() as tx:
        assert figures(tx, YEAR, By.DEPARTMENT)["borgerservice"].letters == Letters(1, 2)
        assert not list(prove(tx))
    ledger.close()


ANY = st.builds(
    HandOver,
    day=st.dates(YEAR.first, YEAR.last),
    channel=st.sampled_from(["digital", "print"]),
    department=st.sampled_from(["borgerservice", "boern-og-skole"]),
    route=st.sampled_from(["enrolled", "exempt", "paper-only"]),
    mailbox=st.sampled_from([None, "", "enrolled", "exempt"]),
    again=st.booleans(),
    refused=st.none() | st.just(YEAR.last),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ANY, min_size=1, max_size=6), st.integers(1, 40))
def test_any_letters_however_folded(sqlite_url: str, tmp_path: Path, some: Sequence[HandOver], most: int) -> None:
    ledger, tariffs = Ledger(sqlite_url), tariffs_of(tmp_path)
    try:
        with ledger.writing() as tx, unguarded(tx):
            for table in reversed(t.metadata.sorted_tables):
                tx.execute(table.delete())
        keep(ledger, tariffs, *some)
        before = read(ledger)
        facts.fold_days(ledger, most)
        assert read(ledger) == before
        with ledger.reading() as tx:
            assert not list(prove(tx))
    finally:
        ledger.close()


def test_facts_carry_nothing_of_a_person(ledger: Ledger, tariffs: Tariffs) -> None:
    keep(ledger, tariffs, replace(PAPER, recipient="f" * 64))
    fold_all(ledger)
    with ledger.reading() as tx:
        kept = str(tx.execute(select(t.way)).all()) + str(tx.execute(select(t.day_fact)).all())
        references = tx.execute(select(t.letter.c.reference)).scalars().all()
    assert not [one for one in ("f" * 64, *references) if one in kept]


def test_people_are_kept_once_a_month_is_over(ledger: Ledger, tariffs: Tariffs, moving_clock: MovingClock) -> None:
    """Kept figures stay when somebody is forgotten; the days that are not over are counted anew until they are."""
    mine = [HandOver(date(2026, 10, 5), recipient="a" * 64), HandOver(date(2026, 11, 2), recipient="a" * 64)]
    keep(ledger, tariffs, *mine, replace(mine[1], recipient="b" * 64), HandOver(date(2026, 11, 23), recipient="c" * 64))
    november = (date(2026, 11, 1), date(2026, 11, 23))
    assert [facts.count_people(ledger) for _ in range(3)] == [True, True, False]
    with ledger.writing() as tx:
        assert [row.last for row in tx.execute(select(t.month_people).order_by(t.month_people.c.month))] == [
            date(2026, 10, 31),
            date(2026, 11, 22),
        ]
        assert facts.people_of(tx, *november) == People(2, 2, 2, 2, 0)  # up to the day before
        assert facts.people_of(tx, date(2026, 11, 2), date(2026, 11, 23)) == People(3, 3, 3, 3, 0)
        tx.execute(update(t.letter).values(recipient_key=None))
        assert facts.people_of(tx, date(2026, 10, 1), date(2026, 10, 31)) == People(1, 1, 1, 1, 0)
        assert facts.people_of(tx, date(2026, 10, 1), date(2026, 10, 30)) == People(0, 0, 1, 1, 1)
    moving_clock.to(datetime(2026, 11, 24, 0, 30, tzinfo=COPENHAGEN))
    assert not facts.count_people(ledger)  # half an hour after midnight the day before may still be entered in
    moving_clock.to(datetime(2026, 11, 24, 1, 30, tzinfo=COPENHAGEN))
    assert facts.count_people(ledger)
    with ledger.reading() as tx:
        assert facts.people_of(tx, *november) == People(0, 0, 3, 3, 3)

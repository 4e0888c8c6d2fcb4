"""What a period would have cost otherwise: hand-computed, and by random ledgers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from outbound import facts
from outbound.accounts import audit
from outbound.delivery import House
from outbound.ledger import Ledger
from outbound.ledger import tables as t
from outbound.postage import Tariffs
from outbound.reports import By, Letters, Period, figures
from outbound.reports.figures import Figure
from outbound.reports.whatif import Change, WhatIf, what_if
from outbound.shares import Share
from outbound.tariff_row import Part
from outbound.tariffs import load_tariffs
from tests.reports.booked import HandOver, book, keep
from tests.reports.priced import tariffs_of
from tests.tampering import unguarded
from workers import timer

MARCH, YEAR = date(2026, 3, 2), Period(date(2026, 1, 1), date(2026, 12, 31))
EXEMPT = HandOver(MARCH, channel="print", route="exempt", mailbox="exempt")


def ask(ledger: Ledger, tariffs: Tariffs, other: Tariffs | None = None, **change: Any) -> WhatIf:
    with ledger.reading() as tx:
        return what_if(tx, YEAR, Change(tariffs=other, **change), tariffs)


def difference(answer: WhatIf, measure: str = "cost") -> dict[str, int]:
    real, other = (getattr(one.money, measure) for one in (answer.total.real, answer.total.other))
    found = {part: other.get(part, 0) - real.get(part, 0) for part in {*real, *other}}
    return {part: amount for part, amount in found.items() if amount}


def test_reality_is_what_the_report_says(ledger: Ledger, tariffs: Tariffs) -> None:
    keep(
        ledger,
        tariffs,
        HandOver(MARCH),
        HandOver(MARCH, department="boern-og-skole"),
        EXEMPT,
        replace(EXEMPT, again=True),
    )
    with ledger.reading() as tx:
        told = figures(tx, YEAR, By.DEPARTMENT)
    assert {line.key: line.real for line in ask(ledger, tariffs).lines} == told


SHARED = [replace(EXEMPT, sheets=sheets, share=Share((2, 3), place)) for place, sheets in ((1, 2), (2, 3))]
"""Two letters in one envelope: 1000 for both, 400 and 600; each alone 1000. Materials 24 and 36 either way."""


def test_shared_envelopes_and_failed_tries_are_part_of_reality(ledger: Ledger, tmp_path: Path) -> None:
    tariffs = tariffs_of(tmp_path, digital="per_letter = 20\ncharged_if_refused = true")
    keep(ledger, tariffs, *SHARED, HandOver(MARCH, refused=MARCH), HandOver(MARCH))
    with ledger.reading() as tx:
        told = figures(tx, Period(date(2026, 1, 1), date(2026, 12, 31)), By.DEPARTMENT)
    answer = ask(ledger, tariffs)
    assert {line.key: line.real for line in answer.lines} == told == {line.key: line.other for line in answer.lines}
    money = answer.total.real.money
    assert (money.householding, money.failed, money.cost[Part.PORTO]) == (1000, 20, 1000 + 20 + 20)


def test_each_letter_in_an_envelope_of_its_own_by_hand(ledger: Ledger, tariffs: Tariffs) -> None:
    """One porto of 1000 more; at 30 kr. the envelope costs 3000 as it was and 6000 with each alone."""
    keep(ledger, tariffs, *SHARED)
    assert difference(ask(ledger, tariffs, householding=False)) == {Part.PORTO: 1000}
    assert difference(ask(ledger, tariffs, postage=3000)) == {Part.PORTO: 2000}
    apart = ask(ledger, tariffs, householding=False, postage=3000)
    assert difference(apart) == {Part.PORTO: 5000}
    assert apart.total.other.money.householding == 0


def test_a_shared_envelope_at_other_prices_stays_shared(ledger: Ledger, tariffs: Tariffs, tmp_path: Path) -> None:
    keep(ledger, tariffs, *SHARED)
    same, dearer = (ask(ledger, tariffs, other=tariffs_of(tmp_path, porto=porto)) for porto in (1000, 1500))
    assert same.total.other == same.total.real
    assert difference(dearer) == {Part.PORTO: 500}
    assert dearer.total.other.money.householding == 1500


def test_letters_that_went_their_whole_way_are_as_the_report_says(autumn: House) -> None:
    period = Period(date(2026, 11, 1), date(2026, 12, 31))
    with autumn.ledger.reading() as tx:
        told, answer = figures(tx, period, By.DEPARTMENT), what_if(tx, period, Change(), autumn.tariffs)
    for line in answer.lines:
        assert line.real.letters == line.other.letters == told[line.key].letters
        for part in Part:
            assert line.real.money.saved(part) == line.other.money.saved(part) == told[line.key].money.saved(part)


def test_five_points_more_enrolled_by_hand(ledger: Ledger, tariffs: Tariffs) -> None:
    """8 digital letters and 12 on paper to exempt people, all looked up: 8 of 20 are enrolled, 40 %.

    5 points more of 20 are 1 letter, of the 12 that can be moved: 1/12 of each. On paper each cost 1000 + 2 × 12 =
    1024; in the mailbox it costs 20 + 30 KB (30,000 bytes are 29.3) = 50. One letter moved: 1000 + 24 less, 50 more.
    """
    keep(ledger, tariffs, *[HandOver(MARCH)] * 8, *[replace(EXEMPT, sheets=2)] * 12)
    answer = ask(ledger, tariffs, enrolled=Fraction(5))
    assert answer.total.real.letters == Letters(8, 12)
    assert answer.total.other.letters == Letters(9, 11)
    assert difference(answer) == {Part.PORTO: 50 - 1000, Part.MATERIALS: -24}
    assert difference(answer, "baseline") == {}
    assert answer.notes == []


def test_who_moves_is_spread_evenly_over_departments_and_rounded_once(ledger: Ledger, tariffs: Tariffs) -> None:
    """3 and 1 letters can be moved, of 8 looked up; 12.5 points are 1 letter: a quarter of each.

    0.75 letters of the one department and 0.25 of the other; 0.75 × 1012 = 759 and 0.25 × 1012 = 253 less on paper.
    """
    keep(ledger, tariffs, *[HandOver(MARCH)] * 4, *[EXEMPT] * 3, replace(EXEMPT, department="boern-og-skole"))
    answer = ask(ledger, tariffs, enrolled=Fraction(25, 2))
    by = {line.key: line for line in answer.lines}
    assert by["borgerservice"].other.letters == Letters(5, 2)
    assert by["boern-og-skole"].other.letters == Letters(0, 1)
    paper = {
        key: line.real.money.cost[Part.MATERIALS] - line.other.money.cost[Part.MATERIALS] for key, line in by.items()
    }
    assert paper == {"borgerservice": 9, "boern-og-skole": 3}


def test_half_a_letter_is_not_counted_twice(ledger: Ledger, tariffs: Tariffs) -> None:
    """2.5 points of 20 letters are half a letter: 8.5 and 11.5 are 9 and 11, and not 9 and 12."""
    keep(ledger, tariffs, *[HandOver(MARCH)] * 8, *[EXEMPT] * 12)
    assert ask(ledger, tariffs, enrolled=Fraction(5, 2)).total.other.letters == Letters(9, 11)


def test_parts_of_letters_in_many_departments_make_no_whole_ones(ledger: Ledger, tariffs: Tariffs) -> None:
    """5 points of 20 letters are one letter, a tenth of each of ten departments' one; 10 points are two."""
    departments = [f"d{number}" for number in range(10)]
    keep(ledger, tariffs, *[HandOver(MARCH)] * 10, *(replace(EXEMPT, department=one) for one in departments))
    for points, moved in ((5, 1), (10, 2), (25, 5)):
        answer = ask(ledger, tariffs, enrolled=Fraction(points))
        assert answer.total.other.letters == Letters(10 + moved, 10 - moved)
        assert all(line.other.letters.digital - line.real.letters.digital in (0, 1) for line in answer.lines)
        assert {line.digital_share for line in answer.lines if line.key != "borgerservice"} == {Fraction(moved, 10)}
        assert answer.total.digital_share == Fraction(10 + moved, 20)


def test_nobody_is_enrolled_who_cannot_be(ledger: Ledger, tariffs: Tariffs) -> None:
    fixed = [("under-15", "under-15"), ("left-the-country", "left-the-country"), ("no-number", None),
             ("paper-demanded", "exempt"), ("chosen-paper", "enrolled"), ("paper-only", "exempt")]  # fmt: skip
    keep(ledger, tariffs, *(replace(EXEMPT, route=route, mailbox=mailbox) for route, mailbox in fixed))
    answer = ask(ledger, tariffs, enrolled=Fraction(50))
    assert answer.total.other == answer.total.real
    assert "tilmeldingen ændrer intet" in answer.notes[0]


def test_more_than_there_are_cannot_be_enrolled(ledger: Ledger, tariffs: Tariffs) -> None:
    keep(ledger, tariffs, *[HandOver(MARCH)] * 9, EXEMPT)
    answer = ask(ledger, tariffs, enrolled=Fraction(50))
    assert answer.total.other.letters == Letters(10, 0)
    assert "Så mange flere kan ikke tilmeldes" in answer.notes[0]


def test_postage_of_thirty_kroner_by_hand(ledger: Ledger, tariffs: Tariffs) -> None:
    """Every porto on paper is 30 kr., by remote print (it was 10 kr.) and at the office (it was 20 kr.)."""
    keep(ledger, tariffs, HandOver(MARCH), EXEMPT, EXEMPT)
    answer = ask(ledger, tariffs, postage=3000)
    assert difference(answer) == {Part.PORTO: 2 * (3000 - 1000)}
    assert difference(answer, "baseline")[Part.PORTO] == 3 * (3000 - 2000)
    assert answer.total.other.money.certain - answer.total.real.money.certain == 3000 - 4000


def test_other_tariffs_go_by_the_day(ledger: Ledger, tariffs: Tariffs, tmp_path: Path) -> None:
    """March costs 1000 and August 1100; with 1500 from January and 1600 from July both cost 500 more."""
    keep(ledger, tariffs, EXEMPT, replace(EXEMPT, day=date(2026, 8, 3)))
    answer = ask(ledger, tariffs, other=tariffs_of(tmp_path, porto=1500))
    assert answer.total.real.money.cost[Part.PORTO] == 2100
    assert difference(answer)[Part.PORTO] == 1000


def test_a_letter_without_a_price_in_the_other_tariffs_is_left_and_said(
    ledger: Ledger, tariffs: Tariffs, tmp_path: Path
) -> None:
    keep(ledger, tariffs, EXEMPT)
    tariffs_of(tmp_path)
    text = (tmp_path / "tariffs.toml").read_text().replace('provider = "print"', 'provider = "trykkeri"')
    (tmp_path / "tariffs.toml").write_text(text)
    answer = ask(ledger, tariffs, other=load_tariffs(tmp_path))
    assert answer.total.other == answer.total.real
    assert answer.notes == ["1 breve har ingen pris i taksterne på den anden vej og er regnet som i virkeligheden."]


def test_types_for_paper_only_made_digital(ledger: Ledger, tariffs: Tariffs) -> None:
    """Of three such letters one recipient is enrolled and moves, one is exempt and stays, one was not looked up."""
    paper = replace(EXEMPT, route="paper-only", letter_type="byggetilladelse")
    keep(ledger, tariffs, *(replace(paper, mailbox=mailbox) for mailbox in ("enrolled", "exempt", None)))
    answer = ask(ledger, tariffs, digital_types=frozenset({"byggetilladelse", "partshoering"}))
    assert answer.total.other.letters == Letters(1, 2)
    assert difference(answer) == {Part.PORTO: 50 - 1000, Part.MATERIALS: -12}
    assert answer.notes == [
        "Ingen breve af typen partshoering gik på papir, fordi typen kun sendes på papir.",
        "1 breve af de valgte typer er ikke slået op i Digital Post og bliver på papir.",
    ]


def test_a_freed_type_and_more_enrolled_together(ledger: Ledger, tariffs: Tariffs) -> None:
    """The exempt recipient of the freed type can be enrolled too: 2 looked up, 50 points are 1 letter of 1."""
    paper = replace(EXEMPT, route="paper-only", letter_type="byggetilladelse")
    keep(ledger, tariffs, replace(paper, mailbox="enrolled"), paper)
    answer = ask(ledger, tariffs, digital_types=frozenset({"byggetilladelse"}), enrolled=Fraction(50))
    assert answer.total.other.letters == Letters(2, 0)


def test_a_freed_type_makes_no_child_enrolled(ledger: Ledger, tariffs: Tariffs) -> None:
    paper = replace(EXEMPT, route="paper-only", letter_type="byggetilladelse", mailbox="under-15")
    keep(ledger, tariffs, paper, HandOver(MARCH))
    answer = ask(ledger, tariffs, digital_types=frozenset({"byggetilladelse"}), enrolled=Fraction(50))
    assert answer.total.other == answer.total.real


def test_householding_by_hand(ledger: Ledger, tariffs: Tariffs) -> None:
    """3 letters of 2, 3 and 4 sheets to one recipient in one run: 5 sheets share a C5, 9 do not fit its 8.

    Two envelopes in place of three: one porto of 1000 less. Materials are by the sheet, and as before.
    """
    run = uuid4()
    mine = [replace(EXEMPT, run=run, recipient="a" * 64, sheets=sheets) for sheets in (2, 3, 4)]
    others = [replace(EXEMPT, run=run, recipient="b" * 64), replace(EXEMPT, recipient="a" * 64), EXEMPT]
    apart = [
        replace(EXEMPT, run=run, recipient="c" * 64, letter_class=name)
        for name in ("economy", "registered", "registered")
    ]
    keep(ledger, tariffs, *mine, *others, *apart)
    answer = ask(ledger, tariffs, householding=True)
    assert difference(answer) == {Part.PORTO: -1000}
    assert "1 kuverter færre" in answer.notes[0]
    assert "1 breve på papir har ingen modtager, der kan genkendes" in answer.notes[1]
    off = ask(ledger, tariffs, householding=False)
    assert off.total.other == off.total.real
    assert off.notes == ["Ingen breve i perioden delte kuvert; samkuvertering fra ændrer intet."]


def test_the_fold_and_what_came_after_it_are_the_whole(ledger: Ledger, tariffs: Tariffs) -> None:
    some = [HandOver(MARCH), EXEMPT, replace(EXEMPT, refused=MARCH), HandOver(date(2026, 8, 3), size=2_000_000)]
    keep(ledger, tariffs, *some)
    unfolded = ask(ledger, tariffs, enrolled=Fraction(5))
    assert facts.fold(ledger, most=2) == 2
    keep(ledger, tariffs, EXEMPT)
    half = ask(ledger, tariffs, enrolled=Fraction(5))
    while facts.fold(ledger, most=2):
        pass
    with ledger.writing() as tx:
        assert tx.execute(select(t.fold.c.entry_id)).scalar_one() > 0
    folded = ask(ledger, tariffs, enrolled=Fraction(5))
    with ledger.writing() as tx:
        facts.unfold(tx)
    again = ask(ledger, tariffs, enrolled=Fraction(5))
    assert half == folded == again
    assert half.total.real.letters == unfolded.total.real.letters + Letters(0, 1)


def test_the_fold_carries_nothing_of_a_person(ledger: Ledger, tariffs: Tariffs) -> None:
    keep(ledger, tariffs, replace(EXEMPT, recipient="f" * 64))
    facts.fold(ledger)
    with ledger.reading() as tx:
        (body,) = tx.execute(select(t.hand_over_kind.c.body)).scalars()
        (reference,) = tx.execute(select(t.letter.c.reference)).scalars()
    assert "f" * 64 not in body
    assert reference not in body


def test_an_empty_period_has_no_line(ledger: Ledger, tariffs: Tariffs) -> None:
    answer = ask(ledger, tariffs, enrolled=Fraction(5), postage=3000)
    assert answer.lines == ()
    assert answer.total.other == answer.total.real == Figure()


ANY_ROUTE = st.sampled_from(
    [
        ("digital", "enrolled", "enrolled"), ("digital", "enrolled", None), ("digital", "digital-demanded", "enrolled"),
        ("print", "exempt", "exempt"), ("print", "not-enrolled", None), ("print", "under-15", "under-15"),
        ("print", "paper-only", "enrolled"), ("print", "no-number", None), ("print", "digital-refused", "enrolled"),
    ]
)  # fmt: skip


@st.composite
def hand_over(draw: st.DrawFn) -> HandOver:
    channel, route, mailbox = draw(ANY_ROUTE)
    day = draw(st.dates(date(2026, 1, 1), date(2026, 12, 31)))
    return HandOver(
        day,
        channel=channel,
        route=route,
        mailbox=mailbox,
        department=draw(st.sampled_from(["borgerservice", "boern-og-skole"])),
        sheets=draw(st.integers(1, 9)),  # nine fit no envelope: a letter without a price
        size=draw(st.sampled_from([0, 1, 1023, 1024, 1025, 300_000, 1_048_577, 12_000_001])),
        country=draw(st.sampled_from(["DK", "DE"])),
        again=draw(st.booleans()),
        refused=day if draw(st.integers(0, 3)) == 0 else None,
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(hand_over(), min_size=1, max_size=8), st.integers(0, 5), st.booleans())
def test_with_nothing_changed_nothing_changes(
    sqlite_url: str, tmp_path: Path, some: Sequence[HandOver], folded: int, same_file: bool
) -> None:
    """To the øre, however much of it is folded; and so with the same tariffs given as others."""
    ledger, tariffs = Ledger(sqlite_url), tariffs_of(tmp_path)
    try:
        with ledger.writing() as tx, unguarded(tx):
            for table in reversed(t.metadata.sorted_tables):
                tx.execute(table.delete())
        keep(ledger, tariffs, *some)
        if folded:
            facts.fold(ledger, most=folded)
        answer = ask(ledger, tariffs, other=tariffs if same_file else None)
        with ledger.reading() as tx:
            told = figures(tx, YEAR, By.DEPARTMENT)
            assert not list(audit(tx))
        assert {line.key: line.other for line in answer.lines} == {line.key: line.real for line in answer.lines}
        real = {line.key: line.real for line in answer.lines}
        for key, one in told.items():
            assert real[key].letters == one.letters
            assert [real[key].money.saved(part) for part in Part] == [one.money.saved(part) for part in Part]
        assert sum((line.other for line in answer.lines), Figure()) == answer.total.other
    finally:
        ledger.close()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(hand_over(), min_size=1, max_size=8), st.integers(0, 40), st.booleans())
def test_whatever_is_asked_no_letter_is_lost_and_the_parts_make_up_the_whole(
    sqlite_url: str, tmp_path: Path, some: Sequence[HandOver], quarters: int, freed: bool
) -> None:
    ledger, tariffs = Ledger(sqlite_url), tariffs_of(tmp_path)
    types = frozenset({"moedeindkaldelse"} if freed else ())
    try:
        with ledger.writing() as tx, unguarded(tx):
            for table in reversed(t.metadata.sorted_tables):
                tx.execute(table.delete())
        keep(ledger, tariffs, *some)
        answer = ask(ledger, tariffs, enrolled=Fraction(quarters, 4), digital_types=types)
        for line in (*answer.lines, answer.total):
            assert line.other.letters.through_router == line.real.letters.through_router
        assert sum((line.other for line in answer.lines), Figure()) == answer.total.other
        assert sum((line.real for line in answer.lines), Figure()) == answer.total.real
    finally:
        ledger.close()


def test_the_timer_folds_what_was_booked(house: House) -> None:
    with house.ledger.writing() as tx:
        book(tx, house.tariffs, EXEMPT)
    timer._fold(house)
    with house.ledger.reading() as tx:
        assert tx.execute(select(t.hand_over.c.day, t.hand_over.c.letters)).one() == (MARCH, 1)

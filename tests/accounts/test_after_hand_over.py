"""What a failed try and a return cost, and what the mailbox saved against our own print: computed by hand."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from outbound import delivery, desk
from outbound.accounts import BOOKED
from outbound.delivery import House
from outbound.ledger import tables as t
from outbound.letter import Blame, Lane, Mailbox, News
from outbound.life import Status
from outbound.reports import Money, Period, total
from outbound.tariff_row import Part
from tests.accounts.policy import CHARGED, PRESENT, RETURNS, with_tariffs
from tests.audited import differences
from tests.delivery.walking import one_round, run_to_rest
from tests.house import MovingClock, dispatches, hand_in, look, submission
from tests.outside import World
from tests.people import person
from tests.tampering import unguarded

NOVEMBER, DECEMBER = Period.month(2026, 11), Period.month(2026, 12)


def sent(house: House, number: int = 1) -> UUID:
    (letter,) = hand_in(house, submission(person("well", number)))
    run_to_rest(house)
    return letter


def money(house: House, period: Period = NOVEMBER) -> Money:
    with house.ledger.reading() as tx:
        return total(tx, period).money


def amounts(house: House, letter: UUID) -> list[tuple[str, str, int]]:
    e = t.entry.c
    wanted = select(e.stage, e.measure, e.amount).where(e.letter_id == letter, e.dispatch_id.is_not(None))
    with house.ledger.reading() as tx:
        return [(row.stage, row.measure, row.amount) for row in tx.execute(wanted.order_by(e.id))]


def test_a_digital_letter_saves_against_print_and_print_against_the_office(house: House) -> None:
    """A notice of two pages, on one sheet, in November 2026, class quick.

    Weight: 1 sheet × 4990 mg + envelope C5 6500 mg = 11490 mg, the first step everywhere.
    Mailbox: 0. Own remote print: porto 2400; materials 1 × 12 + 55 = 67.
    Office: porto 3900 with VAT, without it 3900 × 100/125 = 3120; materials 1 × 15 + 30 = 45; work 210 s × 282,86 kr./h
    = 16,50 kr.
    """
    letter = sent(house)
    assert look(house, letter).sheets == 1
    found = money(house)
    assert found.cost == {}  # the message is free, and nothing else costs
    assert found.by_print == {Part.PORTO: 2400, Part.MATERIALS: 67}
    assert found.baseline == {Part.PORTO: 3120, Part.MATERIALS: 45, Part.HANDLING: 1650}
    assert found.certain_digitally == 2400 + 67 - 0
    assert found.certain_by_print == (3120 + 45) - (2400 + 67)
    assert found.certain == 3120 + 45 - 0 == found.certain_digitally + found.certain_by_print


def test_a_printed_letter_saves_nothing_digitally(house: House, world: World) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    sent(house)
    found = money(house)
    assert found.by_print == found.cost == {Part.PORTO: 2400, Part.MATERIALS: 67}
    assert (found.certain_digitally, found.certain_by_print) == (0, 3165 - 2467)


def test_a_digital_letter_of_more_sheets_than_print_has_envelopes_for_counts_as_one_full_envelope(
    house: House, tmp_path: Path
) -> None:
    """12 sheets, and print has envelopes for 9: as if it had 9, in a C4."""
    small = 'provider = "print"\nformat = "C4"\nsheets = 40'
    (letter,) = hand_in(house, submission(person("well", 1), letter_type="boligstoette-afgoerelse"))
    narrow = with_tariffs(house, tmp_path, (small, small.replace("40", "9")))
    delivery.render_handful(narrow, Lane.SINGLE)
    with house.ledger.writing() as tx:
        tx.execute(update(t.letter).values(sheets=12))
    run_to_rest(narrow)
    e = t.entry.c
    wanted = select(e.inputs).where(e.letter_id == letter, e.stage == BOOKED, e.measure == "print-materials")
    with house.ledger.reading() as tx:
        inputs = json.loads(tx.execute(wanted).scalar_one())
    assert (inputs["sheets"], inputs["sheets_of_letter"], inputs["envelope"]) == (9, 12, "C4")
    assert differences(house.ledger) == []


def test_a_refused_try_costs_where_the_tariff_says_so_and_the_rest_is_taken_back(
    house: House, world: World, tmp_path: Path, moving_clock: MovingClock
) -> None:
    """30 øre for the message, booked in November; refused in December: the letter goes on paper, and 30 øre remain."""
    house = with_tariffs(house, tmp_path, (PRESENT, CHARGED))
    letter = sent(house)
    moving_clock.pass_(days=10)
    (first,) = dispatches(house, letter)
    world.digital_receipts.send(first.id, News.REFUSED, "recipient.is.closed", Blame.RECIPIENT)
    run_to_rest(house)
    assert money(house, NOVEMBER).cost == {Part.PORTO: 30}
    december = money(house, DECEMBER)
    assert december.cost == {Part.PORTO: -30 + 30 + 2400, Part.MATERIALS: 67}
    assert december.failed == 30
    assert december.by_print == {Part.PORTO: -2400 + 2400, Part.MATERIALS: -67 + 67}
    both = money(house, Period(NOVEMBER.first, DECEMBER.last))
    assert (both.certain_digitally, both.certain_by_print) == (-30, 3165 - 2467)
    assert differences(house.ledger) == []


def test_a_try_that_was_thrown_away_unworked_costs_nothing(house: House, world: World, tmp_path: Path) -> None:
    house = with_tariffs(house, tmp_path, (PRESENT, CHARGED))
    letter = sent(house)
    (first,) = dispatches(house, letter)
    world.digital_receipts.send(first.id, News.TRY_AGAIN, "again")
    run_to_rest(house)
    assert (money(house).cost, money(house).failed) == ({Part.PORTO: 30}, 0)
    assert differences(house.ledger) == []


def test_a_try_that_turns_out_to_have_been_taken_is_charged_as_what_it_is(
    house: House, world: World, tmp_path: Path
) -> None:
    house = with_tariffs(house, tmp_path, (PRESENT, CHARGED))
    letter = sent(house)
    (first,) = dispatches(house, letter)
    world.digital_receipts.send(first.id, News.REFUSED, "recipient.is.closed", Blame.RECIPIENT)
    world.digital_receipts.send(first.id, News.DELIVERED)
    world.paper.plan = lambda _: "unavailable"
    one_round(house)
    run_to_rest(house)
    assert look(house, letter).status is Status.HELD
    assert (money(house).cost, money(house).failed) == ({Part.PORTO: 30}, 0)
    assert differences(house.ledger) == []
    desk.was_refused(house, letter, desk.Hand("drift", "Modtageren ringede."))
    assert (money(house).cost[Part.PORTO], money(house).failed) == (30, 30)
    assert differences(house.ledger) == []


def test_a_letter_that_came_back_costs_what_the_provider_takes_for_it_once(
    house: House, world: World, tmp_path: Path
) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    house = with_tariffs(house, tmp_path, more=RETURNS)
    letter = sent(house)
    (only,) = dispatches(house, letter)
    for _ in range(2):
        world.paper_receipts.send(only.id, News.RETURNED, "moved")
        run_to_rest(house)
    assert amounts(house, letter).count((BOOKED, "returned-porto", 425)) == 1
    assert money(house).cost == {Part.PORTO: 2400 + 425, Part.MATERIALS: 67}
    assert money(house).returned == 425
    assert differences(house.ledger) == []
    with house.ledger.writing() as tx, unguarded(tx):
        tx.execute(t.returned.delete())
    assert [why for why in differences(house.ledger) if "of its return nothing is kept" in str(why)]


def test_a_return_without_a_price_costs_nothing(house: House, world: World) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    letter = sent(house)
    (only,) = dispatches(house, letter)
    world.paper_receipts.send(only.id, News.RETURNED, "moved")
    run_to_rest(house)
    assert look(house, letter).status is Status.RETURNED
    assert money(house).returned == 0
    assert differences(house.ledger) == []


def _copy(house: House, *where: Any, **changes: Any) -> None:
    with house.ledger.writing() as tx:
        for row in tx.execute(select(t.entry).where(*where)).mappings().all():
            new = {**row, **changes}
            tx.execute(t.entry.insert().values({name: new[name] for name in new if name != "id"}))


@pytest.mark.parametrize(
    ("made", "why"),
    [
        ({"measure": "failed-porto"}, "charged once where its tariff row says so"),
        ({"measure": "returned-porto", "amount": 1}, "does not come again"),
        ({"measure": "print-porto", "amount": 1}, "does not come again"),
    ],
)
def test_the_audit_finds_what_was_never_charged(house: House, made: dict[str, Any], why: str) -> None:
    sent(house)
    _copy(house, t.entry.c.stage == BOOKED, t.entry.c.measure == "porto", **made)
    assert any(why in each for each in differences(house.ledger))


def test_the_audit_finds_a_letter_that_came_back_twice(house: House, world: World, tmp_path: Path) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    house = with_tariffs(house, tmp_path, more=RETURNS)
    (only,) = dispatches(house, sent(house))
    world.paper_receipts.send(only.id, News.RETURNED, "moved")
    run_to_rest(house)
    assert differences(house.ledger) == []
    _copy(house, t.entry.c.measure == "returned-porto")
    assert any("comes back once" in each for each in differences(house.ledger))


def test_the_audit_finds_a_comparison_that_is_missing(house: House) -> None:
    sent(house, 1)
    letter = sent(house, 2)
    with house.ledger.writing() as tx, unguarded(tx):
        tx.execute(t.entry.delete().where(t.entry.c.letter_id == letter, t.entry.c.measure == "print-materials"))
    assert any("entries are missing" in each for each in differences(house.ledger))


def test_letters_of_before_the_comparison_are_left_without_it(house: House) -> None:
    before = sent(house, 1)
    with house.ledger.writing() as tx, unguarded(tx):
        tx.execute(t.entry.delete().where(t.entry.c.measure.startswith("print-")))
    assert differences(house.ledger) == []
    sent(house, 2)
    assert differences(house.ledger) == []
    with house.ledger.reading() as tx:
        assert tx.execute(select(func.count()).where(t.entry.c.letter_id == before)).scalar() == 9

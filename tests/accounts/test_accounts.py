"""What is entered when a letter is routed, handed over and refused, and that the audit sees every change made to it."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, delete, func, insert, select, update

from outbound import accounts, desk
from outbound.accounts import BOOKED, CORRECTED, ESTIMATE, audit
from outbound.clock import COPENHAGEN
from outbound.delivery import House
from outbound.ledger import sending
from outbound.ledger import tables as t
from outbound.letter import Blame, Channel, Mailbox, News
from outbound.life import LIVE, Outcome, Status
from outbound.postage import Sending
from outbound.tariff_row import TariffRow
from outbound.tariffs import load_tariffs
from tests.delivery.walking import one_round, run_to_rest
from tests.house import MovingClock, dispatches, hand_in, look, submission
from tests.outside import World
from tests.people import person
from tests.tampering import unguarded

SOMEBODY = person("well", 1)


def sent(house: House, **changes: Any) -> UUID:
    (letter,) = hand_in(house, submission(SOMEBODY, **changes))
    run_to_rest(house)
    return letter


def entries(house: House, letter: UUID) -> list[Any]:
    with house.ledger.reading() as tx:
        return list(tx.execute(select(t.entry).where(t.entry.c.letter_id == letter).order_by(t.entry.c.id)))


def amounts(house: House, letter: UUID, stage: str) -> dict[str, int]:
    return {row.measure: row.amount for row in entries(house, letter) if row.stage == stage}


def expected(house: House, letter: UUID, channel: Channel, provider: str) -> dict[str, int]:
    one = look(house, letter)
    sending = Sending(
        channel, provider, one.sheets or 0, house.types[one.letter_type].letter_class, "DK", one.bytes or 0
    )
    day = date(2026, 11, 23)
    cost = {str(price.part): price.amount for price in house.tariffs.price(sending, day).prices}
    baseline = {f"office-{price.part}": price.amount for price in house.tariffs.baseline(sending, day).prices}
    if channel is Channel.PRINT:
        return cost | baseline
    printed = replace(sending, channel=Channel.PRINT, provider="print")
    return cost | baseline | {f"print-{price.part}": price.amount for price in house.tariffs.price(printed, day).prices}


def differences(house: House) -> list[accounts.Difference]:
    with house.ledger.reading() as tx:
        return list(audit(tx))


def test_a_digital_letter_is_estimated_when_routed_and_booked_when_handed_over(house: House) -> None:
    letter = sent(house)
    money = expected(house, letter, Channel.DIGITAL, "digital-post")
    assert set(money) == {
        "porto", "office-porto", "office-materials", "office-handling", "print-porto", "print-materials",
    }  # fmt: skip
    assert amounts(house, letter, ESTIMATE) == money
    assert amounts(house, letter, BOOKED) == {"letter": 0, **money}
    assert not differences(house)


def test_a_printed_letter_is_booked_with_porto_and_materials(house: House, world: World) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    letter = sent(house)
    money = expected(house, letter, Channel.PRINT, "print")
    assert money.keys() >= {"porto", "materials", "office-handling"}
    assert amounts(house, letter, BOOKED) == {"letter": 0, **money}
    assert not differences(house)


def test_a_letter_that_has_not_been_handed_over_is_estimated_only(house: House, world: World) -> None:
    world.digital.plan = lambda _: "unavailable"
    letter = sent(house)
    assert {row.stage for row in entries(house, letter)} == {ESTIMATE}
    assert not differences(house)


def test_only_handling_is_marked_as_an_estimate(house: House) -> None:
    letter = sent(house)
    assert {row.measure for row in entries(house, letter) if not row.certain} == {"office-handling"}


def test_each_entry_carries_inputs_and_a_copy_of_its_tariff_row_and_nothing_of_the_person(house: House) -> None:
    letter = sent(house)
    with house.ledger.reading() as tx:
        copies = {row.hash: row.body for row in tx.execute(select(t.tariff_row))}
    for row in (row for row in entries(house, letter) if row.measure != "letter"):
        assert TariffRow.from_canonical(copies[row.tariff_hash]).part in row.measure
        assert SOMEBODY not in row.inputs
        assert set(json.loads(row.inputs)) <= {
            "bytes", "envelope", "envelope_mg", "letter_class", "region", "sheet_mg", "sheets", "sheets_of_letter",
        }  # fmt: skip


def test_a_refusal_is_taken_back_in_the_month_it_arrives_and_the_paper_booked_anew(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    letter = sent(house)
    (first,) = dispatches(house, letter)
    moving_clock.pass_(days=10)
    world.digital_receipts.send(first.id, News.REFUSED, "recipient.is.closed", Blame.RECIPIENT)
    run_to_rest(house)
    taken_back = [row for row in entries(house, letter) if row.stage == CORRECTED]
    assert {row.day for row in taken_back} == {date(2026, 12, 3)}
    assert {row.measure: -row.amount for row in taken_back} == {
        row.measure: row.amount for row in entries(house, letter) if row.stage == BOOKED and row.dispatch_id == first.id
    }
    assert [each.channel for each in dispatches(house, letter)] == ["digital", "print"]
    assert Counter(row.stage for row in entries(house, letter) if row.measure == "letter") == {BOOKED: 2, CORRECTED: 1}
    assert not differences(house)


def test_what_is_refused_twice_is_taken_back_twice(house: House, world: World) -> None:
    """Refused, then shown to have been taken after all, then refused by a person's word: it comes to nothing."""
    letter = sent(house)
    (first,) = dispatches(house, letter)
    world.digital_receipts.send(first.id, News.REFUSED, "recipient.is.closed", Blame.RECIPIENT)
    world.digital_receipts.send(first.id, News.DELIVERED)
    world.paper.plan = lambda _: "unavailable"
    one_round(house)
    run_to_rest(house)
    assert look(house, letter).status is Status.HELD
    desk.was_refused(house, letter, desk.Hand("drift", "Modtageren ringede."))
    mine = [row for row in entries(house, letter) if row.dispatch_id == first.id]
    assert Counter(row.stage for row in mine if row.measure == "letter") == {BOOKED: 2, CORRECTED: 2}
    assert sum(row.amount for row in mine) == 0
    assert not differences(house)


def test_correcting_what_is_corrected_enters_nothing(house: House) -> None:
    letter = sent(house)
    (first,) = dispatches(house, letter)
    with house.ledger.writing() as tx:
        sending.settle_dispatch(tx, first.id, Outcome.REFUSED, LIVE)
        for _ in range(2):
            accounts.correct(tx, look(house, letter), sending.dispatch(tx, first.id))
    assert sum(row.stage == CORRECTED for row in entries(house, letter)) == 7
    assert not differences(house)


def test_a_missing_price_stops_no_letter_and_is_an_incident(house: House, world: World) -> None:
    world.digital.provider = world.digital_receipts.provider = "unpriced"
    letter = sent(house)
    assert look(house, letter).status is Status.SENT
    assert [(row.stage, row.measure) for row in entries(house, letter)] == [(BOOKED, "letter")]
    with house.ledger.reading() as tx:
        assert list(tx.execute(select(t.incident.c.code)).scalars()) == ["no-price"]
    assert not differences(house)


def test_what_the_supplier_charged_is_kept_once_beside_our_price(house: House) -> None:
    letter = sent(house)
    (first,) = dispatches(house, letter)
    with house.ledger.writing() as tx:
        for amount in (42, 42):
            accounts.charged(tx, look(house, letter), sending.dispatch(tx, first.id), amount)
    assert amounts(house, letter, accounts.CHARGED) == {"porto": 42}
    assert not differences(house)
    with house.ledger.writing() as tx:
        row = dict(tx.execute(select(t.entry).where(E.stage == accounts.CHARGED)).mappings().one())
        tx.execute(insert(t.entry).values({name: row[name] for name in row if name != "id"}))
    assert [one.why for one in differences(house)] == ["a letter is charged more than once"]


def test_two_who_copy_the_same_tariff_rows_at_once_copy_each_once(house: House) -> None:
    letters = hand_in(house, *(submission(person("well", n)) for n in range(2, 10)))
    run_to_rest(house)
    with house.ledger.writing() as tx, unguarded(tx):
        tx.execute(delete(t.entry))
        tx.execute(delete(t.tariff_row))
    known = [look(house, letter) for letter in letters]

    def estimate(one: Any) -> None:
        with house.ledger.writing() as tx:
            accounts.estimate(
                tx, house.tariffs, one, accounts.sending_of(one, Channel.DIGITAL, "digital-post", ""), "print"
            )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(estimate, known))
    with house.ledger.reading() as tx:
        assert tx.execute(select(func.count()).select_from(t.tariff_row)).scalar() == 6
        assert tx.execute(select(func.count()).select_from(t.entry)).scalar() == 6 * len(letters)


E = t.entry.c
BOOKED_PORTO = (E.stage == BOOKED, E.measure == "office-porto")


def altered(**values: Any) -> Callable[[Connection], None]:
    return lambda tx: _run(tx, update(t.entry).where(*BOOKED_PORTO).values(**values))


def removed(*where: Any) -> Callable[[Connection], None]:
    return lambda tx: _run(tx, delete(t.entry).where(*where))


def row_changed(old: str, new: str) -> Callable[[Connection], None]:
    return lambda tx: _run(tx, update(t.tariff_row).values(body=func.replace(t.tariff_row.c.body, old, new)))


def _run(tx: Connection, statement: Any) -> None:
    assert tx.execute(statement).rowcount


def booked_again(tx: Connection) -> None:
    for row in tx.execute(select(t.entry).where(E.stage == BOOKED)).mappings().all():
        tx.execute(insert(t.entry).values({name: row[name] for name in row if name != "id"}))


def unfounded_correction(tx: Connection) -> None:
    row = dict(tx.execute(select(t.entry).where(*BOOKED_PORTO)).mappings().one())
    for _ in range(2):
        new = {**row, "stage": CORRECTED, "amount": -row["amount"]}
        tx.execute(insert(t.entry).values({name: new[name] for name in new if name != "id"}))


def orphaned(**values: Any) -> Callable[[Connection], None]:
    def copied(tx: Connection) -> None:
        row = dict(tx.execute(select(t.entry).where(*BOOKED_PORTO)).mappings().one())
        tx.execute(insert(t.entry).values({name: row[name] for name in row if name != "id"} | values))

    return copied


def one_twice_and_one_never(tx: Connection) -> None:
    orphaned()(tx)
    removed(E.stage == BOOKED, E.measure == "office-handling")(tx)


def taken_back_in_part(tx: Connection) -> None:
    row = dict(tx.execute(select(t.entry).where(*BOOKED_PORTO)).mappings().one())
    orphaned(stage=CORRECTED, amount=-row["amount"])(tx)


def other_class(tx: Connection) -> None:
    """The price of a quick letter for what is said to be another."""
    row = tx.execute(select(t.entry).where(*BOOKED_PORTO)).one()
    inputs = json.dumps({**json.loads(row.inputs), "letter_class": "registered"}, sort_keys=True)
    _run(tx, update(t.entry).where(E.id == row.id).values(inputs=inputs))


def other_tariff(tx: Connection) -> None:
    other = tx.execute(select(E.tariff_hash).where(E.measure == "office-materials").limit(1)).scalar()
    _run(tx, update(t.entry).where(*BOOKED_PORTO).values(tariff_hash=other))


@pytest.mark.parametrize(
    ("tamper", "measure", "why"),
    [
        (altered(amount=1), "office-porto", "does not come again"),
        (altered(inputs='{"sheets":40,"sheet_mg":4990,"envelope_mg":1}'), "office-porto", "does not come again"),
        (altered(inputs="{}"), "office-porto", "cannot be used"),
        (altered(inputs="not json"), "office-porto", "cannot be used"),
        (altered(inputs="[]"), "office-porto", "cannot be used"),
        (altered(inputs='{"sheets":"two","sheet_mg":1,"envelope_mg":1}'), "office-porto", "cannot be used"),
        (altered(tariff_hash=None), "office-porto", "cannot be used"),
        (altered(day=date(2023, 6, 1)), "office-porto", "not valid on its day"),
        (altered(certain=False), "office-porto", "marked as certain"),
        (altered(day=date(2026, 11, 2)), "office-porto", "on another day than"),
        (other_class, "office-porto", "price of something else"),
        (other_tariff, "office-porto", "does not come again"),
        (row_changed("3900", "3901"), "office-porto", "cannot be used"),
        (row_changed("carrier", "courier"), "office-porto", "cannot be used"),
        (removed(*BOOKED_PORTO), "entries", "missing"),
        (removed(E.stage == BOOKED), "letter", "must stand booked once"),
        (removed(E.stage == BOOKED, E.measure == "letter"), "letter", "must stand booked once"),
        (booked_again, "letter", "must stand booked once"),
        (unfounded_correction, "office-porto", "not what was booked"),
        (one_twice_and_one_never, "entries", "missing, or too many"),
        (taken_back_in_part, "entries", "missing, or too many"),
        (orphaned(dispatch_id=None), "office-porto", "of no dispatch"),
        (orphaned(dispatch_id=UUID(int=1)), "office-porto", "of no dispatch"),
        (orphaned(measure="nemsms-porto"), "nemsms-porto", "of no dispatch or reminder"),
    ],
)  # fmt: skip
def test_the_audit_reports_every_change_made_to_the_accounts(
    house: House, tamper: Callable[[Connection], None], measure: str, why: str
) -> None:
    letter = sent(house)
    assert not differences(house)
    with house.ledger.writing() as tx, unguarded(tx):
        tamper(tx)
    found = differences(house)
    assert any(each.measure == measure and why in each.why and each.letter == letter for each in found), found


def moved_with_its_moment(tx: Connection) -> None:
    earlier = datetime(2026, 11, 2, 9, 0, tzinfo=COPENHAGEN)
    _run(tx, update(t.entry).where(E.stage == BOOKED).values(day=date(2026, 11, 2), at=earlier))


@pytest.mark.parametrize(
    ("tamper", "why"),
    [
        (moved_with_its_moment, "at another moment than the one at which the supplier took it"),
        (lambda tx: tx.execute(update(t.letter).values(channel="print")), "another way than the letter says"),
    ],
)
def test_a_letter_counts_when_and_how_it_was_taken(
    house: House, tamper: Callable[[Connection], None], why: str
) -> None:
    letter = sent(house)
    with house.ledger.writing() as tx, unguarded(tx):
        tamper(tx)
    assert any(each.letter == letter and why in each.why for each in differences(house))


def test_the_audit_names_the_entry_and_both_amounts(house: House) -> None:
    letter = sent(house)
    before = amounts(house, letter, BOOKED)["office-porto"]
    with house.ledger.writing() as tx, unguarded(tx):
        altered(amount=7)(tx)
    (only,) = differences(house)
    assert (only.letter, only.measure, only.stored, only.expected) == (letter, "office-porto", 7, before)
    assert only.entry in [row.id for row in entries(house, letter)]


def test_the_audit_goes_by_the_copies_and_not_by_the_file(house: House, tmp_path: Path) -> None:
    text = (house.settings.config_dir / "tariffs.toml").read_text(encoding="utf-8")
    (tmp_path / "tariffs.toml").write_text(text.replace("hourly = 28286", "hourly = 36000"), encoding="utf-8")
    letter, later = sent(house), sent(replace(house, tariffs=load_tariffs(tmp_path)))
    assert amounts(house, letter, BOOKED)["office-handling"] == 1650
    assert amounts(house, later, BOOKED)["office-handling"] == 2100
    assert not differences(house)

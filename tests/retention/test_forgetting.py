"""Content goes when its time is out, counted from the filing; never the last copy, and never while it is needed."""

from collections.abc import Callable
from threading import Thread
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, event, update

from outbound import clock, desk, legal_holds, retention
from outbound.delivery import House
from outbound.desk import DeskRefusal
from outbound.ledger import incidents
from outbound.ledger import retention as rows
from outbound.ledger import tables as t
from outbound.ledger.holds import HoldScope
from outbound.ledger.mailings import open_mailing
from outbound.letter import Mailbox, Mailing, News
from outbound.retention import Kept, Night
from outbound.story import story
from tests.audited import differences
from tests.delivery.walking import run_to_rest, work_to_rest
from tests.house import Crash, CrashingLedger, MovingClock, hand_in, look
from tests.outside import World
from tests.retention.lives import (
    BOTH,
    HAND,
    MIKKEL,
    MONTHS,
    SOLVEJ,
    after,
    delivered,
    every,
    filed,
    night,
    parts,
    to,
    whats,
)


@pytest.mark.parametrize("database", BOTH)
def test_a_letter_goes_when_its_months_are_over(house: House, world: World, moving_clock: MovingClock) -> None:
    (letter,) = delivered(house, world)
    filed(house, letter)
    after(moving_clock, MONTHS)
    assert whats(night(house)).get("forgotten") is None
    assert "document" in parts(house, letter)
    after(moving_clock, 1)
    assert whats(night(house))["forgotten"] == 1
    assert parts(house, letter) == []


def test_it_counts_from_the_filing_and_not_from_the_intake(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    (letter,) = delivered(house, world)
    after(moving_clock, 5)
    filed(house, letter)
    after(moving_clock, MONTHS - 1)
    assert "forgotten" not in whats(night(house))
    assert "document" in parts(house, letter)
    after(moving_clock, 2)
    assert whats(night(house))["forgotten"] == 1


def test_a_letter_filed_before_its_month_was_counted_anew_waits_too(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    (letter,) = delivered(house, world)
    as_it_was = look(house, letter).retention_month
    after(moving_clock, 5)
    filed(house, letter)
    with house.ledger.writing() as tx:
        rows.postpone(tx, letter, as_it_was)
    after(moving_clock, MONTHS - 4)
    assert whats(night(house))["not-yet"] == 1
    assert look(house, letter).retention_month > as_it_was


def test_the_last_copy_is_never_taken(house: House, world: World, moving_clock: MovingClock) -> None:
    (letter,) = delivered(house, world)
    after(moving_clock, MONTHS + 60)
    assert whats(night(house))["not-journalised"] == 1
    assert "document" in parts(house, letter)
    with house.ledger.reading() as tx:
        assert rows.unjournalised(tx, ["jobcenter", "boligstoette"], 10) == {"jobcenter": 1}


def unacknowledged(house: House, world: World, letter: UUID) -> None:
    for one in world.digital.takings:
        one.reported = False
    world.report(News.RETURNED, only=letter)
    run_to_rest(house)
    assert look(house, letter).status == "RETURNED"


def in_an_incident(house: House, world: World, letter: UUID) -> None:
    with house.ledger.writing() as tx:
        incidents.report(tx, letter, "both-suspected", uuid4())


def in_doubt(house: House, world: World, letter: UUID) -> None:
    with house.ledger.writing() as tx:
        tx.execute(update(t.dispatch).where(t.dispatch.c.letter_id == letter).values(outcome="doubt"))


def held_by(scope: HoldScope, what: Callable[[UUID], str]) -> Callable[[House, World, UUID], None]:
    def placed(house: House, world: World, letter: UUID) -> None:
        legal_holds.place(house, scope, what(letter), HAND)

    return placed


TIES: dict[Kept, Callable[[House, World, UUID], None]] = {
    Kept.RETURN: unacknowledged,
    Kept.INCIDENT: in_an_incident,
    Kept.DOUBT: in_doubt,
    Kept.HOLD: held_by(HoldScope.LETTER, str),
}


@pytest.mark.parametrize("why", TIES)
def test_what_is_needed_stays(house: House, world: World, moving_clock: MovingClock, why: Kept) -> None:
    (letter,) = delivered(house, world)
    filed(house, letter)
    TIES[why](house, world, letter)
    after(moving_clock, MONTHS + 1)
    assert whats(night(house))[why] == 1
    assert "document" in parts(house, letter)


def test_a_letter_that_has_not_come_to_rest_stays(house: House, world: World, moving_clock: MovingClock) -> None:
    world.digital.plan = lambda consignment: "refuse-letter"
    held, *_ = hand_in(house, to(SOLVEJ))
    run_to_rest(house)
    assert look(house, held).status == "HELD"
    moving, *_ = hand_in(house, to(MIKKEL))
    filed(house, held, moving)
    after(moving_clock, MONTHS + 1)
    assert {what: count for what, count in whats(night(house)).items() if what in set(Kept)} == {
        "held": 1,
        "moving": 1,
    }
    assert parts(house, held)
    assert parts(house, moving)


def test_paper_that_may_still_come_back_stays(house: House, world: World, moving_clock: MovingClock) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    (letter,) = delivered(house, world)
    filed(house, letter)
    after(moving_clock, MONTHS + 1)
    with house.ledger.writing() as tx:
        lately = look(house, letter).updated_at.replace(year=2029)
        tx.execute(update(t.dispatch).where(t.dispatch.c.letter_id == letter).values(settled_at=lately))
    assert whats(night(house))["return-window"] == 1
    moving_clock.pass_(days=80)
    assert whats(night(house))["forgotten"] == 1


@pytest.mark.parametrize("database", BOTH)
@pytest.mark.parametrize("scope", HoldScope)
def test_a_hold_stops_it_until_it_is_lifted(
    house: House, world: World, moving_clock: MovingClock, scope: HoldScope
) -> None:
    with house.ledger.writing() as tx:
        mailing = open_mailing(tx, Mailing(uuid4(), "jobcenter", "uge-3", "beskaeftigelse", "Prøve"))
    (letter,) = delivered_in_mailing(house, world, mailing.id)
    filed(house, letter)
    named = {"letter": str(letter), "case": "26/77", "person": f"{SOLVEJ[:6]}-{SOLVEJ[6:]}", "mailing": str(mailing.id)}
    hold = legal_holds.place(house, scope, named[scope], HAND)
    after(moving_clock, MONTHS + 1)
    assert whats(night(house))["legal-hold"] == 1
    legal_holds.lift(house, hold, HAND)
    moving_clock.pass_(days=1)
    assert whats(night(house))["forgotten"] == 1


@pytest.mark.parametrize("database", BOTH)
def test_a_hold_that_comes_while_a_letter_is_deleted_does_not_say_that_it_keeps_it(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    (letter,) = delivered(house, world)
    filed(house, letter)
    after(moving_clock, MONTHS + 1)
    said: list[str] = []

    def place() -> None:
        try:
            said.append(str(legal_holds.place(house, HoldScope.LETTER, str(letter), HAND)))
        except DeskRefusal as refusal:
            said.append(refusal.code)

    placing = Thread(target=place)

    def meanwhile(_: Connection, __: object, statement: str, *more: object) -> None:
        if statement.startswith("DELETE FROM sealed") and placing.ident is None:
            placing.start()
            placing.join(1)

    event.listen(house.ledger.engine, "before_cursor_execute", meanwhile)
    assert whats(night(house))["forgotten"] == 1
    placing.join()
    assert said == ["covers-nothing"]


def delivered_in_mailing(house: House, world: World, mailing: UUID) -> list[UUID]:
    ids = hand_in(house, to(SOLVEJ, case_number="26/77", mailing_id=mailing))
    work_to_rest(house, 20)
    world.report(News.DELIVERED, only=ids[0])
    work_to_rest(house, 20)
    return ids


@pytest.mark.parametrize("database", BOTH)
def test_what_is_forgotten_and_what_stays(house: House, world: World, moving_clock: MovingClock) -> None:
    letter, other = delivered(house, world, to(SOLVEJ), to(MIKKEL))
    again = desk.resend(house, letter, HAND)
    run_to_rest(house)
    filed(house, letter)
    before = every(house, t.entry.c.amount)
    after(moving_clock, MONTHS + 1)
    tally = night(house)
    with house.ledger.reading() as tx:
        found = story(tx, letter)
    assert tally[("jobcenter", "moedeindkaldelse", "forgotten")] == 1
    assert found is not None
    assert found.letter.forgotten_at is not None
    assert found.letter.recipient_key is None
    assert found.letter.document_address is None
    assert found.acts
    assert not parts(house, letter, *(act.id for act in found.acts))
    assert every(house, t.entry.c.amount) == before
    assert len(found.events) > 3
    assert differences(house.ledger) == []
    assert "document" in parts(house, other)
    assert look(house, again).follows == letter


def test_a_receipt_goes_with_the_letter_that_it_told_of(house: House, world: World, moving_clock: MovingClock) -> None:
    letter, other = delivered(house, world, to(SOLVEJ), to(MIKKEL))
    assert sorted(every(house, t.receipt_inbox.c.letter_id)) == sorted([letter, other])
    filed(house, letter)
    with house.ledger.writing() as tx:
        assert retention.forget_one(tx, house, letter) is None
    assert parts(house).count("receipt") == 1


@pytest.mark.parametrize("database", BOTH)
def test_receipts_and_notes_have_months_of_their_own(house: House, world: World, moving_clock: MovingClock) -> None:
    delivered(house, world)
    desk.pause(house, "channel", "print", HAND)
    after(moving_clock, 13)
    assert whats(night(house))["receipts"] == 1
    assert "receipt" not in parts(house)
    assert "why" in parts(house)
    after(moving_clock, 48)
    assert whats(night(house))["notes"] == 1
    assert "why" not in parts(house)


def test_a_receipt_that_nobody_has_settled_stays(house: House, world: World, moving_clock: MovingClock) -> None:
    world.digital_receipts.put("no receipt at all", "unreadable")
    run_to_rest(house)
    assert every(house, t.receipt_inbox.c.state) == ["unreadable"]
    after(moving_clock, 13)
    assert whats(night(house))["resealed"] == 1
    assert "receipt" in parts(house)


@pytest.mark.parametrize("database", BOTH)
def test_what_outlives_its_month_leaves_the_key_of_that_month(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    (letter,) = delivered(house, world)
    month = look(house, letter).retention_month
    after(moving_clock, MONTHS + 1)
    night(house)
    with house.ledger.writing() as tx:
        assert rows.count_under(tx, month) == 0
        assert house.seal.open(tx, letter, "document", "prøve", "page-fault")


def test_a_day_is_worked_once(house: House, world: World, moving_clock: MovingClock) -> None:
    (letter,) = delivered(house, world)
    after(moving_clock, MONTHS + 1)
    assert whats(night(house))["not-journalised"] == 1
    filed(house, letter)
    with house.ledger.writing() as tx:
        rows.postpone(tx, letter, "2029-01")
    assert night(house) == {}
    moving_clock.pass_(days=1)
    assert night(house)


def test_the_timer_works_it_in_bites_from_its_hour_on(house: House, world: World, moving_clock: MovingClock) -> None:
    letters = delivered(house, world, to(SOLVEJ), to(MIKKEL))
    filed(house, *letters)
    house.settings.__dict__["retention_bite"] = 1
    after(moving_clock, MONTHS + 1)
    moving_clock.pass_(hours=-2)
    worker = Night()
    assert worker.bite(house) is None
    moving_clock.pass_(hours=2)
    first = worker.bite(house)
    assert first is not None
    assert (first.looked_at, sum(first.tally.values())) == (1, 1)
    assert len([one for one in every(house, t.letter.c.forgotten_at) if one]) == 1
    while worker.bite(house):
        pass
    assert all(every(house, t.letter.c.forgotten_at))
    assert Night().bite(house) is None


@pytest.mark.parametrize(
    ("database", "die_at", "late"),
    [("sqlite", 1, True), ("sqlite", 2, False), ("sqlite", 2, True), ("postgresql", 2, False), ("sqlite", 4, True)],
)
def test_whoever_is_killed_begins_again(
    house: House, world: World, moving_clock: MovingClock, die_at: int, late: bool
) -> None:
    assert isinstance(house.ledger, CrashingLedger)
    letters = delivered(house, world, to(SOLVEJ), to(MIKKEL))
    filed(house, *letters)
    delivered(house, world, to(SOLVEJ))
    house.settings.__dict__["retention_bite"] = 1
    after(moving_clock, MONTHS + 1)
    fate = house.ledger.fate
    fate.commits, fate.die_at, fate.after = 0, die_at, late
    with pytest.raises(Crash):
        night(house)
    fate.die_at = None
    night(house)
    with house.ledger.reading() as tx:
        told = {one.what: one.count for one in rows.counts(tx, clock.today())}
    assert (told["forgotten"], told["not-journalised"]) == (2, 1)
    assert parts(house, *letters) == []
    assert differences(house.ledger) == []


def test_a_dry_run_says_what_would_be_and_changes_nothing(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    letters = delivered(house, world, to(SOLVEJ), to(MIKKEL))
    filed(house, letters[0])
    after(moving_clock, MONTHS + 1)
    before = parts(house)
    assert whats(retention.preview(house)) == {"forgotten": 1, "not-journalised": 1}
    assert parts(house) == before


def test_one_letter_can_go_before_its_time_but_not_the_last_copy(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    letter, other = delivered(house, world, to(SOLVEJ), to(MIKKEL))
    with house.ledger.writing() as tx:
        assert retention.forget_one(tx, house, letter) is Kept.NOT_JOURNALISED
    filed(house, letter)
    with house.ledger.writing() as tx:
        assert retention.forget_one(tx, house, letter) is None
    assert parts(house, letter) == []
    assert parts(house, other)

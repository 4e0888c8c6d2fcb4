"""A letter leaves on the day it is dated, with a run that closes when the print provider works: over nights, weekends
and slow workers."""

from datetime import date, datetime, time

import pytest
from sqlalchemy import select

from outbound import clock, delivery, desk
from outbound.delivery import House
from outbound.delivery.closing import cancellable_until
from outbound.desk import DeskRefusal
from outbound.ledger import runs
from outbound.ledger import tables as t
from outbound.letter import Channel, Lane, Mailbox, ReadyMade, Submission
from outbound.life import Status
from outbound.run_plan import RunPlan
from tests.delivery.walking import HAND, Walk
from tests.house import NOTICE, events, look, submission
from tests.people import person
from tests.rendering.pdfs import pdf

PLAN = RunPlan(
    cut_offs=(time(10), time(14, 30)), urgent={"quick": (time(9), time(12))}, closing_hours={"friday": time(14)}
)


def usual(number: int = 0) -> Submission:
    """A letter without hurry."""
    return submission(person("well", number), letter_type="kvittering-ansoegning")


def danish(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.COPENHAGEN)


@pytest.fixture
def printing(walk: Walk) -> Walk:
    """Everybody gets paper, and runs close by the plan."""
    walk.world.enrolment.default = Mailbox.EXEMPT
    walk.setting(print_gather_seconds=None, print_runs=PLAN)
    return walk


def closings(house: House) -> list[datetime]:
    """When the runs that left were closed."""
    with house.ledger.reading() as tx:
        wanted = select(t.consignment.c.closed_at).where(t.consignment.c.begun_at.is_not(None))
        return sorted(tx.execute(wanted).scalars())


def test_a_letter_waits_for_its_cut_off_and_not_longer(printing: Walk) -> None:
    printing.clock.to(danish("2027-01-12 09:10"))
    (letter,) = printing.hand_in(usual())
    printing.run()
    one = look(printing.house, letter)
    assert (one.status, one.due_at) == (Status.ROUTED, danish("2027-01-12 10:00"))
    printing.clock.to(danish("2027-01-12 09:59"))
    printing.run()
    assert look(printing.house, letter).status is Status.ROUTED
    printing.clock.to(danish("2027-01-12 10:00"))
    printing.run()
    assert look(printing.house, letter).status is Status.SENT
    assert look(printing.house, letter).dated == date(2027, 1, 12)


def test_a_letter_that_misses_fridays_last_run_is_dated_anew_on_monday_and_leaves_with_the_first(
    printing: Walk,
) -> None:
    printing.clock.to(danish("2027-01-15 14:05"))  # Friday; the provider went home at two
    (letter,) = printing.hand_in(usual())
    printing.run()
    one = look(printing.house, letter)
    assert (one.status, one.dated, one.due_at) == (Status.RENDERED, date(2027, 1, 15), danish("2027-01-18 04:00"))
    with printing.house.ledger.reading() as tx:
        assert runs.waiting(tx, danish("2027-01-18 10:00")) == runs.Waiting(letters=1, due=1)
        assert runs.waiting(tx, danish("2027-01-17 10:00")) == runs.Waiting(letters=1, due=0)
    for moment in ("2027-01-16 12:00", "2027-01-17 23:59", "2027-01-18 03:59"):
        printing.clock.to(danish(moment))
        printing.run()
        assert look(printing.house, letter).version == one.version
    printing.clock.to(danish("2027-01-18 04:00"))
    printing.run()
    one = look(printing.house, letter)
    assert (one.status, one.dated, one.due_at) == (Status.ROUTED, date(2027, 1, 18), danish("2027-01-18 10:00"))
    printing.clock.to(danish("2027-01-18 10:00"))
    printing.run()
    assert look(printing.house, letter).status is Status.SENT
    assert [clock.danish_day(at) for at in closings(printing.house)] == [date(2027, 1, 18)]
    assert "dated-another-day" in events(printing.house, letter)


def test_a_finished_pdf_waits_for_monday_too_and_leaves_with_the_first_run(printing: Walk) -> None:
    printing.clock.to(danish("2027-01-14 15:00"))  # a route of Thursday would be too old on Friday at two
    finished = ReadyMade(pdf(), "Svar på din ansøgning", date(2027, 1, 14))
    (letter,) = printing.hand_in(
        submission(person(), letter_type="faerdigt-brev", fields=None, ready_made=finished, system="esdh")
    )
    printing.run()
    assert look(printing.house, letter).due_at == danish("2027-01-15 04:00")
    printing.clock.to(danish("2027-01-15 04:00"))
    printing.run()
    assert printing.world.paper.calls == 0
    assert look(printing.house, letter).due_at == danish("2027-01-15 10:00")
    printing.clock.to(danish("2027-01-15 10:00"))
    printing.run()
    assert look(printing.house, letter).status is Status.SENT


def test_the_last_cut_offs_letters_leave_that_day_however_long_workers_take(printing: Walk) -> None:
    printing.clock.to(danish("2027-01-12 14:00"))
    printing.world.paper.together = 1  # a run each
    ids = printing.hand_in(*(usual(n) for n in range(3)))
    printing.run()
    for moment in ("2027-01-12 14:40", "2027-01-12 19:00", "2027-01-12 23:55"):
        printing.clock.to(danish(moment))
        printing.setting(handful=1)
        delivery.send_handful(printing.house, Channel.PRINT, Lane.SINGLE)
    assert {look(printing.house, one).status for one in ids} == {Status.SENT}
    assert {clock.danish_day(at) for at in closings(printing.house)} == {date(2027, 1, 12)}


def test_an_urgent_letter_leaves_with_a_run_of_its_own_cut_off(printing: Walk) -> None:
    printing.clock.to(danish("2027-01-12 08:00"))
    slow, urgent = printing.hand_in(usual(1), submission(person("well", 2), letter_type=NOTICE))
    assert printing.house.types[NOTICE].letter_class == "quick"
    printing.run()
    assert look(printing.house, slow).due_at == danish("2027-01-12 10:00")
    assert look(printing.house, urgent).due_at == danish("2027-01-12 09:00")
    printing.clock.to(danish("2027-01-12 09:00"))
    printing.run()
    assert [look(printing.house, one).status for one in (slow, urgent)] == [Status.ROUTED, Status.SENT]


def test_days_on_which_the_printer_is_closed_do_not_count_for_what_it_owes(printing: Walk) -> None:
    closed = tuple(date(2027, 1, day) for day in (13, 14, 15, 18, 19, 20))
    printing.setting(print_runs=RunPlan(closed_days=closed))
    printing.clock.to(danish("2027-01-12 13:00"))
    (letter,) = printing.hand_in(usual())
    printing.run()
    printing.clock.to(danish("2027-01-12 14:30"))
    printing.run()
    assert look(printing.house, letter).status is Status.SENT
    for moment, missing, held in (
        ("2027-01-21 14:00", 0, None),  # the first day that it works again
        ("2027-01-21 15:00", 1, None),
        ("2027-01-27 14:00", 1, None),
        ("2027-01-27 15:00", 1, "no-receipt"),  # the fifth
    ):
        printing.clock.to(danish(moment))
        printing.run()
        assert look(printing.house, letter).held_code == held, moment
        with printing.house.ledger.reading() as tx:
            assert runs.count(tx, runs.missing()) == missing, moment


def test_a_letter_that_waits_for_monday_can_be_cancelled_until_then_and_sent_digitally_at_once(
    printing: Walk,
) -> None:
    printing.clock.to(danish("2027-01-15 16:00"))
    stays, cancelled, chosen = printing.hand_in(*(usual(n) for n in range(3)))
    printing.run()
    assert cancellable_until(look(printing.house, stays)) == danish("2027-01-18 04:00")
    desk.cancel(printing.house, cancelled, HAND)
    assert cancellable_until(look(printing.house, cancelled)) is None
    desk.reroute(printing.house, chosen, Channel.DIGITAL, HAND)
    printing.run()
    assert look(printing.house, chosen).status is Status.SENT
    printing.clock.to(danish("2027-01-18 04:00"))
    printing.run()
    assert cancellable_until(look(printing.house, stays)) == danish("2027-01-18 10:00")
    printing.clock.to(danish("2027-01-18 10:00"))
    printing.run()
    assert cancellable_until(look(printing.house, stays)) is None
    with pytest.raises(DeskRefusal):
        desk.cancel(printing.house, stays, HAND)


def test_a_letter_that_waits_for_monday_leaves_when_it_is_routed_anew_where_its_recipient_enrolled_meanwhile(
    printing: Walk,
) -> None:
    printing.clock.to(danish("2027-01-15 16:00"))
    (letter,) = printing.hand_in(usual())
    printing.run()
    until = cancellable_until(look(printing.house, letter))
    printing.world.enrolment.default = Mailbox.ENROLLED
    printing.clock.to(danish("2027-01-18 03:59"))
    printing.run()
    assert look(printing.house, letter).status is Status.RENDERED
    assert until == danish("2027-01-18 04:00")
    printing.clock.to(until)
    printing.run()
    assert (look(printing.house, letter).channel, look(printing.house, letter).status) == (Channel.DIGITAL, Status.SENT)

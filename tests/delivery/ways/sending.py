"""From intake to the hand-over: digital, printed, an outage, a day that passes, a letter that kills its worker."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, update

from outbound import clock, delivery, desk, standing
from outbound.letter import Channel, Lane, Mailbox, Recipient, Role
from outbound.life import Status
from outbound.seal import sealed
from tests.delivery.walking import HAND, Walk
from tests.delivery.ways import ENROLLED, letters, way
from tests.house import dispatches, events, submission

KILLER = "Dræber Prøvesen"
FRIDAY = datetime(2027, 1, 15, 15, 30, tzinfo=clock.COPENHAGEN)
MONDAY = datetime(2027, 1, 18, 9, tzinfo=clock.COPENHAGEN)


@way
def a_letter_for_the_mailbox(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.run()
    walk.world.report()
    walk.run()
    walk.ends(letter, Status.DELIVERED, code="enrolled")


@way
def letters_printed_in_one_run(walk: Walk) -> None:
    walk.world.enrolment.default = Mailbox.EXEMPT
    ids = letters(walk, 3)
    walk.run()
    if not walk.crashed:
        assert walk.world.paper.calls == 1
    walk.world.report()
    walk.run()
    for letter in ids:
        walk.ends(letter, Status.DELIVERED, code="exempt")


@way
def a_letter_that_kills_its_worker(walk: Walk) -> None:
    walk.rendering.deadly.add(KILLER)
    neighbours = letters(walk, 2)
    (killer,) = walk.hand_in(submission(ENROLLED, recipients=(Recipient(Role.PARTY, KILLER, cpr=ENROLLED),)))
    walk.run()
    for letter in neighbours:
        walk.ends(letter, Status.SENT)
    walk.ends(killer, Status.HELD, taken=0, code="kills-its-worker")


@way
def an_outage_over_the_weekend_holds_nothing(walk: Walk) -> None:
    walk.clock.to(FRIDAY)
    walk.world.digital.plan = lambda consignment: "unavailable"
    ids = letters(walk, 3)
    while clock.now() < MONDAY:
        walk.run()
        walk.pass_(hours=5)
    walk.world.digital.plan = None
    for _ in range(3):
        walk.pass_(minutes=16)
        walk.run()
    for letter in ids:
        walk.ends(letter, Status.SENT)
        assert "channel-unavailable" not in events(walk.house, letter)
        if not walk.crashed:
            assert walk.see(letter).dated == clock.danish_day(dispatches(walk.house, letter)[-1].created_at)


@way
def a_probe_that_is_turned_back_leaves_the_channel_to_the_next(walk: Walk) -> None:
    walk.world.digital.plan = lambda consignment: "unavailable"
    ids = letters(walk, 4)
    walk.run()
    walk.world.digital.plan = None
    walk.pass_(days=1)
    walk.run(rounds=40)
    if not walk.crashed:
        assert [walk.see(letter).status for letter in ids] == [Status.SENT] * 4
    for letter in ids:
        walk.ends(letter, Status.SENT)


@way
def a_probe_for_which_nothing_is_due_leaves_the_channel_to_the_next(walk: Walk) -> None:
    walk.world.digital.plan = lambda consignment: "unavailable"
    (first,) = letters(walk)
    walk.run()
    walk.world.digital.plan = None
    walk.pass_(minutes=1)
    walk.step(lambda house: delivery.send_handful(house, Channel.DIGITAL, Lane.MAILING))
    walk.run()
    if not walk.crashed:
        assert walk.see(first).status is Status.SENT
    walk.ends(first, Status.SENT)


@way
def a_channel_that_is_down_is_tried_by_one_probe_at_a_time(walk: Walk) -> None:
    walk.world.digital.plan = lambda consignment: "unavailable"
    ids = letters(walk, 3)
    walk.run()
    walk.run()
    if not walk.crashed:
        assert walk.world.digital.calls == 1
    walk.pass_(seconds=25)
    walk.run()
    walk.run()
    if not walk.crashed:
        assert walk.world.digital.calls == 2
    walk.world.digital.plan = None
    walk.pass_(minutes=2)
    walk.run()
    for letter in ids:
        walk.ends(letter, Status.SENT)


@way
def a_backlog_drains_by_the_rate_when_the_channel_is_back(walk: Walk) -> None:
    walk.setting(digital_post_per_minute=8, timer_seconds=15.0)  # two in each round of the timer
    walk.world.digital.plan = lambda consignment: "unavailable"
    ids = letters(walk, 7)
    walk.run()
    walk.pass_(minutes=3)
    walk.run()
    assert not any(walk.see(letter).status is Status.HELD for letter in ids)
    with walk.house.ledger.reading() as tx:
        assert [one.channel for one in standing.breakers(tx)] == [Channel.DIGITAL]
    walk.world.digital.plan = None
    walk.pass_(minutes=3)
    for _ in range(8):
        before = len(walk.world.digital.takings)
        walk.run()
        assert len(walk.world.digital.takings) - before <= (4 if walk.crashed else 2)
        walk.pass_(seconds=15)
    for letter in ids:
        walk.ends(letter, Status.SENT)
    with walk.house.ledger.reading() as tx:
        assert standing.breakers(tx) == []


@way
def the_register_is_asked_by_the_rate(walk: Walk) -> None:
    walk.setting(look_ups_per_minute=8, timer_seconds=15.0)
    ids = letters(walk, 5)
    for _ in range(6):
        before = sum(walk.see(letter).looked_up_at is not None for letter in ids)
        walk.run()
        after = sum(walk.see(letter).looked_up_at is not None for letter in ids)
        assert after - before <= (4 if walk.crashed else 2)
        walk.pass_(seconds=15)
    for letter in ids:
        walk.ends(letter, Status.SENT)


@way
def a_supplier_that_says_come_back_in_a_million_years_is_asked_within_two_days(walk: Walk) -> None:
    walk.world.digital.plan = lambda consignment: "closed-for-long"
    (letter,) = letters(walk)
    walk.run()
    walk.world.digital.plan = None
    for _ in range(2):
        walk.pass_(hours=12.5)
        walk.run()
    walk.ends(letter, Status.SENT)


@way
def patience_with_a_channel_ends(walk: Walk) -> None:
    walk.world.digital.plan = lambda consignment: "unavailable"
    (letter,) = letters(walk)
    for _ in range(8):
        walk.run()
        walk.pass_(hours=12)
    walk.run()
    walk.ends(letter, Status.HELD, taken=0, code="channel-unavailable")


@way
def patience_does_not_end_while_the_channel_works_again(walk: Walk) -> None:
    walk.world.digital.plan = lambda consignment: "unavailable"
    letters(walk)
    walk.run()
    walk.world.digital.plan = None
    walk.pass_(days=7)
    second, *_ = letters(walk)
    walk.run()
    walk.pass_(minutes=1)
    walk.run()
    walk.ends(second, Status.SENT)


@way
def patience_with_a_register_ends(walk: Walk) -> None:
    walk.world.enrolment.default = Mailbox.UNKNOWN
    (letter,) = letters(walk)
    for _ in range(5):
        walk.run()
        walk.pass_(days=1)
    walk.run()
    walk.ends(letter, Status.HELD, taken=0, code="look-up-unknown")


@way
def a_letter_not_before_a_day_leaves_on_that_day(walk: Walk) -> None:
    day = date(2027, 1, 26)
    (letter,) = walk.hand_in(submission(ENROLLED, not_before=day))
    walk.run()
    assert walk.see(letter).status is Status.RECEIVED
    walk.clock.to(datetime(2027, 1, 25, 23, 50, tzinfo=clock.COPENHAGEN))
    walk.run()
    assert walk.see(letter).status is Status.RECEIVED
    walk.pass_(minutes=11)
    walk.run()
    assert walk.see(letter).dated == day
    walk.ends(letter, Status.SENT)


@way
def a_letter_dated_yesterday_is_rendered_again(walk: Walk) -> None:
    (letter,) = letters(walk)
    walk.step(lambda house: delivery.render_handful(house, Lane.SINGLE))
    walk.step(lambda house: delivery.route_handful(house, Lane.SINGLE))
    walk.pass_(days=1)
    walk.run()
    assert walk.crashed or "dated-another-day" in events(walk.house, letter)
    assert walk.see(letter).dated == clock.today()
    walk.ends(letter, Status.SENT)


@way
def a_letter_claimed_before_midnight_does_not_leave_after_it_with_yesterdays_date(walk: Walk) -> None:
    walk.clock.to(datetime(2027, 1, 13, 23, 59, 50, tzinfo=clock.COPENHAGEN))
    ids = letters(walk, 3)
    walk.step(lambda house: delivery.render_handful(house, Lane.SINGLE))
    walk.step(lambda house: delivery.route_handful(house, Lane.SINGLE))
    walk.world.digital.hook = lambda place, _: walk.pass_(seconds=11) if place == "calling" else None
    walk.step(lambda house: delivery.send_handful(house, Channel.DIGITAL, Lane.SINGLE))
    walk.world.digital.hook = None
    walk.run()
    for letter in ids:
        walk.ends(letter, Status.SENT)
        sent = dispatches(walk.house, letter)[-1]
        assert walk.crashed or walk.see(letter).dated == clock.danish_day(sent.created_at)


@way
def a_letter_that_is_of_no_use_any_more_is_held_for_its_sender(walk: Walk) -> None:
    (letter,) = walk.hand_in(submission(ENROLLED, useful_until=clock.today()))
    walk.step(lambda house: delivery.render_handful(house, Lane.SINGLE))
    walk.step(lambda house: delivery.route_handful(house, Lane.SINGLE))
    walk.pass_(days=1)
    walk.run()
    walk.ends(letter, Status.HELD, taken=0, code="no-longer-useful")
    assert walk.see(letter).waits_for == "sender"


@way
def a_route_older_than_a_day_is_looked_up_again(walk: Walk) -> None:
    walk.setting(route_fresh_hours=1.0)
    (letter,) = letters(walk)
    walk.step(lambda house: delivery.render_handful(house, Lane.SINGLE))
    walk.step(lambda house: delivery.route_handful(house, Lane.SINGLE))
    walk.world.enrolment.default = Mailbox.EXEMPT
    walk.pass_(hours=2)
    walk.run()
    walk.ends(letter, Status.SENT, code="exempt")


@way
def a_letter_refused_at_the_hand_over_is_printed(walk: Walk) -> None:
    walk.world.digital.plan = lambda consignment: "refuse"
    (letter,) = letters(walk)
    walk.run()
    walk.ends(letter, Status.SENT, code="digital-refused")
    assert walk.world.paper.counted(letter) + walk.world.digital.counted(letter) <= 1


@way
def a_letter_refused_as_faulty_waits_for_its_sender(walk: Walk) -> None:
    walk.world.digital.plan = lambda consignment: "refuse-all"
    (letter,) = letters(walk)
    walk.run()
    walk.ends(letter, Status.HELD, taken=0, code="refused-letter")


@way
def a_supplier_that_lets_nobody_in_is_paused_when_a_probe_fails_too(walk: Walk) -> None:
    walk.world.digital.plan = lambda consignment: "misconfigured"
    ids = letters(walk, 4)
    for _ in range(4):
        walk.run()
        walk.pass_(minutes=3)
    calls = walk.world.digital.calls
    walk.pass_(hours=3)
    walk.run()
    if not walk.crashed:
        assert calls == walk.world.digital.calls == 2
    walk.world.digital.plan = None
    walk.act(lambda house: desk.resume(house, "channel", "digital", HAND))
    walk.run()
    for letter in ids:
        walk.ends(letter, Status.SENT)


@way
def a_letter_whose_content_is_gone_sinks_no_neighbour(walk: Walk) -> None:
    walk.world.enrolment.default = Mailbox.EXEMPT
    ids = letters(walk, 3)
    for letter in ids:
        walk.run_until_sending(letter)
    _spoil(walk, ids[1], "document", gone=True)
    walk.run()
    walk.ends(ids[1], Status.HELD, taken=0, code="content-missing")
    for letter in (ids[0], ids[2]):
        walk.ends(letter, Status.SENT)


@way
def a_letter_whose_seal_does_not_open_sinks_no_neighbour(walk: Walk) -> None:
    ids = letters(walk, 3)
    _spoil(walk, ids[1], "person", gone=False)
    for _ in range(8):
        walk.run()
        walk.pass_(seconds=61)
    walk.run()
    assert walk.see(ids[1]).status is Status.HELD
    assert not walk.world.ever_taken(ids[1])
    for letter in (ids[0], ids[2]):
        walk.ends(letter, Status.SENT)


def _spoil(walk: Walk, letter: UUID, part: str, *, gone: bool) -> None:
    """A part of the letter is no longer under the seal, or does not open any more."""
    mine = (sealed.c.owner == letter, sealed.c.part == part)
    with walk.house.ledger.engine.begin() as tx:
        tx.execute(delete(sealed).where(*mine) if gone else update(sealed).where(*mine).values(body=b"x" * 64))

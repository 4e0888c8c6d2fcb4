"""A reminder by text message rests on its letter: it goes once, at its time, or not at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from outbound import clock, delivery, desk
from outbound.desk import Hand
from outbound.intake import take_in
from outbound.ledger import reminders
from outbound.ledger.reminders import NO_ANSWER, Reminder
from outbound.ledger.reminders import ReminderState as S
from outbound.letter import Blame, Channel, Life, Mailbox, News, Person, Recipient, Role, TextMessage
from outbound.life import Status
from outbound.reports import Period, reminders_of
from outbound.story import story
from tests.audited import differences
from tests.delivery.walking import PAST_THE_LEASE, Walk
from tests.house import Killed, dispatches, submission
from tests.outside import HOME_ADDRESS
from tests.people import person

HAND = Hand("mester", "prøve")
DAY, HOUR = "2027-01-20", "10:15"
SAID = "Husk dit møde onsdag den 20. januar 2027 kl. 10.15. Kan du ikke komme, så giv os besked."


def danish(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.COPENHAGEN)


def notice(cpr: str | None = None, day: str = DAY, hour: str = HOUR, **changes: Any) -> Any:
    one = submission(cpr or person("well", 1), **changes)
    return replace(one, fields={**dict(one.fields or {}), "dag": day, "klokken": hour})


def one_letter(walk: Walk, **given: Any) -> UUID:
    """A letter that has left and arrived, where it can, with its reminder still to come."""
    (letter,) = walk.hand_in(notice(**given))
    arrive(walk)
    return letter


def arrive(walk: Walk) -> None:
    walk.run()
    walk.world.report()
    walk.run()


def see(walk: Walk, letter: UUID) -> Reminder:
    with walk.ledger.reading() as tx:
        found = reminders.reminder_of(tx, letter)
    assert found is not None
    return found


def work(walk: Walk) -> int:
    """The workers and the timer, once."""
    walk.run()
    return delivery.send_reminders(walk.house) + delivery.tidy_reminders(walk.house)


def at(walk: Walk, text: str) -> int:
    walk.clock.to(danish(text))
    return work(walk)


def stands(walk: Walk, letter: UUID) -> tuple[S, str | None]:
    now = see(walk, letter)
    return now.state, now.code


def audited(walk: Walk) -> list[str]:
    return differences(walk.ledger)


def count(walk: Walk, letter: UUID) -> list[tuple[str, str, int]]:
    with walk.ledger.reading() as tx:
        told = story(tx, letter)
    assert told is not None
    return [(one.stage, one.measure, one.amount) for one in told.money if one.measure.startswith("nemsms")]


def test_a_reminder_goes_at_its_time_and_not_before(walk: Walk) -> None:
    letter = one_letter(walk)
    assert see(walk, letter).planned_for == danish("2027-01-19T10:15")
    at(walk, "2027-01-19T10:14")
    assert (stands(walk, letter), walk.world.texts.calls) == ((S.PLANNED, None), 0)
    at(walk, "2027-01-19T10:15:01")
    assert stands(walk, letter) == (S.SENT, None)
    (sent,) = walk.world.texts.sent
    assert sent.id == see(walk, letter).id
    assert sent.recipient.cpr == person("well", 1)
    assert sent.text.startswith(SAID)
    assert work(walk) == 0
    assert walk.world.texts.calls == 1


def test_its_letter_stays_as_it_was(walk: Walk) -> None:
    letter = one_letter(walk)
    at(walk, "2027-01-19T08:00")
    before = walk.see(letter)
    at(walk, "2027-01-19T10:16")
    walk.world.digital_receipts.send(see(walk, letter).id, News.REFUSED, "recipient.is.closed", Blame.RECIPIENT)
    work(walk)
    assert stands(walk, letter) == (S.FAILED, "recipient.is.closed")
    assert walk.see(letter) == before
    assert walk.outcomes(letter) == ["taken"]


def test_a_receipt_says_that_it_arrived_however_often_and_in_what_order(walk: Walk) -> None:
    letter = one_letter(walk)
    at(walk, "2027-01-19T10:16")
    for news in (News.DELIVERED, News.RECEIVED, News.DELIVERED):
        walk.world.digital_receipts.send(see(walk, letter).id, news)
    work(walk)
    assert stands(walk, letter) == (S.DELIVERED, None)
    assert audited(walk) == []


def test_it_is_booked_once_and_taken_back_where_it_is_refused(walk: Walk) -> None:
    letter = one_letter(walk)
    at(walk, "2027-01-19T10:16")
    assert count(walk, letter) == [("booked", "nemsms-porto", 5)]
    assert audited(walk) == []
    walk.world.digital_receipts.send(see(walk, letter).id, News.REFUSED, "recipient.is.closed", Blame.RECIPIENT)
    work(walk)
    assert count(walk, letter) == [("booked", "nemsms-porto", 5), ("corrected", "nemsms-porto", -5)]
    assert audited(walk) == []


def test_paper_is_reminded_of_too(walk: Walk) -> None:
    walk.world.enrolment.default = Mailbox.EXEMPT
    letter = one_letter(walk)
    assert walk.see(letter).channel is Channel.PRINT
    at(walk, "2027-01-19T10:16")
    assert stands(walk, letter) == (S.SENT, None)


def test_a_cancelled_letter_takes_its_reminder_with_it(walk: Walk) -> None:
    (letter,) = walk.hand_in(notice(not_before=danish("2027-01-15").date()))
    desk.cancel(walk.house, letter, HAND)
    work(walk)
    assert stands(walk, letter) == (S.DROPPED, "letter-cancelled")
    at(walk, "2027-01-19T10:16")
    assert walk.world.texts.calls == 0


def come_back(walk: Walk, letter: UUID) -> None:
    walk.world.paper_receipts.send(dispatches(walk.house, letter)[0].id, News.RETURNED)
    walk.run()


LAST_MOMENT: dict[str, Callable[[Walk, UUID], object]] = {
    "cancelled": lambda walk, letter: desk.stop_reminder(walk.house, letter, HAND),
    "letter-replaced": lambda walk, letter: desk.resend(walk.house, letter, HAND),
    "letter-returned": come_back,
    "too-late": lambda walk, letter: walk.clock.to(danish("2027-01-20T10:15")),
}


@pytest.mark.parametrize("code", LAST_MOMENT)
def test_what_happens_at_the_last_moment_is_seen_before_the_text_message_goes(walk: Walk, code: str) -> None:
    """Between the claim and the first byte: the ledger is asked again."""
    walk.setting(send_lease=100_000.0)
    walk.world.enrolment.default = Mailbox.EXEMPT
    letter = one_letter(walk)
    walk.clock.to(danish("2027-01-19T10:16"))
    asked = walk.world.texts.registered

    def and_meanwhile(ids: Any) -> Any:
        LAST_MOMENT[code](walk, letter)
        return asked(ids)

    walk.world.texts.registered = and_meanwhile  # type: ignore[method-assign]
    delivery.send_reminders(walk.house)
    assert stands(walk, letter) == (S.DROPPED, code)
    assert walk.world.texts.calls == 0


@pytest.mark.parametrize(
    ("news", "state"), [(News.RETURNED, (S.DROPPED, "letter-returned")), (News.DELIVERED, (S.SENT, None))]
)
def test_a_letter_that_came_back_is_not_reminded_of(walk: Walk, news: News, state: tuple[S, str | None]) -> None:
    walk.world.enrolment.default = Mailbox.EXEMPT
    (letter,) = walk.hand_in(notice())
    walk.run()
    walk.world.report(news)
    walk.run()
    at(walk, "2027-01-19T10:16")
    assert stands(walk, letter) == state


def test_a_letter_that_has_not_left_waits_and_its_reminder_with_it(walk: Walk) -> None:
    walk.world.enrolment.default = Mailbox.UNKNOWN
    letter = one_letter(walk)
    at(walk, "2027-01-19T10:16")
    assert stands(walk, letter) == (S.PLANNED, "letter-held")
    walk.world.enrolment.default = Mailbox.ENROLLED
    desk.release(walk.house, letter, HAND)
    arrive(walk)
    at(walk, "2027-01-19T11:00")
    assert stands(walk, letter) == (S.SENT, None)


def test_a_letter_that_never_leaves_has_no_reminder(walk: Walk) -> None:
    walk.world.enrolment.default = Mailbox.UNKNOWN
    letter = one_letter(walk)
    for hour in ("10:16", "14:00", "19:59"):
        at(walk, f"2027-01-19T{hour}")
    at(walk, "2027-01-20T10:15")
    assert stands(walk, letter) == (S.DROPPED, "letter-held")
    assert walk.world.texts.calls == 0


def test_a_mended_letter_has_one_reminder(walk: Walk) -> None:
    walk.world.enrolment.default = Mailbox.EXEMPT
    (letter,) = walk.hand_in(notice(not_before=danish("2027-01-15").date()))
    planned = see(walk, letter)
    desk.mend_address(walk.house, letter, HOME_ADDRESS, HAND)
    at(walk, "2027-01-15T12:00")
    arrive(walk)
    assert see(walk, letter).id == planned.id
    at(walk, "2027-01-19T10:16")
    at(walk, "2027-01-19T12:00")
    assert len(walk.world.texts.sent) == 1


def test_a_letter_sent_again_takes_over_the_reminder(walk: Walk) -> None:
    letter = one_letter(walk)
    again = desk.resend(walk.house, letter, HAND)
    arrive(walk)
    at(walk, "2027-01-19T10:16")
    assert stands(walk, letter) == (S.DROPPED, "letter-replaced")
    assert stands(walk, again) == (S.SENT, None)
    assert len(walk.world.texts.sent) == 1


def test_a_letter_sent_again_after_its_reminder_has_none_of_its_own(walk: Walk) -> None:
    walk.world.texts.plan = lambda message: "drop"
    letter = one_letter(walk, hour="20:30")
    at(walk, "2027-01-20T08:01")
    assert see(walk, letter).state is S.SENDING
    again = desk.resend(walk.house, letter, HAND)
    once_more = desk.resend(walk.house, again, HAND) if walk.see(again).status is Status.SENT else None
    work(walk)
    assert stands(walk, again)[0] is S.DROPPED
    assert once_more is None or stands(walk, once_more)[0] is S.DROPPED
    assert len(walk.world.texts.sent) == 1


def test_one_that_was_reminded_is_not_reminded_again_by_a_letter_that_follows(walk: Walk) -> None:
    """The one that is sent again was handed in long before its meeting, and its reminder lies ahead."""
    first = one_letter(walk)
    at(walk, "2027-01-19T10:16")
    with walk.ledger.writing() as tx:
        (again,) = take_in(tx, walk.house, notice(day="2027-01-27", follows=first)).letters
    arrive(walk)
    at(walk, "2027-01-26T10:16")
    assert stands(walk, again) == (S.DROPPED, "reminded-before")
    assert len(walk.world.texts.sent) == 1


def test_the_dead_are_not_reminded(walk: Walk) -> None:
    letter = one_letter(walk)
    walk.world.persons.default = Person(Life.DEAD)
    at(walk, "2027-01-19T10:16")
    assert stands(walk, letter) == (S.DROPPED, "recipient-dead")
    assert walk.world.texts.calls == 0


def test_a_letter_held_for_a_death_has_no_reminder(walk: Walk) -> None:
    walk.world.enrolment.default = Mailbox.CLOSED
    letter = one_letter(walk)
    assert walk.see(letter).held_code == "mailbox-closed"
    at(walk, "2027-01-19T10:16")
    assert stands(walk, letter) == (S.DROPPED, "recipient-dead")


def test_whoever_has_no_nemsms_gets_none(walk: Walk) -> None:
    letter = one_letter(walk)
    walk.world.texts.default = False
    at(walk, "2027-01-19T10:16")
    assert stands(walk, letter) == (S.DROPPED, "no-nemsms")


def test_a_look_up_without_an_answer_waits_and_then_it_is_too_late(walk: Walk) -> None:
    letter, other = walk.hand_in(notice(), notice(person("well", 2)))
    arrive(walk)
    walk.world.texts.answers = {person("well", 1): None}
    at(walk, "2027-01-19T10:16")
    assert stands(walk, letter) == (S.PLANNED, "look-up-unknown")
    assert stands(walk, other) == (S.SENT, None)
    at(walk, "2027-01-19T10:16:30")
    assert see(walk, letter).tries == 0
    at(walk, "2027-01-20T10:15")
    assert stands(walk, letter) == (S.DROPPED, "look-up-unknown")


def test_a_person_register_without_an_answer_waits(walk: Walk) -> None:
    letter = one_letter(walk)
    walk.world.persons.default = Person(Life.UNKNOWN)
    at(walk, "2027-01-19T10:16")
    assert stands(walk, letter) == (S.PLANNED, "person-unknown")
    walk.world.persons.default = Person(Life.ALIVE)
    at(walk, "2027-01-19T10:20")
    assert stands(walk, letter) == (S.SENT, None)


def test_a_dropped_answer_is_not_sent_twice_and_its_receipt_is_believed(walk: Walk) -> None:
    walk.world.texts.plan = lambda message: "drop"
    letter = one_letter(walk)
    for moment in ("2027-01-19T10:16", "2027-01-19T12:00", "2027-01-19T18:00", "2027-01-20T09:00"):
        at(walk, moment)
    assert stands(walk, letter) == (S.SENDING, NO_ANSWER)
    at(walk, "2027-01-25T09:00")
    assert stands(walk, letter) == (S.FAILED, NO_ANSWER)
    assert (walk.world.texts.calls, audited(walk)) == (1, [])
    walk.world.digital_receipts.send(see(walk, letter).id, News.DELIVERED)
    work(walk)
    assert stands(walk, letter) == (S.DELIVERED, None)
    assert audited(walk) == []


def test_a_dropped_answer_is_repeated_under_the_same_id_where_that_is_safe(walk: Walk) -> None:
    walk.world.texts.repeat_is_safe = True
    moods = iter(["drop", "refuse"])
    walk.world.texts.plan = lambda message: next(moods, "take")
    letter = one_letter(walk)
    at(walk, "2027-01-19T10:16")
    at(walk, "2027-01-19T10:18")
    assert stands(walk, letter) == (S.SENDING, NO_ANSWER)  # a refusal of a repeat tells nothing of the first
    at(walk, "2027-01-19T10:20")
    assert stands(walk, letter) == (S.SENT, None)
    assert (walk.world.texts.calls, len(walk.world.texts.sent)) == (3, 1)


def test_a_doubt_is_not_repeated_after_its_meeting(walk: Walk) -> None:
    walk.world.texts.repeat_is_safe = True
    walk.world.texts.plan = lambda message: "drop"
    letter = one_letter(walk)
    at(walk, "2027-01-19T10:16")
    at(walk, "2027-01-20T10:15")
    assert stands(walk, letter) == (S.FAILED, NO_ANSWER)
    assert walk.world.texts.calls == 1


@pytest.mark.parametrize("mood", ["unavailable", "misconfigured"])
def test_an_outage_is_waited_out(walk: Walk, mood: str) -> None:
    letters = walk.hand_in(notice(), notice(person("well", 2)))
    arrive(walk)
    walk.world.texts.plan = lambda message: mood
    at(walk, "2027-01-19T10:16")
    assert walk.world.texts.calls == 1  # the other is not even tried
    assert {see(walk, letter).state for letter in letters} == {S.PLANNED}
    walk.world.texts.plan = None
    at(walk, "2027-01-19T10:40")
    assert {see(walk, letter).state for letter in letters} == {S.SENT}


@pytest.mark.parametrize(
    ("mood", "state"),
    [("refuse", (S.FAILED, "recipient.is.closed")), ("refuse-unknown", (S.SENDING, NO_ANSWER))],
)
def test_a_no_ends_it_and_a_code_that_nobody_knows_leaves_a_doubt(walk: Walk, mood: str, state: tuple[S, str]) -> None:
    walk.world.texts.plan = lambda message: mood
    letter = one_letter(walk)
    at(walk, "2027-01-19T10:16")
    at(walk, "2027-01-19T12:00")
    assert stands(walk, letter) == state
    assert walk.world.texts.calls == 1


@pytest.mark.parametrize("place", ["calling", "taken"])
def test_a_worker_killed_in_the_middle_leaves_a_doubt(walk: Walk, place: str) -> None:
    def die(reached: str, message: TextMessage) -> None:
        if reached == place:
            raise Killed

    walk.world.texts.hook = die
    letter = one_letter(walk)
    walk.clock.to(danish("2027-01-19T10:16"))
    with pytest.raises(Killed):
        delivery.send_reminders(walk.house)
    walk.world.texts.hook = None
    assert work(walk) == 0  # its lease still stands
    walk.pass_(seconds=PAST_THE_LEASE)
    work(walk)
    work(walk)
    assert stands(walk, letter) == (S.SENDING, NO_ANSWER)
    assert walk.world.texts.calls == 1


def test_a_worker_that_dies_of_one_before_it_is_begun_dies_of_it_alone_and_not_for_ever(walk: Walk) -> None:
    letter, other = walk.hand_in(notice(), notice(person("well", 2)))
    arrive(walk)
    walk.clock.to(danish("2027-01-19T10:16"))
    asked, deaths = walk.world.texts.registered, 0

    def die(ids: Any) -> Any:
        nonlocal deaths
        if any(one.cpr == person("well", 1) for one in ids):
            deaths += 1
            raise Killed
        return asked(ids)

    walk.world.texts.registered = die  # type: ignore[method-assign]
    for _ in range(12):
        try:
            work(walk)
        except Killed:
            walk.pass_(seconds=PAST_THE_LEASE)
    assert stands(walk, letter) == (S.DROPPED, "kills-its-worker")
    assert stands(walk, other) == (S.SENT, None)
    assert deaths == walk.house.settings.deaths_alone + 1
    assert walk.world.texts.calls == 1


def test_a_doubt_left_at_one_supplier_is_never_repeated_at_another(walk: Walk) -> None:
    walk.world.texts.repeat_is_safe = True
    walk.world.texts.plan = lambda message: "drop"
    letter, other = one_letter(walk), one_letter(walk, cpr=person("well", 2), hour="12:15")
    at(walk, "2027-01-19T10:16")
    assert stands(walk, letter) == (S.SENDING, NO_ANSWER)
    walk.world.texts.provider, walk.world.texts.plan = "sf1601-digital", None
    with walk.ledger.reading() as tx:
        assert reminders.due(tx, delivery.repeats(walk.house)) == 0
    at(walk, "2027-01-19T11:16")
    assert stands(walk, letter) == (S.FAILED, NO_ANSWER)
    at(walk, "2027-01-19T12:16")
    assert (stands(walk, other), walk.world.texts.calls) == ((S.SENT, None), 2)


@pytest.mark.parametrize("after", [False, True], ids=["before-the-commit", "after-it"])
@pytest.mark.parametrize("at_commit", range(1, 6))
def test_a_crash_at_any_commit_sends_it_at_most_once(walk: Walk, at_commit: int, after: bool) -> None:
    letter = one_letter(walk)
    walk.clock.to(danish("2027-01-19T10:16"))
    fate = walk.ledger.fate
    fate.commits, fate.die_at, fate.after = 0, at_commit, after
    for _ in range(6):
        try:
            work(walk)
        except BaseException as crash:
            if type(crash).__name__ != "Crash":
                raise
            fate.die_at = None
        walk.pass_(seconds=PAST_THE_LEASE)
    fate.die_at = None
    assert walk.world.texts.calls <= 1
    assert stands(walk, letter) in ((S.SENT, None), (S.SENDING, NO_ANSWER))
    assert (see(walk, letter).state is S.SENT) <= (walk.world.texts.calls == 1)
    assert audited(walk) == []


def test_two_workers_send_it_once(walk: Walk) -> None:
    """The second finds nothing to claim; the first's lease ran out, and it may not begin any more."""
    letter = one_letter(walk)
    walk.clock.to(danish("2027-01-19T10:16"))
    asked = walk.world.texts.registered

    def stall(ids: Any) -> Any:
        walk.world.texts.registered = asked  # type: ignore[method-assign]
        walk.pass_(seconds=PAST_THE_LEASE)
        work(walk)
        work(walk)
        return asked(ids)

    walk.world.texts.registered = stall  # type: ignore[method-assign]
    delivery.send_reminders(walk.house)
    assert walk.world.texts.calls == 1
    assert stands(walk, letter) == (S.SENT, None)


def test_nobody_is_written_to_at_night(walk: Walk) -> None:
    letter = one_letter(walk, hour="07:30")
    assert see(walk, letter).planned_for == danish("2027-01-19T08:00")
    late = one_letter(walk, cpr=person("well", 2))
    walk.clock.to(danish("2027-01-19T21:00"))  # everything stood still all day
    work(walk)
    assert stands(walk, letter) == (S.DROPPED, "quiet-hours")  # at 8 its meeting is over
    assert stands(walk, late) == (S.PLANNED, "quiet-hours")
    assert see(walk, late).due_at == danish("2027-01-20T08:00")
    at(walk, "2027-01-20T08:00:01")
    assert stands(walk, late) == (S.SENT, None)
    assert len(walk.world.texts.sent) == 1


@pytest.mark.parametrize(
    ("day", "hour", "planned"),
    [
        ("2027-02-01", "10:15", "2027-01-31T10:15"),
        ("2027-03-01", "09:00", "2027-02-28T09:00"),
        ("2027-03-29", "09:00", "2027-03-28T09:00"),  # summer time began at 2 that night
        ("2027-11-01", "09:00", "2027-10-31T09:00"),  # winter time began at 3 that night
    ],
)
def test_the_day_before_is_the_day_before(walk: Walk, day: str, hour: str, planned: str) -> None:
    letter = one_letter(walk, day=day, hour=hour)
    assert see(walk, letter).planned_for == danish(planned)
    at(walk, f"{planned[:10]}T08:59")
    assert walk.world.texts.calls == 0
    at(walk, planned)
    walk.pass_(seconds=1)
    work(walk)
    assert len(walk.world.texts.sent) == 1
    with walk.ledger.reading() as tx:
        assert reminders_of(tx, Period.month(int(planned[:4]), int(planned[5:7])))["beskaeftigelse"].sent == 1


def test_a_letter_that_comes_later_than_its_reminder_has_none(walk: Walk) -> None:
    letter = one_letter(walk, day="2027-01-13", hour="09:00")
    assert stands(walk, letter) == (S.DROPPED, "letter-came-too-late")
    at(walk, "2027-01-13T08:30")
    assert walk.world.texts.calls == 0


def test_what_stands_still_is_not_reminded_of(walk: Walk) -> None:
    letter = one_letter(walk)
    for scope, key in (("channel", "digital"), ("system", "jobcenter"), ("type", "moedeindkaldelse")):
        desk.pause(walk.house, scope, key, HAND)
        at(walk, "2027-01-19T10:16")
        assert stands(walk, letter) == (S.PLANNED, None)
        desk.resume(walk.house, scope, key, HAND)
    work(walk)
    assert stands(walk, letter) == (S.SENT, None)


def test_what_stands_still_to_its_meeting_is_dropped_all_the_same(walk: Walk) -> None:
    letter = one_letter(walk)
    desk.pause(walk.house, "channel", "digital", HAND)
    at(walk, "2027-01-20T10:15")
    assert stands(walk, letter) == (S.DROPPED, "too-late")


def test_a_reminder_that_somebody_stopped_does_not_come_back_with_a_letter_sent_again(walk: Walk) -> None:
    letter = one_letter(walk)
    desk.stop_reminder(walk.house, letter, HAND)
    again = desk.resend(walk.house, letter, HAND)
    arrive(walk)
    at(walk, "2027-01-19T10:16")
    assert stands(walk, again) == (S.DROPPED, "cancelled")
    assert walk.world.texts.calls == 0


def test_a_reminder_that_somebody_stops_is_not_sent(walk: Walk) -> None:
    letter = one_letter(walk)
    desk.stop_reminder(walk.house, letter, HAND)
    at(walk, "2027-01-19T10:16")
    assert stands(walk, letter) == (S.DROPPED, "cancelled")
    assert walk.see(letter).status is Status.DELIVERED
    with pytest.raises(desk.DeskRefusal):
        desk.stop_reminder(walk.house, letter, HAND)


def test_a_recipient_without_a_number_has_no_reminder(walk: Walk) -> None:
    one = notice(recipients=(Recipient(Role.PARTY, "Solvej Prøvesen", address=HOME_ADDRESS),))
    (letter,) = walk.hand_in(one)
    with walk.ledger.reading() as tx:
        assert reminders.reminder_of(tx, letter) is None


def test_a_house_without_the_way_there_sends_none(walk: Walk) -> None:
    walk.house = replace(walk.house, outside=replace(walk.house.outside, text_messages=None))
    letter = one_letter(walk)
    assert at(walk, "2027-01-19T10:16") == 0
    assert stands(walk, letter) == (S.PLANNED, None)
    at(walk, "2027-01-20T10:16")
    assert stands(walk, letter) == (S.DROPPED, "too-late")

"""Many letters at once: what is seen before is what is done; it goes on after a death, is undone, and harms nobody."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from outbound import clock, delivery, desk, many
from outbound.delivery import House
from outbound.desk import STOP_REMINDER, DeskRefusal, Hand, Verb
from outbound.ledger import batches
from outbound.ledger import tables as t
from outbound.ledger.batches import Phase, Row
from outbound.ledger.search import Wanted
from outbound.letter import Channel, Lane, News
from outbound.life import Status
from outbound.many import Order
from outbound.rendering import LetterTypes
from outbound.seal import Part
from outbound.story import story
from tests.delivery.walking import run_to_rest
from tests.house import Crash, CrashingLedger, MovingClock, events, hand_in, look, submission
from tests.outside import World
from tests.people import person

HAND = Hand("mester", "de gik til den forkerte")
OF_JOBCENTER = Wanted(system="jobcenter")


@pytest.fixture
def letters(house: House) -> list[UUID]:
    """Five that have just come in."""
    return sorted(hand_in(house, *(submission(person("well", number)) for number in range(5))))


def order(verb: str, wanted: Wanted = OF_JOBCENTER, ids: Sequence[UUID] = (), channel: Channel | None = None) -> Order:
    return Order(verb, wanted, tuple(ids), channel)


def begin(house: House, what: Order, hand: Hand = HAND) -> UUID:
    """As somebody does who has looked at it first."""
    return many.begin(house, what, many.preview(house, what).listed, hand)


def work(house: House, rounds: int = 50) -> None:
    """The workers, until no batch has anything to do now."""
    for _ in range(rounds):
        if not many.work(house):
            return
    raise AssertionError("the batches never end")


def counts(house: House, batch: UUID) -> dict[Row, int]:
    with house.ledger.reading() as tx:
        return batches.counts(tx, batch)


def reasons(house: House, batch: UUID, state: Row = Row.REFUSED) -> dict[str, int]:
    with house.ledger.reading() as tx:
        return batches.reasons(tx, batch, state)


def phase(house: House, batch: UUID) -> Phase:
    with house.ledger.reading() as tx:
        found = batches.find(tx, batch)
    assert found is not None
    return found.phase


def states(house: House, letters: Sequence[UUID]) -> list[Status]:
    return [look(house, one).status for one in letters]


def test_what_is_previewed_is_what_is_done(house: House, letters: list[UUID]) -> None:
    desk.cancel(house, letters[0], HAND)
    desk.hold(house, letters[1], HAND)
    seen = many.preview(house, order(Verb.HOLD))
    assert (seen.letters, seen.fits, seen.unfit) == (5, 3, {Status.CANCELLED: 1, Status.HELD: 1})
    assert (seen.systems, seen.types) == ({"jobcenter": 3}, {"moedeindkaldelse": 3})
    batch = begin(house, order(Verb.HOLD))
    work(house)
    assert counts(house, batch) == {Row.DONE: 3}
    assert states(house, letters) == [Status.CANCELLED, *[Status.HELD] * 4]
    assert phase(house, batch) is Phase.OVER


def test_a_preview_changes_nothing(house: House, letters: list[UUID]) -> None:
    many.preview(house, order(Verb.CANCEL))
    assert states(house, letters) == [Status.RECEIVED] * 5
    with house.ledger.reading() as tx:
        assert tx.execute(select(func.count()).select_from(t.batch)).scalar_one() == 0


def test_letters_that_came_after_the_look_are_not_swept_in(
    house: House, letters: list[UUID], moving_clock: MovingClock
) -> None:
    what = order(Verb.HOLD, Wanted(system="jobcenter", came_by=clock.now()))
    seen = many.preview(house, what).listed
    moving_clock.pass_(seconds=5)
    (late,) = hand_in(house, submission(person("well", 9)))
    many.begin(house, what, seen, HAND)
    work(house)
    assert look(house, late).status is Status.RECEIVED


def test_more_letters_than_were_seen_are_refused(house: House, letters: list[UUID]) -> None:
    with pytest.raises(DeskRefusal) as refusal:
        many.begin(house, order(Verb.HOLD), 4, HAND)
    assert refusal.value.code == "more-than-seen"
    work(house)
    assert states(house, letters) == [Status.RECEIVED] * 5


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (order(Verb.HOLD, Wanted()), "everything"),
        (order(Verb.HOLD, Wanted(came_by=clock.now())), "everything"),
        (order(Verb.MEND), "no-such-verb"),
        (order("drop table"), "no-such-verb"),
        (order(Verb.REROUTE), "no-such-verb"),
        (order(Verb.HOLD, channel=Channel.PRINT), "no-such-verb"),
        (order(Verb.HOLD, Wanted(system="boligstoette")), "none"),
    ],
)
def test_an_order_that_says_too_little_is_refused(house: House, letters: list[UUID], what: Order, code: str) -> None:
    with pytest.raises(DeskRefusal) as refusal:
        many.begin(house, what, 100, HAND)
    assert refusal.value.code == code


def test_nobody_acts_on_many_without_a_name_and_a_why(house: House, letters: list[UUID]) -> None:
    for hand in (Hand("", "derfor"), Hand("mester", "  ")):
        with pytest.raises(DeskRefusal):
            begin(house, order(Verb.HOLD), hand)


def test_no_more_letters_than_a_batch_takes(house: House, letters: list[UUID]) -> None:
    small = replace(house, settings=house.settings.model_copy(update={"batch_letters": 4}))
    with pytest.raises(DeskRefusal) as refusal:
        many.preview(small, order(Verb.HOLD))
    assert refusal.value.code == "too-many"


def test_only_the_named_letters_are_meant_and_only_those_of_ones_departments(house: House, letters: list[UUID]) -> None:
    begin(house, order(Verb.HOLD, Wanted(), letters[:2]))
    work(house)
    assert states(house, letters) == [Status.HELD] * 2 + [Status.RECEIVED] * 3
    others = Wanted(departments=frozenset({"ingen-afdeling"}))
    assert many.preview(house, order(Verb.HOLD, others, letters)).letters == 0


def test_each_letters_story_has_the_act_with_its_batch_and_the_why_is_sealed_once(
    house: House, letters: list[UUID]
) -> None:
    batch = begin(house, order(Verb.HOLD))
    work(house)
    for one in letters:
        with house.ledger.reading() as tx:
            found = story(tx, one)
        assert found is not None
        assert [(act.verb, act.by, act.batch) for act in found.acts] == [("hold", "mester", batch)]
    with house.ledger.writing() as tx:
        assert house.seal.open(tx, batch, "why", "test", "test") == HAND.why.encode()
        whys = tx.execute(select(func.count()).select_from(t.sealed).where(t.sealed.c.part == "why")).scalar_one()
    assert whys == 1


def test_a_letter_that_does_not_fit_hinders_no_other_and_says_why(house: House, letters: list[UUID]) -> None:
    batch = begin(house, order(Verb.HOLD))
    delivery.render_handful(house, Lane.SINGLE)
    delivery.route_handful(house, Lane.SINGLE)
    desk.reroute(house, letters[0], Channel.PRINT, HAND)
    delivery.send_handful(house, Channel.DIGITAL, Lane.SINGLE)
    work(house)
    assert counts(house, batch) == {Row.REFUSED: 5}
    assert reasons(house, batch) == {"is-sent": 4, "acted-since": 1}


def test_a_worker_that_dies_at_any_commit_forgets_no_letter_and_treats_none_twice(house: House) -> None:
    ledger = house.ledger
    assert isinstance(ledger, CrashingLedger)
    small = replace(house, settings=house.settings.model_copy(update={"handful": 2}))
    for die_at in range(1, 9):
        for after in (False, True):
            ids = hand_in(house, *(submission(person("well", number)) for number in range(3)))
            batch = begin(small, order(Verb.HOLD, ids=ids))
            ledger.fate.commits, ledger.fate.die_at, ledger.fate.after = 0, die_at, after
            for _ in range(20):
                try:
                    many.work(small)
                except Crash:
                    ledger.fate.die_at = None
            assert counts(house, batch) == {Row.DONE: 3}, (die_at, after)
            assert all(events(house, letter).count("held-by-person") == 1 for letter in ids)
            assert phase(house, batch) is Phase.OVER
            ledger.fate.die_at = None


def test_two_workers_on_one_batch_treat_no_letter_twice(house: House, letters: list[UUID]) -> None:
    """The second has read the same list before the first has done anything."""
    batch = begin(house, order(Verb.HOLD))
    ledger = house.ledger
    assert isinstance(ledger, CrashingLedger)

    def second() -> None:
        ledger.fate.before_each = None
        work(house)

    ledger.fate.before_each = second
    many.work(house)
    work(house)
    assert counts(house, batch) == {Row.DONE: 5}
    assert all(events(house, one).count("held-by-person") == 1 for one in letters)


def test_letters_that_are_to_be_cancelled_stand_still_at_once_and_are_cancelled_later(
    house: House, letters: list[UUID], moving_clock: MovingClock
) -> None:
    batch = begin(house, order(Verb.CANCEL))
    work(house)
    run_to_rest(house)
    assert states(house, letters) == [Status.HELD] * 5
    moving_clock.pass_(minutes=house.settings.cancel_minutes + 1)
    work(house)
    assert states(house, letters) == [Status.CANCELLED] * 5
    assert counts(house, batch) == {Row.DONE: 5}
    with pytest.raises(DeskRefusal) as refusal:
        many.undo(house, batch, HAND)
    assert refusal.value.code == "no-undo"


def test_a_cancellation_is_called_off_and_what_was_held_before_stays_held(
    house: House, letters: list[UUID], world: World, moving_clock: MovingClock
) -> None:
    desk.hold(house, letters[0], HAND)
    batch = begin(house, order(Verb.CANCEL))
    work(house)
    many.undo(house, batch, HAND)
    work(house)
    moving_clock.pass_(hours=1)
    work(house)
    run_to_rest(house)
    assert states(house, letters) == [Status.HELD, *[Status.SENT] * 4]
    assert counts(house, batch) == {Row.UNDONE: 5}


@pytest.mark.parametrize("first_undone", [0, 1])
def test_of_two_cancellations_at_once_each_undoes_what_it_stopped(
    house: House, letters: list[UUID], moving_clock: MovingClock, first_undone: int
) -> None:
    """Both are begun before a worker comes, and both are undone: no letter stands still."""
    small = replace(house, settings=house.settings.model_copy(update={"handful": 2}))
    both = [begin(house, order(Verb.CANCEL))]
    many.work(small)
    moving_clock.pass_(seconds=1)
    both.append(begin(house, order(Verb.CANCEL)))
    work(small)
    assert reasons(house, both[1])["being-cancelled"] >= 2
    assert counts(house, both[0])[Row.STOPPED] + counts(house, both[1]).get(Row.STOPPED, 0) == 5
    for batch in (both[first_undone], both[1 - first_undone]):
        many.undo(house, batch, HAND)
        work(house)
    run_to_rest(house)
    assert states(house, letters) == [Status.SENT] * 5
    assert sum(counts(house, batch)[Row.UNDONE] for batch in both if Row.UNDONE in counts(house, batch)) == 5


@pytest.mark.parametrize(("verb", "channel"), [(Verb.RELEASE, None), (Verb.REROUTE, Channel.PRINT)])
def test_letters_that_are_being_cancelled_are_let_go_by_no_other_batch(
    house: House, letters: list[UUID], moving_clock: MovingClock, verb: Verb, channel: Channel | None
) -> None:
    cancelling = begin(house, order(Verb.CANCEL))
    work(house)
    moving_clock.pass_(seconds=1)
    other = begin(house, order(verb, channel=channel))
    work(house)
    assert reasons(house, other) == {"being-cancelled": 5}
    many.undo(house, cancelling, HAND)
    work(house)
    run_to_rest(house)
    assert states(house, letters) == [Status.SENT] * 5


def test_a_letter_that_somebody_released_meanwhile_is_not_cancelled(
    house: House, letters: list[UUID], moving_clock: MovingClock
) -> None:
    batch = begin(house, order(Verb.CANCEL))
    work(house)
    desk.release(house, letters[0], HAND)
    moving_clock.pass_(hours=1)
    work(house)
    assert states(house, letters) == [Status.RECEIVED, *[Status.CANCELLED] * 4]
    assert reasons(house, batch) == {"acted-since": 1}


def test_a_release_is_undone_for_those_that_have_not_left(house: House, letters: list[UUID]) -> None:
    for one in letters:
        desk.hold(house, one, HAND)
    batch = begin(house, order(Verb.RELEASE, Wanted(status=Status.HELD)))
    work(house)
    delivery.render_handful(house, Lane.SINGLE)
    desk.cancel(house, letters[0], HAND)
    many.undo(house, batch, HAND)
    work(house)
    assert states(house, letters) == [Status.CANCELLED, *[Status.HELD] * 4]
    assert counts(house, batch) == {Row.KEPT: 1, Row.UNDONE: 4}
    assert reasons(house, batch, Row.KEPT) == {"is-cancelled": 1}


def test_what_has_left_is_kept_by_an_undo_and_says_so(house: House, letters: list[UUID]) -> None:
    for one in letters:
        desk.hold(house, one, HAND)
    batch = begin(house, order(Verb.RELEASE, Wanted(status=Status.HELD)))
    work(house)
    run_to_rest(house)
    many.undo(house, batch, HAND)
    work(house)
    assert states(house, letters) == [Status.SENT] * 5
    assert reasons(house, batch, Row.KEPT) == {"is-sent": 5}


def test_a_hold_is_undone_by_letting_go(house: House, letters: list[UUID]) -> None:
    batch = begin(house, order(Verb.HOLD))
    work(house)
    many.undo(house, batch, HAND)
    work(house)
    run_to_rest(house)
    assert states(house, letters) == [Status.SENT] * 5


@pytest.mark.parametrize("held_before", [False, True])
def test_a_choice_of_channel_is_taken_back(house: House, letters: list[UUID], held_before: bool) -> None:
    desk.reroute(house, letters[0], Channel.DIGITAL, HAND)
    if held_before:
        for one in letters:
            desk.hold(house, one, HAND)
    batch = begin(house, order(Verb.REROUTE, channel=Channel.PRINT))
    work(house)
    assert {look(house, one).forced for one in letters} == {Channel.PRINT}
    many.undo(house, batch, HAND)
    work(house)
    assert [look(house, one).forced for one in letters] == [Channel.DIGITAL, None, None, None, None]
    assert states(house, letters) == [Status.HELD if held_before else Status.RECEIVED] * 5
    with house.ledger.writing() as tx:
        why = house.seal.open_parts(tx, [Part(batch, "undo-why")], "test", "test")
    assert list(why.values()) == [HAND.why.encode()]


def test_returned_post_is_seen_to_and_that_is_undone(house: House, letters: list[UUID], world: World) -> None:
    run_to_rest(house)
    world.report(News.RETURNED)
    run_to_rest(house)
    batch = begin(house, order(Verb.ACKNOWLEDGE))
    work(house)
    assert all(look(house, one).acknowledged_at for one in letters)
    many.undo(house, batch, HAND)
    work(house)
    assert not any(look(house, one).acknowledged_at for one in letters)


def test_half_done_the_rest_is_left(house: House, letters: list[UUID]) -> None:
    small = replace(house, settings=house.settings.model_copy(update={"handful": 2}))
    batch = begin(small, order(Verb.HOLD))
    many.work(small)
    many.end(house, batch, HAND)
    work(house)
    assert counts(house, batch) == {Row.DONE: 2, Row.WAITING: 3}
    assert states(house, letters) == [Status.HELD] * 2 + [Status.RECEIVED] * 3


def test_undone_half_way_the_rest_is_never_begun(house: House, letters: list[UUID]) -> None:
    small = replace(house, settings=house.settings.model_copy(update={"handful": 2}))
    batch = begin(small, order(Verb.HOLD))
    many.work(small)
    many.undo(house, batch, HAND)
    work(small)
    assert counts(house, batch) == {Row.UNDONE: 2, Row.WAITING: 3}
    assert states(house, letters) == [Status.RECEIVED] * 5


@pytest.mark.parametrize("later_first", [False, True])
def test_of_two_batches_on_the_same_letters_the_later_one_stands(
    house: House, letters: list[UUID], moving_clock: MovingClock, later_first: bool
) -> None:
    """Somebody releases them all, somebody else cancels them all before a worker has come to it."""
    for one in letters:
        desk.hold(house, one, HAND)
    release = begin(house, order(Verb.RELEASE, Wanted(status=Status.HELD)))
    moving_clock.pass_(seconds=1)
    cancel = begin(house, order(Verb.CANCEL, Wanted(status=Status.HELD)), Hand("svend", "fejl"))
    if later_first:
        with house.ledger.writing() as tx:
            batches.turn(tx, cancel, Phase.STOP, due_at=clock.now() - timedelta(hours=1))
    many.work(house)
    work(house)
    moving_clock.pass_(hours=1)
    work(house)
    run_to_rest(house)
    assert states(house, letters) == [Status.CANCELLED] * 5
    assert counts(house, cancel) == {Row.DONE: 5}
    assert sum(counts(house, release).values()) == 5


@pytest.mark.parametrize("verb", sorted(many.ACTS))
def test_every_verb_for_many_does_what_the_desk_does_with_one(house: House, letters: list[UUID], verb: str) -> None:
    """Also where it fits none: each is refused, and nothing else happens."""
    channel = Channel.PRINT if verb == Verb.REROUTE else None
    what = order(verb, ids=letters, channel=channel)
    seen = many.preview(house, what)
    if not seen.listed:
        with pytest.raises(DeskRefusal, match="No letter is meant"):
            begin(house, what)
        return
    told = counts(house, _worked(house, what))
    assert told.get(Row.DONE, 0) + told.get(Row.STOPPED, 0) == seen.fits


def _worked(house: House, what: Order) -> UUID:
    batch = begin(house, what)
    work(house)
    return batch


def test_a_resent_letter_carries_the_why_of_its_batch(house: House, letters: list[UUID]) -> None:
    run_to_rest(house)
    begin(house, order(Verb.RESEND, ids=letters[:1]))
    work(house)
    with house.ledger.writing() as tx:
        again = tx.execute(select(t.letter.c.id).where(t.letter.c.follows == letters[0])).scalar_one()
        assert house.seal.open(tx, again, "wish", "test", "test") == HAND.why.encode()


def test_a_letter_whose_content_does_not_open_hinders_no_other_letter(house: House, letters: list[UUID]) -> None:
    run_to_rest(house)
    with house.ledger.writing() as tx:
        tx.execute(t.sealed.update().where(t.sealed.c.owner == letters[0]).values(body=b"changed" * 10))
    batch = begin(house, order(Verb.RESEND, ids=letters[:2]))
    work(house)
    assert counts(house, batch) == {Row.DONE: 1, Row.REFUSED: 1}
    assert reasons(house, batch) == {"sealed": 1}


def test_a_letter_whose_type_is_no_more_is_not_sent_again(house: House, letters: list[UUID]) -> None:
    run_to_rest(house)
    types = {name: one for name, one in house.types.items() if name != look(house, letters[0]).letter_type}
    later = replace(house, types=LetterTypes(types))
    with pytest.raises(DeskRefusal) as refused:
        desk.resend(later, letters[0], HAND)
    assert refused.value.code == "no-type"


def test_a_letter_that_was_sent_again_is_the_same_when_its_type_is_no_more(house: House, letters: list[UUID]) -> None:
    run_to_rest(house)
    again = desk.resend(house, letters[0], HAND)
    types = {name: one for name, one in house.types.items() if name != look(house, letters[0]).letter_type}
    assert desk.resend(replace(house, types=LetterTypes(types)), letters[0], HAND) == again


def test_a_letter_that_kills_its_worker_delays_no_other_batch(house: House, letters: list[UUID]) -> None:
    ledger = house.ledger
    assert isinstance(ledger, CrashingLedger)
    deadly = begin(house, order(Verb.HOLD, ids=letters[:1]))
    other = begin(house, order(Verb.HOLD, ids=letters[1:]))
    for _ in range(4):
        with house.ledger.reading() as tx:
            one = batches.due(tx)
        ledger.fate.commits, ledger.fate.die_at = 0, 2 if one and one.id == deadly else None  # at its first letter
        with suppress(Crash):
            many.work(house)
    assert phase(house, other) is Phase.OVER
    assert phase(house, deadly) is Phase.ACT


def test_reminders_of_many_letters_are_stopped(house: House, letters: list[UUID], moving_clock: MovingClock) -> None:
    with house.ledger.reading() as tx:
        planned = tx.execute(
            select(func.count()).select_from(t.reminder).where(t.reminder.c.state == "planned")
        ).scalar()
    assert many.preview(house, order(STOP_REMINDER)).fits == planned
    batch = begin(house, order(STOP_REMINDER))
    work(house)
    assert counts(house, batch).get(Row.DONE, 0) == planned


def test_a_large_batch_delays_no_small_one(house: House, letters: list[UUID]) -> None:
    small = replace(house, settings=house.settings.model_copy(update={"handful": 1}))
    large = begin(small, order(Verb.HOLD, ids=letters[:4]))
    little = begin(small, order(Verb.HOLD, ids=letters[4:]))
    for _ in range(4):
        many.work(small)
    assert phase(house, little) is Phase.OVER
    assert phase(house, large) is Phase.ACT

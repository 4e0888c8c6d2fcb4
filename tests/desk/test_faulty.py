"""Who got the faulty letter is who is on the list; who gets the correction is seen against it."""

import csv
from collections.abc import Sequence
from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest

from outbound import clock, desk
from outbound import faulty as lists
from outbound.delivery import House
from outbound.desk import DeskRefusal, Hand
from outbound.ledger import faulty
from outbound.ledger.faulty import Correction
from outbound.ledger.search import Wanted
from outbound.letter import Blame, Channel, News
from outbound.life import Outcome, Status
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, dispatches, hand_in, look, submission
from tests.outside import World
from tests.people import person

HAND = Hand("mester", "navnene er byttet om")
JOBCENTER = Wanted(system="jobcenter")


@pytest.fixture
def letters(house: House) -> list[UUID]:
    """Four: three that went, one that is held."""
    ids = sorted(hand_in(house, *(submission(person("well", number)) for number in range(4))))
    desk.hold(house, ids[3], HAND)
    run_to_rest(house)
    return ids


def write_down(house: House, moving_clock: MovingClock, wanted: Wanted = JOBCENTER) -> UUID:
    made = lists.write_down(house, wanted, clock.now(), HAND)
    moving_clock.pass_(seconds=5)
    return made


def told(house: House, which: UUID) -> dict[Correction, int]:
    with house.ledger.reading() as tx:
        return faulty.corrections(tx, which)


def on_it(house: House, which: UUID, only: Correction | None = None, system: str = "") -> list[UUID]:
    with house.ledger.reading() as tx:
        return [one.letter for one in faulty.page(tx, which, only, None, 100, system)]


def correct(house: House, letters: Sequence[UUID]) -> list[UUID]:
    """The system hands in a letter that corrects each."""
    return hand_in(house, *(submission(person("well", n), corrects=one) for n, one in enumerate(letters)))


def test_exactly_those_that_went_are_on_the_list(house: House, letters: list[UUID], moving_clock: MovingClock) -> None:
    made = write_down(house, moving_clock)
    assert on_it(house, made) == letters[:3]
    with house.ledger.reading() as tx:
        assert faulty.reach(tx, made) == {(Channel.DIGITAL, Outcome.TAKEN): 3}
        one = faulty.page(tx, made, None, None, 1)[0]
    assert one.dispatch == dispatches(house, letters[0])[-1].id
    desk.release(house, letters[3], HAND)
    run_to_rest(house)
    assert on_it(house, made) == letters[:3]


def test_who_refused_it_after_all_did_not_get_it(
    house: House, letters: list[UUID], world: World, moving_clock: MovingClock
) -> None:
    made = write_down(house, moving_clock)
    world.report(News.REFUSED, "code", Blame.RECIPIENT, only=letters[0])
    run_to_rest(house)
    assert on_it(house, made) == letters[1:3]
    with house.ledger.reading() as tx:
        assert faulty.reach(tx, made)[Channel.DIGITAL, Outcome.REFUSED] == 1


def test_who_has_got_the_correction_is_told_from_who_has_not(
    house: House, letters: list[UUID], moving_clock: MovingClock
) -> None:
    made = write_down(house, moving_clock)
    assert told(house, made) == {Correction.MISSING: 3}
    first, second = correct(house, letters[:2])
    desk.hold(house, second, HAND)
    assert told(house, made) == {Correction.ON_ITS_WAY: 1, Correction.HELD: 1, Correction.MISSING: 1}
    run_to_rest(house)
    assert look(house, first).status is Status.SENT
    assert on_it(house, made, Correction.GOT) == letters[:1]
    desk.cancel(house, second, HAND)
    assert on_it(house, made, Correction.MISSING) == letters[1:3]
    correct(house, letters[:1])
    assert on_it(house, made, Correction.TWICE) == letters[:1]


def test_sending_the_faulty_letter_again_corrects_nothing(
    house: House, letters: list[UUID], moving_clock: MovingClock
) -> None:
    made = write_down(house, moving_clock)
    desk.resend(house, letters[0], HAND)
    assert told(house, made) == {Correction.MISSING: 3}


def test_a_system_sees_its_own_alone(house: House, letters: list[UUID], moving_clock: MovingClock) -> None:
    made = write_down(house, moving_clock)
    assert on_it(house, made, system="jobcenter") == letters[:3]
    assert on_it(house, made, system="boligstoette") == []


@pytest.mark.parametrize(
    ("wanted", "hours", "hand", "code"),
    [
        (Wanted(), 0, HAND, "everything"),
        (JOBCENTER, 1, HAND, "found-later"),
        (JOBCENTER, 0, Hand("mester", " "), "why"),
        (Wanted(system="boligstoette"), 0, HAND, "none"),
    ],
)
def test_a_list_that_says_too_little_is_refused(
    house: House, letters: list[UUID], wanted: Wanted, hours: int, hand: Hand, code: str
) -> None:
    with pytest.raises(DeskRefusal) as refusal:
        lists.write_down(house, wanted, clock.now() + timedelta(hours=hours), hand)
    assert refusal.value.code == code
    with house.ledger.reading() as tx:
        assert faulty.newest(tx, None, 10) == []


def test_the_file_has_a_line_for_each_and_names_nobody(
    house: House, letters: list[UUID], moving_clock: MovingClock
) -> None:
    text = lists.as_csv(house, write_down(house, moving_clock))
    rows = [*csv.DictReader(StringIO(text), delimiter=";")]
    assert [row["letter"] for row in rows] == [str(one) for one in letters[:3]]
    assert all(row["dispatch"] and row["reference"] for row in rows)
    assert "Solvej" not in text
    assert person("well", 0) not in text

"""How many letters came back, by department and reason."""

from datetime import date, datetime, timedelta
from uuid import UUID

from outbound.clock import COPENHAGEN
from outbound.delivery import House
from outbound.ledger import tables as t
from outbound.letter import ReturnReason
from outbound.reports.reading import Period
from outbound.reports.returned import RETURN_REASONS, reason_said, returned_of
from tests.house import DECISION, NOTICE, hand_in, submission
from tests.people import person

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
FIRST, AFTER = (datetime(2026, month, 1, tzinfo=COPENHAGEN) for month in (11, 12))


def came_back(house: House, letter: UUID, at: datetime, reason: str, undone: bool = False) -> None:
    row = {"letter_id": letter, "reason": reason, "was": "SENT", "by": "post", "at": at}
    with house.ledger.writing() as tx:
        tx.execute(t.returned.insert().values(**row, undone_at=at if undone else None))


def test_each_letter_counts_once_on_the_danish_day_it_was_told(house: House) -> None:
    first, second, third, other = hand_in(
        house,
        *(submission(person("well", number), letter_type=NOTICE) for number in range(3)),
        submission(person("well", 3), letter_type=DECISION),
    )
    came_back(house, first, FIRST, "moved")
    came_back(house, first, FIRST + timedelta(days=3), "deceased")  # the reason told last
    came_back(house, second, AFTER - timedelta(seconds=1), "moved")
    came_back(house, third, FIRST - timedelta(seconds=1), "moved")  # in October
    came_back(house, third, AFTER, "moved")  # in December
    came_back(house, other, FIRST, "damaged")
    came_back(house, other, FIRST + timedelta(days=1), "moved", undone=True)
    with house.ledger.reading() as tx:
        assert returned_of(tx, NOVEMBER) == {
            "beskaeftigelse": {ReturnReason.DECEASED: 1, ReturnReason.MOVED: 1},
            "borgerservice": {ReturnReason.DAMAGED: 1},
        }
        assert returned_of(tx, Period(date(2025, 1, 1), date(2025, 12, 31))) == {}


def test_every_reason_is_said_in_danish_wherever_it_is_told() -> None:
    assert RETURN_REASONS.keys() == {*ReturnReason}
    assert (reason_said("moved"), reason_said("of-before")) == ("Modtageren er flyttet", "Of-before")

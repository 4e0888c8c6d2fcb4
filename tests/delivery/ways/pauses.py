"""What people have stopped stays; what they let go on goes on."""

from collections.abc import Callable
from uuid import UUID, uuid4

from sqlalchemy import insert

from outbound import clock, desk
from outbound.ledger import tables as t
from outbound.life import Status
from tests.delivery.walking import HAND, Walk
from tests.delivery.ways import ENROLLED, letters, way
from tests.house import NOTICE, submission


def stopped(walk: Walk, scope: str, key: str, hand_in: Callable[[], list[UUID]], waits: Status) -> None:
    """Stopped before it is handed in, it waits; let go on, it is sent."""
    walk.act(lambda house: desk.pause(house, scope, key, HAND))
    (letter,) = hand_in()
    walk.run()
    walk.pass_(hours=2)
    walk.run()
    assert walk.see(letter).status is waits
    assert not walk.world.ever_taken(letter)
    walk.act(lambda house: desk.resume(house, scope, key, HAND))
    walk.run()
    walk.ends(letter, Status.SENT)


@way
def a_paused_channel_keeps_its_letters(walk: Walk) -> None:
    stopped(walk, "channel", "digital", lambda: letters(walk), Status.ROUTED)


@way
def a_paused_system_keeps_its_letters(walk: Walk) -> None:
    stopped(walk, "system", "jobcenter", lambda: letters(walk), Status.RECEIVED)


@way
def a_paused_letter_type_keeps_its_letters(walk: Walk) -> None:
    stopped(walk, "type", NOTICE, lambda: letters(walk), Status.RECEIVED)


@way
def a_paused_mailing_keeps_its_letters(walk: Walk) -> None:
    mailing = uuid4()
    row = {"system": "jobcenter", "reference": mailing.hex, "department": "job", "title": "Prøve"}
    with walk.house.ledger.engine.begin() as tx:
        tx.execute(insert(t.mailing).values(id=mailing, created_at=clock.now(), **row))
    stopped(
        walk,
        "mailing",
        str(mailing),
        lambda: walk.hand_in(submission(ENROLLED, mailing_id=mailing)),
        Status.RECEIVED,
    )

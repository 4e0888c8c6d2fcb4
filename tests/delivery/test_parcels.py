"""What goes together: no more letters than the mailer gathers, and no more bytes; one that has more goes alone."""

from uuid import UUID

import pytest
from sqlalchemy import select

from outbound import delivery
from outbound.delivery import House
from outbound.ledger import tables as t
from outbound.letter import Channel, Lane
from outbound.life import Status
from tests.delivery.walking import Walk
from tests.delivery.ways import letters


def routed(walk: Walk, count: int) -> list[UUID]:
    ids = letters(walk, count)
    for one in ids:
        walk.run_until_sending(one)
    assert {walk.see(one).status for one in ids} == {Status.ROUTED}
    return ids


def sizes(house: House) -> list[int]:
    with house.ledger.reading() as tx:
        return sorted(tx.execute(select(t.consignment.c.letters)).scalars())


@pytest.mark.parametrize(
    ("together", "letters_of_bytes", "found"),
    [(3, 100, [1, 3, 3]), (100, 100, [7]), (100, 3, [1, 3, 3]), (100, 0.5, [1] * 7), (1, 100, [1] * 7)],
)
def test_letters_go_together_up_to_a_number_and_a_size(
    walk: Walk, together: int, letters_of_bytes: float, found: list[int]
) -> None:
    ids = routed(walk, 7)
    walk.world.digital.together = together
    walk.world.digital.most_bytes = int(max(walk.see(one).bytes or 0 for one in ids) * letters_of_bytes)
    while delivery.send_handful(walk.house, Channel.DIGITAL, Lane.SINGLE):
        pass
    assert sizes(walk.house) == found
    assert [walk.world.digital.counted(one) for one in ids] == [1] * 7

"""A mailing through the house and over the wire: one container, one receipt a letter, whatever the mailbox does."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert

from adapters.digital_post.connection import digital_post_caller
from adapters.digital_post.mailer import DigitalPostMailer, Limits
from adapters.digital_post.memo import Sender
from adapters.digital_post.receipts import PulledReceipts
from outbound import clock
from outbound.ledger import tables as t
from outbound.letter import Channel
from outbound.life import Status
from outbound.ports import Outside
from tests.adapters.conftest import settings_of
from tests.adapters.outside import Simulator, simulated
from tests.conftest import find_specs
from tests.delivery.walking import Walk
from tests.house import submission
from tests.people import person
from tests.waiting import wait_for


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with simulated("digital_post", tmp_path_factory.mktemp("digital_post"), find_specs()) as simulator:
        yield simulator


@pytest.fixture
def wired(walk: Walk, mailbox: Simulator) -> Iterator[Walk]:
    """A walk whose mailbox is a process on the other side of a wire, that took no letter of an earlier test's."""
    mailbox.mood()
    limits = Limits(10_000_000, container_letters=100)
    with closing(digital_post_caller(settings_of(mailbox.env))) as caller:
        digital = DigitalPostMailer(caller, Sender("10000009", "Prøvekøbing Kommune"), limits, repeat_is_safe=False)
        world, receipts = walk.world, PulledReceipts(caller)
        for old in receipts.fetch():
            receipts.confirm(old)
        mailers = {Channel.DIGITAL: digital, Channel.PRINT: world.paper}
        outside = Outside(mailers, world.enrolment, world.persons, [receipts, world.paper_receipts])  # type: ignore[arg-type]
        walk.house = replace(walk.house, outside=outside)
        yield walk


def mailed(walk: Walk, *outcomes: str) -> list[UUID]:
    """A mailing to people of these outcomes, as far as it goes at once."""
    mailing = uuid4()
    about = {"system": "jobcenter", "reference": mailing.hex, "department": "job", "title": "Prøve"}
    with walk.house.ledger.writing() as tx:
        tx.execute(insert(t.mailing).values(id=mailing, created_at=clock.now(), **about))
    ids = walk.hand_in(*(submission(person(one, n), mailing_id=mailing) for n, one in enumerate(outcomes)))
    walk.run()
    return ids


def counted(mailbox: Simulator) -> int:
    return mailbox.requests().get("container", 0)


def doubted(walk: Walk) -> list[bool]:
    """Of each consignment for the mailbox, whether it was ever in doubt."""
    with walk.house.ledger.reading() as tx:
        rows = tx.execute(t.consignment.select().where(t.consignment.c.channel == Channel.DIGITAL)).all()
    return [row.deadline_at is not None for row in rows]


def takings(walk: Walk, mailbox: Simulator, letter: UUID) -> int:
    with walk.house.ledger.reading() as tx:
        ours = {str(row.id) for row in tx.execute(t.dispatch.select().where(t.dispatch.c.letter_id == letter))}
    return sum(one["dispatch"] in ours for one in mailbox.takings())


@pytest.mark.parametrize("fault", ["none", "drop_answer", "error_after_take"])
def test_a_mailing_arrives_by_one_container_and_once(wired: Walk, mailbox: Simulator, fault: str) -> None:
    if fault != "none":
        mailbox.mood(**{fault: {"next": 1}})
    before = counted(mailbox)
    ids = mailed(wired, "well", "well", "refused_closed", "well")
    wait_for(lambda: ends(wired, ids) == [Status.DELIVERED, Status.DELIVERED, Status.SENT, Status.DELIVERED], "the end")
    assert (counted(mailbox) - before, doubted(wired)) == (1, [fault != "none"])
    assert [takings(wired, mailbox, one) for one in ids] == [1] * 4
    assert [wired.world.paper.counted(one) for one in ids] == [0, 0, 1, 0]
    assert [wired.see(one).route for one in ids] == ["enrolled", "enrolled", "digital-refused", "enrolled"]


def test_a_mailbox_that_is_away_takes_the_mailing_when_it_is_back(wired: Walk, mailbox: Simulator) -> None:
    mailbox.mood(down=True)
    before = counted(mailbox)
    ids = mailed(wired, "well", "well")
    assert (counted(mailbox), ends(wired, ids)) == (before, [Status.ROUTED] * 2)
    mailbox.mood()
    wired.pass_(minutes=20)
    wait_for(lambda: ends(wired, ids) == [Status.DELIVERED] * 2, "the end")
    assert [takings(wired, mailbox, one) for one in ids] == [1, 1]
    assert [wired.world.paper.counted(one) for one in ids] == [0, 0]


def ends(walk: Walk, ids: list[UUID]) -> list[Status]:
    """How far they come now; receipts come by the real clock."""
    walk.run()
    return [walk.see(one).status for one in ids]

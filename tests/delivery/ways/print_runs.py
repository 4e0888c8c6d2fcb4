"""Print runs that somebody orders about after the printer has them."""

from uuid import UUID

from outbound import delivery, run_desk
from outbound.letter import News
from outbound.life import Status
from outbound.ports import RunOrder
from tests.delivery.walking import HAND, Walk
from tests.delivery.ways import dispatch_of, way
from tests.delivery.ways.doubts import on_paper


def ordered(walk: Walk, run_id: UUID, kind: RunOrder, news: News) -> None:
    """Somebody asks for it, a worker passes it on, and the printer says that it is done."""
    walk.act(lambda house: run_desk.order(house, run_id, kind, HAND))
    walk.step(delivery.give_orders)
    walk.world.paper_receipts.send_of_run(run_id, news)
    walk.run()


@way
def a_recalled_run_waits_for_a_person(walk: Walk) -> None:
    letter, *others = on_paper(walk)
    walk.run()
    if any(walk.see(one).status is not Status.SENT for one in (letter, *others)):  # a crash: nothing to order about
        return
    run_id = dispatch_of(walk, letter).consignment_id
    for taking in walk.world.paper.takings:
        taking.refused = True
    ordered(walk, run_id, RunOrder.RECALL, News.RECALLED)
    walk.ends(letter, Status.HELD, taken=0, code="recalled")


@way
def a_run_that_is_held_back_for_weeks_is_printed_when_it_is_released(walk: Walk) -> None:
    letter, *others = on_paper(walk)
    walk.run()
    if any(walk.see(one).status is not Status.SENT for one in (letter, *others)):
        return
    run_id = dispatch_of(walk, letter).consignment_id
    ordered(walk, run_id, RunOrder.HOLD, News.HELD_BACK)
    walk.pass_(days=30)
    walk.run()
    assert walk.see(letter).status is Status.SENT
    ordered(walk, run_id, RunOrder.RELEASE, News.LET_GO)
    walk.world.report()
    walk.run()
    walk.ends(letter, Status.DELIVERED)

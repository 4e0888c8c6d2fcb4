"""Letters to one person that share an envelope, with a crash on the way."""

from uuid import UUID

from outbound.letter import Blame, Channel, News
from outbound.life import Status
from tests.delivery.walking import Walk
from tests.delivery.ways import ENROLLED, way
from tests.delivery.ways.doubts import QUIET, on_paper, plans
from tests.house import submission


def in_one_envelope(walk: Walk) -> list[UUID]:
    on_paper(walk, 0)
    return walk.hand_in(submission(ENROLLED), submission(ENROLLED))


@way
def letters_in_one_envelope_arrive_together(walk: Walk) -> None:
    ids = in_one_envelope(walk)
    walk.run()
    for taking in walk.world.paper.takings[:1]:
        walk.world.paper_receipts.send(taking.dispatch, News.DELIVERED)
        walk.run()
    if len({taking.envelope for taking in walk.world.paper.takings}) == 1:
        for one in ids:
            walk.ends(one, Status.DELIVERED)


@way
def an_envelope_with_a_faulty_letter_is_not_posted_and_the_other_letter_goes_anew(walk: Walk) -> None:
    ids = in_one_envelope(walk)
    walk.run()
    first, *others = walk.world.paper.takings
    for taking in walk.world.paper.beside(first):
        taking.refused = True
    walk.world.paper_receipts.send(first.dispatch, News.REFUSED, "pdf.broken", Blame.LETTER)
    walk.run()
    if not walk.crashed and others:
        walk.ends(first.letter, Status.HELD, taken=0, code="refused-letter")
        for one in set(ids) - {first.letter}:
            walk.ends(one, Status.SENT)


@way
def an_envelope_in_doubt_is_resumed_with_the_same_letters(walk: Walk) -> None:
    walk.outside(can_ask=True, resumes=True)
    plans(walk, "nothing", channel=Channel.PRINT)
    ids = in_one_envelope(walk)
    walk.run()
    walk.pass_(seconds=QUIET)
    walk.run()
    for one in ids:
        walk.ends(one, Status.SENT)

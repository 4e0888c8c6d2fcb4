"""Mailings in containers: a doubt about one is a doubt about each letter in it, and each letter has its own end."""

from uuid import UUID

from outbound.letter import Blame, News
from outbound.life import Status
from tests.delivery.walking import Walk
from tests.delivery.ways import dispatch_of, letters, way
from tests.delivery.ways.doubts import QUIET, plans


def mailed(walk: Walk, count: int = 3) -> list[UUID]:
    """So many letters that go to the mailbox in one container."""
    walk.world.digital.together = 100
    return letters(walk, count)


@way
def letters_for_the_mailbox_go_in_one_container_and_arrive_one_by_one(walk: Walk) -> None:
    ids = mailed(walk)
    walk.run()
    assert walk.crashed or walk.world.digital.calls == 1
    if walk.world.digital.counted(ids[1]):
        walk.world.report(only=ids[1])
    walk.run()
    assert walk.crashed or [walk.see(one).status for one in ids] == [Status.SENT, Status.DELIVERED, Status.SENT]
    walk.world.report()
    walk.run()
    for letter in ids:
        walk.ends(letter, Status.DELIVERED)


@way
def a_container_whose_answer_was_dropped_is_settled_letter_by_letter(walk: Walk) -> None:
    plans(walk, "drop")
    ids = mailed(walk)
    walk.run()
    assert walk.crashed or [walk.outcomes(one) for one in ids] == [["doubt"]] * 3
    if walk.world.digital.takings:
        walk.world.report(only=ids[0])
    walk.run()
    assert walk.crashed or [walk.outcomes(one) for one in ids] == [["taken"], ["doubt"], ["doubt"]]
    walk.world.report()
    walk.run()
    for letter in ids:
        walk.ends(letter, Status.DELIVERED)


@way
def a_container_of_which_nothing_was_taken_goes_back_whole(walk: Walk) -> None:
    plans(walk, "unavailable")
    ids = mailed(walk)
    walk.run()
    assert walk.crashed or [walk.outcomes(one) for one in ids] == [["void"]] * 3
    walk.pass_(minutes=2)
    walk.run()
    for letter in ids:
        walk.ends(letter, Status.SENT)


@way
def a_container_in_doubt_is_handed_over_again_where_a_repeat_is_safe(walk: Walk) -> None:
    walk.outside(repeat_is_safe=True, repeat="same")
    plans(walk, "drop")
    ids = mailed(walk)
    walk.run()
    walk.pass_(seconds=QUIET)
    walk.run()
    assert walk.crashed or walk.world.digital.calls == 2
    for letter in ids:
        walk.ends(letter, Status.SENT)


@way
def a_container_that_a_receipt_has_told_of_is_not_handed_over_again(walk: Walk) -> None:
    walk.outside(repeat_is_safe=True)
    plans(walk, "drop")
    ids = mailed(walk)
    walk.run()
    if walk.world.digital.takings:
        walk.world.report(only=ids[0])
    walk.run()
    walk.pass_(seconds=QUIET)
    walk.run()
    assert walk.crashed or walk.world.digital.calls == 1
    walk.world.report()
    walk.run()
    for letter in ids:
        walk.ends(letter, Status.DELIVERED)


@way
def a_letter_left_out_of_a_container_in_doubt_goes_on_to_paper_alone(walk: Walk) -> None:
    plans(walk, "leaves-one-out-then-drop")
    ids = mailed(walk)
    walk.run()
    if walk.crashed:
        walk.world.report()
        walk.run()
        for letter in ids:
            walk.ends(letter, Status.DELIVERED)
        return
    paper = [one for one in ids if walk.world.paper.counted(one)]
    assert len(paper) == 1
    walk.ends(paper[0], Status.SENT, code="digital-refused")
    assert [walk.outcomes(one) for one in ids if one not in paper] == [["doubt"], ["doubt"]]
    walk.world.report()
    walk.run()
    for letter in ids:
        walk.ends(letter, Status.DELIVERED)


@way
def a_letter_of_a_container_that_its_receipt_refuses_goes_on_to_paper_alone(walk: Walk) -> None:
    ids = mailed(walk)
    walk.run()
    if not walk.world.digital.counted(ids[1]):
        return
    walk.world.report(News.REFUSED, "recipient.is.closed", Blame.RECIPIENT, only=ids[1])
    walk.run()
    walk.world.report()
    walk.run()
    for letter in ids:
        walk.ends(letter, Status.DELIVERED)
    assert walk.crashed or [walk.world.paper.counted(one) for one in ids] == [0, 1, 0]
    assert walk.crashed or dispatch_of(walk, ids[1]).channel == "print"

"""The last inch: an answer dropped, a request still on its way, a supplier of each kind, a run half answered."""

from contextlib import suppress
from uuid import UUID

import pytest

from outbound import clock, delivery, desk
from outbound.desk import DeskRefusal
from outbound.letter import Channel, Mailbox, ReadyMade
from outbound.life import Status
from tests.delivery.walking import HAND, PAST_THE_LEASE, Walk
from tests.delivery.ways import ENROLLED, dispatch_of, letters, way
from tests.house import submission
from tests.outside import Taking
from tests.rendering.pdfs import pdf

QUIET = 61  # seconds after a call: half the lease and the quiet of tests/house.py
TO_THE_DEADLINE = 3  # days


def plans(walk: Walk, *steps: str, channel: Channel = Channel.DIGITAL) -> None:
    """What the channel does at its first hand-overs; after them it is well."""
    left = list(steps)
    mailer = walk.world.digital if channel is Channel.DIGITAL else walk.world.paper
    mailer.plan = lambda consignment: left.pop(0) if left else "take"


def on_paper(walk: Walk, count: int = 3) -> list[UUID]:
    """So many letters that will go in one run."""
    walk.world.enrolment.default = Mailbox.EXEMPT
    return letters(walk, count)


@way
def a_dropped_answer_is_settled_by_the_receipt(walk: Walk) -> None:
    plans(walk, "drop")
    (letter,) = letters(walk)
    walk.run()
    assert walk.crashed or walk.outcomes(letter) == ["doubt"]
    walk.world.report()
    walk.run()
    walk.ends(letter, Status.DELIVERED)


@way
def a_dropped_answer_is_settled_by_asking(walk: Walk) -> None:
    walk.outside(can_ask=True)
    plans(walk, "drop")
    (letter,) = letters(walk)
    walk.run()
    walk.pass_(seconds=QUIET)
    walk.run()
    walk.ends(letter, Status.SENT)


@way
def what_was_not_taken_is_sent_anew_once_it_is_quiet(walk: Walk) -> None:
    walk.setting(doubt_ask_seconds=20.0)
    walk.outside(can_ask=True)
    plans(walk, "nothing")
    (letter,) = letters(walk)
    walk.run()
    walk.pass_(seconds=40)
    walk.run()
    assert walk.crashed or walk.outcomes(letter) == ["doubt"]
    walk.pass_(seconds=QUIET)
    walk.run()
    walk.ends(letter, Status.SENT)
    assert walk.crashed or walk.outcomes(letter) == ["void", "taken"]


@way
def a_request_that_arrives_while_the_supplier_is_asked_is_no_second_letter(walk: Walk) -> None:
    mailer = walk.world.digital
    walk.setting(doubt_ask_seconds=30.0)
    walk.outside(can_ask=True)
    plans(walk, "nothing")
    mailer.hook = lambda place, one: mailer.lose_its_caller(one) if not mailer.takings and mailer.calls == 1 else None
    (letter,) = letters(walk)
    walk.run()
    mailer.hook = None

    def slowly() -> None:
        for one in list(mailer.on_the_way):  # after a crash more time has passed than a request can be on its way
            mailer.arrive(one, taken=not walk.crashed)
        walk.pass_(seconds=5)

    mailer.slow_answer = slowly
    walk.pass_(seconds=58)
    walk.step(lambda house: delivery.mind_doubts(house, Channel.DIGITAL))
    walk.pass_(seconds=QUIET)
    walk.run()
    walk.pass_(seconds=QUIET)
    walk.run()
    walk.ends(letter, Status.SENT)


@way
def a_doubt_that_nobody_answers_waits_for_a_person_at_its_deadline(walk: Walk) -> None:
    plans(walk, "drop")
    (letter,) = letters(walk)
    walk.run()
    walk.pass_(days=TO_THE_DEADLINE)
    walk.run()
    assert walk.see(letter).held_code in ("doubt", None)
    assert walk.crashed or walk.see(letter).held_code == "doubt"
    if walk.see(letter).status is Status.HELD and walk.world.ever_taken(letter):
        walk.act(lambda house: desk.settle_taken(house, letter, HAND))
    walk.ends(letter, Status.SENT)


@way
def a_person_says_that_nothing_was_taken_and_it_is_sent_anew(walk: Walk) -> None:
    plans(walk, "nothing")
    (letter,) = letters(walk)
    walk.run()
    walk.pass_(days=TO_THE_DEADLINE)
    walk.run()
    if not walk.world.ever_taken(letter) and walk.see(letter).status is Status.HELD:
        walk.act(lambda house: desk.settle_not_taken(house, letter, HAND))
    walk.run()
    walk.ends(letter, Status.SENT)


@way
def nobody_says_that_nothing_was_taken_while_a_request_may_be_on_its_way(walk: Walk) -> None:
    plans(walk, "refuse-unknown")
    (letter,) = letters(walk)
    walk.run()
    if walk.see(letter).status is Status.HELD:
        with suppress(DeskRefusal) if walk.crashed else pytest.raises(DeskRefusal, match="on its way"):
            walk.act(lambda house: desk.settle_not_taken(house, letter, HAND))
    walk.pass_(seconds=QUIET)
    if walk.see(letter).status is Status.HELD:
        walk.act(lambda house: desk.settle_not_taken(house, letter, HAND))
    walk.run()
    walk.ends(letter, Status.SENT)


@way
def a_supplier_that_knows_its_letters_is_handed_the_same_again(walk: Walk) -> None:
    walk.outside(repeat_is_safe=True, repeat="same")
    plans(walk, "drop")
    (letter,) = letters(walk)
    walk.run()
    walk.pass_(seconds=QUIET)
    walk.run()
    walk.ends(letter, Status.SENT)


@way
def a_repeat_refused_by_a_code_that_nobody_knows_waits_for_a_person(walk: Walk) -> None:
    walk.outside(repeat_is_safe=True, repeat="new-code")
    plans(walk, "drop")
    (letter,) = letters(walk)
    walk.run()
    walk.pass_(seconds=QUIET)
    walk.run()
    assert walk.crashed or walk.see(letter).held_code == "unknown-refusal"
    assert walk.crashed or walk.outcomes(letter) == ["doubt"]
    walk.world.report()
    walk.run()
    walk.ends(letter, Status.DELIVERED)


@way
def a_receipt_that_says_duplicate_is_evidence_of_taking(walk: Walk) -> None:
    walk.outside(repeat_is_safe=True, repeat="receipt")
    plans(walk, "drop", "drop")
    (letter,) = letters(walk)
    walk.run()
    walk.pass_(seconds=QUIET)
    walk.run()
    for one in walk.world.digital.takings:
        one.reported = True
        walk.world.digital.duplicates.append(one.dispatch)
    walk.world.report()
    walk.run()
    walk.ends(letter, Status.SENT)


@way
def a_supplier_that_prints_every_upload_is_never_handed_the_same_again(walk: Walk) -> None:
    walk.outside(repeat="second")
    plans(walk, "drop")
    (letter,) = letters(walk)
    for _ in range(4):
        walk.run()
        walk.pass_(seconds=QUIET)
    assert walk.crashed or walk.world.digital.calls == 1
    walk.world.report()
    walk.run()
    walk.ends(letter, Status.DELIVERED)


@way
def a_refusal_of_a_repeat_changes_nothing(walk: Walk) -> None:
    walk.outside(repeat_is_safe=True)
    plans(walk, "drop", "refuse", "refuse-letter")
    (letter,) = letters(walk)
    walk.run()
    for _ in range(2):
        walk.pass_(seconds=QUIET)
        walk.run(rounds=1)
        assert walk.crashed or walk.outcomes(letter) == ["doubt"]
    walk.pass_(seconds=QUIET)
    walk.run()
    if walk.crashed and not walk.world.counted(letter):  # the crash came before anything was taken: a plain no
        assert walk.see(letter).status in (Status.SENT, Status.HELD)
        return
    walk.ends(letter, Status.SENT)
    assert walk.world.paper.counted(letter) == 0


@way
def a_supplier_that_is_away_at_a_repeat_changes_only_the_due_time(walk: Walk) -> None:
    walk.outside(repeat_is_safe=True)
    plans(walk, "drop", "unavailable", "misconfigured")
    (letter,) = letters(walk)
    walk.run()
    for _ in range(2):
        walk.pass_(minutes=2)
        walk.run(rounds=1)
        assert walk.crashed or walk.outcomes(letter) == ["doubt"]
    walk.act(lambda house: desk.resume(house, "channel", "digital", HAND))
    walk.pass_(minutes=2)
    walk.run()
    walk.pass_(minutes=2)
    walk.run()
    walk.ends(letter, Status.SENT)


@way
def nothing_is_repeated_on_a_paused_channel(walk: Walk) -> None:
    walk.outside(repeat_is_safe=True)
    plans(walk, "drop")
    (letter,) = letters(walk)
    walk.run()
    walk.act(lambda house: desk.pause(house, "channel", "digital", HAND))
    calls = walk.world.digital.calls
    walk.pass_(seconds=PAST_THE_LEASE)
    walk.run()
    assert walk.world.digital.calls == calls
    walk.act(lambda house: desk.resume(house, "channel", "digital", HAND))
    walk.pass_(seconds=PAST_THE_LEASE)
    walk.run()
    walk.pass_(seconds=PAST_THE_LEASE)
    walk.run()
    walk.ends(letter, Status.SENT)


@way
def a_refusal_by_an_unknown_code_is_a_doubt_that_a_receipt_may_end(walk: Walk) -> None:
    mailer = walk.world.digital
    plans(walk, "refuse-unknown")
    mailer.hook = lambda place, one: mailer.take(one) if place == "calling" else None
    (letter,) = letters(walk)
    walk.run()
    assert walk.crashed or (walk.see(letter).held_code, walk.outcomes(letter)) == ("unknown-refusal", ["doubt"])
    walk.world.report()
    walk.run()
    walk.ends(letter, Status.DELIVERED)


@way
def a_run_that_breaks_off_after_the_first_answer_leaves_the_rest_in_doubt(walk: Walk) -> None:
    plans(walk, "some-then-drop", channel=Channel.PRINT)
    ids = on_paper(walk)
    walk.run()
    outcomes = sorted(outcome for one in ids for outcome in walk.outcomes(one))
    assert walk.crashed or outcomes == ["doubt", "doubt", "taken"]
    walk.world.report()
    walk.run()
    for letter in ids:
        walk.ends(letter, Status.DELIVERED)


@way
def a_supplier_is_not_believed_that_takes_nothing_after_its_first_answer(walk: Walk) -> None:
    plans(walk, "some-then-unavailable", channel=Channel.PRINT)
    ids = on_paper(walk)
    walk.run()
    outcomes = sorted(outcome for one in ids for outcome in walk.outcomes(one))
    assert walk.crashed or outcomes == ["doubt", "doubt", "taken"]
    walk.pass_(minutes=5)
    walk.run()
    walk.world.report()
    walk.run()
    for letter in ids:
        walk.ends(letter, Status.DELIVERED)


@way
def a_run_whose_half_lies_at_the_printer_is_finished(walk: Walk) -> None:
    walk.outside(can_ask=True, resumes=True)
    plans(walk, "nothing", channel=Channel.PRINT)
    ids = on_paper(walk)
    walk.run()
    walk.pass_(seconds=QUIET)
    walk.run()
    for letter in ids:
        walk.ends(letter, Status.SENT)
        assert walk.crashed or walk.outcomes(letter) == ["taken"]


@way
def a_run_of_which_a_letter_was_settled_is_not_repeated(walk: Walk) -> None:
    walk.outside(repeat_is_safe=True)
    plans(walk, "drop", channel=Channel.PRINT)
    ids = on_paper(walk)
    walk.run()
    if walk.world.paper.takings:
        walk.world.report(only=ids[0])
    walk.run()
    walk.pass_(seconds=QUIET)
    walk.run()
    assert walk.crashed or walk.world.paper.calls == 1
    walk.world.report()
    walk.run()
    for letter in ids:
        walk.ends(letter, Status.DELIVERED)


@way
def nothing_taken_is_said_of_a_run_as_a_whole(walk: Walk) -> None:
    """A receipt settled a letter of the run: the supplier's later no frees none of the others."""
    plans(walk, "nothing", channel=Channel.PRINT)
    ids = on_paper(walk)
    walk.run()
    if walk.crashed:
        return  # told in peace only: what it is about is a supplier that errs
    found = dispatch_of(walk, ids[0])
    walk.world.paper.takings.append(Taking(found.id, ids[0], Channel.PRINT, found.consignment_id))
    walk.world.report()
    walk.run()
    walk.world.paper.can_ask, walk.world.paper.forgets = True, True
    walk.pass_(seconds=QUIET)
    walk.run()
    assert [walk.outcomes(one) for one in ids] == [["taken"], ["doubt"], ["doubt"]]
    walk.ends(ids[0], Status.DELIVERED)


@way
def a_doubt_is_not_repeated_with_yesterdays_date(walk: Walk) -> None:
    walk.outside(repeat_is_safe=True)
    plans(walk, "nothing")
    (letter,) = letters(walk)
    walk.run()
    calls = walk.world.digital.calls
    walk.pass_(days=1)
    walk.run()
    assert walk.crashed or walk.world.digital.calls == calls
    walk.world.digital.can_ask = True
    walk.pass_(seconds=QUIET)
    walk.run()
    walk.ends(letter, Status.SENT)
    last = dispatch_of(walk, letter)
    assert walk.crashed or walk.see(letter).dated == clock.danish_day(last.created_at) == clock.today()


@way
def a_half_that_lies_at_the_printer_since_yesterday_is_made_anew(walk: Walk) -> None:
    walk.outside(can_ask=True, resumes=True)
    plans(walk, "nothing", channel=Channel.PRINT)
    ids = on_paper(walk)
    walk.run()
    walk.pass_(days=1)
    walk.run()
    for letter in ids:
        walk.ends(letter, Status.SENT)
        assert walk.crashed or walk.outcomes(letter) == ["void", "taken"]
        assert walk.crashed or walk.see(letter).dated == clock.today()


@way
def a_letter_that_has_come_to_be_of_no_use_is_not_repeated(walk: Walk) -> None:
    walk.outside(repeat_is_safe=True)
    plans(walk, "nothing")
    one = ReadyMade(pdf(), "Brev om prøven", clock.today())
    what = {"letter_type": "faerdigt-brev", "fields": None, "ready_made": one, "useful_until": clock.today()}
    (letter,) = walk.hand_in(submission(ENROLLED, **what))
    walk.run()
    calls = walk.world.digital.calls
    walk.pass_(days=1)
    walk.run()
    assert walk.world.digital.calls == calls
    walk.pass_(days=4)
    walk.run()
    if not walk.crashed:
        walk.ends(letter, Status.HELD, taken=0, code="doubt")


@way
def a_doubt_left_at_another_supplier_is_neither_repeated_nor_asked_about(walk: Walk) -> None:
    walk.outside(can_ask=True, repeat_is_safe=True)
    plans(walk, "drop")
    (letter,) = letters(walk)
    walk.run()
    mailer = walk.world.digital
    calls, mailer.provider = mailer.calls, "another-road"  # a setting was changed while the letter was in doubt
    walk.pass_(seconds=QUIET)
    walk.run()
    assert walk.crashed or (mailer.calls, walk.outcomes(letter)) == (calls, ["doubt"])
    walk.world.report()
    walk.run()
    walk.ends(letter, Status.DELIVERED)

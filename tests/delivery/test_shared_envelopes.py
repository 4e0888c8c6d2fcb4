"""Letters that share an envelope (samkuvertering): which do, what the printer is told, and that they have one fate."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from outbound import delivery, desk, post_room
from outbound.accounts import audit
from outbound.contents import HEAD, PERSON, Addressee, pack_addressee
from outbound.delivery.settle import apply
from outbound.ledger import envelopes, returned, sending
from outbound.ledger import tables as t
from outbound.letter import (
    Accepted,
    Address,
    Answer,
    Blame,
    Channel,
    Consignment,
    Dispatch,
    Life,
    Mailbox,
    News,
    Person,
    Receipt,
    Recipient,
    Rejected,
    ReturnReason,
    Role,
    Submission,
)
from outbound.life import Status
from outbound.rendering import LetterTypes
from outbound.reports import By, Period, figures, total
from outbound.story import story
from outbound.tariff_row import Part
from tests.accounts.policy import with_tariffs
from tests.delivery.walking import HAND, Walk
from tests.house import DECISION, NOTICE, dispatches, submission
from tests.outside import HOME_ADDRESS, ModelMailer
from tests.people import person
from tests.tampering import unguarded

SOLVEJ, ALMA = person("well", 1), person("well", 2)


def runs_of(walk: Walk) -> list[Consignment]:
    """The runs that the printer is handed from now on."""
    walk.world.enrolment.default = Mailbox.EXEMPT
    seen: list[Consignment] = []
    walk.world.paper.hook = lambda place, run: seen.append(run) if place == "calling" else None
    return seen


def sent(walk: Walk, *submissions: Submission) -> list[UUID]:
    ids = walk.hand_in(*submissions)
    for one in ids:  # all of them wait for their run before it closes
        walk.run_until_sending(one)
    walk.run()
    assert {walk.see(one).status for one in ids} == {Status.SENT}
    return ids


def two(**changes: Any) -> tuple[Submission, Submission]:
    """Two notices to Solvej; the second is otherwise."""
    return submission(SOLVEJ), submission(changes.pop("cpr", SOLVEJ), **changes)


def with_type(walk: Walk, name: str, **changes: Any) -> None:
    """This letter type is otherwise."""
    types = dict(walk.house.types.items())
    walk.house = replace(walk.house, types=LetterTypes({**types, name: replace(types[name], **changes)}))


def shared(run: Consignment) -> bool:
    return any(one.envelope_of for one in run.dispatches)


def standing(walk: Walk, letter: UUID, *measures: str) -> dict[str, int]:
    """What stands booked for it, over all its dispatches."""
    e = t.entry.c
    wanted = select(e.measure, e.amount).where(e.letter_id == letter, e.stage.in_(("booked", "corrected")))
    found: dict[str, int] = {}
    with walk.ledger.reading() as tx:
        for row in tx.execute(wanted):
            found[row.measure] = found.get(row.measure, 0) + row.amount
    return {name: found.get(name, 0) for name in measures}


def differences(walk: Walk) -> list[Any]:
    with walk.ledger.reading() as tx:
        return list(audit(tx))


# ---- which share one ----------------------------------------------------------------------------------------------


def test_two_letters_to_one_person_share_an_envelope_and_the_first_lies_on_top(walk: Walk) -> None:
    runs = runs_of(walk)
    first, second = sorted(sent(walk, *two()))
    (run,) = runs
    on_top, beneath = run.dispatches
    assert (on_top.letter, beneath.letter) == (first, second)
    assert (on_top.envelope_of, beneath.envelope_of) == (None, on_top.id)
    assert {one.envelope for one in run.dispatches} == {"C5"}
    kept = {row.id: (row.envelope, row.envelope_of) for one in (first, second) for row in dispatches(walk.house, one)}
    assert kept == {on_top.id: ("C5", None), beneath.id: ("C5", on_top.id)}


def test_the_envelope_is_the_one_that_takes_the_whole(walk: Walk) -> None:
    """Nine letters of one sheet need a C4: 9 x 4.99 + 16 = 60.91 g, 29.00 + 9 x 0.12 + 1.40 = 31.48 kr.

    That is less than eight in a C5 (24.00 + 8 x 0.12 + 0.55 = 25.51 kr.) and one alone (24.67 kr.).
    """
    runs = runs_of(walk)
    walk.setting(household_letters=10)
    sent(walk, *(submission(SOLVEJ) for _ in range(9)))
    assert {one.envelope for one in runs[0].dispatches} == {"C4"}
    assert len({one.envelope_of for one in runs[0].dispatches} - {None}) == 1


def elsewhere() -> Submission:
    address = Address("Solvej Prøvesen", ("Andenvej 2",), "8000", "Aarhus C")
    return submission(recipients=(Recipient(Role.PARTY, "Solvej Prøvesen", cpr=SOLVEJ, address=address),))


def called_otherwise() -> Submission:
    return submission(recipients=(Recipient(Role.PARTY, "Solvej P. Prøvesen", cpr=SOLVEJ),))


def without_a_number() -> Submission:
    return submission(recipients=(Recipient(Role.PARTY, "Solvej Prøvesen", address=HOME_ADDRESS),))


@pytest.mark.parametrize(
    "other",
    [
        lambda: submission(ALMA),
        lambda: submission(SOLVEJ, letter_type=DECISION),  # its type does not allow it
        lambda: submission(SOLVEJ, department="borgerservice"),
        elsewhere,
        called_otherwise,
        without_a_number,
    ],
    ids=["another person", "another type", "another department", "another address", "another name", "no number"],
)
def test_what_does_not_certainly_belong_together_goes_apart(walk: Walk, other: Callable[[], Submission]) -> None:
    runs = runs_of(walk)
    sent(walk, submission(SOLVEJ), other())
    assert len(runs[0].dispatches) == 2
    assert not shared(runs[0])


def test_two_letters_without_a_number_go_apart_though_name_and_address_are_the_same(walk: Walk) -> None:
    runs = runs_of(walk)
    sent(walk, without_a_number(), without_a_number())
    assert not shared(runs[0])


def test_departments_go_together_where_that_is_set(walk: Walk) -> None:
    runs = runs_of(walk)
    walk.setting(household_departments=True)
    sent(walk, *two(department="borgerservice"))
    assert shared(runs[0])


def test_a_protected_address_has_an_envelope_of_its_own(walk: Walk) -> None:
    runs = runs_of(walk)
    walk.world.persons.default = Person(Life.ALIVE, HOME_ADDRESS.name, HOME_ADDRESS, protected=True)
    sent(walk, *two())
    assert len(runs[0].dispatches) == 2
    assert not shared(runs[0])


@pytest.mark.parametrize(
    ("changes", "together"),
    [
        ({}, True),
        ({"samkuvertering": False}, False),
        ({"letter_class": "registered"}, False),
        ({"letter_class": "registered-receipt"}, False),
        ({"letter_class": "economy"}, True),
    ],
)
def test_the_letter_type_and_its_class_must_allow_it(walk: Walk, changes: dict[str, Any], together: bool) -> None:
    runs = runs_of(walk)
    with_type(walk, NOTICE, **changes)
    sent(walk, *two())
    assert shared(runs[0]) is together


@pytest.mark.parametrize("changes", [{"shares_envelopes": False}, {"largest": 1}])
def test_the_printer_must_take_it(walk: Walk, changes: dict[str, Any]) -> None:
    """`largest` is looked at once more: a printer refuses what is larger, and no envelope is to be torn."""
    runs = runs_of(walk)
    ids = walk.hand_in(*two())
    for one in ids:
        walk.run_until_sending(one)
    walk.outside(**changes)
    walk.run()
    assert len(runs[0].dispatches) == 2
    assert not shared(runs[0])


def test_no_more_letters_go_together_than_is_set(walk: Walk) -> None:
    runs = runs_of(walk)
    walk.setting(household_letters=2)
    sent(walk, *(submission(SOLVEJ) for _ in range(3)))
    assert [one.envelope_of is None for one in runs[0].dispatches] == [True, False, True]


def test_a_letter_with_sheets_of_the_printers_stock_goes_alone(walk: Walk) -> None:
    runs = runs_of(walk)
    ids = walk.hand_in(*two())
    for one in ids:
        walk.run_until_sending(one)
    with walk.ledger.writing() as tx:
        head = json.loads(walk.house.seal.open(tx, ids[0], HEAD, "prøve", "prøve") or b"")
        letter = walk.see(ids[0])
        body = json.dumps({**head, "inserts": ["FLYER"]}).encode()
        walk.house.seal.put(tx, letter.id, letter.retention_month, {HEAD: body})
    walk.run()
    assert not shared(runs[0])


def test_a_cover_sheet_keeps_a_letter_alone(walk: Walk) -> None:
    """A ready-made letter to the register's address carries it on a sheet in front."""
    runs = runs_of(walk)
    ids = walk.hand_in(*two())
    for one in ids:
        walk.run_until_sending(one)
    with walk.ledger.writing() as tx:
        letter = walk.see(ids[0])
        tx.execute(t.letter.update().where(t.letter.c.id == letter.id).values(ready_made=True))
        here = Addressee(Recipient(Role.PARTY, "Solvej Prøvesen", cpr=SOLVEJ), HOME_ADDRESS)
        walk.house.seal.put(tx, letter.id, letter.retention_month, {PERSON: pack_addressee(here)})
    walk.run()
    assert not shared(runs[0])


def test_a_run_that_is_handed_over_again_has_the_same_envelopes(walk: Walk) -> None:
    runs = runs_of(walk)
    walk.world.paper.can_ask = walk.world.paper.resumes = True
    walk.world.paper.plan = lambda _: "nothing" if walk.world.paper.calls == 1 else "take"
    ids = walk.hand_in(*two())
    walk.run()
    walk.pass_(seconds=61)
    walk.run()
    assert {walk.see(one).status for one in ids} == {Status.SENT}
    assert len(runs) == 2
    assert shared(runs[0])
    assert replace(runs[0], fence="") == replace(runs[1], fence="")


# ---- one fate -----------------------------------------------------------------------------------------------------


@pytest.fixture
def envelope(walk: Walk) -> tuple[list[UUID], list[Dispatch]]:
    """Three letters in one envelope, taken by the printer."""
    runs = runs_of(walk)
    ids = sorted(sent(walk, *(submission(SOLVEJ) for _ in range(3))))
    assert shared(runs[0])
    return ids, list(runs[0].dispatches)


Envelope = tuple[list[UUID], list[Dispatch]]


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize(("news", "status"), [(News.DELIVERED, Status.DELIVERED), (News.RETURNED, Status.RETURNED)])
def test_what_is_posted_or_comes_back_is_the_whole_envelope(
    walk: Walk, envelope: Envelope, which: int, news: News, status: Status
) -> None:
    ids, run = envelope
    for _ in range(2):  # doubled receipts
        walk.world.paper_receipts.send(run[which].id, news, "moved")
        walk.run()
    assert [walk.see(one).status for one in ids] == [status] * 3
    walk.holds()


def test_a_letter_refused_as_faulty_waits_for_its_sender_and_the_others_go_anew(walk: Walk, envelope: Envelope) -> None:
    ids, run = envelope
    walk.world.paper_receipts.send(run[1].id, News.REFUSED, "pdf.broken", Blame.LETTER)
    for taking in walk.world.paper.beside(walk.world.paper.takings[0]):
        taking.refused = True
    walk.run()
    assert [walk.see(one).status for one in ids] == [Status.SENT, Status.HELD, Status.SENT]
    assert walk.see(ids[1]).held_code == "refused-letter"
    assert [walk.outcomes(one) for one in ids] == [["refused", "taken"], ["refused"], ["refused", "taken"]]
    again = dispatches(walk.house, ids[2])[-1]
    assert again.envelope_of == dispatches(walk.house, ids[0])[-1].id
    for one in run:  # the printer refuses each of them, in any order
        walk.world.paper_receipts.send(one.id, News.REFUSED, "pdf.broken", Blame.LETTER)
    walk.run()
    assert [walk.see(one).status for one in ids] == [Status.SENT, Status.HELD, Status.SENT]
    walk.holds()


@pytest.mark.parametrize(("blame", "code"), [(Blame.RECIPIENT, "no-channel-left"), (Blame.UNKNOWN, "unknown-refusal")])
def test_a_refusal_about_the_recipient_or_by_an_unknown_code_is_of_the_whole_envelope(
    walk: Walk, envelope: Envelope, blame: Blame, code: str
) -> None:
    ids, run = envelope
    walk.world.paper_receipts.send(run[2].id, News.REFUSED, "code", blame)
    for one in walk.world.paper.takings:
        one.refused = blame is Blame.RECIPIENT
    walk.run()
    assert [(walk.see(one).status, walk.see(one).held_code) for one in ids] == [(Status.HELD, code)] * 3
    walk.holds()


def test_an_envelope_that_the_printer_threw_away_goes_anew(walk: Walk, envelope: Envelope) -> None:
    ids, run = envelope
    walk.world.paper_receipts.send(run[0].id, News.TRY_AGAIN, "checksum")
    for one in walk.world.paper.takings:
        one.refused = True
    walk.run()
    assert [walk.outcomes(one) for one in ids] == [["refused", "taken"]] * 3
    walk.holds()


def test_a_letter_that_was_delivered_before_its_envelope_is_refused_is_shown_to_a_person(
    walk: Walk, envelope: Envelope
) -> None:
    ids, run = envelope
    walk.world.paper_receipts.send(run[0].id, News.DELIVERED)
    walk.run()
    walk.world.paper_receipts.send(run[1].id, News.REFUSED, "pdf.broken", Blame.LETTER)
    walk.run()
    assert [(walk.see(one).status, walk.see(one).held_code) for one in ids] == [
        (Status.HELD, "refused-after-delivery")
    ] * 3
    walk.holds()


def test_an_envelope_that_a_person_holds_has_come_back_with_all_its_letters(walk: Walk, envelope: Envelope) -> None:
    ids, run = envelope
    walk.world.paper_receipts.send(run[0].id, News.REFUSED, "code", Blame.UNKNOWN)
    walk.run()
    desk.came_back(walk.house, ids[1], HAND)
    assert [walk.see(one).status for one in ids] == [Status.RETURNED] * 3
    walk.holds()


def test_a_refusal_that_a_person_found_out_is_of_the_whole_envelope(walk: Walk, envelope: Envelope) -> None:
    ids, run = envelope
    walk.world.paper_receipts.send(run[0].id, News.REFUSED, "code", Blame.UNKNOWN)
    walk.run()
    desk.was_refused(walk.house, ids[1], HAND)
    assert [walk.outcomes(one) for one in ids] == [["refused"]] * 3
    for taking in walk.world.paper.takings:
        taking.refused = True
    walk.holds()


def test_an_envelope_that_a_person_knows_has_arrived_has_arrived_with_all_its_letters(
    walk: Walk, envelope: Envelope
) -> None:
    ids, run = envelope
    walk.world.paper_receipts.send(run[0].id, News.REFUSED, "code", Blame.UNKNOWN)
    walk.run()
    desk.arrived(walk.house, ids[2], HAND)
    assert [walk.see(one).status for one in ids] == [Status.DELIVERED] * 3


def test_a_letter_that_a_person_takes_out_of_a_doubtful_envelope_is_booked_apart(walk: Walk) -> None:
    """The printer took one answer's worth and was silent about the rest; a person found out that one was not taken."""
    runs_of(walk)
    walk.world.paper.plan = lambda _: "some-then-drop" if walk.world.paper.calls == 1 else "take"
    ids = sorted(walk.hand_in(*(submission(SOLVEJ) for _ in range(3))))
    walk.run()
    assert [walk.outcomes(one) for one in ids] == [["taken"], ["doubt"], ["doubt"]]
    assert standing(walk, ids[0], "porto") == {"porto": 800}
    walk.pass_(days=4)
    walk.run()
    desk.settle_not_taken(walk.house, ids[1], HAND)
    assert standing(walk, ids[0], "porto") == {"porto": 1200}
    walk.misled.add(ids[1])
    walk.holds()


def test_a_letter_whose_try_in_the_envelope_has_ended_is_left_alone(walk: Walk, envelope: Envelope) -> None:
    ids, run = envelope
    with walk.ledger.writing() as tx:  # as a person's act of before could have left it
        found = sending.dispatch(tx, run[2].id)
        sending.settle_dispatch(tx, found.id, "refused", {"taken"})  # type: ignore[arg-type]
        tx.execute(t.letter.update().where(t.letter.c.id == ids[2]).values(status="CANCELLED"))
    walk.world.paper_receipts.send(run[0].id, News.DELIVERED)
    walk.run()
    assert [walk.see(one).status for one in ids] == [Status.DELIVERED, Status.DELIVERED, Status.CANCELLED]


# ---- one price ----------------------------------------------------------------------------------------------------


def test_the_letters_share_one_porto_and_one_envelope_by_their_sheets(walk: Walk, envelope: Envelope) -> None:
    """Three notices of one sheet, quick, home: 3 x 4.99 g + 6.5 g = 21.47 g, to 50 g 24.00 kr.: 8.00 kr. each.

    Materials: 3 x 0.12 + 0.55 = 0.91 kr.: 31, 30 and 30 øre. Alone: 24.00 kr. and 0.12 + 0.55 = 0.67 kr. each.
    """
    ids, _ = envelope
    assert [walk.see(one).sheets for one in ids] == [1, 1, 1]
    measures = ("porto", "materials", "alone-porto", "alone-materials")
    assert [standing(walk, one, *measures) for one in ids] == [
        {"porto": 800, "materials": 31, "alone-porto": 2400, "alone-materials": 67},
        {"porto": 800, "materials": 30, "alone-porto": 2400, "alone-materials": 67},
        {"porto": 800, "materials": 30, "alone-porto": 2400, "alone-materials": 67},
    ]
    assert not differences(walk)


def test_what_the_printer_charges_for_one_job_is_for_the_envelope(walk: Walk, envelope: Envelope) -> None:
    ids, run = envelope
    for one in run:  # each job tells it
        with walk.ledger.writing() as tx:
            assert apply(tx, walk.house, Receipt(one.id, News.DELIVERED, amount=2491))
    with walk.ledger.reading() as tx:
        rows = tx.execute(select(t.entry).where(t.entry.c.stage == "charged").order_by(t.entry.c.letter_id)).all()
        assert tx.execute(select(t.incident)).all() == []
    assert [(row.letter_id, row.amount) for row in rows] == list(zip(ids, (831, 830, 830), strict=True))
    assert not differences(walk)
    with walk.ledger.writing() as tx:
        apply(tx, walk.house, Receipt(run[0].id, News.DELIVERED, amount=2400))
    with walk.ledger.reading() as tx:
        assert set(tx.execute(select(t.incident.c.code)).scalars()) == {"charged-otherwise"}


class Tearing(ModelMailer):
    """A printer that breaks the port's word: it takes an envelope's first letter and refuses the second."""

    def hand_over(self, consignment: Consignment) -> Iterator[Answer]:
        first, second, *others = consignment.dispatches
        self.take(consignment, second)
        yield Accepted(first.id, "t")
        yield Rejected(second.id, "too-large", Blame.LETTER)
        yield from (Accepted(one.id, "t") for one in others)


def test_an_envelope_that_turns_out_smaller_is_booked_as_it_went(walk: Walk) -> None:
    runs_of(walk)
    walk.world.paper = Tearing(Channel.PRINT, "print", together=100, shares_envelopes=True)
    walk.house = replace(walk.house, outside=walk.world.outside())
    ids = sorted(walk.hand_in(*(submission(SOLVEJ) for _ in range(3))))
    walk.run()
    assert [walk.see(one).status for one in ids] == [Status.SENT, Status.HELD, Status.SENT]
    # two sheets: 24.00 kr. by two is 12.00 kr.; materials 2 x 0.12 + 0.55 = 0.79 kr.: 40 and 39 øre
    assert [standing(walk, one, "porto", "materials", "alone-porto") for one in ids] == [
        {"porto": 1200, "materials": 40, "alone-porto": 2400},
        {"porto": 0, "materials": 0, "alone-porto": 0},
        {"porto": 1200, "materials": 39, "alone-porto": 2400},
    ]
    assert not differences(walk)


def test_the_last_letter_of_an_envelope_is_booked_alone(walk: Walk) -> None:
    runs_of(walk)
    walk.world.paper = Tearing(Channel.PRINT, "print", together=100, shares_envelopes=True)
    walk.house = replace(walk.house, outside=walk.world.outside())
    ids = sorted(walk.hand_in(*two()))
    walk.run()
    assert standing(walk, ids[0], "porto", "materials", "alone-porto", "alone-materials") == {
        "porto": 2400, "materials": 67, "alone-porto": 0, "alone-materials": 0,
    }  # fmt: skip
    assert not differences(walk)


def test_a_letter_of_an_envelope_knows_its_share_of_it(walk: Walk, envelope: Envelope) -> None:
    _, run = envelope
    with walk.ledger.reading() as tx:
        shares = [envelopes.share_of(tx, sending.dispatch(tx, one.id)) for one in run]
    assert [(one.weights, one.place) for one in shares if one] == [((1, 1, 1), 1), ((1, 1, 1), 2), ((1, 1, 1), 3)]


def test_an_envelope_that_was_refused_and_posted_after_all_is_booked_as_one(walk: Walk, envelope: Envelope) -> None:
    ids, run = envelope
    walk.world.paper_receipts.send(run[0].id, News.REFUSED, "address", Blame.RECIPIENT)
    walk.run()
    assert [standing(walk, one, "porto")["porto"] for one in ids] == [0, 0, 0]
    for one in run:
        walk.world.paper_receipts.send(one.id, News.DELIVERED)
        walk.run()
        assert not differences(walk)
    assert [walk.outcomes(one) for one in ids] == [["taken"]] * 3
    assert [standing(walk, one, "porto")["porto"] for one in ids] == [800, 800, 800]


def test_a_run_that_was_given_up_and_taken_after_all_is_booked_by_its_envelopes(walk: Walk) -> None:
    runs = runs_of(walk)
    walk.world.paper.can_ask = True
    walk.world.paper.plan = lambda _: "nothing"
    ids = walk.hand_in(*two())
    walk.run()
    walk.pass_(seconds=61)
    delivery.mind_doubts(walk.house, Channel.PRINT)
    assert {walk.see(one).status for one in ids} == {Status.ROUTED}
    walk.world.paper_receipts.send_of_run(runs[0].id, News.RECEIVED)
    walk.step(delivery.fetch)
    walk.step(delivery.settle)
    assert [walk.see(one).held_code for one in ids] == ["contradicted"] * 2
    assert [standing(walk, one, "porto")["porto"] for one in ids] == [1200, 1200]
    assert not differences(walk)


E = t.entry.c
SHARE = (E.stage == "booked", E.measure == "porto")


@pytest.mark.parametrize(
    "tamper",
    [
        lambda letters: E.letter_id == letters[0],  # as if it had gone alone
        E.letter_id.in_,  # all of them so
    ],
)
def test_the_audit_sees_an_envelope_whose_letters_are_booked_as_if_they_went_apart(
    walk: Walk, envelope: Envelope, tamper: Callable[[list[UUID]], Any]
) -> None:
    ids, _ = envelope
    with walk.ledger.reading() as tx:
        alone = tx.execute(select(E.amount, E.inputs).where(E.measure == "alone-porto").limit(1)).one()
    with walk.ledger.writing() as tx, unguarded(tx):
        tx.execute(t.entry.update().where(*SHARE, tamper(ids)).values(amount=alone.amount, inputs=alone.inputs))
    found = differences(walk)
    assert {(one.measure, one.why) for one in found} >= {
        ("envelope", "the letters of a shared envelope do not make up the whole of it")
    }


def test_the_audit_sees_shares_of_another_whole(walk: Walk, envelope: Envelope) -> None:
    """Each share comes again by itself, and together they are of more sheets than the envelope has."""
    with walk.ledger.writing() as tx, unguarded(tx):
        for row in tx.execute(select(t.entry).where(*SHARE)).all():
            inputs = json.dumps({**json.loads(row.inputs), "sheets": 2}, sort_keys=True, separators=(",", ":"))
            tx.execute(t.entry.update().where(E.id == row.id).values(inputs=inputs))
    assert [(one.measure, one.stored, one.expected) for one in differences(walk)] == [("porto", 2400, 2400)]


@pytest.mark.parametrize("measure", ["alone-porto", "alone-materials"])
def test_the_audit_misses_what_a_letter_would_have_cost_alone(walk: Walk, envelope: Envelope, measure: str) -> None:
    with walk.ledger.writing() as tx, unguarded(tx):
        tx.execute(t.entry.delete().where(E.measure == measure, E.letter_id == envelope[0][1]))
    assert [(one.letter, one.measure) for one in differences(walk)] == [(envelope[0][1], "envelope")]


def test_householding_has_a_line_of_its_own_in_the_figures(walk: Walk, envelope: Envelope) -> None:
    """Alone 3 x (24.00 + 0.67) = 74.01 kr., together 24.00 + 0.91 = 24.91 kr.: 49.10 kr. saved."""
    with walk.ledger.reading() as tx:
        period = Period.month(2027, 1)
        money = total(tx, period).money
        assert sum(one.money.householding for one in figures(tx, period, By.ROUTE).values()) == 4910
    assert money.householding == 4910
    assert (money.cost[Part.PORTO], money.cost[Part.MATERIALS]) == (2400, 91)


def test_a_shared_envelope_that_was_refused_and_costs_all_the_same_is_no_difference(walk: Walk, tmp_path: Path) -> None:
    ours = 'code = "print-materials"'
    walk.house = with_tariffs(walk.house, tmp_path, (ours, f"{ours}\ncharged_if_refused = true"))
    runs = runs_of(walk)
    ids = sorted(sent(walk, *two()))
    assert shared(runs[0])
    walk.world.paper_receipts.send(runs[0].dispatches[0].id, News.REFUSED, "code", Blame.RECIPIENT)
    for one in walk.world.paper.takings:
        one.refused = True
    walk.run()
    failed = [standing(walk, one, "failed-materials")["failed-materials"] for one in ids]
    assert failed == [40, 39]  # 2 x 12 + 55 øre
    walk.holds()


def test_the_story_of_a_letter_names_those_in_its_envelope(walk: Walk, envelope: Envelope) -> None:
    ids, run = envelope
    with walk.ledger.reading() as tx:
        told = [story(tx, one) for one in ids]
    assert [one.together for one in told if one] == [(ids[1], ids[2]), (ids[0], ids[2]), (ids[0], ids[1])]
    walk.world.paper_receipts.send(run[1].id, News.REFUSED, "pdf.broken", Blame.LETTER)
    walk.run()
    with walk.ledger.reading() as tx:
        told = [story(tx, one) for one in ids]
    assert [one.together for one in told if one] == [(ids[2],), (), (ids[0],)]


def test_letters_that_go_alone_save_nothing_by_householding(walk: Walk) -> None:
    runs_of(walk)
    sent(walk, submission(SOLVEJ), submission(ALMA))
    with walk.ledger.reading() as tx:
        assert total(tx, Period.month(2027, 1)).money.householding == 0


def test_one_scan_brings_the_whole_envelope_back_and_one_undo_lets_it_stand(walk: Walk) -> None:
    runs_of(walk)
    upper, lower = sent(walk, *two())
    code = walk.see(lower).return_code
    assert code
    scanned = post_room.scan(walk.house, code, ReturnReason.MOVED, "postrum")
    assert [walk.see(one).status for one in (upper, lower)] == [Status.RETURNED] * 2
    with walk.house.ledger.reading() as tx:
        back = [returned.last_of(tx, one) for one in (upper, lower)]
        assert [(one.by, one.reason) for one in back if one] == [("postrum", ReturnReason.MOVED)] * 2
        assert not list(audit(tx))
    assert (
        post_room.scan(walk.house, walk.see(upper).return_code or "", ReturnReason.MOVED, "en anden").found
        == "already-returned"
    )
    assert scanned.number
    assert post_room.undo(walk.house, scanned.number, "en anden") is None
    assert post_room.undo(walk.house, scanned.number, "postrum") == lower
    assert [walk.see(one).status for one in (upper, lower)] == [Status.SENT] * 2

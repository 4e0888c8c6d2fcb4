"""Proof runs: invented letters to look at; marked, never posted, and in no figure."""

from io import BytesIO
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from outbound import delivery
from outbound.delivery.proof import PROOF, examples, send_proof
from outbound.desk import DeskRefusal
from outbound.ledger import proofs
from outbound.ledger import tables as t
from outbound.letter import Channel, Consignment, News
from outbound.life import Outcome
from tests.delivery.walking import HAND, Walk
from tests.house import NOTICE

RECEIPT = "kvittering-ansoegning"


@pytest.fixture
def handed(walk: Walk) -> list[Consignment]:
    """What the printer was handed."""
    seen: list[Consignment] = []
    walk.world.paper.hook = lambda place, consignment: seen.append(consignment) if place == "calling" else None
    return seen


def told(walk: Walk, run_id: UUID) -> dict[str, str | None]:
    """The printer's last news of each letter of a proof run."""
    with walk.house.ledger.reading() as tx:
        found = proofs.proof(tx, run_id)
    assert found is not None
    return {one.letter_type: one.told for one in found[1]}


def rows(walk: Walk) -> int:
    """In the tables of letters, dispatches and money."""
    with walk.house.ledger.reading() as tx:
        counted = [tx.execute(select(func.count()).select_from(one)) for one in (t.letter, t.dispatch, t.entry)]
        return sum(one.scalar_one() for one in counted)


def inbox(walk: Walk) -> set[str]:
    with walk.house.ledger.reading() as tx:
        return set(tx.execute(select(t.receipt_inbox.c.state)).scalars())


def test_a_proof_run_goes_to_the_printer_as_a_proof_and_is_no_letter_of_anybodys(
    walk: Walk, handed: list[Consignment]
) -> None:
    made = send_proof(walk.house, [NOTICE, RECEIPT, NOTICE], HAND)
    (run,) = handed
    assert (run.id, run.proof, run.channel) == (made.id, True, Channel.PRINT)
    assert (made.outcome, made.letters, made.by) == (Outcome.TAKEN, 2, HAND.by)
    assert {one.envelope for one in run.dispatches} == {"C5"}
    assert all(one.recipient.number is None and one.cost_centre for one in run.dispatches)
    assert rows(walk) == 0


def test_every_page_says_that_it_is_a_proof(walk: Walk) -> None:
    for one in examples(walk.house, []):
        pages = PdfReader(BytesIO(one.document.pdf)).pages
        assert len(pages) == one.document.pages
        counted = [page.extract_text().count(PROOF) for page in pages]
        assert counted == [2] + [1] * (len(pages) - 1), one.letter_type.name  # in the margin of the first page, too


def test_its_receipts_settle_it_and_are_not_loose(walk: Walk, handed: list[Consignment]) -> None:
    made = send_proof(walk.house, [NOTICE, RECEIPT], HAND)
    first, second = handed[0].dispatches
    walk.setting(unmatched_seconds=0.0)
    walk.world.paper_receipts.send_of_run(made.id, News.RECEIVED)
    walk.world.paper_receipts.send(first.id, News.RECEIVED)
    walk.world.paper_receipts.send(second.id, News.REFUSED, "torn")
    walk.run()
    assert told(walk, made.id) == {NOTICE: "received", RECEIPT: "refused"}
    with walk.house.ledger.reading() as tx:
        (run,) = proofs.newest(tx, 5)
        assert (run.told, run.posted_at) == (News.RECEIVED, None)
    assert inbox(walk) == {"settled"}


def test_a_proof_that_was_posted_is_a_warning(walk: Walk, handed: list[Consignment]) -> None:
    send_proof(walk.house, [NOTICE], HAND)
    walk.world.paper_receipts.send(handed[0].dispatches[0].id, News.DELIVERED)
    walk.run()
    with walk.house.ledger.reading() as tx:
        assert proofs.count_posted(tx) == 1
    assert rows(walk) == 0
    assert inbox(walk) == {"settled"}


@pytest.mark.parametrize(
    ("what", "outcome", "code"),
    [
        ("unavailable", Outcome.VOID, "busy"),
        ("misconfigured", Outcome.VOID, "certificate"),
        ("refuse-all", Outcome.REFUSED, "memo.invalid"),
        ("refuse-letter", Outcome.REFUSED, None),
        ("drop", Outcome.DOUBT, "reset"),
    ],
)
def test_how_the_hand_over_ended_is_kept_and_nothing_is_repeated(
    walk: Walk, what: str, outcome: Outcome, code: str | None
) -> None:
    walk.world.paper.plan = lambda consignment: what
    made = send_proof(walk.house, [NOTICE], HAND)
    assert (made.outcome, made.code) == (outcome, code)
    walk.pass_(days=9)
    walk.run()
    assert walk.world.paper.calls == 1


def test_what_would_be_posted_or_cannot_be_made_is_refused(walk: Walk) -> None:
    with pytest.raises(DeskRefusal, match="no-such"):
        send_proof(walk.house, ["no-such"], HAND)
    with pytest.raises(DeskRefusal, match="faerdigt-brev"):
        send_proof(walk.house, ["faerdigt-brev"], HAND)
    walk.world.paper.together = 1  # as SF1601, by which every letter goes to the post
    with pytest.raises(DeskRefusal, match="would post it"):
        send_proof(walk.house, [NOTICE], HAND)
    assert walk.world.paper.calls == 0
    assert delivery.fetch(walk.house) == 0

"""What the post room does with letters that come back: each scanned, known by its code, and told on at once.

Nothing here opens the seal: whoever scans sees which kind of letter it was, of which department and day, and no person.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from outbound import clock
from outbound.delivery import House
from outbound.delivery.settle import apply
from outbound.desk import Hand, note
from outbound.ledger import envelopes, returned, runs
from outbound.ledger.letters import locked
from outbound.ledger.values import Letter
from outbound.letter import News, Receipt, ReturnReason
from outbound.life import LIVE, UNSETTLED, Status
from outbound.return_code import LENGTH, as_scanned, is_code

SCANNED, UNDONE = "returned", "return-undone"
"""The acts, as the letter's story has them."""


class Found(StrEnum):
    """What a scan came to."""

    RETURNED = "returned"
    NO_CODE = "no-code"
    CHECK_DIGIT = "check-digit"
    UNKNOWN = "unknown"
    ALREADY = "already-returned"
    NOT_PRINTED = "not-printed"
    CANCELLED = "cancelled"
    CONTRADICTS = "contradicts"  # of a try that had been given up: a person looks at it


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan came to, the letter where there is one, and the number under which it can be undone."""

    found: Found
    letter: Letter | None = None
    number: int | None = None


def scan(house: House, text: str, reason: ReturnReason, by: str) -> Scan:
    """One letter that somebody holds in the hand, by the code in its window: told like the printer's own word of it."""
    code = as_scanned(text)
    if not is_code(code):
        return Scan(Found.CHECK_DIGIT if len(code) == LENGTH and code.isascii() and code.isdigit() else Found.NO_CODE)
    with house.ledger.writing() as tx:
        letter = returned.letter_of(tx, code)
        if letter is None:
            return Scan(Found.UNKNOWN)
        if paper := returned.paper_of(tx, letter):
            envelopes.lock(tx, paper)
        one = locked(tx, letter)
        if one.status is Status.RETURNED:
            return Scan(Found.ALREADY, one)
        if paper is None:
            return Scan(Found.CANCELLED if one.status is Status.CANCELLED else Found.NOT_PRINTED, one)
        apply(tx, house, Receipt(paper.id, News.RETURNED, reason, at=clock.now(), by=by))
        if paper.outcome in UNSETTLED:
            returned.keep(tx, letter)  # it also said that the printer had it, which no undo takes back
        note(tx, house, SCANNED, "letter", letter.hex, Hand(by, reason), letter)
        now = locked(tx, letter)
        if now.status is not Status.RETURNED:
            return Scan(Found.CONTRADICTS, now)
        last = returned.last_of(tx, letter)
        return Scan(Found.RETURNED, now, last.id if last else None)


def undo(house: House, number: int, by: str) -> UUID | None:
    """A slip: the letter, and what came back in its envelope, go on as what is known of them says. None where this
    person did not scan it, somebody has seen to it, or the scan told more than that: then it is for IT operations.
    """
    with house.ledger.writing() as tx:
        letter = returned.scanned(tx, number, by)
        paper = returned.paper_of(tx, letter) if letter else None
        if letter is None or paper is None:
            return None
        envelopes.lock(tx, paper)
        run = runs.run(tx, paper.consignment_id)
        together = [one.letter.id for one in envelopes.in_envelope(tx, paper) if one.dispatch.outcome in LIVE]
        if (run and run.recalled_at) or not returned.undo(tx, {letter, *together}, by):
            return None
        note(tx, house, UNDONE, "letter", letter.hex, Hand(by, UNDONE), letter)
        return letter

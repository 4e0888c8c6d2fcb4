"""Ids that a ledger restored from a back-up gives again: what a supplier or a window shows is known by them once more.

They are derived from what a specialist system calls the letter, under the seal's fingerprint key: the same letter
handed in again has the same ones, and they tell nobody anything. A try that follows a definite no is the next in
number, so that no two tries share an id.
"""

from collections.abc import Iterable
from uuid import UUID

from outbound.ledger.values import Letter
from outbound.return_code import drawn_code
from outbound.seal import Seal


def dispatch_id(seal: Seal, one: Letter, number: int) -> UUID:
    """The id of the letter's so-manyth try (from 1): a version 4, as MeMo wants it."""
    return _version_4(seal.fingerprint("dispatch", [*_name(one), number]))


def reminder_id(seal: Seal, one: Letter) -> UUID:
    """The id of the letter's text message."""
    return _version_4(seal.fingerprint("reminder", _name(one)))


def return_code(seal: Seal, one: Letter, number: int) -> str:
    """The so-manyth code that the letter may have (from 1): the first that no other letter has is its own."""
    return drawn_code(int(seal.fingerprint("return-code", [*_name(one), number]), 16))


def dispatch_ids(seal: Seal, one: Letter, numbers: Iterable[int]) -> dict[UUID, int]:
    """The ids of these tries, each with its number."""
    return {dispatch_id(seal, one, number): number for number in numbers}


def _name(one: Letter) -> list[str | int]:
    return [one.system, one.reference, one.recipient_no]


def _version_4(digest: str) -> UUID:
    return UUID(hex=digest[:32], version=4)

"""From bodies to letters: checked one by one, committed together, answered each, after the commit."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from outbound.intake import MailingFacts, Submitted, check, take_in_all
from outbound.ledger.faulty import is_corrected
from outbound.ledger.mailings import mailing
from outbound.ledger.values import Step
from outbound.letter import Lane, Submission
from outbound.life import Status
from outbound.organisation import System
from outbound.rendering import Fault
from outbound.seal import SealFault
from outbound.story import owned_by, references_known, statuses
from outbound.web.api.handed_in import MailingLetterIn, Undecodable, submission_of
from outbound.web.body import BrokenJson, model_faults, strict_json
from outbound.web.problems import Kind, Problem, invalid, place_of
from outbound.web.rooms import Rooms
from workers.queues import queue_name

log = logging.getLogger(__name__)
BATCH = 100
NAMES = {
    "wish": "channel/wish",
    "wish_reason": "channel/reason",
    "mailing_id": "mailing",
    "title": "document/title",
    "dated": "document/dated",
    "pdf": "document/pdf",
}
"""Parts of a submission that a body calls otherwise."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A submission's letters, in the order of its recipients; new, or those of the first call."""

    new: bool
    submission: Submission
    letters: tuple[UUID, ...]
    states: Mapping[UUID, str]


def take_one(rooms: Rooms, system: System, one: Submission) -> Taken:
    """Take in a submission. Raises Problem (409, 422, 503)."""
    taken = take_batch(rooms, system, [one])[0]
    if isinstance(taken, Problem):
        raise taken
    return taken


def take_batch(rooms: Rooms, system: System, many: Sequence[Submission | Problem]) -> list[Taken | Problem]:
    """Take in what can be, in one commit; an answer for each. Then ring, which delays nothing."""
    answers: list[Taken | Problem | None] = [one if isinstance(one, Problem) else None for one in many]
    good = _checked(rooms, system, many, answers)
    for place, answer in zip(good, _kept(rooms, [many[place] for place in good]), strict=True):  # type: ignore[misc]
        answers[place] = answer
    _ring(rooms, [one for one in answers if isinstance(one, Taken) and one.new])
    return [answer for answer in answers if answer is not None]


def submission_from(line: bytes, system: System, mailing_id: UUID, pdf_limit: int) -> Submission | Problem:
    """A line of a mailing, or what is wrong with it."""
    try:
        body = MailingLetterIn.model_validate(strict_json(line))
        return submission_of(body, system.name, mailing_id, pdf_limit)
    except BrokenJson as fault:
        return Problem(Kind.BROKEN_BODY, str(fault).replace("The body", "The line"))
    except ValidationError as fault:
        return invalid(model_faults(fault))
    except Undecodable as fault:
        return invalid(fault.faults)


def _checked(
    rooms: Rooms, system: System, many: Sequence[Submission | Problem], answers: list[Taken | Problem | None]
) -> list[int]:
    """The places of those that may be kept; the others get their answer. What was taken before needs no check."""
    waiting = [(place, one) for place, one in enumerate(many) if isinstance(one, Submission)]
    known, mailings = _known(rooms, system, [one for _, one in waiting])
    good = []
    for place, one in waiting:
        again = one.reference in known and one.letter_type in rooms.house.types
        wrong = _wrong_correction(rooms, system, one) if one.corrects and not again else None
        answers[place] = None if again else wrong or _faults(rooms, system, one, mailings)
        if answers[place] is None:
            good.append(place)
    return good


def _wrong_correction(rooms: Rooms, system: System, one: Submission) -> Problem | None:
    """It corrects a letter that is not this system's own, or that has a correction already."""
    if one.corrects is None:
        return None
    if len(one.recipients) != 1:
        return invalid([Fault("/corrects", "A correction goes to one recipient, as each faulty letter did.")])
    with rooms.house.ledger.reading() as tx:
        if owned_by(tx, one.corrects, system.name) is None:
            return invalid([Fault("/corrects", "Your system has no such letter.")])
        if is_corrected(tx, one.corrects):
            return invalid([Fault("/corrects", "The letter has a correction already; cancel that one first.")])
    return None


def _known(rooms: Rooms, system: System, many: Sequence[Submission]) -> tuple[frozenset[str], dict[UUID, MailingFacts]]:
    with rooms.house.ledger.reading() as tx:
        known = references_known(tx, system.name, [one.reference for one in many])
        found = [mailing(tx, one) for one in {one.mailing_id for one in many if one.mailing_id}]
    return known, {one.id: MailingFacts(one.id, one.system, one.department) for one in found if one}


def _faults(rooms: Rooms, system: System, one: Submission, mailings: Mapping[UUID, MailingFacts]) -> Problem | None:
    try:
        found = check(rooms.house, system, one, mailings.get(one.mailing_id) if one.mailing_id else None)
    except Exception as fault:  # one that breaks the check must not sink its neighbours
        log.error("A submission could not be checked: %s.", place_of(fault))
        return Problem(Kind.INTERNAL)
    return invalid(found) if found else None


def _kept(rooms: Rooms, many: Sequence[Submission]) -> list[Taken | Problem]:
    if not many:
        return []
    try:
        return _answers(rooms, many, take_in_all(rooms.house, many))
    except SealFault as fault:
        log.error("Nothing can be taken in: %s", fault)  # names a month, never what lies beneath
        return [Problem(Kind.UNAVAILABLE, "Letters cannot be sealed now.")] * len(many)
    except Exception as fault:
        if len(many) == 1:
            log.error("A submission could not be kept: %s.", place_of(fault))
            return [Problem(Kind.INTERNAL)]
        return [answer for one in many for answer in _kept(rooms, [one])]


def _answers(rooms: Rooms, many: Sequence[Submission], kept: Sequence[Submitted]) -> list[Taken | Problem]:
    again = [letter for one in kept if not one.new for letter in one.letters]
    states: dict[UUID, str] = {}
    if again:
        with rooms.house.ledger.reading() as tx:
            states = statuses(tx, again)
    return [_answer(one, found, states) for one, found in zip(many, kept, strict=True)]


def _answer(one: Submission, found: Submitted, states: Mapping[UUID, str]) -> Taken | Problem:
    if found.differs:
        differs = [NAMES.get(name, name) for name in found.differs]
        first: dict[str, Any] = {"letter": str(found.letters[0]), "differs": differs}
        return Problem(Kind.OTHER_CONTENT, "GET the letter to see what became of it.", more=first)
    now = dict.fromkeys(found.letters, str(Status.RECEIVED)) if found.new else states
    return Taken(found.new, one, found.letters, now)


def _ring(rooms: Rooms, taken: Sequence[Taken]) -> None:
    for lane in Lane:
        of_lane = [one for one in taken if (one.submission.mailing_id is not None) is (lane is Lane.MAILING)]
        if letters := sum(len(one.letters) for one in of_lane):
            rooms.ring(queue_name(Step.RENDER, lane), -(-letters // rooms.house.settings.handful))

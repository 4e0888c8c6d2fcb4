"""What a system may do with its own letter while it has not left: mend, replace, release, cancel. And journalise it,
and stop its reminder."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from outbound import desk, retention
from outbound.desk import DeskRefusal, Hand
from outbound.intake import document_faults, paper_faults
from outbound.ledger.values import Letter, Step
from outbound.letter import WaitsFor
from outbound.life import Status
from outbound.organisation import System
from outbound.web.access import Caller
from outbound.web.api import examples
from outbound.web.api.description import BODY, may_answer, takes
from outbound.web.api.handed_in import DocumentIn, MendIn, ReleaseIn, ResendIn, Undecodable, ready_made_of
from outbound.web.api.handed_out import LetterOut
from outbound.web.api.letters import own_letter, own_story, single_limit
from outbound.web.api.telling import letter_out
from outbound.web.body import JSON, json_body, parse_as, read_limited
from outbound.web.problems import Kind, Problem, invalid
from outbound.web.rooms import Inside, Rooms
from workers.queues import queue_name

router = APIRouter(prefix="/v1/letters", tags=["acts"])
SMALL = 64_000  # bytes
NOT_ANY_MORE = may_answer(Kind.NOT_FOUND, Kind.NOT_NOW)
WITH_BODY = may_answer(Kind.NOT_FOUND, Kind.NOT_NOW, *BODY)


def small(_: Request) -> int:
    """The most bytes of a body without a document."""
    return SMALL


async def _release_body(request: Request) -> ReleaseIn:
    """The reason may be left out, body and all."""
    if "content-type" not in request.headers and request.headers.get("content-length", "0") == "0":
        return ReleaseIn()
    return parse_as(ReleaseIn, await read_limited(request, JSON, SMALL))


@router.put("/{letter}/journalised", responses=may_answer(Kind.NOT_FOUND))
def note_journalised(caller: Caller, inside: Inside, letter: UUID) -> LetterOut:
    """Say that you have journalised the copy. Retention counts from here; the first time stands."""
    with inside.house.ledger.writing() as tx:
        retention.journalised(tx, inside.house, own_letter(tx, caller, letter))
    return letter_out(own_story(inside, caller, letter))


@router.patch("/{letter}/address", responses=WITH_BODY, openapi_extra=takes(MendIn, another_address=examples.MEND))
def mend_address(
    caller: Caller, body: Annotated[MendIn, Depends(json_body(MendIn, small))], inside: Inside, letter: UUID
) -> LetterOut:
    """Another address for paper, while nothing has been handed over. The letter is rendered and routed again."""
    own = _own(inside, caller, letter)
    address = body.address.noun()
    if faults := [*paper_faults(inside.house, address, "/address")]:
        raise invalid(faults)
    with _at_the_desk():
        desk.mend_address(inside.house, letter, address, _hand(caller, body.reason, "mended by its system"))
    return _went_on(inside, caller, own, Step.RENDER)


@router.put(
    "/{letter}/pdf", responses=WITH_BODY, openapi_extra=takes(DocumentIn, another_PDF=examples.READY_MADE["document"])
)
def replace_pdf(
    caller: Caller,
    body: Annotated[DocumentIn, Depends(json_body(DocumentIn, single_limit))],
    inside: Inside,
    letter: UUID,
) -> LetterOut:
    """Another PDF in place of the one handed in, while nothing has been handed over."""
    own = _own(inside, caller, letter)
    try:
        ready_made = ready_made_of(body, "", inside.house.settings.pdf_limit)
    except Undecodable as fault:
        raise invalid(fault.faults) from None
    if faults := [*document_faults(inside.house, ready_made, "")]:
        raise invalid(faults)
    with _at_the_desk():
        desk.replace_pdf(inside.house, letter, ready_made, _hand(caller, "", "replaced by its system"))
    return _went_on(inside, caller, own, Step.RENDER)


@router.post(
    "/{letter}/release",
    responses=WITH_BODY,
    openapi_extra=takes(ReleaseIn, required=False, what="May be left out.", with_a_reason=examples.RELEASE),
)
def release(
    caller: Caller, body: Annotated[ReleaseIn, Depends(_release_body)], inside: Inside, letter: UUID
) -> LetterOut:
    """Let a letter that is HELD for its sender go on. One that waits for somebody else is 409."""
    own = _own(inside, caller, letter)
    if own.status is not Status.HELD or own.waits_for is not WaitsFor.SENDER:
        raise Problem(Kind.NOT_NOW, "The letter does not wait for its sender.")
    with _at_the_desk():
        desk.release(inside.house, letter, _hand(caller, body.reason, "released by its system"))
    return _went_on(inside, caller, own, Step.ROUTE if own.document_fingerprint else Step.RENDER)


@router.post(
    "/{letter}/resend",
    status_code=201,
    responses=WITH_BODY,
    openapi_extra=takes(ResendIn, to_another_address=examples.MEND),
)
def resend(
    caller: Caller, body: Annotated[ResendIn, Depends(json_body(ResendIn, small))], inside: Inside, letter: UUID
) -> LetterOut:
    """Send it again as a new letter that follows it, marked as sent again: it came back, or did not come.

    The answer is the new letter, also to the same call again; to one with another address it is 409. To send it a third
    time, send the new letter again.
    """
    own = _own(inside, caller, letter)
    address = body.address.noun() if body.address else None
    if address and (faults := [*paper_faults(inside.house, address, "/address")]):
        raise invalid(faults)
    with _at_the_desk():
        hand = _hand(caller, body.reason, "sent again by its system")
        new = desk.resend(inside.house, letter, hand, address)
    inside.ring(queue_name(Step.RENDER, own.lane), 1)
    return letter_out(own_story(inside, caller, new))


@router.delete("/{letter}", responses=NOT_ANY_MORE)
def cancel(caller: Caller, inside: Inside, letter: UUID) -> LetterOut:
    """Never send it. 409 once it is being handed over: paper when its print run has closed (`cancellable_until`), after
    which IT operations can only ask the printer to recall the whole run. Cancelling twice is no fault.
    """
    if _own(inside, caller, letter).status is not Status.CANCELLED:
        with _at_the_desk():
            desk.cancel(inside.house, letter, _hand(caller, "", "cancelled by its system"))
    return letter_out(own_story(inside, caller, letter))


@router.delete("/{letter}/reminder", responses=NOT_ANY_MORE)
def stop_reminder(caller: Caller, inside: Inside, letter: UUID) -> LetterOut:
    """Never send the letter's text message: the meeting is moved or called off. 409 where none is still to come."""
    _own(inside, caller, letter)
    with _at_the_desk():
        desk.stop_reminder(inside.house, letter, _hand(caller, "", "stopped by its system"))
    return letter_out(own_story(inside, caller, letter))


def _own(inside: Rooms, caller: System, letter: UUID) -> Letter:
    with inside.house.ledger.reading() as tx:
        return own_letter(tx, caller, letter)


def _hand(caller: System, reason: str, otherwise: str) -> Hand:
    return Hand(caller.name, reason.strip() if desk.says_something(reason) else otherwise)


@contextmanager
def _at_the_desk() -> Iterator[None]:
    """The desk's refusals as answers."""
    try:
        yield
    except DeskRefusal as refusal:
        raise Problem(Kind.NOT_NOW, str(refusal)) from None


def _went_on(inside: Rooms, caller: System, own: Letter, step: Step) -> LetterOut:
    inside.ring(queue_name(step, own.lane), 1)
    return letter_out(own_story(inside, caller, own.id))

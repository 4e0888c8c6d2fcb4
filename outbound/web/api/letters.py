"""Single letters: hand one in, follow it, fetch its copy."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from outbound.contents import DOCUMENT
from outbound.delivery.closing import cancellable_until
from outbound.ledger.keys import Transaction
from outbound.ledger.values import Letter
from outbound.letter import Submission
from outbound.organisation import System
from outbound.story import Story, find_by_reference, owned_by, route_of, story
from outbound.web.access import Caller, count_single
from outbound.web.api import examples
from outbound.web.api.description import BODY, may_answer, takes
from outbound.web.api.handed_in import LetterIn, Undecodable, submission_of
from outbound.web.api.handed_out import LetterOut, LettersOut, TakenOut
from outbound.web.api.taking_in import take_one
from outbound.web.api.telling import letter_out, summary_out, taken_out
from outbound.web.body import json_body
from outbound.web.problems import Kind, Problem, invalid
from outbound.web.rooms import Inside, Rooms, rooms_of

router = APIRouter(prefix="/v1/letters", tags=["letters"])
PRINTABLE = r"^[^\x00-\x1f]*$"  # PostgreSQL takes no NUL, and no reference has one
ROOM_FOR_THE_REST = 1_000_000  # bytes of a body beside its PDFs


def single_limit(request: Request) -> int:
    """The most bytes of a body with one PDF in base64, and the rest."""
    return _with_room(request, 0)


def letter_limit(request: Request) -> int:
    """The most bytes of a body with one letter, which may have attachments."""
    return _with_room(request, rooms_of(request).house.settings.attachments_limit)


def _with_room(request: Request, more: int) -> int:
    settings = rooms_of(request).house.settings
    return min(settings.body_limit, (settings.pdf_limit + more) * 4 // 3 + ROOM_FOR_THE_REST)


@router.post(
    "",
    status_code=202,
    response_model=TakenOut,
    responses={
        **may_answer(*BODY, Kind.OTHER_CONTENT, Kind.RATE),
        200: {"model": TakenOut, "description": "A repeat: the letters of the first call, as they are now"},
    },
    openapi_extra=takes(
        LetterIn,
        from_a_template=examples.LETTER,
        in_large_print_for_one=examples.LARGE_PRINT,
        a_finished_PDF=examples.READY_MADE,
        with_attachments=examples.ENCLOSED,
    ),
)
def hand_in(
    caller: Caller,
    body: Annotated[LetterIn, Depends(json_body(LetterIn, letter_limit))],
    inside: Inside,
    response: Response,
) -> TakenOut:
    """Hand in one letter: one for each recipient, linked by your reference.

    The same call again is the same letters (200), also when they are long since sent. Other content under a reference
    already used is 409. Answered after the commit: what was answered with 2xx is not lost.
    """
    if body.mailing is None:
        count_single(inside, caller)
    taken = take_one(inside, caller, _submission(inside, caller, body))
    response.status_code = 202 if taken.new else 200
    response.headers["Location"] = f"/v1/letters/{taken.letters[0]}"
    return taken_out(taken)


@router.get("", responses=may_answer(Kind.VALIDATION))
def find(
    caller: Caller, inside: Inside, reference: Annotated[str, Query(min_length=1, max_length=128, pattern=PRINTABLE)]
) -> LettersOut:
    """Your letters under a reference of yours; an empty list where there are none."""
    with inside.house.ledger.reading() as tx:
        found = find_by_reference(tx, caller.name, reference)
    return LettersOut(letters=[summary_out(one, route_of(one.route)) for one in found])


@router.get("/{letter}", responses=may_answer(Kind.NOT_FOUND))
def follow(caller: Caller, inside: Inside, letter: UUID) -> LetterOut:
    """A letter's way so far: state, route and reason, dispatches, money, events, incidents."""
    return letter_out(own_story(inside, caller, letter))


@router.get(
    "/{letter}/pdf",
    response_class=Response,
    responses={
        **may_answer(Kind.NOT_FOUND, Kind.NOT_NOW),
        200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}},
    },
)
def fetch_pdf(caller: Caller, inside: Inside, letter: UUID) -> Response:
    """The letter as it was (or will be) sent: the copy for your case file. The opening is logged."""
    with inside.house.ledger.writing() as tx:
        own_letter(tx, caller, letter)
        pdf = inside.house.seal.open(tx, letter, DOCUMENT, caller.name, "api-pdf")
    if pdf is None:
        raise Problem(Kind.NOT_NOW, "The letter has not been rendered yet, or its content is no longer kept.")
    return pdf_answer(pdf, f"{letter}.pdf")


def pdf_answer(pdf: bytes, name: str) -> Response:
    """A PDF, under a name that says nothing of a person."""
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return Response(pdf, media_type="application/pdf", headers=headers)


def own_letter(tx: Transaction, caller: System, letter: UUID) -> Letter:
    """The letter, where it is the caller's own. Another system's is answered as one that there is not."""
    one = owned_by(tx, letter, caller.name)
    if one is None:
        raise Problem(Kind.NOT_FOUND, "Your system has no such letter.")
    return one


def own_story(inside: Rooms, caller: System, letter: UUID) -> Story:
    """The story of the caller's own letter. Raises Problem (404)."""
    with inside.house.ledger.reading() as tx:
        own_letter(tx, caller, letter)
        found = story(tx, letter)
    if found is None:
        raise Problem(Kind.NOT_FOUND, "Your system has no such letter.")
    return replace(found, cancellable_until=cancellable_until(found.letter))


def _submission(inside: Rooms, caller: System, body: LetterIn) -> Submission:
    try:
        return submission_of(body, caller.name, body.mailing, inside.house.settings.pdf_limit)
    except Undecodable as fault:
        raise invalid(fault.faults) from None

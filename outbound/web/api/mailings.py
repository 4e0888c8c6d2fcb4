"""Mailings: open one, then hand its letters in as lines of JSON, up to a thousand a call."""

import json
from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from uuid_utils.compat import uuid7

from outbound import clock
from outbound.intake import looks_like_cpr
from outbound.ledger.mailings import mailing, open_mailing
from outbound.letter import Mailing
from outbound.organisation import System
from outbound.rendering import Fault
from outbound.web.access import Caller
from outbound.web.api import examples
from outbound.web.api.acts import small
from outbound.web.api.description import BODY, may_answer, takes
from outbound.web.api.handed_in import MailingIn, MailingLetterIn, text_faults
from outbound.web.api.handed_out import MailingOut
from outbound.web.api.taking_in import BATCH, Taken, submission_from, take_batch
from outbound.web.api.telling import taken_out
from outbound.web.body import NDJSON, json_body, read_limited, without_mark
from outbound.web.problems import Kind, Problem, body_of, invalid
from outbound.web.rooms import Inside, Rooms, rooms_of

router = APIRouter(prefix="/v1/mailings", tags=["mailings"])
MOST_LINES = 1_000


@router.post(
    "",
    status_code=201,
    response_model=MailingOut,
    responses={
        **may_answer(*BODY, Kind.OTHER_CONTENT),
        200: {"model": MailingOut, "description": "A repeat: the mailing of the first call"},
    },
    openapi_extra=takes(MailingIn, a_mailing=examples.MAILING),
)
def open_one(
    caller: Caller, body: Annotated[MailingIn, Depends(json_body(MailingIn, small))], inside: Inside, response: Response
) -> MailingOut:
    """Open a mailing. The same reference again is the same mailing (200); with other content it is 409."""
    if faults := [*_faults(inside, caller, body)]:
        raise invalid(faults)
    wanted = Mailing(uuid7(), caller.name, body.reference, body.department, body.title)
    with inside.house.ledger.writing() as tx:
        found = open_mailing(tx, wanted)
    differs = [name for name in ("department", "title") if getattr(found, name) != getattr(wanted, name)]
    if differs:
        raise Problem(Kind.OTHER_CONTENT, more={"mailing": str(found.id), "differs": differs})
    response.status_code = 201 if found.id == wanted.id else 200
    return MailingOut(id=found.id, reference=found.reference, department=found.department, title=found.title)


Lines = list[tuple[int, bytes]]
"""The letters of a call, each with the number of its line; empty lines count, and are nothing else."""


async def _lines(request: Request) -> Lines:
    raw = without_mark(await read_limited(request, NDJSON, rooms_of(request).house.settings.body_limit))
    lines = [(number, line) for number, line in enumerate(raw.split(b"\n"), 1) if line.strip()]
    if not 1 <= len(lines) <= MOST_LINES:
        raise invalid([Fault("", f"Send from 1 to {MOST_LINES} lines, each a letter.")])
    return lines


@router.post(
    "/{mailing_id}/letters",
    response_class=Response,
    responses={
        **may_answer(*BODY, Kind.NOT_FOUND),
        200: {
            "description": "An answer for each line, in their order",
            "content": {
                NDJSON: {"schema": {"type": "string", "examples": ['{"line": 1, "status": 202, "letters": []}']}}
            },
        },
    },
    openapi_extra=takes(MailingLetterIn, NDJSON, what="One letter a line, at most 1,000 lines."),
)
def hand_in_lines(
    caller: Caller, lines: Annotated[Lines, Depends(_lines)], inside: Inside, mailing_id: UUID
) -> Response:
    """Hand in letters of a mailing, one a line, each as in `POST /v1/letters` but without `mailing`.

    The answer has a line for each: `line`, `status` (202 new, 200 a repeat, 4xx a problem of this line alone) and the
    letters or the problem. A line that is wrong stops no other. Repeat the whole call when the answer is lost.
    """
    with inside.house.ledger.reading() as tx:
        found = mailing(tx, mailing_id)
    if found is None or found.system != caller.name:
        raise Problem(Kind.NOT_FOUND, "Your system has no such mailing.")
    answers = [
        line
        for start in range(0, len(lines), BATCH)
        for line in _batch(inside, caller, mailing_id, lines[start : start + BATCH])
    ]
    return Response("".join(answers), media_type=NDJSON, headers={"Cache-Control": "no-store"})


def _batch(inside: Rooms, caller: System, mailing_id: UUID, lines: Lines) -> Iterator[str]:
    limit = inside.house.settings.pdf_limit
    many = [submission_from(line, caller, mailing_id, limit) for _, line in lines]
    for (number, _), answer in zip(lines, take_batch(inside, caller, many), strict=True):
        yield json.dumps({"line": number, **_line(answer)}, ensure_ascii=False, separators=(",", ":")) + "\n"


def _line(answer: Taken | Problem) -> dict[str, Any]:
    if isinstance(answer, Problem):
        return body_of(answer)
    return {"status": 202 if answer.new else 200, **taken_out(answer).model_dump(mode="json")}


def _faults(inside: Rooms, caller: System, body: MailingIn) -> Iterator[Fault]:
    known = inside.house.organisation.is_department(body.department, clock.today())
    if body.department not in caller.departments or not known:
        yield Fault("/department", "Your system has no such department, or it is not in force today.")
    for name in ("reference", "title"):
        yield from text_faults(f"/{name}", getattr(body, name))
        if looks_like_cpr(getattr(body, name)):
            yield Fault(f"/{name}", "This looks like a CPR number; references and titles must carry none.")

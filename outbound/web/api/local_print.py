"""Letters that a department still printed at its own office, as a specialist system counts them."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from outbound.intake.local_print import (
    MOST_LETTERS,
    Overlaps,
    counting_week,
    local_print_faults,
    report_local_print,
)
from outbound.ledger.local_print import Counted, LocalPrint
from outbound.organisation import System
from outbound.rendering import Fault
from outbound.web.access import Caller
from outbound.web.api import examples
from outbound.web.api.acts import small
from outbound.web.api.description import BODY, may_answer, takes
from outbound.web.api.handed_in import Day, HandedIn, Line
from outbound.web.body import json_body
from outbound.web.problems import Kind, Problem, invalid
from outbound.web.rooms import Inside

router = APIRouter(prefix="/v1/local-print", tags=["local print"])


class LocalPrintIn(HandedIn):
    """Letters that the department printed itself: all of them from `first` to `last`, or those of a counting week."""

    department: Line
    letters: Annotated[int, Field(strict=True, ge=0, le=MOST_LETTERS)]
    first: Annotated[Day | None, Field(description="The first day of the period; with `last`.")] = None
    last: Annotated[Day | None, Field(description="The last day of the period, which is over.")] = None
    year: Annotated[int | None, Field(strict=True, ge=2000, le=2100, description="With `week`.")] = None
    week: Annotated[int | None, Field(strict=True, ge=1, le=53, description="ISO week, counted as a sample.")] = None


class LocalPrintOut(BaseModel):
    """The report as it is kept. `estimated`: a counting week, from which the year is estimated."""

    id: int
    department: str
    first: date
    last: date
    letters: int
    estimated: bool
    replaces: bool


@router.post(
    "",
    status_code=201,
    response_model=LocalPrintOut,
    responses={
        **may_answer(*BODY, Kind.OVERLAPS),
        200: {"model": LocalPrintOut, "description": "A repeat: nothing was changed"},
    },
    openapi_extra=takes(LocalPrintIn, a_month=examples.LOCAL_PRINT, a_counting_week=examples.COUNTING_WEEK),
)
def report(
    caller: Caller,
    body: Annotated[LocalPrintIn, Depends(json_body(LocalPrintIn, small))],
    inside: Inside,
    response: Response,
) -> LocalPrintOut:
    """Report letters printed at the office. The same period again with another number corrects it; the history stays.

    A period that overlaps another report of the department is 409.
    """
    one = _reported(caller, body)
    if faults := [*local_print_faults(inside.house.organisation, one)]:
        raise invalid(faults)
    try:
        with inside.house.ledger.writing() as tx:
            (kept,) = report_local_print(tx, [one], caller.name)
    except Overlaps as fault:
        raise Problem(Kind.OVERLAPS, str(fault)) from None
    response.status_code = 201 if kept.new else 200
    return LocalPrintOut(
        id=kept.id,
        department=one.department,
        first=one.first,
        last=one.last,
        letters=body.letters,
        estimated=one.kind is Counted.WEEK,
        replaces=kept.replaces,
    )


def _reported(caller: System, body: LocalPrintIn) -> LocalPrint:
    if body.department not in caller.departments:
        raise invalid([Fault("/department", "Your system has no such department.")])
    if body.first and body.last and body.year is None and body.week is None:
        return LocalPrint(body.department, caller.name, Counted.EXACT, body.first, body.last, body.letters)
    if body.year and body.week and body.first is None and body.last is None:
        try:
            first, last = counting_week(body.year, body.week)
        except ValueError as fault:
            raise invalid([Fault("/week", str(fault))]) from None
        return LocalPrint(body.department, caller.name, Counted.WEEK, first, last, body.letters)
    raise invalid([Fault("", "Give either first and last, or year and week.")])

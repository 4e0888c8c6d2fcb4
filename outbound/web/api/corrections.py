"""Corrections: which of a system's letters were faulty and reached somebody, and who has got the correction."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from outbound.ledger import faulty
from outbound.web.access import Caller
from outbound.web.api.description import may_answer
from outbound.web.api.handed_out import CorrectionsOut, FaultyLetterOut
from outbound.web.problems import Kind, Problem
from outbound.web.rooms import Inside

router = APIRouter(prefix="/v1/corrections", tags=["letters"])


@router.get("/{correction}", responses=may_answer(Kind.NOT_FOUND, Kind.VALIDATION))
def tell(
    caller: Caller,
    inside: Inside,
    correction: UUID,
    after: Annotated[
        UUID | None, Query(description="The last letter of the answer before; leave out to begin.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> CorrectionsOut:
    """Your letters on a list of faulty ones, of which IT operations gave you the id: those that reached somebody, or
    may have. Whoever got no faulty letter gets no correction. Hand in the correction of each as a letter with its id as
    `corrects`; `correction` then says how far it is (`missing`, `on-its-way`, `held`, `got`, `twice`).
    """
    with inside.house.ledger.reading() as tx:
        found = faulty.page(tx, correction, None, after, limit, caller.name)
        mine = found or faulty.page(tx, correction, None, None, 1, caller.name)
    if not mine:
        raise Problem(Kind.NOT_FOUND, "Your system has no letter on such a list.")
    letters = [
        FaultyLetterOut(id=one.letter, reference=one.reference, state=one.status, correction=one.correction)
        for one in found
    ]
    return CorrectionsOut(id=correction, letters=letters, next=found[-1].letter if len(found) == limit else None)

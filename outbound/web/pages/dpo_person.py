"""`/dpo/person/{opslag}`: one person's letters, and everything about them as a sheet and as a zip.

The address names the look-up, never the person; each view of it is a line of the reading log.
"""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from outbound import person_file
from outbound.desk import DeskRefusal
from outbound.person_file import Kind
from outbound.web import access_words
from outbound.web.access_bundle import bundle, sheet_of
from outbound.web.access_sheet import access_pdf
from outbound.web.api.letters import pdf_answer
from outbound.web.pages import words
from outbound.web.pages.dpo import A_PAGE, OnWatch, paged
from outbound.web.pages.faults import fault_page
from outbound.web.pages.signed_in import Form, check_token
from outbound.web.problems import Kind as ProblemKind
from outbound.web.problems import Problem
from outbound.web.rooms import Inside

router = APIRouter(prefix="/dpo/person")


@router.get("/{look}")
def tell(person: OnWatch, inside: Inside, look: UUID, efter: UUID | None = None) -> Response:
    """The letters, a page at a time. Nothing is opened."""
    try:
        found = person_file.look_again(inside.house, look, None, person.account.name, Kind.LOOK)
    except DeskRefusal:
        raise Problem(ProblemKind.NOT_FOUND) from None
    letters = person_file.letters(inside.house, found.keys, efter, A_PAGE + 1)
    lines = person_file.who_read(inside.house, [one.id for one in letters[:A_PAGE]], A_PAGE)
    return person.page(
        "dpo_person.html",
        title="Indsigt",
        words=words,
        said=access_words,
        look=look,
        count=found.letters,
        numbers=len(found.keys),
        searches=person_file.searches(inside.house, found.keys),
        lines=lines,
        **paged(letters, efter),
    )


@router.post("/{look}/pdf")
def sheet(person: OnWatch, request: Request, form: Form, inside: Inside, look: UUID) -> Response:
    """The sheet for the person; every letter is opened, and the reading log says so."""
    check_token(person, form)
    try:
        hand = person.hand(form.get("why", "").strip()[:500])
        found = person_file.look_again(inside.house, look, hand, hand.by, Kind.PDF)
    except DeskRefusal as refusal:
        return fault_page(request, 422, access_words.REFUSALS.get(refusal.code, ""))
    return pdf_answer(access_pdf(sheet_of(inside.house, found, hand.by)), f"indsigt-{found.id}.pdf")


@router.post("/{look}/zip")
def everything(person: OnWatch, request: Request, form: Form, inside: Inside, look: UUID) -> Response:
    """Everything, letters too, made while it is sent."""
    check_token(person, form)
    try:
        hand = person.hand(form.get("why", "").strip()[:500])
        found = person_file.look_again(inside.house, look, hand, hand.by, Kind.ZIP)
    except DeskRefusal as refusal:
        return fault_page(request, 422, access_words.REFUSALS.get(refusal.code, ""))
    headers = {"Content-Disposition": f'attachment; filename="indsigt-{found.id}.zip"', "Cache-Control": "no-store"}
    return StreamingResponse(bundle(inside.house, found, hand.by), media_type="application/zip", headers=headers)

"""`/dpo`: what is kept how long, what waits for filing, what retention did, the keys and the holds. No person in it."""

from datetime import datetime, time
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from outbound import clock, key_desk, legal_holds, person_file
from outbound.desk import DeskRefusal
from outbound.ledger import holds, people, readings
from outbound.ledger import retention as rows
from outbound.ledger.holds import HoldScope
from outbound.web import access_words
from outbound.web.pages.faults import fault_page
from outbound.web.pages.signed_in import Form, Person, check_token, needs
from outbound.web.people import EVERYWHERE, Role
from outbound.web.problems import Kind, Problem
from outbound.web.rooms import Inside

router = APIRouter(prefix="/dpo")
A_PAGE = 50
A_FEW = 10
MOST = 10_000  # of a count on the front page: more is said as "over 10.000"


def _everywhere(person: Annotated[Person, Depends(needs(Role.DATA_PROTECTION))]) -> Person:
    """An answer to a request for access is whole or it is none: this role is for all departments. Raises Problem."""
    if not person.account.may_see(EVERYWHERE):
        raise Problem(Kind.FORBIDDEN)
    return person


OnWatch = Annotated[Person, Depends(_everywhere)]


@router.get("")
def overview(person: OnWatch, inside: Inside) -> Response:
    """How things stand."""
    house, midnight = inside.house, datetime.combine(clock.today(), time(0), clock.COPENHAGEN)
    systems = [one.name for one in house.organisation.systems]
    with house.ledger.reading() as tx:
        day = rows.last_day(tx)
        keys = key_desk.standing(tx, house, MOST)
        found: dict[str, Any] = {
            "day": day,
            "counts": rows.counts(tx, day) if day else [],
            "finished": bool(day and rows.finished(tx, day)),
            "waiting": rows.unjournalised(tx, systems, MOST),
            "readings_today": readings.count_since(tx, midnight, MOST),
            "looks_today": people.count_since(tx, midnight),
            "holds": holds.newest(tx, None, A_FEW + 1, standing=True),
            "requests": people.requests(tx, None, A_FEW),
        }
    found |= {"used": [one for one in keys if one.parts or one.dropped_at], "last_key": keys[-1].id if keys else ""}
    return person.page("dpo.html", title="Databeskyttelse", words=access_words, most=MOST, few=A_FEW, **found)


@router.post("/person")
def look(person: OnWatch, request: Request, form: Form, inside: Inside) -> Response:
    """Look for whoever has this number; it stands in no address, and the reading log says that it was done."""
    check_token(person, form)
    try:
        found = person_file.look(inside.house, form.get("nummer", "")[:40], person.hand(_why(form)))
    except DeskRefusal as refusal:
        return fault_page(request, 422, access_words.REFUSALS.get(refusal.code, ""))
    return RedirectResponse(f"/dpo/person/{found.id}", 303)


@router.get("/anmodninger")
def requests(person: OnWatch, inside: Inside, efter: UUID | None = None) -> Response:
    """Who looked for somebody, and what they made of it."""
    found = person_file.requests(inside.house, efter, A_PAGE + 1)
    return person.page("dpo_requests.html", title="Opslag og udskrifter", words=access_words, **paged(found, efter))


@router.get("/slettestop")
def all_holds(person: OnWatch, inside: Inside, efter: UUID | None = None) -> Response:
    """Legal holds, the newest first."""
    with inside.house.ledger.reading() as tx:
        found = legal_holds.newest(tx, efter, A_PAGE + 1)
    scopes = {str(scope): said for scope, said in access_words.SCOPES.items()}
    shown: dict[str, Any] = {"scopes": scopes, "most": legal_holds.MOST_COUNTED, "rows": found[:A_PAGE], "after": efter}
    following = found[A_PAGE - 1].hold.id if len(found) > A_PAGE else None
    return person.page("dpo_holds.html", title="Slettestop", words=access_words, next=following, **shown)


@router.post("/slettestop")
def place(person: OnWatch, request: Request, form: Form, inside: Inside) -> Response:
    """Let nothing of this be deleted."""
    check_token(person, form)
    if form.get("for", "") not in set(HoldScope):
        return fault_page(request, 422, "Vælg, hvad slettestoppet gælder.")
    try:
        what, hand = form.get("hvad", "")[:80], person.hand(_why(form))
        legal_holds.place(inside.house, HoldScope(form["for"]), what, hand)
    except DeskRefusal as refusal:
        return fault_page(request, 422, access_words.REFUSALS.get(refusal.code, ""))
    return RedirectResponse("/dpo/slettestop", 303)


@router.post("/slettestop/{hold}/ophaev")
def lift(person: OnWatch, request: Request, form: Form, inside: Inside, hold: UUID) -> Response:
    """Retention goes on."""
    check_token(person, form)
    try:
        legal_holds.lift(inside.house, hold, person.hand(_why(form)))
    except DeskRefusal as refusal:
        status = 422 if refusal.code == "why" else 409
        return fault_page(request, status, access_words.REFUSALS.get(refusal.code, ""))
    return RedirectResponse("/dpo/slettestop", 303)


def paged(found: list[Any], after: Any) -> dict[str, Any]:
    """One page of a list that was asked for with one row too many."""
    return {"rows": found[:A_PAGE], "after": after, "next": found[A_PAGE - 1].id if len(found) > A_PAGE else None}


def _why(form: dict[str, str]) -> str:
    return form.get("why", "").strip()[:500]

"""`/drift/koersler`: print runs, what the printer said of them, and the orders about them. No person in it."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from outbound import clock, run_desk
from outbound.delivery.closing import class_closings
from outbound.desk import DeskRefusal
from outbound.ledger import proofs, runs
from outbound.ports import RunOrder
from outbound.web.pages import run_words, words
from outbound.web.pages.concerns import OnDutyForAll
from outbound.web.pages.faults import fault_page
from outbound.web.pages.signed_in import Form, check_token
from outbound.web.problems import Kind, Problem
from outbound.web.rooms import Inside
from workers.queues import RECEIPTS

router = APIRouter(prefix="/drift/koersler")
A_PAGE = 50
A_FEW = 10


@router.get("")
def print_runs(person: OnDutyForAll, inside: Inside, efter: UUID | None = None) -> Response:
    """Print runs, the newest first, and what waits for the next one."""
    closings = class_closings(inside.house.settings)
    with inside.house.ledger.reading() as tx:
        found = runs.newest(tx, efter, A_PAGE + 1)
        values: dict[str, Any] = {
            "missing": runs.count(tx, runs.missing()),
            "held_back": runs.count(tx, runs.held_back()),
            "waiting": runs.waiting(tx, min(closings.values())),
            "proofs": proofs.newest(tx, A_FEW) if efter is None else [],
        }
    return person.page(
        "print_runs.html",
        title="Printkørsler",
        words=run_words,
        closings=closings,
        runs=found[:A_PAGE],
        next=found[A_PAGE - 1].id if len(found) > A_PAGE else None,
        after=efter,
        **values,
    )


@router.get("/{run}")
def print_run(person: OnDutyForAll, inside: Inside, run: UUID, efter: UUID | None = None) -> Response:
    """One run: the counts, the orders, and its letters a page at a time."""
    with inside.house.ledger.reading() as tx:
        found = runs.run(tx, run)
        letters = runs.letters_of(tx, run, efter, A_PAGE + 1)
    if found is None:
        raise Problem(Kind.NOT_FOUND)
    return person.page(
        "print_run.html",
        title="Printkørsel",
        words=run_words,
        of_letters=words,
        run=found,
        orders=run_desk.orders_for(inside.house, found),
        takes_orders=inside.house.outside.print_house is not None,
        is_missing=found.missing(clock.now()),
        letters=letters[:A_PAGE],
        next=letters[A_PAGE - 1].id if len(letters) > A_PAGE else None,
        after=efter,
    )


@router.post("/{run}/{kind}")
def order(person: OnDutyForAll, request: Request, form: Form, inside: Inside, run: UUID, kind: RunOrder) -> Response:
    """Order it, with a why; a worker gives it to the printer."""
    check_token(person, form)
    try:
        run_desk.order(inside.house, run, kind, person.hand(form.get("why", "").strip()[:500]))
    except DeskRefusal as refusal:
        return fault_page(request, 422 if refusal.code == "why" else 409, words.REFUSALS.get(refusal.code, ""))
    inside.ring(RECEIPTS, 1)
    return RedirectResponse(f"/drift/koersler/{run}", 303)

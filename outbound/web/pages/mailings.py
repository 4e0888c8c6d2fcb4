"""`/drift/masseforsendelser`: mailings, how far each has come, and stopping one as a whole. No person in it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from outbound import desk, standing
from outbound.desk import DeskRefusal
from outbound.ledger import mailing_progress
from outbound.ledger.mailing_progress import ListedMailing
from outbound.ledger.search import Wanted
from outbound.web.pages import words
from outbound.web.pages.choosing import packed
from outbound.web.pages.faults import fault_page
from outbound.web.pages.operations import OnDuty
from outbound.web.pages.signed_in import Form, Person, check_token
from outbound.web.people import EVERYWHERE
from outbound.web.problems import Kind, Problem
from outbound.web.rooms import Inside

router = APIRouter(prefix="/drift/masseforsendelser")
A_PAGE = 20
LATELY = 15  # minutes by which the rate is measured


@router.get("")
def list_mailings(person: OnDuty, inside: Inside, efter: UUID | None = None) -> Response:
    """Mailings, the newest first, each with its progress."""
    own = person.account.departments
    with inside.house.ledger.reading() as tx:
        found = mailing_progress.newest(tx, efter, A_PAGE + 1, None if EVERYWHERE in own else own)
        shown = found[:A_PAGE]
        how_far = mailing_progress.progress(tx, [one.id for one in shown])
        paused = {one.key for one in standing.pauses(tx) if one.scope == "mailing"}
    return person.page(
        "mailings.html",
        title="Masseforsendelser",
        rows=[(one, how_far[one.id]) for one in shown],
        paused=paused,
        next=shown[-1].id if len(found) > A_PAGE else None,
        after=efter,
    )


@router.get("/{mailing}")
def show(person: OnDuty, inside: Inside, mailing: UUID) -> Response:
    """One mailing: its letters by state and channel, its rate, and the verbs."""
    with inside.house.ledger.reading() as tx:
        one = _found(tx, person, mailing)
        how_far = mailing_progress.progress(tx, [mailing])[mailing]
        rate = mailing_progress.taken_lately(tx, mailing, LATELY)
        paused = [each for each in standing.pauses(tx) if (each.scope, each.key) == ("mailing", mailing.hex)]
    return person.page(
        "mailing.html",
        title=one.title,
        words=words,
        mailing=one,
        progress=how_far,
        rate=rate,
        minutes=-(-how_far.waiting * LATELY // rate) if rate and not paused else 0,
        paused=paused[0] if paused else None,
        valg=packed(Wanted(mailing_id=mailing)),
    )


@router.post("/{mailing}/pause")
def pause(person: OnDuty, request: Request, form: Form, inside: Inside, mailing: UUID) -> Response:
    """Let its letters wait, with a why."""
    hand = person.hand(form.get("why", "").strip()[:500])
    return _act(person, request, form, inside, mailing, lambda: desk.pause(inside.house, "mailing", mailing.hex, hand))


@router.post("/{mailing}/genoptag")
def resume(person: OnDuty, request: Request, form: Form, inside: Inside, mailing: UUID) -> Response:
    """Let them go on, with a why."""
    hand = person.hand(form.get("why", "").strip()[:500])
    return _act(person, request, form, inside, mailing, lambda: desk.resume(inside.house, "mailing", mailing.hex, hand))


def _act(
    person: Person, request: Request, form: dict[str, str], inside: Inside, mailing: UUID, act: Callable[[], object]
) -> Response:
    check_token(person, form)
    with inside.house.ledger.reading() as tx:
        _found(tx, person, mailing)
    try:
        act()
    except DeskRefusal as refusal:
        return fault_page(request, 422, words.REFUSALS.get(refusal.code, ""))
    return RedirectResponse(f"/drift/masseforsendelser/{mailing}", 303)


def _found(tx: Any, person: Person, mailing: UUID) -> ListedMailing:
    """The mailing, where its department is this person's. Raises Problem (404)."""
    one = mailing_progress.listed(tx, mailing)
    if one is None or not person.account.may_see(one.department):
        raise Problem(Kind.NOT_FOUND)
    return one

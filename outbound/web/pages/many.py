"""`/drift/mange`: an act on many letters, looked at before it is begun; its progress, its letters and its undo."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from outbound import clock, many
from outbound.desk import DeskRefusal
from outbound.ledger import batches
from outbound.ledger.batches import Batch, Phase, Row
from outbound.letter import Channel
from outbound.many import Order
from outbound.web.pages import many_words, words
from outbound.web.pages.choosing import FIELDS, NotAChoice, given_of, packed, said_of, unpacked, wanted_of
from outbound.web.pages.faults import fault_page
from outbound.web.pages.operations import OnDuty
from outbound.web.pages.signed_in import Form, Person, check_token
from outbound.web.people import EVERYWHERE
from outbound.web.problems import Kind, Problem
from outbound.web.rooms import Inside
from workers.queues import BATCHES

router = APIRouter(prefix="/drift/mange")
A_PAGE = 50
BOX = "b."
"""How the name of a letter's box begins; its id follows."""


@router.get("")
def list_batches(person: OnDuty, inside: Inside, efter: UUID | None = None) -> Response:
    """Every act on many letters, the newest first."""
    with inside.house.ledger.reading() as tx:
        found = batches.newest(tx, efter, A_PAGE + 1)
    more = found[A_PAGE - 1].id if len(found) > A_PAGE else None
    return person.page(
        "batches.html",
        title="Handlinger",
        many=many_words,
        said=said_of,
        batches=found[:A_PAGE],
        next=more,
        after=efter,
    )


@router.post("")
def preview(person: OnDuty, request: Request, form: Form, inside: Inside) -> Response:
    """What would happen. Changes nothing."""
    check_token(person, form)
    return _preview(person, request, form, inside)


@router.post("/begynd")
def begin(person: OnDuty, request: Request, form: Form, inside: Inside) -> Response:
    """Begin what was looked at, with a why."""
    check_token(person, form)
    try:
        order = _order(form, person)
        batch = many.begin(inside.house, order, int(form.get("antal", "0")), person.hand(_why(form)))
    except DeskRefusal as refusal:
        if refusal.code in ("more-than-seen", "why"):
            return _preview(person, request, form, inside, words.REFUSALS[refusal.code])
        return _refused(request, refusal)
    except ValueError:
        return fault_page(request, 422, "Vælg, hvilke breve det gælder, og hvad der skal ske.")
    inside.ring(BATCHES, 1)
    return RedirectResponse(f"/drift/mange/{batch}", 303)


@router.get("/{batch}")
def show(person: OnDuty, inside: Inside, batch: UUID, vis: Row = Row.REFUSED, efter: UUID | None = None) -> Response:
    """How far it has come, why letters were left alone, and its letters by what became of them."""
    with inside.house.ledger.reading() as tx:
        one = _found(tx, person, batch)
        counts = batches.counts(tx, batch)
        reasons = {row: batches.reasons(tx, batch, row) for row in (Row.REFUSED, Row.KEPT) if counts.get(row)}
        found = batches.rows(tx, batch, vis, efter, A_PAGE + 1)
    return person.page(
        "batch.html",
        title=f"{many_words.verb_said(one.verb, one.channel)}: {one.letters} breve",
        many=many_words,
        batch=one,
        chosen=_chosen(one),
        counts=counts,
        reasons=reasons,
        rows=found[:A_PAGE],
        shown=vis,
        next=found[A_PAGE - 1].letter if len(found) > A_PAGE else None,
        after=efter,
        done=one.letters - left(one, counts),
        left=left(one, counts),
        over=one.phase is Phase.OVER,
        can_undo=many.can_undo(one),
        can_end=many.can_end(one),
        Row=Row,
    )


@router.post("/{batch}/fortryd")
def undo(person: OnDuty, request: Request, form: Form, inside: Inside, batch: UUID) -> Response:
    """Take it back, with a why."""
    check_token(person, form)
    with inside.house.ledger.reading() as tx:
        _found(tx, person, batch)
    try:
        many.undo(inside.house, batch, person.hand(_why(form)))
    except DeskRefusal as refusal:
        return _refused(request, refusal)
    inside.ring(BATCHES, 1)
    return RedirectResponse(f"/drift/mange/{batch}", 303)


@router.post("/{batch}/stands")
def end(person: OnDuty, request: Request, form: Form, inside: Inside, batch: UUID) -> Response:
    """Leave the rest, with a why."""
    check_token(person, form)
    with inside.house.ledger.reading() as tx:
        _found(tx, person, batch)
    try:
        many.end(inside.house, batch, person.hand(_why(form)))
    except DeskRefusal as refusal:
        return _refused(request, refusal)
    return RedirectResponse(f"/drift/mange/{batch}", 303)


def _found(tx: Any, person: Person, batch: UUID) -> Batch:
    """The batch, where all of its letters are of this person's departments. Raises Problem (404)."""
    one, own = batches.find(tx, batch), person.account.departments
    if one is None or (EVERYWHERE not in own and not batches.departments(tx, batch) <= own):
        raise Problem(Kind.NOT_FOUND)
    return one


def left(one: Batch, counts: Mapping[Row, int]) -> int:
    """How many letters the batch still has before it, in this phase."""
    if one.phase is Phase.OVER:
        return 0
    return sum(counts.get(row, 0) for row in many.TURNS[one.phase](one))


def _preview(person: Person, request: Request, form: Mapping[str, str], inside: Inside, said: str = "") -> Response:
    try:
        order = _order(form, person)
        order = replace(order, wanted=replace(order.wanted, came_by=clock.now()))
        seen = many.preview(inside.house, order)
    except DeskRefusal as refusal:
        return _refused(request, refusal)
    except ValueError:
        return fault_page(request, 422, "Vælg, hvilke breve det gælder, og hvad der skal ske.")
    return person.page(
        "batch_preview.html",
        title=many_words.verb_said(order.verb, order.channel),
        status=422 if said else 200,
        said=said,
        why=form.get("why", "")[:500],
        words=words,
        many=many_words,
        order=order,
        seen=seen,
        valg=packed(order.wanted),
        given={name: text for name, text in given_of(order.wanted).items() if name != "set"},
        minutes=inside.house.settings.cancel_minutes,
        BOX=BOX,
    )


def _order(form: Mapping[str, str], person: Person) -> Order:
    """What the form asks for. Raises ValueError (also as NotAChoice)."""
    wanted = wanted_of(unpacked(form.get("valg", "")), person.account)
    ids = tuple(UUID(name.removeprefix(BOX)) for name in form if name.startswith(BOX))
    if form.get("hvem") == "valgte" and not ids:
        raise NotAChoice("valg")
    channel = Channel(form["kanal"]) if form.get("kanal") and form.get("handling") == "reroute" else None
    return Order(form.get("handling", ""), wanted, () if form.get("hvem") == "alle" else ids, channel)


def _chosen(one: Batch) -> dict[str, str]:
    """By what its letters were chosen, in the page's words."""
    return {name: one.wanted[part] for name, (part, _) in FIELDS.items() if part in one.wanted and name != "set"}


def _refused(request: Request, refusal: DeskRefusal) -> Response:
    status = {"why": 422, "everything": 422, "no-such-verb": 422, "no-such-batch": 404}.get(refusal.code, 409)
    return fault_page(request, status, words.REFUSALS.get(refusal.code, ""))


def _why(form: Mapping[str, str]) -> str:
    return form.get("why", "").strip()[:500]

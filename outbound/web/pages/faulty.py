"""`/drift/fejl`: faulty letters: who got them, what can still be stopped, and who has got the correction."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from outbound import clock
from outbound import faulty as lists
from outbound.contents import PERSON, unpack_addressee
from outbound.desk import DeskRefusal
from outbound.ledger import faulty, runs, search
from outbound.ledger.faulty import Correction, Faulty
from outbound.ledger.mailing_progress import BEFORE
from outbound.ledger.search import Wanted
from outbound.life import Outcome, Status
from outbound.seal import Part
from outbound.web.pages import many_words, run_words, words
from outbound.web.pages.choosing import FIELDS, packed, said_of, unpacked, wanted_of
from outbound.web.pages.faults import fault_page
from outbound.web.pages.letter import PURPOSES
from outbound.web.pages.operations import OnDuty
from outbound.web.pages.signed_in import Form, Person, check_token
from outbound.web.people import EVERYWHERE
from outbound.web.problems import Kind, Problem
from outbound.web.rooms import Inside, Rooms

router = APIRouter(prefix="/drift/fejl")
A_PAGE = 40
MOST_RUNS = 50
MOST_COUNTED = 10_000
CORRECTIONS = {
    Correction.GOT: "har fået rettelsen",
    Correction.ON_ITS_WAY: "rettelsen er på vej",
    Correction.HELD: "rettelsen er standset eller kommet retur",
    Correction.MISSING: "mangler en rettelse",
    Correction.TWICE: "får mere end én rettelse",
}
REACHED = {
    Outcome.TAKEN: "modtaget hos leverandøren",
    Outcome.DOUBT: "måske modtaget",
    Outcome.OPEN: "under afsendelse",
    Outcome.REFUSED: "afvist, altså ikke nået frem",
    Outcome.VOID: "alligevel ikke sendt",
}


@router.get("")
def list_them(person: OnDuty, inside: Inside, efter: UUID | None = None) -> Response:
    """Every list, the newest first."""
    with inside.house.ledger.reading() as tx:
        found = faulty.newest(tx, efter, A_PAGE + 1)
    more = found[A_PAGE - 1].id if len(found) > A_PAGE else None
    return person.page(
        "faulty_lists.html", title="Fejl og rettelser", said=said_of, lists=found[:A_PAGE], next=more, after=efter
    )


@router.post("")
def write_down(person: OnDuty, request: Request, form: Form, inside: Inside) -> Response:
    """Freeze the list of those who got them."""
    check_token(person, form)
    try:
        wanted = wanted_of(unpacked(form.get("valg", "")), person.account)
        found_at = clock.danish_moment_of(form.get("fundet", ""))
        made = lists.write_down(inside.house, wanted, found_at, person.hand(form.get("why", "").strip()[:500]))
    except DeskRefusal as refusal:
        return fault_page(request, 409 if refusal.code == "none" else 422, _said(refusal))
    except ValueError:
        return fault_page(request, 422, "Vælg brevene, og skriv, hvornår fejlen blev opdaget.")
    return RedirectResponse(f"/drift/fejl/{made}", 303)


@router.get("/{which}")
def show(
    person: OnDuty, inside: Inside, which: UUID, vis: Correction | None = None, efter: UUID | None = None
) -> Response:
    """One list, without a person."""
    return _page(person, inside, which, vis, efter)


@router.post("/{which}/modtagere")
def open_them(
    person: OnDuty,
    request: Request,
    form: Form,
    inside: Inside,
    which: UUID,
    vis: Correction | None = None,
    efter: UUID | None = None,
) -> Response:
    """The names on this page of the list; each opening is written in the reading log."""
    check_token(person, form)
    if (purpose := form.get("purpose", "")) not in PURPOSES:
        return fault_page(request, 422, "Vælg, hvorfor navnene åbnes.")
    return _page(person, inside, which, vis, efter, purpose)


@router.post("/{which}/csv")
def download(person: OnDuty, form: Form, inside: Inside, which: UUID) -> Response:
    """The whole list with message ids and references, for the supplier, the system and the notification."""
    check_token(person, form)
    with inside.house.ledger.reading() as tx:
        _found(tx, person, which)
    headers = {"Content-Disposition": f'attachment; filename="fejl-{which}.csv"'}
    return Response(lists.as_csv(inside.house, which), media_type="text/csv; charset=utf-8", headers=headers)


def _page(
    person: Person, inside: Rooms, which: UUID, only: Correction | None, after: UUID | None, purpose: str = ""
) -> Response:
    with inside.house.ledger.reading() as tx:
        one = _found(tx, person, which)
        wanted = wanted_of(_given(one), person.account)
        found = faulty.page(tx, which, only, after, A_PAGE + 1)
        values: dict[str, Any] = {
            "reach": faulty.reach(tx, which),
            "corrections": faulty.corrections(tx, which),
            "runs": [run for run in (runs.run(tx, each) for each in faulty.runs(tx, which, MOST_RUNS)) if run],
            "stoppable": sum(search.count(tx, _in(wanted, status), MOST_COUNTED) for status in (*BEFORE, Status.HELD)),
        }
    shown = found[:A_PAGE]
    return person.page(
        "faulty.html",
        title=f"{one.letters} breve med fejl",
        words=words,
        many=many_words,
        run_words=run_words,
        corrected=CORRECTIONS,
        reached=REACHED,
        purposes=PURPOSES,
        one=one,
        notify_by=lists.notify_by(one),
        chosen={name: text for name, text in _given(one).items() if name != "set"},
        valg=packed(wanted),
        rows=shown,
        only=only,
        names=_names(inside, person, [row.letter for row in shown], purpose) if purpose else {},
        next=shown[-1].letter if len(found) > A_PAGE else None,
        after=after,
        **values,
    )


def _names(inside: Rooms, person: Person, letters: list[UUID], purpose: str) -> dict[UUID, str]:
    wanted = [Part(letter, PERSON) for letter in letters]
    with inside.house.ledger.writing() as tx:
        opened = inside.house.seal.open_parts(tx, wanted, person.account.name, purpose)
    return {part.owner: unpack_addressee(body).recipient.name for part, body in opened.items()}


def _given(one: Faulty) -> dict[str, str]:
    return {name: one.wanted[part] for name, (part, _) in FIELDS.items() if part in one.wanted}


def _in(wanted: Wanted, status: Status) -> Wanted:
    """Of these letters, those in that state; none where they were chosen by another."""
    return replace(wanted, status=status, came_by=None)


def _found(tx: Any, person: Person, which: UUID) -> Faulty:
    """The list, where all of its letters are of this person's departments. Raises Problem (404)."""
    one, own = faulty.find(tx, which), person.account.departments
    if one is None or (EVERYWHERE not in own and not faulty.departments(tx, which) <= own):
        raise Problem(Kind.NOT_FOUND)
    return one


def _said(refusal: DeskRefusal) -> str:
    return "Ingen af brevene er sendt." if refusal.code == "none" else words.REFUSALS.get(refusal.code, "")

"""`/sager`: what waits for a caseworker's departments, and letters found by case, reference or person.

A search is a form, so that nothing searched for ever stands in an address. Another department's letter is not found.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hmac import compare_digest
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from outbound import cases, clock
from outbound.cases import Departments, Place, Task, Waiting
from outbound.intake import looks_like_cpr
from outbound.ledger import sending
from outbound.ledger.values import Letter
from outbound.web.pages import case_words, words
from outbound.web.pages.faults import fault_page
from outbound.web.pages.signed_in import Form, Person, check_token, needs, sessions_of
from outbound.web.people import EVERYWHERE, Role
from outbound.web.rate import Buckets
from outbound.web.rooms import Inside, Rooms

router = APIRouter(prefix="/sager")
OnCase = Annotated[Person, Depends(needs(Role.CASES))]
A_PAGE, A_FEW = 50, 5
After = Annotated[str, Query(max_length=90)]
NOTHING = "Ingen af jeres breve passer på det. Se efter tastefejl, eller søg på noget andet."
NO_NUMBER = "Det er hverken et CPR-nummer (10 cifre) eller et CVR-nummer (8 cifre). Se efter, og prøv igen."
A_PERSON = "Det ligner et CPR-nummer. Søg i feltet »CPR- eller CVR-nummer«, så søgningen bliver skrevet i læseloggen."


def departments_of(person: Person) -> Departments:
    """Whose letters they may see."""
    return None if EVERYWHERE in person.account.departments else person.account.departments


@router.get("")
def today(person: OnCase, inside: Inside) -> Response:
    """What waits for these departments, the first few of each kind, and where to search."""
    mine = departments_of(person)
    with inside.house.ledger.reading() as tx:
        found = {task: (cases.count(tx, task, mine), cases.waiting(tx, task, mine, None, A_FEW)) for task in Task}
        verbs = {one.letter.id: verbs_now(tx, one.letter) for _, rows in found.values() for one in rows}
    return _page(person, inside, "cases.html", "Sager", found=found, verbs=verbs, most=cases.MOST_COUNTED)


@router.get("/venter/{task}")
def list_(person: OnCase, inside: Inside, task: Task, efter: After = "") -> Response:
    """All that waits for one reason, a page at a time."""
    with inside.house.ledger.reading() as tx:
        found = cases.waiting(tx, task, departments_of(person), _place(task, efter), A_PAGE + 1)
        rows = found[:A_PAGE]
        verbs = {one.letter.id: verbs_now(tx, one.letter) for one in rows}
    next_ = _written(rows[-1]) if len(found) > A_PAGE else ""
    said = {"task": task, "rows": rows, "verbs": verbs, "next": next_, "after": bool(efter)}
    return _page(person, inside, "cases_waiting.html", case_words.TASKS[task][0], **said)


@router.post("/find")
def find(person: OnCase, request: Request, form: Form, inside: Inside) -> Response:
    """By case, reference, id or return code."""
    check_token(person, form)
    typed = form.get("soeg", "").strip()[:128]
    if looks_like_cpr(typed):
        return fault_page(request, 422, A_PERSON)
    before, mine = _uuid(form.get("foer", "")), departments_of(person)
    systems = [system.name for system in inside.house.organisation.systems]
    with inside.house.ledger.reading() as tx:
        if letter := cases.by_id(tx, typed, mine):
            return RedirectResponse(f"/sager/breve/{letter}", 303)
        found = cases.by_case(tx, typed, systems, mine, before, A_PAGE + 1)
    return _found(person, inside, found, "find", {"soeg": typed}, before)


@router.post("/person")
def find_person(person: OnCase, request: Request, form: Form, inside: Inside) -> Response:
    """By CPR or CVR number, for a stated purpose; written in the reading log, and not to be guessed at."""
    check_token(person, form)
    key, purpose = _key(person, inside, form), form.get("purpose", "")
    if key is None:
        return fault_page(request, 422, NO_NUMBER)
    if purpose not in case_words.PURPOSES:
        return fault_page(request, 422, "Vælg, hvorfor du søger.")
    if wait := searches_of(request).take(person.account.name):
        return fault_page(request, 429, f"Du har søgt på mange numre. Vent {int(wait) + 1} sekunder.")
    before = _uuid(form.get("foer", ""))
    with inside.house.ledger.writing() as tx:
        found = cases.by_person(tx, key, departments_of(person), before, A_PAGE + 1, person.account.name, purpose)
    again = {"hvem": f"{key}.{_mark(person, key)}", "purpose": purpose}
    return _found(person, inside, found, "person", again, before)


def searches_of(request: Request) -> Buckets:
    """How many numbers each account may still search for."""
    found: Buckets = request.app.state.person_searches
    return found


def verbs_now(tx: Any, one: Letter) -> tuple[str, ...]:
    """What a caseworker may do with it now, in words."""
    return tuple(case_words.VERBS[verb][0] for verb in cases.verbs_of(one, sending.live_dispatch(tx, one.id)))


def names(inside: Rooms) -> dict[str, Any]:
    """What letter types and departments are called."""
    house = inside.house
    return {
        "types": {name: one.label or name for name, one in house.types.items()},
        "departments": {one.code: one.name for one in house.organisation.departments},
    }


def _found(
    person: Person, inside: Rooms, found: Sequence[Letter], where: str, again: Mapping[str, str], before: UUID | None
) -> Response:
    if len(found) == 1 and before is None:
        return RedirectResponse(f"/sager/breve/{found[0].id}", 303)
    next_ = found[A_PAGE - 1].id if len(found) > A_PAGE else None
    more = {"letters": found[:A_PAGE], "next": next_, "again": again, "where": where, "said": "" if found else NOTHING}
    return _page(person, inside, "cases_found.html", "Fundne breve", **more)


def _page(person: Person, inside: Rooms, template: str, title: str, **more: Any) -> Response:
    plain = {"words": words, "said": "", "tasks": case_words.TASKS, "purposes": case_words.PURPOSES}
    return person.page(template, title=title, **{**plain, **names(inside), **more})


def _key(person: Person, inside: Rooms, form: Mapping[str, str]) -> str | None:
    """Of the number that was typed, or of the page before: signed, so that nobody tries keys of their own."""
    key, _, mark = form.get("hvem", "").partition(".")
    if key and compare_digest(_mark(person, key).encode(), mark.encode()):
        return key
    number = cases.number_in(form.get("nummer", "")[:20])
    return cases.person_key(inside.house.seal, number) if number else None


def _mark(person: Person, key: str) -> str:
    return sessions_of(person.request).sign("person-search", f"{person.session.id}|{key}")


def _place(task: Task, text: str) -> Place | None:
    """Where the page before ended; from the beginning where that cannot be read."""
    at, _, letter = text.partition("_")
    try:
        day: datetime | date = clock.day_of(at) if task is Task.SOON else clock.moment_of(at)
        return Place(day, UUID(letter)) if task is Task.SOON or day.tzinfo else None  # type: ignore[union-attr]
    except ValueError:
        return None


def _written(one: Waiting) -> str:
    return f"{one.place.at.isoformat()}_{one.place.letter}"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

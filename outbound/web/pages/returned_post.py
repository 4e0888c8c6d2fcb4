"""`/post/retur`: the post room scans what came back. One field for a scanner; a code never stands in an address."""

from datetime import datetime, time
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from outbound import clock, post_room
from outbound.ledger import returned
from outbound.letter import ReturnReason
from outbound.post_room import Found, Scan
from outbound.reports.returned import RETURN_REASONS
from outbound.web.pages import words
from outbound.web.pages.signed_in import Form, Person, check_token, needs
from outbound.web.people import Role
from outbound.web.rooms import Inside, Rooms

router = APIRouter(prefix="/post/retur")
InThePostRoom = Annotated[Person, Depends(needs(Role.POST_ROOM))]
SHOWN = 100
STATUS = {Found.RETURNED: 200, Found.ALREADY: 200}


@router.get("")
def ready(person: InThePostRoom, inside: Inside) -> Response:
    """The field, and what was scanned today."""
    return _page(person, inside, "")


@router.post("")
def take_back(person: InThePostRoom, form: Form, inside: Inside) -> Response:
    """One scan, answered at once; the reason stays chosen for the next. Sent twice it is one return."""
    check_token(person, form)
    chosen = form.get("aarsag", "")
    if chosen not in {str(one) for one in ReturnReason}:
        return _page(person, inside, "", status=422, said="Vælg først en årsag.")
    scan = post_room.scan(inside.house, form.get("kode", "")[:60], ReturnReason(chosen), person.account.name)
    return _page(person, inside, chosen, status=STATUS.get(scan.found, 422), scan=scan, said=words.SCANS[scan.found])


@router.post("/fortryd")
def take_that_back(person: InThePostRoom, form: Form, inside: Inside) -> Response:
    """It was a slip: the letter stands as it stood."""
    check_token(person, form)
    number, chosen = form.get("nummer", ""), form.get("aarsag", "")
    given = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
    done = post_room.undo(inside.house, given, person.account.name)
    said = "Fortrudt. Brevet står igen, som det stod." if done else "Det kan ikke fortrydes mere. Sig det til driften."
    return _page(person, inside, chosen, status=200 if done else 409, said=said)


def _page(
    person: Person, inside: Rooms, chosen: str, status: int = 200, scan: Scan | None = None, said: str = ""
) -> Response:
    since = datetime.combine(clock.today(), time(0), clock.COPENHAGEN)
    with inside.house.ledger.reading() as tx:
        found = returned.since(tx, since, SHOWN)
        counted = returned.count_since(tx, since)
    mine = next((one for one in found if one.by == person.account.name), None)
    values: dict[str, Any] = {
        "scan": scan,
        "said": said,
        "good": status == 200,
        "chosen": chosen,
        "reasons": RETURN_REASONS,
        "today": found,
        "counted": counted,
        "last": mine if mine and mine.undone_at is None else None,
        "names": {name: one.label or name for name, one in inside.house.types.items()},
        "departments": {one.code: one.name for one in inside.house.organisation.departments},
    }
    return person.page("returned_post.html", status, title="Returpost", **values)

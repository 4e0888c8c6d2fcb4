"""`/min-side`: who one is here, what one may, and when one signed in last."""

from fastapi import APIRouter
from fastapi.responses import Response

from outbound import clock
from outbound.ledger import sign_ins
from outbound.organisation import Organisation
from outbound.web.pages import sign_in_words as words
from outbound.web.pages.entering import front_of
from outbound.web.pages.sign_in import Anybody
from outbound.web.people import EVERYWHERE, Account, Role, Way
from outbound.web.rooms import Inside

router = APIRouter()
A_FEW = 10


@router.get("/min-side")
def mine(person: Anybody, inside: Inside) -> Response:
    """What this account may open."""
    with inside.house.ledger.reading() as tx:
        latest = sign_ins.latest(tx, person.account.name, A_FEW)
    return person.page(
        "mine.html",
        title="Min side",
        may=[
            (*words.said_of(role, person.account), front_of(role, person.account))
            for role in Role
            if role in person.account.roles
        ],
        departments=_departments(person.account, inside.house.organisation),
        everywhere=EVERYWHERE in person.account.departments,
        way=words.WAYS[person.session.way],
        latest=[(one, words.WAYS[Way(one.way)]) for one in latest],
        time=clock.now(),
    )


def _departments(account: Account, organisation: Organisation) -> list[str]:
    """Their names, as they are now; a code of its own where the organisation has none for it."""
    names = {one.code: one.name for one in sorted(organisation.departments, key=lambda one: one.valid_from)}
    return sorted(names.get(code, code) for code in account.departments)

"""`/dpo/laeselog`: who opened what under the seal, when and for what; and how much each reader read."""

from datetime import datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from outbound import clock
from outbound.ledger import readings
from outbound.ledger.readings import Wanted
from outbound.web import access_words
from outbound.web.pages.dpo import A_PAGE, OnWatch, paged
from outbound.web.rooms import Inside

router = APIRouter(prefix="/dpo/laeselog")
Who = Annotated[str, Query(max_length=80, pattern=r"^[^\x00-\x1f]*$")]
Days = Annotated[int, Query(ge=1, le=7300)]
MOST_READERS = 100


@router.get("")
def lines(
    person: OnWatch,
    inside: Inside,
    hvem: Who = "",
    brev: str = "",
    dage: Days = 30,
    efter: Annotated[int | None, Query(ge=0, lt=2**62)] = None,
) -> Response:
    """The lines, the newest first: by reader and by time, and of one letter with the router's own work."""
    letter = _as_id(brev)
    wanted = Wanted(hvem, [letter] if letter else [], since=_since(dage), workers=letter is not None)
    with inside.house.ledger.reading() as tx:
        found = readings.lines(tx, wanted, efter, A_PAGE + 1)
    asked: dict[str, Any] = {"who": hvem, "letter": brev[:40], "days": dage, "wrong": bool(brev) and letter is None}
    return person.page("dpo_log.html", title="Læselog", words=access_words, **asked, **paged(found, efter))


@router.get("/laesere")
def readers(person: OnWatch, inside: Inside, dage: Days = 7) -> Response:
    """How much each person and system read, the most first; and what lay outside working hours."""
    with inside.house.ledger.reading() as tx:
        found = readings.readers(tx, _since(dage), clock.now(), MOST_READERS)
    return person.page("dpo_readers.html", title="Hvem læser hvor meget", readers=found, days=dage)


def _since(days: int) -> datetime:
    return datetime.combine(clock.today() - timedelta(days=days - 1), time(0), clock.COPENHAGEN)


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None

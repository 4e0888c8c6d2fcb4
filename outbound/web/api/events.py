"""The feed: a system follows all its own letters by a cursor that never passes an event not yet committed."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query

from outbound.ledger.feed import Cursor, events_after, is_beyond, mark
from outbound.rendering import Fault
from outbound.web.access import Caller
from outbound.web.api.description import may_answer
from outbound.web.api.handed_out import FeedOut
from outbound.web.api.telling import feed_event_out
from outbound.web.problems import Kind, invalid
from outbound.web.rooms import Inside

RESTORED = (
    "The ledger was restored from a back-up since, and its events are numbered anew: follow the feed from its "
    "beginning (leave out `after`), or events will be missing."
)
router = APIRouter(prefix="/v1/events", tags=["events"])


@router.get("", responses=may_answer(Kind.VALIDATION))
def follow(
    caller: Caller,
    inside: Inside,
    after: Annotated[str, Query(max_length=60, description="`next` of the answer before; leave out to begin.")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> FeedOut:
    """What happened to your letters since `after`, oldest first. Ask again with `next`, also when nothing came.

    422 with the code `restored`: the ledger was restored from a back-up since; begin anew, without `after`.
    """
    try:
        cursor = Cursor.parse(after) if after else Cursor()
    except ValueError:
        raise invalid([Fault("?after", "This is no cursor of ours; send `next` of an earlier answer.")]) from None
    with inside.house.ledger.reading() as tx:
        now = mark(tx)
        if after and cursor.mark != now:
            raise invalid([Fault("?after", RESTORED, "restored")])
        if is_beyond(tx, cursor):
            raise invalid([Fault("?after", "No answer of ours gave this cursor; send `next` of an earlier answer.")])
        found = events_after(tx, caller.name, cursor, limit)
    return FeedOut(
        events=[feed_event_out(one) for one in found],
        next=str(found[-1].cursor if found else replace(cursor, mark=now)),
    )

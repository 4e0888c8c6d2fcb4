"""The calls of the API, in the order in which they stand in its description."""

from outbound.web.api import (
    acts,
    corrections,
    events,
    health,
    letters,
    local_print,
    look_ups,
    mailings,
    preflights,
    proof,
    status,
)

ROUTERS = tuple(
    part.router
    for part in (
        letters,
        proof,
        acts,
        mailings,
        corrections,
        look_ups,
        preflights,
        local_print,
        events,
        status,
        health,
    )
)

"""Receipts that suppliers push to us: committed raw, then acknowledged. `settle` works from the inbox, not from here.

What is unreadable is kept and acknowledged all the same: no source says what a supplier does about a refusal, forget it
or send it for ever, and once kept it stands before a person (`/drift`). Only callers whose certificate is named come so
far.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from anyio.to_thread import current_default_thread_limiter
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from outbound import delivery
from outbound.delivery import House
from outbound.letter import RawReceipt
from outbound.ports import ReceiptDoor
from outbound.web.callers import Admission
from outbound.web.problems import LastResort
from outbound.web.rooms import Ring
from workers.queues import RECEIPTS

log = logging.getLogger(__name__)

LARGEST = 2_000_000  # bytes of one receipt
THREADS = 10  # receipts committed at once: fewer than the ledger has connections


def create_receipts_app(house: House, ring: Ring) -> Starlette:
    """Every door that the outside has, and nothing else. Each request's `state` has the `caller`.

    Raises ValueError where a door's callers cannot be read.
    """

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = THREADS
        yield
        house.ledger.close()

    routes = [Route(door.path, _opened(door, house, ring), methods=["POST"]) for door in house.outside.doors]
    return Starlette(routes=routes, middleware=[Middleware(LastResort, page=_plain)], lifespan=lifespan)


def _opened(door: ReceiptDoor, house: House, ring: Ring) -> Callable[[Request], Awaitable[Response]]:
    admission = Admission(door.callers)

    async def knocked(request: Request) -> Response:
        if not admission.lets_in(request.state.caller):
            log.warning("%s: the certificate %s is not named; refused.", door.path, request.state.caller.fingerprint)
            return Response(status_code=403)
        body = await _body(request)
        if body is None:
            log.error("%s: a receipt of more than %d bytes was refused; it will come again.", door.path, LARGEST)
        if not body:
            return Response(status_code=413 if body is None else 400, headers={"Connection": "close"})
        # Without an id it is known by its fingerprint: the same receipt pushed twice is one receipt.
        await run_in_threadpool(delivery.keep, house, RawReceipt(door.provider, "", body))
        ring(RECEIPTS, 1)
        media_type, said = door.answer()
        return Response(said, media_type=media_type)

    return knocked


async def _body(request: Request) -> bytes | None:
    """The whole body; None where it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return None
    return bytes(body)


def _plain(_: Request, status: int) -> Response:
    return Response(status_code=status)

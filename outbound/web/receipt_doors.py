"""Receipts that suppliers push to us: committed raw, then acknowledged. `settle` works from the inbox, not from here.

A door knows its supplier's wire; who may knock is settled before it, by mutual TLS in the proxy (docs/operations.md).
"""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from outbound import delivery
from outbound.letter import RawReceipt
from outbound.ports import ReceiptDoor
from outbound.web.problems import Kind, Problem
from outbound.web.rooms import Rooms
from workers.queues import RECEIPTS

LARGEST = 2_000_000  # bytes of one receipt


def mount(app: FastAPI, rooms: Rooms) -> None:
    """Open every door that the outside has."""
    for door in rooms.house.outside.doors:
        app.add_api_route(door.path, _opened(door, rooms), methods=["POST"], include_in_schema=False)


def _opened(door: ReceiptDoor, rooms: Rooms) -> Callable[[Request], Awaitable[Response]]:
    async def knocked(request: Request) -> Response:
        body = await _body(request)
        # The fingerprint is the id: the same receipt pushed twice is one receipt.
        raw = RawReceipt(door.provider, rooms.house.seal.fingerprint_bytes("receipt", body), body)
        await run_in_threadpool(delivery.keep, rooms.house, raw)
        rooms.ring(RECEIPTS, 1)
        media_type, said = door.answer()
        return Response(said, media_type=media_type)

    return knocked


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise Problem(Kind.TOO_LARGE, more={"limit": LARGEST}, headers={"Connection": "close"})
    return bytes(body)

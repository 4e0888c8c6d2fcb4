"""HTTP/1.1 on asyncio and h11, so that a simulator can do what no web framework lets it: take a request and hang up
without an answer, or refuse connections on a port that it still holds.
"""

import asyncio
import json
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import h11

PHRASES = {
    200: "OK",
    201: "Created",
    204: "No Content",
    303: "See Other",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
}
CHUNK = 1 << 20
CUT = 0.02  # seconds in which the event loop closes aborted connections
BODY_LIMIT = 110_000_000
SHUTTING = 1.0  # seconds in which a caller may answer that it has heard the end of TLS


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `path` is unquoted and without the query, header names are lower case. `peer` is the certificate
    (DER) that the caller showed, where TLS asked for one."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    peer: bytes = b""

    def one(self, name: str, otherwise: str = "") -> str:
        """The first value of a query parameter."""
        return self.query.get(name, [otherwise])[0]

    def json(self) -> Any:
        """The body as JSON. Raises ValueError."""
        try:
            return json.loads(self.body)
        except RecursionError:
            raise ValueError("The JSON is nested too deeply.") from None


@dataclass(frozen=True, slots=True)
class Page:
    """HTML for a browser."""

    html: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `content` is sent as JSON, None as an empty body, bytes as the XML that they are, a Page as HTML."""

    status: int
    content: object = None
    headers: dict[str, str] = field(default_factory=dict)


Answering = Callable[[Request], Awaitable[Reply | None]]


class Door:
    """A listening port, with TLS where a context is given. The answering function returns None to hang up without an
    answer."""

    def __init__(self, answer: Answering, tls: ssl.SSLContext | None = None) -> None:
        self._answer = answer
        self._tls = tls
        self._held: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    async def open(self, port: int) -> None:
        """Listens on the port, or on a free one when it is 0 or taken."""
        held, self._held = self._held or hold(port), None
        self.port = held.getsockname()[1]
        shutting = SHUTTING if self._tls else None
        self._server = await asyncio.start_server(
            self._serve, sock=held, limit=CHUNK, backlog=512, ssl=self._tls, ssl_shutdown_timeout=shutting
        )

    async def shut(self) -> None:
        """Connection refused from here on, and connections at work are cut; the port stays ours."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()
        await asyncio.sleep(CUT)
        self._held = hold(self.port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            await self._converse(h11.Connection(h11.SERVER), reader, writer)
        except (ConnectionError, h11.RemoteProtocolError):
            pass  # the caller's end broke: nothing to answer
        except asyncio.CancelledError:
            pass  # the simulator ends, and this connection with it
        finally:
            self._open.discard(writer)
            writer.transport.abort() if writer.transport.is_closing() else writer.close()

    async def _converse(
        self, connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while (request := await _read(connection, reader, writer)) is not None:
            reply = await self._answer(replace(request, peer=_certificate(writer)))
            if reply is None:
                writer.transport.abort()
                return
            writer.write(_written(connection, reply))
            await writer.drain()
            if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
                return
            connection.start_next_cycle()


def hold(port: int) -> socket.socket:
    """A bound socket that does not listen: connections to it are refused and nobody else can have the port."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind(("127.0.0.1", port))
    except OSError:
        held.bind(("127.0.0.1", 0))
    held.setblocking(False)
    return held


async def _read(
    connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> Request | None:
    head: h11.Request | None = None
    parts: list[bytes] = []
    size = 0
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            if connection.they_are_waiting_for_100_continue:
                writer.write(connection.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
            connection.receive_data(await reader.read(CHUNK))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            parts.append(bytes(event.data))
            size += len(event.data)
            if size > BODY_LIMIT:
                return None
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            return _request(head, b"".join(parts))
        else:
            return None


def _request(head: h11.Request, body: bytes) -> Request:
    target = urlsplit(head.target.decode("latin-1"))
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
    query = parse_qs(target.query, keep_blank_values=True)
    return Request(head.method.decode("ascii"), unquote(target.path), query, headers, body)


def _written(connection: h11.Connection, reply: Reply) -> bytes:
    body, kind = _body(reply.content)
    headers = [("Content-Length", str(len(body))), *reply.headers.items()]
    if body:
        headers.append(("Content-Type", f"{kind};charset=UTF-8"))
    head = h11.Response(status_code=reply.status, reason=PHRASES.get(reply.status, "").encode(), headers=headers)
    sent = [connection.send(head), connection.send(h11.Data(data=body)), connection.send(h11.EndOfMessage())]
    return b"".join(part for part in sent if part)


def _body(content: object) -> tuple[bytes, str]:
    if isinstance(content, bytes):
        return content, "application/xml"
    if isinstance(content, Page):
        return content.html.encode(), "text/html"
    return b"" if content is None else json.dumps(content, ensure_ascii=False).encode(), "application/json"


def _certificate(writer: asyncio.StreamWriter) -> bytes:
    tls = writer.get_extra_info("ssl_object")
    return (tls.getpeercert(binary_form=True) or b"") if tls else b""

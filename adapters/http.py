"""HTTP as the adapters need it: one deadline for a whole call, and every failure under the name that says whether
something may have been taken.

httpcore is the engine under httpx. It is used directly because a total deadline needs a network backend of our own
(timeouts are otherwise per read, so a server that drips a byte a second never ends), because it halves the CPU of a
call, and because nothing of it logs or carries a URL. It reads no proxy variables and follows no redirects.
"""

import json
import logging
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

import httpcore

from adapters.timed_sockets import Deadline, TimedBackend, cause_of, is_our_certificate
from outbound import clock
from outbound.ports import Misconfigured, OutcomeUnknown, OutsideError, Unavailable

LOOPBACK = ("127.0.0.1", "::1", "localhost")  # hosts to which a call does not leave this machine
TOLD_LIMIT = 64_000  # bytes that are read of an answer whose content is of no use; a longer one costs its connection
ANSWER_LIMIT = 20_000_000  # bytes: a page of look-ups or receipts is some hundred kB
NO_CERTIFICATE = (b"<title>400 No required SSL certificate was sent<", b"<title>400 The SSL certificate error<")
"""How nginx answers in the place of whom it stands before (its ngx_http_special_response.c): it ends the handshake
whatever it was shown."""

KEEP_ALIVE = 5.0  # seconds that an unused connection is kept; shorter than any server is known to keep it
MOST_WAIT = 24 * 3600.0  # seconds of a Retry-After that we believe

logging.getLogger("httpcore").setLevel(logging.WARNING)  # its DEBUG writes headers
logging.getLogger("httpx").setLevel(logging.WARNING)  # its INFO writes URLs, should anything here come to use it


@dataclass(frozen=True, slots=True)
class Answered:
    """An HTTP answer, whole. `retry_after` in seconds, where the server says."""

    status: int
    body: bytes = field(repr=False)
    retry_after: float | None = None

    def json(self) -> dict[str, Any] | None:
        """The body as a JSON object; None where it is not one."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None


class Caller:
    """Calls one server. Shared by all threads of a process; connections are kept alive and never retried.

    `timeout` is the seconds that a whole call may take, from the look-up of the host's name (which the system's
    resolver bounds) to the last byte of the answer.
    """

    def __init__(
        self, base: str, headers: Mapping[str, str], timeout: float, tls: ssl.SSLContext | None = None
    ) -> None:
        self._base, self._headers, self._timeout = base, dict(headers), timeout
        self._deadline = Deadline()
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=None,
            keepalive_expiry=KEEP_ALIVE,
            network_backend=TimedBackend(self._deadline),
        )

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        content_type: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answered:
        """The answer, whatever its status. `headers` are for this call only, beside those of all.

        Raises Unavailable (the request did not leave), Misconfigured (certificate) or OutcomeUnknown (it left, and no
        answer came that can be read).
        """
        said = {"Content-Type": content_type} if content_type else {}
        return self._attempt(lambda: self._call(method, path, body, said, headers))

    def tell(self, body: bytes, content_type: str, headers: Mapping[str, str]) -> Answered:
        """POST to the base itself; the answer without its content. Raises as `call` does."""
        return self._attempt(lambda: self._call("POST", "", body, {"Content-Type": content_type}, headers, _nothing))

    def _attempt(self, call: Callable[[], Answered]) -> Answered:
        try:
            return call()
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as fault:
            named = _named(fault)
        except httpcore.UnsupportedProtocol:
            named = Misconfigured("url")
        raise named  # outside the except block: the cause, which may carry the supplier's words, does not come along

    def close(self) -> None:
        """Closes the connections; the next call opens new ones."""
        self._pool.close()

    def _call(
        self,
        method: str,
        path: str,
        body: bytes | None,
        own: Mapping[str, str],
        more: Mapping[str, str] | None,
        read: Callable[[Iterable[bytes]], bytes] | None = None,
    ) -> Answered:
        said = [pair for some in (self._headers, own, more) if some for pair in some.items()]
        self._deadline.set(self._timeout)
        with self._pool.stream(method, self._base + path, headers=said, content=body) as response:
            content = (read or _whole)(response.iter_stream())
            after = _retry_after(response.headers)
        return Answered(response.status, content, after)


def usable(answer: Answered) -> dict[str, Any]:
    """The JSON object of a read (look-up, list), which may be repeated at will.

    Raises Unavailable or Misconfigured for everything that is not a 2xx with a JSON object.
    """
    refuse_strangers(answer)
    found = answer.json()
    if not 200 <= answer.status < 300:
        raise Unavailable(f"http-{answer.status}", answer.retry_after)
    if found is None:
        raise Unavailable("unreadable-answer")
    return found


def refuse_strangers(answer: Answered) -> None:
    """Raises what every supplier means by these statuses: Misconfigured (401, 403, 404 …) or Unavailable (429)."""
    if answer.status in (401, 403, 404, 405, 407) or 300 <= answer.status < 400:
        raise Misconfigured(f"http-{answer.status}")
    if answer.status == 400 and any(page in answer.body[:1000] for page in NO_CERTIFICATE):
        raise Misconfigured("certificate")
    if answer.status == 429:
        raise Unavailable("http-429", answer.retry_after)


def _named(fault: Exception) -> OutsideError:
    if isinstance(fault, httpcore.ConnectError):
        return _not_connected(fault)
    if isinstance(fault, httpcore.ConnectTimeout | httpcore.PoolTimeout):
        return Unavailable("connect-timeout")
    if isinstance(fault, httpcore.LocalProtocolError):
        return Misconfigured("request")  # a header that HTTP cannot carry: a token with a line end in it
    if isinstance(fault, httpcore.TimeoutException):
        return OutcomeUnknown("timeout")
    return OutcomeUnknown("broken-connection")


def _not_connected(fault: Exception) -> OutsideError:
    cause = cause_of(fault)
    if is_our_certificate(fault) or isinstance(cause, ssl.SSLCertVerificationError):
        return Misconfigured("certificate")
    return Unavailable("tls" if isinstance(cause, ssl.SSLError) else "no-connection")


def _whole(chunks: Iterable[bytes]) -> bytes:
    parts, size = [], 0
    for chunk in chunks:
        size += len(chunk)
        if size > ANSWER_LIMIT:
            raise httpcore.RemoteProtocolError("answer-too-large")
        parts.append(chunk)
    return b"".join(parts)


def _nothing(chunks: Iterable[bytes]) -> bytes:
    """Read a short answer to its end, so that the connection can be used again, and keep nothing of it."""
    size = 0
    for chunk in chunks:
        if (size := size + len(chunk)) > TOLD_LIMIT:
            break
    return b""


def _retry_after(headers: Iterable[tuple[bytes, bytes]]) -> float | None:
    said = next((value.decode("latin-1") for name, value in headers if name.lower() == b"retry-after"), "")
    try:
        seconds = float(said) if said.isdigit() else (parsedate_to_datetime(said) - clock.now()).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), MOST_WAIT)

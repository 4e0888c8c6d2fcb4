"""Sockets whose every step has only what is left of a call's time; the ground that `adapters.http` stands on."""

import math
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from typing import Any

import httpcore


class Deadline(threading.local):
    """When the call that this thread is making must end."""

    at = math.inf

    def set(self, seconds: float) -> None:
        """It must end in so many seconds."""
        self.at = time.monotonic() + seconds

    def left(self, otherwise: type[httpcore.TimeoutException]) -> float:
        """Seconds left. Raises `otherwise` when there are none."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise otherwise("deadline")
        return left


class TimedBackend(httpcore.NetworkBackend):
    """Plain sockets whose every step has only what is left of the call's time."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to one of the host's addresses, tried in turn. The time given is not asked: the call's is."""
        fault: Exception = httpcore.ConnectError("no-address")
        for address in _addresses(host, port):
            try:
                left = self._deadline.left(httpcore.ConnectTimeout)
                return _TimedStream(self._inner.connect_tcp(address, port, left), self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as found:
                fault = found
        raise fault


class _TimedStream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner, self._deadline = inner, deadline
        self._has_read = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            found = self._inner.read(max_bytes, self._deadline.left(httpcore.ReadTimeout))
        except httpcore.ReadError as fault:
            if not self._has_read and is_our_certificate(fault):  # TLS 1.3 refuses it after the handshake
                raise httpcore.ConnectError(*fault.args) from None
            raise
        self._has_read = True
        return found

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        connection: socket.socket = self._inner.get_extra_info("socket")
        left = memoryview(buffer)
        try:
            while left:
                connection.settimeout(self._deadline.left(httpcore.WriteTimeout))
                left = left[connection.send(left) :]
        except TimeoutError as fault:
            raise httpcore.WriteTimeout(fault) from fault
        except OSError as fault:
            raise httpcore.WriteError(fault) from fault

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(httpcore.ConnectTimeout)
        return _TimedStream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as fault:
        raise httpcore.ConnectError("dns") from fault
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_our_certificate(fault: Exception) -> bool:
    """Whether the server says, by a TLS alert, that it will not have our certificate."""
    cause = cause_of(fault)
    said = cause.reason or "" if isinstance(cause, ssl.SSLError) else ""
    words = ("CERTIFICATE", "UNKNOWN_CA", "ACCESS_DENIED", "ALERT_HANDSHAKE_FAILURE")
    return "ALERT" in said and any(word in said for word in words)


def cause_of(fault: Exception) -> object:
    """What the socket said: httpcore keeps it as its own error's argument, and clears the chain."""
    return fault.args[0] if fault.args else None

"""A connection to the printer's SFTP server, by paramiko: a pinned host key, our own key, and TCP_NODELAY (without it
each small answer waits 40 ms). paramiko's own timeouts are per read; here a watch cuts the connection in time.
"""

import contextlib
import logging
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import paramiko

from outbound.ports import Misconfigured, OutsideError, Unavailable

logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # its errors carry tracebacks and the server's words

BROKEN = (paramiko.SSHException, paramiko.SFTPError, EOFError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Access:
    """Where the printer is, and by what we know each other. `timeout`: seconds that one operation may take."""

    host: str
    port: int
    user: str
    key: paramiko.PKey = field(repr=False)
    host_key: paramiko.PKey = field(repr=False)
    incoming: str
    receipts: str
    timeout: float


@dataclass(slots=True)
class Line:
    """One connection: its socket, the SSH client on it and the SFTP session in that."""

    sock: socket.socket
    client: paramiko.SSHClient
    sftp: paramiko.SFTPClient
    counts: bool = True  # may the server be asked for a digest? Until it says that it cannot

    def is_alive(self) -> bool:
        """Can it be used?"""
        channel = self.sftp.get_channel()
        return is_connected(self.client) and channel is not None and not channel.closed

    def end(self) -> None:
        """Hangs up."""
        with contextlib.suppress(*BROKEN, OSError):
            self.client.close()
        self.sock.close()


@contextlib.contextmanager
def watch(sock: socket.socket, seconds: float) -> Iterator[None]:
    """Cuts the connection when the block takes longer."""
    watch = threading.Timer(seconds, _cut, [sock])
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _cut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def open_line(access: Access) -> Line:
    """A new connection. Raises Unavailable or Misconfigured; nothing of ours has been sent but a login."""
    try:
        sock = socket.create_connection((access.host, access.port), access.timeout)
    except OSError:
        sock = None
    if sock is None:
        raise Unavailable("no-connection")
    client = paramiko.SSHClient()
    try:
        with watch(sock, access.timeout):
            return Line(sock, client, _session_on(sock, client, access))
    except paramiko.BadHostKeyException:
        named: OutsideError = Misconfigured("host-key")
    except paramiko.AuthenticationException:  # also what paramiko calls a login in which the line broke
        named = Misconfigured("login") if is_connected(client) else Unavailable("no-connection")
    except (*BROKEN, OSError):
        named = Unavailable("no-connection")
    client.close()
    sock.close()
    raise named


def _session_on(sock: socket.socket, client: paramiko.SSHClient, access: Access) -> paramiko.SFTPClient:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    name = access.host if access.port == 22 else f"[{access.host}]:{access.port}"
    client.get_host_keys().add(name, access.host_key.get_name(), access.host_key)
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    client.connect(
        access.host,
        access.port,
        access.user,
        pkey=access.key,
        sock=sock,
        allow_agent=False,
        look_for_keys=False,
        banner_timeout=2 * access.timeout,  # the watch ends each of these before, and by one name
        auth_timeout=2 * access.timeout,
        channel_timeout=2 * access.timeout,
    )
    return client.open_sftp()


def is_connected(client: paramiko.SSHClient) -> bool:
    """Is the other side still there?"""
    transport = client.get_transport()
    return transport is not None and transport.is_active()

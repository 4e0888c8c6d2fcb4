"""A server that says exactly what a test tells it, byte by byte and as slowly as it is told."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Script = Callable[[socket.socket, bytes], None]
"""What is done when a whole request (its bytes are given) has come; the connection stays open afterwards."""


@dataclass(slots=True)
class Scripted:
    """The server: its port, the requests that came, and how many connections there were."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


@contextmanager
def scripted(*scripts: Script, tls: ssl.SSLContext | None = None, reads: bool = True) -> Iterator[Scripted]:
    """Runs the scripts in order, the last of them for ever. `reads=False`: never reads a byte."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Scripted(listener.getsockname()[1])
    ended = threading.Event()
    threads: list[threading.Thread] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                server.connections += 1
                threads.append(threading.Thread(target=serve, args=(connection,)))
                threads[-1].start()

    def serve(connection: socket.socket) -> None:
        with suppress(OSError, ValueError), connection:
            if not reads:
                ended.wait()
                return
            stream = tls.wrap_socket(connection, server_side=True) if tls else connection
            with stream:
                while request := _read(stream):
                    script = scripts[min(len(server.requests), len(scripts) - 1)]
                    server.requests.append(request)
                    script(stream, request)

    threads.append(threading.Thread(target=accept))
    threads[0].start()
    try:
        yield server
    finally:
        ended.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in threads:
            thread.join(10)


def _read(stream: socket.socket) -> bytes:
    """One HTTP request, whole; empty when the connection ended."""
    content = b""
    while b"\r\n\r\n" not in content:
        if not (more := stream.recv(65536)):
            return b""
        content += more
    head, _, body = content.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while len(body) < int(lengths[0] if lengths else 0):
        if not (more := stream.recv(65536)):
            return b""
        body += more
    return head + b"\r\n\r\n" + body


def answer(status: int, content: object = None, **headers: str) -> Script:
    """An ordinary answer; `content` as JSON, bytes as they are."""
    body = content if isinstance(content, bytes) else b"" if content is None else json.dumps(content).encode()
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join([f"HTTP/1.1 {status} Told", f"Content-Length: {len(body)}", *lines])
    return say(head.encode() + b"\r\n\r\n" + body)


def say(content: bytes) -> Script:
    """These bytes, at once."""
    return lambda stream, _: stream.sendall(content)


def drip(content: bytes, pause: float) -> Script:
    """These bytes, one at a time."""

    def script(stream: socket.socket, _: bytes) -> None:
        waiting = threading.Event()
        for byte in content:
            stream.sendall(bytes([byte]))
            waiting.wait(pause)

    return script


def hang_up(content: bytes = b"") -> Script:
    """These bytes, then the connection is reset."""

    def script(stream: socket.socket, _: bytes) -> None:
        stream.sendall(content)
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        stream.close()

    return script


@dataclass(frozen=True, slots=True)
class Identity:
    """A self-made certificate and its key, as PEM files."""

    certificate: Path
    key: Path

    def server(self, asks_for: "Identity | None" = None) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        if asks_for is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(asks_for.certificate)
        return context


def identity(folder: Path, name: str, days: int = 1) -> Identity:
    """A certificate for 127.0.0.1 that vouches for itself; a negative number of days makes it an expired one."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)  # noqa: TID251 - certificates are valid by the real clock
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    found = Identity(folder / f"{name}.pem", folder / f"{name}.key")
    found.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption())
    found.key.write_bytes(secret)
    return found

"""OpenSSH's own server on loopback, for the tests that want its SFTP and not only asyncssh's."""

import getpass
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.remote_print.keys import private_key, public_key
from adapters.remote_print.line import Access
from tests.waiting import wait_for


@contextmanager
def openssh(program: str, folder: Path) -> Iterator[tuple[Access, Path]]:
    """The server, with the folders `incoming` and `receipts`: how to come in, and where they are."""
    files = folder / "sftp"
    for name in ("incoming", "receipts"):
        (files / name).mkdir(parents=True)
    for name in ("host", "client"):
        make_key(folder / name)
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    _configure(folder, files, port)
    process = subprocess.Popen([program, "-D", "-e", "-f", str(folder / "config")], stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: process.poll() is not None or _answers(port), "sshd")
        yield _access(folder, port), files
    finally:
        process.terminate()
        process.wait(10)


def _access(folder: Path, port: int) -> Access:
    keys = private_key(folder / "client"), public_key(folder / "host.pub")
    return Access("127.0.0.1", port, getpass.getuser(), *keys, "incoming", "receipts", 5)


def make_key(path: Path) -> None:
    """A key pair: `path` and `path.pub`."""
    key = Ed25519PrivateKey.generate()
    pem, ssh = serialization.Encoding.PEM, serialization.Encoding.OpenSSH
    secret = key.private_bytes(pem, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption())
    path.touch(0o600)
    path.write_bytes(secret)
    public = key.public_key().public_bytes(ssh, serialization.PublicFormat.OpenSSH)
    path.with_suffix(".pub").write_bytes(public + b"\n")


def _configure(folder: Path, files: Path, port: int) -> None:
    if os.geteuid() == 0:
        with suppress(OSError):
            Path("/run/sshd").mkdir(exist_ok=True)
    settings = {
        "Port": port,
        "ListenAddress": "127.0.0.1",
        "HostKey": folder / "host",
        "AuthorizedKeysFile": folder / "client.pub",
        "StrictModes": "no",
        "UsePAM": "no",
        "PidFile": "none",
        "PasswordAuthentication": "no",
        "Subsystem": f"sftp internal-sftp -d {files}",
        "ForceCommand": f"internal-sftp -d {files}",
    }
    (folder / "config").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False

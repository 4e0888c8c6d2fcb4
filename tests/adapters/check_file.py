"""An SFTP server that counts digests itself (the extension check-file): paramiko's own, over a folder.

It can count them wrongly, as if its disk had spoilt the file.
"""

import hashlib
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko
import pytest
from paramiko import sftp_server
from paramiko.common import AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from paramiko.sftp import SFTP_OK

from adapters.remote_print.keys import private_key, public_key
from adapters.remote_print.line import Access
from tests.adapters.sshd import make_key


class Counted:
    """How the server counts."""

    spoils = False


class Host(paramiko.ServerInterface):
    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return AUTH_SUCCESSFUL

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"


class Handle(paramiko.SFTPHandle):
    def __init__(self, path: Path, flags: int) -> None:
        super().__init__(flags)
        writes = flags & (os.O_WRONLY | os.O_RDWR)
        self.readfile = self.writefile = path.open("wb" if writes else "rb")

    def stat(self) -> paramiko.SFTPAttributes:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))


class Folder(paramiko.SFTPServerInterface):
    root: Path

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes]:
        return [paramiko.SFTPAttributes.from_stat(one.stat(), one.name) for one in self._at(path).iterdir()]

    def stat(self, path: str) -> paramiko.SFTPAttributes:
        return paramiko.SFTPAttributes.from_stat(self._at(path).stat())

    def open(self, path: str, flags: int, attr: object) -> paramiko.SFTPHandle:
        return Handle(self._at(path), flags)

    def rename(self, oldpath: str, newpath: str) -> int:
        self._at(oldpath).rename(self._at(newpath))
        return SFTP_OK

    def remove(self, path: str) -> int:
        self._at(path).unlink()
        return SFTP_OK

    def _at(self, path: str) -> Path:
        return self.root / path.lstrip("/")


@contextmanager
def counting_server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Access, Counted]]:
    """The server, with the folders `incoming` and `receipts` in `folder`: how to come in, and how it counts."""
    counted = Counted()

    def sha256(content: bytes = b"") -> object:
        return hashlib.sha256(b"spoilt" * counted.spoils + content)

    monkeypatch.setitem(sftp_server._hash_class, "sha256", sha256)  # type: ignore[attr-defined]
    for name in ("incoming", "receipts"):
        (folder / name).mkdir()
    for name in ("host", "client"):
        make_key(folder / name)
    listener = socket.create_server(("127.0.0.1", 0))
    rooted = type("Rooted", (Folder,), {"root": folder})
    transports: list[paramiko.Transport] = []

    def serve() -> None:
        connection, _ = listener.accept()
        transport = paramiko.Transport(connection)
        transports.append(transport)
        transport.add_server_key(private_key(folder / "host"))
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, rooted)
        transport.start_server(server=Host())

    thread = threading.Thread(target=serve)
    thread.start()
    keys = private_key(folder / "client"), public_key(folder / "host.pub")
    try:
        yield Access("127.0.0.1", listener.getsockname()[1], "us", *keys, "incoming", "receipts", 5), counted
    finally:
        thread.join(10)
        for transport in transports:
            transport.close()
        listener.close()

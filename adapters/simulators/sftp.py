"""The SFTP server of the printing house: who may come in, and what a client may do in its two folders."""

import asyncio
import os
import re

import asyncssh

from adapters.simulators.moods import Moods
from adapters.simulators.print_run import UUID
from adapters.simulators.printing_house import PrintingHouse
from adapters.simulators.records import Records

USER = "outbound"
WRITING = asyncssh.FXF_WRITE | asyncssh.FXF_APPEND | asyncssh.FXF_CREAT | asyncssh.FXF_TRUNC
TEMPORARY = re.compile(rf"/incoming/{UUID.pattern}[0-9A-Za-z._-]{{0,80}}\.tmp")
FINAL = re.compile(rf"/incoming/{UUID.pattern}\.zip")
RECEIPT = re.compile(rf"/receipts/{UUID.pattern}\.xml")
RETURNED = re.compile(rf"/returns/{UUID.pattern}\.csv")


class Login(asyncssh.SSHServer):
    """Lets in one user by one key, unless the mood is against it."""

    def __init__(
        self, records: Records, moods: Moods, key: asyncssh.SSHKey, connections: set[asyncssh.SSHServerConnection]
    ) -> None:
        self._records, self._moods, self._key, self._connections = records, moods, key, connections
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Hangs up at once when the server is busy."""
        self._connection = conn
        self._connections.add(conn)
        if self._moods.strikes("busy", "login") is not None:
            self._records.count("login-busy")
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets the connection."""
        if self._connection is not None:
            self._connections.discard(self._connection)

    async def begin_auth(self, username: str) -> bool:
        """Waits when slow; a login is always asked for."""
        await _slowly(self._moods, "login")
        return True

    def public_key_auth_supported(self) -> bool:
        """Keys only."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether this user may come in with this key."""
        self._records.count("login")
        refused = [self._moods.strikes(fault, "login") for fault in ("refuse_login", "wrong_certificate")]
        well = username == USER and key == self._key and refused == [None, None]
        if not well:
            self._records.count("login-refused")
        return well


class Desk(asyncssh.SFTPServer):
    """The SFTP server of one connection: uploads into `incoming`, fetching and removing from `receipts`."""

    def __init__(
        self, channel: "asyncssh.SSHServerChannel[bytes]", house: PrintingHouse, moods: Moods, records: Records
    ):
        super().__init__(channel, chroot=os.fsencode(house.root))
        self._connection = channel.get_connection()
        self._house, self._moods, self._records = house, moods, records
        self._sent: dict[int, int] = {}

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Opens a receipt to read, or a temporary name to write."""
        name = _absolute(path)
        if not pflags & WRITING:
            self._house.fetched.set()
            return super().open(path, pflags, attrs)
        if not TEMPORARY.fullmatch(name):
            raise asyncssh.SFTPPermissionDenied("Uploads go to incoming/<run id>….tmp.")
        self._records.count("upload")
        await _slowly(self._moods, "send")
        if self._moods.strikes("disk_full", "send") is not None:
            raise asyncssh.SFTPFailure("No space left on device")
        opened = super().open(path, pflags, attrs)
        broken = self._moods.strikes("break_after_bytes", "send")
        if broken is not None:
            self._sent[id(opened)] = int(broken.get("bytes", 20_000))
        return opened

    def write(self, file_obj: object, offset: int, data: bytes) -> object:  # type: ignore[override]
        """Writes, up to the byte at which the mood cuts the connection."""
        most = self._sent.get(id(file_obj))
        if most is not None and offset + len(data) > most:
            super().write(file_obj, offset, data[: max(0, most - offset)])
            self._records.count("upload-broken")
            self._connection.abort()
            raise asyncssh.SFTPConnectionLost("The line broke.")
        return super().write(file_obj, offset, data)

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Gives a temporary file its final name, not over an existing one."""
        await self._rename(oldpath, newpath, over=False)

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """The same, over an existing one."""
        await self._rename(oldpath, newpath, over=True)

    async def _rename(self, old: bytes, new: bytes, over: bool) -> None:
        if not (TEMPORARY.fullmatch(_absolute(old)) and FINAL.fullmatch(_absolute(new))):
            raise asyncssh.SFTPPermissionDenied("A rename goes from incoming/<run id>….tmp to incoming/<run id>.zip.")
        if _absolute(old)[:46] != _absolute(new)[:46]:
            raise asyncssh.SFTPPermissionDenied("The run's id stays the same.")
        self._records.count("rename")
        await _slowly(self._moods, "send")
        for fault in ("refuse_rename", "error_before_take"):
            if self._moods.strikes(fault, "send") is not None:
                raise asyncssh.SFTPFailure("The rename is refused.")
        super().posix_rename(old, new) if over else super().rename(old, new)
        await self._after_rename()

    async def _after_rename(self) -> None:
        if self._moods.receipts["before_answer"]:
            await self._house.overtake()
        for fault in ("break_after_rename", "drop_answer"):
            if self._moods.strikes(fault, "send") is not None:
                self._records.count("answer-dropped")
                self._connection.abort()
                raise asyncssh.SFTPConnectionLost("The line broke.")
        if self._moods.strikes("error_after_take", "send") is not None:
            raise asyncssh.SFTPFailure("Something broke.")

    def remove(self, path: bytes) -> None:
        """Removes a receipt that the client has, or a temporary file of its own."""
        name = _absolute(path)
        if not any(rule.fullmatch(name) for rule in (RECEIPT, RETURNED, TEMPORARY)):
            raise asyncssh.SFTPPermissionDenied("Only receipts, return files and temporary files can be removed.")
        super().remove(path)
        self._records.count("temporary-removed" if name.startswith("/incoming/") else "receipt-removed")

    def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """The folders are given."""
        raise asyncssh.SFTPPermissionDenied("The folders are given.")

    def rmdir(self, path: bytes) -> None:
        """The folders are given."""
        raise asyncssh.SFTPPermissionDenied("The folders are given.")

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        """There are no links here."""
        raise asyncssh.SFTPPermissionDenied("There are no links here.")

    def link(self, oldpath: bytes, newpath: bytes) -> None:
        """There are no links here."""
        raise asyncssh.SFTPPermissionDenied("There are no links here.")


def _absolute(path: bytes) -> str:
    return os.path.normpath("/" + path.decode("utf-8", "replace"))


async def _slowly(moods: Moods, kind: str) -> None:
    slow = moods.strikes("slow", kind)
    if slow is not None:
        await asyncio.sleep(slow.get("ms", 1000) / 1000)

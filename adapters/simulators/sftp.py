"""The SFTP server of the printing house: who may come in, and what a client may do in its three folders."""

import asyncio
import os
import re
import shutil
from collections.abc import Awaitable

import asyncssh

from adapters.simulators.moods import Moods
from adapters.simulators.print_run import UUID, dashed
from adapters.simulators.printing_house import PrintingHouse
from adapters.simulators.records import Records

USER = "outbound"
WRITING = asyncssh.FXF_WRITE | asyncssh.FXF_APPEND | asyncssh.FXF_CREAT | asyncssh.FXF_TRUNC
TEMPORARY = re.compile(rf"/incoming/(?P<id>{UUID.pattern})[0-9A-Za-z._-]{{0,80}}\.tmp")
ORDER_ON_ITS_WAY, ORDER = (re.compile(rf"/orders/(?P<id>{UUID.pattern})\.{end}") for end in ("tmp", "xml"))
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


class Upload:
    """How far the mood lets one upload come, in bytes, None where it does not mind."""

    def __init__(self, moods: Moods) -> None:
        broken, full, stall = (moods.strikes(fault, "send") for fault in ("break_after_bytes", "disk_full", "stall"))
        self.breaks = None if broken is None else int(broken.get("bytes", 20_000))
        self.disk_full = None if full is None else int(full.get("bytes", 0))
        self.stalls = None if stall is None else int(stall.get("bytes", 0))
        self.stalls_for = (stall or {}).get("ms", 60_000) / 1000
        self.corrupt = moods.strikes("corrupt", "send") is not None


class Desk(asyncssh.SFTPServer):
    """The SFTP server of one connection: uploads to `incoming` and `orders`, fetching and removing from `receipts`."""

    def __init__(
        self, channel: "asyncssh.SSHServerChannel[bytes]", house: PrintingHouse, moods: Moods, records: Records
    ):
        super().__init__(channel, chroot=os.fsencode(house.root))
        self._connection = channel.get_connection()
        self._house, self._moods, self._records = house, moods, records
        self._uploads: dict[int, Upload] = {}

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Opens a receipt to read, or a temporary name to write or to look at."""
        name = _absolute(path)
        if not pflags & WRITING:
            if not self._may_be_written(name):
                self._house.fetched.set()
            return super().open(path, pflags, attrs)
        if not self._may_be_written(name):
            raise asyncssh.SFTPPermissionDenied("Uploads go to incoming/<run id>….tmp and orders/<order id>.tmp.")
        self._records.count("upload")
        await _slowly(self._moods, "send")
        if self._moods.strikes("read_only", "send") is not None:
            raise asyncssh.SFTPPermissionDenied("This folder is not yours to write.")
        upload = Upload(self._moods)
        if upload.disk_full == 0:
            raise asyncssh.SFTPFailure("No space left on device")
        opened = super().open(path, pflags, attrs)
        self._uploads[id(opened)] = upload
        return opened

    def write(self, file_obj: object, offset: int, data: bytes) -> object:  # type: ignore[override]
        """Writes, as far as the mood lets it."""
        upload, end = self._uploads.get(id(file_obj)), offset + len(data)
        if upload is None:
            return super().write(file_obj, offset, data)
        if upload.breaks is not None and end > upload.breaks:
            super().write(file_obj, offset, data[: max(0, upload.breaks - offset)])
            self._records.count("upload-broken")
            self._connection.abort()
            raise asyncssh.SFTPConnectionLost("The line broke.")
        if upload.disk_full is not None and end > upload.disk_full:
            raise asyncssh.SFTPFailure("No space left on device")
        if upload.stalls is not None and end > upload.stalls:
            return asyncio.sleep(upload.stalls_for, len(data))
        if upload.corrupt and offset <= 100 < end:
            data = data[: 100 - offset] + bytes([data[100 - offset] ^ 1]) + data[101 - offset :]
        return super().write(file_obj, offset, data)

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Gives a temporary file its final name, not over an existing one."""
        await self._rename(oldpath, newpath, over=False)

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """The same, over an existing one."""
        await self._rename(oldpath, newpath, over=True)

    async def _rename(self, old: bytes, new: bytes, over: bool) -> None:
        if self._house.form.folders and TEMPORARY.fullmatch(_absolute(new)) and TEMPORARY.fullmatch(_absolute(old)):
            super().rename(old, new)  # a half goes out of the way
            return
        if not self._may_be_renamed(_absolute(old), _absolute(new)):
            raise asyncssh.SFTPPermissionDenied("A rename goes from <id>….tmp to the final name, and the id stays.")
        self._records.count("rename")
        await _slowly(self._moods, "send")
        if self._moods.strikes("break_before_rename", "send") is not None:
            self._connection.abort()
            raise asyncssh.SFTPConnectionLost("The line broke.")
        if self._moods.strikes("snatch", "send") is not None:
            shutil.rmtree(self.map_path(old)) if self._house.form.folders else super().remove(old)
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
        if not any(rule.fullmatch(name) for rule in (RECEIPT, RETURNED)) and not self._may_be_written(name):
            raise asyncssh.SFTPPermissionDenied("Only receipts, return files and temporary files can be removed.")
        super().remove(path)
        self._records.count("temporary-removed" if name.startswith("/incoming/") else "receipt-removed")

    def _may_be_written(self, name: str) -> bool:
        return bool(self._house.form.upload.fullmatch(name) or ORDER_ON_ITS_WAY.fullmatch(name))

    def _may_be_renamed(self, old: str, new: str) -> bool:
        """A rename goes from a temporary name to the final one, and keeps the id."""
        for was, now in ((TEMPORARY, self._house.form.final), (ORDER_ON_ITS_WAY, ORDER)):
            found, wanted = was.fullmatch(old), now.fullmatch(new)
            if found and wanted and dashed(found["id"]) == dashed(wanted["id"]):
                return True
        return False

    def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> Awaitable[None] | None:
        """The folders are given, but where a run is one."""
        self._must_be_a_run(path)
        return super().mkdir(path, attrs)

    def rmdir(self, path: bytes) -> Awaitable[None] | None:
        """Takes a folder of one's own away again."""
        self._must_be_a_run(path)
        return super().rmdir(path)

    def _must_be_a_run(self, path: bytes) -> None:
        if not (self._house.form.folders and TEMPORARY.fullmatch(_absolute(path))):
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

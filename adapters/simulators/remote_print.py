"""A remote-print provider: an SFTP server for runs and receipts, and the printing house behind it.

`python -m adapters.simulators.remote_print --dir DIR [--port N]`
"""

import asyncio
import os
import re
import socket
from pathlib import Path

import asyncssh

from adapters.simulators import process
from adapters.simulators.moods import FAULTS, Moods
from adapters.simulators.print_run import UUID
from adapters.simulators.printing_house import PrintingHouse
from adapters.simulators.records import Records
from adapters.simulators.wire import CUT, hold

USER = "outbound"
WRITING = asyncssh.FXF_WRITE | asyncssh.FXF_APPEND | asyncssh.FXF_CREAT | asyncssh.FXF_TRUNC
TEMPORARY = re.compile(rf"/incoming/{UUID.pattern}[0-9A-Za-z._-]{{0,80}}\.tmp")
FINAL = re.compile(rf"/incoming/{UUID.pattern}\.zip")
RECEIPT = re.compile(rf"/receipts/{UUID.pattern}\.xml")


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
        if not RECEIPT.fullmatch(name) and not TEMPORARY.fullmatch(name):
            raise asyncssh.SFTPPermissionDenied("Only receipts and temporary files can be removed.")
        super().remove(path)
        self._records.count("receipt-removed" if name.startswith("/receipts/") else "temporary-removed")

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


class SftpDoor:
    """The SFTP port: opens, shuts with connections cut, and keeps its number meanwhile."""

    def __init__(self, house: PrintingHouse, records: Records, moods: Moods, folder: Path) -> None:
        self._house, self._records, self._moods = house, records, moods
        self._host_key, self._client_key = key_pair(folder / "host_key"), key_pair(folder / "client_key")
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._held: socket.socket | None = None
        self.port = 0

    async def open(self, port: int) -> None:
        """Listens on the port, or on a free one when it is 0 or taken."""
        held, self._held = self._held or hold(port), None
        self.port = held.getsockname()[1]
        self._acceptor = await asyncssh.listen(
            sock=held,
            server_host_keys=[self._host_key],
            server_factory=self._login,
            sftp_factory=lambda channel: Desk(channel, self._house, self._moods, self._records),
        )

    async def reopen(self) -> None:
        """Listens again."""
        await self.open(self.port)

    async def shut(self) -> None:
        """Connection refused from here on, and connections at work are cut."""
        if self._acceptor is not None:
            self._acceptor.close()
        for connection in list(self._connections):
            connection.abort()
        await asyncio.sleep(CUT)
        self._held = hold(self.port)

    def _login(self) -> Login:
        key = self._client_key.convert_to_public()
        return Login(self._records, self._moods, key, self._connections)


def key_pair(path: Path) -> asyncssh.SSHKey:
    """The key of that name, made the first time: `name` (for its owner only) and `name.pub`."""
    if not path.exists():
        key = asyncssh.generate_private_key("ssh-ed25519")
        temporary = path.with_suffix(".tmp")
        temporary.touch(mode=0o600)
        key.write_private_key(str(temporary))
        key.write_public_key(str(path.with_suffix(".pub")))
        temporary.replace(path)
    return asyncssh.read_private_key(str(path))


async def run(given: process.Arguments) -> None:
    """Serves until SIGTERM."""
    records = Records(given.folder)
    moods = Moods(records, set(FAULTS), {"refuse": ["send"]})
    house = PrintingHouse(records, moods, given.folder)
    door = SftpDoor(house, records, moods, given.folder)
    await door.open(given.port or records.kept("port") or 0)
    records.keep("port", door.port)

    def env() -> dict[str, str]:
        return {
            "OUTBOUND_PRINT_SFTP_HOST": "127.0.0.1",
            "OUTBOUND_PRINT_SFTP_PORT": str(door.port),
            "OUTBOUND_PRINT_SFTP_USER": USER,
            "OUTBOUND_PRINT_SFTP_KEY_FILE": str((given.folder / "client_key").resolve()),
            "OUTBOUND_PRINT_SFTP_HOST_KEY_FILE": str((given.folder / "host_key.pub").resolve()),
        }

    working = asyncio.create_task(house.work())
    outages = process.Outages(moods, door.shut, door.reopen)
    url = f"sftp://{USER}@127.0.0.1:{door.port}/"
    serving = asyncio.create_task(process.with_control(given, records, moods, outages, env, url))
    done, _ = await asyncio.wait({working, serving}, return_when=asyncio.FIRST_COMPLETED)
    working.cancel()
    for task in done:
        task.result()


if __name__ == "__main__":
    asyncio.run(run(process.arguments("remote_print")))

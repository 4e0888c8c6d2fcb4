"""A remote-print provider: an SFTP server for runs and receipts, and the printing house behind it.

`python -m adapters.simulators.remote_print --dir DIR [--port N] [--form ours|brevhuset]`
"""

import asyncio
import socket
from pathlib import Path

import asyncssh

from adapters.simulators import process
from adapters.simulators.moods import FAULTS, Moods
from adapters.simulators.print_forms import FORMS
from adapters.simulators.printing_house import PrintingHouse
from adapters.simulators.records import Records
from adapters.simulators.sftp import USER, Desk, Login
from adapters.simulators.wire import CUT, hold


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
    house = PrintingHouse(records, moods, given.folder, FORMS[given.form])
    door = SftpDoor(house, records, moods, given.folder)
    await door.open(given.port or records.kept("port") or 0)
    records.keep("port", door.port)

    def env() -> dict[str, str]:
        return {
            "OUTBOUND_PRINT_SFTP_HOST": "127.0.0.1",
            "OUTBOUND_PRINT_SFTP_PORT": str(door.port),
            "OUTBOUND_PRINT_SFTP_USER": USER,
            "OUTBOUND_PRINT_SFTP_RETURNS": "returns",
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

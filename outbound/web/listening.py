"""The socket we listen on, and saying where it is."""

import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path

import uvicorn


def listen(host: str, port: int) -> socket.socket:
    """A listening TCP socket; port 0 finds a free one.

    asyncio sets TCP_NODELAY only on sockets that say they are TCP's. One that does not (`socket.create_server` makes
    such) costs every answer 40 ms: the second of its packets waits for the delayed acknowledgement of the first.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, proto, _, address = found[0]
    made = socket.socket(family, kind, proto)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(512)
    except OSError:
        made.close()
        raise
    return made


def url_of(listening: socket.socket, scheme: str = "http") -> str:
    """Where it can be reached."""
    host, port = listening.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


class Server(uvicorn.Server):
    """Says where it listens once it does."""

    def __init__(self, config: uvicorn.Config, said: Mapping[str, object], announcement: Path | None) -> None:
        super().__init__(config)
        self._said = said
        self._announcement = announcement

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then announce."""
        await super().startup(sockets)
        if self.started and self._announcement is not None:
            announce(self._announcement, self._said)


def announce(file: Path, said: Mapping[str, object]) -> None:
    """Write where we listen (`{"url": …}`); whoever reads the file sees all of it or nothing."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    temporary.write_text(json.dumps(said))
    temporary.replace(file)

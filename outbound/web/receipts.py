"""`python -m outbound.web.receipts`: the doors that suppliers push receipts to, and nothing else.

TLS ends here and not in a proxy, since it is the caller's certificate that opens a door.
"""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from adapters.tls import server_tls
from outbound import logs
from outbound.delivery import House
from outbound.rendering import LetterTypesFault
from outbound.seal import SealFault
from outbound.settings import Settings, SettingsFault, load
from outbound.web.callers import caller_of
from outbound.web.listening import Server, listen, url_of
from outbound.web.receipt_doors import create_receipts_app
from workers.broker import connect_broker
from workers.opening import begin_logs, open_house
from workers.tickets import Bell

LARGEST_HEAD = 16_384  # bytes of a request's line and headers
MOST_CONNECTIONS = 100
SECONDS_TO_FINISH = 8


def protocol(patience: float) -> type[H11Protocol]:
    """A connection that knows whose certificate it was opened with, and has `patience` seconds for each receipt."""

    class Knocking(H11Protocol):
        _ends: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self.app_state = {**self.app_state, "caller": caller_of(transport.get_extra_info("ssl_object"))}
            self._wait()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            self._wait()

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            if self._ends is not None:
                self._ends.cancel()

        def _wait(self) -> None:
            if self._ends is not None:
                self._ends.cancel()
            self._ends = self.loop.call_later(patience, self._end_if_slow)

        def _end_if_slow(self) -> None:
            if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
                self.transport.abort()

    return Knocking


def configured(app: Any, house: House) -> uvicorn.Config:
    """How the doors are served. Raises ValueError with a sentence for a certificate that cannot be used."""
    settings = house.settings
    if settings.receipts_certificate_file is None:
        raise ValueError("OUTBOUND_RECEIPTS_CERTIFICATE_FILE is missing; set the certificate of this listener.")
    authorities = {door.callers.setting: door.callers.authorities for door in house.outside.doors}
    tls = server_tls("RECEIPTS", settings.receipts_certificate_file, settings.receipts_key_file, authorities)
    return uvicorn.Config(
        app,
        http=protocol(settings.receipts_seconds),
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=LARGEST_HEAD,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
        ssl_context_factory=lambda *_: tls,
    )


def main() -> int:
    """Serve until told to stop. Exit status 2 where the settings cannot be used."""
    given = _arguments()
    begin_logs("receipts")
    try:
        return _serve(load(), given.host, given.port, given.announce)
    except (SettingsFault, SealFault, LetterTypesFault, ValueError) as fault:
        print(fault, file=sys.stderr)  # noqa: T201 - told to whoever started us
    except OSError as fault:
        print(f"Nobody can listen on {given.host}, port {given.port}: {fault.strerror}.", file=sys.stderr)  # noqa: T201
    return 2


def _serve(settings: Settings, host: str, port: int, announcement: Path | None) -> int:
    logs.set_up("receipts", settings.log_format)
    house = open_house(settings)
    if not house.outside.doors:
        raise SettingsFault(
            "No receipts are pushed; OUTBOUND_DIGITAL_POST_RECEIPTS=push or both opens a door for them, and on the "
            "road of SF1601 OUTBOUND_BESKEDFORDELER_PUSH=true."
        )
    bell = Bell(connect_broker(settings))
    config = configured(create_receipts_app(house, bell.ring), house)
    with listen(host, port) as listening:
        url = url_of(listening, "https")
        doors = {door.provider: f"{url}{door.path}" for door in house.outside.doors}
        Server(config, {"url": url, "doors": doors}, announcement).run(sockets=[listening])
    bell.close()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m outbound.web.receipts", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 finds a free one")
    parser.add_argument("--announce", type=Path, help="file to write the addresses to, as JSON, once listening")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

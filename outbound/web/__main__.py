"""`python -m outbound.web`: serve the API and the pages. TLS and rate limits per address are the proxy's in front."""

import argparse
import sys
from pathlib import Path

import uvicorn

from outbound import logs
from outbound.rendering import LetterTypesFault
from outbound.seal import SealFault
from outbound.settings import SettingsFault, load
from outbound.web.app import create_app
from outbound.web.listening import Server, listen, url_of
from workers.broker import connect_broker
from workers.opening import begin_logs, open_house
from workers.tickets import Bell, TicketsInRedis

LARGEST_HEAD = 32_768  # bytes of a request's line and headers
SECONDS_TO_FINISH = 8


def main() -> int:
    """Serve until told to stop. Exit status 2 where the settings cannot be used."""
    given = _arguments()
    begin_logs("web")
    try:
        settings = load()
        logs.set_up("web", settings.log_format)
        bell = Bell(connect_broker(settings))
        app = create_app(open_house(settings), bell.ring, TicketsInRedis(settings))
        listening = listen(given.host, given.port)
    except (SettingsFault, SealFault, LetterTypesFault) as fault:
        print(fault, file=sys.stderr)  # noqa: T201 - told to whoever started us
        return 2
    except OSError as fault:
        print(f"Nobody can listen on {given.host}, port {given.port}: {fault.strerror}.", file=sys.stderr)  # noqa: T201
        return 2
    with listening:
        Server(_config(app), {"url": url_of(listening)}, given.announce).run(sockets=[listening])
    bell.close()
    return 0


def _config(app: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        http="h11",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        proxy_headers=False,  # outbound.web.proxies reads them
        h11_max_incomplete_event_size=LARGEST_HEAD,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m outbound.web", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 finds a free one")
    parser.add_argument("--announce", type=Path, help="file to write the address to, as JSON, once listening")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

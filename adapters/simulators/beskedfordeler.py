"""KOMBIT's Beskedfordeler alone (SF1461): a queue to read over AMQP with TLS, and pushes to a door of ours.

`python -m adapters.simulators.beskedfordeler --dir DIR [--port N]`; beside the usual calls the control port takes
`POST /put {"body": base64, "way": "queue" | "push", "door": URL, "after": seconds}`, `POST /cut` (connections at work
die) and `POST /mute {"muted": true}` (no answer to basic.get), and answers `GET /lying` (`{"queue": 2, "push": 0}`).
Who reads the queue shows a SAML assertion that has not run out.
"""

import asyncio
import base64
import json
import ssl
from datetime import UTC, datetime

from lxml import etree

from adapters.simulators.amqp_broker import Broker, queue_name
from adapters.simulators.certificates import Certificates, certificates, client_context, server_context
from adapters.simulators.moods import Moods
from adapters.simulators.process import Arguments, Control, Outages, arguments, until_ended, write_ready
from adapters.simulators.push import Pusher
from adapters.simulators.records import Records
from adapters.simulators.wire import Door, Reply, Request

SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"


def is_assertion(response: bytes) -> bool:
    """Whether this is a SAML 2.0 assertion, as XML and not as base64, that has not run out."""
    try:
        root = etree.fromstring(response, etree.XMLParser(resolve_entities=False, no_network=True))
        conditions = root.find(f"{SAML}Conditions")
        ends = datetime.fromisoformat("" if conditions is None else conditions.get("NotOnOrAfter", ""))
    except (etree.XMLSyntaxError, ValueError):
        return False
    return root.tag == f"{SAML}Assertion" and ends.tzinfo is not None and ends > datetime.now(UTC)


class Desk:
    """The control port, with what a test of receipts needs."""

    def __init__(self, records: Records, moods: Moods, broker: Broker, shown: Certificates) -> None:
        self._records, self._broker, self._shown = records, broker, shown
        self._pushers: dict[str, Pusher] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._control = Control(records, moods, Outages(moods, broker.shut, self._reopen))
        self.door = Door(self._answer)

    async def _reopen(self) -> None:
        await self._broker.open()

    async def _answer(self, request: Request) -> Reply:
        match request.method, request.path:
            case "POST", "/put":
                return self._put(request.json())
            case "POST", "/cut":
                await self._broker.cut()
                return Reply(200, {})
            case "POST", "/mute":
                self._broker.muted = bool(request.json()["muted"])
                return Reply(200, {})
            case "GET", "/lying":
                waiting = sum(one.waiting() for one in self._pushers.values())
                return Reply(200, {"queue": self._broker.lying(), "push": waiting})
        return await self._control.answer(request)

    def _put(self, said: dict[str, object]) -> Reply:
        body, after = base64.b64decode(str(said["body"])), float(str(said.get("after", 0)))
        if said.get("way") == "push":
            self._pusher(str(said["door"])).put(body, after)
        else:
            self._broker.put(body, after)
        return Reply(200, {})

    def _pusher(self, door: str) -> Pusher:
        if door not in self._pushers:
            tls = client_context(self._shown.pusher, self._shown.authority.certificate) if "https:" in door else None
            self._pushers[door] = Pusher(self._records, door, tls)
            self._running.add(asyncio.create_task(self._pushers[door].run()))
        return self._pushers[door]


async def serve(given: Arguments) -> None:
    """Runs to its end."""
    records, shown = Records(given.folder), certificates(given.certificates)
    if records.kept("queue") is None:
        records.keep("queue", queue_name())
    tls = server_context(shown.server, shown.authority.certificate)
    tls.verify_mode = ssl.CERT_NONE  # who reads is told by the assertion
    broker = Broker(records, records.kept("queue"), is_assertion, tls)
    await broker.open(given.port or records.kept("port") or 0)
    records.keep("port", broker.port)
    desk = Desk(records, Moods(records, {"down"}), broker, shown)
    await desk.door.open(records.kept("control_port") or 0)
    records.keep("control_port", desk.door.port)
    env = {
        "OUTBOUND_BESKEDFORDELER_HOST": "localhost",
        "OUTBOUND_BESKEDFORDELER_PORT": str(broker.port),
        "OUTBOUND_BESKEDFORDELER_QUEUE": broker.queue,
        "OUTBOUND_BESKEDFORDELER_CA_FILE": str(shown.authority.certificate),
        "OUTBOUND_BESKEDFORDELER_PUSH_CA_FILE": str(shown.authority.certificate),
        "OUTBOUND_BESKEDFORDELER_PUSH_CLIENTS": json.dumps([shown.pusher.fingerprint]),
        "OUTBOUND_RECEIPTS_CERTIFICATE_FILE": str(shown.listener.certificate),
        "OUTBOUND_RECEIPTS_KEY_FILE": str(shown.listener.key),
    }
    write_ready(given.folder, env, desk.door.port, f"amqps://localhost:{broker.port}/BF")
    await until_ended()


if __name__ == "__main__":
    asyncio.run(serve(arguments("beskedfordeler")))

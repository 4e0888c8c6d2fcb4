"""KOMBIT's common post component (SF1601) and what stands around it: SAML tokens, access tokens, PostForespoerg,
KombiPostAfsend, and Beskedfordeler's queue with the status of each letter.

`python -m adapters.simulators.sf1601 --dir DIR [--port N] [--specs DIR]`
"""

import asyncio
import json
import re
import ssl
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from xml.sax.saxutils import escape

from adapters.simulators import process
from adapters.simulators.amqp_broker import Broker, queue_name
from adapters.simulators.certificates import certificates, client_context, server_context
from adapters.simulators.contacts import contact_of
from adapters.simulators.fjernprint import PaperLetter, Refused
from adapters.simulators.kombi import KombiReader
from adapters.simulators.memo import Memo
from adapters.simulators.moods import HTTP_FAULTS, Moods
from adapters.simulators.nemsms import KIND
from adapters.simulators.outcomes import Lookup, Sending, outcome_of
from adapters.simulators.post_events import DUPLICATES, PostEvents, channel_of
from adapters.simulators.push import Pusher
from adapters.simulators.records import Records
from adapters.simulators.sf1601_tokens import KOMBI, QUERY, NotLetIn, Tokens
from adapters.simulators.wire import Door, Reply, Request

LOOK = 0.2  # seconds between two looks for a door to push to
SERVICES = "/service"
SAML = "/runtime/api/rest/wstrust/v1/issue"
NUMBERS = {"cprNumber": re.compile(r"\d{10}"), "cvrNumber": re.compile(r"[1-9]\d{7}")}
SILENT = (Lookup.UNKNOWN, Lookup.ERROR, Lookup.BREAKS_PAGE)
LETTERS = ["send", "lookup"]
USUAL = {"drop_answer": ["send"], "error_before_take": ["send"], "slow": LETTERS, "busy": LETTERS}

Act = Callable[[Request], Awaitable[Reply | None]]


class Platform:
    """The platform behind the wire."""

    def __init__(self, records: Records, moods: Moods, reader: KombiReader, tokens: Tokens, events: PostEvents) -> None:
        self._records, self._moods, self._reader = records, moods, reader
        self._tokens, self._events = tokens, events
        self._routes: dict[tuple[str, str], tuple[str, Act]] = {
            ("POST", SAML): ("login", self._issue),
            ("POST", f"{SERVICES}/AccessTokenService_1/token"): ("login", self._exchange),
            ("GET", f"{SERVICES}/PostForespoerg_1/digitalpost"): ("lookup", self._look_up),
            ("GET", f"{SERVICES}/PostForespoerg_1/nemsms"): ("lookup", self._look_up_mobile),
            ("POST", f"{SERVICES}/KombiPostAfsend_1/kombi"): ("send", self._send),
        }

    async def answer(self, request: Request) -> Reply | None:
        """The whole way of one request: counted, slowed, refused or done; None hangs up."""
        kind, act = self._routes.get((request.method, request.path), ("unknown", _nothing_here))
        self._records.count(kind)
        slow = self._moods.strikes("slow", kind)
        if slow is not None:
            await asyncio.sleep(slow.get("ms", 1000) / 1000)
        reply = self._refusal(kind) or await self._acted(act, request)
        if kind != "send" and self._moods.strikes("drop_answer", kind) is not None:
            return None
        if reply is not None and reply.status >= 400:
            self._records.count(f"{kind}-{reply.status}")
        return reply

    async def _acted(self, act: Act, request: Request) -> Reply | None:
        try:
            return await act(request)
        except NotLetIn as fault:
            return Reply(fault.status, {"error": str(fault)})

    def _refusal(self, kind: str) -> Reply | None:
        wrong = self._moods.strikes("wrong_certificate", kind)
        if wrong is not None:
            return Reply(wrong.get("status", 403), {"error": "Not with this certificate."})
        busy = self._moods.strikes("busy", kind)
        if busy is not None:
            return Reply(busy.get("status", 503), None, {"Retry-After": str(busy.get("retry_after", 1))})
        broken = self._moods.strikes("error_before_take", kind)
        return _broken(broken) if broken is not None else None

    async def _issue(self, request: Request) -> Reply | None:
        return self._tokens.issue(request)

    async def _exchange(self, request: Request) -> Reply | None:
        return self._tokens.exchange(request)

    async def _look_up(self, request: Request) -> Reply | None:
        return self._found(request, lambda number: outcome_of(number).lookup is Lookup.REGISTERED)

    async def _look_up_mobile(self, request: Request) -> Reply | None:
        return self._found(request, lambda number: "nemSmsSubscription" in (contact_of(number) or {}))

    def _found(self, request: Request, has: Callable[[str], bool]) -> Reply:
        self._tokens.check(request, QUERY)
        ((name, values), *more) = request.query.items() or [("", [""])]
        if more or len(values) != 1 or name not in NUMBERS or not NUMBERS[name].fullmatch(values[0]):
            return Reply(400, {"error": f"{values[0]} is no number."})
        if outcome_of(values[0]).lookup in SILENT:
            return Reply(500, {"error": f"The registry does not answer about {values[0]}."})
        return Reply(200, {"result": has(values[0])})

    async def _send(self, request: Request) -> Reply | None:
        self._tokens.check(request, KOMBI)
        if request.headers.get("content-type", "").split(";")[0] != "application/xml":
            return _no("kombi.invalid", "A kombi_request is application/xml.")
        try:
            letter = self._reader.read(request.body)
        except Refused as fault:
            return _no(fault.code, str(fault))
        refuse = self._moods.strikes("refuse", "send")
        if refuse is not None:
            return _no(refuse.get("code", "memo.invalid"), f"Afvist: {_whom(letter)}")
        if isinstance(letter, Memo) and outcome_of(letter.recipient).sending is Sending.REFUSED_AT_THE_DOOR:
            return _no("memo.invalid", f"Modtageren {letter.recipient} er afvist")
        return await self._answered(self._taken(letter))

    def _taken(self, letter: Memo | PaperLetter) -> Reply:
        with self._records.together():
            before = self._records.takings_of(_id(letter))
            if not before:
                return self._take(letter)
            same = (before[-1]["sha256"], before[-1]["recipient"]) == (letter.sha256, _recipient(letter))
            self._records.count("repeat" if same else "repeat-with-other-content")
            return self._repeated(letter, before[-1]["consignment"])

    def _repeated(self, letter: Memo | PaperLetter, first: str) -> Reply:
        match self._moods.repeat:
            case "second":
                return self._take(letter)
            case "duplicate":
                return _no(DUPLICATES[channel_of(letter)], f"{_id(letter)} er allerede modtaget")
            case "duplicate_receipt":
                transmission = str(uuid.uuid4())
                self._events.call_duplicate(letter, transmission)
                return _yes(letter, transmission)
            case _:
                return _yes(letter, first)

    def _take(self, letter: Memo | PaperLetter) -> Reply:
        transmission = str(uuid.uuid4())
        detail: dict[str, object] = {"memo": letter.version} if isinstance(letter, Memo) else {"pages": letter.pages}
        self._records.take(_id(letter), transmission, _channel(letter), _recipient(letter), letter.sha256, **detail)
        self._events.settle(letter, transmission)
        return _yes(letter, transmission)

    async def _answered(self, reply: Reply) -> Reply | None:
        if not (isinstance(reply.content, bytes) and b"<Result>true" in reply.content):
            return reply
        await self._events.overtake()
        if self._moods.strikes("drop_answer", "send") is not None:
            return None
        broken = self._moods.strikes("error_after_take", "send")
        return _broken(broken) if broken is not None else reply


async def _nothing_here(_: Request) -> Reply | None:
    return Reply(404, {"error": "There is nothing here."})


def _broken(fault: dict[str, int]) -> Reply:
    return Reply(fault.get("status", 500), {"error": "Something broke."})


def _yes(letter: Memo | PaperLetter, transmission: str) -> Reply:
    """Paper is taken without a TransmissionID, as one user has seen."""
    named = f"<TransmissionID>{transmission}</TransmissionID>" if isinstance(letter, Memo) else ""
    advice = "<Advis><AdvisId>0</AdvisId><AdvisTekst>Received</AdvisTekst></Advis>"
    return _response(f"<Result>true</Result>{named}", advice)


def _no(code: str, text: str) -> Reply:
    return _response(
        "<Result>false</Result>", f"<Fejl><FejlId>{escape(code)}</FejlId><FejlTekst>{escape(text)}</FejlTekst></Fejl>"
    )


def _response(head: str, reaction: str) -> Reply:
    more = f"<HovedoplysningerSvarREST><SvarReaktion>{reaction}</SvarReaktion></HovedoplysningerSvarREST>"
    return Reply(200, f"<kombi_response>{head}{more}</kombi_response>".encode())


def _id(letter: Memo | PaperLetter) -> str:
    return letter.uuid if isinstance(letter, Memo) else letter.id


def _channel(letter: Memo | PaperLetter) -> str:
    if isinstance(letter, Memo):
        return "nemsms" if letter.kind == KIND else "digital"
    return "print"


def _recipient(letter: Memo | PaperLetter) -> str | None:
    return letter.recipient if isinstance(letter, Memo) else None


def _whom(letter: Memo | PaperLetter) -> str:
    return letter.recipient if isinstance(letter, Memo) else letter.address


async def run(given: process.Arguments) -> None:
    """Serves until SIGTERM: the platform on its port, Beskedfordeler's queue on another."""
    records = Records(given.folder)
    moods = Moods(records, HTTP_FAULTS, USUAL)
    shown, tokens = certificates(given.certificates), Tokens()
    tls = server_context(shown.server, shown.authority.certificate)
    if records.kept("queue") is None:
        records.keep("queue", queue_name())

    def accepts(response: bytes) -> bool:
        return moods.strikes("wrong_certificate", "receipts") is None and tokens.accepts(response)

    at_the_queue = server_context(shown.server, shown.authority.certificate)
    at_the_queue.verify_mode = ssl.CERT_NONE  # who reads is told by the assertion
    broker = Broker(records, records.kept("queue"), accepts, at_the_queue)
    events = PostEvents(records, moods, broker, "outbound")
    door = Door(Platform(records, moods, KombiReader(given.specs), tokens, events).answer, tls)
    await door.open(given.port or records.kept("port") or 0)
    await broker.open(records.kept("queue_port") or 0)
    records.keep("port", door.port)
    records.keep("queue_port", broker.port)

    async def shut() -> None:
        await door.shut()
        await broker.shut()

    async def reopen() -> None:
        await door.open(0)
        await broker.open()

    def env() -> dict[str, str]:
        return {
            "OUTBOUND_SERVICEPLATFORM_URL": f"{door.url}{SERVICES}/",
            "OUTBOUND_SERVICEPLATFORM_SAML_URL": f"{door.url}{SAML}",
            "OUTBOUND_SERVICEPLATFORM_CERTIFICATE_FILE": str(shown.system.certificate),
            "OUTBOUND_SERVICEPLATFORM_KEY_FILE": str(shown.system.key),
            "OUTBOUND_SERVICEPLATFORM_CA_FILE": str(shown.authority.certificate),
            "OUTBOUND_BESKEDFORDELER_HOST": "localhost",
            "OUTBOUND_BESKEDFORDELER_PORT": str(broker.port),
            "OUTBOUND_BESKEDFORDELER_QUEUE": broker.queue,
            "OUTBOUND_BESKEDFORDELER_CA_FILE": str(shown.authority.certificate),
            "OUTBOUND_BESKEDFORDELER_PUSH_CA_FILE": str(shown.authority.certificate),
            "OUTBOUND_BESKEDFORDELER_PUSH_CLIENTS": json.dumps([shown.pusher.fingerprint]),
            "OUTBOUND_RECEIPTS_CERTIFICATE_FILE": str(shown.listener.certificate),
            "OUTBOUND_RECEIPTS_KEY_FILE": str(shown.listener.key),
        }

    async def push() -> None:
        """Pushes to the door that is announced, from when it is."""
        url = await door_announced_in(given.push_to)
        shows = client_context(shown.pusher, shown.authority.certificate) if url.startswith("https:") else None
        events.pusher = Pusher(records, url, shows)
        await events.pusher.run()

    pushing = asyncio.create_task(push())
    await process.with_control(given, records, moods, process.Outages(moods, shut, reopen), env, door.url)
    pushing.cancel()


async def door_announced_in(file: Path) -> str:
    """The door for Beskedfordeler's pushes, once a listener announces one."""
    while True:
        if url := _door_in(file):
            return url
        await asyncio.sleep(LOOK)


def _door_in(file: Path) -> str:
    try:
        return str(json.loads(file.read_text())["doors"]["beskedfordeler"])
    except (OSError, ValueError, KeyError):
        return ""


if __name__ == "__main__":
    asyncio.run(run(process.arguments("sf1601")))

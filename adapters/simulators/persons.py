"""SF1520 on Serviceplatformen: PersonBaseDataExtended, one person a call, SOAP 1.1 over mutual TLS.

`python -m adapters.simulators.persons --dir DIR [--port N] [--certificates DIR]`
`POST /service/CPR/PersonBaseDataExtended/5` with the operation PersonLookup; everything else is a fault.
"""

import asyncio
import re
import uuid

from lxml import etree

from adapters.simulators import process
from adapters.simulators.certificates import certificates, server_context
from adapters.simulators.cpr_replies import SOAP, fault, response
from adapters.simulators.invented import successor_of
from adapters.simulators.moods import REGISTER_FAULTS, Moods
from adapters.simulators.outcomes import Register, outcome_of
from adapters.simulators.records import Records
from adapters.simulators.wire import Door, Reply, Request

PATH = "/service/CPR/PersonBaseDataExtended/5"
NAMESPACE = "http://serviceplatformen.dk/xml/wsdl/soap11/CPR/PersonBaseDataExtended/5/"
CONTEXT = "{http://serviceplatformen.dk/xml/schemas/InvocationContext/1/}"
PNR = "{http://serviceplatformen.dk/xml/schemas/cpr/PNR/1/}PNR"
WHO = ("ServiceAgreementUUID", "UserSystemUUID", "UserUUID", "ServiceUUID")
SERVICE = "e6be2436-bf35-4df2-83fe-925142825dc2"
DAY = re.compile(r"(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{6}")


class Unfit(ValueError):
    """A question that the schema or the agreement does not admit; the text is the fault's."""


class PersonLookup:
    """Answers about one person at a time."""

    def __init__(self, records: Records, moods: Moods, agreement: tuple[str, ...]) -> None:
        self._records, self._moods, self._agreement = records, moods, agreement

    async def answer(self, request: Request) -> Reply | None:
        """The answer to one request; None hangs up."""
        self._records.count("lookup")
        if (slow := self._moods.strikes("slow", "lookup")) is not None:
            await asyncio.sleep(slow.get("ms", 1000) / 1000)
        reply = self._refusal(request) or self._told(request)
        if reply.status != 200:
            self._records.count(f"lookup-{reply.status}")
        if self._moods.strikes("drop_answer", "lookup") is not None:
            return None
        if self._moods.strikes("garbled", "lookup") is not None and isinstance(reply.content, bytes):
            return Reply(200, reply.content[: len(reply.content) // 2])
        return reply

    def _refusal(self, request: Request) -> Reply | None:
        if (wrong := self._moods.strikes("wrong_certificate", "lookup")) is not None:
            return Reply(wrong.get("status", 403), b"<html>The certificate is not accepted.</html>")
        if (request.method, request.path) != ("POST", PATH) or request.query:
            return Reply(404, b"<html>Nothing is here.</html>")
        if (busy := self._moods.strikes("busy", "lookup")) is not None:
            return Reply(busy.get("status", 503), b"", {"Retry-After": str(busy.get("retry_after", 1))})
        if (broken := self._moods.strikes("error_before_take", "lookup")) is not None:
            return Reply(broken.get("status", 500), b"<html>Something broke.</html>")
        if (mood := self._moods.strikes("fault", "lookup")) is not None:
            return Reply(500, fault(mood.get("code", "ServiceUnavailable"), "Kilden svarer ikke."))
        return None

    def _told(self, request: Request) -> Reply:
        try:
            number = _number(request, self._agreement)
        except Unfit as wrong:
            return Reply(500, fault("InvalidRequest", str(wrong), "Client"))
        register = outcome_of(number).register
        if register is Register.NOT_FOUND:
            return Reply(500, fault("PNRNotFound", f"PNRNotFound: {number}", "Client"))
        if register is Register.UNAVAILABLE:
            return Reply(500, fault("CPRUnavailable", f"Opslag på {number} fejlede."))
        if register is Register.CHANGED:
            self._records.keep(f"was-{successor_of(number)}", number)
        return Reply(200, response(NAMESPACE, number, self._records.kept(f"was-{number}") or number))


def _number(request: Request, agreement: tuple[str, ...]) -> str:
    """The number asked about. Raises Unfit."""
    if request.headers.get("soapaction") != f'"{NAMESPACE}PersonLookup"':
        raise Unfit("The header SOAPAction names another operation.")
    if request.headers.get("content-type", "").split(";")[0].strip() != "text/xml":
        raise Unfit("SOAP 1.1 is text/xml.")
    question = _question(request.body)
    if [child.tag for child in question] != [f"{CONTEXT}InvocationContext", PNR]:
        raise Unfit("A question is an InvocationContext and one PNR, in this order.")
    context, number = question
    if [child.tag for child in context] != [CONTEXT + name for name in WHO]:
        raise Unfit("The InvocationContext has four UUIDs, in the order of its schema.")
    if tuple((child.text or "").lower() for child in context) != agreement:
        raise Unfit("There is no such service agreement.")
    if not DAY.fullmatch(number.text or ""):
        raise Unfit(f"Not a CPR number: {number.text}")
    return number.text or ""


def _question(body: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Unfit("Not well-formed.") from None
    if b"<!DOCTYPE" in body:
        raise Unfit("No DTD is let in.")
    said = list(root)
    if root.tag != f"{{{SOAP}}}Envelope" or not said or said[-1].tag != f"{{{SOAP}}}Body" or len(said[-1]) != 1:
        raise Unfit("A SOAP 1.1 envelope has a body with one element.")
    question: etree._Element = said[-1][0]
    if question.tag != f"{{{NAMESPACE}}}PersonLookupRequest":
        raise Unfit("The body is a PersonLookupRequest.")
    return question


async def run(given: process.Arguments) -> None:
    """Serves until SIGTERM."""
    records = Records(given.folder)
    moods = Moods(records, REGISTER_FAULTS)
    who = records.kept("agreement") or [str(uuid.uuid4()) for _ in WHO[:3]]
    records.keep("agreement", who)
    shown = certificates(given.certificates)
    tls = server_context(shown.server, shown.authority.certificate)
    door = Door(PersonLookup(records, moods, (*who, SERVICE)).answer, tls)

    def env() -> dict[str, str]:
        return {
            "OUTBOUND_PERSONS_URL": f"{door.url}{PATH}",
            "OUTBOUND_PERSONS_CERTIFICATE_FILE": str(shown.system.certificate),
            "OUTBOUND_PERSONS_KEY_FILE": str(shown.system.key),
            "OUTBOUND_PERSONS_CA_FILE": str(shown.authority.certificate),
            "OUTBOUND_PERSONS_SERVICE_AGREEMENT": who[0],
            "OUTBOUND_PERSONS_USER_SYSTEM": who[1],
            "OUTBOUND_PERSONS_USER": who[2],
        }

    await process.serve(given, records, moods, door, env)


if __name__ == "__main__":
    asyncio.run(run(process.arguments("persons")))

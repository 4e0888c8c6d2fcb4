"""A PKO_PostStatus as Beskedfordeler delivers it: what became of one letter, in an event message (SF1461, SF1601).

The envelope is that of the published XSDs and example messages; the payload has the elements, and the order, that
clients of SF1601 read. What the codes of an error or of an event at the postal service are called is the caller's.
"""

import base64
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape

POST_STATUS = "d2bed63c-4853-4008-b6e0-a74c15b15fbf"
SENDER_SYSTEM = "91aa31b3-c4b3-499e-8689-93b1ef89f319"  # the type of the related object in the example messages
LETTER = "9a7be69f-b736-4e0e-9d5b-78d4f43e7ad7"  # the type of the registered object in the example messages
POSTKOMPONENT = "19dc3a1d-c629-4853-b566-7fe49cf674ce"
NOT_CONFIDENTIAL = "1d81c472-0808-44cc-963d-f5ef0170ae1d"
DISTRIBUTOR = "f9fbbb38-4b2f-11e5-885d-feff819cdc9f"

STATUSES = {
    "Modtaget Digital Post": "eb866ca2-b871-4387-b501-12cde577bd58",
    "Afleveret Digital Post": "f7161a89-5068-4023-bc80-d7f4daad2a2e",
    "Fejlet": "e225a75c-4b63-46c4-9423-77f5c8762445",
    "Afsendt": "db5a6025-caa3-45c3-8e02-4e6fa8142ade",
    "Modtaget fjernprint": "dd98e71c-41ac-4305-a47b-8f86b00e639b",
    "Klar": "e2b30d57-504a-4e2e-ae2d-a1394a9cb0b8",
    "Afleveret til print og kuvertering": "e3c0a021-2070-40d4-b7b7-754aeba762e9",
    "Modtaget Post Danmark": "e94a0a8b-60a0-42ad-8b83-52c9e15d0fb3",
    "Tilbagekaldt": "f03904aa-df6e-417f-bd74-6a01a61adbcf",
    "Opdatering fra Post Danmark": "f4e6eb11-0261-4198-8b5d-be92a9b1a35d",
}
ACTORS = {
    "Digital Post": "96514e13-afdd-44d6-95a8-adc2ca19b127",
    "Strålfors": "afd21f3d-11c7-4f51-b2a6-f31d6480a9fb",
    "Edora": "ae5b9a93-c923-40d7-a41a-1eec18374e27",
    "KMD Charlie Tango": "6b12182a-4268-4130-bd3e-159f8862c0a1",
}

BY_MESSAGE = ("Digital Post", "NemSMS")


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that the postal service reports: its type, when, and an amount in kroner ("12.50") where it has one."""

    type: str
    at: datetime
    amount: str = ""


def event(
    subject: str,
    status: str,
    at: datetime,
    *,
    channel: str = "Digital Post",
    error: tuple[str, str] | None = None,
    happenings: Sequence[Happening] = (),
    transmission: str = "",
    system: str = "",
    related: str = "",
    cvr: str = "55133018",
    message: str = "",
    message_type: str = POST_STATUS,
    pushed: bool = True,
) -> bytes:
    """The message that says what became of a letter.

    `subject` is its MessageUUID on the channels "Digital Post" and "NemSMS", its AfsendelseIdentifikator on any other.
    `status` is one of STATUSES, or a UUID that nobody knows. A naive `at` is written without a time zone, as it is.
    `message` is the BeskedId: a new one unless given. `system` is the AfsenderSystemIdentifikator in the payload,
    `related` the sender system in the envelope; empty ones are left out. `pushed` wraps it in ModtagBeskedInput.
    """
    transmission = transmission or str(uuid.uuid4())
    payload = _payload(subject, status, at, channel, error, happenings, transmission, system)
    filtering = _filtering(subject, status, at, channel, transmission, related, cvr, message_type)
    body = _message(message or str(uuid.uuid4()), filtering, payload)
    whole = f'<ns4:ModtagBeskedInput xmlns:ns4="urn:oio:sts:1.0.0">{body}</ns4:ModtagBeskedInput>' if pushed else body
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{whole}'.encode()


def _payload(
    subject: str,
    status: str,
    at: datetime,
    channel: str,
    error: tuple[str, str] | None,
    happenings: Sequence[Happening],
    transmission: str,
    system: str,
) -> str:
    digital = channel in BY_MESSAGE
    wrong = _if(error and error[0], "FejlKode") + _if(error and error[1], "FejlTekst")
    parts = (
        _if(transmission, "TransmissionId"),
        _if(subject if digital else "", "MessageUUID"),
        _if("" if digital else subject, "AfsendelseIdentifikator"),
        _if(channel, "KanalKode"),
        _if(_stamp(at), "TransaktionsDatoTid"),
        _if(system, "AfsenderSystemIdentifikator"),
        _if(status, "TransaktionsStatusKode"),
        _if(transmission, "CorrelationId"),
        f"<FejlDetaljer>{wrong}</FejlDetaljer>",
        f"<ForsendelseHaendelseSamling>{''.join(map(_happening, happenings))}</ForsendelseHaendelseSamling>"
        if happenings
        else "",
    )
    namespace = "http://serviceplatformen.dk/xml/print/PKO_PostStatus/1/types"
    return f'<PKO_PostStatus xmlns="{namespace}">{"".join(parts)}</PKO_PostStatus>'


def _happening(one: Happening) -> str:
    inner = (
        _if(one.type, "ForsendelseHaendelseTypeKode"),
        _if(_stamp(one.at), "ForsendelseHaendelseDatoTid"),
        _if(one.amount, "ForsendelseHaendelseBeloeb"),
    )
    return f"<ForsendelseHaendelse>{''.join(inner)}</ForsendelseHaendelse>"


def _filtering(
    subject: str, status: str, at: datetime, channel: str, transmission: str, related: str, cvr: str, message_type: str
) -> str:
    actor = ACTORS["Digital Post" if channel in BY_MESSAGE else "Strålfors"]
    about = (
        f"<ns2:RelateretObjekt>{_id('ObjektId', related)}{_id('ObjektType', SENDER_SYSTEM)}</ns2:RelateretObjekt>"
        if related
        else ""
    )
    when = _stamp(at) if at.tzinfo else _stamp(datetime.now(UTC))
    return (
        f"{_id('Beskedtype', message_type)}{_id('BeskedAnsvarligAktoer', actor)}{_urn('TilladtModtager', cvr)}{about}"
        f"<ns2:ObjektRegistrering>{_id('ObjektRegistreringId', transmission)}"
        f"{_id('RegistreringsAktoer', POSTKOMPONENT)}"
        f"{_time('Registreringstidspunkt', when)}{_urn('ObjektAnsvarligMyndighed', cvr)}"
        f"{_id('ObjektId', subject)}{_id('ObjektType', LETTER)}{_id('ObjektHandling', STATUSES.get(status, status))}"
        "</ns2:ObjektRegistrering>"
    )


def _message(message: str, filtering: str, payload: str) -> str:
    now = _stamp(datetime.now(UTC))
    delivery = (
        f"{_time('Dannelsestidspunkt', now)}{_id('TransaktionsId', str(uuid.uuid4()))}"
        f"{_id('Kildesystem', POSTKOMPONENT)}{_id('Sikkerhedsklassificering', NOT_CONFIDENTIAL)}"
        f"<ns2:Leveranceruter><ns2:Leverancerute>{_id('Fordelingssystem', DISTRIBUTOR)}"
        f"{_time('LeveranceTidspunkt', now)}<ns2:LeveranceruteLokalUdvidelse>"
        "<ns2:AntalLeveranceforsoeg>1</ns2:AntalLeveranceforsoeg>"
        "</ns2:LeveranceruteLokalUdvidelse></ns2:Leverancerute></ns2:Leveranceruter>"
    )
    data = base64.b64encode(payload.encode()).decode()
    return (
        '<ns2:Haendelsesbesked xmlns="urn:oio:sagdok:3.0.0" xmlns:ns2="urn:oio:besked:kuvert:1.0">'
        f"{_id('BeskedId', message)}<ns2:BeskedVersion>1.0</ns2:BeskedVersion>"
        f"<ns2:Beskedkuvert><ns2:Filtreringsdata>{filtering}</ns2:Filtreringsdata>"
        f"<ns2:Leveranceinformation>{delivery}</ns2:Leveranceinformation></ns2:Beskedkuvert>"
        '<ns2:Beskeddata><Base64 xmlns="urn:besked:kuvert:1.0" content-type="application/xml" encoding="UTF-8" '
        f'file-type=".xml">{data}</Base64></ns2:Beskeddata></ns2:Haendelsesbesked>'
    )


def _if(text: str | None, name: str) -> str:
    return f"<{name}>{escape(text)}</{name}>" if text else ""


def _id(name: str, value: str) -> str:
    return f"<ns2:{name}><UUIDIdentifikator>{escape(value)}</UUIDIdentifikator></ns2:{name}>"


def _urn(name: str, cvr: str) -> str:
    return f"<ns2:{name}><URNIdentifikator>urn:oio:cvr:{escape(cvr)}</URNIdentifikator></ns2:{name}>"


def _time(name: str, stamp: str) -> str:
    return f"<ns2:{name}><TidsstempelDatoTid>{stamp}</TidsstempelDatoTid></ns2:{name}>"


def _stamp(at: datetime) -> str:
    """Milliseconds and Z, as the example messages have it; a naive time without a zone."""
    if at.tzinfo is None:
        return at.isoformat(timespec="milliseconds")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"

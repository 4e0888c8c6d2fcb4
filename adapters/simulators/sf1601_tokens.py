"""Who may call Serviceplatformen: SAML tokens for a service, exchanged for access tokens bound to a certificate.

Requests and answers as docs/SF1601.md of itk-dev/serviceplatformen shows them. What is issued is forgotten with the
process: callers must cope with a token that is no longer known.
"""

import base64
import binascii
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from lxml import etree

from adapters.simulators.wire import Reply, Request

ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"
KOMBI = "http://entityid.kombit.dk/service/kombipostafsend/1"
QUERY = "http://entityid.kombit.dk/service/postforespoerg/1"
QUEUE = "http://entityid.kombit.dk/service/bfo_modtag/2"
SERVICES = (KOMBI, QUERY, QUEUE, "http://beskedfordeler.prod-stoettesystemerne.dk/service/afhent/1")
FIXED = {
    "TokenType": "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0",
    "RequestType": "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue",
    "KeyType": "http://docs.oasis-open.org/ws-sx/ws-trust/200512/PublicKey",
    "OnBehalfOf": None,
}
ASKED = {*FIXED, "AnvenderKontekst", "UseKey", "AppliesTo"}
SAML_HOURS = 4  # as one user has seen
ACCESS_SECONDS = 3600
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class NotLetIn(Exception):
    """The caller is refused: 400 for a request that is wrong in itself, else 401 or 403."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Issued:
    """A token: for which service, to which certificate (DER), until when."""

    service: str
    peer: bytes
    ends: datetime


class Tokens:
    """Everything that was issued by this process."""

    def __init__(self) -> None:
        self._saml: dict[str, Issued] = {}
        self._access: dict[str, Issued] = {}

    def issue(self, request: Request) -> Reply:
        """`POST …/wstrust/v1/issue`. Raises NotLetIn."""
        service = _asked(request)
        ends = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=SAML_HOURS)
        name = f"_{uuid.uuid4()}"
        self._saml[name] = Issued(service, request.peer, ends)
        assertion = base64.b64encode(_written(name, service, ends)).decode()
        lifetime = ends.strftime("%m/%d/%Y %H:%M:%S")
        return Reply(200, {"RequestedSecurityToken": {"Assertion": assertion}, "Lifetime": lifetime})

    def exchange(self, request: Request) -> Reply:
        """`POST AccessTokenService_1/token`. Raises NotLetIn."""
        if request.headers.get("content-type", "").split(";")[0] != "application/x-www-form-urlencoded":
            raise NotLetIn(400, "The SAML token comes as a form.")
        form = parse_qs(request.body.decode("latin-1"), strict_parsing=True) if request.body else {}
        if list(form) != ["saml-token"] or len(form["saml-token"]) != 1:
            raise NotLetIn(400, "The form has saml-token and nothing else.")
        found = self._of_assertion(form["saml-token"][0])
        if found.peer != request.peer:
            raise NotLetIn(403, "The SAML token was issued to another certificate.")
        token = str(uuid.uuid4())
        self._access[token] = Issued(found.service, request.peer, datetime.now(UTC) + timedelta(seconds=ACCESS_SECONDS))
        return Reply(200, {"access_token": token, "token_type": "Holder-of-key", "expires_in": ACCESS_SECONDS})

    def check(self, request: Request, service: str) -> None:
        """Whether a call of a service may pass. Raises NotLetIn."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        found = self._access.get(token)
        if kind != "Holder-of-key" or found is None or found.ends <= datetime.now(UTC):
            raise NotLetIn(401, "The access token is missing, unknown or has run out.")
        if found.peer != request.peer:
            raise NotLetIn(403, "The access token was issued to another certificate.")
        if found.service != service:
            raise NotLetIn(403, "The access token is for another service.")
        _check_headers(request)

    def accepts(self, response: bytes) -> bool:
        """Whether Beskedfordeler lets in who shows this assertion (XML): one of ours, for its queue, still valid."""
        try:
            root = etree.fromstring(response, _parser())
        except etree.XMLSyntaxError:
            return False
        found = self._saml.get(root.get("ID") or "")
        return found is not None and found.service in (QUEUE, SERVICES[-1]) and found.ends > datetime.now(UTC)

    def forget(self) -> None:
        """All access tokens are worth nothing from here on."""
        self._access.clear()

    def _of_assertion(self, encoded: str) -> Issued:
        try:
            root = etree.fromstring(base64.b64decode(encoded, validate=True), _parser())
        except (binascii.Error, ValueError, etree.XMLSyntaxError):
            raise NotLetIn(400, "The SAML token is no base64 of XML.") from None
        found = self._saml.get(root.get("ID") or "")
        if found is None or found.ends <= datetime.now(UTC):
            raise NotLetIn(401, "The SAML token is not one of ours, or has run out.")
        return found


def _asked(request: Request) -> str:
    """The service that a SAML token is asked for. Raises NotLetIn."""
    if request.headers.get("content-type", "").split(";")[0] != "application/json":
        raise NotLetIn(400, "The request is JSON.")
    try:
        wanted: Any = request.json()
    except ValueError:
        raise NotLetIn(400, "The request is no JSON.") from None
    if not isinstance(wanted, dict) or set(wanted) != ASKED or any(wanted[name] != FIXED[name] for name in FIXED):
        raise NotLetIn(400, "The request is not as agreed.")
    if wanted["UseKey"] != base64.b64encode(request.peer).decode():
        raise NotLetIn(403, "UseKey is not the certificate that was shown.")
    if not re.fullmatch(r"[1-9]\d{7}", str(wanted["AnvenderKontekst"].get("Cvr", ""))):
        raise NotLetIn(400, "AnvenderKontekst has a CVR number.")
    service = wanted["AppliesTo"].get("EndpointReference", {}).get("Address")
    if service not in SERVICES:
        raise NotLetIn(403, "There is no service agreement for this.")
    return str(service)


def _check_headers(request: Request) -> None:
    try:
        well = str(uuid.UUID(request.headers.get("x-transaktionsid", ""))) == request.headers["x-transaktionsid"]
    except ValueError:
        well = False
    if not well or not STAMP.fullmatch(request.headers.get("x-transaktionstid", "")):
        raise NotLetIn(400, "x-TransaktionsId is a UUID, and x-TransaktionsTid a moment in UTC.")


def _written(name: str, service: str, ends: datetime) -> bytes:
    until = ends.isoformat().replace("+00:00", "Z")
    return (
        f'<Assertion xmlns="{ASSERTION}" ID="{name}" Version="2.0"><Issuer>simulated</Issuer>'
        f'<Conditions NotOnOrAfter="{until}"><AudienceRestriction><Audience>{service}</Audience></AudienceRestriction>'
        "</Conditions></Assertion>"
    ).encode()


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)

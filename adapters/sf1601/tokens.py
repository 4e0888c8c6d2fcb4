"""The tokens of Serviceplatformen: a SAML token for a service, exchanged for an access token that is bound to our
certificate ("Holder-of-key").

`POST …/runtime/api/rest/wstrust/v1/issue` (JSON) and `POST …/service/AccessTokenService_1/token` (form), as in
docs/SF1601.md of itk-dev/serviceplatformen. Both are cached and renewed before they end. Any service of the platform
may use this; `assertion` is what Beskedfordeler's AMQP wants as its SASL EXTERNAL response.
"""

import json
import re
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from lxml import etree

from adapters.http import Answered, Caller, usable
from outbound import clock
from outbound.ports import Misconfigured, OutcomeUnknown, OutsideError, Unavailable

TOKEN_SECONDS = 10.0  # that one call for a token may take in all
MARGIN = timedelta(minutes=5)  # before its end, in which a token is renewed
WS_TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
FORM = "application/x-www-form-urlencoded"
SAML_2 = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0"
CONDITIONS = "{urn:oasis:names:tc:SAML:2.0:assertion}Conditions"
LIFETIME = "%m/%d/%Y %H:%M:%S"
CERTIFICATE = re.compile(  # beside it OpenSSL writes the name of a .p12, in whatever encoding
    "-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL
)
LONGEST = 24 * 3600  # seconds that an access token is believed to be good; it is an hour (docs/SF1601.md)
KIND = "Holder-of-key"


class Tokens:
    """The tokens of one certificate and one authority (CVR number). Shared by all threads of a process."""

    def __init__(self, issuer: Caller, exchange: Caller, cvr: str, certificate: str) -> None:
        """`issuer` has the whole address of the SAML tokens as its base, `exchange` that of the access tokens;
        `certificate` is ours, on one line (see `one_line_certificate`)."""
        self._issuer, self._exchange, self._cvr, self._certificate = issuer, exchange, cvr, certificate
        self._assertions = _Cache(self._issue)
        self._accesses = _Cache(self._exchanged)

    def assertion(self, entity_id: str) -> bytes:
        """The SAML assertion for a service, decoded: XML. Raises Unavailable or Misconfigured."""
        return b64decode(self._assertions.get(entity_id))

    def authorization(self, entity_id: str) -> str:
        """The value of the header `Authorization` for a call of a service. Raises Unavailable or Misconfigured."""
        return f"{KIND} {self._accesses.get(entity_id)}"

    def discard(self, entity_id: str, authorization: str) -> None:
        """The service would not have this one (401): the next is got anew, from the SAML token on."""
        if self._accesses.drop(entity_id, authorization.removeprefix(f"{KIND} ")):
            self._assertions.drop(entity_id)

    def close(self) -> None:
        """Closes the connections; the next token opens new ones. What is kept stays."""
        self._issuer.close()
        self._exchange.close()

    def _issue(self, entity_id: str) -> "_Kept":
        wanted = {
            "TokenType": SAML_2,
            "RequestType": f"{WS_TRUST}/Issue",
            "KeyType": f"{WS_TRUST}/PublicKey",
            "AnvenderKontekst": {"Cvr": self._cvr},
            "UseKey": self._certificate,
            "AppliesTo": {"EndpointReference": {"Address": entity_id}},
            "OnBehalfOf": None,
        }
        body = json.dumps(wanted).encode()
        found = _read(lambda: self._issuer.call("POST", "", body, "application/json"))
        token = found.get("RequestedSecurityToken")
        encoded = token.get("Assertion") if isinstance(token, dict) else None
        return _keep(str(encoded or ""), _end_of(encoded, found.get("Lifetime")))

    def _exchanged(self, entity_id: str) -> "_Kept":
        found = self._exchange_once_more(entity_id)
        seconds, token = _seconds(found.get("expires_in")), found.get("access_token")
        if not isinstance(token, str) or not token or found.get("token_type") != KIND or not seconds:
            raise Unavailable("unreadable-token")
        return _keep(token, clock.now() + timedelta(seconds=seconds))

    def _exchange_once_more(self, entity_id: str) -> Mapping[str, Any]:
        """The exchange; where the platform will not have the SAML token that is kept, once more with a new one."""
        for last in (False, True):
            assertion = self._assertions.get(entity_id)
            form = urlencode({"saml-token": assertion}).encode()
            try:
                return _read(lambda: self._exchange.call("POST", "", form, FORM))  # noqa: B023 - called at once
            except Misconfigured:
                self._assertions.drop(entity_id, assertion)
                if last:
                    raise
        raise AssertionError("unreachable")


def _seconds(said: object) -> float:
    """How long a token is good, as a number or in digits; 0 for anything else."""
    if isinstance(said, str) and said.isascii() and said.isdecimal() and len(said) < 10:
        said = int(said)
    if isinstance(said, bool) or not isinstance(said, int | float) or not said > 0:
        return 0
    return min(said, LONGEST)


def one_line_certificate(path: Path) -> str:
    """The first certificate of a PEM file as `UseKey` wants it. Raises ValueError with a sentence."""
    try:
        found = CERTIFICATE.search(path.read_bytes().decode("latin-1"))
    except OSError:
        found = None
    if found is None:
        raise ValueError("OUTBOUND_SERVICEPLATFORM_CERTIFICATE_FILE names no certificate in PEM.")
    return "".join(found[1].split())


@dataclass(frozen=True, slots=True)
class _Kept:
    """A token and when to get the next one."""

    token: str = field(repr=False)
    until: datetime


class _Cache:
    """Tokens by entity id. One thread gets a new one while the others wait; when it fails, they fail with it."""

    def __init__(self, get: Callable[[str], _Kept]) -> None:
        self._get = get
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}
        self._failed: dict[str, tuple[float, OutsideError]] = {}

    def get(self, entity_id: str) -> str:
        began = time.monotonic()
        with self._lock:
            kept = self._kept.get(entity_id)
            if kept is None or clock.now() >= kept.until:
                self._fail_with_others(entity_id, began)
                kept = self._kept[entity_id] = self._got(entity_id)
            return kept.token

    def drop(self, entity_id: str, token: str | None = None) -> bool:
        """Forgets the token, or only this one; whether it was there."""
        with self._lock:
            kept = self._kept.get(entity_id)
            if kept is None or token not in (None, kept.token):
                return False
            del self._kept[entity_id]
            return True

    def _got(self, entity_id: str) -> _Kept:
        try:
            return self._get(entity_id)
        except OutsideError as fault:
            self._failed[entity_id] = (time.monotonic(), fault)
            raise

    def _fail_with_others(self, entity_id: str, began: float) -> None:
        failed_at, fault = self._failed.get(entity_id, (began, None))
        if fault is not None and failed_at > began:
            raise Misconfigured(fault.code) if isinstance(fault, Misconfigured) else Unavailable(fault.code)


def _read(call: Callable[[], Answered]) -> Mapping[str, Any]:
    """The JSON object of a call for a token. Nothing of a letter has left: all is Unavailable but what a person must
    mend (401, 403, and a 400: the request is always the same)."""
    try:
        answered = call()
    except OutcomeUnknown as fault:
        code = fault.code
    else:
        if answered.status == 400:
            raise Misconfigured("token-refused")
        return usable(answered)
    raise Unavailable(code)


def _keep(token: str, ends: datetime) -> _Kept:
    now = clock.now()
    return _Kept(token, ends - min(MARGIN, max(ends - now, timedelta(0)) / 2))


def _end_of(encoded: object, lifetime: object) -> datetime:
    """When the assertion ends: what it says itself, else the answer's `Lifetime`, whose time zone is not published and
    read as UTC. Raises Unavailable for one that cannot be read."""
    try:
        root = etree.fromstring(b64decode(str(encoded), validate=True), _parser())
        said = next((found.get("NotOnOrAfter") for found in root.iter(CONDITIONS)), None)
        if said:
            ends = datetime.fromisoformat(said)
            return ends if ends.tzinfo else ends.replace(tzinfo=UTC)
        return datetime.strptime(str(lifetime), LIFETIME).replace(tzinfo=UTC)
    except (ValueError, etree.XMLSyntaxError):
        pass
    raise Unavailable("unreadable-token")


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)

"""The identity provider as OpenID Connect Discovery 1.0 describes it: its addresses and its keys, kept for a while."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from adapters.http import LOOPBACK, Answered, Caller, usable
from adapters.tls import client_tls
from outbound.ports import Misconfigured
from outbound.settings import Settings, SettingsFault

FRESH = 3600.0  # seconds for which addresses and keys are kept: no longer is a withdrawn key believed
SELDOM = 60.0  # seconds between two fetches for a key that is not known: anybody may name one
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
ASYMMETRIC = ("RSA", "EC", "OKP")
NEEDED = {
    "oidc_issuer": "the provider's issuer",
    "oidc_client_id": "our client id there",
    "oidc_redirect_uri": "our address that it sends people back to",
}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the provider does what."""

    authorize: str
    token: str
    keys: str
    end_session: str
    names_itself: bool
    """Does it say in each answer who it is (RFC 9207)?"""


class Provider:
    """The provider's addresses, keys and token endpoint. Shared by all threads of a process."""

    def __init__(self, settings: Settings) -> None:
        """Calls nobody. Raises SettingsFault for what is missing or unsafe."""
        if faults := [*_faults(settings)]:
            raise SettingsFault("Signing in by OIDC cannot be offered:\n  " + "\n  ".join(faults))
        self.issuer = settings.oidc_issuer
        self._secret = settings.oidc_client_secret.get_secret_value()
        self._client = settings.oidc_client_id
        try:
            tls = client_tls("OIDC", None, None, settings.oidc_ca_file)
        except ValueError as fault:
            raise SettingsFault(str(fault)) from None
        self._caller = Caller("", {"Accept": "application/json"}, settings.oidc_timeout, tls)
        self._lock = Lock()
        self._addresses: tuple[Addresses, float] | None = None
        self._keys: tuple[KeySet, float] | None = None
        self._asked_for_unknown = -SELDOM

    def addresses(self) -> Addresses:
        """Fetched anew each hour. Raises OutsideError."""
        with self._lock:
            if self._addresses is None or monotonic() - self._addresses[1] > FRESH:
                self._addresses = (self._discovered(), monotonic())
            return self._addresses[0]

    def keys(self, key_id: str | None) -> KeySet:
        """The signing keys, among them one of this id unless the provider has none. Raises OutsideError.

        An id that is not known fetches them anew at once, but such a fetch comes at most once a minute.
        """
        where = self.addresses().keys
        with self._lock:
            now = monotonic()
            if self._keys is None or now - self._keys[1] > FRESH:
                self._keys = (self._fetched(where), now)
            elif not any(key.kid == key_id for key in self._keys[0].keys) and now - self._asked_for_unknown >= SELDOM:
                self._asked_for_unknown = now
                self._keys = (self._fetched(where), now)
            return self._keys[0]

    def close(self) -> None:
        """Let go of the connections; the next call opens new ones."""
        self._caller.close()

    def _fetched(self, where: str) -> KeySet:
        return _key_set(usable(self._caller.call("GET", where)))

    def exchange(self, form: Mapping[str, str]) -> Answered:
        """What the token endpoint answers. Raises OutsideError."""
        said, headers = dict(form), {}
        if self._secret:
            pair = f"{quote(self._client, safe='')}:{quote(self._secret, safe='')}"  # RFC 6749, 2.3.1
            headers = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        else:
            said["client_id"] = self._client
        body = urlencode(said).encode()
        return self._caller.call(
            "POST", self.addresses().token, body, "application/x-www-form-urlencoded", headers=headers
        )

    def _discovered(self) -> Addresses:
        where = self.issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = usable(self._caller.call("GET", where))
        if found.get("issuer") != self.issuer:
            raise Misconfigured("oidc-issuer")
        authorize, token, keys = (found.get(name) for name in ENDPOINTS)
        ends = found.get("end_session_endpoint") or ""
        if not all(map(_is_safe, (authorize, token, keys))) or (ends and not _is_safe(ends)):
            raise Misconfigured("oidc-addresses")
        names_itself = found.get("authorization_response_iss_parameter_supported") is True
        return Addresses(str(authorize), str(token), str(keys), str(ends), names_itself)


def _key_set(found: Mapping[str, Any]) -> KeySet:
    """Its public keys for signatures; others, and those of kinds that we do not know, are left out."""
    keys = found.get("keys")
    usual = [one for one in keys if isinstance(one, dict)] if isinstance(keys, list) else []
    good = []
    for one in usual:
        if one.get("kty") in ASYMMETRIC and one.get("use", "sig") == "sig" and "d" not in one:
            try:
                good += KeySet.import_key_set({"keys": [one]}).keys
            except (JoseError, ValueError, TypeError, KeyError):
                continue
    if not good:
        raise Misconfigured("oidc-keys")
    return KeySet(good)


def _faults(settings: Settings) -> list[str]:
    faults = [
        f"OUTBOUND_{name.upper()} is missing; set {what}."
        for name, what in NEEDED.items()
        if not getattr(settings, name)
    ]
    faults += [
        f"OUTBOUND_{name.upper()} must begin with https:// unless it is on this machine."
        for name in ("oidc_issuer", "oidc_redirect_uri")
        if getattr(settings, name) and not _is_safe(getattr(settings, name))
    ]
    if settings.oidc_redirect_uri and urlsplit(settings.oidc_redirect_uri).path != "/log-ind/oidc/retur":
        faults.append("OUTBOUND_OIDC_REDIRECT_URI must end in /log-ind/oidc/retur.")
    return faults


def _is_safe(address: object) -> bool:
    """Encrypted, or not beyond this machine; without a name, a password or a fragment in it."""
    if not isinstance(address, str) or not address.isascii() or not address.isprintable() or " " in address:
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    known = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    return known and bool(host) and "@" not in parts.netloc and not parts.fragment

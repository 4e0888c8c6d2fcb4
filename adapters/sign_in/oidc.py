"""From the way to the provider to the claims of who came back: state, nonce and PKCE made and held to, and the ID token
checked as OpenID Connect Core 1.0, 3.1.3.7, asks. No token is kept, logged or shown."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hmac import compare_digest
from typing import Any
from urllib.parse import urlencode, urlsplit

from joserfc import jws, jwt
from joserfc.errors import JoseError

from adapters.http import usable
from adapters.sign_in.provider import Provider
from outbound import clock
from outbound.ports import Misconfigured
from outbound.settings import Settings

OLDEST = timedelta(minutes=10)
"""Between our asking and the ID token being issued nothing has to take longer: the code is exchanged at once."""

MOST_GROUPS = 1000
LONGEST_TOKEN = 60_000


class SignInRefused(Exception):
    """Whoever came back is not let in. `code` is a stand code; nothing of a token stands in it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Begun:
    """One way to the provider: what has to come back, and what proves that it was us who began."""

    url: str = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for."""

    subject: str
    name: str
    groups: frozenset[str]


class OpenIdConnect:
    """Sign-in at one provider. Opens no connection before the first use."""

    def __init__(self, settings: Settings) -> None:
        """Raises SettingsFault."""
        self._provider = Provider(settings)
        self._settings = settings

    def begin(self, silent: bool = False) -> Begun:
        """Off to the provider; `silent` asks it to answer without a question to anybody. Raises OutsideError."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        asked = {
            "response_type": "code",
            "response_mode": "query",
            "client_id": self._settings.oidc_client_id,
            "redirect_uri": self._settings.oidc_redirect_uri,
            "scope": self._settings.oidc_scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
            **({"prompt": "none"} if silent else {}),
        }
        where = self._provider.addresses().authorize
        return Begun(f"{where}{'&' if urlsplit(where).query else '?'}{urlencode(asked)}", state, nonce, verifier)

    def finish(self, begun: Begun, answered: Mapping[str, str]) -> Vouched:
        """Who came back with these parameters. Raises SignInRefused, OutsideError."""
        if not compare_digest(begun.state.encode(), answered.get("state", "").encode()):
            raise SignInRefused("state")
        issuer = answered.get("iss")
        if issuer != self._provider.issuer and (issuer is not None or self._provider.addresses().names_itself):
            raise SignInRefused("other-issuer")
        if answered.get("error"):
            quiet = answered["error"] in ("login_required", "interaction_required", "consent_required")
            raise SignInRefused("login-required" if quiet else "provider-refused")
        if not (code := answered.get("code", "")):
            raise SignInRefused("no-code")
        return self._vouched(self._checked(self._id_token(code, begun), begun.nonce))

    def end_url(self, back: str) -> str:
        """Where the provider's own session is ended, and `back` to us from there; empty where it has no such place."""
        where = self._provider.addresses().end_session
        if not where:
            return ""
        asked = {"client_id": self._settings.oidc_client_id, "post_logout_redirect_uri": back}
        return f"{where}{'&' if urlsplit(where).query else '?'}{urlencode(asked)}"

    def close(self) -> None:
        """Let go of the connections."""
        self._provider.close()

    def _id_token(self, code: str, begun: Begun) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._settings.oidc_redirect_uri,
            "code_verifier": begun.verifier,
        }
        answer = self._provider.exchange(form)
        if answer.status in (400, 401):
            said = (answer.json() or {}).get("error")
            if said in ("invalid_client", "unauthorized_client"):
                raise Misconfigured("oidc-client")
            raise SignInRefused("code")
        token = usable(answer).get("id_token")
        if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
            raise SignInRefused("no-id-token")
        return token

    def _checked(self, token: str, nonce: str) -> Mapping[str, Any]:
        """The claims of an ID token that is for us, now, and from this provider. Raises SignInRefused, OutsideError."""
        claims = self._signed(token)
        audiences = claims.get("aud")
        named = [audiences] if isinstance(audiences, str) else audiences if isinstance(audiences, list) else []
        ours = self._settings.oidc_client_id
        now, leeway = clock.now().timestamp(), self._settings.oidc_leeway
        _must(claims.get("iss") == self._provider.issuer, "other-issuer")
        _must(ours in named, "other-audience")
        _must("azp" in claims or len(named) == 1, "other-audience")
        _must(claims.get("azp", ours) == ours, "other-audience")
        _must(now - leeway < _moment(claims, "exp"), "expired")
        _must(now - leeway - OLDEST.total_seconds() <= _moment(claims, "iat") <= now + leeway, "issued-at")
        _must("nbf" not in claims or _moment(claims, "nbf") <= now + leeway, "issued-at")
        given = claims.get("nonce")
        _must(isinstance(given, str) and compare_digest(nonce.encode(), given.encode()), "nonce")
        _must(isinstance(claims.get("sub"), str) and 0 < len(claims["sub"]) <= 255, "subject")
        return claims

    def _signed(self, token: str) -> Mapping[str, Any]:
        algorithm = self._settings.oidc_algorithm
        try:
            head = jws.extract_compact(token.encode("ascii")).headers()
        except (JoseError, ValueError):
            raise SignInRefused("unreadable-token") from None
        if head.get("alg") != algorithm:
            raise SignInRefused("algorithm")
        key_id = head.get("kid")
        keys = self._provider.keys(key_id if isinstance(key_id, str) else None)
        try:
            return jwt.decode(token, keys, algorithms=[algorithm]).claims
        except (JoseError, ValueError, TypeError):
            raise SignInRefused("signature") from None

    def _vouched(self, claims: Mapping[str, Any]) -> Vouched:
        name = claims.get(self._settings.oidc_name_claim)
        if not isinstance(name, str):
            raise SignInRefused("name")
        values = (claims.get(claim) for claim in self._settings.oidc_group_claims)
        return Vouched(claims["sub"], name, frozenset(one for some in values for one in _texts(some)))


def _texts(value: object) -> Collection[str]:
    if isinstance(value, str):
        return (value,)
    return [one for one in value[:MOST_GROUPS] if isinstance(one, str)] if isinstance(value, list) else ()


def _moment(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SignInRefused("times")
    return float(value)


def _must(holds: bool, code: str) -> None:
    if not holds:
        raise SignInRefused(code)


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")

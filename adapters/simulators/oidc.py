"""The municipality's identity provider: OpenID Connect, the authorization code flow with PKCE, and nothing else.

`python -m adapters.simulators.oidc --dir DIR [--port N]`
Written from RFC 6749, 7636 and 9207 and OpenID Connect Core, Discovery and RP-Initiated Logout 1.0. It is stricter than
they ask: state, nonce and PKCE (S256) are needed, and the client shows its secret by Basic. `clients.json` in DIR has
the registered addresses (`redirect_uris`, `post_logout_redirect_uris`); `people.json` may change people's groups.
"""

import asyncio
import base64
import binascii
import hashlib
import json
import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode
from uuid import NAMESPACE_URL, uuid5

from adapters.simulators import process
from adapters.simulators.moods import SIGN_IN_FAULTS, Moods
from adapters.simulators.oidc_people import PEOPLE, choice, page
from adapters.simulators.oidc_tokens import Tokens
from adapters.simulators.records import Records
from adapters.simulators.wire import Door, Page, Reply, Request

CLIENT = "outbound"
CODE_LASTS = 60  # seconds
COOKIE = "oidc-simulator"
CHALLENGE = re.compile("[A-Za-z0-9_-]{43}")
VERIFIER = re.compile("[A-Za-z0-9._~-]{43,128}")


class Wrong(Exception):
    """An error of OAuth: its code, and what is wrong."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code, self.said = code, said


class IdentityProvider:
    """Answers browsers and clients. Codes and sessions last as long as the process."""

    def __init__(self, folder: Path, records: Records, moods: Moods, secret: str) -> None:
        self._folder, self._records, self._moods, self._secret = folder, records, moods, secret
        self._codes: dict[str, dict[str, Any]] = {}
        self._sessions: dict[str, str] = {}
        self._access: dict[str, str] = {}
        self.issuer = ""
        self.tokens: Tokens

    async def answer(self, request: Request) -> Reply | None:
        """The answer to one request; None hangs up."""
        self._records.count(request.path.strip("/").replace("/", "-") or "front")
        if (slow := self._moods.strikes("slow", "login")) is not None:
            await asyncio.sleep(slow.get("ms", 1000) / 1000)
        if (busy := self._moods.strikes("busy", "login")) is not None:
            return Reply(busy.get("status", 503), {}, {"Retry-After": str(busy.get("retry_after", 1))})
        if self._moods.strikes("drop_answer", "login") is not None:
            return None
        reply = self._answered(request)
        if self._moods.strikes("garbled", "login") is not None:
            return Reply(200, json.dumps(reply.content).encode()[:-20])
        return reply

    def _answered(self, request: Request) -> Reply:
        match request.method, request.path:
            case "GET", "/.well-known/openid-configuration":
                return Reply(200, self._discovery())
            case "GET", "/keys":
                return Reply(200, self.tokens.published())
            case "GET", "/authorize":
                return self._authorize(request, request.query, None)
            case "POST", "/authorize":
                form = _form(request)
                return self._authorize(request, form, form.pop("person", [""])[0])
            case "POST", "/token":
                return self._token(request)
            case "GET", "/userinfo":
                return self._userinfo(request)
            case "GET", "/end":
                return self._end(request)
        return Reply(404, {"error": "not_found"})

    def _discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/end",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def _authorize(self, request: Request, given: dict[str, list[str]], chosen: str | None) -> Reply:
        back = given.get("redirect_uri", [""])[0]
        if given.get("client_id") != [CLIENT] or back not in self._registered("redirect_uris"):
            return Reply(400, Page(page("Ukendt klient", "<p>Klienten eller dens adresse er ikke registreret.</p>")))
        asked = {name: values[0] for name, values in given.items()}
        try:
            _check_asked(given)
            person = chosen if chosen in PEOPLE else self._sessions.get(_cookie(request), "")
            if not person and asked.get("prompt") == "none":
                raise Wrong("login_required", "Nobody is signed in.")
        except Wrong as wrong:
            return self._back(back, {"error": wrong.code, "error_description": wrong.said}, asked)
        if not person:
            return Reply(200, Page(choice(asked)))
        code, session = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self._codes[code] = {"asked": asked, "person": person, "at": self.tokens.now()}
        self._sessions[session] = person
        reply = self._back(back, {"code": code}, asked)
        reply.headers["Set-Cookie"] = f"{COOKIE}={session}; Path=/; HttpOnly; SameSite=Lax"
        return reply

    def _back(self, where: str, said: dict[str, str], asked: dict[str, str]) -> Reply:
        state = {"state": asked["state"]} if "state" in asked else {}
        return Reply(303, None, {"Location": f"{where}?{urlencode({**said, **state, 'iss': self.issuer})}"})

    def _token(self, request: Request) -> Reply:
        quiet = {"Cache-Control": "no-store"}
        try:
            return Reply(200, self._exchanged(request), quiet)
        except Wrong as wrong:
            status = 401 if wrong.code == "invalid_client" else 400
            return Reply(status, {"error": wrong.code, "error_description": wrong.said}, quiet)

    def _exchanged(self, request: Request) -> dict[str, Any]:
        self._check_client(request)
        form = _form(request)
        if any(len(values) > 1 for values in form.values()):
            raise Wrong("invalid_request", "A parameter stands twice.")
        one = {name: values[0] for name, values in form.items()}
        if set(one) != {"grant_type", "code", "redirect_uri", "code_verifier"}:
            raise Wrong("invalid_request", "grant_type, code, redirect_uri and code_verifier are wanted.")
        if one["grant_type"] != "authorization_code":
            raise Wrong("unsupported_grant_type", "authorization_code is the one.")
        kept = self._codes.pop(one["code"], None)  # whatever comes of it: a code is good once
        if kept is None or self.tokens.now() - kept["at"] > CODE_LASTS:
            raise Wrong("invalid_grant", "The code is not known, was used, or is too old.")
        if one["redirect_uri"] != kept["asked"]["redirect_uri"]:
            raise Wrong("invalid_grant", "It was given for another address.")
        verifier = one["code_verifier"]
        if not VERIFIER.fullmatch(verifier) or _challenge(verifier) != kept["asked"]["code_challenge"]:
            raise Wrong("invalid_grant", "The verifier is not the challenge's.")
        access = secrets.token_urlsafe(24)
        self._access[access] = kept["person"]
        token = self.tokens.id_token(CLIENT, kept["asked"]["nonce"], self._claims(kept["person"]))
        return {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": token}

    def _check_client(self, request: Request) -> None:
        kind, _, said = request.headers.get("authorization", "").partition(" ")
        try:
            name, _, secret = base64.b64decode(said, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            name, secret = "", ""
        if kind != "Basic" or (unquote_plus(name), unquote_plus(secret)) != (CLIENT, self._secret):
            raise Wrong("invalid_client", "The client shows its id and secret by Basic.")

    def _userinfo(self, request: Request) -> Reply:
        person = self._access.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        return Reply(200, self._claims(person)) if person else Reply(401, {"error": "invalid_token"})

    def _end(self, request: Request) -> Reply:
        self._sessions.pop(_cookie(request), None)
        back = request.one("post_logout_redirect_uri")
        if request.one("client_id") != CLIENT or back not in self._registered("post_logout_redirect_uris"):
            return Reply(400, Page(page("Logget ud", "<p>Adressen er ikke registreret.</p>")))
        return Reply(303, None, {"Location": back, "Set-Cookie": f"{COOKIE}=; Path=/; Max-Age=0"})

    def _claims(self, person: str) -> dict[str, Any]:
        name, groups = PEOPLE[person]
        changed = self._read("people.json").get(person, groups)
        about = {"sub": str(uuid5(NAMESPACE_URL, person)), "preferred_username": person, "name": name}
        return {**about, "groups": changed}

    def _registered(self, name: str) -> list[str]:
        found: list[str] = self._read("clients.json").get(name, [])
        return found

    def _read(self, name: str) -> dict[str, Any]:
        file = self._folder / name
        found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
        return found


def _check_asked(given: dict[str, list[str]]) -> None:
    if any(len(values) > 1 for values in given.values()):
        raise Wrong("invalid_request", "A parameter stands twice.")
    one = {name: values[0] for name, values in given.items()}
    if one.get("response_type") != "code":
        raise Wrong("unsupported_response_type", "response_type is code.")
    if "openid" not in one.get("scope", "").split(" "):
        raise Wrong("invalid_scope", "scope has openid.")
    if not one.get("state") or not one.get("nonce"):
        raise Wrong("invalid_request", "state and nonce are needed.")
    if one.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(one.get("code_challenge", "")):
        raise Wrong("invalid_request", "A code challenge by S256 is needed.")


def _form(request: Request) -> dict[str, list[str]]:
    return parse_qs(request.body.decode("ascii", "replace"), keep_blank_values=True)


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _cookie(request: Request) -> str:
    pairs = (one.strip().partition("=") for one in request.headers.get("cookie", "").split(";"))
    return next((value for name, _, value in pairs if name == COOKIE), "")


async def run(given: process.Arguments) -> None:
    """Serves until SIGTERM."""
    records = Records(given.folder)
    secret = records.kept("secret") or f"{secrets.token_urlsafe(24)}:+%"  # signs that Basic must escape
    records.keep("secret", secret)
    moods = Moods(records, SIGN_IN_FAULTS)
    provider = IdentityProvider(given.folder, records, moods, secret)
    door = Door(provider.answer)

    def env() -> dict[str, str]:
        provider.issuer = door.url
        provider.tokens = Tokens(records, moods, door.url)
        return {
            "OUTBOUND_OIDC_ISSUER": door.url,
            "OUTBOUND_OIDC_CLIENT_ID": CLIENT,
            "OUTBOUND_OIDC_CLIENT_SECRET": secret,
        }

    await process.serve(given, records, moods, door, env)


if __name__ == "__main__":
    asyncio.run(run(process.arguments("oidc")))

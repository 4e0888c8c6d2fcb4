"""Who is signed in: a signed cookie with a name and a time, nothing else; and the token that every form carries."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Self

from outbound import clock
from outbound.settings import Settings, SettingsFault
from outbound.web.people import Account, Accounts

LASTS = timedelta(hours=8)
SHORTEST_SECRET = 32


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in: since when, and by which account as it was then."""

    id: str
    name: str
    since: datetime
    account_mark: str


class Sessions:
    """Signs and reads the cookies. Signing out is remembered by this process until the session would have ended."""

    def __init__(self, secret: str) -> None:
        self._key = secret.encode()
        self._ended: dict[str, datetime] = {}
        self._lock = Lock()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Raises SettingsFault where people may sign in and there is nothing to sign their sessions with."""
        secret = settings.session_secret.get_secret_value()
        if settings.accounts_file is not None and len(secret) < SHORTEST_SECRET:
            raise SettingsFault(f"OUTBOUND_SESSION_SECRET needs at least {SHORTEST_SECRET} characters of chance.")
        return cls(secret or secrets.token_urlsafe(SHORTEST_SECRET))

    def begin(self, account: Account) -> tuple[Session, str]:
        """A new session and its cookie."""
        one = Session(secrets.token_urlsafe(16), account.name, clock.now(), self._mark(account))
        held = {"id": one.id, "name": one.name, "since": one.since.isoformat(), "mark": one.account_mark}
        body = base64.urlsafe_b64encode(json.dumps(held).encode()).decode().rstrip("=")
        return one, f"{body}.{self.sign('session', body)}"

    def read(self, cookie: str, accounts: Accounts) -> tuple[Session, Account] | None:
        """The session of a cookie; None where it is not ours, is over, or its account has changed since."""
        body, _, signature = cookie.partition(".")
        if not hmac.compare_digest(self.sign("session", body).encode(), signature.encode()):
            return None
        one = _unpacked(body)
        if one is None or clock.now() >= one.since + LASTS or one.id in self._ended:
            return None
        account = accounts.find(one.name)
        if account is None or not hmac.compare_digest(self._mark(account), one.account_mark):
            return None
        return one, account

    def end(self, one: Session) -> None:
        """Signed out: the cookie is worth nothing any more."""
        with self._lock:
            now = clock.now()
            self._ended = {id_: until for id_, until in self._ended.items() if until > now}
            self._ended[one.id] = one.since + LASTS

    def token(self, one: Session) -> str:
        """What every form of this session carries."""
        return self.sign("form", one.id)

    def sign(self, purpose: str, text: str) -> str:
        """HMAC-SHA-256 (hex)."""
        return hmac.new(self._key, f"{purpose}|{text}".encode(), hashlib.sha256).hexdigest()

    def _mark(self, account: Account) -> str:
        return self.sign("account", account.hash)[:16]


def _unpacked(body: str) -> Session | None:
    try:
        held = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return Session(held["id"], held["name"], datetime.fromisoformat(held["since"]), held["mark"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        return None

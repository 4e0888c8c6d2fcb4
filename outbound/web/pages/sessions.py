"""Who is signed in: a signed cookie with a number of chance, nothing else; the ledger has whose it is and until when,
so that signing out holds in every process. And the token that every form carries."""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from outbound import clock
from outbound.ledger import Ledger, sign_ins
from outbound.ledger.sign_ins import SignIn
from outbound.settings import Settings, SettingsFault
from outbound.web.people import Account, Accounts, Role, Way

LASTS = timedelta(hours=8)
SHORTEST_SECRET = 32


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in: since when, and by which way."""

    id: str
    name: str
    since: datetime
    way: Way


class Sessions:
    """Signs and reads the cookies."""

    def __init__(self, secret: str, ledger: Ledger, settings: Settings) -> None:
        self._key = secret.encode()
        self._ledger = ledger
        self._ways = frozenset(map(Way, settings.sign_in))
        self._kept = timedelta(days=settings.sign_in_log_days)
        self._vouched_for = timedelta(minutes=settings.oidc_session_minutes)

    @classmethod
    def of(cls, settings: Settings, ledger: Ledger) -> Self:
        """Raises SettingsFault where people may sign in and there is nothing to sign their sessions with."""
        secret = settings.session_secret.get_secret_value()
        if (settings.accounts_file is not None or settings.sign_in != ("local",)) and len(secret) < SHORTEST_SECRET:
            raise SettingsFault(f"OUTBOUND_SESSION_SECRET needs at least {SHORTEST_SECRET} characters of chance.")
        return cls(secret or secrets.token_urlsafe(SHORTEST_SECRET), ledger, settings)

    def begin(self, account: Account, way: Way) -> tuple[Session, str]:
        """A new session and its cookie."""
        one = Session(secrets.token_urlsafe(32), account.name, clock.now(), way)
        rights = _packed(account) if way is Way.OIDC else "{}"
        until = one.since + (self._vouched_for if way is Way.OIDC else LASTS)
        row = SignIn(_digest(one.id), one.name, str(way), self._mark(account), rights, one.since, until)
        with self._ledger.writing() as tx:
            sign_ins.begin(tx, row, self._kept)
        return one, f"{one.id}.{self.sign('session', one.id)}"

    def read(self, cookie: str, accounts: Accounts, proxied: Account | None = None) -> tuple[Session, Account] | None:
        """The session of a cookie; None where it is not ours, is over, or its account has changed since.

        `proxied` is whom a trusted proxy's headers name in this very request: a session by that way is theirs alone.
        """
        if (row := self._row(cookie)) is None or clock.now() >= row.until:
            return None
        way = Way(row.way)
        found = {Way.LOCAL: accounts.find(row.name), Way.OIDC: _unpacked(row), Way.PROXY: proxied}[way]
        if found is None or found.name != row.name or not hmac.compare_digest(self._mark(found), row.mark):
            return None
        return Session(_id(cookie), row.name, row.at, way), found

    def lapsed(self, cookie: str) -> SignIn | None:
        """A sign-in of this working day after which the provider is to be asked again."""
        row = self._row(cookie)
        over = row is not None and row.way == Way.OIDC and row.until <= clock.now() < row.at + LASTS
        return row if over else None

    def renew(self, cookie: str, account: Account) -> bool:
        """The provider has vouched for the same person again: the session goes on, with the rights of now."""
        row = self._row(cookie)
        if row is None or row.way != Way.OIDC or row.name != account.name or clock.now() >= row.at + LASTS:
            return False
        until = min(clock.now() + self._vouched_for, row.at + LASTS)
        with self._ledger.writing() as tx:
            sign_ins.renew(tx, row.digest, _packed(account), until)
        return True

    def end(self, one: Session) -> None:
        """Signed out: the cookie is worth nothing any more, to no process."""
        with self._ledger.writing() as tx:
            sign_ins.end(tx, _digest(one.id))

    def end_any(self, cookie: str) -> None:
        """Whoever a cookie of ours belongs to is signed out."""
        if (row := self._row(cookie)) is not None:
            with self._ledger.writing() as tx:
                sign_ins.end(tx, row.digest)

    def token(self, one: Session) -> str:
        """What every form of this session carries."""
        return self.sign("form", one.id)

    def sign(self, purpose: str, text: str) -> str:
        """HMAC-SHA-256 (hex)."""
        return hmac.new(self._key, f"{purpose}|{text}".encode(), hashlib.sha256).hexdigest()

    def signed(self, purpose: str, text: str, signature: str) -> bool:
        """Is this our signature, for this purpose?"""
        return hmac.compare_digest(self.sign(purpose, text).encode(), signature.encode())

    def _row(self, cookie: str) -> SignIn | None:
        """The sign-in of a cookie of ours, by a way that is still offered, which nobody has ended."""
        id_, _, signature = cookie.partition(".")
        if not self.signed("session", id_, signature):
            return None
        with self._ledger.reading() as tx:
            row = sign_ins.find(tx, _digest(id_))
        return row if row is not None and row.ended_at is None and row.way in self._ways else None

    def _mark(self, account: Account) -> str:
        return self.sign("account", account.hash)


def _id(cookie: str) -> str:
    return cookie.partition(".")[0]


def _digest(id_: str) -> str:
    return hashlib.sha256(id_.encode()).hexdigest()


def _packed(account: Account) -> str:
    return json.dumps({"roles": sorted(account.roles), "departments": sorted(account.departments)})


def _unpacked(row: SignIn) -> Account:
    held = json.loads(row.rights)
    roles = frozenset(map(Role, held.get("roles", ())))
    return Account(row.name, roles=roles, departments=frozenset(held.get("departments", ())))

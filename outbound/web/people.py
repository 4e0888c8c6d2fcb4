"""People who may sign in: local accounts with argon2 hashes, roles and departments; and slowing down who guesses."""

import hmac
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from outbound import clock
from outbound.ledger import Ledger, sign_ins
from outbound.reserved import is_reserved
from outbound.settings import SettingsFault

EVERYWHERE = "*"
FREE_TRIES = 5
LONGEST_WAIT = 900.0  # seconds
_hasher = PasswordHasher()
_hashing = BoundedSemaphore(2)  # each takes 64 MB: a flood of sign-ins must not take the memory


class Role(StrEnum):
    """What somebody is here for."""

    OPERATIONS = "drift"
    CASES = "sag"
    MANAGEMENT = "ledelse"
    DATA_PROTECTION = "dpo"
    POST_ROOM = "post"


class Way(StrEnum):
    """How somebody came in."""

    LOCAL = "local"
    OIDC = "oidc"
    PROXY = "proxy"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in. `departments` holds codes, or `*` for all of them. `hash` is of the password, where
    the account is our own."""

    name: str
    hash: str = field(default="", repr=False)
    roles: frozenset[Role] = frozenset()
    departments: frozenset[str] = frozenset()

    def may_see(self, department: str) -> bool:
        """Is this department theirs to look at?"""
        return EVERYWHERE in self.departments or department in self.departments


def hash_password(password: str) -> str:
    """The argon2id hash to put in the accounts file."""
    return _hasher.hash(password)


class Accounts:
    """The accounts file, read again when it changes. Without a file nobody may sign in."""

    def __init__(self, file: Path | None, systems: Collection[str] = ()) -> None:
        """`systems`: whose names nobody may have. Raises SettingsFault."""
        self._file, self._systems = file, systems
        self._stamp = (0, 0)
        self._known: Mapping[str, Account] = {}
        if file is not None:
            self._refresh(strict=True)

    def find(self, name: str) -> Account | None:
        """The account of that name."""
        self._refresh()
        return self._known.get(name)

    def check(self, name: str, password: str) -> Account | None:
        """The account, where name and password fit. Takes as long for a name that nobody has."""
        account = self.find(name)
        with _hashing:
            fits = _verify(account.hash if account else _nobody(), password)
        return account if fits else None

    def _refresh(self, strict: bool = False) -> None:
        if self._file is None:
            return
        try:
            found = self._file.stat()
            if (stamp := (found.st_mtime_ns, found.st_ino)) != self._stamp:
                self._known = load_accounts(self._file, self._systems)
                self._stamp = stamp
        except (OSError, SettingsFault) as fault:
            if strict:
                raise SettingsFault(f"{self._file}: the accounts cannot be read ({fault}); correct the file.") from None


def load_accounts(file: Path, systems: Collection[str] = ()) -> Mapping[str, Account]:
    """The accounts by name; none has a system's. Raises SettingsFault, naming every fault; OSError."""
    try:
        rows = tomllib.loads(file.read_text()).get("account", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise SettingsFault("it is not TOML") from None
    faults = [f"account {number}: {fault}" for number, row in enumerate(rows, 1) for fault in _faults(row, systems)]
    names = [row.get("name") for row in rows]
    faults += [f"{name} stands twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    if faults:
        raise SettingsFault("; ".join(faults))
    return {row["name"]: _account(row) for row in rows}


def _faults(row: Mapping[str, Any], systems: Collection[str]) -> list[str]:
    faults = [f"{name} is not known" for name in row.keys() - {"name", "hash", "roles", "departments"}]
    if not isinstance(row.get("name"), str) or not 1 <= len(row["name"]) <= 60:
        faults.append("name is 1 to 60 characters")
    elif is_reserved(row["name"], systems):
        faults.append("name is the router's own or a system's")
    if not isinstance(row.get("hash"), str) or not row["hash"].startswith("$argon2id$"):
        faults.append("hash is made with `outbound password`")
    if not set(row.get("roles", [])) <= set(Role):
        faults.append(f"roles are among {', '.join(Role)}")
    return faults


def _account(row: Mapping[str, Any]) -> Account:
    roles = frozenset(Role(role) for role in row.get("roles", []))
    return Account(row["name"], row["hash"], roles, frozenset(row.get("departments", [])))


class SignIns:
    """Whoever guesses is kept waiting longer each time, by all web processes together: the ledger counts."""

    def __init__(self, accounts: Accounts, ledger: Ledger, secret: str = "") -> None:
        self.accounts = accounts
        self._ledger = ledger
        self._secret = secret.encode()

    def check(self, name: str, password: str, client: str) -> Account | None:
        """The account, where name and password fit."""
        account = self.accounts.check(name, password)
        keys = self._keys(name, client)
        with self._ledger.writing() as tx:
            sign_ins.forgive(tx, keys) if account else sign_ins.failed(tx, keys)
        return account

    def wait(self, name: str, client: str) -> float:
        """The seconds until this name may be tried again from there."""
        keys = self._keys(name, client)
        with self._ledger.reading() as tx:
            found = sign_ins.failures(tx, keys)
        return max(0.0, *(_left(*found[key], free) for key, free in keys.items() if key in found), 0.0)

    def _keys(self, name: str, client: str) -> dict[str, int]:
        """One name from one place; the name from anywhere, and anybody from the place, ten times as patiently."""
        tries = ((name, client), FREE_TRIES), ((name, ""), 10 * FREE_TRIES), (("", client), 10 * FREE_TRIES)
        return {self._sign(*who): free for who, free in tries}

    def _sign(self, name: str, client: str) -> str:
        return hmac.new(self._secret, f"guess|{client}|{name}".encode(), "sha256").hexdigest()


def _left(failed: int, last: datetime, free: int) -> float:
    if failed < free:
        return 0.0
    waits = min(LONGEST_WAIT, 2.0 ** min(failed - free + 1, 20))
    return waits - (clock.now() - last).total_seconds()


@cache
def _nobody() -> str:
    """The hash that a name without an account is checked against."""
    return hash_password("nobody has this password")


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (Argon2Error, InvalidHashError):
        return False

"""People who may sign in: local accounts with argon2 hashes, roles and departments; and slowing down who guesses."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore, Lock
from time import monotonic
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from outbound.settings import SettingsFault

EVERYWHERE = "*"
FREE_TRIES = 5
LONGEST_WAIT = 900.0  # seconds
MOST_REMEMBERED = 10_000
_hasher = PasswordHasher()
_hashing = BoundedSemaphore(2)  # each takes 64 MB: a flood of sign-ins must not take the memory


class Role(StrEnum):
    """What somebody is here for."""

    OPERATIONS = "drift"
    CASES = "sag"
    MANAGEMENT = "ledelse"
    DATA_PROTECTION = "dpo"
    POST_ROOM = "post"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in. `departments` holds codes, or `*` for all of them."""

    name: str
    hash: str = field(repr=False)
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

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._stamp = (0, 0)
        self._known: Mapping[str, Account] = {}
        if file is not None:
            self._refresh(strict=True)

    def find(self, name: str) -> Account | None:
        """The account of that name."""
        self._refresh()
        return self._known.get(name)

    def _refresh(self, strict: bool = False) -> None:
        if self._file is None:
            return
        try:
            found = self._file.stat()
            if (stamp := (found.st_mtime_ns, found.st_ino)) != self._stamp:
                self._known = load_accounts(self._file)
                self._stamp = stamp
        except (OSError, SettingsFault) as fault:
            if strict:
                raise SettingsFault(f"{self._file}: the accounts cannot be read ({fault}); correct the file.") from None


def load_accounts(file: Path) -> Mapping[str, Account]:
    """The accounts by name. Raises SettingsFault, naming every fault; OSError."""
    try:
        rows = tomllib.loads(file.read_text()).get("account", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise SettingsFault("it is not TOML") from None
    faults = [f"account {number}: {fault}" for number, row in enumerate(rows, 1) for fault in _faults(row)]
    names = [row.get("name") for row in rows]
    faults += [f"{name} stands twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    if faults:
        raise SettingsFault("; ".join(faults))
    return {row["name"]: _account(row) for row in rows}


def _faults(row: Mapping[str, Any]) -> list[str]:
    faults = [f"{name} is not known" for name in row.keys() - {"name", "hash", "roles", "departments"}]
    if not isinstance(row.get("name"), str) or not 1 <= len(row["name"]) <= 60:
        faults.append("name is 1 to 60 characters")
    if not isinstance(row.get("hash"), str) or not row["hash"].startswith("$argon2id$"):
        faults.append("hash is made with `outbound password`")
    if not set(row.get("roles", [])) <= set(Role):
        faults.append(f"roles are among {', '.join(Role)}")
    return faults


def _account(row: Mapping[str, Any]) -> Account:
    roles = frozenset(Role(role) for role in row.get("roles", []))
    return Account(row["name"], row["hash"], roles, frozenset(row.get("departments", [])))


class SignIns:
    """Passwords checked, and whoever guesses kept waiting longer each time. In this process's memory."""

    def __init__(self, accounts: Accounts, time: Callable[[], float] = monotonic) -> None:
        self.accounts = accounts
        self._time = time
        self._failed: dict[tuple[str, str], tuple[int, float]] = {}
        self._lock = Lock()

    def check(self, name: str, password: str, client: str) -> Account | None:
        """The account, where name and password fit. Takes as long for a name that nobody has."""
        account = self.accounts.find(name)
        with _hashing:
            fits = _verify(account.hash if account else _nobody(), password)
        good = account is not None and fits
        self._note(name, client, good)
        return account if good else None

    def wait(self, name: str, client: str) -> float:
        """The seconds until this name may be tried again from there."""
        with self._lock:
            return max(self._left(key) for key in _keys(name, client))

    def _left(self, key: tuple[str, str]) -> float:
        failed, since = self._failed.get(key, (0, 0.0))
        free = FREE_TRIES * (1 if all(key) else 10)
        if failed < free:
            return 0.0
        return max(0.0, since + min(LONGEST_WAIT, 2.0 ** (failed - free + 1)) - self._time())

    def _note(self, name: str, client: str, good: bool) -> None:
        with self._lock:
            if len(self._failed) > MOST_REMEMBERED:
                self._failed.clear()
            for key in _keys(name, client):
                if good:
                    self._failed.pop(key, None)
                else:
                    self._failed[key] = (self._failed.get(key, (0, 0.0))[0] + 1, self._time())


@cache
def _nobody() -> str:
    """The hash that a name without an account is checked against."""
    return hash_password("nobody has this password")


def _keys(name: str, client: str) -> tuple[tuple[str, str], ...]:
    """One name from one place; the name from anywhere, and anybody from the place, ten times as patiently."""
    return (name, client), (name, ""), ("", client)


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (Argon2Error, InvalidHashError):
        return False

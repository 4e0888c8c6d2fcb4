"""The file of seal keys: one or more a retention month, from when each is used, and which were dropped for good.

A key's id is its month (`2031-05`); one that took its place has a number behind it (`2031-05.2`). A key may be read
with as soon as it stands here and is written with from its time on: every host has the file before anybody needs it.
"""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from outbound import clock

FINGERPRINT_KEY = 32  # bytes at least


class SealFault(Exception):
    """The seal cannot be used or opened; the text names a key's month or a part, never what lies beneath."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What stands in a key file. `since`: when a key's use begins, where that is not at once."""

    fingerprint: bytes = field(repr=False)
    seal: Mapping[str, bytes] = field(repr=False)
    since: Mapping[str, datetime]
    dropped: Mapping[str, datetime]

    def newest(self, month: str, at: datetime) -> str | None:
        """The key that this month's parts are sealed with at that time."""
        usable = [key for key in self.seal if month_of(key) == month and self.since.get(key, at) <= at]
        return max(usable, key=number_of, default=None)

    def writing(self, month: str, at: datetime) -> str | None:
        """The key to seal with for this month: its newest or, where its keys were dropped, that of the next month with
        one. None for a month that never had a key."""
        if (own := self.newest(month, at)) is not None:
            return own
        if month not in map(month_of, (*self.seal, *self.dropped)):
            return None
        later = sorted({month_of(key) for key in self.seal if month_of(key) > month})
        return next((key for one in later if (key := self.newest(one, at)) is not None), None)


def month_after(day: date, months: int) -> str:
    """The month (YYYY-MM) `months` after the one of `day`."""
    count = day.year * 12 + day.month - 1 + months
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def month_of(key_id: str) -> str:
    """The retention month (YYYY-MM) that a key is for."""
    return key_id.partition(".")[0]


def number_of(key_id: str) -> int:
    """1 for a month's first key, then 2, 3 …"""
    return int(key_id.partition(".")[2] or 1)


def read_keys(path: Path) -> Keys:
    """Raises OSError; ValueError, KeyError, TypeError where the file is no key file; SealFault."""
    stored = json.loads(path.read_text())
    fingerprint = base64.b64decode(stored["fingerprint"])
    if len(fingerprint) < FINGERPRINT_KEY:
        raise SealFault("The fingerprint key is shorter than 32 bytes; make one with `outbound keys new`.")
    seal = {key_id: base64.b64decode(key) for key_id, key in stored["seal"].items()}
    return Keys(fingerprint, seal, _moments(stored.get("since", {})), _moments(stored.get("dropped", {})))


def new_keys(path: Path, months: Iterable[str]) -> list[str]:
    """Write a new key file (mode 0600), or add the missing months to the one that is there; those that were added.

    A month whose key was dropped gets no new one.
    """
    with _changing(path) as stored:
        known = {month_of(key_id) for key_id in (*stored["seal"], *stored.get("dropped", {}))}
        added = [month for month in dict.fromkeys(months) if month not in known]
        stored["seal"] |= {month: _random_key() for month in added}
    return added


def rotate(path: Path, month: str, since: datetime) -> str:
    """Add another key for a month, used from `since` on; its id. Raises SealFault where the month has none."""
    with _changing(path) as stored:
        known = [key_id for key_id in (*stored["seal"], *stored.get("dropped", {})) if month_of(key_id) == month]
        if not any(key_id in stored["seal"] for key_id in known):
            raise SealFault(f"There is no seal key for the retention month {month}.")
        key_id = f"{month}.{max(map(number_of, known)) + 1}"
        stored["seal"][key_id] = _random_key()
        stored.setdefault("since", {})[key_id] = since.isoformat()
    return key_id


def drop(path: Path, key_id: str) -> None:
    """Take a key away for good, and say when. Raises SealFault where there is no such key."""
    with _changing(path) as stored:
        if key_id not in stored["seal"]:
            raise SealFault(f"There is no seal key {key_id}.")
        del stored["seal"][key_id]
        stored.get("since", {}).pop(key_id, None)
        stored.setdefault("dropped", {})[key_id] = clock.now().isoformat()


@contextmanager
def _changing(path: Path) -> Iterator[dict[str, Any]]:
    """The content to change, written as a whole or not at all; one change at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(path.with_name(f".{path.name}.lock"), os.O_WRONLY | os.O_CREAT, 0o600), "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        stored: dict[str, Any] = {"fingerprint": _random_key(), "seal": {}}
        if path.exists():
            stored = json.loads(path.read_text())
        yield stored
        _write(path, stored)


def _write(path: Path, stored: Mapping[str, Any]) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(stored, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # a dropped key must not come back with the power
    finally:
        os.close(folder)


def _moments(stored: Mapping[str, str]) -> dict[str, datetime]:
    return {key_id: datetime.fromisoformat(at) for key_id, at in stored.items()}


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()

"""What a person's data lies under: AES-256-GCM, a key per retention month, and keyed fingerprints.

A plain hash of a CPR number or of a letter is as good as the number itself (a birth date leaves 10,000 numbers), so
every fingerprint is an HMAC under a key of its own. Opening goes through `open_parts` alone, which writes who read
what, when and for what. Dropping a month's key empties the back-ups too.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    Column,
    Connection,
    Executable,
    Index,
    LargeBinary,
    String,
    Table,
    Uuid,
    insert,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite

from outbound import clock
from outbound.schema import Moment, Serial, metadata

NONCE = 12  # bytes, NIST SP 800-38D

sealed = Table(
    "sealed",
    metadata,
    Column("owner", Uuid, primary_key=True),
    Column("part", String(20), primary_key=True),
    Column("key_id", String(40), nullable=False),
    Column("body", LargeBinary, nullable=False),
)

reading = Table(
    "reading",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("owner", Uuid, nullable=False),
    Column("part", String(20), nullable=False),
    Column("by", String(80), nullable=False),
    Column("purpose", String(60), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_reading_owner", "owner"),
)


class SealFault(Exception):
    """The seal cannot be used or opened; the text names a key's month or a part, never what lies beneath."""


@dataclass(frozen=True, slots=True)
class Part:
    """Which piece of whose: `owner` is a letter's (or a note's, or a receipt's) id."""

    owner: UUID
    part: str


class Seal:
    """The keys of this process. The file is read again when it changes: keys rotate and drop while running."""

    def __init__(self, keys_file: Path) -> None:
        self._file = keys_file
        self._stamp: tuple[int, int] = (0, 0)
        self._keys: dict[str, AESGCM] = {}
        self._fingerprint_key = b""
        self._refresh()

    def fingerprint(self, purpose: str, value: Any) -> str:
        """HMAC-SHA-256 (hex) over canonical JSON; `purpose` keeps one kind from being compared with another."""
        self._refresh()
        text = json.dumps([purpose, value], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hmac.new(self._fingerprint_key, text.encode(), hashlib.sha256).hexdigest()

    def fingerprint_bytes(self, purpose: str, value: bytes) -> str:
        """The same over a file."""
        self._refresh()
        return hmac.new(self._fingerprint_key, purpose.encode() + b"\0" + value, hashlib.sha256).hexdigest()

    def put(self, tx: Connection, owner: UUID, month: str, parts: Mapping[str, bytes]) -> None:
        """Seal these parts of `owner` under the key of retention month `month` (YYYY-MM), replacing what is there."""
        key = self._key(month)
        rows = [
            {
                "owner": owner,
                "part": part,
                "key_id": month,
                "body": _encrypt(key, Part(owner, part), month, body),
            }
            for part, body in parts.items()
        ]
        if rows:
            tx.execute(_replace(tx.dialect.name), rows)

    def open_parts(self, tx: Connection, wanted: Sequence[Part], by: str, purpose: str) -> dict[Part, bytes]:
        """What lies under the seal, for `by` and `purpose`; each opening goes into the reading log. Missing: absent."""
        found: dict[Part, bytes] = {}
        for row in _rows(tx, wanted):
            part = Part(row.owner, row.part)
            found[part] = _decrypt(self._key(row.key_id), part, row.key_id, row.body)
        if found:
            at = clock.now()
            log = [{"owner": p.owner, "part": p.part, "by": by, "purpose": purpose, "at": at} for p in found]
            tx.execute(insert(reading), log)
        return found

    def open(self, tx: Connection, owner: UUID, part: str, by: str, purpose: str) -> bytes | None:
        """One part, or None where it is not (or no longer) there."""
        return self.open_parts(tx, [Part(owner, part)], by, purpose).get(Part(owner, part))

    def has_month(self, month: str) -> bool:
        """Is there a key for this retention month?"""
        self._refresh()
        return month in self._keys

    def months(self) -> list[str]:
        """The retention months with a key, oldest first."""
        self._refresh()
        return sorted(self._keys)

    def _key(self, month: str) -> AESGCM:
        self._refresh()
        if month not in self._keys:
            raise SealFault(
                f"There is no seal key for the retention month {month}; add one with `outbound keys extend`."
            )
        return self._keys[month]

    def _refresh(self) -> None:
        try:
            stat = self._file.stat()
            if (stamp := (stat.st_mtime_ns, stat.st_ino)) != self._stamp:
                self._load(json.loads(self._file.read_text()))
                self._stamp = stamp
        except (OSError, ValueError, KeyError, TypeError) as fault:
            if not self._keys:
                raise SealFault(
                    f"The seal keys cannot be read ({type(fault).__name__}); make them with `outbound keys new`."
                ) from None

    def _load(self, stored: Mapping[str, Any]) -> None:
        keys = {month: AESGCM(base64.b64decode(key)) for month, key in stored["seal"].items()}
        fingerprint = base64.b64decode(stored["fingerprint"])
        if len(fingerprint) < 32:
            raise SealFault("The fingerprint key is shorter than 32 bytes; make one with `outbound keys new`.")
        self._keys, self._fingerprint_key = keys, fingerprint


def new_keys(path: Path, months: Iterable[str]) -> None:
    """Write a new key file (mode 0600), or add the missing months to the one that is there."""
    stored: dict[str, Any] = {"fingerprint": _random_key(), "seal": {}}
    if path.exists():
        stored = json.loads(path.read_text())
    for month in months:
        stored["seal"].setdefault(month, _random_key())
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(stored, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)


@cache
def _replace(dialect: str) -> Executable:
    new: Any = (postgresql if dialect == "postgresql" else sqlite).insert(sealed)
    statement: Executable = new.on_conflict_do_update(
        index_elements=[sealed.c.owner, sealed.c.part], set_={"key_id": new.excluded.key_id, "body": new.excluded.body}
    )
    return statement


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _rows(tx: Connection, wanted: Sequence[Part]) -> Iterable[Any]:
    pairs = [(p.owner, p.part) for p in wanted]
    for i in range(0, len(pairs), 200):
        yield from tx.execute(select(sealed).where(tuple_(sealed.c.owner, sealed.c.part).in_(pairs[i : i + 200])))


def _context(part: Part, month: str) -> bytes:
    return f"{part.owner}|{part.part}|{month}".encode()


def _encrypt(key: AESGCM, part: Part, month: str, body: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + key.encrypt(nonce, body, _context(part, month))


def _decrypt(key: AESGCM, part: Part, month: str, body: bytes) -> bytes:
    try:
        return key.decrypt(body[:NONCE], body[NONCE:], _context(part, month))
    except InvalidTag:
        raise SealFault(
            f"The sealed part {part.part} of {part.owner} does not open: wrong key or changed bytes."
        ) from None

"""What a person's data lies under: AES-256-GCM, a key per retention month, and keyed fingerprints.

A plain hash of a CPR number or of a letter is as good as the number itself (a birth date leaves 10,000 numbers), so
every fingerprint is an HMAC under a key of its own. Opening goes through `open_parts` alone, which writes who read
what, when and for what. Dropping a month's key empties the back-ups too: what lay under it is then as absent as what
was deleted.
"""

import hashlib
import hmac
import json
import os
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
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from outbound import clock
from outbound.key_file import Keys, SealFault, month_of, new_keys, number_of, read_keys
from outbound.schema import Moment, Serial, metadata

__all__ = ["Part", "Seal", "SealFault", "new_keys", "reading", "sealed"]

NONCE = 12  # bytes, NIST SP 800-38D

sealed = Table(
    "sealed",
    metadata,
    Column("owner", Uuid, primary_key=True),
    Column("part", String(20), primary_key=True),
    Column("key_id", String(40), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_sealed_key_id", "key_id"),
)

PEOPLE = "by <> 'worker'"
"""The lines of the reading log that are not the router's own work: few beside it, and what is asked for."""

reading = Table(
    "reading",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("owner", Uuid, nullable=False),
    Column("part", String(20), nullable=False),
    Column("by", String(80), nullable=False),
    Column("purpose", String(60), nullable=False),
    Column("at", Moment, nullable=False),
    Column("recipient_key", String(64)),  # whom a search was about, as in `letter`; null = the opening of a part
    Index("ix_reading_owner", "owner"),
    Index("ix_reading_recipient_key", "recipient_key"),
    Index("ix_reading_at", "at", "id", sqlite_where=text(PEOPLE), postgresql_where=text(PEOPLE)),
    Index("ix_reading_by", "by", "at", "id", sqlite_where=text(PEOPLE), postgresql_where=text(PEOPLE)),
)


@dataclass(frozen=True, slots=True)
class Part:
    """Which piece of whose: `owner` is a letter's (or a note's, or a receipt's) id."""

    owner: UUID
    part: str


@dataclass(frozen=True, slots=True)
class _AtHand:
    """The key file as it was read last, its keys ready for use."""

    keys: Keys
    ciphers: Mapping[str, AESGCM]

    def key(self, key_id: str) -> AESGCM:
        if key_id not in self.ciphers:
            raise SealFault(f"There is no seal key {key_id}; this host needs the newest key file.")
        return self.ciphers[key_id]

    def close(self, part: Part, month: str, body: bytes) -> dict[str, Any]:
        """The row of `sealed`. Nothing new lies under a month that is over: its key may be dropped any day."""
        month = max(month, f"{clock.today():%Y-%m}")
        if (key_id := self.keys.writing(month, clock.now())) is None:
            raise SealFault(
                f"There is no seal key for the retention month {month}; add one with `outbound keys extend`."
            )
        sealed_body = _encrypt(self.key(key_id), part, key_id, body)
        return {"owner": part.owner, "part": part.part, "key_id": key_id, "body": sealed_body}

    def open(self, row: Any) -> bytes | None:
        """What lies in this row of `sealed`; None where its key was dropped for good."""
        if row.key_id in self.keys.dropped:
            return None
        return _decrypt(self.key(row.key_id), Part(row.owner, row.part), row.key_id, row.body)


class Seal:
    """The keys of this process. The file is read again when it changes: keys rotate and drop while running."""

    def __init__(self, keys_file: Path) -> None:
        self._file = keys_file
        self._stamp: tuple[int, int] = (0, 0)
        self._read: _AtHand | None = None
        self._at_hand()

    def fingerprint(self, purpose: str, value: Any) -> str:
        """HMAC-SHA-256 (hex) over canonical JSON; `purpose` keeps one kind from being compared with another."""
        text = json.dumps([purpose, value], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hmac.new(self.keys().fingerprint, text.encode(), hashlib.sha256).hexdigest()

    def fingerprint_bytes(self, purpose: str, value: bytes) -> str:
        """The same over a file."""
        return hmac.new(self.keys().fingerprint, purpose.encode() + b"\0" + value, hashlib.sha256).hexdigest()

    def put(self, tx: Connection, owner: UUID, month: str, parts: Mapping[str, bytes]) -> None:
        """Seal these parts of `owner` under the key of retention month `month` (YYYY-MM), replacing what is there."""
        at_hand = self._at_hand()
        rows = [at_hand.close(Part(owner, part), month, body) for part, body in parts.items()]
        if rows:
            tx.execute(_replace(tx.dialect.name), rows)

    def open_parts(self, tx: Connection, wanted: Sequence[Part], by: str, purpose: str) -> dict[Part, bytes]:
        """What lies under the seal, for `by` and `purpose`; each opening goes into the reading log.

        What is missing, or lies under a key that was dropped, is absent.
        """
        at_hand = self._at_hand()
        opened = {Part(row.owner, row.part): at_hand.open(row) for row in _rows(tx, wanted)}
        found = {part: body for part, body in opened.items() if body is not None}
        if found:
            at = clock.now()
            log = [{"owner": p.owner, "part": p.part, "by": by, "purpose": purpose, "at": at} for p in found]
            tx.execute(insert(reading), log)
        return found

    def open(self, tx: Connection, owner: UUID, part: str, by: str, purpose: str) -> bytes | None:
        """One part, or None where it is not (or no longer) there."""
        return self.open_parts(tx, [Part(owner, part)], by, purpose).get(Part(owner, part))

    def move(self, tx: Connection, part: Part, month: str) -> bool:
        """Seal one part anew, under the newest key of `month`. Nobody is shown it, so the reading log says nothing.

        False where it is there no longer, somebody has it in hand, or its key was dropped.
        """
        mine = (sealed.c.owner == part.owner) & (sealed.c.part == part.part)
        row = tx.execute(select(sealed).where(mine).with_for_update(skip_locked=True)).one_or_none()
        at_hand = self._at_hand()
        if row is None or (body := at_hand.open(row)) is None:
            return False
        anew = at_hand.close(part, month, body)
        return tx.execute(update(sealed).where(mine).values(key_id=anew["key_id"], body=anew["body"])).rowcount == 1

    def keys(self) -> Keys:
        """The key file as it is now."""
        return self._at_hand().keys

    def has_month(self, month: str) -> bool:
        """Is there a key to seal with for this retention month?"""
        return self.keys().writing(month, clock.now()) is not None

    def months(self) -> list[str]:
        """The retention months with a key, oldest first."""
        return sorted({month_of(key_id) for key_id in self.keys().seal})

    def replaced(self) -> list[str]:
        """The keys in whose place their month has another one now: what lies under them is to be moved."""
        keys, at = self.keys(), clock.now()
        newest = {one: keys.newest(month_of(one), at) for one in keys.seal}
        return sorted(one for one, now in newest.items() if now and number_of(one) < number_of(now))

    def _at_hand(self) -> _AtHand:
        try:
            stat = self._file.stat()
            if self._read is None or (stat.st_mtime_ns, stat.st_ino) != self._stamp:
                keys = read_keys(self._file)
                self._read = _AtHand(keys, {key_id: AESGCM(key) for key_id, key in keys.seal.items()})
                self._stamp = (stat.st_mtime_ns, stat.st_ino)
        except (OSError, ValueError, KeyError, TypeError) as fault:
            if self._read is None:
                raise SealFault(
                    f"The seal keys cannot be read ({type(fault).__name__}); make them with `outbound keys new`."
                ) from None
        return self._read


@cache
def _replace(dialect: str) -> Executable:
    new: Any = (postgresql if dialect == "postgresql" else sqlite).insert(sealed)
    statement: Executable = new.on_conflict_do_update(
        index_elements=[sealed.c.owner, sealed.c.part], set_={"key_id": new.excluded.key_id, "body": new.excluded.body}
    )
    return statement


def _rows(tx: Connection, wanted: Sequence[Part]) -> Iterable[Any]:
    pairs = [(p.owner, p.part) for p in wanted]
    for i in range(0, len(pairs), 200):
        yield from tx.execute(select(sealed).where(tuple_(sealed.c.owner, sealed.c.part).in_(pairs[i : i + 200])))


def _context(part: Part, key_id: str) -> bytes:
    return f"{part.owner}|{part.part}|{key_id}".encode()


def _encrypt(key: AESGCM, part: Part, key_id: str, body: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + key.encrypt(nonce, body, _context(part, key_id))


def _decrypt(key: AESGCM, part: Part, key_id: str, body: bytes) -> bytes:
    try:
        return key.decrypt(body[:NONCE], body[NONCE:], _context(part, key_id))
    except InvalidTag:
        raise SealFault(
            f"The sealed part {part.part} of {part.owner} does not open: wrong key or changed bytes."
        ) from None

"""The guard against a back-up that was started by mistake: it would send again what was sent since it was taken.

Marks of the ledger (`outbound.ledger.restorations.Mark`) are kept where its back-ups are not: in the var folder of each
host and in Redis. A ledger that lacks what a mark says it had sends nothing until a person has spoken.
"""

import logging
import os
from pathlib import Path
from threading import get_ident
from typing import Any
from uuid import UUID

from outbound.delivery import House
from outbound.ledger import restorations
from outbound.ledger.restorations import Mark

log = logging.getLogger(__name__)

FILE = "ledger-mark.json"
KEY = "outbound:ledger-mark"
OLDER = (
    "This ledger lacks events that it had: it is a back-up, or another ledger. Nothing is sent. Run `outbound restored "
    "begin --taken TIME --why …` (docs/operations.md, Restoring)."
)
NO_MARK = (
    "This ledger has been at work, and no mark of it is found in the var folder or in Redis: it may be a back-up. "
    "Nothing is sent. Run `outbound restored begin`, or `outbound restored dismiss` where it is none "
    "(docs/operations.md, Restoring)."
)


class Guard:
    """One for each process. The `keeper` (the timer) keeps the marks in Redis too, and says so where all are lost."""

    def __init__(self, house: House, redis: Any, *, keeper: bool = False) -> None:
        self._house, self._redis, self._keeper = house, redis, keeper
        self._file = house.settings.var_dir / FILE
        self._ledger: UUID | None = None  # as it was seen last
        self._seen: Mark | None = None
        self._asked_redis = False

    def look(self) -> bool:
        """The timer's round: may letters be sent? Marks are kept where they may."""
        good = self.lets_send()
        if good:
            self._begin()
            self.note()
        return good

    def lets_send(self) -> bool:
        """May letters be sent? Else the ledger says so to everybody, and the log why."""
        ledger = self._ledger
        mark = self._newest(ledger)  # before the ledger is read: what a mark says was committed before it was kept
        with self._house.ledger.reading() as tx:
            now = restorations.seen(tx, mark)
        if now.ledger != ledger:
            self._ledger = now.ledger
            return self.lets_send()  # by the marks of this one
        if now.ledger is None:
            return True  # no marks are kept yet: the keeper begins when something has happened
        if now.restored:
            return False
        if mark is None and now.newest is not None and not self._keeper:
            return False  # the timer has one, or says that there is none
        good = now.has if mark else now.newest is None
        return good or self._stop(NO_MARK if mark is None else OLDER)

    def note(self) -> None:
        """Keep the newest event in mind, in the var folder and, the keeper, in Redis."""
        with self._house.ledger.reading() as tx:
            now = restorations.seen(tx)
        if now.newest is not None and not now.restored:
            self._ledger, self._seen = now.ledger, now.newest
            if _parsed(_read(self._file)) != now.newest:
                _write(self._file, str(now.newest))
            if self._keeper:
                self._tell_redis(now.newest)

    def _begin(self) -> None:
        """No marks of this ledger were kept: from now on they are, if it has anything to mark."""
        if self._ledger is not None:
            return
        with self._house.ledger.writing() as tx:
            if restorations.has_events(tx):
                restorations.give_identity(tx)

    def _stop(self, why: str) -> bool:
        with self._house.ledger.writing() as tx:
            restorations.suspect(tx)
        log.error(why)
        return False

    def _newest(self, ledger: UUID | None) -> Mark | None:
        if ledger is None:
            return None
        found = [self._seen, _parsed(_read(self._file)), _parsed(self._in_redis(ledger))]
        mine = [one for one in found if one and one.ledger == ledger]
        self._seen = newest = max(mine, key=lambda one: one.at, default=None)
        return newest  # another thread may have put its own in the other's place

    def _in_redis(self, ledger: UUID) -> bytes | None:
        """Asked once by a worker, and by the keeper each time: a Redis that hangs delays no letter."""
        if self._asked_redis and self._seen and not self._keeper:
            return None
        try:
            found: bytes | None = self._redis.get(f"{KEY}:{ledger.hex}")
            self._asked_redis = True
            return found
        except Exception as fault:
            log.warning("The ledger's mark in Redis could not be read (%s).", type(fault).__name__)
            return None

    def _tell_redis(self, mark: Mark) -> None:
        try:
            self._redis.set(f"{KEY}:{mark.ledger.hex}", str(mark))
        except Exception as fault:
            log.warning("The ledger's mark could not be kept in Redis (%s).", type(fault).__name__)


def _parsed(text: bytes | None) -> Mark | None:
    try:
        return Mark.parse(text) if text else None
    except ValueError:
        return None


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


def _write(file: Path, text: str) -> None:
    """Whole or not at all; a folder that cannot be written in stops no letter."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}-{get_ident()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text)
        temporary.replace(file)
    except OSError as fault:
        log.warning("The ledger's mark could not be kept in %s (%s).", file.parent, type(fault).__name__)

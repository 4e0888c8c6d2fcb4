"""What a simulator remembers: every taking, its receipts, counts and mood, in one SQLite file.

Each change is committed before it is answered, so that killing the process loses nothing answered. (The operating
system keeps what was written; only a power cut could lose it, hence `synchronous=OFF`.)
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

TABLES = """
CREATE TABLE IF NOT EXISTS taking (
  id INTEGER PRIMARY KEY, dispatch TEXT NOT NULL, consignment TEXT NOT NULL, channel TEXT NOT NULL, at TEXT NOT NULL,
  recipient TEXT, sha256 TEXT NOT NULL, nth INTEGER NOT NULL, refused TEXT, detail TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS taking_dispatch ON taking (dispatch);
CREATE TABLE IF NOT EXISTS request (kind TEXT PRIMARY KEY, count INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS pending (
  id TEXT PRIMARY KEY, due REAL NOT NULL, subject TEXT NOT NULL, content TEXT NOT NULL, batch TEXT);
CREATE INDEX IF NOT EXISTS pending_due ON pending (due, id);
"""


class Records:
    """The memory of one simulator under `folder/records.sqlite`."""

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(folder / "records.sqlite", isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.executescript(TABLES)

    @contextmanager
    def together(self) -> Iterator[None]:
        """One transaction: all of it or none."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def ask(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """The rows of a query."""
        return self._db.execute(sql, values).fetchall()

    def change(self, sql: str, *values: object) -> int:
        """Runs one statement; the number of rows it changed."""
        return self._db.execute(sql, values).rowcount

    def count(self, kind: str) -> None:
        """Counts one request of a kind."""
        self.change("INSERT INTO request VALUES (?, 1) ON CONFLICT (kind) DO UPDATE SET count = count + 1", kind)

    def counts(self) -> dict[str, int]:
        """Requests by kind, ever."""
        return {row["kind"]: row["count"] for row in self.ask("SELECT * FROM request ORDER BY kind")}

    def keep(self, name: str, value: object) -> None:
        """Keeps a JSON value under a name."""
        self.change("INSERT OR REPLACE INTO kept VALUES (?, ?)", name, json.dumps(value))

    def kept(self, name: str) -> Any:
        """The value kept under a name, or None."""
        rows = self.ask("SELECT value FROM kept WHERE name = ?", name)
        return json.loads(rows[0]["value"]) if rows else None

    def take(
        self,
        dispatch: str,
        consignment: str,
        channel: str,
        recipient: str | None,
        sha256: str,
        **detail: object,
    ) -> int:
        """Writes a taking down; which taking of this dispatch it is (1, 2, ...)."""
        nth = len(self.takings_of(dispatch)) + 1
        values = (dispatch, consignment, channel, stamp(), recipient, sha256, nth, json.dumps(detail))
        self.change(
            "INSERT INTO taking (dispatch, consignment, channel, at, recipient, sha256, nth, detail)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *values,
        )
        return nth

    def refuse(self, dispatch: str, consignment: str, code: str) -> None:
        """Marks a taking as refused by a later receipt."""
        sql = "UPDATE taking SET refused = ? WHERE dispatch = ? AND consignment = ?"
        self.change(sql, code, dispatch, consignment)

    def takings_of(self, dispatch: str) -> list[sqlite3.Row]:
        """The takings of one dispatch, oldest first."""
        return self.ask("SELECT * FROM taking WHERE dispatch = ? ORDER BY id", dispatch)

    def takings(self, after: int = 0, limit: int = 1_000_000) -> list[dict[str, Any]]:
        """Every taking after a number, oldest first, ready for JSON."""
        rows = self.ask("SELECT * FROM taking WHERE id > ? ORDER BY id LIMIT ?", after, limit)
        return [{**dict(row), "detail": json.loads(row["detail"])} for row in rows]


def stamp() -> str:
    """Now as the wire writes it: UTC, ending in Z."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

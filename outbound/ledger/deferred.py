"""Rows that a transaction only adds and never reads back, written together just before it commits.

A letter's move writes an event, its opening a line of the reading log, its money some entries: one statement for a
handful of letters instead of several for each. `Ledger.writing` flushes; what is rolled back leaves nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, insert

KEY = "outbound.deferred"


def add(tx: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write these rows when the transaction ends; all rows of a table name the same columns."""
    tx.info.setdefault(KEY, {}).setdefault(table, []).extend(rows)


def flush(tx: Connection) -> None:
    """Write what has been added so far: before the commit, and before these tables are read in this transaction."""
    for table, rows in tx.info.pop(KEY, {}).items():
        tx.execute(insert(table), rows)


def forget(tx: Connection) -> None:
    """The transaction is rolled back; the connection may serve another."""
    tx.info.pop(KEY, None)

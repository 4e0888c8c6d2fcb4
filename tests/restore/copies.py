"""A back-up of a ledger within one process: every row of every table, put back as it was."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from outbound import clock
from outbound.delivery import House
from outbound.ledger import tables as t
from tests.house import CrashingLedger
from tests.tampering import unguarded

TUESDAY = datetime(2027, 1, 12, 10, tzinfo=clock.COPENHAGEN)
Copy = dict[str, list[Any]]


def back_up(house: House) -> Copy:
    """Every row there is."""
    with house.ledger.reading() as tx:
        return {
            table.name: [dict(row._mapping) for row in tx.execute(select(table))] for table in t.metadata.sorted_tables
        }


def put_back(house: House, copy: Copy) -> None:
    """The ledger as it was when the copy was made."""
    assert isinstance(house.ledger, CrashingLedger)
    house.ledger.wipe()
    with house.ledger.writing() as tx, unguarded(tx):
        for table in t.metadata.sorted_tables:
            if copy[table.name]:
                tx.execute(insert(table), copy[table.name])

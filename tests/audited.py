"""The audit that every journey of the tests ends with: ledger, statistics, months and invoices are one, to the øre."""

from sqlalchemy import Connection

from outbound.ledger import Ledger
from outbound.reports.proof import prove


def differences(ledger: Ledger) -> list[str]:
    """Everything that the whole audit finds now."""
    with ledger.reading() as tx:
        return differences_in(tx)


def differences_in(tx: Connection) -> list[str]:
    """The same, of what this transaction sees."""
    return [f"{one.measure} of {one.letter}: {one.why} ({one.stored}, not {one.expected})" for one in prove(tx)]

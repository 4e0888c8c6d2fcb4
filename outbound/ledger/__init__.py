"""The ledger: the tables and the few verbs that change them. The ledger is the queue."""

from sqlalchemy.exc import OperationalError as LedgerAway

from outbound.ledger.store import Ledger, migrate

__all__ = ["Ledger", "LedgerAway", "migrate"]

"""Is the ledger's schema the one that this program was written for?"""

from enum import StrEnum
from functools import cache

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from outbound.ledger.store import MIGRATIONS


class Schema(StrEnum):
    """The ledger's schema beside the program's."""

    SAME = "same"
    OLDER = "older"  # or none at all: `outbound migrate` brings it forward
    NEWER = "newer"  # migrated by a newer program; ours goes on, since migrations only add


def schema(tx: Connection) -> Schema:
    """How the ledger's schema stands to the one that this program was written for."""
    try:
        found = set(tx.execute(text("SELECT version_num FROM alembic_version")).scalars())
    except DatabaseError:
        return Schema.OLDER
    if found == set(newest()):
        return Schema.SAME
    return Schema.NEWER if found and all(one.isdigit() and one > max(newest()) for one in found) else Schema.OLDER


def is_newest(tx: Connection) -> bool:
    """Has the ledger been migrated to the newest schema? (`outbound migrate` does it.)"""
    return schema(tx) is Schema.SAME


@cache
def newest() -> tuple[str, ...]:
    """The revision that this program was written for."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return tuple(ScriptDirectory.from_config(config).get_heads())

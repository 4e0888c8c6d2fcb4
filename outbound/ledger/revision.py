"""Does the ledger's schema have what this program was written for?

Migrations only add, so that a program works on a ledger that a newer one has migrated, while hosts are upgraded one by
one. On an older ledger it does not work at all.
"""

from enum import StrEnum
from functools import cache

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from outbound.ledger.store import MIGRATIONS


class Schema(StrEnum):
    """The ledger's schema beside the one that this program was written for."""

    SAME = "same"
    OLDER = "older"  # or none at all
    NEWER = "newer"  # made by a program that came later


def schema_of(tx: Connection) -> Schema:
    """Which of these it is. (`outbound migrate` brings an older one up.)"""
    try:
        found = set(tx.execute(text("SELECT version_num FROM alembic_version")).scalars())
    except DatabaseError:
        return Schema.OLDER
    known, heads = _known()
    if found == heads:
        return Schema.SAME
    return Schema.OLDER if found <= known else Schema.NEWER


def is_usable(tx: Connection) -> bool:
    """Can this program work on the ledger?"""
    return schema_of(tx) is not Schema.OLDER


def newest() -> str:
    """The revision that this program was written for."""
    return max(_known()[1])


@cache
def _known() -> tuple[frozenset[str], frozenset[str]]:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    return frozenset(one.revision for one in scripts.walk_revisions()), frozenset(scripts.get_heads())

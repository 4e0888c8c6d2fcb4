"""Is the ledger's schema the one that this program was written for?"""

from functools import cache

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from outbound.ledger.store import MIGRATIONS


def is_newest(tx: Connection) -> bool:
    """Has the ledger been migrated to the newest schema? (`outbound migrate` does it.)"""
    try:
        found = tx.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    except DatabaseError:
        return False
    return set(found) == set(_newest())


@cache
def _newest() -> tuple[str, ...]:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return tuple(ScriptDirectory.from_config(config).get_heads())

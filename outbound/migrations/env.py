"""Alembic's entry: the schema of `outbound.ledger.tables` on the database named by the caller."""

from alembic import context
from sqlalchemy import create_engine, pool

from outbound.ledger.store import sqlalchemy_url
from outbound.ledger.tables import metadata

LOCK_SECONDS = 3
"""Longer than this nobody waits behind a migration: whoever asks for a lock keeps all from the table who come later."""


def run() -> None:
    """Migrate the database that the caller named."""
    url = context.config.attributes.get("url") or context.config.get_main_option("sqlalchemy.url")
    engine = create_engine(sqlalchemy_url(str(url)), poolclass=pool.NullPool, hide_parameters=True)
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_SECONDS}s'")
            connection.commit()
        context.configure(
            connection=connection, target_metadata=metadata, render_as_batch=True, transaction_per_migration=True
        )
        with context.begin_transaction():
            context.run_migrations()


run()

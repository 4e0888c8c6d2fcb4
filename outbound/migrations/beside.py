"""Indexes on large tables, built beside those who write.

On PostgreSQL that cannot be done in a transaction (CREATE INDEX CONCURRENTLY), and one that was broken off leaves an
index that is not used: it is dropped and made anew. So these stand in migrations of their own, which can be run again.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from alembic import op


@dataclass(frozen=True, slots=True)
class Index:
    """An index; with `where` of those rows alone."""

    name: str
    table: str
    columns: tuple[str, ...]
    where: str = ""


def build(indexes: Sequence[Index]) -> None:
    """Make them, whatever of them is there."""
    with _beside() as concurrently:
        for one in indexes:
            only: dict[str, Any] = {
                f"{name}_where": sa.text(one.where) for name in ("sqlite", "postgresql") if one.where
            }
            op.drop_index(one.name, one.table, if_exists=True, postgresql_concurrently=concurrently)
            op.create_index(one.name, one.table, [*one.columns], postgresql_concurrently=concurrently, **only)


def drop(indexes: Sequence[Index]) -> None:
    """Remove them."""
    with _beside() as concurrently:
        for one in reversed(indexes):
            op.drop_index(one.name, one.table, if_exists=True, postgresql_concurrently=concurrently)


@contextmanager
def _beside() -> Iterator[bool]:
    if op.get_context().dialect.name != "postgresql":
        yield False
        return
    with op.get_context().autocommit_block():
        yield True

"""The tables of people who sign in: who did and until when, and how often somebody guessed. Accounts' names only."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from outbound.schema import Moment, metadata

sign_in = Table(
    "sign_in",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the session's id: of the table no session can be made
    Column("name", String(80), nullable=False),
    Column("way", String(10), nullable=False),  # local, oidc, proxy
    Column("mark", String(64), nullable=False),  # of the local account as it was then
    Column("rights", Text, nullable=False),  # JSON: roles and departments as the provider gave them; `{}` for others
    Column("at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("ended_at", Moment),  # when somebody signed out
    Index("ix_sign_in_name", "name", "at"),
    Index("ix_sign_in_at", "at"),
)

sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("key", String(64), primary_key=True),  # HMAC of name and address: the table names nobody
    Column("failed", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_sign_in_failure_at", "at"),
)

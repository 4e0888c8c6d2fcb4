"""The schema: what the migrations make is what the code speaks to, on both databases."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import IntegrityError

from outbound import clock
from outbound.ledger import Ledger, migrate
from outbound.ledger import tables as t
from outbound.life import LIVE, Outcome


@pytest.fixture
def ledger(database_url: str) -> Iterator[Ledger]:
    opened = Ledger(database_url)
    yield opened
    opened.close()


def test_the_migrations_make_what_the_tables_say(ledger: Ledger) -> None:
    with ledger.engine.connect() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, t.metadata) == []


def test_a_second_migration_changes_nothing(ledger: Ledger, database_url: str) -> None:
    migrate(database_url)
    with ledger.engine.connect() as tx:
        assert compare_metadata(MigrationContext.configure(tx), t.metadata) == []


def test_the_index_of_live_dispatches_is_partial_and_unique(ledger: Ledger) -> None:
    with ledger.engine.connect() as tx:
        catalogue = "SELECT sql FROM sqlite_master WHERE name = :name" if ledger.sqlite else PG_INDEX
        made = str(tx.execute(text(catalogue), {"name": "uq_dispatch_live"}).scalar()).lower()
    assert "unique" in made
    assert "where" in made
    assert all(f"'{outcome}'" in made for outcome in LIVE)
    assert not any(f"'{outcome}'" in made for outcome in set(Outcome) - LIVE)


PG_INDEX = "SELECT indexdef FROM pg_indexes WHERE indexname = :name"


@pytest.mark.parametrize("first", sorted(LIVE))
@pytest.mark.parametrize("second", sorted(LIVE))
def test_a_letter_has_one_live_dispatch(ledger: Ledger, first: Outcome, second: Outcome) -> None:
    with ledger.writing() as tx:
        letter, consignment = a_letter(tx), a_consignment(tx)
        dispatch(tx, letter, consignment, first)
    with pytest.raises(IntegrityError), ledger.writing() as tx:
        dispatch(tx, letter, consignment, second)
    with ledger.writing() as tx:
        for dead in sorted(set(Outcome) - LIVE):
            dispatch(tx, letter, consignment, dead)
            dispatch(tx, letter, consignment, dead)


def test_every_foreign_key_holds_on_both_databases(ledger: Ledger) -> None:
    with pytest.raises(IntegrityError), ledger.writing() as tx:
        dispatch(tx, uuid4(), uuid4(), Outcome.OPEN)
    with ledger.engine.connect() as tx:
        assert inspect(tx).get_foreign_keys("dispatch")


def a_letter(tx: Connection) -> UUID:
    letter, submission, at = uuid4(), uuid4(), clock.now()
    head = {"id": submission, "system": "jobcenter", "reference": "r", "fingerprints": "{}", "created_at": at}
    tx.execute(t.submission.insert().values(head))
    plain = dict.fromkeys(("department", "letter_type", "case_number", "refused"), "")
    row = {"role": "party", "system": "jobcenter", "reference": "r", "lane": "single", "ready_made": False}
    state = {"status": "SENDING", "version": 1, "deaths": 0, "tries": 0, "created_at": at, "updated_at": at}
    keys = {"id": letter, "submission_id": submission, "recipient_no": 0, "country": "DK", "retention_month": "2027-01"}
    tx.execute(t.letter.insert().values({**plain, **row, **state, **keys, "wish": "any"}))
    return letter


def a_consignment(tx: Connection) -> UUID:
    consignment = uuid4()
    row = {
        "channel": "print",
        "provider": "print",
        "lane": "single",
        "letters": 1,
        "closed_at": clock.now(),
        "tries": 0,
    }
    tx.execute(t.consignment.insert().values(id=consignment, **row))
    return consignment


def dispatch(tx: Connection, letter: UUID, consignment: UUID, outcome: Outcome) -> None:
    row = {"channel": "print", "provider": "print", "kind": "letter", "outcome": outcome, "created_at": clock.now()}
    tx.execute(t.dispatch.insert().values(id=uuid4(), letter_id=letter, consignment_id=consignment, **row))

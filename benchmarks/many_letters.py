"""A ledger of millions of invented letters on PostgreSQL, made in minutes: the same seed makes the same letters.

`python -m benchmarks.many_letters --letters 5000000 --data FOLDER` makes the folder of a stack whose ledger
holds a year of so many letters up to yesterday, and what stands open today. `--database URL` fills a migrated,
empty ledger elsewhere (with `--keys`, the file that its parts are sealed by). It prints `figure many-letters-… s`.

The letters of the year are as retention leaves them: rows, events, dispatches, receipts and money, but no content. What
is open has content, of invented people. Not made: the reading log, and enrolments kept from look-ups.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from benchmarks import filling
from benchmarks.money import copy, keep_tariffs, provider, reminder_entries
from benchmarks.present import Present, number_of, open_cases, seal_contents, share_of
from benchmarks.stories import STORIES, Story
from benchmarks.year import SOURCES, WAYS, Year
from outbound import clock, facts
from outbound.ledger import Ledger, migrate
from outbound.organisation import load_organisation
from outbound.rendering import LetterTypes
from outbound.seal import Seal, new_keys
from outbound.settings import HOME
from outbound.stack.postgres import PostgresServer
from outbound.stack.supervisor import Supervisor
from outbound.tariffs import load_tariffs

LETTERS = 5_000_000
SEED = 7
RUN, CONTAINER = 500, 100
"""Letters of a print run, and of a mailing's container, at most."""
FOLD_AT_ONCE, ENTRIES_OF_LETTER = 20_000, 8
KEY_MONTHS = 132
ESTIMATED_DAYS = 92
"""How far back estimates are made: they would be half of all money, and only their letter's own page reads them."""
LOADING = {
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "1GB",
    "maintenance_work_mem": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
    "jit": "off",
}
"""Of the server while it is filled; afterwards it has its own settings again."""


def fill(url: str, letters: int, seal: Seal, seed: int = SEED, share: float | None = None) -> None:
    """Fill a migrated, empty ledger on PostgreSQL. `share`: of the full present; by default as the letters have it."""
    types, organisation = LetterTypes.load(HOME / "templates" / "letters"), load_organisation(HOME / "config")
    tariffs = load_tariffs(HOME / "config")
    year = Year(clock.today() - timedelta(days=1), letters, seed, tariffs, organisation, types)
    part = share_of(letters) if share is None else share
    with psycopg.connect(conninfo(url)) as db:
        if db.execute("SELECT FROM letter LIMIT 1").fetchone():
            raise SystemExit("There are letters in this ledger; give an empty one.")
        _prepare(db, year, Present(year, part))
    _write(url, seed)
    with psycopg.connect(conninfo(url), autocommit=True) as db:
        _timed("vacuum", lambda: db.execute("VACUUM ANALYZE"))
    ledger = Ledger(url)
    try:
        seal_contents(ledger, seal, types)
        open_cases(ledger, seal, part)
        _timed("facts", lambda: catch_up(ledger))
    finally:
        ledger.close()


def catch_up(ledger: Ledger) -> None:
    """Fold all that there is, as the timer would have done through the year."""
    while facts.fold_days(ledger, FOLD_AT_ONCE * ENTRIES_OF_LETTER):
        pass
    while facts.fold(ledger, FOLD_AT_ONCE):
        pass
    while facts.count_people(ledger):
        pass


def conninfo(url: str) -> str:
    """The address of a database as psycopg takes it, of one as SQLAlchemy does."""
    found = make_url(url).set(drivername="postgresql")
    return found.render_as_string(hide_password=False)


def _prepare(db: psycopg.Connection, year: Year, present: Present) -> None:
    for statement in (*filling.FUNCTIONS, *filling.TABLES):
        db.execute(statement)
    keep_tariffs(db, year.tariffs, "%s")
    batches = [*year.batches, *present.batches()]
    rows = (
        (one.day, one.period, one.first, one.letters, one.begins, one.span, one.mailing, one.slot,
         number_of(one.story), one.patterns)
        for one in batches
    )  # fmt: skip
    copy(db, "bench_batch", "day, period, first, letters, begins, span, mailing, slot, story, patterns", rows)
    sources = (
        (slot, s.system, s.department, s.letter_type, s.ready_made, s.months, s.kind, s.reminds)
        for slot, s in enumerate(year.sources)
    )
    copy(db, "bench_source", "slot, system, department, letter_type, ready_made, months, kind, reminds", sources)
    ways = ((*where, way.pattern, way.refused, number_of(way.story)) for *where, way in year.ways)
    copy(db, "bench_way", "period, kind, slot, pattern, refused, story", ways)
    _prepare_patterns(db, year)
    _prepare_stories(db)
    for statement in (*filling.INDEXES, "ANALYZE"):
        db.execute(statement)


def _prepare_patterns(db: psycopg.Connection, year: Year) -> None:
    columns = "pattern, channel, provider, route, mailbox, sheets, size, letter_class, country"
    rows = (
        (place, p.channel, provider(p.channel), p.route, p.mailbox, p.sheets, p.size, p.letter_class, p.country)
        for place, p in enumerate(year.patterns)
    )
    copy(db, "bench_pattern", columns, rows)
    found = [*enumerate(one.entries for one in year.patterns), (-1, reminder_entries(year.tariffs, year.last))]
    entries = ((number, place, *entry) for number, many in found for place, entry in enumerate(many))
    copy(db, "bench_entry", "pattern, place, stage, measure, amount, certain, inputs, tariff_hash", entries)


def _prepare_stories(db: psycopg.Connection) -> None:
    columns = "story, status, steps, routed, outcome, held_code, waits_for, route, due, spread, rests, acknowledged"
    copy(db, "bench_story", columns, (_story(place, one) for place, one in enumerate(STORIES)))
    steps = (
        (place, number, was, step.now, step.code, step.by, step.after, step.counted_from)
        for place, one in enumerate(STORIES)
        for number, (was, step) in enumerate(one.moves, start=1)
    )
    copy(db, "bench_step", "story, place, was, now, code, by, after, counted_from", steps)


def _story(place: int, one: Story) -> tuple[Any, ...]:
    held = (one.held_code, one.waits_for, one.route, one.due, one.spread, one.rests, one.acknowledged)
    return (place, one.status, len(one.steps), one.routed, one.outcome, *held)


def _write(url: str, seed: int) -> None:
    """Draw, then write the money beside everything else: it is more than half."""
    now, today = clock.now(), clock.today()
    given = {"seed": seed, "now": now, "today": today, "estimated": today - timedelta(days=ESTIMATED_DAYS)}
    sizes = {"sources": SOURCES, "ways": WAYS, "run": RUN, "container": CONTAINER}
    with psycopg.connect(conninfo(url)) as db:
        db.execute("SET LOCAL work_mem = '512MB'")
        _timed("drawing", lambda: db.execute(filling.DRAWN.format(**sizes), given))
        _timed("trying", lambda: db.execute(filling.TRIED.format(**sizes), given))
        db.execute("ANALYZE bench_letter, bench_try")
        foreign = _drop_foreign_keys(db)
    with ThreadPoolExecutor() as side_by_side:
        parts = (filling.ENTRIES, ["entry"]), (filling.WRITTEN, [*filling.WRITTEN])
        for done in [side_by_side.submit(_write_part, url, *part, given) for part in parts]:
            done.result()
    with psycopg.connect(conninfo(url)) as db:
        for statement in foreign:
            db.execute(statement)
        db.execute("UPDATE pg_constraint SET convalidated = true WHERE contype = 'f'")
        _clear(db)


def _drop_foreign_keys(db: psycopg.Connection) -> list[str]:
    """Else no table could be emptied by itself; how each is made again, without looking at every row."""
    found = db.execute(
        """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE contype = 'f' ORDER BY 1, 2"""
    ).fetchall()
    for table, name, _ in found:
        db.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    return [f"ALTER TABLE {table} ADD CONSTRAINT {name} {made} NOT VALID" for table, name, made in found]


def _write_part(url: str, statements: Mapping[str, str], tables: Sequence[str], given: Mapping[str, Any]) -> None:
    """These tables in one transaction, most indexes afterwards.

    A table that was emptied in the transaction that fills it needs no log, where the server keeps the least.
    """
    with psycopg.connect(conninfo(url)) as db:
        for setting in ("session_replication_role = replica", "work_mem = '512MB'", "maintenance_work_mem = '1GB'"):
            db.execute(f"SET LOCAL {setting}")
        db.execute(f"TRUNCATE {', '.join(tables)}")
        dropped = _drop_indexes(db, tables)
        for name, statement in statements.items():
            _timed(name, partial(db.execute, statement, given))
        for name, statement in dropped.items():
            _timed(name, partial(db.execute, statement))


def _drop_indexes(db: psycopg.Connection, tables: Sequence[str]) -> dict[str, str]:
    """Those that no constraint needs; how each is made."""
    found = db.execute(
        """SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
        WHERE i.indrelid::regclass::text = ANY(%s)
        AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)""",
        [list(tables)],
    ).fetchall()
    for name, _ in found:
        db.execute(f"DROP INDEX {name}")
    return dict(found)


def _clear(db: psycopg.Connection) -> None:
    """Leave nothing of the benchmark's own."""
    names = db.execute(r"SELECT relname FROM pg_class WHERE relname LIKE 'bench\_%' AND relkind = 'r'").fetchall()
    for (name,) in names:
        db.execute(f"DROP TABLE {name}")
    for (name,) in db.execute(r"SELECT oid::regprocedure FROM pg_proc WHERE proname LIKE 'bench\_%'").fetchall():
        db.execute(f"DROP FUNCTION {name}")


def _timed(name: str, act: Callable[[], object]) -> None:
    begin = time.perf_counter()
    act()
    print(f"figure many-letters-{name.replace(' ', '-')} {time.perf_counter() - begin:.1f} s", flush=True)


@contextmanager
def server(folder: Path) -> Iterator[PostgresServer]:
    """The PostgreSQL of a stack's folder."""
    with Supervisor(folder) as supervisor:
        found = PostgresServer(supervisor, folder / "postgres", durable=True)
        found.start()
        yield found


def make(folder: Path, letters: int, seed: int = SEED, share: float | None = None) -> None:
    """Make a stack's folder with such a ledger in it."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    keys = keys_of(folder / "keys" / "seal.json")
    begin = time.perf_counter()
    with server(folder) as postgres:
        url = postgres.ensure("outbound")
        migrate(url)
        _set(postgres, LOADING)
        fill(url, letters, Seal(keys), seed, share)
        _set(postgres, {})
    print(f"figure many-letters {time.perf_counter() - begin:.1f} s")


def _set(postgres: PostgresServer, settings: dict[str, str]) -> None:
    """Start it again with these settings and its own."""
    with psycopg.connect(postgres.conninfo(), autocommit=True) as db:
        db.execute("ALTER SYSTEM RESET ALL")
        for name, value in settings.items():
            db.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    postgres.stop()
    postgres.start()


def keys_of(file: Path) -> Path:
    """The key file, made where there is none."""
    first = clock.today().replace(day=1)
    months = [(first.year * 12 + first.month - 1 + n) for n in range(KEY_MONTHS + 1)]
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new_keys(file, [f"{month // 12}-{month % 12 + 1:02}" for month in months])
    return file


def main() -> None:
    """A folder of its own, or a database that is given."""
    parser = argparse.ArgumentParser(description="A ledger of millions of invented letters on PostgreSQL.")
    parser.add_argument("--letters", type=int, default=LETTERS)
    parser.add_argument("--seed", type=int, default=SEED)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--data", type=Path, help="the folder of a stack, made or gone on with")
    where.add_argument("--database", help="the address of a migrated, empty ledger, as OUTBOUND_DATABASE_URL")
    parser.add_argument("--keys", type=Path, help="with --database: the file of seal keys, made where there is none")
    given = parser.parse_args()
    if given.data:
        make(given.data, given.letters, given.seed)
    elif given.keys:
        fill(given.database, given.letters, Seal(keys_of(given.keys)), given.seed)
    else:
        parser.error("--database needs --keys.")


if __name__ == "__main__":
    main()

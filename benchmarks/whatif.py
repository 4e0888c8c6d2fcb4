"""What-if over a year of a million letters: the time beside a plain SQL sum over the same rows, in one run.

`python -m benchmarks.whatif` makes a ledger of invented hand-overs on each database, lets the timer's fold catch up,
and asks: what if 5 points more were enrolled, and postage rose to 30 kr.? It prints `figure whatif-… s` for the answer,
for the plain sum and for the fold, and `ratio whatif-…` (answer over plain sum).
"""

import argparse
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import func, select

from benchmarks.money import Pattern, copy, entries, keep_tariffs, provider
from outbound import facts
from outbound.accounts import BOOKED, CORRECTED
from outbound.ledger import Ledger, migrate
from outbound.ledger import tables as t
from outbound.letter import Channel
from outbound.postage import Sending, Tariffs
from outbound.reports.reading import Period
from outbound.reports.whatif import Change, what_if
from outbound.settings import HOME
from outbound.stack.postgres import PostgresServer
from outbound.stack.supervisor import Supervisor
from outbound.tariffs import load_tariffs

LETTERS = 1_000_000
YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
DEPARTMENTS, TYPES = 12, 20
DIGITAL = [("enrolled", "enrolled")]
PAPER = [("exempt", "exempt"), ("not-enrolled", "not-enrolled"), ("under-15", "under-15"), ("paper-only", "enrolled")]
CHANGE = Change(postage=3000, enrolled=Fraction(5))
FOLD_AT_ONCE = 20_000
ENTRY = "letter_id, dispatch_id, stage, measure, amount, certain, inputs, tariff_hash, at, day"
FROM_PATTERNS = f"""INSERT INTO entry ({ENTRY})
    SELECT p.letter_id, p.dispatch_id, q.stage, q.measure, q.amount, q.certain, q.inputs, q.tariff_hash, p.at, p.day
    FROM bench_plan p JOIN bench_pattern q ON q.pattern = p.pattern WHERE {{}}"""


def patterns(tariffs: Tariffs) -> list[Pattern]:
    """Letters to the mailbox of 200 sizes, and letters on paper of a few."""
    digital = [(Channel.DIGITAL, way, 1 + size % 3, 20_000 + size * 1024) for way in DIGITAL for size in range(200)]
    paper = [(Channel.PRINT, way, 1 + size % 9, 20_000 + size * 1024) for way in PAPER for size in range(40)]
    return [_pattern(tariffs, *one) for one in (*digital, *paper)]


def _pattern(tariffs: Tariffs, channel: Channel, way: tuple[str, str], sheets: int, size: int) -> Pattern:
    sending = Sending(channel, provider(channel), sheets, "economy", "DK", size)
    return Pattern(str(channel), *way, sheets, size, entries(tariffs, sending, YEAR.first, *way))


def planned(letters: int, found: list[Pattern]) -> Iterator[tuple[int, int, str, str]]:
    """Each letter's number, pattern, moment and day: over the year's days, three in four to the mailbox."""
    chance = random.Random(7)
    digital = [number for number, one in enumerate(found) if one.channel == Channel.DIGITAL]
    paper = [number for number, one in enumerate(found) if one.channel == Channel.PRINT]
    days = (YEAR.last - YEAR.first).days + 1
    for number in range(letters):
        day = YEAR.first + timedelta(days=number * days // letters)
        pattern = chance.choice(digital if chance.random() < 0.75 else paper)
        yield number, pattern, f"{day} 10:{number // 60 % 60:02d}:{number % 60:02d}.000000", f"{day}"


def rows(letters: int, found: list[Pattern]) -> Iterator[dict[str, tuple[Any, ...]]]:
    """A row of each table for each letter."""
    for number, pattern, at, day in planned(letters, found):
        one, key, sent = found[pattern], f"{number + 1:032x}", f"{number + 1:031x}d"
        about = (f"afdeling-{number % DEPARTMENTS}", f"type-{number * 7 % TYPES}")
        refused = number % 200 == 0
        yield {
            "submission": (key, "bench", key, "{}", at),
            "letter": (
                key, key, 0, "party", "bench", key, *about, "", "single", False, 0, "CPR", "DK", "2030-01", "any", "",
                "normal", "DELIVERED", 1, one.route, one.channel, one.mailbox, one.sheets, one.size, 0, 0, at, at,
            ),
            "dispatch": (
                sent, key, f"{1:032x}", one.channel, provider(one.channel), "letter",
                "refused" if refused else "taken", at, at,
            ),
            "bench_plan": (key, sent, at, day, pattern, refused),
        }  # fmt: skip


COLUMNS = {
    "submission": "id, system, reference, fingerprints, created_at",
    "letter": "id, submission_id, recipient_no, role, system, reference, department, letter_type, case_number, lane, "
    "ready_made, attachments, id_type, country, retention_month, wish, refused, format, status, version, route, "
    "channel, mailbox, sheets, bytes, deaths, tries, created_at, updated_at",
    "dispatch": "id, letter_id, consignment_id, channel, provider, kind, outcome, created_at, taken_at",
    "bench_plan": "letter_id, dispatch_id, at, day, pattern, refused",
}
TEMPORARY = (
    """CREATE TEMPORARY TABLE bench_plan (
        letter_id {id}, dispatch_id {id}, at {at}, day date, pattern int, refused boolean)""",
    """CREATE TEMPORARY TABLE bench_pattern (
        pattern int, place int, stage text, measure text, amount bigint, certain boolean, inputs text,
        tariff_hash text)""",
)
PATTERN = "pattern, place, stage, measure, amount, certain, inputs, tariff_hash"


def pattern_rows(found: list[Pattern]) -> Iterator[tuple[Any, ...]]:
    for number, one in enumerate(found):
        yield from ((number, place, *entry) for place, entry in enumerate(one.entries))


def fill_sqlite(file: Path, letters: int, found: list[Pattern], tariffs: Tariffs) -> None:
    """Everything in one go, without the care that a real ledger takes of each commit."""
    with sqlite3.connect(file, isolation_level=None) as db:
        for pragma in (
            "foreign_keys=OFF",
            "synchronous=OFF",
            "journal_mode=OFF",
            "cache_size=-500000",
            "temp_store=MEMORY",
        ):
            db.execute(f"PRAGMA {pragma}")
        dropped = db.execute("SELECT name, sql FROM sqlite_master WHERE type='index' AND tbl_name='entry'").fetchall()
        db.execute("BEGIN")
        for name, _ in dropped:
            db.execute(f"DROP INDEX {name}")
        for table in TEMPORARY:
            db.execute(table.format(id="char(32)", at="text"))
        keep_tariffs(db, tariffs, "?")
        db.executemany(f"INSERT INTO bench_pattern ({PATTERN}) VALUES ({marks(PATTERN)})", pattern_rows(found))
        for some in portions(rows(letters, found)):
            for table, columns in COLUMNS.items():
                db.executemany(
                    f"INSERT INTO {table} ({columns}) VALUES ({marks(columns)})", [row[table] for row in some]
                )
        book(db)
        for _, statement in dropped:
            db.execute(statement)
        db.execute("COMMIT")
        db.execute("ANALYZE")


def fill_postgresql(conninfo: str, letters: int, found: list[Pattern], tariffs: Tariffs) -> None:
    """By COPY, and without the triggers that check foreign keys."""
    with psycopg.connect(conninfo) as db:
        db.execute("SET session_replication_role = replica")
        dropped = db.execute("SELECT indexname, indexdef FROM pg_indexes WHERE indexname LIKE 'ix_entry_%'").fetchall()
        for name, _ in dropped:
            db.execute(f"DROP INDEX {name}")
        for table in TEMPORARY:
            db.execute(table.format(id="uuid", at="timestamptz"))
        keep_tariffs(db, tariffs, "%s")
        copy(db, "bench_pattern", PATTERN, pattern_rows(found))
        for some in portions(rows(letters, found)):
            for table, columns in COLUMNS.items():
                copy(db, table, columns, (row[table] for row in some))
        book(db)
        for _, statement in dropped:
            db.execute(statement)
    with psycopg.connect(conninfo, autocommit=True) as db:
        db.execute("VACUUM ANALYZE")


def book(db: Any) -> None:
    """Estimates and hand-overs, and then what was refused of them is taken back."""
    db.execute(FROM_PATTERNS.format(f"q.stage <> '{CORRECTED}'"))
    db.execute(FROM_PATTERNS.format(f"p.refused AND q.stage = '{CORRECTED}'"))


def marks(columns: str) -> str:
    return ", ".join("?" for _ in columns.split(","))


def portions(found: Iterator[Any], size: int = 50_000) -> Iterator[list[Any]]:
    some: list[Any] = []
    for one in found:
        some.append(one)
        if len(some) == size:
            yield some
            some = []
    yield some


def measure(database: str, ledger: Ledger, tariffs: Tariffs) -> None:
    """Fold, sum and ask, and print the figures."""
    begin = time.perf_counter()
    while facts.fold(ledger, FOLD_AT_ONCE):
        pass
    print(f"figure whatif-fold-{database} {time.perf_counter() - begin:.2f} s", flush=True)
    with ledger.reading() as tx:
        kinds = tx.execute(select(func.count()).select_from(t.hand_over_kind)).scalar()
    print(f"figure whatif-kinds-{database} {kinds} kinds")
    e = t.entry.c
    wanted = select(func.sum(e.amount)).where(e.stage.in_((BOOKED, CORRECTED)), e.day >= YEAR.first, e.day <= YEAR.last)
    with ledger.reading() as tx:
        begin = time.perf_counter()
        tx.execute(wanted).scalar()
        plain = time.perf_counter() - begin
        begin = time.perf_counter()
        answer = what_if(tx, YEAR, CHANGE, tariffs)
        asked = time.perf_counter() - begin
    print(f"figure whatif-plain-sum-{database} {plain:.2f} s")
    print(f"figure whatif-{database} {asked:.2f} s")
    print(f"ratio whatif-{database} {asked / plain:.2f}")
    real, other = (one.letters for one in (answer.total.real, answer.total.other))
    print(f"figure whatif-letters-{database} {real.digital}+{real.printed}->{other.digital}+{other.printed} letters")


def on_sqlite(folder: Path, letters: int, tariffs: Tariffs) -> None:
    file = folder / "ledger.db"
    migrate(f"sqlite:///{file}")
    begin = time.perf_counter()
    fill_sqlite(file, letters, patterns(tariffs), tariffs)
    print(f"figure whatif-making-sqlite {time.perf_counter() - begin:.1f} s", flush=True)
    ledger = Ledger(f"sqlite:///{file}")
    measure("sqlite", ledger, tariffs)
    ledger.close()


def on_postgresql(folder: Path, letters: int, tariffs: Tariffs) -> None:
    with Supervisor(folder) as supervisor:
        server = PostgresServer(supervisor, folder / "postgres")
        server.start()
        url = server.create("bench")
        migrate(url)
        begin = time.perf_counter()
        fill_postgresql(server.conninfo("bench"), letters, patterns(tariffs), tariffs)
        print(f"figure whatif-making-postgresql {time.perf_counter() - begin:.1f} s", flush=True)
        ledger = Ledger(url)
        measure("postgresql", ledger, tariffs)
        ledger.close()


def main() -> None:
    """Both databases, or the one that is asked for."""
    parser = argparse.ArgumentParser(description="What-if over a year, beside a plain SQL sum over the same rows.")
    parser.add_argument("--letters", type=int, default=LETTERS)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    given = parser.parse_args()
    tariffs = load_tariffs(HOME / "config")
    ways = {"sqlite": on_sqlite, "postgresql": on_postgresql}
    for database in given.database or ways:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            Path(folder).chmod(0o755)
            ways[database](Path(folder), given.letters, tariffs)


if __name__ == "__main__":
    main()

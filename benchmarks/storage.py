"""How much the ledger grows: bytes for 100,000 letters, on both databases, and what their back-ups take.

`python -m benchmarks.storage --letters 1000` lets letters of three kinds go their whole way in one process (real
ledger, seal and renderer; suppliers that take everything and tell so by receipt), vacuums, and prints for each
database and kind `figure storage-… GB/100k`, the largest tables, and the size of a dump (a copy for SQLite).
"""

import argparse
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import text

from outbound import clock
from outbound.ledger import Ledger, migrate
from outbound.letter import Mailbox, ReadyMade, Submission
from outbound.stack.postgres import PostgresServer, find_programs
from outbound.stack.supervisor import Supervisor
from tests.delivery.walking import run_to_rest
from tests.house import House, hand_in, open_house, submission
from tests.outside import World
from tests.people import person
from tests.rendering.pdfs import pdf

KINDS = ("template-digital", "template-print", "ready-made")
HUNDRED_THOUSAND, GB = 100_000, 1e9
TABLES = 5  # of the largest, that are shown


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=1_000, help="of each kind")
    parser.add_argument("--ready-made-bytes", type=int, default=100_000, help="of each ready-made PDF")
    given = parser.parse_args()
    for database in ("sqlite", "postgresql"):
        for kind in KINDS:
            measure(database, kind, given.letters, given.ready_made_bytes)


def measure(database: str, kind: str, letters: int, size: int) -> None:
    """One kind of letters on one database."""
    with tempfile.TemporaryDirectory(prefix="storage-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with _database(database, folder) as url:
            migrate(url)
            world = World()
            house = open_house(url, folder, world, print_gather_seconds=0.0, handful=100, digital_post_per_minute=0)
            before = _size(house.ledger, url)
            _letters(house, world, kind, letters, size)
            _vacuum(house.ledger)
            share = HUNDRED_THOUSAND / letters / GB
            grown = (_size(house.ledger, url) - before) * share
            print(f"figure storage-{database}-{kind} {grown:.2f} GB/100k", flush=True)
            for table, taken in _tables(house.ledger)[:TABLES]:
                print(f"figure storage-{database}-{kind}-{table} {taken * share:.2f} GB/100k")
            house.ledger.close()
            print(f"figure storage-{database}-{kind}-copy {_copy(url, folder) * share:.2f} GB/100k", flush=True)


def _letters(house: House, world: World, kind: str, count: int, size: int) -> None:
    """In portions, as the day brings them; each arrives."""
    world.enrolment.default = Mailbox.EXEMPT if kind == "template-print" else Mailbox.ENROLLED
    for start in range(0, count, 200):
        hand_in(house, *(_one(kind, number, size) for number in range(start, min(start + 200, count))))
        run_to_rest(house, rounds=1_000)
        world.report()
        run_to_rest(house, rounds=1_000)


def _one(kind: str, number: int, size: int) -> Submission:
    cpr = person("exempt" if kind == "template-print" else "well", number)
    if kind != "ready-made":
        return submission(cpr, reference=f"{kind}-{number}")
    padding = b"x" * max(0, size - len(pdf()))  # what is sealed is as long as it comes, whatever is in it
    finished = ReadyMade(pdf(contents=b"0 0 m\n%" + padding), "Svar på din ansøgning", clock.today())
    one = submission(cpr, reference=f"{kind}-{number}")
    return replace(one, letter_type="faerdigt-brev", department="borgerservice", fields=None, ready_made=finished)


@contextmanager
def _database(name: str, folder: Path) -> Iterator[str]:
    if name == "sqlite":
        yield f"sqlite:///{folder / 'ledger.sqlite'}"
        return
    with Supervisor(folder) as supervisor:
        server = PostgresServer(supervisor, folder / "postgres")
        server.start()
        yield server.create("outbound")


def _vacuum(ledger: Ledger) -> None:
    with ledger.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as tx:
        tx.execute(text("VACUUM"))
        if ledger.sqlite:
            tx.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


def _size(ledger: Ledger, url: str) -> int:
    """Bytes on the disk: tables and indexes, without the log."""
    if ledger.sqlite:
        return Path(url.removeprefix("sqlite:///")).stat().st_size
    with ledger.engine.connect() as tx:
        return int(tx.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def _tables(ledger: Ledger) -> list[tuple[str, int]]:
    """Each table with its indexes, the largest first."""
    with ledger.engine.connect() as tx:
        if ledger.sqlite:
            found = tx.execute(text("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC"))
        else:
            found = tx.execute(
                text("SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables ORDER BY 2 DESC")
            )
        return [(str(name), int(taken)) for name, taken in found]


def _copy(url: str, folder: Path) -> int:
    """Bytes of a back-up by the run-book's commands."""
    file = folder / "copy"
    if url.startswith("sqlite"):
        return Path(url.removeprefix("sqlite:///")).stat().st_size
    address = url.replace("+psycopg", "")
    words = [str(find_programs() / "pg_dump"), "--format=custom", "--no-owner", "--file", str(file), address]
    subprocess.run(words, check=True)
    return file.stat().st_size


if __name__ == "__main__":
    main()

"""How long pages take to answer with millions of letters behind them, while letters come in and go out.

`python -m benchmarks.pages --data FOLDER` starts the whole router on such a folder (benchmarks.many_letters makes it;
with `--letters` it is made here) and asks each page so many times. It prints `figure page-…-p50 ms`, `-p95 ms` and
`-bytes`, and how many letters came in meanwhile.
"""

import argparse
import re
import statistics
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from math import ceil
from pathlib import Path

import httpx
from argon2 import PasswordHasher
from sqlalchemy import select

from benchmarks.mail import ENV, mail, quicken
from benchmarks.many_letters import SEED, make
from outbound import clock
from outbound.ledger import Ledger
from outbound.ledger import tables as t
from outbound.stack.up import Stack

TIMES = 50
FEED, EVERY = 20, 10.0
"""So many letters come in every so many seconds, as long as pages are asked for."""
PASSWORD = "en lang og opdigtet adgangskode"
NAME = "måler"
ROLES = ("drift", "ledelse", "sag", "post", "dpo")


def accounts_in(folder: Path) -> Path:
    """Somebody who may see every page."""
    file = folder / "accounts.toml"
    digest = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    file.write_text(f'[[account]]\nname = "{NAME}"\nhash = "{digest}"\nroles = {list(ROLES)}\ndepartments = ["*"]\n')
    return file


@contextmanager
def signed_in(url: str) -> Iterator[httpx.Client]:
    """A browser of that account's."""
    with httpx.Client(base_url=url, timeout=120, follow_redirects=True) as browser:
        found = re.search(r'name="token" value="([^"]*)"', browser.get("/log-ind").text)
        token = found[1] if found else ""
        browser.post("/log-ind", data={"navn": NAME, "kode": PASSWORD, "token": token}).raise_for_status()
        yield browser


def pages(ledger: Ledger) -> Mapping[str, str]:
    """What is asked for, by name: the pages of all who work with letters."""
    today, row = clock.today(), t.letter.c
    year = f"fra={today - timedelta(days=365):%Y-%m}&til={today:%Y-%m}"
    with ledger.reading() as tx:
        one = tx.execute(select(t.letter).where(row.channel == "print", row.status == "DELIVERED").limit(1)).one()
        run = tx.execute(select(t.print_run.c.id).order_by(t.print_run.c.closed_at.desc()).limit(1)).scalar_one()
    return {
        "drift": "/drift",
        "drift-live": "/drift/nu",
        "letters": "/drift/breve",
        "letters-of-type": f"/drift/breve?type={one.letter_type}",
        "letters-of-department": f"/drift/breve?forvaltning={one.department}&tilstand=DELIVERED&kanal=print",
        "letters-held": "/drift/breve?tilstand=HELD&venter=department",
        "letters-of-yesterday": f"/drift/breve?fra={today - timedelta(days=1)}&til={today}",
        "letters-of-run": f"/drift/breve?koersel={run}",
        "letter": f"/drift/breve/{one.id}",
        "delivered": "/drift/tilstand/DELIVERED",
        "held": "/drift/standset?kode=no-postal-address&venter=sender",
        "incidents": "/drift/haendelser",
        "loose-receipts": "/drift/kvitteringer",
        "doubts": "/drift/tvivl",
        "returns": "/drift/retur",
        "lost": "/drift/tabte",
        "runs": "/drift/koersler",
        "run": f"/drift/koersler/{run}",
        "mailings": "/drift/masseforsendelser",
        "many": "/drift/mange",
        "faulty": "/drift/fejl",
        "webhooks": "/drift/webhooks",
        "cases": "/sager",
        "cases-letter": f"/sager/breve/{one.id}",
        "post-room": "/post/retur",
        "management-year": f"/ledelse?{year}",
        "data-protection": "/dpo",
        "reading-log": "/dpo/laeselog",
        "metrics": "/metrics",
    }


@contextmanager
def letters_coming(stack: Stack, ledger: Ledger) -> Iterator[list[int]]:
    """Hand letters in, every few seconds, and let the workers work; the numbers that went in."""
    ended = threading.Event()
    fed: list[int] = []
    begun = f"{clock.now():%Y%m%dT%H%M%S}"

    def feed() -> None:
        while not ended.wait(EVERY if fed else 0):
            mail(stack, ledger, range(FEED), f"sider-{begun}-{len(fed)}")
            fed.append(FEED)

    thread = threading.Thread(target=feed)
    thread.start()
    try:
        yield fed
    finally:
        ended.set()
        thread.join()


def ask(browser: httpx.Client, name: str, path: str, times: int) -> None:
    """Ask so often, and print what it took."""
    spans, size, answer = [], 0, browser.get(path)
    if answer.status_code != 200:
        print(f"left out page-{name}: {path.split('?')[0]} answered {answer.status_code}", flush=True)
        return
    for _ in range(times):
        begin = time.perf_counter()
        answer = browser.get(path)
        spans.append((time.perf_counter() - begin) * 1000)
        size = len(answer.content)
    print(f"figure page-{name}-p50 {statistics.median(spans):.0f} ms")
    print(f"figure page-{name}-p95 {sorted(spans)[ceil(0.95 * times) - 1]:.0f} ms")
    print(f"figure page-{name}-bytes {size} bytes", flush=True)


def measure(folder: Path, times: int, only: list[str] | None = None) -> None:
    """Every page, on a running router."""
    env = {**ENV, "OUTBOUND_ACCOUNTS_FILE": str(accounts_in(folder)), "OUTBOUND_METRICS_SECONDS": "0"}
    with Stack(folder, env, postgres=True, cores=2) as stack:
        ledger = Ledger(stack.env["OUTBOUND_DATABASE_URL"])
        quicken(stack)
        with letters_coming(stack, ledger) as fed, signed_in(stack.url) as browser:
            for name, path in pages(ledger).items():
                if not only or name in only:
                    ask(browser, name, path, times)
        print(f"figure page-letters-meanwhile {sum(fed)} letters")
        ledger.close()


def main() -> None:
    """On a folder that is there, or one made for it."""
    parser = argparse.ArgumentParser(description="How long pages take with millions of letters behind them.")
    parser.add_argument("--data", type=Path, required=True, help="the folder of a stack")
    parser.add_argument("--letters", type=int, help="make it first, with so many letters")
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--only", action="append", help="this page alone, by its name")
    given = parser.parse_args()
    if given.letters:
        make(given.data, given.letters, SEED)
    measure(given.data, given.times, given.only)


if __name__ == "__main__":
    main()

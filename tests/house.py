"""A house for tests: the real ledger, seal, rules and renderer, with the outside that the test gives it."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, select

from outbound import clock
from outbound.delivery import House
from outbound.delivery.house import House as _House
from outbound.intake import take_in
from outbound.ledger import Ledger
from outbound.ledger import tables as t
from outbound.ledger.letters import letter
from outbound.ledger.values import Letter
from outbound.letter import Recipient, Role, Submission
from outbound.organisation import Organisation, load_organisation
from outbound.postage import Tariffs
from outbound.postcodes import load_districts
from outbound.rendering import LetterTypes
from outbound.seal import Seal, new_keys
from outbound.settings import HOME, Settings, load
from outbound.tariffs import load_tariffs
from tests.outside import World
from tests.tampering import unguarded

NOTICE = "moedeindkaldelse"
DECISION = "boligstoette-afgoerelse"


@cache
def _policy() -> tuple[LetterTypes, Organisation, Tariffs]:
    types = LetterTypes.load(HOME / "templates" / "letters")
    return types, load_organisation(HOME / "config"), load_tariffs(HOME / "config" / "tariffs.toml")


class Crash(BaseException):
    """A worker dies here."""


class Killed(Crash):
    """A worker dies of the letter it has in hand."""


class Fate(threading.local):
    """What is to happen to the worker of this thread: which of its commits kills it, before it or just after it.

    Only commits that change something are counted. `before_each` is called before each transaction begins, `at_each`
    with the number of each commit.
    """

    def __init__(self) -> None:
        self.commits = 0
        self.die_at: int | None = None
        self.after = False
        self.before_each: Callable[[], None] | None = None
        self.at_each: Callable[[int], None] | None = None


class CrashingLedger(Ledger):
    """The real ledger, in which a worker dies as its `fate` will have it."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.fate = Fate()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        fate = self.fate
        if fate.before_each:
            fate.before_each()
        with super().writing() as tx:
            before = self._changes(tx)
            yield tx
            changed = self._changes(tx) != before
            fate.commits += changed
            if changed and fate.at_each:
                fate.at_each(fate.commits)
            if changed and fate.commits == fate.die_at and not fate.after:
                raise Crash
        if changed and fate.commits == fate.die_at:
            raise Crash

    def _changes(self, tx: Connection) -> int:
        """Something that is another number once the transaction has written."""
        if self.sqlite:
            return int(tx.connection.dbapi_connection.total_changes)  # type: ignore[union-attr]
        return int(tx.exec_driver_sql("SELECT coalesce(pg_current_xact_id_if_assigned()::text, '0')").scalar() or 0)

    def wipe(self) -> None:
        """Empty every table."""
        with super().writing() as tx, unguarded(tx):
            for table in reversed(t.metadata.sorted_tables):
                tx.execute(table.delete())


def keys_file(folder: Path) -> Path:
    path = folder / "keys.json"
    if not path.exists():
        new_keys(path, [f"{year}-{month:02d}" for year in range(2026, 2040) for month in range(1, 13)])
    return path


def settings_for(**changes: Any) -> Settings:
    """Short waits; what the test changes stands over them."""
    short = {
        "render_lease": 60.0,
        "send_lease": 60.0,
        "quiet_seconds": 30.0,
        "retry_first": 10.0,
        "print_gather_seconds": 0.0,
        "unknown_recheck": 60.0,
        "doubt_ask_seconds": 60.0,
        "metrics_seconds": 0.0,
    }
    return load().model_copy(update={**short, **changes})


def open_house(url: str, folder: Path, world: World, **changes: Any) -> House:
    """A house on a migrated, empty ledger."""
    types, organisation, tariffs = _policy()
    settings = settings_for(database_url=url, seal_keys_file=keys_file(folder), **changes)
    seal = Seal(keys_file(folder))
    districts = load_districts(HOME / "config")
    return _House(settings, CrashingLedger(url), seal, types, organisation, tariffs, world.outside(), districts)


def submission(cpr: str | None = None, **changes: Any) -> Submission:
    """A meeting notice to one person, as a specialist system would hand it in."""
    types, *_ = _policy()
    letter_type = changes.get("letter_type", NOTICE)
    department = changes.pop("department", types[letter_type].department)
    values: dict[str, Any] = {
        "system": "jobcenter",
        "reference": f"ref-{uuid4().hex[:12]}",
        "department": department,
        "letter_type": letter_type,
        "recipients": (Recipient(Role.PARTY, "Solvej Prøvesen", cpr=cpr),),
        "fields": types[letter_type].example,
        **changes,
    }
    return Submission(**values)


def hand_in(house: House, *submissions: Submission) -> list[UUID]:
    """Submit, and give the letters' ids."""
    ids: list[UUID] = []
    for one in submissions:
        with house.ledger.writing() as tx:
            ids += take_in(tx, house, one).letters
    return ids


def look(house: House, letter_id: UUID) -> Letter:
    """The letter now."""
    with house.ledger.reading() as tx:
        found = letter(tx, letter_id)
    assert found is not None
    return found


def dispatches(house: House, letter_id: UUID) -> Sequence[Any]:
    """Its dispatches, oldest first."""
    with house.ledger.reading() as tx:
        wanted = select(t.dispatch).where(t.dispatch.c.letter_id == letter_id).order_by(t.dispatch.c.created_at)
        return tx.execute(wanted).all()


def events(house: House, letter_id: UUID) -> list[str]:
    """The codes of what happened to it."""
    with house.ledger.reading() as tx:
        wanted = select(t.event.c.code).where(t.event.c.letter_id == letter_id).order_by(t.event.c.id)
        return list(tx.execute(wanted).scalars())


class MovingClock:
    """Moves the time of this process (and of every process started with its environment)."""

    def __init__(self, file: Path) -> None:
        self.file, self.offset = file, timedelta(0)
        self._write()

    def pass_(self, **span: float) -> None:
        self.offset += timedelta(**span)
        self._write()

    def to(self, moment: Any) -> None:
        self.offset += moment - clock.now()
        self._write()

    def _write(self) -> None:
        temporary = self.file.with_suffix(".new")
        temporary.write_text(str(self.offset.total_seconds()))
        temporary.replace(self.file)

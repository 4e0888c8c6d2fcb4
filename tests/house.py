"""A house for tests: the real ledger, seal, rules and renderer, with the outside that the test gives it."""

from collections.abc import Iterator, Sequence
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
from outbound.rendering import LetterTypes
from outbound.seal import Seal, new_keys
from outbound.settings import HOME, Settings, load
from outbound.tariffs import load_tariffs
from tests.outside import World

NOTICE = "moedeindkaldelse"
DECISION = "boligstoette-afgoerelse"


@cache
def _policy() -> tuple[LetterTypes, Organisation, Tariffs]:
    types = LetterTypes.load(HOME / "templates" / "letters")
    return types, load_organisation(HOME / "config"), load_tariffs(HOME / "config" / "tariffs.toml")


class Crash(BaseException):
    """A worker dies here."""


class CrashingLedger(Ledger):
    """Dies at the chosen commit, before it or just after it."""

    commits = 0
    die_at: int | None = None
    after = False

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with super().writing() as tx:
            yield tx
            self.commits += 1
            if self.commits == self.die_at and not self.after:
                raise Crash
        if self.commits == self.die_at and self.after:
            raise Crash


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
    }
    return load().model_copy(update={**short, **changes})


def open_house(url: str, folder: Path, world: World, **changes: Any) -> House:
    """A house on a migrated, empty ledger."""
    types, organisation, tariffs = _policy()
    settings = settings_for(database_url=url, seal_keys_file=keys_file(folder), **changes)
    seal = Seal(keys_file(folder))
    return _House(settings, CrashingLedger(url), seal, types, organisation, tariffs, world.outside())


def submission(cpr: str | None = None, **changes: Any) -> Submission:
    """A meeting notice to one person, as a specialist system would hand it in."""
    types, organisation, _ = _policy()
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

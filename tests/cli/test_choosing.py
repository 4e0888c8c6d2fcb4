"""The options by which letters are chosen: each narrows by what it names, and a command has those it asks for."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
import typer
from typer.testing import CliRunner

from outbound.cli.choosing import OPTIONS, OUT_OF, choosing
from outbound.cli.faults import CannotDo
from outbound.ledger.search import Wanted
from outbound.letter import Channel, WaitsFor
from outbound.life import Status

ONE, OTHER, THIRD = UUID(int=1), UUID(int=2), UUID(int=3)
EACH: list[tuple[str, str, Wanted]] = [
    ("--state", "HELD", Wanted(status=Status.HELD)),
    ("--code", "held-by-person", Wanted(held_code="held-by-person")),
    ("--waits-for", next(iter(WaitsFor)), Wanted(waits_for=next(iter(WaitsFor)))),
    ("--system", "jobcenter", Wanted(system="jobcenter")),
    ("--department", "BSK", Wanted(department="BSK")),
    ("--type", "afgoerelse", Wanted(letter_type="afgoerelse")),
    ("--channel", "print", Wanted(channel=Channel.PRINT)),
    ("--mailing", str(ONE), Wanted(mailing_id=ONE)),
    ("--provider", "printhuset", Wanted(provider="printhuset")),
    ("--run", str(OTHER), Wanted(run=OTHER)),
    ("--batch", str(THIRD), Wanted(batch=THIRD)),
    ("--from", "2026-11-01", Wanted(since=date(2026, 11, 1))),
    ("--to", "2026-11-02", Wanted(until=date(2026, 11, 2))),
]


def chosen(*given: str, names: tuple[str, ...] = ()) -> Any:
    """What a command with these options is handed; its exit code where it does not take them. Raises CannotDo."""
    handed: list[Wanted] = []
    app = typer.Typer()

    @app.command()
    @choosing(*names)
    def command(wanted: Wanted) -> None:
        handed.append(wanted)

    done = CliRunner().invoke(app, list(given))
    if isinstance(done.exception, CannotDo):
        raise done.exception
    return handed[0] if handed else done.exit_code


@pytest.mark.parametrize(("option", "value", "wanted"), EACH)
def test_each_narrows_by_what_it_names(option: str, value: str, wanted: Wanted) -> None:
    assert chosen(option, value) == wanted


def test_every_option_is_looked_at_and_none_narrows_nothing() -> None:
    assert len(EACH) == len(OPTIONS)
    assert chosen() == Wanted()


@pytest.mark.parametrize("option", ["--from", "--to"])
def test_a_day_that_cannot_be_read_is_refused(option: str) -> None:
    with pytest.raises(CannotDo, match="YYYY-MM-DD"):
        chosen(option, "i går")


def test_a_command_has_only_those_that_it_asks_for() -> None:
    assert chosen("--system", "jobcenter", names=OUT_OF) == Wanted(system="jobcenter")
    assert chosen("--state", "HELD", names=OUT_OF) == 2

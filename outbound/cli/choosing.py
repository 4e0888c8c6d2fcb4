"""The options by which a command chooses letters, declared once for all that choose."""

import inspect
from collections.abc import Callable, Mapping
from datetime import date
from functools import wraps
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer

from outbound import clock
from outbound.cli.acts import Way
from outbound.cli.faults import CannotDo
from outbound.ledger.search import Wanted
from outbound.letter import Channel, WaitsFor
from outbound.life import Status

R = TypeVar("R")
OPTIONS: Mapping[str, tuple[Any, Any]] = {
    "state": (Status | None, typer.Option("--state", help="Only in this state.")),
    "code": (str, typer.Option("--code", help="Only HELD for this reason.")),
    "waits_for": (WaitsFor | None, typer.Option("--waits-for", help="Only those that wait for these.")),
    "system": (str, typer.Option("--system", help="Only of this system.")),
    "department": (str, typer.Option("--department", help="Only of this department.")),
    "letter_type": (str, typer.Option("--type", help="Only of this letter type.")),
    "channel": (Way | None, typer.Option("--channel", help="Only on this channel.")),
    "mailing": (UUID | None, typer.Option("--mailing", help="Only of this mailing.")),
    "provider": (str, typer.Option("--provider", help="Only with a dispatch at this provider.")),
    "run": (UUID | None, typer.Option("--run", help="Only of this print run.")),
    "of_batch": (UUID | None, typer.Option("--batch", help="Only those of an act on many letters.")),
    "since": (str, typer.Option("--from", help="Taken in on this Danish day or later, YYYY-MM-DD.")),
    "until": (str, typer.Option("--to", help="Taken in on this Danish day or before.")),
}
"""By the name of the parameter, by which a shell completes its values (`outbound.cli.completing`)."""
OUT_OF = ("system", "letter_type", "mailing", "run", "of_batch", "since", "until")
"""Those by which letters are chosen that have left already."""
PARTS = {"state": "status", "code": "held_code", "mailing": "mailing_id", "of_batch": "batch"}
"""What the ledger calls otherwise."""


def choosing(*names: str) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Gives a command these options (all of OPTIONS where none is named) in place of its parameter `wanted`."""
    options = [_option(name) for name in names or OPTIONS]

    def decorate(command: Callable[..., R]) -> Callable[..., R]:
        own = inspect.signature(command, eval_str=True)
        each = [options if name == "wanted" else [one] for name, one in own.parameters.items()]
        parameters = [one.replace(kind=one.KEYWORD_ONLY) for some in each for one in some]

        @wraps(command)
        def chosen(**given: Any) -> R:
            wanted = _wanted({one.name: given.pop(one.name) for one in options})
            return command(wanted=wanted, **given)

        chosen.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]  # which typer reads
        return chosen

    return decorate


def _option(name: str) -> inspect.Parameter:
    kind, option = OPTIONS[name]
    default = "" if kind is str else None
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option])


def _wanted(given: Mapping[str, Any]) -> Wanted:
    """Raises CannotDo for a day that cannot be read."""
    read: Mapping[str, Callable[[Any], Any]] = {"since": _day_of, "until": _day_of, "channel": Channel}
    values = {name: read[name](one) if name in read else one for name, one in given.items() if one}
    return Wanted(**{PARTS.get(name, name): one for name, one in values.items()})


def _day_of(text: str) -> date:
    try:
        return clock.day_of(text)
    except ValueError:
        raise CannotDo("A day is written YYYY-MM-DD.") from None

"""How a command that acts says what it did: a sentence for people, an object a line with `--json`; and long work.

Progress goes to standard error, and only where that is a terminal: a pipe and a log hear nothing of it.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from typing import Any, TypeVar

import typer

from outbound.cli.lazy import JSON

T = TypeVar("T")
TICK = 1.0  # seconds between two looks at the clock


def wants_json() -> bool:
    """Did whoever called this command ask for JSON?"""
    from typer._click.globals import get_current_context

    context = get_current_context(silent=True)
    return bool(context and context.meta.get(JSON))


def tell(sentence: str, *, done: bool, code: str = "", **facts: Any) -> None:
    """What became of one letter (or of whatever `facts` name): done, or refused with its stand code."""
    if wants_json():
        plain = {name: str(value) for name, value in facts.items() if value is not None}
        typer.echo(json.dumps({**plain, "done": done, "code": code}, ensure_ascii=False))
    else:
        typer.echo(sentence, err=not done)


def progress(items: Iterable[T], label: str, count: int | None = None, lines: bool = True) -> Iterator[T]:
    """The items, with a bar while they are worked. `lines`: each item prints one, which a terminal shows anyway."""
    if not sys.stderr.isatty() or (lines and sys.stdout.isatty()):
        yield from items
        return
    with typer.progressbar(items, length=count, label=label, file=sys.stderr) as bar:
        yield from bar


@contextmanager
def working(label: str) -> Iterator[None]:
    """Work whose length nobody knows: the seconds that it has taken so far."""
    if not sys.stderr.isatty():
        yield
        return
    over, since = Event(), monotonic()

    def show() -> None:
        while not over.wait(TICK):
            print(f"\r{label} … {monotonic() - since:.0f} s", end="", file=sys.stderr, flush=True)

    shown = Thread(target=show, daemon=True)
    shown.start()
    try:
        yield
    finally:
        over.set()
        shown.join()
        print("\r\x1b[2K", end="", file=sys.stderr, flush=True)

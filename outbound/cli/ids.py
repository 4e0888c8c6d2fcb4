"""Ids alone, for a pipe: all of them, however many, page by page."""

from collections.abc import Callable, Sequence
from uuid import UUID

import typer

MOST_SHOWN = 50  # letters of a table where nobody said how many
PAGE = 1_000

Page = Callable[[UUID | None, int], Sequence[UUID]]


def say_ids(page: Page, limit: int | None) -> None:
    """One id a line. `page` gives so many letters at most from the one after; `limit`: all, where nobody said."""
    left, after = limit, None
    while left is None or left > 0:
        wanted = PAGE if left is None else min(PAGE, left)
        found = page(after, wanted)
        for one in found:
            typer.echo(str(one))
        if len(found) < wanted:
            return
        after = found[-1]
        left = None if left is None else left - len(found)

"""How pages are made: templates that escape everything, Danish dates and numbers, and who is signed in."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from outbound import clock
from outbound.rendering.danish import FILTERS, dato

HTML = Path(__file__).resolve().parent.parent / "html"


def page(request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The page from template `name`."""
    known: Mapping[str, Any] = {"signed_in": None, "token": "", "path": request.url.path, "now": clock.now()}
    return HTMLResponse(_environment().get_template(name).render({**known, **values}), status)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HTML), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters.update(FILTERS, tidspunkt=moment, alder=age, kort=short, kode=code)
    return made


def moment(at: datetime | None) -> str:
    """`22. november 2026 kl. 14.05`, Danish time; a dash where there is none."""
    if at is None:
        return "–"
    local = at.astimezone(clock.COPENHAGEN)
    return f"{dato(local.date())} kl. {local.hour}.{local.minute:02d}"


def age(since: datetime | None) -> str:
    """How long ago, in the unit that says it best."""
    if since is None:
        return "–"
    seconds = max(0, int((clock.now() - since).total_seconds()))
    for size, one, many in ((86_400, "døgn", "døgn"), (3_600, "time", "timer"), (60, "minut", "minutter")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {one if count == 1 else many}"
    return "under et minut"


def code(text: str) -> Markup:
    """What stands between backticks becomes code; everything else is text."""
    parts = [escape(part) for part in text.split("`")]
    return Markup("").join(Markup(f"<code>{part}</code>") if place % 2 else part for place, part in enumerate(parts))  # noqa: S704


def short(text: object) -> str:
    """The end of an id, where the whole stands in the link: UUIDv7 begin alike."""
    return "…" + str(text)[-8:]

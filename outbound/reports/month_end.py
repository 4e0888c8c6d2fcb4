"""The end of a month by itself: it is closed on the day that is set, its files are kept, and put where they are wanted.

Twice at once is harmless, and so is to be killed in the middle: what is left undone is found again by looking.
"""

import logging
import os
from contextlib import suppress
from datetime import date
from pathlib import Path
from secrets import token_hex

from sqlalchemy import Connection, select

from outbound import clock
from outbound.accounts import closing
from outbound.accounts.closing import NotNow
from outbound.ledger import Ledger
from outbound.ledger import tables as t
from outbound.organisation import Organisation
from outbound.rendering import RenderingFault
from outbound.reports.monthly import Broken, close_month
from outbound.reports.papers import AUDIENCES, Form, file_name, keep, paper
from outbound.settings import Settings

log = logging.getLogger(__name__)
BY = "timer"
LEFT = ".tmp"
"""How the name of a file ends that is not finished."""


def end_months(ledger: Ledger, organisation: Organisation, settings: Settings) -> None:
    """Do all of it. What cannot be done is a line in the log, and done when it can."""
    _close(ledger, organisation, settings.month_closes_on)
    with ledger.reading() as tx:
        reported, kept = _reported(tx), _with_papers(tx)
    for month in sorted(reported):
        try:
            if month not in kept:
                keep(ledger, organisation, month)
            if settings.reports_dir is not None:
                _put(ledger, organisation, settings.reports_dir, month)
        except (Broken, RenderingFault) as fault:
            log.error("The files of %s cannot be made (%s).", f"{month:%Y-%m}", type(fault).__name__)
        except OSError as fault:
            log.error("The report of %s cannot be written (%s); it is tried again.", f"{month:%Y-%m}", fault.strerror)


def _close(ledger: Ledger, organisation: Organisation, closes_on: int) -> None:
    while True:
        with ledger.reading() as tx:
            month = _due(tx, closes_on)
        if month is None:
            return
        try:
            close_month(ledger, organisation, month, BY)
        except (NotNow, Broken) as fault:
            log.error("%s cannot be closed: %s.", f"{month:%Y-%m}", fault)
            return
        log.info("%s is closed.", f"{month:%Y-%m}")


def _due(tx: Connection, closes_on: int) -> date | None:
    """The month that is to be closed now, or one whose closing broke off; None where it is not yet its day."""
    if not closes_on:
        return None
    closed, reported = closing.closed(tx), _reported(tx)
    if broken_off := [one.month for one in closed if one.month not in reported]:
        return broken_off[0]
    month = closing.next_month(tx)
    if month is None or clock.today() < closing.after(month).replace(day=closes_on):
        return None
    return month if clock.now() >= closing.opens(month) else None


def _reported(tx: Connection) -> set[date]:
    return {*tx.execute(select(t.month_report.c.month)).scalars()}


def _with_papers(tx: Connection) -> set[date]:
    return {*tx.execute(select(t.month_paper.c.month).distinct()).scalars()}


def _put(ledger: Ledger, organisation: Organisation, folder: Path, month: date) -> None:
    """Put those files of a month into the folder that are not in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for form, public in [(form, public) for public in AUDIENCES for form in Form]:
        file = folder / file_name(month, form, public)
        if not file.exists():
            write(file, paper(ledger, organisation, month, form, public).body)


def write(file: Path, body: bytes) -> None:
    """Put the file there whole or not at all. Raises OSError."""
    unfinished = file.with_name(f".{file.name}.{token_hex(8)}{LEFT}")
    try:
        with unfinished.open("xb") as out:
            out.write(body)
            out.flush()
            os.fsync(out.fileno())
        unfinished.replace(file)
    except OSError:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise

"""The files of a month's report: PDF, CSV and workbook, for those who answer for it and for everybody.

Those of a closed month are made once, of the figures that were kept, and kept themselves: they are printed again byte
for byte, whatever is renamed, repriced or upgraded later. Those of an open month are made anew each time.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Connection, select

from outbound import clock
from outbound.ledger import Ledger
from outbound.ledger import tables as t
from outbound.ledger.letters import insert_new
from outbound.organisation import Organisation
from outbound.rendering.danish import dato, klokkeslaet, tal
from outbound.reports.monthly import Broken, MonthReport, month_report
from outbound.reports.monthly_figures import counted_at
from outbound.reports.monthly_files import as_csv, as_workbook
from outbound.reports.monthly_paper import Column, Kind, Paper, Row, Sheet, Typed
from outbound.reports.monthly_pdf import as_pdf
from outbound.reports.monthly_public import public_sheets, public_trend
from outbound.reports.monthly_sheets import sheets_of, trend
from outbound.reports.monthly_told import Told
from outbound.reports.reading import Period
from outbound.reports.suppression import FEWEST


class Form(StrEnum):
    """The form of a file, as its name ends."""

    PDF = "pdf"
    CSV = "csv"
    XLSX = "xlsx"


MAKE: Mapping[Form, Callable[[Paper], bytes]] = {Form.PDF: as_pdf, Form.CSV: as_csv, Form.XLSX: as_workbook}
MEDIA: Mapping[Form, str] = {
    Form.PDF: "application/pdf",
    Form.CSV: "text/csv; charset=utf-8",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
AUDIENCES = (False, True)  # is it for everybody?


@dataclass(frozen=True, slots=True)
class File:
    """One file, under the name that it has where it is put."""

    name: str
    form: Form
    body: bytes


def file_name(month: date, form: Form, public: bool) -> str:
    """`maanedsrapport-2026-10.pdf`, `maanedsrapport-2026-10-offentlig.csv`."""
    return f"maanedsrapport-{month:%Y-%m}{'-offentlig' if public else ''}.{form}"


class TooSoon(Exception):
    """The month has not begun; or, for everybody, it is not over: two files of it held against each other would tell of
    the few letters between them."""


def may_be_public(month: date) -> bool:
    """Is every day of it behind us?"""
    return Period.month(month.year, month.month).last < clock.today()


def paper(ledger: Ledger, organisation: Organisation, month: date, form: Form, public: bool) -> File:
    """The file as it is kept, and kept from now on if it was not; of an open month as it would be now. Raises Broken,
    TooSoon and, where something fits on no page, RenderingFault."""
    keep(ledger, organisation, month)
    with ledger.reading() as tx:
        body = _kept(tx, month, form, public)
        if body is None:
            if month > clock.today() or (public and not may_be_public(month)):
                raise TooSoon
            body = MAKE[form](paper_of(month_report(tx, organisation, month), public))
    return File(file_name(month, form, public), form, body)


def keep(ledger: Ledger, organisation: Organisation, month: date) -> bool:
    """Make and keep all files of a month that is reported and has none; False where there is nothing to do.

    Twice at once is harmless: the first that is kept counts, and both are made of the same figures.
    """
    with ledger.reading() as tx:
        wanted = _reported(tx, month) and not _names(tx, month)
        made = month_report(tx, organisation, month) if wanted else None
    if made is None or not made.digest:
        return False
    files = {_name(form, public): MAKE[form](paper_of(made, public)) for public in AUDIENCES for form in Form}
    with ledger.writing() as tx:
        if _names(tx, month):
            return False
        for name, body in files.items():
            about = {"month": month, "name": name, "report": made.digest, "made_at": clock.now()}
            insert_new(tx, t.month_paper, {**about, "body": body, "digest": hashlib.sha256(body).hexdigest()})
    return True


def verify_papers(tx: Connection) -> Iterator[tuple[date, str]]:
    """Every file kept that is not the one that was kept, or of another report: its month, and why."""
    p, r = t.month_paper.c, t.month_report.c
    found: dict[date, set[str]] = {}
    wanted = select(p.month, p.name, p.digest, p.report, p.body, r.digest.label("now")).outerjoin_from(
        t.month_paper, t.month_report, r.month == p.month
    )
    for row in tx.execute(wanted.order_by(p.month, p.name).execution_options(yield_per=10)):
        found.setdefault(row.month, set()).add(row.name)
        if hashlib.sha256(row.body).hexdigest() != row.digest:
            yield row.month, f"its file {row.name} is not the one that was kept"
        if row.report != row.now:
            yield row.month, f"its file {row.name} was made of another report than the one kept"
    every = {_name(form, public) for public in AUDIENCES for form in Form}
    for month, names in found.items():
        yield from ((month, f"its file {name} is missing") for name in sorted(every - names))


def paper_of(made: MonthReport, public: bool) -> Paper:
    """What the files of a report say."""
    reported, told = made.figures, Told(made.figures)
    sheets = tuple(public_sheets(reported)) if public else (*sheets_of(reported), _again(made))
    return Paper(
        municipality=reported.get("municipality", ""),
        month=made.month,
        dated=_closed_on(made) if made.at else clock.today(),
        public=public,
        said=tuple(_said(made, public)),
        sheets=sheets,
        trend=public_trend(reported) if public else trend(reported),
        target=told.target("digital"),
    )


def _said(made: MonthReport, public: bool) -> Iterator[str]:
    if not made.digest:
        yield f"Foreløbig: måneden er ikke lukket, og tallene kan ændre sig. Talt op {dato(clock.today())}."
    elif public:
        yield f"Måneden er lukket {dato(_closed_on(made))}; tallene ændrer sig ikke mere."
    else:
        yield f"Lukket af {made.by} {dato(_closed_on(made))}; tallene ændrer sig ikke mere."
    if (at := counted_at(made.figures)) is not None:
        local = at.astimezone(clock.COPENHAGEN)
        moment = f"{dato(local.date())} {klokkeslaet(local.time())}"
        yield f"Lokalt print, returbreve, mål og budgetter er, som de var kendt {moment}."
    if public:
        yield (
            f"Antal under {FEWEST} vises som <{FEWEST}. x er udeladt, for at de ikke kan regnes ud. Beløb og andele, "
            "der hviler på dem, er også udeladt."
        )
    yield "Beløb er uden moms. Tal med minus er breve, der er afvist efter den måned, de blev talt i."


def _closed_on(made: MonthReport) -> date:
    """The Danish day."""
    return clock.danish_day(datetime.fromisoformat(made.at))


def _again(made: MonthReport) -> Sheet:
    """By what somebody else makes the figures again."""
    ledger = made.figures["ledger"]
    rows: tuple[Row, ...] = (
        ("Posteringer i måneden", Typed(ledger["entries"], Kind.COUNT)),
        ("Sidste postering", f"nr. {tal(ledger['last'])}"),
        ("Posteringernes nøgle (SHA-256)", ledger["digest"]),
        ("Rapportens nøgle (SHA-256)", made.digest or "ingen: måneden er ikke lukket"),
        ("Måneden før", made.figures["previous"] or "ingen"),
        ("Tallenes udgave", str(made.figures["version"])),
    )
    note = (
        "outbound month verify danner alle tal i rapporten igen af månedens posteringer og sammenligner nøglerne; "
        "outbound audit regner desuden hver postering efter. docs/measures.md forklarer hvert tal."
    )
    return Sheet("Sådan efterregnes tallene", (Column("Hvad", Kind.TEXT), Column("Værdi", Kind.TEXT)), rows, None, note)


def _reported(tx: Connection, month: date) -> bool:
    wanted = select(t.month_report.c.month).where(t.month_report.c.month == month)
    return tx.execute(wanted).first() is not None


def _names(tx: Connection, month: date) -> list[str]:
    return [*tx.execute(select(t.month_paper.c.name).where(t.month_paper.c.month == month)).scalars()]


def _kept(tx: Connection, month: date, form: Form, public: bool) -> bytes | None:
    p = t.month_paper.c
    found = tx.execute(select(p.body).where(p.month == month, p.name == _name(form, public))).scalar()
    return None if found is None else bytes(found)


def _name(form: Form, public: bool) -> str:
    return f"public-{form}" if public else str(form)


__all__ = ["MEDIA", "Broken", "File", "Form", "file_name", "keep", "paper", "paper_of", "verify_papers"]

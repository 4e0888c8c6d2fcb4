"""The files of a month's report: they say what was kept, and they are printed again byte for byte."""

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from outbound.delivery import House
from outbound.ledger import tables as t
from outbound.rendering.danish import kroner, tal
from outbound.reports import By, Period, percent, report
from outbound.reports.month_end import end_months
from outbound.reports.monthly import MonthReport, close_month, month_report, verify
from outbound.reports.monthly_figures import figure_of
from outbound.reports.papers import MAKE, Form, TooSoon, keep, paper, paper_of, verify_papers
from outbound.tariff_row import Part
from tests.accounts.policy import RETURNS, with_tariffs
from tests.audited import differences
from tests.house import MovingClock
from tests.outside import World
from tests.rendering.tags import Tagged
from tests.rendering.test_tagged import is_in_order
from tests.reports.cells import Cells, cells_of
from tests.reports.conftest import the_autumn
from tests.reports.made_months import month_of
from tests.reports.spreadsheet import Code
from tests.reports.test_monthly import DECEMBER, JANUARY, NOVEMBER, renamed
from tests.tampering import unguarded

EVIL = ("<b>Børn</b> & Unge", "=HYPERLINK(0)", "@cmd", "Kultur 🎉", "\u202evendt", "Ærø" * 66)
EVERY = [(form, public) for form in Form for public in (False, True)]


def rows_of(made: MonthReport, public: bool = False) -> list[list[str]]:
    text = MAKE[Form.CSV](paper_of(made, public)).decode()
    assert text.startswith("\ufeff")
    assert text.count("\n") == text.count("\r\n")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))[1:]


def figure(rows: list[list[str]], sheet: str, line: str, column: str) -> str:
    (found,) = [row[4] for row in rows if row[1:4] == [sheet, line, column]]
    return found


def book_of(made: MonthReport, public: bool = False) -> dict[str, Cells]:
    return cells_of(MAKE[Form.XLSX](paper_of(made, public)))


def text_of(body: bytes) -> str:
    pages = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    return re.sub(r"\s+", " ", pages.replace("\u00a0", " "))


@pytest.fixture
def told(house: House, world: World, moving_clock: MovingClock) -> House:
    the_autumn(house, world, moving_clock)
    moving_clock.to(JANUARY)
    return house


def files(house: House, month: date = NOVEMBER) -> dict[tuple[Form, bool], bytes]:
    return {(form, public): paper(house.ledger, house.organisation, month, form, public).body for form, public in EVERY}


def papers_wrong(house: House) -> list[tuple[date, str]]:
    with house.ledger.reading() as tx:
        return [*verify(tx), *verify_papers(tx)]


def test_every_file_says_what_was_kept_and_what_the_page_says(told: House) -> None:
    made = close_month(told.ledger, told.organisation, NOVEMBER, "regnskab")
    with told.ledger.reading() as tx:
        shown = report(tx, told.organisation, Period.month(2026, 11), By.DEPARTMENT)
    rows, book = rows_of(made), book_of(made)
    pdf = text_of(paper(told.ledger, told.organisation, NOVEMBER, Form.PDF, False).body)
    letters, saved = book["Breve og digital andel"], book["Sparet, sikkert"]
    for place, line in enumerate((*shown.lines, shown.total), 2):
        n, money = line.figure.letters, line.figure.money
        assert figure(rows, "Breve og digital andel", line.label, "Breve") == str(n.through_router)
        assert figure(rows, "Breve og digital andel", line.label, "Fjernprint") == str(n.printed)
        share = figure(rows, "Breve og digital andel", line.label, "Digital andel")
        assert (f"{share} %" if share else "–") == percent(n.digital_share)
        assert figure(rows, "Sparet, sikkert", line.label, "Sparet, sikkert") == kroner(money.certain)[:-4].replace(
            ".", ""
        )
        assert letters["A", place] == line.label
        if line is shown.total:
            assert letters["C", place] == Code(f"=SUM(C2:C{place - 1})")
            assert sum(letters["C", row] for row in range(2, place)) == n.digital
        else:
            assert (letters["C", place], saved["D", place]) == (n.digital, money.certain / 100)
        mine = [line.label, tal(n.through_router), tal(n.digital), tal(n.printed), percent(n.digital_share)]
        assert " ".join(mine) in pdf
        assert f"{kroner(money.certain)}" in pdf
    assert (
        figure(rows, "Nøgletal", "Digital andel", "Måneden") == percent(shown.total.figure.letters.digital_share)[:-2]
    )
    assert book["Nøgletal"]["B", 6] == shown.total.figure.money.certain / 100
    assert figure(rows, "Sådan efterregnes tallene", "Rapportens nøgle (SHA-256)", "Værdi") == made.digest
    assert made.digest in pdf.replace(" ", "")
    assert figure_of(made.figures["total"]).money.cost[Part.PORTO] == made.figures["total"]["cost_porto"]


def test_a_report_is_reprinted_byte_for_byte(told: House, tmp_path: Path) -> None:
    close_month(told.ledger, told.organisation, NOVEMBER, "regnskab")
    before = files(told)
    with told.ledger.writing() as tx:
        tx.execute(update(t.letter).values(recipient_key=None))
        tx.execute(t.sealed.delete())
    other = with_tariffs(told, tmp_path, ("hourly = 28286", "hourly = 99999"), more=RETURNS)
    municipality = replace(told.organisation.municipality, name="Sønderby Kommune")
    other = replace(other, organisation=replace(renamed(told.organisation), municipality=municipality, targets=()))
    assert files(other) == before
    assert papers_wrong(other) == []
    assert differences(told.ledger) == []


def test_a_month_closed_just_after_midnight_in_summer_is_dated_the_danish_day() -> None:
    made = replace(month_of({"a": (80, 20, 0)}), at="2026-06-30T23:30:00+00:00")
    for public in (False, True):
        made_of = paper_of(made, public)
        assert made_of.dated == date(2026, 7, 1)
        assert "lukket 1. juli 2026;" in made_of.said[0].replace("Lukket af regnskab", "lukket")


def test_files_lost_between_closing_and_keeping_are_made_of_what_was_kept(told: House) -> None:
    made = close_month(told.ledger, told.organisation, NOVEMBER, "regnskab")
    assert papers_wrong(told) == []  # closed, reported, and killed before the files
    late = replace(told, organisation=renamed(told.organisation))
    assert files(late)[Form.CSV, False] == MAKE[Form.CSV](paper_of(made, False))


def test_an_open_month_is_provisional_and_nothing_of_it_is_kept(told: House) -> None:
    for (form, public), body in files(told, DECEMBER).items():
        if form is Form.PDF:
            assert "Foreløbig" in text_of(body), public
    assert not keep(told.ledger, told.organisation, DECEMBER)
    with told.ledger.reading() as tx:
        assert tx.execute(select(t.month_paper)).all() == []


@pytest.mark.parametrize(("month", "public"), [(date(2027, 1, 1), True), (date(2027, 2, 1), False)])
def test_no_file_is_made_too_soon(told: House, month: date, public: bool) -> None:
    """Two public files of one month would tell of the letters between; of a month ahead there is nothing to say."""
    with pytest.raises(TooSoon):
        paper(told.ledger, told.organisation, month, Form.CSV, public)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"body": b"%PDF-1.7"}, "is not the one that was kept"),
        ({"report": "0" * 64}, "was made of another report"),
        (None, "is missing"),
    ],
)
def test_a_file_that_is_tampered_with_is_found(told: House, values: dict[str, Any] | None, why: str) -> None:
    close_month(told.ledger, told.organisation, NOVEMBER, "regnskab")
    keep(told.ledger, told.organisation, NOVEMBER)
    one = t.month_paper.c.name == "public-csv"
    with pytest.raises(DBAPIError, match="only added to"), told.ledger.writing() as tx:
        tx.execute(update(t.month_paper).where(one).values(digest="0"))
    with pytest.raises(DBAPIError, match="only added to"), told.ledger.writing() as tx:
        tx.execute(delete(t.month_paper))
    with told.ledger.writing() as tx, unguarded(tx):
        tx.execute(update(t.month_paper).where(one).values(values) if values else delete(t.month_paper).where(one))
    ((month, said),) = papers_wrong(told)
    assert month == NOVEMBER
    assert "public-csv" in said
    assert why in said
    assert any(why in each for each in differences(told.ledger))


def scheduled(house: House, folder: Path | None, day: int = 4) -> None:
    settings = house.settings.model_copy(update={"month_closes_on": day, "reports_dir": folder})
    end_months(house.ledger, house.organisation, settings)


def test_the_timer_closes_in_order_and_puts_the_files_where_they_are_wanted(told: House, tmp_path: Path) -> None:
    folder = tmp_path / "nyt" / "rapporter"
    scheduled(told, folder, day=5)  # it is the fourth: December's day has not come
    assert {one.name[15:22] for one in folder.iterdir()} == {"2026-11"}
    ends = [Thread(target=scheduled, args=(told, folder)) for _ in range(2)]
    for each in ends:
        each.start()
    for each in ends:
        each.join()
    found = {one.name: one.read_bytes() for one in folder.iterdir()}
    assert len(found) == 12
    assert not any(name.startswith(".") for name in found)
    gone = folder / "maanedsrapport-2026-11-offentlig.pdf"
    gone.unlink()
    scheduled(told, folder, day=0)
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == found
    with told.ledger.reading() as tx:
        assert month_report(tx, told.organisation, DECEMBER).by == "timer"
    assert papers_wrong(told) == []


def test_a_full_disk_is_a_line_in_the_log(
    told: House, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as now:
        now.setattr("os.fsync", full)
        scheduled(told, tmp_path / "fuld")
    assert "No space left on device" in caplog.text
    assert [*(tmp_path / "fuld").iterdir()] == []
    scheduled(told, tmp_path / "fuld")
    assert len([*(tmp_path / "fuld").iterdir()]) == 12


def evil() -> MonthReport:
    """Hostile names, negative counts, a month with next to nothing."""
    return month_of({name: (place - 2, 3 * place, 0) for place, name in enumerate(EVIL)}, routes={EVIL[1]: 45})


@pytest.mark.parametrize("public", [False, True])
def test_hostile_names_and_negative_counts_stay_what_they_are(public: bool) -> None:
    made = evil()
    names = {row[2].removeprefix("'") for row in rows_of(made, public) if row[1] == "Breve og digital andel"}
    assert names == {*EVIL, "I alt"}
    assert not any(row[place].startswith(("=", "@")) for row in rows_of(made, public) for place in range(4))
    for page in book_of(made, public).values():
        formulas = [one for one in page.values() if isinstance(one, Code)]
        assert all(re.fullmatch(r"=SUM\([A-Z]+2:[A-Z]+\d+\)", one) for one in formulas)
    body = MAKE[Form.PDF](paper_of(made, public))
    is_in_order(body)
    assert "<b>Børn</b> & Unge" in text_of(body)
    assert "Kultur ?" in text_of(body)


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("departments", [{}, {"Kultur": (0, 0, 0)}])
def test_a_month_without_letters_has_files_too(public: bool, departments: dict[str, tuple[int, int, int]]) -> None:
    made = month_of(departments, routes={"x": 0})
    body = MAKE[Form.PDF](paper_of(made, public))
    is_in_order(body)
    assert figure(rows_of(made, public), "Breve og digital andel", "I alt", "Breve") == "0"
    assert book_of(made, public)["Breve og digital andel"]["B", len(departments) + 2] in (0, Code("=SUM(B2:B2)"))


def test_the_pdf_is_read_in_order_and_its_chart_is_said() -> None:
    made = month_of({f"Forvaltning {n}": (900 + n, 90, 1) for n in range(60)}, before=[(80, 20), (90, 10), (0, 0)])
    body = MAKE[Form.PDF](paper_of(made, False))
    is_in_order(body)
    tree = Tagged(body)
    assert tree.unmarked == ""
    levels = [tag.name for tag in tree.root.all("H1", "H2", "H3")]
    assert (levels[0], {*levels[1:]}) == ("H1", {"H2"})
    (chart,) = tree.root.all("Figure")
    said = str(chart.entries["/Alt"])
    assert "juli 2026 80,0 %; august 2026 90,0 %; september 2026 –; oktober 2026 91," in said
    assert "Mål: 80 %" in said
    assert "procent" in said
    assert "Side 2 af" in text_of(body)


def test_the_same_figures_give_the_same_bytes_whenever_they_are_made(moving_clock: MovingClock) -> None:
    made = month_of({"Kultur": (30, 20, 1)})
    first = [MAKE[form](paper_of(made, public)) for form, public in EVERY]
    with zipfile.ZipFile(io.BytesIO(MAKE[Form.XLSX](paper_of(made, False)))) as packed:
        assert packed.read("docProps/core.xml").count(b">2026-11-02T00:00:00Z<") == 2  # the day of the closing
    moving_clock.pass_(days=400)
    assert [MAKE[form](paper_of(made, public)) for form, public in EVERY] == first


def test_a_public_file_names_nobody_and_has_no_digest_of_the_entries() -> None:
    made = month_of({"Kultur": (30, 20, 1), "Teknik": (3, 20, 1)})
    for form in Form:
        body = MAKE[form](paper_of(made, True))
        said = text_of(body) if form is Form.PDF else body.decode("utf-8", "replace")
        assert "regnskab" not in said
        assert "abab" not in said.replace(" ", "")
    assert "regnskab" in text_of(MAKE[Form.PDF](paper_of(made, False)))


def test_a_report_of_before_has_the_parts_that_it_kept() -> None:
    made = month_of({"Kultur": (30, 20, 1)})
    later = ("municipality", "digitisable", "routes", "letter_types", "systems", "months", "known")
    old = replace(made, figures={key: one for key, one in made.figures.items() if key not in later} | {"version": 1})
    rows = rows_of(old)
    assert figure(rows, "Breve og digital andel", "Kultur", "Digitalt") == "30"
    assert not any(row[1] in ("Grunde til papir", "Kommet retur", "Måned for måned") for row in rows)
    for form, public in EVERY:
        assert MAKE[form](paper_of(old, public))

"""Months, billing, invoices and the workbook at a terminal."""

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from outbound.accounts import closing
from outbound.cli.faults import Code
from outbound.clock import COPENHAGEN
from outbound.delivery import House
from outbound.ledger import tables as t
from outbound.letter import Channel, Mailbox
from tests.cli.conftest import Run
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, dispatches, hand_in, submission
from tests.outside import ModelMailer, ModelReceipts, World
from tests.people import person
from tests.tampering import unguarded

INVOICE = "faktura;art;job;ark;klasse;kuvert;beloeb\r\n"


@pytest.fixture
def world() -> World:
    """Suppliers under the names that the shipped tariffs price."""
    name = "digital-post"
    return World(digital=ModelMailer(Channel.DIGITAL, name), digital_receipts=ModelReceipts(name))


@pytest.fixture
def sent(moving_clock: MovingClock, house: House, world: World) -> str:
    """Two letters in the mailbox and one on paper on 23 November, and then it is December: the job of the paper."""
    world.enrolment.answers[person("well", 3)] = Mailbox.EXEMPT
    letters = hand_in(house, *(submission(person("well", n)) for n in (1, 2, 3)))
    run_to_rest(house)
    moving_clock.to(datetime(2026, 12, 2, 10, tzinfo=COPENHAGEN))
    return str(dispatches(house, letters[2])[0].id)


def test_a_month_is_closed_and_printed_again_to_the_letter(run: Run, sent: str) -> None:
    open_month = run("month", "report", "2026-11")
    assert "Foreløbig: måneden er åben." in open_month.out
    closed = run("month", "close", "2026-11", "--by", "regnskab")
    assert closed.code == Code.DONE
    assert "Lukket af regnskab" in closed.out
    for form in ("table", "json", "csv"):
        first, second = (
            run("month", "report", "2026-11", "--format", form),
            run("month", "report", "2026-11", "--format", form),
        )
        assert first.out == second.out
    made = json.loads(run("month", "report", "2026-11", "--format", "json").out)
    assert made["digest"] in closed.out
    assert made["figures"]["total"]["digital"] == 2
    rows = list(csv.DictReader(io.StringIO(run("month", "report", "2026-11", "--format", "csv").out), delimiter=";"))
    assert rows[-1]["name"] == "I alt"
    assert (rows[-1]["printed"], rows[-1]["digest"]) == ("1", made["digest"])
    assert run("month", "verify").code == Code.DONE
    assert "november 2026" in run("month", "report", "2026-11").out
    assert run("month", "report", "2026-11").out.splitlines()[-1].startswith("I alt")


def test_a_kept_report_that_is_broken_ends_in_a_sentence(run: Run, sent: str, house: House) -> None:
    run("month", "close", "2026-11", "--by", "regnskab")
    with house.ledger.writing() as tx, unguarded(tx):
        tx.execute(update(t.month_report).values(figures="{"))
    for words in (("month", "report"), ("month", "billing"), ("month", "close")):
        ended = run(*words, "2026-11")
        assert ended.code == Code.REFUSED
        assert "2026-11: the report kept cannot be read." in ended.err
    assert "2026-11: the report kept cannot be read." in run("month", "verify").out
    assert "the report kept cannot be read" in run("audit").out


def test_a_closed_month_without_its_report_is_not_called_open(run: Run, sent: str, house: House) -> None:
    with house.ledger.writing() as tx:
        closing.close(tx, date(2026, 11, 1), "regnskab")
    said = run("month", "report", "2026-11").out
    assert "Lukket af regnskab" in said
    assert "men rapporten mangler" in said
    assert "måneden er åben" not in said
    assert "rapporten mangler" not in run("month", "close", "2026-11").out


def test_a_month_that_cannot_be_closed_says_why(run: Run, sent: str) -> None:
    for month, why in (
        ("2026-12", "can be closed from"),
        ("2026-10", "next month to be closed is 2026-11"),
        ("i", "YYYY-MM"),
        ("9999-12", "from 1900-01 to 9998-12"),
        ("0001-01", "from 1900-01 to 9998-12"),
    ):
        ended = run("month", "close", month)
        assert ended.code == Code.REFUSED
        assert why in ended.err


def test_the_billing_is_a_file_for_excel_and_nothing_else(run: Run, sent: str) -> None:
    said = run("month", "billing", "2026-11").out
    assert said.startswith("\ufeffMåned;")
    rows = list(csv.DictReader(io.StringIO(said.removeprefix("\ufeff")), delimiter=";"))
    assert [(row["Kanal"], row["Antal"], row["I alt"]) for row in rows] == [
        ("digital", "2", "0,00"),
        ("print", "1", "24,67"),
    ]


def test_an_invoice_is_looked_at_and_kept(run: Run, sent: str, tmp_path: Path) -> None:
    file = tmp_path / "faktura.csv"
    file.write_text(f"{INVOICE}F-1;;{sent};1;quick;C5;25,67\r\n", encoding="utf-8")
    looked = run("invoice", "check", file, "--month", "2026-11")
    assert looked.code == Code.FOUND
    assert "forskel 1,00 kr." in looked.out
    assert "amount" in looked.out
    listed = json.loads(run("invoice", "check", file, "--month", "2026-11", "--format", "json").out)
    assert [(one["what"], one["line"], one["difference"]) for one in listed] == [("amount", 1, 100)]
    assert run("invoice", "import", file, "--month", "2026-11").code == Code.DONE
    assert "already" in run("invoice", "import", file, "--month", "2026-11").out
    file.write_text(f"{INVOICE}F-1;;{sent};1;quick;C5;24,67\r\n", encoding="utf-8")
    assert run("invoice", "import", file, "--month", "2026-11").code == Code.REFUSED
    assert "F-1" in run("month", "report", "2026-12").out
    assert run("audit").code == Code.DONE


def test_an_invoice_that_is_right_says_so(run: Run, sent: str, tmp_path: Path) -> None:
    file = tmp_path / "faktura.csv"
    file.write_text(f"{INVOICE}F-1;;{sent};1;A;C5;24,67\r\n", encoding="utf-8")
    looked = run("invoice", "check", file, "--month", "2026-11")
    assert (looked.code, "Alt stemmer." in looked.out) == (Code.DONE, True)
    assert "1010" in looked.out or "5010" in looked.out


def test_an_invoice_that_cannot_be_read_is_refused(run: Run, sent: str, tmp_path: Path) -> None:
    file = tmp_path / "faktura.csv"
    file.write_text(f"{INVOICE}F-1;;0102031236;1;A;C5;24,67\r\n", encoding="utf-8")
    refused = run("invoice", "check", file, "--month", "2026-11")
    assert (refused.code, "0102031236" in refused.err + refused.out) == (Code.REFUSED, False)
    other = run("invoice", "check", file, "--month", "2026-11", "--provider", "ukendt")
    assert other.code == Code.REFUSED
    assert "no form of ukendt" in other.err


def test_the_workbook_is_written_beside_the_audit(run: Run, sent: str, tmp_path: Path) -> None:
    ended = run("audit", "--export", tmp_path / "poster.xlsx", "--from", "2026-11-01", "--to", "2026-11-30")
    assert (ended.code, "poster.xlsx: 20 entries." in ended.out) == (Code.DONE, True)
    assert (tmp_path / "poster.xlsx").read_bytes().startswith(b"PK")


def test_a_workbook_that_cannot_be_written_is_said(run: Run, house: House, tmp_path: Path) -> None:
    for where, why in ((tmp_path, "Is a directory"), (tmp_path / "borte" / "poster.xlsx", "No such file or directory")):
        ended = run("audit", "--export", where)
        assert (ended.code, f"{where}: {why}." in ended.err) == (Code.REFUSED, True)
    ended = run("audit", "--from", "2026-11-01")
    assert (ended.code, "--export" in ended.err) == (Code.REFUSED, True)


def test_a_report_is_written_as_a_file_and_again_byte_for_byte(run: Run, sent: str, tmp_path: Path) -> None:
    run("month", "close", "2026-11", "--by", "regnskab")
    for name, more in (
        ("r.pdf", ()),
        ("r.xlsx", ("--public",)),
        ("r.CSV", ()),
        ("uden", ("--format", "csv", "--public")),
    ):
        file = tmp_path / name
        ended = run("month", "report", "2026-11", "--out", str(file), *more)
        assert ended.code == Code.DONE
        first = file.read_bytes()
        assert f"{len(first)} bytes" in ended.out
        run("month", "report", "2026-11", "--out", str(file), *more)
        assert file.read_bytes() == first
    assert b"regnskab" in (tmp_path / "r.CSV").read_bytes()
    assert b"regnskab" not in (tmp_path / "uden").read_bytes()
    assert "its files are those that were kept" in run("month", "verify").out


def test_a_file_is_not_made_too_soon(run: Run, house: House, tmp_path: Path) -> None:
    for month, more, why in (("2026-11", ("--public",), "is not over"), ("2027-01", (), "has not begun")):
        ended = run("month", "report", month, "--out", str(tmp_path / "r.csv"), *more)
        assert (ended.code, why in ended.err) == (Code.REFUSED, True)


def test_what_cannot_be_written_says_why(run: Run, sent: str, tmp_path: Path) -> None:
    for words, why in (
        (("--format", "pdf"), "Say with --out"),
        (("--public",), "Say with --out"),
        (("--out", str(tmp_path / "r.doc")), "as pdf, csv or xlsx"),
        (("--out", str(tmp_path / "r.pdf"), "--format", "json"), "as pdf, csv or xlsx"),
        (("--out", str(tmp_path / "nowhere" / "r.pdf")), "cannot be written"),
    ):
        ended = run("month", "report", "2026-11", *words)
        assert ended.code == Code.REFUSED
        assert why in ended.err

"""A printer's invoice beside the accounts: what differs, by how much, of which letters; and kept once."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from outbound import accounts
from outbound.accounts.invoices import Compared, Finding, Invoice, InvoiceLine, OtherInvoice, What, compare, keep
from outbound.accounts.ours import charged_otherwise
from outbound.clock import COPENHAGEN
from outbound.delivery import House
from outbound.intake.invoice_file import InvoiceFault, InvoiceForm, load_forms, read_invoice
from outbound.ledger import sending
from outbound.ledger import tables as t
from outbound.ledger.letters import locked
from outbound.letter import Mailbox
from outbound.life import LIVE, Outcome
from outbound.reports import Period, total
from outbound.reports.invoiced import Invoiced, invoiced
from outbound.settings import SettingsFault
from tests.audited import differences
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, dispatches, hand_in, submission
from tests.outside import World
from tests.people import person
from tests.tampering import unguarded

NOVEMBER = date(2026, 11, 1)
PORTO, COST = 2400, 2467
"""Of each letter here: porto quick 24,00 kr.; materials 1 sheet × 0,12 + C5 0,55 = 0,67 kr."""
HEAD = "faktura;art;job;ark;klasse;kuvert;beloeb;bemærkning\r\n"
CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture
def printed(house: House, world: World) -> list[UUID]:
    """Three letters printed on 23 November: the ids of their jobs."""
    world.enrolment.default = Mailbox.EXEMPT
    letters = hand_in(house, *(submission(person("well", n)) for n in (1, 2, 3)))
    run_to_rest(house)
    return [dispatches(house, letter)[0].id for letter in letters]


def an_invoice(*lines: InvoiceLine, number: str = "F-1", digest: str = "d") -> Invoice:
    return Invoice("print", number, NOVEMBER, digest, lines)


def right(number: int, job: UUID, amount: int = COST) -> InvoiceLine:
    return InvoiceLine(number, str(job), amount, amount < 0, 1, "quick", "C5")


def compared(house: House, invoice: Invoice) -> Compared:
    with house.ledger.reading() as tx:
        return compare(tx, invoice)


def kept(house: House, invoice: Invoice) -> Compared | None:
    with house.ledger.writing() as tx:
        return keep(tx, invoice, "regnskab")


def said(findings: tuple[Finding, ...]) -> list[tuple[What, int | None, int]]:
    return [(one.what, one.line, one.difference) for one in findings]


def test_an_invoice_of_what_stands_booked_differs_in_nothing(house: House, printed: list[UUID]) -> None:
    found = compared(house, an_invoice(*(right(n, job) for n, job in enumerate(printed, 1))))
    assert found.findings == ()
    assert found.amount == found.ours == 3 * COST


def test_whatever_differs_is_said_with_its_line_and_its_amount(house: House, printed: list[UUID]) -> None:
    first, second, third = printed
    strange = uuid4()
    found = compared(
        house,
        an_invoice(
            InvoiceLine(1, str(first), COST + 100, False, 2, "economy", "C4"),
            right(2, second),
            right(3, second),
            InvoiceLine(4, str(strange), 900),
            InvoiceLine(5, "porto-tillaeg", 55),
        ),
    )
    assert said(found.findings) == [
        (What.SHEETS, 1, 0),
        (What.LETTER_CLASS, 1, 0),
        (What.ENVELOPE, 1, 0),
        (What.AMOUNT, 1, 100),
        (What.DOUBLED, 3, COST),
        (What.UNKNOWN, 4, 900),
        (What.UNKNOWN, 5, 55),
        (What.NO_LINE, None, -COST),
    ]
    assert found.findings[-1].job == str(third)
    assert (found.findings[0].theirs, found.findings[0].ours) == ("2", "1")
    assert found.amount - found.ours == sum(one.difference for one in found.findings) + COST


def test_what_was_refused_since_is_not_to_be_paid(house: House, printed: list[UUID]) -> None:
    with house.ledger.writing() as tx:
        found = sending.dispatch(tx, printed[0])
        sending.settle_dispatch(tx, found.id, Outcome.REFUSED, LIVE)
    lines = an_invoice(*(right(n, job) for n, job in enumerate(printed, 1)))
    assert said(compared(house, lines).findings) == [(What.NOT_TAKEN, 1, 0)]


def test_another_provider_cannot_charge_for_our_printers_letters(house: House, printed: list[UUID]) -> None:
    found = compared(house, Invoice("sf1601-print", "F-1", NOVEMBER, "d", (right(1, printed[0]),)))
    assert said(found.findings) == [(What.UNKNOWN, 1, COST)]


def test_money_back_is_no_second_charge(house: House, printed: list[UUID]) -> None:
    lines = [right(n, job) for n, job in enumerate(printed, 1)]
    found = compared(house, an_invoice(*lines, right(4, printed[0], -COST)))
    assert found.findings == ()
    assert (found.amount, found.ours) == (2 * COST, 3 * COST)


def test_an_invoice_is_kept_once_and_stands_beside_the_accounts(house: House, printed: list[UUID]) -> None:
    lines = [
        right(1, printed[0], COST + 100),
        right(2, printed[1]),
        right(3, printed[1], -50),
        InvoiceLine(4, "gebyr", 900),
    ]
    with house.ledger.reading() as tx:
        before = total(tx, Period.month(2026, 11))
    assert kept(house, an_invoice(*lines)) is not None
    assert kept(house, an_invoice(*lines)) is None
    with pytest.raises(OtherInvoice, match="F-1 of print was imported on 2026-11-23"):
        kept(house, an_invoice(*lines[:1], digest="another"))
    with house.ledger.reading() as tx:
        after = total(tx, Period.month(2026, 11))
        (one,) = invoiced(tx, Period.month(2026, 11))
    assert after.money.invoiced == COST + 100 + COST - 50
    assert (after.money.cost, after.letters) == (before.money.cost, before.letters)
    assert one == Invoiced("print", "F-1", 4, COST + 100 + COST - 50 + 900, 2 * COST, 1, 900)
    assert one.difference == 100 - 50 + 900
    assert differences(house.ledger) == []


def test_what_an_earlier_invoice_has_charged_is_doubled_and_not_missing(house: House, printed: list[UUID]) -> None:
    kept(house, an_invoice(right(1, printed[0])))
    found = compared(house, an_invoice(right(1, printed[0]), right(2, printed[1]), number="F-2"))
    assert said(found.findings) == [(What.DOUBLED, 1, COST), (What.NO_LINE, None, -COST)]


def test_a_letter_of_another_month_is_not_missed(house: House, printed: list[UUID], moving_clock: MovingClock) -> None:
    moving_clock.to(datetime(2026, 12, 2, 10, tzinfo=COPENHAGEN))
    hand_in(house, submission(person("well", 4)))
    run_to_rest(house)
    assert compared(house, an_invoice(*(right(n, job) for n, job in enumerate(printed, 1)))).findings == ()


def test_a_receipt_that_says_another_price_is_told_with_its_letter(house: House, printed: list[UUID]) -> None:
    with house.ledger.writing() as tx:
        for job, amount in zip(printed, (PORTO, PORTO + 33, PORTO - 1), strict=True):
            found = sending.dispatch(tx, job)
            accounts.charged(tx, locked(tx, found.letter_id), found, amount)
    with house.ledger.reading() as tx:
        told = {one.dispatch: amount - one.porto for one, amount in charged_otherwise(tx, NOVEMBER)}
        assert list(charged_otherwise(tx, date(2026, 12, 1))) == []
    assert told == {printed[1]: 33, printed[2]: -1}


def test_an_envelope_is_charged_by_the_letter_on_top_or_letter_by_letter(house: House, world: World) -> None:
    """Two sheets in one C5: 24,00 kr. porto and 2 × 0,12 + 0,55 = 0,79 kr. for both, 12,40 kr. (12,39 kr.) for each."""
    world.enrolment.default = Mailbox.EXEMPT
    letters = hand_in(house, *(submission(person("well", 1)) for _ in range(2)))
    run_to_rest(house)
    top, beneath = (dispatches(house, letter)[0].id for letter in letters)
    by_envelope = InvoiceLine(1, str(top), 2479, False, 2, "quick", "C5")
    assert compared(house, an_invoice(by_envelope)).findings == ()
    each = [
        InvoiceLine(n, str(job), ours, False, 2, "quick", "C5") for n, job, ours in ((1, top, 1240), (2, beneath, 1239))
    ]
    assert compared(house, an_invoice(*each)).findings == ()
    assert said(compared(house, an_invoice(replace(by_envelope, amount=2480))).findings) == [(What.AMOUNT, 1, 1)]


def test_the_audit_finds_an_invoice_that_was_changed(house: House, printed: list[UUID]) -> None:
    kept(house, an_invoice(right(1, printed[0])))
    with house.ledger.writing() as tx, unguarded(tx):
        tx.execute(update(t.invoice_line).values(amount=1))
    assert any("not the lines of its invoices" in one for one in differences(house.ledger))


def form(**changes: object) -> InvoiceForm:
    return replace(load_forms(CONFIG)["print"], **changes)  # type: ignore[arg-type]


def read(text: str, **changes: object) -> Invoice:
    return read_invoice(text.encode("utf-8-sig"), form(**changes), NOVEMBER)


def test_a_file_is_read_by_the_providers_own_columns() -> None:
    job = uuid4()
    body = (
        HEAD
        + f"F-1;;{job};2;B;C5;1.234,50;\r\n"
        + f"F-1;kreditnota;{str(job).upper()};;;;12,5;\r\n"
        + "F-1;;gebyr-november;;;;-7;\r\n"
    )
    assert read(body).lines == (
        InvoiceLine(1, str(job), 123450, False, 2, "economy", "C5"),
        InvoiceLine(2, str(job), -1250, True, None, "", ""),
        InvoiceLine(3, "gebyr-november", -700, True, None, "", ""),
    )


@pytest.mark.parametrize(
    ("amount", "oere"), [("12,50", 1000), ("0,01", 1), ("-12,50", -1000), ("24,67", 1974), ("0,00", 0)]
)
def test_vat_is_taken_off_line_by_line(amount: str, oere: int) -> None:
    """24,67 × 100/125 = 19,736 → 19,74; 0,01 × 0,8 = 0,008 → 0,01."""
    assert read(f"{HEAD}F-1;;gebyr;;;;{amount};\r\n", vat_included=True).lines[0].amount == oere


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("F-1;;gebyr;;;;12,50;010203-1236\r\n", "line 1: something looks like a CPR number"),
        ("F-1;;0102031236;;;;12,50;\r\n", "looks like a CPR number"),
        ("F-1;;Alma Eksempelsen;;;;12,50;\r\n", "line 1: the job is no word"),
        ("F-1;;gebyr;;;;12.50.3;\r\n", "line 1: the amount is none in kroner"),
        ("F-1;;gebyr;;;;;\r\n", "the amount is none"),
        ("F-1;;gebyr;to;;;1,00;\r\n", "the number of sheets is none"),
        ("F-1;;gebyr;;;;1,00;\r\nF-2;;gebyr;;;;1,00;\r\n", "all lines must be of one invoice"),
        ("=1+1;;gebyr;;;;1,00;\r\n", "all lines must be of one invoice"),
        ("", "all lines must be of one invoice"),
        ("F-1;;gebyr\r\n", "more or fewer cells"),
        ('F-1;"\r\n', "no CSV in utf-8"),
    ],
)
def test_what_cannot_be_taken_in_is_said_and_not_repeated(lines: str, says: str) -> None:
    with pytest.raises(InvoiceFault, match=says) as fault:
        read(HEAD + lines)
    assert not any(word in str(fault.value) for word in ("Alma", "0102", "12.50", "=1+1"))


def test_headings_that_are_missing_are_named() -> None:
    with pytest.raises(InvoiceFault, match="These headings must stand in the first line, once: job, beloeb"):
        read("faktura;art;ark;klasse;kuvert\r\n")
    with pytest.raises(InvoiceFault, match="no CSV in utf-8"):
        read_invoice("beløb".encode("cp1252"), form(), NOVEMBER)


def test_a_form_with_faults_names_each(tmp_path: Path) -> None:
    shipped = (CONFIG / "invoices.toml").read_text(encoding="utf-8")
    (tmp_path / "invoices.toml").write_text(shipped.replace('decimal = ","', 'decimal = "x"'), encoding="utf-8")
    with pytest.raises(SettingsFault, match=r"invoice 1: decimal"):
        load_forms(tmp_path)


def test_nothing_is_kept_of_an_invoice_that_fails_half_way(house: House, printed: list[UUID]) -> None:
    lines = [right(1, printed[0]), right(1, printed[1])]  # the same place twice
    with pytest.raises(Exception, match=r"(?i)unique|only added to"):
        kept(house, an_invoice(*lines))
    with house.ledger.reading() as tx:
        assert tx.execute(select(t.invoice)).all() == []
    assert differences(house.ledger) == []

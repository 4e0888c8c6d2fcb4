"""The lines of an invoice beside what is ours: each by itself, and all that was asked for a job together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from outbound.accounts.ours import Ours
from outbound.rendering.danish import beloeb


class What(StrEnum):
    """How a line, or a letter without one, differs from our account."""

    UNKNOWN = "unknown-job"  # no letter of ours went under this id to this provider
    DOUBLED = "doubled"  # charged on an earlier line or invoice already, and not given back since
    NO_CHARGE = "no-charge"  # money back for what was never charged
    NOT_TAKEN = "not-taken"  # a letter of ours that does not count as handed over
    SHEETS = "sheets"
    LETTER_CLASS = "letter-class"
    ENVELOPE = "envelope"
    AMOUNT = "amount"
    NO_LINE = "no-line"  # handed over in the invoice's month, and on no invoice


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line as the provider wrote it: øre without VAT (negative: money back); None and '' where it says nothing."""

    line: int
    job: str
    amount: int
    credit: bool = False
    sheets: int | None = None
    letter_class: str = ""
    envelope: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that differs: on which line, if any, of which letter, if any; theirs less ours in øre."""

    what: What
    line: int | None
    job: str
    letter: UUID | None
    theirs: str
    ours: str
    difference: int


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier lines have of a job: their sum in øre, was it ever charged, and does a charge stand uncredited?"""

    net: int = 0
    charged: bool = False
    open: bool = False


def of_lines(matched: Sequence[tuple[InvoiceLine, Ours | None]], before: Mapping[str, Before]) -> list[Finding]:
    """What is to be said of the lines, in their order; `before`: by job, what earlier invoices have of it."""
    found: list[Finding] = []
    by_job: dict[str, list[InvoiceLine]] = {}
    for line, _ in matched:
        by_job.setdefault(line.job, []).append(line)
    for job, one in {line.job: one for line, one in matched}.items():
        found += _of_job(by_job[job], one, before.get(job, Before())) if one else map(_unknown, by_job[job])
    return sorted(found, key=lambda each: each.line or 0)


def _unknown(line: InvoiceLine) -> Finding:
    return Finding(What.UNKNOWN, line.line, line.job, None, beloeb(line.amount), "", line.amount)


def _of_job(lines: Sequence[InvoiceLine], one: Ours, before: Before) -> Iterator[Finding]:
    """Line by line what stands to be said of it alone; then the sum of all lines of the job beside ours."""
    charged, is_open, told = before.charged, before.open, 0
    for line in lines:
        wrong = What.NO_CHARGE if line.credit and not charged else What.DOUBLED if is_open and not line.credit else None
        if wrong:
            yield Finding(wrong, line.line, line.job, one.letter, beloeb(line.amount), "", line.amount)
            told += line.amount
        elif not line.credit and one.day is not None:
            yield from _of_line(line, one)
        charged, is_open = charged or not line.credit, not line.credit
    net = before.net + sum(line.amount for line in lines)
    if charged:
        yield from _of_sum(lines[-1], one, net, told)


def _of_sum(last: InvoiceLine, one: Ours, net: int, told: int) -> Iterator[Finding]:
    """`told`: what the findings of single lines say of the difference already."""
    rest, not_taken = net - told - one.amount, one.day is None and net - told > 0
    if not_taken or (rest and net != one.amount):
        what = What.NOT_TAKEN if not_taken else What.AMOUNT
        yield Finding(what, last.line, last.job, one.letter, beloeb(net - told), beloeb(one.amount), rest)


def _of_line(line: InvoiceLine, one: Ours) -> Iterator[Finding]:
    told_by_both = (
        (What.SHEETS, line.sheets, one.inputs.get("sheets")),
        (What.LETTER_CLASS, line.letter_class, one.inputs.get("letter_class")),
        (What.ENVELOPE, line.envelope, one.inputs.get("envelope")),
    )
    for what, theirs, ours in told_by_both:
        if theirs and ours and theirs != ours:
            yield Finding(what, line.line, line.job, one.letter, str(theirs), str(ours), 0)

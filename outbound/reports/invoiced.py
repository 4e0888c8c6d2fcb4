"""What providers' invoices asked for in a period, beside what stood booked for the same letters."""

from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from outbound.ledger import tables as t
from outbound.reports.reading import Period


@dataclass(frozen=True, slots=True)
class Invoiced:
    """One invoice, in øre without VAT: its lines and their amount, ours for them, and what is of no letter of ours."""

    provider: str
    number: str
    lines: int
    amount: int
    ours: int
    strange_lines: int
    strange_amount: int

    @property
    def difference(self) -> int:
        """What was asked for beyond our own account; negative where it was less."""
        return self.amount - self.ours


def invoiced(tx: Connection, period: Period) -> list[Invoiced]:
    """The invoices that came in the period, by provider and number."""
    i, line = t.invoice.c, t.invoice_line.c
    strange = case((line.dispatch_id.is_(None), 1), else_=0)
    sums = (
        func.count(),
        func.sum(line.amount),
        func.sum(line.ours),
        func.sum(strange),
        func.sum(strange * line.amount),
    )
    wanted = (
        select(i.provider, i.number, *sums)
        .join_from(t.invoice, t.invoice_line)
        .where(i.day >= period.first, i.day <= period.last)
        .group_by(i.id, i.provider, i.number)
        .order_by(i.provider, i.number)
    )
    return [Invoiced(row[0], row[1], *(int(value) for value in row[2:])) for row in tx.execute(wanted)]

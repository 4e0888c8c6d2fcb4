"""The money of invented hand-overs, as the accounts write it: what letters that are charged alike have in common."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from outbound.accounts import BASELINE, BOOKED, BY_PRINT, CORRECTED, ESTIMATE, LETTER, REMINDER, by_print
from outbound.letter import Channel
from outbound.postage import Sending, Tariffs

Entry = tuple[str, str, int, bool, str, str | None]
"""Stage, measure, øre, certain, inputs (canonical JSON), hash of the tariff row."""

DIGITAL_POST, PRINTER = "digital-post", "print"
"""The providers, as config/tariffs.toml prices them."""


@dataclass(frozen=True)
class Pattern:
    """Letters that go the same way, are of one size, and are charged alike."""

    channel: str
    route: str
    mailbox: str
    sheets: int
    size: int
    entries: list[Entry]
    letter_class: str = ""
    country: str = "DK"


def entries(
    tariffs: Tariffs, sending: Sending, day: date, route: str, mailbox: str, printer: str | None = None
) -> list[Entry]:
    """Estimated, booked and taken back. `printer`: a digital letter is compared with our own print too."""
    prices = [(str(one.part), one) for one in tariffs.price(sending, day).prices]
    prices += [(f"{BASELINE}{one.part}", one) for one in tariffs.baseline(sending, day).prices]
    if printer and sending.channel == Channel.DIGITAL:
        prices += [(f"{BY_PRINT}{one.part}", one) for one in by_print(tariffs, sending, printer, day)]
    money = [(name, one.amount, one.part.certain, text(one.inputs), one.row.hash) for name, one in prices]
    way = {"channel": str(sending.channel), "mailbox": mailbox, "route": route}
    count = (LETTER, 0, True, text(way), None)
    found: list[Entry] = [(ESTIMATE, *one) for one in money]
    found += [(BOOKED, *one) for one in (count, *money)]
    return found + [(CORRECTED, one[0], -one[1], *one[2:]) for one in (count, *money)]


def reminder_entries(tariffs: Tariffs, day: date) -> list[Entry]:
    """A reminder that was sent."""
    price = tariffs.reminder(DIGITAL_POST, day)
    count: Entry = (BOOKED, REMINDER, 0, True, text({}), None)
    money = (price.amount, price.part.certain, text(price.inputs), price.row.hash)
    return [count, (BOOKED, f"{REMINDER}-{price.part}", *money)]


def provider(channel: str) -> str:
    """Who hands letters over on this channel."""
    return DIGITAL_POST if channel == Channel.DIGITAL else PRINTER


def text(inputs: Any) -> str:
    """Inputs in the one form that the ledger has them in."""
    return json.dumps(dict(inputs), sort_keys=True, separators=(",", ":"))


def keep_tariffs(db: Any, tariffs: Tariffs, mark: str) -> None:
    """A copy of every tariff row in the ledger."""
    for many in tariffs.products.values():
        for row in many:
            db.execute(f"INSERT INTO tariff_row (hash, body) VALUES ({mark}, {mark})", (row.hash, row.canonical))


def copy(db: Any, table: str, columns: str, found: Iterable[Sequence[Any]]) -> None:
    """Into a table of PostgreSQL, the fastest way from outside."""
    with db.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as into:
        for row in found:
            into.write_row(row)

"""What stands open today in the invented ledger: letters on their way, HELD, back unseen; incidents, loose receipts."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from benchmarks.stories import STORIES
from benchmarks.year import PAPER, SOURCES, Batch, Year
from outbound import clock
from outbound.contents import FIELDS, PERSON, Addressee, pack_addressee, pack_fields
from outbound.ledger import Ledger
from outbound.ledger import tables as t
from outbound.letter import Recipient, Role
from outbound.rendering import LetterTypes
from outbound.seal import Seal

FULL = 100_000
"""With fewer letters in the year less stands open, in proportion."""
DAY = 86_400
NUMBERS = {
    "sent": 4000,
    "doubt": 6,
    "not-before": 2000,
    "tomorrow": 1500,
    "paused-render": 500,
    "paused-route": 500,
    "paused-send": 3000,
    "unseen": 300,
    "held-no-postal-address": 600,
    "held-not-in-register": 300,
    "held-recipient-dead": 350,
    "held-refused-letter": 200,
    "held-kills-its-worker": 5,
    "held-no-receipt": 400,
    "held-unknown-refusal": 145,
}
DIGITAL_ALONE = {"doubt", "paused-send", "held-refused-letter"}
PAPER_ALONE = {"unseen", "held-no-receipt"}
INCIDENTS, LOOSE = 40, 60
FIRST_NAMES = ("Solvej", "Aksel", "Bodil", "Villads", "Ingrid", "Troels", "Merete", "Kjeld")
LAST_NAMES = ("Prøvesen", "Opdigtsen", "Eksempelgaard", "Tænktved", "Modelholt")


def share_of(letters: int) -> float:
    """How much of the full present goes with a year of so many letters."""
    return min(1.0, letters / FULL)


@dataclass(frozen=True)
class Present:
    """The letters that are open: numbered after the year's, `share` of the full numbers."""

    year: Year
    share: float

    def batches(self) -> Iterator[Batch]:
        """A batch for each story, over the last days (of the prices in force)."""
        first, last = self.year.letters + 1, self.year.last
        period = len(self.year.periods) - 1
        for place, (story, number) in enumerate(NUMBERS.items()):
            day = max(last - timedelta(days=days_back(story)), self.year.periods[-1])
            span = ((last - day).days) * DAY + 7 * 3600
            mailing = UUID(int=place + 1, version=4) if story.startswith("paused") else None
            slot = (7 * place) % SOURCES if mailing else None
            letters = ceil(number * self.share)
            yield Batch(
                day, period, first, letters, 7 * 3600, span, mailing, slot, story, self._patterns(story, period)
            )
            first += letters

    def _patterns(self, story: str, period: int) -> list[int]:
        """The patterns of its way: those of the year's last prices."""
        of_period = sorted({way.pattern for at, *_, way in self.year.ways if at == period})
        ways = {route for route, *_ in PAPER}
        digital = [one for one in of_period if self.year.patterns[one].channel == "digital"]
        paper = [one for one in of_period if self.year.patterns[one].route in ways]
        if story in PAPER_ALONE or (story.startswith("held") and story not in DIGITAL_ALONE):
            return paper
        return digital if story in DIGITAL_ALONE else [*digital, *paper]


def days_back(story: str) -> int:
    """Over how many days before yesterday its letters came in."""
    if story.startswith("held") or story == "unseen":
        return 19
    return 2 if story == "sent" else 0


def open_letters(ledger: Ledger) -> list[Any]:
    """All whose content is kept."""
    row = t.letter.c
    with ledger.reading() as tx:
        wanted = select(row.id, row.letter_type, row.retention_month).where(row.forgotten_at.is_(None))
        return list(tx.execute(wanted.order_by(row.id)))


def seal_contents(ledger: Ledger, seal: Seal, types: LetterTypes) -> None:
    """What the open letters say and to whom, of invented people."""
    found = open_letters(ledger)
    with ledger.writing() as tx:
        for number, one in enumerate(found):
            fields = types[one.letter_type].example or {"title": "Brev", "dated": clock.today().isoformat()}
            parts = {PERSON: pack_addressee(Addressee(person(number))), FIELDS: pack_fields(fields), "wish": b""}
            seal.put(tx, one.id, one.retention_month, parts)


def person(number: int) -> Recipient:
    """Nobody: the number fails modulus 11."""
    name = f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {LAST_NAMES[number % len(LAST_NAMES)]}"
    return Recipient(Role.PARTY, name, cpr=invented_cpr(number))


def invented_cpr(number: int) -> str:
    """Ten digits of a day that is, and no valid CPR number."""
    digits = f"{2 + number % 27:02}{1 + number // 27 % 12:02}{50 + number // 324 % 40:02}{5000 + number % 4000:04}"
    weighed = sum(int(digit) * weight for digit, weight in zip(digits, (4, 3, 2, 7, 6, 5, 4, 3, 2, 1), strict=True))
    return digits if weighed % 11 else f"{digits[:9]}{(int(digits[9]) + 1) % 10}"


def open_cases(ledger: Ledger, seal: Seal, share: float) -> None:
    """Incidents that nobody has closed, receipts that match nothing, and the mailing that stands still."""
    d, row, now = t.dispatch.c, t.letter.c, clock.now()
    with ledger.writing() as tx:
        wanted = select(d.id, d.letter_id).join(t.letter, row.id == d.letter_id)
        lately = wanted.where(row.forgotten_at.is_(None), d.outcome == "taken").order_by(d.id)
        for number, one in enumerate(tx.execute(lately.limit(ceil(INCIDENTS * share))).all()):
            at = now - timedelta(hours=number + 1)
            incident = {"letter_id": one.letter_id, "code": "both-suspected", "dispatch_id": one.id, "at": at}
            tx.execute(insert(t.incident), incident)
        for number in range(ceil(LOOSE * share)):
            _loose(tx, seal, number)
        for key in [one for one in tx.execute(select(row.mailing_id).where(_paused()).distinct()).scalars() if one]:
            tx.execute(
                insert(t.pause), {"scope": "mailing", "key": key.hex, "by": "drift", "since": now, "act_id": None}
            )


def _paused() -> Any:
    return (
        t.letter.c.due_at.is_not(None)
        & (t.letter.c.due_at < clock.now())
        & t.letter.c.status.in_(("RECEIVED", "RENDERED", "ROUTED"))
    )


def _loose(tx: Any, seal: Seal, number: int) -> None:
    owner, at = UUID(int=10**6 + number, version=4), clock.now() - timedelta(hours=number + 1)
    state = "unreadable" if number % 3 == 0 else "unmatched"
    about = {"owner": owner, "provider": "digital-post", "provider_id": f"løs-{number}", "state": state, "tries": 9}
    tx.execute(insert(t.receipt_inbox), {**about, "due_at": at, "arrived_at": at, "settled_at": at})
    seal.put(tx, owner, f"{clock.today():%Y-%m}", {"receipt": json.dumps({"number": number}).encode()})


def number_of(story: str | None) -> int | None:
    """A story's number in the database."""
    return None if story is None else {one.name: place for place, one in enumerate(STORIES)}[story]

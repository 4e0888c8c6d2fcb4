"""After letters have gone every way, nobody is found outside the seal: no column, no log line, no exception."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from outbound import delivery, desk
from outbound.delivery import House
from outbound.desk import Hand
from outbound.ledger import tables as t
from outbound.letter import Address, Attachment, Blame, Lane, Life, Mailbox, News, Person, Recipient, Role, Submission
from outbound.seal import Part, SealFault
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, dispatches, hand_in, submission
from tests.outside import World
from tests.people import person
from tests.rendering.made import pages, text

NAME, STREET, TOWN, FIELD = "Ødegunda Plantesen", "Plantevænget 17", "Plantestad", "Plantekælderen"
NUMBERS = [person("well", 90 + number) for number in range(8)]
WHY = "Hun har ringet fra Plantevænget"
HOME = Address(NAME, (STREET,), "8990", TOWN)
PLANTED = [NAME, STREET, TOWN, FIELD, WHY, *NUMBERS, *(f"{one[:6]}-{one[6:]}" for one in NUMBERS)]


@pytest.fixture
def moving_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MovingClock:
    moving = MovingClock(tmp_path / "clock")
    monkeypatch.setenv("OUTBOUND_CLOCK_FILE", str(moving.file))
    return moving


def planted(number: str) -> Submission:
    """A letter that names somebody wherever it can."""
    one = submission(number)
    fields = {**dict(one.fields or {}), "place": FIELD}
    recipient = Recipient(Role.PARTY, NAME, cpr=number, address=HOME)
    beside = (Attachment(pages([text(30, 120, f"{NAME}, {FIELD}")]), f"Beregning for {NAME}"),)
    return submission(number, recipients=(recipient,), fields=fields, wish_reason=WHY, attachments=beside)


def travel(house: House, world: World, moving_clock: MovingClock) -> list[UUID]:
    """Digital, printed, refused at once and late, in doubt, held, acted on, sent again, contradicted, unreadable."""
    hand = Hand("mester", WHY)
    ids = hand_in(house, *(planted(number) for number in NUMBERS))
    moods = iter(["take", "refuse", "drop", "refuse-letter", "refuse-unknown", "misconfigured"])
    world.digital.plan = lambda consignment: next(moods, "take")
    for _ in range(3):
        run_to_rest(house)
        moving_clock.pass_(minutes=5)
    desk.resume(house, "channel", "digital", hand)
    world.enrolment.default = Mailbox.EXEMPT
    world.persons.default = Person(Life.ALIVE, NAME, HOME, protected=True)
    run_to_rest(house)
    world.report(News.REFUSED, "code", Blame.RECIPIENT, only=ids[0])
    world.digital_receipts.put(f"{NAME} {NUMBERS[0]} {STREET}", "unreadable")
    world.report(News.RETURNED)
    run_to_rest(house)
    moving_clock.pass_(days=4)
    run_to_rest(house)
    for letter in ids:
        for act in (desk.settle_not_taken, desk.release, desk.resend, desk.cancel, desk.acknowledge):
            with suppress(desk.DeskRefusal):
                act(house, letter, hand)
    run_to_rest(house)
    return ids


def found_in(text: str) -> list[str]:
    """Whom of the planted this text gives away."""
    lowered = text.lower()
    return [secret for secret in PLANTED if secret.lower() in lowered]


def plain_values(house: House) -> Iterator[tuple[str, str]]:
    """Every value of every column outside the seal, with the column's name."""
    with house.ledger.reading() as tx:
        for table in t.metadata.sorted_tables:
            if table is t.sealed:
                continue
            for row in tx.execute(select(table)):
                for name, value in row._mapping.items():
                    yield f"{table.name}.{name}", value.decode("latin-1") if isinstance(value, bytes) else str(value)


def test_nobody_is_found_outside_the_seal(
    house: House, world: World, moving_clock: MovingClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ids = travel(house, world, moving_clock)
    values = list(plain_values(house))
    assert [(name, secret) for name, value in values for secret in found_in(value)] == []
    logged = "\n".join(f"{one.getMessage()} {one.exc_text or ''}" for one in caplog.records)
    assert found_in(logged) == []
    tries = [one.outcome for letter in ids for one in dispatches(house, letter)]
    assert {"taken", "refused", "doubt", "void"} & set(tries) >= {"taken", "refused"}


def test_what_lies_under_the_seal_is_not_readable_there(house: House) -> None:
    hand_in(house, planted(NUMBERS[0]))
    with house.ledger.reading() as tx:
        bodies = [row.body for row in tx.execute(select(t.sealed))]
    assert bodies
    assert not any(found_in(body.decode("latin-1")) or found_in(body.decode("utf-8", "ignore")) for body in bodies)


def test_an_exception_names_nobody(house: House, world: World) -> None:
    (letter,) = hand_in(house, planted(NUMBERS[0]))
    with house.ledger.writing() as tx:
        tx.execute(t.sealed.update().where(t.sealed.c.owner == letter).values(body=b"x" * 40))
    with pytest.raises(SealFault) as fault, house.ledger.writing() as tx:
        house.seal.open_parts(tx, [Part(letter, "person")], "mester", "prøve")
    assert not found_in(str(fault.getrepr(style="long", showlocals=False)))
    with pytest.raises(SealFault) as rendering:
        delivery.render_handful(house, Lane.SINGLE)
    assert not found_in(str(rendering.getrepr(style="long", showlocals=False)))

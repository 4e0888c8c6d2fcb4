"""`outbound now`, `lost`, `nudge`, `incidents` and `receipts`: for people and programs, and how each ends."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, update

from outbound import clock
from outbound.cli.faults import Code
from outbound.clock import COPENHAGEN
from outbound.delivery import House
from outbound.ledger import incidents, restorations, signs
from outbound.ledger import tables as t
from tests.cli.conftest import Run
from tests.house import MovingClock, hand_in, look, submission
from tests.people import person
from tests.standing.living import alive

WHY = ("--by", "Drift Driftsen", "--why", "set kl. 3")


@pytest.fixture(autouse=True)
def moving_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MovingClock:
    moving = MovingClock(tmp_path / "clock")
    monkeypatch.setenv("OUTBOUND_CLOCK_FILE", str(moving.file))
    moving.to(datetime(2026, 11, 24, 3, tzinfo=COPENHAGEN))
    return moving


def lose(house: House) -> UUID:
    (one,) = hand_in(house, submission(person()))
    with house.ledger.writing() as tx:
        tx.execute(update(t.letter).where(t.letter.c.id == one).values(due_at=None))
    return one


def test_a_quiet_night_is_told_in_one_line_and_ends_well(run: Run, house: House) -> None:
    said = run("now")
    assert (said.code, said.out.splitlines()) == (
        Code.DONE,
        [
            "Ingen breve er tabt. Ingen breve venter på at komme afsted. Ingen frist er i fare.",
            "Intet kræver en hånd.",
        ],
    )
    assert run("lost").out == "Ingen breve er tabt.\n"
    assert json.loads(run("lost", "--format", "json").out) == []


def test_a_lost_letter_is_told_taken_up_and_gone(run: Run, house: House) -> None:
    one = lose(house)
    said = run("now")
    assert (said.code, said.out.startswith("1 brev er tabt.")) == (Code.FOUND, True)
    told = json.loads(run("now", "--format", "json").out)
    assert (told["lost"], told["waiting"], told["is_well"], len(told["flow"])) == ({"no-time": 1}, 1, False, 16)
    listed = run("lost", "--ids")
    assert (listed.code, listed.out) == (Code.FOUND, f"{one}\n")
    assert "har intet tidspunkt" in run("lost").out
    done = run("nudge", "-", *WHY, stdin=listed.out)
    assert (done.code, done.out) == (Code.DONE, f"{one}: is taken up again.\n")
    assert look(house, one).due_at is not None
    assert run("nudge", str(one), *WHY).code == Code.REFUSED
    assert run("now").code == Code.DONE


def test_a_deadline_in_danger_ends_with_another_code(run: Run, house: House) -> None:
    hand_in(house, submission(person(), useful_until=clock.today()))
    said = run("now")
    assert (said.code, "En frist er i fare: 1 brev er uden nytte" in said.out) == (Code.FOUND, True)


def test_a_pool_that_shows_no_life_ends_with_another_code(run: Run, house: House, moving_clock: MovingClock) -> None:
    alive(house, signs.TIMER, *signs.POOLS)
    moving_clock.pass_(minutes=3)
    alive(house, signs.TIMER, signs.RENDER)
    said = run("now")
    assert (said.code, "Puljen network har ikke givet livstegn siden kl. 3.00" in said.out) == (Code.FOUND, True)
    told = json.loads(run("now", "--json").out)
    assert (told["silent"], told["needs"][0]["kind"], told["needs"][0]["code"]) == (["network"], "dead", "network")
    assert datetime.fromisoformat(told["needs"][0]["since"]).tzinfo
    assert f'"since": "{datetime.fromisoformat(told["needs"][0]["since"]).isoformat()}"' in run("now", "--json").out


def test_that_the_ledger_is_a_back_up_is_said_first(run: Run, house: House) -> None:
    with house.ledger.writing() as tx:
        restorations.suspect(tx)
    said = run("now")
    assert (said.code, said.out.startswith("Intet sendes: databasen er genskabt")) == (Code.FOUND, True)
    assert json.loads(run("now", "--format", "json").out)["restored"] is True


def test_incidents_are_listed_closed_and_opened_again(run: Run, house: House) -> None:
    (one,) = hand_in(house, submission(person()))
    with house.ledger.writing() as tx:
        incidents.report(tx, one, "both-suspected", uuid4())
    (told,) = json.loads(run("incidents", "list", "--format", "json").out)
    assert (told["letter"], told["code"]) == (str(one), "both-suspected")
    assert "Brevet kan være sendt to gange." in run("incidents", "list").out
    assert run("incidents", "close", told["incident"], *WHY).code == Code.DONE
    assert run("incidents", "close", told["incident"], *WHY).code == Code.REFUSED
    assert json.loads(run("incidents", "list", "--format", "json").out) == []
    assert json.loads(run("incidents", "list", "--closed", "--format", "json").out)[0]["closed_at"]
    assert run("incidents", "reopen", told["incident"], *WHY).code == Code.DONE
    assert "Hændelse" not in run("show", one).err


def test_receipts_are_listed_read_put_aside_and_worked_again(run: Run, house: House) -> None:
    owner, now = uuid4(), clock.now()
    row = {"provider": "print", "provider_id": "7", "state": "unmatched", "tries": 3, "owner": owner}
    with house.ledger.writing() as tx:
        tx.execute(insert(t.receipt_inbox).values(**row, due_at=now, arrived_at=now - timedelta(days=1)))
        house.seal.put(tx, owner, f"{now:%Y-%m}", {"receipt": b"from the printer \x1b[2J"})
    (told,) = json.loads(run("receipts", "list", "--format", "json").out)
    number = told["receipt"]
    assert "passer ikke til noget" in run("receipts", "list").out
    read = run("receipts", "open", number, "--by", "Drift Driftsen", "--purpose", "receipt-inquiry")
    assert (read.code, read.out) == (Code.DONE, "from the printer ·[2J\n")
    assert run("receipts", "open", number, "--by", "Drift Driftsen").code == Code.USAGE
    assert run("receipts", "pair", number, "no id", *WHY).code == Code.REFUSED
    assert run("receipts", "pair", number, uuid4(), *WHY).code == Code.REFUSED
    assert run("receipts", "aside", number, *WHY).code == Code.DONE
    assert json.loads(run("receipts", "list", "--format", "json").out) == []
    assert json.loads(run("receipts", "list", "--aside", "--format", "json").out)[0]["receipt"] == number
    assert run("receipts", "again", number, *WHY).code == Code.DONE
    with house.ledger.reading() as tx:
        assert tx.execute(select(t.receipt_inbox.c.state)).scalar_one() == "new"

"""Print runs at a terminal: for people and programs, orders with a why, proofs; and how each command ends."""

import csv
import io
import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader

from outbound.cli.faults import Code
from outbound.delivery import House
from outbound.delivery.proof import send_proof
from outbound.desk import Hand
from outbound.ledger import runs
from outbound.letter import Counts, Mailbox, News
from tests.cli.conftest import Run
from tests.delivery.walking import run_to_rest
from tests.house import NOTICE, MovingClock, dispatches, hand_in, submission
from tests.outside import World
from tests.people import person

WHY = ("--by", "Drift Driftsen", "--why", "forkert bilag")


@pytest.fixture
def moving_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MovingClock:
    moving = MovingClock(tmp_path / "clock")
    monkeypatch.setenv("OUTBOUND_CLOCK_FILE", str(moving.file))
    return moving


@pytest.fixture
def sent(house: House, world: World) -> UUID:
    """A run that the printer has."""
    world.enrolment.default = Mailbox.EXEMPT
    letters = hand_in(house, *(submission(person("well", n)) for n in range(2)))
    run_to_rest(house)
    found: UUID = dispatches(house, letters[0])[0].consignment_id
    return found


@pytest.fixture
def modelled(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command speaks to the same model of the outside as the test's own house."""
    monkeypatch.setattr("adapters.connect", lambda settings: world.outside())


def test_without_runs_the_table_is_empty_in_every_form(run: Run) -> None:
    said = run("print", "runs").out.splitlines()
    assert said[0].startswith("Kørsel")
    assert said[-1].startswith("Næste kørsel lukker ")
    assert said[-1].endswith("; 0 breve er med (0 venter i alt).")
    assert json.loads(run("print", "runs", "--format", "json").out) == []
    assert run("print", "runs", "--missing").code == Code.DONE


def test_runs_are_listed_for_people_and_for_programs(run: Run, house: House, world: World, sent: UUID) -> None:
    world.paper_receipts.send_counts(sent, Counts(1, 2, 3, 4))
    run_to_rest(house)
    said = run("print", "runs").out
    assert all(word in said for word in (str(sent), "Hos trykkeriet", "andre tal hos trykkeriet"))
    (one,) = json.loads(run("print", "runs", "--format", "json").out)
    assert (one["run"], one["state"], one["letters"], one["counted_letters"]) == (str(sent), "taken", 2, 1)
    assert one["missing"] is False
    (row,) = csv.DictReader(io.StringIO(run("print", "runs", "--format", "csv").out), delimiter=";")
    assert (row["run"], row["envelopes"], row["counted_sheets"]) == (str(sent), "2", "4")


def test_a_run_is_shown_with_its_letters_and_what_differs(run: Run, house: House, world: World, sent: UUID) -> None:
    world.paper_receipts.send_counts(sent, Counts(1, 2, 3, 4))
    run_to_rest(house)
    said = run("print", "show", sent).out
    assert "breve: 2, trykkeriet 1 (afviger)" in said
    assert "kuverter: 2, trykkeriet 2\n" in said
    assert said.count(NOTICE) == 2
    letter = json.loads(run("print", "show", sent, "--format", "json").out)[0]["letter"]
    assert f"printkørsel {sent}" in run("show", letter).out
    assert len(json.loads(run("print", "show", sent, "--format", "json").out)) == 2
    assert run("print", "show", uuid4()).code == Code.REFUSED
    assert run("print", "show", "1").code == Code.REFUSED


def test_a_missing_run_ends_with_a_code_that_a_script_can_ask_for(
    moving_clock: MovingClock, run: Run, sent: UUID
) -> None:
    assert run("print", "runs", "--missing").code == Code.DONE
    moving_clock.pass_(days=9)
    ended = run("print", "runs", "--missing")
    assert ended.code == Code.FOUND
    assert str(sent) in ended.out
    assert "Ring til dem" in ended.out


@pytest.mark.parametrize("kind", ["hold", "release", "recall"])
def test_where_the_printer_takes_no_orders_it_is_to_be_called(
    run: Run, sent: UUID, kind: str, world: World, modelled: None
) -> None:
    world.print_house = None
    ended = run("print", kind, sent, *WHY)
    assert ended.code == Code.REFUSED
    assert "call the printer" in ended.err


def test_an_order_is_written_and_what_became_of_it_is_said(
    run: Run, house: House, world: World, sent: UUID, modelled: None
) -> None:
    assert run("print", "hold", sent).code == Code.USAGE
    ended = run("print", "hold", sent, *WHY)
    assert (ended.code, ended.err) == (Code.DONE, "")
    assert "hold tilbage: givet, venter på svar." in ended.out
    again = run("print", "recall", sent, *WHY)
    assert again.code == Code.REFUSED
    assert "has not answered" in again.err
    world.paper_receipts.send_of_run(sent, News.HELD_BACK)
    run_to_rest(house)
    assert "Hold tilbage (Drift Driftsen): holdt tilbage" in run("print", "show", sent).out
    assert "(afviger)" not in run("print", "show", sent).out


def test_proofs_are_written_to_a_folder_for_approval_and_nothing_is_sent(
    run: Run, house: House, tmp_path: Path
) -> None:
    folder = tmp_path / "proofs"
    ended = run("print", "proof", "--letter-type", NOTICE, "--out", folder)
    assert (ended.code, ended.err) == (Code.DONE, "")
    (file,) = folder.iterdir()
    assert file.name == f"{NOTICE}.pdf"
    assert "PRØVE" in PdfReader(file).pages[0].extract_text()
    assert run("print", "proof", "--letter-type", "no-such", "--out", folder).code == Code.REFUSED


def test_a_proof_run_is_sent_under_a_name_and_its_answers_are_shown(
    run: Run, house: House, world: World, modelled: None
) -> None:
    assert run("print", "proof", "--letter-type", NOTICE).code == Code.REFUSED
    ended = run("print", "proof", "--letter-type", NOTICE, *WHY)
    assert ended.code == Code.DONE
    assert "1 breve" in ended.out
    made = send_proof(house, [NOTICE], Hand("drift", "prøve"))
    world.paper_receipts.send_of_run(made.id, News.RECEIVED)
    run_to_rest(house)
    said = run("print", "show", made.id).out
    assert f"Prøvekørsel {made.id}: Hos trykkeriet, modtaget" in said
    assert NOTICE in said
    world.paper.plan = lambda consignment: "unavailable"
    ended = run("print", "proof", "--letter-type", NOTICE, *WHY)
    assert ended.code == Code.REFUSED
    assert "Ikke afleveret (busy)" in ended.out
    with house.ledger.reading() as tx:
        assert runs.newest(tx, None, 5) == []

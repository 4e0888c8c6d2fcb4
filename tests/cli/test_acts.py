"""What operations do at a terminal: each act under a name, with a why, and never where it may not be done."""

import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from outbound.cli.faults import Code
from outbound.contents import PERSON, unpack_addressee
from outbound.delivery import House, render_handful, route_handful, send_handful
from outbound.ledger import tables as t
from outbound.letter import Channel, Consignment, Lane, Mailbox
from outbound.life import Status
from tests.cli.conftest import Run
from tests.house import Killed, dispatches, events, hand_in, look, submission
from tests.outside import World
from tests.people import person

WHY = ("--by", "Drift Driftsen", "--why", "aftalt med afsenderen")


@pytest.fixture
def received(house: House) -> UUID:
    return hand_in(house, submission(person()))[0]


def deliver(house: House) -> None:
    """As far as the mailbox's answer."""
    render_handful(house, Lane.SINGLE)
    route_handful(house, Lane.SINGLE)
    send_handful(house, Channel.DIGITAL, Lane.SINGLE)


def acts(house: House) -> list[tuple[str, str, str]]:
    with house.ledger.reading() as tx:
        return [(row.verb, row.key, row.by) for row in tx.execute(select(t.act).order_by(t.act.c.at))]


def test_a_letter_is_cancelled_under_a_name_and_with_a_sealed_why(run: Run, house: House, received: UUID) -> None:
    ended = run("cancel", received, *WHY)
    assert (ended.code, ended.err) == (Code.DONE, "")
    assert look(house, received).status is Status.CANCELLED
    assert acts(house) == [("cancel", received.hex, "Drift Driftsen")]
    with house.ledger.writing() as tx:
        act = tx.execute(select(t.act.c.id)).scalar_one()
        assert house.seal.open(tx, act, "why", "test", "test") == b"aftalt med afsenderen"


def test_without_a_why_nothing_is_done(run: Run, house: House, received: UUID) -> None:
    assert run("cancel", received).code == Code.USAGE
    assert run("cancel", received, "--why", "  ").code == Code.REFUSED
    assert look(house, received).status is Status.RECEIVED


def test_the_name_is_the_system_user_where_none_is_given(
    run: Run, house: House, received: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "driftsvagt")
    assert run("cancel", received, "--why", "dublet").code == Code.DONE
    assert acts(house) == [("cancel", received.hex, "driftsvagt")]


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "a\nb", f"for {person()}"])
def test_a_name_that_may_not_stand_in_the_open_is_refused_and_not_echoed(
    run: Run, house: House, received: UUID, name: str
) -> None:
    ended = run("cancel", received, "--by", name, "--why", "dublet")
    assert ended.code == Code.REFUSED
    assert person() not in ended.out + ended.err
    assert look(house, received).status is Status.RECEIVED


def test_one_letter_that_may_not_be_treated_so_hinders_no_other(run: Run, house: House) -> None:
    gone, *rest = hand_in(house, submission(person()))
    deliver(house)
    rest = hand_in(house, submission(person(n=1)), submission(person(n=2)))
    ended = run("cancel", gone, uuid4(), *rest, *WHY)
    assert ended.code == Code.REFUSED
    assert ended.err.count("\n") == 2
    assert [look(house, one).status for one in rest] == [Status.CANCELLED] * 2
    assert look(house, gone).status is Status.SENT


def test_ids_can_be_piped_from_held_to_release(run: Run, house: House, world: World) -> None:
    world.enrolment.answers |= {person("closed", n): Mailbox.CLOSED for n in range(2)}
    hand_in(house, submission(person("closed")), submission(person("closed", 1)))
    deliver(house)
    found = run("held", "--code", "mailbox-closed", "--ids")
    assert len(found.out.splitlines()) == 2
    assert run("release", "-", *WHY, stdin=found.out).code == Code.DONE
    assert run("held", "--ids").out == ""


@pytest.mark.parametrize("id_", ["", "1", "../../etc/passwd", person()])
def test_what_is_no_id_is_said_and_not_echoed(run: Run, id_: str) -> None:
    ended = run("release", id_, *WHY)
    assert ended.code == Code.REFUSED
    assert person() not in ended.err


def test_a_chosen_channel_is_taken(run: Run, house: House, received: UUID) -> None:
    assert run("reroute", received, "print", *WHY).code == Code.DONE
    assert look(house, received).forced is Channel.PRINT
    assert run("reroute", received, "none", *WHY).code == Code.USAGE


def test_an_address_is_mended_from_standard_input(run: Run, house: House, received: UUID) -> None:
    new = {"name": "Solvej Prøvesen", "lines": ["Prøvevej 9"], "postcode": "4300", "town": "Holbæk"}
    ended = run("mend", received, "--address", "-", *WHY, stdin=json.dumps(new))
    assert ended.code == Code.DONE
    assert "Prøvevej" not in ended.out
    with house.ledger.writing() as tx:
        body = house.seal.open(tx, received, PERSON, "test", "test")
    assert body is not None
    address = unpack_addressee(body).recipient.address
    assert address is not None
    assert address.as_lines() == ("Solvej Prøvesen", "Prøvevej 9", "4300 Holbæk")
    assert events(house, received)[-1] in ("received", "address-mended")


@pytest.mark.parametrize(
    "given",
    [
        "",
        "{",
        "[]",
        "7",
        '{"name": 7}',
        '{"lines": "x"}',
        '{"lines": [1]}',
        '{"cpr": "x"}',
        "[" * 100_000,
        '{"name": ""}',
    ],
)
def test_an_address_that_is_none_changes_nothing(run: Run, house: House, received: UUID, given: str) -> None:
    before = look(house, received)
    assert run("mend", received, "--address", "-", *WHY, stdin=given).code == Code.REFUSED
    assert look(house, received) == before


def test_a_resent_letter_is_a_new_one(run: Run, house: House, received: UUID) -> None:
    deliver(house)
    ended = run("resend", received, *WHY)
    assert ended.code == Code.DONE
    new = UUID(ended.out.split()[-1].rstrip("."))
    assert look(house, new).follows == received


def test_a_pause_is_put_on_and_taken_off(run: Run, house: House) -> None:
    assert run("pause", "channel", "digital", *WHY).out == "channel digital: paused.\n"
    assert run("pause", "channel", "digital", *WHY).out == "channel digital: was paused already.\n"
    assert "På pause siden" in run("queues").out
    assert run("resume", "channel", "digital", *WHY).out == "channel digital: goes on.\n"
    assert run("resume", "channel", "digital", *WHY).out == "channel digital: was not paused.\n"
    assert [verb for verb, _, _ in acts(house)] == ["pause", "pause", "resume", "resume"]


def test_letters_of_a_killed_worker_stand_in_the_queues(run: Run, house: House, world: World, received: UUID) -> None:
    def die(place: str, consignment: Consignment) -> None:
        raise Killed

    world.digital.hook = die
    with pytest.raises(Killed):
        deliver(house)
    assert look(house, received).status is Status.SENDING
    assert "Ved at blive afleveret" in run("queues").out
    (one,) = json.loads(run("queues", "--format", "json").out)
    assert (one["step"], one["channel"], one["in_hand"]) == ("hand-over", "digital", 1)
    assert one["age"] >= 0


@pytest.mark.parametrize(
    ("scope", "key"),
    [
        ("channel", "none"),
        ("system", "ukendt"),
        ("type", "ukendt"),
        ("mailing", "x"),
        ("mailing", "36047522-d0e7-45ef-85c8-2408182184a2"),
    ],
)
def test_a_slip_pauses_nothing(run: Run, house: House, scope: str, key: str) -> None:
    ended = run("pause", scope, key, *WHY)
    assert ended.code == Code.REFUSED
    assert ended.err.startswith("outbound: ")
    assert acts(house) == []


def test_a_letter_in_doubt_says_what_to_ask_and_when_it_was_looked_up(run: Run, house: House, world: World) -> None:
    world.digital.plan = lambda consignment: "refuse-unknown"
    letter = hand_in(house, submission(person()))[0]
    deliver(house)
    said = run("show", letter).out
    (doubt,) = dispatches(house, letter)
    assert f"om de har modtaget meddelelsen med messageUUID {doubt.id}" in said
    assert "Deres kode var new.code." in said
    assert "slået op i Digital Post" in said


def test_nothing_of_a_person_is_said_but_by_open_and_that_is_logged(run: Run, house: House) -> None:
    number = person()
    letter = hand_in(house, submission(number))[0]
    deliver(house)
    for words in (("show", letter), ("held",), ("queues",), ("report",), ("held", "--format", "json")):
        said = run(*words)
        assert number not in said.out + said.err
        assert "Solvej" not in said.out + said.err
    before = readings(house, letter)
    told = run("show", letter, "--open", "--by", "Drift Driftsen")
    assert number in told.out
    assert "Solvej Prøvesen" in told.out
    assert readings(house, letter)[len(before) :] == [("Drift Driftsen", "show")] * 2


def test_a_pdf_is_written_for_its_reader_alone(run: Run, house: House, received: UUID, tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    assert run("show", received, "--pdf", file).code == Code.REFUSED
    deliver(house)
    assert run("show", received, "--pdf", file).code == Code.DONE
    assert file.read_bytes().startswith(b"%PDF")
    assert file.stat().st_mode & 0o777 == 0o600
    assert run("show", received, "--pdf", file).code == Code.REFUSED


def readings(house: House, letter: UUID) -> list[tuple[str, str]]:
    with house.ledger.reading() as tx:
        rows = tx.execute(select(t.reading).where(t.reading.c.owner == letter).order_by(t.reading.c.id))
        return [(row.by, row.purpose) for row in rows]


def test_a_reminder_is_stopped_and_its_letter_stands(run: Run, house: House) -> None:
    fields = {**dict(submission().fields or {}), "dag": "2099-12-22"}
    (letter,) = hand_in(house, submission(person(), fields=fields))
    assert "planlagt" in run("show", letter).out
    assert run("stop-reminder", letter, *WHY).code == Code.DONE
    assert acts(house) == [("stop-reminder", letter.hex, "Drift Driftsen")]
    assert look(house, letter).status is Status.RECEIVED
    said = run("show", letter).out
    assert "sendes ikke: standset af en medarbejder eller fagsystemet" in said
    assert run("stop-reminder", letter, *WHY).code == Code.REFUSED
    assert "NemSMS-påmindelser: sendes ikke 1" in run("queues").out

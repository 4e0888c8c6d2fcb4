"""Many letters and mailings at a terminal: what the pages do, by the same functions."""

import json
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from outbound import many
from outbound.cli.faults import Code
from outbound.delivery import House
from outbound.ledger import tables as t
from outbound.ledger.letters import hold, locked
from outbound.ledger.mailings import open_mailing
from outbound.letter import Mailing, WaitsFor
from outbound.life import Status
from tests.cli.conftest import Run
from tests.delivery.walking import work_to_rest
from tests.house import hand_in, look, submission
from tests.people import person

WHY = ("--by", "Drift Driftsen", "--why", "aftalt med afsenderen")


@pytest.fixture
def mailing(house: House) -> UUID:
    with house.ledger.writing() as tx:
        return open_mailing(tx, Mailing(uuid4(), "jobcenter", "m-1", "beskaeftigelse", "Årsopgørelse")).id


@pytest.fixture
def letters(house: House, mailing: UUID) -> list[UUID]:
    return sorted(hand_in(house, *(submission(person("well", n), mailing_id=mailing) for n in range(3))))


def work(house: House) -> None:
    for _ in range(50):
        if not many.work(house):
            return


def test_ids_for_a_pipe_are_all_there_are(run: Run, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outbound.cli.ids.PAGE", 20)
    letters = sorted(hand_in(house, *(submission(person("well", n)) for n in range(53))))
    wanted = [str(one) for one in letters]
    assert run("letters", "--ids").out.split() == wanted
    assert run("letters", "--ids", "--limit", "21").out.split() == wanted[:21]
    with house.ledger.writing() as tx:
        for one in letters:
            hold(tx, locked(tx, one), "title", WaitsFor.SENDER, "prøve")
    assert run("held", "--ids").out.split() == wanted
    assert run("held", "--ids", "--limit", "40").out.split() == wanted[:40]
    with house.ledger.writing() as tx:
        tx.execute(update(t.letter).values(status="RECEIVED", waits_for=None, held_code=None, due_at=None))
    assert run("lost", "--ids").out.split() == wanted


def test_letters_are_found_and_told_in_every_form(run: Run, letters: list[UUID]) -> None:
    assert run("letters", "--system", "jobcenter", "--ids").out.split() == [str(one) for one in letters]
    rows = json.loads(run("letters", "--state", "RECEIVED", "--format", "json").out)
    assert [row["letter"] for row in rows] == [str(one) for one in letters]
    assert "3 breve passer; 1 er vist." in run("letters", "--limit", "1").out
    assert run("letters", "--code", "held-by-person", "--ids").out == ""
    assert run("letters", "--from", "i går").code == Code.REFUSED


def test_a_batch_is_looked_at_begun_followed_and_undone(run: Run, house: House, letters: list[UUID]) -> None:
    seen = run("batch", "preview", "--verb", "hold", "--system", "jobcenter")
    assert "Stands: 3 breve." in seen.out
    assert "--most 3" in seen.out
    assert run("batch", "begin", "--verb", "hold", "--system", "jobcenter", *WHY).code == Code.REFUSED
    assert run("batch", "begin", "--verb", "hold", "--system", "jobcenter", "--most", 2, *WHY).code == Code.REFUSED
    assert {look(house, one).status for one in letters} == {Status.RECEIVED}
    begun = run("batch", "begin", "--verb", "hold", "--system", "jobcenter", "--most", 3, *WHY)
    assert begun.code == Code.DONE
    batch = begun.out.partition(":")[0]
    work(house)
    assert {look(house, one).status for one in letters} == {Status.HELD}
    assert "Færdig" in run("batch", "show", batch).out
    rows = json.loads(run("batch", "show", batch, "--letters", "done", "--format", "json").out)
    assert {row["letter"] for row in rows} == {str(one) for one in letters}
    assert json.loads(run("batch", "list", "--format", "json").out)[0]["batch"] == batch
    assert run("batch", "undo", batch, *WHY).code == Code.DONE
    work(house)
    assert {look(house, one).status for one in letters} == {Status.RECEIVED}
    assert run("batch", "undo", batch, *WHY).code == Code.REFUSED


def test_named_letters_are_acted_on_from_a_pipe(run: Run, house: House, letters: list[UUID]) -> None:
    ids = "\n".join(str(one) for one in letters[:2])
    assert run("batch", "begin", "--verb", "hold", "--most", 2, "-", *WHY, stdin=ids).code == Code.DONE
    work(house)
    assert [look(house, one).status for one in letters] == [Status.HELD, Status.HELD, Status.RECEIVED]


def test_a_batch_that_is_not_there_is_said_so(run: Run) -> None:
    for words in (("show",), ("undo", *WHY), ("end", *WHY)):
        assert run("batch", words[0], uuid4(), *words[1:]).code == Code.REFUSED


def test_a_mailing_is_listed_paused_and_its_rest_cancelled(
    run: Run, house: House, letters: list[UUID], mailing: UUID
) -> None:
    row = json.loads(run("mailing", "list", "--format", "json").out)[0]
    assert (row["mailing"], row["letters"], row["waiting"]) == (str(mailing), 3, 3)
    assert "0 af 3 breve er sendt." in run("mailing", "show", mailing).out
    assert run("mailing", "pause", mailing, *WHY).out == f"{mailing}: paused.\n"
    assert run("mailing", "resume", mailing, *WHY).out == f"{mailing}: goes on.\n"
    assert "3 letters are to be cancelled, 0 cannot be." in run("mailing", "cancel", mailing, *WHY).out
    work(house)
    assert {look(house, one).status for one in letters} == {Status.HELD}
    assert run("mailing", "show", uuid4()).code == Code.REFUSED


def test_a_letter_is_held_by_its_id(run: Run, house: House, letters: list[UUID]) -> None:
    assert run("hold", letters[0], *WHY).code == Code.DONE
    assert look(house, letters[0]).held_code == "held-by-person"


def test_faulty_letters_are_written_down_and_told(run: Run, house: House, letters: list[UUID]) -> None:
    found = ("--found", "2020-01-02T09:00")
    assert run("misdelivered", "begin", "--system", "jobcenter", *found, *WHY).code == Code.REFUSED  # none has gone
    work_to_rest(house, 20)
    assert run("misdelivered", "begin", "--system", "jobcenter", "--found", "i går", *WHY).code == Code.REFUSED
    begun = run("misdelivered", "begin", "--system", "jobcenter", *found, *WHY)
    assert begun.code == Code.DONE
    made = begun.out.partition(":")[0]
    shown = run("misdelivered", "show", made).out
    assert "digital taken 3" in shown
    assert "missing 3" in shown
    assert "2020-01-05 09:00:00" in shown
    rows = json.loads(run("misdelivered", "show", made, "--correction", "missing", "--format", "json").out)
    assert {row["letter"] for row in rows} == {str(one) for one in letters}
    assert run("misdelivered", "csv", made).out.count("\n") == 4
    assert json.loads(run("misdelivered", "list", "--format", "json").out)[0]["list"] == made
    assert run("misdelivered", "show", uuid4()).code == Code.REFUSED

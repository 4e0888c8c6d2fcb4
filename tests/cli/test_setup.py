"""Setting up at a terminal: keys, schema, systems, accounts; and how a command ends that cannot do its work."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from sqlalchemy import select

from outbound.cli.faults import Code, explained
from outbound.cli.running import demo_account
from outbound.delivery import House
from outbound.ledger import tables as t
from outbound.ledger.keys import system_of
from outbound.settings import load
from outbound.web.access import digest_of
from outbound.web.people import Accounts, load_accounts
from tests.cli.conftest import Ended, Run
from tests.people import person


def test_keys_are_made_once_and_then_only_extended(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "seal" / "new.json"
    assert run("keys", "extend", file).code == Code.REFUSED
    assert run("keys", "new", file, "--months", 3).code == Code.DONE
    first = json.loads(file.read_text())
    assert len(first["seal"]) == 3
    assert file.stat().st_mode & 0o777 == 0o600
    assert run("keys", "new", file).code == Code.REFUSED
    assert run("keys", "extend", file, "--months", 5).out.endswith("2 months added.\n")
    after = json.loads(file.read_text())
    assert after["fingerprint"] == first["fingerprint"]
    assert first["seal"].items() < after["seal"].items()


def test_a_file_that_holds_no_keys_is_not_touched(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "notes.json"
    file.write_text("[]")
    assert run("keys", "extend", file).code == Code.REFUSED
    assert file.read_text() == "[]"


def test_a_system_key_is_printed_once_and_kept_as_a_digest(run: Run, house: House) -> None:
    key = run("system-key", "jobcenter").out.strip()
    with house.ledger.reading() as tx:
        assert system_of(tx, digest_of(key)) == "jobcenter"
        assert key not in str(tx.execute(select(t.system_key)).all())
    assert run("system-key", "jobcenter", "--revoke").out == "1 keys revoked.\n"
    with house.ledger.reading() as tx:
        assert system_of(tx, digest_of(key)) is None
    assert run("system-key", "ukendt").code == Code.REFUSED


def test_an_account_can_be_signed_in_with(run: Run, tmp_path: Path) -> None:
    said = run("account", "Ådse 'æ\" 😀", "--role", "drift", "--role", "sag", stdin="en lang kode\n")
    assert "en lang kode" not in said.out
    file = tmp_path / "accounts.toml"
    file.write_text(said.out)
    assert tomllib.loads(said.out)["account"][0]["departments"] == ["*"]
    accounts = Accounts(file)
    assert accounts.check("Ådse 'æ\" 😀", "en lang kode") is not None
    assert accounts.check("Ådse 'æ\" 😀", "en anden kode") is None


def test_an_account_is_of_departments_that_there_are(run: Run) -> None:
    def asked(*codes: str) -> Ended:
        words = [word for code in codes for word in ("--department", code)]
        return run("account", "a", "--role", "ledelse", *words, stdin="en lang kode\n")

    said = asked("social", "boern-og-skole")
    assert tomllib.loads(said.out)["account"][0]["departments"] == ["social", "boern-og-skole"]
    refused = asked("social", "findes-ikke")
    assert (refused.code, refused.out) == (Code.REFUSED, "")
    assert "config/organisation.toml has no department findes-ikke; it has borgerservice, boern-og-skole" in refused.err


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        (("a", "--role", "chef"), "en lang kode"),
        (("a\nb", "--role", "sag"), "en lang kode"),
        (("a", "--role", "sag"), "kort"),
        (("worker", "--role", "sag"), "en lang kode"),
    ],
)
def test_an_account_that_would_not_do_is_refused(run: Run, words: tuple[str, ...], stdin: str) -> None:
    ended = run("account", *words, stdin=stdin)
    assert ended.code == Code.REFUSED
    assert stdin not in ended.err
    assert ended.out == ""


def test_the_demo_login_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file, password = demo_account(tmp_path / "keys" / "accounts.toml")
    assert demo_account(file) == (file, "")
    assert Accounts(file).check("demo", password) is not None
    assert load_accounts(file)["demo"].may_see("borgerservice")
    for kept in (file, file.with_suffix(".password")):
        assert kept.stat().st_mode & 0o777 == 0o600


def test_migrating_twice_changes_nothing(run: Run) -> None:
    assert run("migrate").code == Code.DONE
    assert run("migrate").code == Code.DONE


def test_a_ledger_that_is_not_there_is_said_and_not_made(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = tmp_path / "missing.sqlite"
    monkeypatch.setenv("OUTBOUND_DATABASE_URL", f"sqlite:///{missing}")
    ended = run("queues")
    assert ended.code == Code.SETUP
    assert "outbound migrate" in ended.err
    assert not missing.exists()


def test_an_empty_ledger_must_be_migrated_first(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty.sqlite"
    empty.touch()
    monkeypatch.setenv("OUTBOUND_DATABASE_URL", f"sqlite:///{empty}")
    assert run("queues").code == Code.SETUP


def test_a_database_that_does_not_answer_is_a_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTBOUND_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/nothing?connect_timeout=2")
    for words in (("queues",), ("migrate",), ("release", "x", "--why", "y", "--by", "z")):
        ended = run(*words)
        assert ended.code in (Code.LEDGER, Code.SETUP, Code.REFUSED)
        assert "Traceback" not in ended.err
        assert ended.err.startswith("outbound: ")


def test_every_fault_of_the_settings_is_said_at_once_without_a_value(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTBOUND_HANDFUL", "hemmelig1")
    monkeypatch.setenv("OUTBOUND_SENDER_CVR", "hemmelig2")
    ended = run("queues")
    assert ended.code == Code.SETUP
    assert "OUTBOUND_HANDFUL: " in ended.err
    assert "OUTBOUND_SENDER_CVR: " in ended.err
    assert "hemmelig" not in ended.err


def test_a_name_that_no_setting_has_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OUTBOUND_DIGITAL_POST_TOKNE", "hemmelig")
    load()
    assert [record.getMessage() for record in caplog.records] == [
        "OUTBOUND_DIGITAL_POST_TOKNE is no setting; did you mean OUTBOUND_DIGITAL_POST_TOKEN?"
    ]


def test_what_nobody_foresaw_is_named_by_its_place_alone() -> None:
    try:
        raise RuntimeError(person())
    except RuntimeError as fault:
        code, sentence = explained(fault)
    assert code == Code.UNFORESEEN
    assert "RuntimeError at " in sentence
    assert person() not in sentence


def test_the_settings_of_a_running_stack_can_be_named_by_file(
    run: Run, environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "env"
    file.write_text("".join(f"export {name}='{value}'\n" for name, value in environment.items()))
    for name in environment:
        monkeypatch.delenv(name)
    assert run("--env", file, "queues").code == Code.DONE
    assert run("--env", tmp_path / "nothing", "queues").code == Code.SETUP


def test_a_reader_that_goes_away_is_no_fault(environment: dict[str, str]) -> None:
    words = [sys.executable, "-m", "outbound", "report", "--format", "json"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment}
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()

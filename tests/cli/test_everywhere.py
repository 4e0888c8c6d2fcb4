"""What every command has: its line in the list, `--json`, exit codes, completion; and how long work shows itself."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import typer.main

from outbound.cli import completing, tables, telling
from outbound.cli.app import PANELS, app
from outbound.cli.faults import Code
from outbound.delivery import House
from outbound.letter import Mailbox
from outbound.life import Status
from tests.cli.conftest import Run
from tests.delivery.walking import run_to_rest
from tests.house import hand_in, look, submission
from tests.outside import World
from tests.people import person

WHY = ("--by", "Drift Driftsen", "--why", "aftalt")
LOOKING = {
    "queues", "held", "todo", "show", "find", "case", "preflight", "systembreve", "report", "audit", "month report",
    "month verify", "invoice check", "invoice receipts", "local list", "tariffs", "targets", "whatif", "print runs",
    "print show", "template list", "management",
}  # fmt: skip
ACTING = {
    "release", "reroute", "mend", "settle", "resend", "returned", "cancel", "stop-reminder", "pause", "resume",
    "print hold", "print release", "print recall",
}  # fmt: skip


def all_of(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
    else:
        for each in inner:
            yield from all_of(inner[each], f"{name} {each}".strip())


COMMANDS = dict(all_of(typer.main.get_command(app)))


def test_each_line_of_the_list_is_how_the_commands_own_help_begins() -> None:
    group: Any = typer.main.get_command(app)
    for panel in PANELS.values():
        for name, one in panel.items():
            said = " ".join((group.commands[name].help or "").split())
            assert said.startswith(one.said), name


def test_the_list_loads_no_command() -> None:
    said = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "outbound", "--help"], capture_output=True, text=True, check=True
    )
    assert "Look:" in said.stdout
    loaded = {line.rpartition("|")[2].strip() for line in said.stderr.splitlines()}
    assert not loaded & {"sqlalchemy", "reportlab", "fastapi", "pydantic", "outbound.desk", "outbound.settings"}


def test_whatever_looks_or_acts_takes_json() -> None:
    def has(name: str, option: str) -> bool:
        return any(option in one.opts for one in COMMANDS[name].params)

    assert [name for name in sorted(LOOKING) if not (has(name, "--format") and has(name, "--json"))] == []
    assert [name for name in sorted(ACTING) if not has(name, "--json")] == []


def test_json_is_a_short_word_for_the_format(run: Run, house: House, world: World) -> None:
    world.enrolment.default = Mailbox.ENROLLED
    (letter,) = hand_in(house, submission(person()))
    run_to_rest(house)
    assert run("queues", "--json").out == run("queues", "--format", "json").out
    assert run("queues", "--json", "--format", "csv").out.startswith("step;")  # what is said more exactly counts
    (told,) = json.loads(run("show", letter, "--json").out)
    assert (told["letter"], told["status"], told["route"]) == (str(letter), "SENT", "enrolled")
    assert person() not in json.dumps(told)
    assert json.loads(run("audit", "--json").out) == []
    assert json.loads(run("month", "verify", "--json").out) == []


def test_what_acts_says_an_object_a_line(run: Run, house: House) -> None:
    first, second = hand_in(house, submission(person(n=1)), submission(person(n=2)))
    nobody = uuid4()
    ended = run("cancel", first, nobody, second, *WHY, "--json")
    assert ended.code == Code.REFUSED
    assert [json.loads(line) for line in ended.out.splitlines()] == [
        {"id": str(first), "done": True, "code": ""},
        {"id": str(nobody), "done": False, "code": "no-such-letter"},
        {"id": str(second), "done": True, "code": ""},
    ]
    assert ended.err == ""
    (again,) = [json.loads(line) for line in run("resend", first, *WHY, "--json").out.splitlines()]
    assert look(house, UUID(again.pop("made"))).status is Status.RECEIVED
    assert again == {"id": str(first), "done": True, "code": ""}
    paused = json.loads(run("pause", "channel", "print", *WHY, "--json").out)
    assert paused == {"scope": "channel", "key": "print", "done": True, "code": ""}


def test_a_command_line_that_cannot_be_understood_is_2(run: Run) -> None:
    assert [name for name in COMMANDS if run(*name.split(), "--no-such-option").code != Code.USAGE] == []


OF_THE_LEDGER = (
    "queues", "held", "todo", "find x", "case x", f"show {uuid4()}", "report", "audit", "targets", "month verify",
    "month report 2026-10", "local list", "print runs", "whatif --from 2026-01-01 --to 2026-12-31",
    f"cancel {uuid4()} --why x", f"release {uuid4()} --why x", "pause channel print --why x", "system-key jobcenter",
    "invoice receipts --month 2026-10", "returned 12345678901 --reason moved",
)  # fmt: skip


def test_without_its_ledger_a_command_ends_with_4(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTBOUND_DATABASE_URL", f"sqlite:///{tmp_path}/nothing.sqlite")
    for words in OF_THE_LEDGER:
        ended = run(*words.split())
        assert (ended.code, "outbound migrate" in ended.err) == (Code.SETUP, True), words


def test_no_answer_of_the_ledger_is_5(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTBOUND_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/nothing")
    assert run("queues").code == Code.LEDGER


def test_interrupting_is_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("outbound.standing.queues", lambda _: stopped())
    assert run("queues").code == Code.INTERRUPTED


COMPLETED = (
    ("rel", "release", "cancel"),
    ("pause channel d", "digital", "print"),
    ("pause system bolig", "boligstoette", "jobcenter"),
    ("held --code no-", "no-receipt", "doubt"),
    ("held --code mailbox", "mailbox-closed", "doubt"),
    ("todo --department b", "borgerservice", "teknik-og-miljoe"),
    ("print proof --letter-type moede", "moedeindkaldelse", "_new"),
    ("settle x not", "not-taken", "arrived"),
)


def test_the_shell_completes_commands_and_names(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_OUTBOUND_COMPLETE", "complete_bash")
    for typed, offered, left_out in COMPLETED:
        words = ["outbound", *typed.split()]
        monkeypatch.setenv("COMP_WORDS", " ".join(words))
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        said = run().out.split()
        assert (offered in said, left_out in said) == (True, False), typed


def test_completion_without_policy_files_offers_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTBOUND_CONFIG_DIR", str(tmp_path))
    assert completing.systems() == []
    (tmp_path / "organisation.toml").write_text("system = [1, [")
    assert completing.systems() == []
    (tmp_path / "organisation.toml").write_text("system = 3")
    assert completing.systems() == []


def test_each_shell_gets_its_lines(run: Run) -> None:
    for shell in ("bash", "zsh", "fish"):
        ended = run("completion", shell)
        assert (ended.code, "_OUTBOUND_COMPLETE" in ended.out) == (Code.DONE, True)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_for_terminals_and_on_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for at_terminal in (False, True):
        err: io.StringIO = Terminal() if at_terminal else io.StringIO()
        monkeypatch.setattr(sys, "stderr", err)
        monkeypatch.setattr(sys, "stdout", out := io.StringIO())
        monkeypatch.setattr(telling, "TICK", 0.001)
        assert list(telling.progress([1, 2, 3], "Letters")) == [1, 2, 3]
        with telling.working("Computing"):
            shown = threading_wait(err) if at_terminal else True
        assert (shown, out.getvalue()) == (True, "")
        assert bool(err.getvalue()) is at_terminal


def threading_wait(err: io.StringIO) -> bool:
    """Until the seconds have been shown once."""
    from tests.waiting import wait_for

    wait_for(lambda: "Computing …" in err.getvalue(), "the seconds")
    return True


def test_lines_on_a_terminal_are_their_own_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", err := Terminal())
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert list(telling.progress([1], "Letters")) == [1]
    assert err.getvalue() == ""


def test_a_table_fits_its_terminal_and_never_cuts_an_id() -> None:
    one = str(uuid4())
    rows = [[one, "x" * 200, "kort"]]
    assert max(map(len, tables.table(rows, ["Brev", "Reference", "Sag"], 80).splitlines())) == 80
    assert one in tables.table(rows, ["Brev", "Reference", "Sag"], 80)
    narrow = tables.table(rows, ["Brev", "Reference", "Sag"], 40).splitlines()
    assert narrow == [f"Brev       {one}", f"Reference  {'x' * 200}", "Sag        kort"]
    assert "x" * 200 in tables.table(rows, ["Brev", "Reference", "Sag"])

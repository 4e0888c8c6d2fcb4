"""`outbound demo`, as the README says to run it: everything arrives, it checks itself, nothing is left."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import StringIO
from pathlib import Path

import httpx
import pytest
from pypdf import PdfReader

from outbound import clock
from outbound.cli.faults import Code
from outbound.demo.scenario import LETTERS, MAILING, SINGLE, SYSTEMS
from outbound.demo.stage import environment
from outbound.demo.suppliers import Suppliers, Taking
from outbound.organisation import load_organisation
from outbound.settings import HOME
from outbound.stack.places import scratch
from outbound.stack.up import Stack
from tests.serving import accounts_file, sign_in
from tests.waiting import wait_for

OUTBOUND = (sys.executable, "-m", "outbound")
IN_THE_FILE = {
    "digital": ("Forvaltning for forvaltning", "Digitalt"),
    "printed": ("Forvaltning for forvaltning", "Fjernprint"),
    "cost_porto": ("Pris efter forvaltning", "Porto"),
    "cost_materials": ("Pris efter forvaltning", "Materialer"),
}
"""Where the file of the page says what a report says: section and column."""
CPR = re.compile(r"(?<![\w-])\d{6}-?\d{4}(?![\w-])")  # not the digits of an id


def plain_environment(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("OUTBOUND_")} | more


def living(folder: Path) -> list[int]:
    """The processes that were told of this folder, by argument or environment."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdecimal() and int(entry.name) != os.getpid():
                said = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
                if str(folder).encode() in said:
                    found.append(int(entry.name))
    return found


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    made = scratch("outbound-demo-")
    made.chmod(0o755)
    yield made / "demo"
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def shown(folder: Path) -> str:
    """What one whole run prints where its output is no terminal."""
    ended = command("demo", "--dir", str(folder))
    assert ended.returncode == Code.DONE, ended.stdout + ended.stderr
    assert ended.stderr == ""
    return ended.stdout


def ask(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return command("--env", str(folder / "env"), *words)


def command(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """The command's end, in less than the two minutes that the demo may take; `more` stands in its environment."""
    return subprocess.run(
        [*OUTBOUND, *words], check=False, capture_output=True, text=True, env=plain_environment(**more), timeout=115
    )


def test_the_scenario_is_two_hundred_letters_of_seven_departments_and_systems_and_a_mailing() -> None:
    assert LETTERS == 200
    assert len(SYSTEMS) == 7
    known = {one.code for one in load_organisation(HOME / "config").departments}
    assert {group.department for group in (*SINGLE, *MAILING)} == known
    assert len(known) == 7
    assert all(group.mailing for group in MAILING)
    assert {group.outcome for group in SINGLE} >= {"exempt", "refused_closed", "absent_dead", "exempt_protected"}


@pytest.mark.timeout(300)
def test_every_letter_arrives_and_the_summary_says_how(shown: str) -> None:
    assert "Fremme efter" in shown
    assert "Efterset i leverandørernes egne bøger: af de 200 breve" in shown
    assert "Digital Post svarer ikke" in shown
    routes = re.findall(r"^ +(\d+)  ([a-z0-9-]+) {2,}", shown, re.MULTILINE)
    assert sum(int(count) for count, _ in routes) == LETTERS
    assert {"enrolled", "exempt", "digital-refused", "recipient-dead"} <= {code for _, code in routes}
    money = re.findall(r"^ +([\d.]+,\d\d kr\.)  (porto|materialer|arbejdstid)", shown, re.MULTILINE)
    assert [what for _, what in money] == ["porto", "materialer", "arbejdstid"]
    departments = re.findall(r"^  (\S.*forvaltningen) +(\d+) .*ukendt$", shown, re.MULTILINE)
    assert len(departments) == 7
    assert all(int(letters) >= 10 for _, letters in departments)
    shares = re.search(r"I alt +(\d+) +([\d,]+) % +([\d,]+) % +ukendt", shown)
    assert shares is not None
    assert sum(float(share.replace(",", ".")) for share in shares.groups()[1:]) == pytest.approx(100)


def test_it_leaves_nothing_running(shown: str, folder: Path) -> None:
    assert shown
    assert living(folder) == []


def test_the_two_example_letters_can_be_read(shown: str, folder: Path) -> None:
    files = [Path(line.split(": ", 1)[1]) for line in shown.splitlines() if line.endswith(".pdf")]
    assert len(files) == 2
    for file in files:
        assert folder in file.parents
        assert "Nordhavn" in PdfReader(file).pages[0].extract_text()


def test_no_number_of_a_person_is_printed(shown: str) -> None:
    assert not CPR.search(shown)


def test_the_commands_that_it_names_work_afterwards(shown: str, folder: Path) -> None:
    prefix = f".venv/bin/outbound --env {folder / 'env'} "
    named = [line.strip().removeprefix(prefix) for line in shown.splitlines() if line.strip().startswith(prefix)]
    assert len(named) == 4
    for line in named:
        ended = ask(folder, *re.split(r" {2,}", line)[0].split())
        assert (ended.returncode, ended.stderr) == (Code.DONE, "")
        assert ended.stdout
        assert not CPR.search(ended.stdout.replace(str(folder), ""))


@pytest.mark.timeout(300)
def test_page_report_month_and_audit_say_what_the_suppliers_took(shown: str, folder: Path, tmp_path: Path) -> None:
    """After letters by every route of the demo: one set of figures, and the outside's own books beside it."""
    assert shown
    with page_of_management(folder, tmp_path) as (page, rows, takings):
        taken = Counter(one.channel for one in takings if not one.refused)
    file = {(row["Afsnit"], row["Linje"], row["Kolonne"]): row["Værdi"] for row in rows}
    report = json.loads(ask(folder, "report", "--from", "2026-01-01", "--format", "json").stdout)
    managed = json.loads(ask(folder, "management", "--from", "2026-01-01", "--json").stdout)
    by_month = ask(folder, "month", "report", f"{clock.today():%Y-%m}", "--format", "csv").stdout
    month = list(csv.DictReader(StringIO(by_month), delimiter=";"))
    both = (taken["digital"], taken["print"])
    assert both == (report[-1]["digital"], report[-1]["printed"])
    assert both == (managed["total"][0]["digital"], managed["total"][0]["printed"])
    assert both == tuple(int(file["Nøgletal", name, "Perioden"]) for name in ("Digitalt", "På papir"))
    assert both == (int(month[-1]["digital"]), int(month[-1]["printed"]))
    assert f"{both[0]} digitalt, {both[1]} på papir" in page
    for one in report[:-1]:
        (of_month,) = [row for row in month if row["department"] == one["key"]]
        for name, (section, column) in IN_THE_FILE.items():
            beside = int(file[section, one["label"], column].replace(",", ""))
            assert one[name] == beside == int(of_month[name]), (one["key"], name)
    assert ask(folder, "audit").returncode == Code.DONE


@contextmanager
def page_of_management(folder: Path, own: Path) -> Iterator[tuple[str, list[dict[str, str]], list[Taking]]]:
    """The page and its CSV as somebody of management gets them, and what the suppliers ever took."""
    env = {**environment(), "OUTBOUND_ACCOUNTS_FILE": str(accounts_file(own))}
    with Stack(folder, env, workers=False) as stack, httpx.Client(base_url=stack.url, timeout=60) as browser:
        sign_in(browser, "ledelse")
        page, rows = (browser.get(path, params={"fra": "2026-01"}) for path in ("/ledelse", "/ledelse.csv"))
        takings = Suppliers(stack.controls, browser).takings()
        yield page.text, list(csv.DictReader(StringIO(rows.text.lstrip("\ufeff")), delimiter=";")), takings


@pytest.mark.timeout(300)
def test_ctrl_c_in_the_middle_leaves_nothing_running(folder: Path) -> None:
    other = folder.parent / "interrupted"
    words = [*OUTBOUND, "demo", "--dir", str(other)]
    with subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=plain_environment(),
        start_new_session=True,
    ) as demo:
        assert demo.stdout is not None
        while "har afleveret" not in (line := demo.stdout.readline()):
            assert line
        os.killpg(demo.pid, signal.SIGINT)
        demo.stdout.read()
        assert demo.stderr is not None
        assert "Traceback" not in demo.stderr.read()
        assert demo.wait(30) == Code.INTERRUPTED
    wait_for(lambda: not living(other), "everything to end")


def test_a_folder_that_is_not_a_demo_s_own_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    ended = command("demo", "--dir", str(tmp_path))
    assert ended.returncode == Code.FOUND
    assert "vælg en anden mappe" in ended.stderr
    assert (tmp_path / "letters.txt").read_text() == "mine"


@pytest.mark.timeout(300)
def test_the_same_letters_arrive_by_sf1601() -> None:
    folder = scratch("outbound-demo-")
    ended = command("demo", "--dir", str(folder / "demo"), OUTBOUND_SF1601="both")
    assert (ended.returncode, ended.stderr) == (Code.DONE, ""), ended.stdout + ended.stderr
    assert re.search(r"\d+ +not-enrolled +", ended.stdout)
    assert not living(folder)
    shutil.rmtree(folder)

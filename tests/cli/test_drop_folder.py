"""The folder for systems that can only drop files: whole files, once each, whoever kills us and whatever they drop."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from outbound import clock
from outbound.cli.faults import Code
from outbound.delivery import House
from outbound.ledger import tables as t
from outbound.seal import new_keys
from outbound.settings import HOME
from tests.cli.conftest import Ended, Run
from tests.house import NOTICE
from tests.people import person
from tests.rendering.pdfs import pdf as letter_pdf

SYSTEM = ("--system", "jobcenter")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "drop"
    made.mkdir()
    return made


@pytest.fixture
def take(run: Run, folder: Path) -> Any:
    """Take in what lies there, however new it is."""

    def taken(*words: object) -> Ended:
        return run("submit", folder, *SYSTEM, "--age", 0, *words)

    return taken


def letter(reference: str, **changes: Any) -> dict[str, Any]:
    example = json.loads((HOME / "templates" / "letters" / NOTICE / "example.json").read_text())
    return {
        "reference": reference,
        "department": "borgerservice",
        "letter_type": NOTICE,
        "recipients": [{"name": "Solvej Prøvesen", "cpr": person()}],
        "fields": example,
        **changes,
    }


def finished(reference: str) -> dict[str, Any]:
    document = {"title": "Brev om bolig", "dated": clock.today().isoformat()}
    return letter(reference, letter_type="faerdigt-brev", fields=None, document=document)


def drop(folder: Path, name: str, body: object) -> None:
    (folder / f"{name}.json").write_text(json.dumps(body))


def letters(house: House) -> list[str]:
    with house.ledger.reading() as tx:
        return list(tx.execute(select(t.letter.c.reference).order_by(t.letter.c.reference)).scalars())


def lying(folder: Path, place: str = "") -> list[str]:
    return sorted(file.name for file in (folder / place).iterdir() if file.is_file() and file.name[0] != ".")


def test_letters_are_taken_in_and_moved_to_done(take: Any, house: House, folder: Path) -> None:
    drop(folder, "a", letter("ref-a"))
    drop(folder, "b", finished("ref-b"))
    (folder / "b.pdf").write_bytes(letter_pdf())
    ended = take()
    assert (ended.code, ended.err) == (Code.DONE, "")
    assert "2 taken in, 0 known already, 0 faulty." in ended.out
    assert letters(house) == ["ref-a", "ref-b"]
    assert lying(folder) == []
    assert lying(folder, "done") == ["a.json", "b.json", "b.pdf"]


def test_the_same_letter_dropped_again_is_the_same_letter(take: Any, house: House, folder: Path) -> None:
    said = []
    for _ in range(2):
        drop(folder, "b", finished("ref-b"))
        (folder / "b.pdf").write_bytes(letter_pdf())
        ended = take()
        assert ended.code == Code.DONE
        said.append(ended.out)
    assert "0 taken in, 1 known already, 0 faulty." in said[-1]
    assert letters(house) == ["ref-b"]
    assert lying(folder, "done") == ["b-2.json", "b-2.pdf", "b.json", "b.pdf"]


def test_other_content_under_a_used_reference_goes_aside(take: Any, house: House, folder: Path) -> None:
    drop(folder, "a", letter("ref-a"))
    take()
    drop(folder, "a", letter("ref-a", case_number="2026-1"))
    assert take().code == Code.FOUND
    assert letters(house) == ["ref-a"]
    reason = (folder / "faulty" / "a.reason.txt").read_text()
    assert "other content" in reason
    assert "case_number" in reason


def test_a_faulty_letter_sinks_no_other_and_its_reason_echoes_nothing(take: Any, house: House, folder: Path) -> None:
    wrong = letter("ref-b", recipients=[{"name": "Solvej Prøvesen", "cpr": "3213131234"}], **{person(): 1})
    drop(folder, "a", letter("ref-a"))
    drop(folder, "b", wrong)
    drop(folder, "c", letter("ref-c"))
    ended = take()
    assert ended.code == Code.FOUND
    assert letters(house) == ["ref-a", "ref-c"]
    assert lying(folder, "faulty") == ["b.json", "b.reason.txt"]
    reason = (folder / "faulty" / "b.reason.txt").read_text()
    assert "There is no such name" in reason
    for secret in ("3213131234", "Solvej", person()):
        assert secret not in reason + ended.out + ended.err


def test_a_misspelt_name_stands_in_the_reason_and_its_value_does_not(take: Any, folder: Path) -> None:
    drop(folder, "b", letter("ref-b", case_nummer="Solvej Prøvesen"))
    assert take().code == Code.FOUND
    reason = (folder / "faulty" / "b.reason.txt").read_text()
    assert "/case_nummer: There is no such name" in reason
    assert "Solvej" not in reason


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"7", b"null", b'"x"', b"\xff\xfe", b"[" * 200_000, b'{"a":1,"a":2}', b'{"reference": NaN}',
        b'{"document": 7}', b'{"reference": 7, "document": {}}',
    ],
)  # fmt: skip
def test_what_is_no_letter_goes_aside(take: Any, house: House, folder: Path, body: bytes) -> None:
    (folder / "x.json").write_bytes(body)
    assert take().code == Code.FOUND
    assert lying(folder, "faulty") == ["x.json", "x.reason.txt"]
    assert letters(house) == []


def test_a_byte_order_mark_before_the_json_is_passed_over(take: Any, house: House, folder: Path) -> None:
    (folder / "a.json").write_text(json.dumps(letter("ref-a")), encoding="utf-8-sig")
    assert take().code == Code.DONE
    assert letters(house) == ["ref-a"]


def test_where_a_file_stops_being_json_is_said_and_not_what_stands_there(take: Any, folder: Path) -> None:
    (folder / "a.json").write_text('{"reference": "a",\n "name": Solvej}')
    assert take().code == Code.FOUND
    reason = (folder / "faulty" / "a.reason.txt").read_text()
    assert "The file is not JSON: it cannot be read past character 10 of line 2." in reason
    assert "Solvej" not in reason


def test_a_file_is_left_alone_until_it_is_whole(run: Run, house: House, folder: Path) -> None:
    drop(folder, "a", letter("ref-a"))
    drop(folder, "b", letter("ref-b"))
    (folder / "b.ready").touch()
    (folder / "c.json.tmp").write_text("{")
    (folder / "d.json.part").write_text("{")
    ended = run("submit", folder, *SYSTEM, "--age", 3600)
    assert ended.code == Code.DONE
    assert letters(house) == ["ref-b"]
    assert lying(folder) == ["a.json", "c.json.tmp", "d.json.part"]
    assert lying(folder, "done") == ["b.json"]


def test_a_copied_old_time_of_writing_makes_no_file_whole(run: Run, house: House, folder: Path) -> None:
    drop(folder, "a", letter("ref-a"))
    os.utime(folder / "a.json", (1, 1))
    run("submit", folder, *SYSTEM, "--age", 3600)
    assert lying(folder) == ["a.json"]


def test_a_pdf_alone_and_a_letter_without_its_pdf_go_aside(take: Any, house: House, folder: Path) -> None:
    (folder / "a.pdf").write_bytes(letter_pdf())
    drop(folder, "b", finished("ref-b"))
    (folder / "c.txt").write_text("hej")
    assert take().code == Code.FOUND
    assert letters(house) == []
    names = lying(folder, "faulty")
    assert [name for name in names if not name.endswith(".reason.txt")] == ["a.pdf", "b.json", "c.txt"]
    assert len(names) == 6


def beside(folder: Path, name: str, *titles: str) -> dict[str, Any]:
    """Attachments of a letter, with a page more each, as files beside it."""
    for number, _ in enumerate(titles, 1):
        (folder / f"{name}.bilag-{number}.pdf").write_bytes(letter_pdf(boxes=("[0 0 595 842]",) * number))
    return letter(name, attachments=[{"title": title} for title in titles])


def test_files_beside_a_letter_are_its_attachments(take: Any, house: House, folder: Path) -> None:
    drop(folder, "sag-1", beside(folder, "sag-1", "Beregning", "Kort"))
    assert take().code == 0
    with house.ledger.reading() as tx:
        assert tx.execute(select(t.letter.c.attachments)).scalar_one() == 2
    names = {"sag-1.json", "sag-1.bilag-1.pdf", "sag-1.bilag-2.pdf"}
    assert {path.name for path in (folder / "done").iterdir()} == names


@pytest.mark.parametrize("attachments", [None, [], [{"title": "Kort", "pdf": "eA=="}], [{"title": "Kort"}] * 2])
def test_attachments_and_their_files_must_agree(take: Any, folder: Path, attachments: Any) -> None:
    body = beside(folder, "sag-1", "Kort")
    drop(folder, "sag-1", body | {"attachments": attachments} if attachments is not None else letter("sag-1"))
    assert take().code == Code.FOUND
    assert "/attachments" in (folder / "faulty" / "sag-1.reason.txt").read_text()
    assert (folder / "faulty" / "sag-1.bilag-1.pdf").is_file()


def test_a_run_that_was_killed_while_it_moved_attachments_is_gone_on_with(
    take: Any, house: House, folder: Path
) -> None:
    body = beside(folder, "sag-1", "Beregning", "Kort")
    drop(folder, "sag-1", body)
    assert take().code == 0
    (folder / "done" / "sag-1.json").rename(folder / "sag-1.json")
    (folder / "done" / "sag-1.bilag-2.pdf").rename(folder / "sag-1.bilag-2.pdf")
    again = take()
    assert (again.code, "known already" in again.out) == (0, True)
    drop(folder, "sag-1", {**body, "reference": "sag-2"})
    assert take().code == Code.FOUND  # a new letter never gets an older one's files


def test_links_and_pipes_are_not_followed(take: Any, house: House, folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps(letter("ref-secret")))
    (folder / "a.json").symlink_to(secret)
    os.mkfifo(folder / "b.json")
    drop(folder, "c", finished("ref-c"))
    (folder / "c.pdf").symlink_to("/etc/passwd")
    (folder / "d").mkdir()
    drop(folder / "d", "e", letter("ref-e"))
    assert take().code == Code.FOUND
    assert letters(house) == []
    assert secret.exists()
    assert Path("/etc/passwd").exists()
    assert lying(folder) == []


def test_a_linked_place_for_done_is_refused(take: Any, folder: Path, tmp_path: Path) -> None:
    (folder / "done").symlink_to(tmp_path)
    drop(folder, "a", letter("ref-a"))
    ended = take()
    assert ended.code == Code.REFUSED
    assert lying(folder) == ["a.json"]


@pytest.mark.parametrize(
    "name",
    [
        person(), "-rf", "a\nb", "\x1b[2J", "x" * 200, "\u202efdp", "<img src=x>", "{{7*7}}", "😀", "a;b", "$(id)",
        f"brev {person()[:6]}-{person()[6:]}",
    ],
)  # fmt: skip
def test_a_hostile_name_is_neither_shown_nor_kept(take: Any, house: House, folder: Path, name: str) -> None:
    drop(folder, name, letter("ref-a"))
    ended = take()
    assert ended.code == Code.DONE
    assert letters(house) == ["ref-a"]
    assert name not in (ended.out + ended.err).replace("ref-a", "")
    (kept,) = lying(folder, "done")
    assert kept.startswith("unnamed-")


@pytest.mark.parametrize("name", ["Alma Eksempelsen", "alma", "Alma Eksempelsen 2", "alma-eksempelsen"])
def test_a_name_that_could_be_a_person_s_is_kept_and_not_said(take: Any, folder: Path, name: str) -> None:
    for body in (letter("ref-a"), letter("ref-a"), {}):
        drop(folder, name, body)
        ended = take()
        said = ended.out + ended.err
        assert "unnamed-" in said
        assert "alma" not in said.lower()
    assert lying(folder, "done") == [f"{name}-2.json", f"{name}.json"]
    assert lying(folder, "faulty") == [f"{name}.json", f"{name}.reason.txt"]


def test_a_name_that_numbers_a_letter_is_said(take: Any, folder: Path) -> None:
    drop(folder, "brev-0042", letter("ref-a"))
    assert take().out.startswith("brev-0042: taken in as ")


def test_bytes_that_are_no_text_in_a_name_hinder_nothing(take: Any, house: House, folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.json")).write_text(json.dumps(letter("ref-a")))
    assert take().code == Code.DONE
    assert letters(house) == ["ref-a"]


def test_a_file_that_is_too_large_goes_aside(
    take: Any, house: House, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTBOUND_BODY_LIMIT", "2000")
    monkeypatch.setenv("OUTBOUND_PDF_LIMIT", "1000")
    drop(folder, "a", letter("ref-a", case_number="x" * 2000))
    drop(folder, "b", finished("ref-b"))
    (folder / "b.pdf").write_bytes(b"%PDF" + b" " * 1000)
    assert take().code == Code.FOUND
    assert "1000 bytes" in (folder / "faulty" / "b.reason.txt").read_text()
    assert "2000 bytes" in (folder / "faulty" / "a.reason.txt").read_text()


def test_what_is_not_the_letter_s_fault_leaves_it_where_it_lies(
    take: Any, house: House, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_keys(tmp_path / "old.json", ["2020-01"])
    monkeypatch.setenv("OUTBOUND_SEAL_KEYS_FILE", str(tmp_path / "old.json"))
    drop(folder, "a", letter("ref-a"))
    ended = take()
    assert ended.code == Code.LEDGER
    assert lying(folder) == ["a.json"]
    assert letters(house) == []


def test_an_unknown_system_takes_nothing(run: Run, folder: Path) -> None:
    drop(folder, "a", letter("ref-a"))
    assert run("submit", folder, "--system", "ukendt", "--age", 0).code == Code.REFUSED
    assert run("submit", folder / "nowhere", *SYSTEM).code == Code.REFUSED
    assert lying(folder) == ["a.json"]


def test_a_run_that_was_killed_between_its_moves_is_gone_on_with(take: Any, house: House, folder: Path) -> None:
    drop(folder, "b", finished("ref-b"))
    (folder / "b.pdf").write_bytes(letter_pdf())
    take()
    (folder / "done" / "b.json").rename(folder / "b.json")
    ended = take()
    assert (ended.code, "1 known already" in ended.out) == (Code.DONE, True)
    assert lying(folder, "done") == ["b.json", "b.pdf"]
    assert letters(house) == ["ref-b"]


def test_a_new_letter_never_gets_the_pdf_of_an_older_one(take: Any, house: House, folder: Path) -> None:
    drop(folder, "b", finished("ref-b"))
    (folder / "b.pdf").write_bytes(letter_pdf())
    take()
    drop(folder, "b", finished("ref-new"))
    assert take().code == Code.FOUND
    assert letters(house) == ["ref-b"]


def test_kill_9_in_the_middle_neither_loses_nor_doubles(
    house: House, folder: Path, environment: dict[str, str]
) -> None:
    number = 60
    for n in range(number):
        drop(folder, f"letter-{n}", letter(f"ref-{n:03d}", recipients=[{"name": "P", "cpr": person(n=n)}]))
    words = [sys.executable, "-m", "outbound", "submit", str(folder), *SYSTEM, "--age", "0"]
    kills = 0
    for aim in (5, 34):
        with subprocess.Popen(words, env={**os.environ, **environment}, stdout=subprocess.DEVNULL) as process:
            while process.poll() is None and taken(house) < aim:
                time.sleep(0.001)
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                kills += 1
    assert kills
    assert subprocess.run(words, env={**os.environ, **environment}, check=False).returncode == Code.DONE
    assert letters(house) == [f"ref-{n:03d}" for n in range(number)]
    assert lying(folder) == []
    assert len(lying(folder, "done")) == number
    assert lying(folder, "faulty") == []


def test_two_runs_at_once_take_each_letter_once(house: House, folder: Path, environment: dict[str, str]) -> None:
    for n in range(20):
        drop(folder, f"letter-{n}", letter(f"ref-{n:03d}"))
    words = [sys.executable, "-m", "outbound", "submit", str(folder), *SYSTEM, "--age", "0"]
    env = {**os.environ, **environment}
    both = [subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(2)]
    codes = sorted(process.wait() for process in both)
    assert codes in ([Code.DONE, Code.REFUSED], [Code.DONE, Code.DONE])
    assert taken(house) == 20
    for process in both:
        assert process.stderr is not None
        process.stderr.close()


def taken(house: House) -> int:
    with house.ledger.reading() as tx:
        return int(tx.execute(select(func.count()).select_from(t.letter)).scalar_one())

"""The printing house over real SFTP: it takes whole runs, rejects whole runs, and its receipts tell the rest."""

import io
import signal
import socket
import stat
import threading
import zipfile
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import paramiko
import pytest
from lxml import etree

from adapters.simulators.outcomes import STREETS, Printing
from tests.simulators.letters import LYING, pdf, print_run, run_order
from tests.simulators.running import Simulator
from tests.waiting import wait_for

NS = "{urn:outbound:print-receipts:2}"
LOST = (OSError, EOFError, paramiko.SSHException)


@contextmanager
def line_to(
    printer: Simulator, key: paramiko.PKey | None = None, user: str | None = None
) -> Iterator[paramiko.SFTPClient]:
    """A client with the pinned host key."""
    env, client = printer.env, paramiko.SSHClient()
    kind, text = Path(env["OUTBOUND_PRINT_SFTP_HOST_KEY_FILE"]).read_text().split()[:2]
    host, port = env["OUTBOUND_PRINT_SFTP_HOST"], int(env["OUTBOUND_PRINT_SFTP_PORT"])
    client.get_host_keys().add(f"[{host}]:{port}", kind, paramiko.PKey.from_type_string(kind, b64decode(text)))
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    plug = socket.create_connection((host, port), 5)
    plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        client.connect(
            host, port, user or env["OUTBOUND_PRINT_SFTP_USER"], sock=plug, look_for_keys=False, allow_agent=False,
            pkey=key or paramiko.Ed25519Key.from_private_key_file(env["OUTBOUND_PRINT_SFTP_KEY_FILE"]),
        )  # fmt: skip
        yield client.open_sftp()
    finally:
        client.close()
        plug.close()


@pytest.fixture
def line(printer: Simulator) -> Iterator[paramiko.SFTPClient]:
    with line_to(printer) as client:
        yield client


def upload(line: paramiko.SFTPClient, run: str, content: bytes, rename: bool = True) -> None:
    line.putfo(io.BytesIO(content), f"incoming/{run}.zip.tmp", confirm=True)
    if rename:
        line.posix_rename(f"incoming/{run}.zip.tmp", f"incoming/{run}.zip")


@dataclass
class Told:
    """What the receipts of a run have said so far."""

    run: list[str] = field(default_factory=list)
    jobs: list[tuple[str, str, str | None]] = field(default_factory=list)
    postage: list[int] = field(default_factory=list)
    counts: list[dict[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def statuses(self, job: str) -> list[str]:
        return [status for who, status, _ in self.jobs if who == job]


def told(line: paramiko.SFTPClient, run: str) -> Told:
    found = Told()
    names = [name for name in line.listdir("receipts") if not name.endswith(".tmp")]
    parsed = [(name, etree.fromstring(line.open(f"receipts/{name}").read())) for name in names]
    for name, root in sorted(parsed, key=lambda pair: str(pair[1].get("created"))):
        if root.get("run") != run:
            continue
        assert root.tag == f"{NS}receipts"
        assert f"{root.get('id')}.xml" == name
        found.files.append(name)
        for child in root:
            if child.tag == f"{NS}job":
                found.jobs.append((str(child.get("id")), str(child.get("status")), child.get("code")))
                found.postage += [int(child.get("postage-ore", "0"))] * (child.get("status") == "posted")
            else:
                found.run.append(f"{child.tag.removeprefix(NS)} {child.get('code', '')}".strip())
                counted = {str(name): str(value) for name, value in child.attrib.items()}
                found.counts += [counted] if "letters" in counted else []
    return found


def wait_told(line: paramiko.SFTPClient, run: str, job: str, status: str) -> Told:
    wait_for(lambda: status in told(line, run).statuses(job), f"the receipt {status}")
    return told(line, run)


def test_a_run_is_taken_printed_and_posted(line: paramiko.SFTPClient, printer: Simulator) -> None:
    run, jobs, content = print_run([pdf("Et"), pdf("To", 3)])
    upload(line, run, content)
    found = [wait_told(line, run, job, "posted") for job in jobs][-1]
    assert sorted(found.run) == ["run-counted", "run-taken"]
    assert found.counts == [{"letters": "2", "envelopes": "2", "pages": "4", "sheets": "3"}] * 2
    assert [found.statuses(job) for job in jobs] == [["taken", "printed", "posted"]] * 2
    assert all(ore > 0 for ore in found.postage)
    takings = [printer.takings(job)[0] for job in jobs]
    assert [(t["consignment"], t["channel"], t["recipient"], t["nth"], t["refused"]) for t in takings] == [
        (run, "print", None, 1, None)
    ] * 2
    assert [t["detail"]["sheets"] for t in takings] == [1, 2]
    assert line.listdir("incoming").count(f"{run}.zip") == 0


def test_a_receipt_stays_until_the_client_removes_it(line: paramiko.SFTPClient, printer: Simulator) -> None:
    run, (job,), content = print_run([pdf()])
    upload(line, run, content)
    names = wait_told(line, run, job, "posted").files
    for name in names:
        line.remove(f"receipts/{name}")
    assert told(line, run).files == []
    with pytest.raises(FileNotFoundError):
        line.remove(f"receipts/{names[0]}")


def test_an_upload_without_its_final_name_is_not_taken(line: paramiko.SFTPClient, printer: Simulator) -> None:
    run, jobs, content = print_run([pdf()])
    upload(line, run, content, rename=False)
    other, other_jobs, more = print_run([pdf("Et andet")])
    upload(line, other, more)
    wait_told(line, other, other_jobs[0], "posted")
    assert printer.takings(jobs[0]) == []
    assert line.stat(f"incoming/{run}.zip.tmp").st_size == len(content)
    line.remove(f"incoming/{run}.zip.tmp")


A, B = pdf("Et"), pdf("To", 2)
CPR_LIKE = {"cost-centre": "020150-0000"}


@pytest.mark.parametrize(("code", "make"), [
    ("checksum", lambda run: b"no zip at all"),
    ("checksum", lambda run: print_run([A, B], run)[2][:-400]),
    ("checksum", lambda run: print_run([A, B], run)[2].replace(b"%PDF-1", b"%PDF-9", 1)),
    ("checksum", lambda run: print_run([A, B], run, change={"sha256": "0" * 64})[2]),
    ("manifest", lambda run: print_run([A, B], str(uuid4()))[2]),
    ("manifest", lambda run: print_run([A, B], run, total={"letters": "3"})[2]),
    ("manifest", lambda run: print_run([A, B], run, total={"pages": "4"})[2]),
    ("manifest", lambda run: print_run([A, B], run, total={"sheets": "9"})[2]),
    ("manifest", lambda run: print_run([A, B], run, total={"bytes": "9"})[2]),
    ("manifest", lambda run: print_run([A, B], run, total={"envelopes": "1"})[2]),
    ("manifest", lambda run: print_run([A, B], run, total={"proof": "perhaps"})[2]),
    ("manifest", lambda run: print_run([A, B], run, change={"envelope-sheets": "2"})[2]),
    ("manifest", lambda run: print_run([A, B], run, change={"envelope-class": "registered"}, together=True)[2]),
    ("manifest", lambda run: print_run([A, B], run, edit=('product colour="mono"', 'product colour="colour"'))[2]),
    ("manifest", lambda run: print_run([A, B], run, edit=("print-run:2", "print-run:1"))[2]),
    ("checksum", lambda run: print_run([A, B], run, change={"bytes": "7"})[2]),
    ("pages", lambda run: print_run([pdf("Fire", 8), pdf("Fem", 10)], run, together=True)[2]),
    ("manifest", lambda run: print_run([A, B], run, total={"created": "2026-11-22T10:00:00"})[2]),
    ("manifest", lambda run: print_run([A, B], run, total={"name": "Prøvesen"})[2]),
    ("manifest", lambda run: print_run([A, B], run, change={"colour": "blue"})[2]),
    ("manifest", lambda run: print_run([A, B], run, change={"job": "7"})[2]),
    ("manifest", lambda run: print_run([A, B], run, change={"file": f"{uuid4()}.pdf"})[2]),
    ("manifest", lambda run: print_run([A, B], run, change=CPR_LIKE)[2]),
    ("manifest", lambda run: print_run([A, B], run, change={"envelope-country": "Danmark"})[2]),
    ("manifest", lambda run: print_run([A, B], run, extra={"names.txt": b"x"})[2]),
    ("manifest", lambda run: print_run([A, B], run, extra={"manifest.txt": b""})[2]),
    ("manifest", lambda run: without("manifest.csv", print_run([A, B], run)[2])),
    ("manifest", lambda run: print_run([A + b"\n%" + b"x" * 3_000_000], run)[2]),
    ("pages", lambda run: print_run([A, B], run, change={"pages": "2"}, total={"pages": "4"})[2]),
    ("pages", lambda run: print_run([A, B], run, change={"plex": "simplex", "pages": "2"}, total={"pages": "4"})[2]),
    ("pages", lambda run: print_run([pdf("På tværs", size=LYING)], run)[2]),
    ("pages", lambda run: print_run([pdf("A5", size=(420, 595))], run)[2]),
    ("pages", lambda run: print_run([pdf("Mange", 17)], run)[2]),
    ("pages", lambda run: print_run([b"%PDF-1.4 and no more"], run)[2]),
])  # fmt: skip
def test_a_run_that_is_not_right_is_rejected_whole(
    line: paramiko.SFTPClient, printer: Simulator, code: str, make: Callable[[str], bytes]
) -> None:
    run, before = str(uuid4()), len(printer.takings())
    upload(line, run, make(run))
    wait_for(lambda: told(line, run).run, "the rejection")
    assert told(line, run).run == [f"run-rejected {code}"]
    assert told(line, run).jobs == []
    assert len(printer.takings()) == before


def without(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
    return out.getvalue()


def test_a_rejected_run_may_come_again(line: paramiko.SFTPClient, printer: Simulator) -> None:
    run, (job,), content = print_run([pdf()])
    upload(line, run, content[:-50])
    wait_for(lambda: told(line, run).run, "the rejection")
    upload(line, run, content)
    wait_told(line, run, job, "posted")
    assert len(printer.takings(job)) == 1


@pytest.mark.parametrize(("printing", "statuses", "code"), [
    (Printing.REFUSED, ["taken", "refused"], "address.unreadable"),
    (Printing.RETURNED, ["taken", "printed", "posted", "returned"], "addressee.unknown"),
    (Printing.UNKNOWN_CODE, ["taken", "in-limbo"], "limbo"),
])  # fmt: skip
def test_the_street_in_the_window_picks_the_printing(
    line: paramiko.SFTPClient, printer: Simulator, printing: Printing, statuses: list[str], code: str
) -> None:
    run, (job, well), content = print_run([pdf(f"Prøve Prøvesen {STREETS[printing]} 12 4300 Holbæk"), pdf()])
    upload(line, run, content)
    wait_told(line, run, well, "posted")
    found = wait_told(line, run, job, statuses[-1])
    assert found.statuses(job) == statuses
    assert [c for who, _, c in found.jobs if who == job][-1] == code
    assert printer.takings(job)[0]["refused"] == (code if printing is Printing.REFUSED else None)
    assert printer.takings(well)[0]["refused"] is None


def test_of_some_letters_nothing_is_heard_after_the_taking(line: paramiko.SFTPClient) -> None:
    run, (job, well), content = print_run([pdf(f"{STREETS[Printing.NEVER]} 1"), pdf()])
    upload(line, run, content)
    assert wait_told(line, run, well, "posted").statuses(job) == ["taken"]


def test_letters_can_be_refused_by_mood(line: paramiko.SFTPClient, printer: Simulator) -> None:
    printer.mood(refuse={"code": "paper.jam", "next": 1})
    run, (first, second), content = print_run([pdf(), pdf()])
    upload(line, run, content)
    found = wait_told(line, run, second, "posted")
    assert found.statuses(first) == ["taken", "refused"]
    assert [printer.takings(job)[0]["refused"] for job in (first, second)] == ["paper.jam", None]


def second_upload(line: paramiko.SFTPClient, printer: Simulator, repeat: str) -> tuple[str, str, bytes]:
    run, (job,), content = print_run([pdf()])
    upload(line, run, content)
    wait_told(line, run, job, "posted")
    printer.mood(repeat=repeat)
    upload(line, run, content)
    return run, job, content


def test_a_repeated_run_is_ignored(line: paramiko.SFTPClient, printer: Simulator) -> None:
    before = printer.requests().get("run-ignored", 0)
    run, job, _ = second_upload(line, printer, "same")
    wait_for(lambda: printer.requests().get("run-ignored", 0) == before + 1, "the repeat to be noticed")
    assert len(printer.takings(job)) == 1
    assert sorted(told(line, run).run) == ["run-counted", "run-taken"]


@pytest.mark.parametrize("repeat", ["duplicate", "duplicate_receipt"])
def test_a_repeated_run_is_refused_as_a_duplicate(line: paramiko.SFTPClient, printer: Simulator, repeat: str) -> None:
    run, job, _ = second_upload(line, printer, repeat)
    wait_for(lambda: len(told(line, run).run) == 3, "the refusal")
    assert sorted(told(line, run).run) == ["run-counted", "run-rejected duplicate", "run-taken"]
    (taking,) = printer.takings(job)
    assert taking["refused"] is None


def test_a_repeated_run_is_printed_again_and_that_shows(line: paramiko.SFTPClient, printer: Simulator) -> None:
    _, job, _ = second_upload(line, printer, "second")
    wait_for(lambda: len(printer.takings(job)) == 2, "the second taking")
    assert [taking["nth"] for taking in printer.takings(job)] == [1, 2]


def test_one_letter_in_two_runs_is_two_takings(line: paramiko.SFTPClient, printer: Simulator) -> None:
    job = str(uuid4())
    for _ in range(2):
        run, _, content = print_run([pdf()], jobs=[job])
        upload(line, run, content)
        wait_told(line, run, job, "posted")
    assert [taking["nth"] for taking in printer.takings(job)] == [1, 2]


def test_the_line_can_break_in_mid_file(printer: Simulator) -> None:
    run, (job,), content = print_run([pdf() + b"\n%" + b"x" * 200_000])
    printer.mood(break_after_bytes={"bytes": 50_000, "next": 1})
    with pytest.raises(LOST), line_to(printer) as line:
        upload(line, run, content)
    with line_to(printer) as line:
        assert line.stat(f"incoming/{run}.zip.tmp").st_size == 50_000
        upload(line, run, content)
        wait_told(line, run, job, "posted")
    assert len(printer.takings(job)) == 1


@pytest.mark.parametrize(("fault", "spec"), [("break_after_rename", {"next": 1}), ("drop_answer", True)])
def test_the_line_can_break_right_after_the_rename(printer: Simulator, fault: str, spec: object) -> None:
    run, (job,), content = print_run([pdf()])
    printer.mood(**{fault: spec})
    with pytest.raises(LOST), line_to(printer) as line:
        upload(line, run, content)
    with line_to(printer) as line:
        wait_told(line, run, job, "posted")
    assert len(printer.takings(job)) == 1


@pytest.mark.parametrize(("fault", "taken"), [
    ("disk_full", 0), ("refuse_rename", 0), ("error_before_take", 0), ("error_after_take", 1), ("read_only", 0),
    ("snatch", 0),
])  # fmt: skip
def test_a_refused_operation_says_so(line: paramiko.SFTPClient, printer: Simulator, fault: str, taken: int) -> None:
    run, (job,), content = print_run([pdf()])
    printer.mood(**{fault: {"next": 1}})
    with pytest.raises(OSError, match=r"No space|refused|broke|not yours|No such file"):
        upload(line, run, content)
    other, other_jobs, more = print_run([pdf("Et andet")])
    upload(line, other, more)
    wait_told(line, other, other_jobs[0], "posted")
    assert len(printer.takings(job)) == taken


def test_an_upload_can_be_slow(line: paramiko.SFTPClient, printer: Simulator) -> None:
    printer.mood(slow={"ms": 200, "on": ["send"]})
    channel = line.get_channel()
    assert channel is not None
    channel.settimeout(0.1)
    with pytest.raises(TimeoutError):
        upload(line, *print_run([pdf()])[::2])


@pytest.mark.parametrize("fault", ["refuse_login", "wrong_certificate"])
def test_the_login_can_be_refused(printer: Simulator, fault: str) -> None:
    printer.be(fault)
    with pytest.raises(paramiko.AuthenticationException), line_to(printer):
        pass


def test_only_our_user_with_our_key_comes_in(printer: Simulator) -> None:
    stranger = paramiko.Ed25519Key.from_private_key_file(str(printer.folder / "host_key"))
    for words in ({"key": stranger}, {"user": "root"}):
        with pytest.raises(paramiko.AuthenticationException), line_to(printer, **words):
            pass


def test_a_busy_server_hangs_up(printer: Simulator) -> None:
    printer.be("busy", next=1)
    with pytest.raises(LOST), line_to(printer):
        pass
    with line_to(printer) as line:
        assert sorted(line.listdir()) == ["incoming", "orders", "receipts", "returns"]


def test_while_it_is_down_connections_are_refused_and_then_it_is_back(printer: Simulator) -> None:
    with line_to(printer) as line:
        printer.be("down")
        with pytest.raises(LOST):
            line.listdir()
    with pytest.raises(ConnectionRefusedError), line_to(printer):
        pass
    printer.be("well")
    with line_to(printer) as line:
        assert line.listdir()


@pytest.mark.parametrize("act", [
    lambda line: line.putfo(io.BytesIO(b"x"), f"incoming/{uuid4()}.zip"),
    lambda line: line.putfo(io.BytesIO(b"x"), "incoming/Ådse Prøvesen 0201500000.tmp"),
    lambda line: line.putfo(io.BytesIO(b"x"), f"receipts/{uuid4()}.xml"),
    lambda line: line.putfo(io.BytesIO(b"x"), f"../{uuid4()}.zip.tmp"),
    lambda line: line.mkdir("incoming/mine"),
    lambda line: line.rmdir("incoming"),
    lambda line: line.symlink("/etc/passwd", "incoming/passwd"),
    lambda line: line.open("../../etc/passwd"),
    lambda line: line.open("../client_key"),
])  # fmt: skip
def test_the_client_has_its_three_folders_and_nothing_else(
    line: paramiko.SFTPClient, act: Callable[[paramiko.SFTPClient], object]
) -> None:
    with pytest.raises((PermissionError, FileNotFoundError)):
        act(line)


def test_a_rename_keeps_the_runs_id(line: paramiko.SFTPClient) -> None:
    run, other = str(uuid4()), str(uuid4())
    upload(line, run, b"x", rename=False)
    for name in (f"incoming/{other}.zip", "incoming/brev.pdf", f"receipts/{run}.zip"):
        with pytest.raises(PermissionError):
            line.posix_rename(f"incoming/{run}.zip.tmp", name)
    line.remove(f"incoming/{run}.zip.tmp")


def test_a_plain_rename_does_not_overwrite(line: paramiko.SFTPClient, printer: Simulator) -> None:
    printer.mood(pace={"pick_up": 60})
    run, _, content = print_run([pdf()])
    upload(line, run, content)
    line.putfo(io.BytesIO(content), f"incoming/{run}.token-2.tmp")
    with pytest.raises(OSError, match="exists"):
        line.rename(f"incoming/{run}.token-2.tmp", f"incoming/{run}.zip")
    printer.mood(pace={"pick_up": 0})
    wait_for(lambda: told(line, run).run, "the run to be taken")


def test_receipts_can_come_twice_or_before_the_answer_or_never(printer: Simulator) -> None:
    printer.mood(receipts={"twice": True})
    run, (job,), content = print_run([pdf()])
    with line_to(printer) as line:
        upload(line, run, content)
        wait_for(lambda: told(line, run).statuses(job).count("posted") == 2, "both receipts")
        assert len(set(told(line, run).files)) == len(told(line, run).files)
        printer.mood(receipts={"twice": False, "never": True})
        silent, (unheard,), more = print_run([pdf()])
        upload(line, silent, more)
        wait_for(lambda: printer.takings(unheard), "the taking")
        assert told(line, silent).files == []


def test_receipts_can_come_for_strangers_too(line: paramiko.SFTPClient, printer: Simulator) -> None:
    printer.mood(receipts={"strangers": True})
    run, (job,), content = print_run([pdf()])
    upload(line, run, content)
    wait_told(line, run, job, "posted")
    roots = [etree.fromstring(line.open(f"receipts/{name}").read()) for name in line.listdir("receipts")]
    others = [root for root in roots if root.get("run") != run]
    assert others
    assert job not in {child.get("id") for root in others for child in root}


def test_a_receipt_can_overtake_the_answer(line: paramiko.SFTPClient, printer: Simulator) -> None:
    printer.mood(receipts={"before_answer": True})
    run, (job,), content = print_run([pdf()])
    upload(line, run, content, rename=False)
    answered = threading.Event()

    def rename() -> None:
        with line_to(printer) as other:
            other.posix_rename(f"incoming/{run}.zip.tmp", f"incoming/{run}.zip")
            answered.set()

    thread = threading.Thread(target=rename)
    thread.start()
    wait_for(lambda: any(name.endswith(".xml") for name in line.listdir("receipts")), "a receipt")
    wait_for(lambda: printer.takings(job), "the taking")
    was_answered = answered.is_set()
    assert told(line, run).statuses(job)[0] == "taken"
    thread.join()
    assert (was_answered, answered.is_set()) == (False, True)


def order(line: paramiko.SFTPClient, run: str, what: str, created: str = "2026-11-22T10:00:00Z") -> None:
    key, content = run_order(run, what, created)
    line.putfo(io.BytesIO(content), f"orders/{key}.tmp", confirm=True)
    line.rename(f"orders/{key}.tmp", f"orders/{key}.xml")


def wait_for_answer(line: paramiko.SFTPClient, run: str, answer: str, times: int = 1) -> Told:
    wait_for(lambda: told(line, run).run.count(answer) == times, f"the answer {answer}")
    return told(line, run)


def test_a_held_run_is_printed_when_it_is_released(line: paramiko.SFTPClient, printer: Simulator) -> None:
    printer.mood(pace={"printed": 5, "posted": 0})
    run, (job,), content = print_run([pdf()])
    upload(line, run, content)
    wait_told(line, run, job, "taken")
    for times in (1, 2):
        order(line, run, "hold")
        wait_for_answer(line, run, "run-held", times)
    assert told(line, run).statuses(job) == ["taken"]
    order(line, run, "release")
    assert wait_for_answer(line, run, "run-released").statuses(job) == ["taken"]
    assert wait_told(line, run, job, "posted").statuses(job) == ["taken", "printed", "posted"]
    assert line.listdir("orders") == []


def test_a_recalled_run_is_never_printed_and_stays_recalled(line: paramiko.SFTPClient, printer: Simulator) -> None:
    printer.mood(pace={"printed": 30, "posted": 0})
    run, (job,), content = print_run([pdf()])
    upload(line, run, content)
    wait_told(line, run, job, "taken")
    order(line, run, "recall")
    wait_for_answer(line, run, "run-recalled")
    order(line, run, "release")
    wait_for_answer(line, run, "run-recalled", 2)
    printer.mood(pace={"printed": 0})
    other, (later,), more = print_run([pdf("Et andet")])
    upload(line, other, more)
    wait_told(line, other, later, "posted")
    assert told(line, run).statuses(job) == ["taken"]
    assert printer.takings(job)[0]["refused"] == "recalled"


def test_an_order_for_what_is_printed_is_too_late(line: paramiko.SFTPClient, printer: Simulator) -> None:
    run, (job,), content = print_run([pdf()])
    upload(line, run, content)
    wait_told(line, run, job, "posted")
    for times, what in enumerate(("hold", "recall"), 1):
        order(line, run, what)
        wait_for_answer(line, run, "run-too-late", times)
    assert printer.takings(job)[0]["refused"] is None


def test_an_order_may_come_before_its_run_and_orders_are_carried_out_by_their_time(
    line: paramiko.SFTPClient, printer: Simulator
) -> None:
    run, (job,), content = print_run([pdf()])
    order(line, run, "recall", "2026-11-22T10:00:02Z")
    order(line, run, "hold", "2026-11-22T10:00:01Z")
    upload(line, run, content)
    found = wait_for_answer(line, run, "run-recalled")
    assert [word for word in found.run if word != "run-taken"] == ["run-held", "run-recalled"]
    assert found.statuses(job) == ["taken"]


def test_what_is_no_order_is_thrown_away_and_counted(line: paramiko.SFTPClient, printer: Simulator) -> None:
    before = printer.requests().get("order-unreadable", 0)
    for content in (b"<order/>", run_order(str(uuid4()), "burn")[1], b"no XML"):
        key = str(uuid4())
        line.putfo(io.BytesIO(content), f"orders/{key}.tmp", confirm=True)
        line.rename(f"orders/{key}.tmp", f"orders/{key}.xml")
    wait_for(lambda: printer.requests().get("order-unreadable", 0) == before + 3, "three orders thrown away")


def test_a_proof_run_is_printed_and_never_posted_nor_charged(line: paramiko.SFTPClient, printer: Simulator) -> None:
    run, (job,), content = print_run([pdf()], total={"proof": "true"})
    upload(line, run, content)
    wait_told(line, run, job, "printed")
    other, (later,), more = print_run([pdf("Et andet")])
    upload(line, other, more)
    wait_told(line, other, later, "posted")
    assert told(line, run).statuses(job) == ["taken", "printed"]
    assert told(line, run).postage == []
    assert printer.takings(job)[0]["detail"]["proof"] is True


def test_letters_in_one_envelope_have_one_fate_and_one_price(line: paramiko.SFTPClient, printer: Simulator) -> None:
    printer.mood(refuse={"code": "paper.jam", "next": 1})
    run, jobs, content = print_run([pdf(), pdf("To")], together=True)
    upload(line, run, content)
    for job in jobs:
        assert wait_told(line, run, job, "refused").statuses(job) == ["taken", "refused"]
    run, jobs, content = print_run([pdf("Tre"), pdf("Fire")], together=True)
    upload(line, run, content)
    found = [wait_told(line, run, job, "posted") for job in jobs][-1]
    assert found.postage == [1290, 0]
    assert {count["envelopes"] for count in found.counts} == {"1"}


@pytest.mark.parametrize(("mood", "letters"), [({"uncounted": True}, set()), ({"miscounted": True}, {"1"})])
def test_counts_may_be_missing_or_wrong(
    line: paramiko.SFTPClient, printer: Simulator, mood: dict[str, bool], letters: set[str]
) -> None:
    printer.mood(receipts=mood)
    run, jobs, content = print_run([pdf(), pdf("To")])
    upload(line, run, content)
    assert {count["letters"] for count in wait_told(line, run, jobs[1], "posted").counts} == letters


def test_keys_are_for_their_owner(printer: Simulator) -> None:
    for name in ("client_key", "host_key"):
        assert stat.S_IMODE((printer.folder / name).stat().st_mode) == 0o600


def test_killed_and_started_again_it_goes_on(own: Callable[[str], Simulator]) -> None:
    printer = own("remote_print")
    env = dict(printer.env)
    printer.be("well", pace={"pick_up": 0, "printed": 0.1, "posted": 0.1})
    runs = [print_run([pdf(f"Brev {n}")]) for n in range(12)]
    with line_to(printer) as line:
        for run, _, content in runs[:8]:
            upload(line, run, content)
        wait_for(printer.takings, "the first taking")
        printer.end(signal.SIGKILL)
    printer.start()
    assert printer.env == env, "same port, same keys"
    with line_to(printer) as line:
        for run, _, content in runs[8:]:
            upload(line, run, content)
        for run, (job,), _ in runs:
            wait_told(line, run, job, "posted")
        printer.end(signal.SIGKILL)
    printer.start()
    for _, (job,), _ in runs:
        assert [taking["nth"] for taking in printer.takings(job)] == [1]

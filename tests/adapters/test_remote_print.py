"""Remote print beyond the contract: half uploads, fences, names that are taken, logins; on asyncssh's SFTP server (the
simulator's) and on OpenSSH's."""

import errno
import logging
import os
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import paramiko
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapters import connect
from adapters.remote_print.keys import private_key, public_key
from adapters.remote_print.line import Access
from adapters.remote_print.mailer import RemotePrintMailer
from adapters.remote_print.receipts import LARGEST, FetchedReceipts
from adapters.remote_print.run import archive
from adapters.remote_print.sftp import Lost, Missing, NotDone, Printer
from outbound.letter import Accepted, Blame, CannotSay, Channel, Consignment, Lane, News, NotTaken, Rejected, Taken
from outbound.ports import Misconfigured, OutcomeUnknown, Outside, OutsideError, Unavailable
from outbound.settings import Settings
from tests.adapters.check_file import counting_server
from tests.adapters.conftest import settings_of
from tests.adapters.outside import Simulator, Supplier, a_consignment, a_dispatch, simulated, within
from tests.adapters.sshd import make_key, openssh
from tests.conftest import find_sshd
from tests.waiting import wait_for


@dataclass(frozen=True, slots=True)
class House:
    """An SFTP server where nobody picks anything up, and its files."""

    access: Access
    files: Path

    @contextmanager
    def printer(self, **changes: Any) -> Iterator[Printer]:
        with closing(Printer(replace(self.access, **changes))) as printer:
            yield printer

    @contextmanager
    def mailer(self, **changes: Any) -> Iterator[RemotePrintMailer]:
        with self.printer(**changes) as printer:
            yield RemotePrintMailer(printer, "print", 500, 3_000_000, repeat_is_safe=False)

    def lying(self) -> list[str]:
        return sorted(path.name for path in (self.files / "incoming").iterdir())

    def half(self, consignment: Consignment, fence: str, content: bytes = b"half") -> str:
        name = f"{consignment.id}.{fence}.tmp"
        (self.files / "incoming" / name).write_bytes(content)
        return name


@pytest.fixture(scope="module")
def started_sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    program = find_sshd()
    assert program, "marked sshd, so skipped where there is none"
    with openssh(program, tmp_path_factory.mktemp("sshd")) as (access, files):
        yield House(access, files)


@pytest.fixture(scope="module")
def started_asyncssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("asyncssh")
    with simulated("remote_print", folder) as simulator:
        simulator.mood(pace={"pick_up": 3600})
        yield House(access_of(simulator), folder / "sftp")


@pytest.fixture(params=["asyncssh", pytest.param("openssh", marks=pytest.mark.sshd)])
def house(request: pytest.FixtureRequest) -> House:
    if request.param == "openssh":
        found: House = request.getfixturevalue("started_sshd")
    else:
        found = request.getfixturevalue("started_asyncssh")
    for path in [*(found.files / "incoming").iterdir(), *(found.files / "receipts").iterdir()]:
        path.unlink()
    return found


def access_of(simulator: Simulator) -> Access:
    found = settings_of(simulator.env)
    assert found.print_sftp_key_file is not None
    assert found.print_sftp_host_key_file is not None
    keys = private_key(found.print_sftp_key_file), public_key(found.print_sftp_host_key_file)
    return Access(found.print_sftp_host, found.print_sftp_port, found.print_sftp_user, *keys, "incoming", "receipts", 5)


def a_run(letters: int = 2) -> Consignment:
    return a_consignment(Channel.PRINT, *(a_dispatch("well", n) for n in range(letters)))


def size(consignment: Consignment) -> int:
    return sum(map(len, archive(consignment)))


# files


def test_a_run_lies_there_whole_under_its_name_and_nothing_else(house: House) -> None:
    run = a_run()
    with house.mailer() as mailer:
        answers = list(mailer.hand_over(run))
        assert mailer.ask(run) == Taken(str(run.id))
    assert answers == [Accepted(dispatch.id, str(run.id)) for dispatch in run.dispatches]
    assert house.lying() == [f"{run.id}.zip"]
    assert (house.files / "incoming" / f"{run.id}.zip").read_bytes() == b"".join(archive(run))


def test_an_envelope_with_a_letter_too_large_stays_out_of_the_run_whole(house: House) -> None:
    top, other = a_dispatch("well", 0), a_dispatch("well", 1)
    beneath = a_dispatch("well", 0, envelope_of=top.id, document=replace(top.document, pdf=b"%PDF-" + bytes(3_000_000)))
    run = a_consignment(Channel.PRINT, top, beneath, other)
    with house.mailer() as mailer:
        answers = list(mailer.hand_over(run))
    out = [Rejected(one.id, "too-large", Blame.RECIPIENT) for one in (top, beneath)]
    assert answers == [*out, Accepted(other.id, str(run.id))]
    sent = (house.files / "incoming" / f"{run.id}.zip").read_bytes()
    assert sent == b"".join(archive(replace(run, dispatches=(other,))))


def test_a_rename_never_overwrites(house: House) -> None:
    run = a_run()
    with house.printer() as printer:
        for fence in ("a", "b"):
            assert printer.write(f"incoming/{run.id}.{fence}.tmp", [fence.encode()]) == 1
        printer.rename(f"incoming/{run.id}.a.tmp", f"incoming/{run.id}.zip")
        with pytest.raises(NotDone):
            printer.rename(f"incoming/{run.id}.b.tmp", f"incoming/{run.id}.zip")
    assert (house.files / "incoming" / f"{run.id}.zip").read_bytes() == b"a"


def test_what_is_gone_is_missing_and_removing_it_again_is_as_good(house: House) -> None:
    with house.printer() as printer:
        with pytest.raises(Missing):
            printer.read(f"receipts/{uuid4()}.xml", 10)
        printer.remove(f"receipts/{uuid4()}.xml")
        with pytest.raises(Missing):
            printer.rename(f"incoming/{(run := uuid4())}.a.tmp", f"incoming/{run}.zip")


def test_a_folder_that_is_not_there_is_misconfigured(house: House) -> None:
    with house.mailer(incoming="elsewhere") as mailer, pytest.raises(Misconfigured) as fault:
        list(mailer.hand_over(a_run()))
    assert fault.value.code == "no-folder"


def test_a_large_run_arrives_whole(house: House) -> None:
    dispatch = a_dispatch()
    large = replace(dispatch, document=replace(dispatch.document, pdf=bytes(2_900_000)))
    run = a_consignment(Channel.PRINT, *(replace(large, id=uuid4()) for _ in range(8)))
    with house.mailer() as mailer:
        list(mailer.hand_over(run))
    assert (house.files / "incoming" / f"{run.id}.zip").stat().st_size == size(run)


def test_small_packets_are_not_held_back(house: House) -> None:
    with house.printer() as printer:
        printer.names("incoming")
        sock = printer._mine.line.sock
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


# is it what we sent?


@pytest.mark.parametrize(("read_back", "code"), [(20_000_000, "checksum"), (100, None)])
def test_a_run_is_read_back_up_to_a_size(
    house: House, monkeypatch: pytest.MonkeyPatch, read_back: int, code: str | None
) -> None:
    """Neither server counts digests. What is larger has its digests in the manifest."""
    with house.printer() as printer:
        written = printer.write

        def spoilt(path: str, pieces: Iterable[bytes]) -> int:
            size = written(path, pieces)
            file = house.files / path
            file.write_bytes(b"X" + file.read_bytes()[1:])
            return size

        monkeypatch.setattr(printer, "write", spoilt)
        mailer = RemotePrintMailer(printer, "print", 500, 3_000_000, repeat_is_safe=False, read_back=read_back)
        run = a_run()
        fault = _failure(mailer, run)
    assert (fault.code if fault else None) == code
    assert house.lying() == ([] if code else [f"{run.id}.zip"])


def test_a_digest_that_the_server_counts_is_believed_and_nothing_is_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with counting_server(tmp_path, monkeypatch) as (access, counted), closing(Printer(access)) as printer:
        mailer = RemotePrintMailer(printer, "print", 500, 3_000_000, repeat_is_safe=False)
        monkeypatch.setattr(printer, "_counted_here", None)
        run = a_run()
        assert len(list(mailer.hand_over(run))) == 2
        counted.spoils = True
        fault = _failure(mailer, other := a_run())
    assert fault is not None
    assert fault.code == "checksum"
    assert sorted(path.name for path in (tmp_path / "incoming").iterdir()) == [f"{run.id}.zip"]
    assert other.id != run.id


def test_a_folder_that_cannot_be_read_back_is_no_fault(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(sftp: Any, name: str, mode: str = "r", bufsize: int = -1) -> Any:
        if mode == "rb":
            raise PermissionError(errno.EACCES, "not for you")
        return opened(sftp, name, mode, bufsize)

    opened = paramiko.SFTPClient.open
    monkeypatch.setattr(paramiko.SFTPClient, "open", closed)
    with house.mailer() as mailer:
        assert len(list(mailer.hand_over(a_run()))) == 2


# whose half it is


def test_our_half_alone_is_not_taken_and_may_be_finished(house: House) -> None:
    run = a_run()
    with house.mailer() as mailer:
        assert mailer.ask(run) == CannotSay()
        house.half(run, "whoever")
        assert mailer.ask(run) == NotTaken(resume=True)


def test_the_half_of_another_run_says_nothing(house: House) -> None:
    house.half(a_run(), "a")
    with house.mailer() as mailer:
        assert mailer.ask(a_run()) == CannotSay()


def test_a_receipt_for_the_run_says_that_it_was_taken(house: House) -> None:
    run = a_run()
    content = f'<receipts xmlns="urn:outbound:print-receipts:2" run="{run.id}"><run-taken/></receipts>'
    (house.files / "receipts" / f"{uuid4()}.xml").write_text("<unreadable")
    (house.files / "receipts" / f"{uuid4()}.xml").write_text(content)
    with house.mailer() as mailer:
        assert mailer.ask(run) == Taken(str(run.id))
        assert mailer.ask(a_run()) == CannotSay()


def test_whoever_takes_a_run_over_removes_the_other_half_first(house: House) -> None:
    run = a_run()
    other = house.half(run, "stalled")
    with house.mailer() as mailer, house.printer() as stalled:
        list(mailer.hand_over(run))
        with pytest.raises(NotDone):
            stalled.rename(f"incoming/{other}", f"incoming/{run.id}.zip")
    assert house.lying() == [f"{run.id}.zip"]


def test_a_worker_whose_half_was_removed_does_not_know_what_became_of_the_run(house: House) -> None:
    run = a_run()
    with house.printer() as printer:
        mailer = RemotePrintMailer(_Robbed(printer, house), "print", 500, 3_000_000, repeat_is_safe=False)
        with pytest.raises(OutcomeUnknown):
            list(mailer.hand_over(run))
    assert house.lying() == []


class _Robbed(Printer):
    """A connection between whose upload and rename somebody else removes the half."""

    def __init__(self, printer: Printer, house: House) -> None:
        super().__init__(printer.access)
        self._house = house

    def rename(self, old: str, new: str) -> None:
        (self._house.files / old).unlink()
        super().rename(old, new)


def test_a_run_that_has_its_name_already_is_accepted_and_not_sent_again(house: House) -> None:
    run = a_run()
    with house.mailer() as mailer:
        first = list(mailer.hand_over(run))
        before = (house.files / "incoming" / f"{run.id}.zip").stat().st_mtime_ns
        assert list(mailer.hand_over(replace(run, fence=uuid4().hex))) == first
    assert (house.files / "incoming" / f"{run.id}.zip").stat().st_mtime_ns == before


def test_another_file_under_the_runs_name_is_for_a_person(house: House) -> None:
    run = a_run()
    (house.files / "incoming" / f"{run.id}.zip").write_bytes(b"something else")
    with house.mailer() as mailer, pytest.raises(OutcomeUnknown):
        list(mailer.hand_over(run))


@pytest.mark.parametrize("fence", ["", "../../x", "a/b\x00", "æ" * 200])
def test_any_fence_makes_a_name_in_the_folder(house: House, fence: str) -> None:
    run = replace(a_run(), fence=fence)
    with house.mailer() as mailer:
        assert len(list(mailer.hand_over(run))) == 2


# what the line does


def test_a_line_that_breaks_in_mid_file_is_unavailable_and_the_rest_can_be_sent(printer: Supplier) -> None:
    printer.simulator.mood(break_after_bytes={"bytes": 700, "next": 1})
    run = a_run(5)
    with pytest.raises(Unavailable):
        list(printer.mailer.hand_over(run))
    assert printer.mailer.ask(run) == NotTaken(resume=True)
    assert len(list(printer.mailer.hand_over(replace(run, fence=uuid4().hex)))) == 5
    assert printer.is_taken(run)
    assert printer.simulator.taken(run) == 5


@pytest.mark.parametrize(
    ("mood", "spec", "asked"),
    [
        ("disk_full", True, CannotSay()),
        ("disk_full", {"bytes": 3000}, CannotSay()),
        ("stall", {"bytes": 3000}, NotTaken(resume=True)),
        ("refuse_rename", True, CannotSay()),
        ("corrupt", True, CannotSay()),
    ],
)
def test_a_run_that_does_not_come_through_is_unavailable_nothing_is_taken_and_it_may_come_again(
    printer: Supplier, mood: str, spec: Any, asked: object
) -> None:
    printer.simulator.mood(**{mood: spec})
    run = a_run(5)
    with within(8), pytest.raises(Unavailable) as fault:
        list(printer.mailer.hand_over(run))
    assert mood != "corrupt" or fault.value.code == "checksum"
    assert not printer.is_taken(run)
    assert printer.mailer.ask(run) == asked  # our half tells, where the line broke; else we have removed it
    printer.simulator.mood()
    assert len(list(printer.mailer.hand_over(replace(run, fence=uuid4().hex)))) == 5
    assert printer.is_taken(run)
    assert printer.simulator.taken(run) == 5


def test_a_folder_that_may_not_be_written_to_is_misconfigured(printer: Supplier) -> None:
    printer.simulator.mood(read_only=True)
    with pytest.raises(Misconfigured) as fault:
        list(printer.mailer.hand_over(run := a_run()))
    assert (fault.value.code, fault.value.__context__) == ("no-permission", None)
    assert not printer.is_taken(run)


def test_a_line_that_breaks_at_the_rename_is_in_doubt_and_our_half_tells(printer: Supplier) -> None:
    printer.simulator.mood(break_before_rename={"next": 1})
    run = a_run()
    with pytest.raises(OutcomeUnknown):
        list(printer.mailer.hand_over(run))
    assert not printer.is_taken(run)
    assert printer.mailer.ask(run) == NotTaken(resume=True)
    assert len(list(printer.mailer.hand_over(replace(run, fence=uuid4().hex)))) == 2
    assert printer.is_taken(run)
    assert printer.simulator.taken(run) == 2


def test_a_half_that_somebody_takes_away_is_in_doubt(printer: Supplier) -> None:
    printer.simulator.mood(snatch=True)
    with pytest.raises(OutcomeUnknown) as fault:
        list(printer.mailer.hand_over(run := a_run()))
    assert fault.value.code == "half-is-gone"
    assert printer.mailer.ask(run) == CannotSay()


def test_a_run_picked_up_between_the_rename_and_our_look_is_in_doubt_and_the_receipt_tells(printer: Supplier) -> None:
    """The server calls the rename failed, and the printer has the run already."""
    printer.simulator.mood(error_after_take=True, receipts={"before_answer": True})
    with pytest.raises(OutcomeUnknown) as fault:
        list(printer.mailer.hand_over(run := a_run()))
    assert fault.value.code == "half-is-gone"
    assert printer.mailer.ask(run) == Taken(str(run.id))
    assert printer.simulator.taken(run) == 2


def test_a_lost_answer_to_the_rename_is_in_doubt_and_the_receipt_tells(printer: Supplier) -> None:
    printer.simulator.mood(break_after_rename=True)
    run = a_run()
    with pytest.raises(OutcomeUnknown):
        list(printer.mailer.hand_over(run))
    printer.simulator.mood()
    wait_for(lambda: printer.mailer.ask(run) == Taken(str(run.id)), "the receipt of the run")


def test_a_rename_that_is_done_and_called_failed_is_no_failure(printer: Supplier) -> None:
    printer.simulator.mood(error_after_take=True, pace={"pick_up": 0.5})
    run = a_run()
    assert len(list(printer.mailer.hand_over(run))) == 2
    assert printer.is_taken(run)


@pytest.mark.parametrize("stuck", [False, True])
def test_an_upload_that_is_not_whole_is_never_given_its_name(
    house: House, monkeypatch: pytest.MonkeyPatch, stuck: bool
) -> None:
    """It is removed; and where it cannot be, the first fault is told all the same."""

    def refuse(path: str) -> None:
        raise NotDone("not-removed")

    with house.printer() as printer:
        if stuck:
            monkeypatch.setattr(printer, "remove", refuse)
        written = printer.write
        monkeypatch.setattr(printer, "write", lambda path, pieces: written(path, [*pieces][:-1]))
        mailer = RemotePrintMailer(printer, "print", 500, 3_000_000, repeat_is_safe=False)
        with pytest.raises(Unavailable) as fault:
            list(mailer.hand_over(run := a_run()))
    assert (fault.value.code, fault.value.__context__) == ("size", None)
    assert house.lying() == ([f"{run.id}.{run.fence}.tmp"] if stuck else [])


def test_a_line_that_ends_between_two_pieces_is_a_line_that_ended(house: House) -> None:
    """And no answer of the server's, which a new line would have had."""

    def pieces() -> Iterator[bytes]:
        yield b"half"
        printer._mine.line.client.close()
        yield b"half"

    with house.printer() as printer, pytest.raises(Lost):
        printer.write(f"incoming/{uuid4()}.a.tmp", pieces())


def test_a_run_left_by_a_broken_line_comes_again_by_a_new_one(printer: Supplier) -> None:
    list(printer.mailer.hand_over(a_run()))
    for _ in range(2):
        printer.simulator.mood(down=True)
        with pytest.raises(Unavailable):
            list(printer.mailer.hand_over(a_run()))
        printer.simulator.mood()
        assert list(printer.mailer.hand_over(a_run()))


# who they are


def other_key(tmp_path: Path) -> tuple[Any, Any]:
    make_key(tmp_path / "other")
    return private_key(tmp_path / "other"), public_key(tmp_path / "other.pub")


def test_another_host_key_is_misconfigured_and_nothing_is_said_to_it(house: House, tmp_path: Path) -> None:
    with house.mailer(host_key=other_key(tmp_path)[1]) as mailer, pytest.raises(Misconfigured) as fault:
        list(mailer.hand_over(a_run()))
    assert (fault.value.code, fault.value.__context__) == ("host-key", None)


def test_another_kind_of_host_key_is_misconfigured(house: House, tmp_path: Path) -> None:
    public = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    (tmp_path / "ecdsa.pub").write_bytes(public)
    with house.mailer(host_key=public_key(tmp_path / "ecdsa.pub")) as mailer, pytest.raises(Misconfigured) as fault:
        list(mailer.hand_over(a_run()))
    assert fault.value.code == "host-key"


def test_a_key_that_is_not_let_in_is_misconfigured(house: House, tmp_path: Path) -> None:
    with house.mailer(key=other_key(tmp_path)[0]) as mailer, pytest.raises(Misconfigured) as fault:
        list(mailer.hand_over(a_run()))
    assert fault.value.code == "login"


@pytest.mark.parametrize(
    "says", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-x\r\n", b"SSH-2.0-x\r\n" + b"\xff" * 4000]
)
def test_whatever_does_not_speak_ssh_is_unavailable_in_time(house: House, says: bytes) -> None:
    def babble(connection: socket.socket, ended: threading.Event) -> None:
        connection.sendall(says)
        ended.wait()

    with _listening(babble) as port, within(3), house.mailer(port=port, timeout=0.3) as mailer:
        outcome = _failure(mailer)
    assert isinstance(outcome, Unavailable)


def test_a_server_that_drips_has_its_time_and_no_more(house: House) -> None:
    def drip(connection: socket.socket, ended: threading.Event) -> None:
        while not ended.wait(0.05):
            connection.sendall(b"x")

    with _listening(drip) as port, within(3), house.mailer(port=port, timeout=0.3) as mailer:
        outcome = _failure(mailer)
    assert isinstance(outcome, Unavailable)


def _failure(mailer: RemotePrintMailer, run: Consignment | None = None) -> OutsideError | None:
    try:
        list(mailer.hand_over(run or a_run()))
    except OutsideError as fault:
        return fault
    return None


@contextmanager
def _listening(act: Any) -> Iterator[int]:
    ended = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            connection, _ = listener.accept()
            with connection:
                act(connection, ended)
        except OSError:
            return

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        ended.set()
        listener.close()
        thread.join(10)


def test_a_host_that_is_not_there_is_unavailable(house: House) -> None:
    with house.mailer(host="no-such-host.invalid") as mailer, pytest.raises(Unavailable):
        list(mailer.hand_over(a_run()))


# receipts


def test_receipts_come_oldest_first_and_half_written_ones_not_at_all(house: House) -> None:
    names = [f"{uuid4()}.xml" for _ in range(3)]
    for age, name in enumerate(names):
        path = house.files / "receipts" / name
        path.write_text(f"<receipt{age}/>")
        os.utime(path, (1_700_000_000 - age, 1_700_000_000 - age))
    (house.files / "receipts" / f"{uuid4()}.xml.tmp").write_text("<half")
    with house.printer() as printer:
        found = list(FetchedReceipts(printer, "print").fetch())
    assert [raw.body for raw in found] == [b"<receipt2/>", b"<receipt1/>", b"<receipt0/>"]
    assert {raw.provider for raw in found} == {"print"}


def test_a_name_that_comes_again_with_other_news_is_another_receipt(house: House) -> None:
    path = house.files / "receipts" / f"{uuid4()}.xml"
    ids = []
    with house.printer() as printer:
        for content in ("<a/>", "<b/>", "<a/>"):
            path.write_text(content)
            ids += [raw.id for raw in FetchedReceipts(printer, "print").fetch()]
    assert ids[0] == ids[2] != ids[1]


def test_a_receipt_too_large_or_oddly_named_stays_there_and_is_told_of(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    (house.files / "receipts" / f"{uuid4()}.xml").write_bytes(b" " * LARGEST)
    (house.files / "receipts" / "0101010101 Ymer.xml").write_text("<x/>")
    with house.printer() as printer:
        assert list(FetchedReceipts(printer, "print").fetch()) == []
    assert "2 print receipts are too large or have a name we do not read" in caplog.text
    assert "Ymer" not in caplog.text


def test_a_folder_among_the_receipts_is_passed_over(house: House) -> None:
    with _folder(house.files / "receipts" / "0.xml"), house.printer() as printer, house.mailer() as mailer:
        (house.files / "receipts" / "1.xml").write_text("<x/>")
        assert [raw.body for raw in FetchedReceipts(printer, "print").fetch()] == [b"<x/>"]
        house.half(run := a_run(), "whoever")
        assert mailer.ask(run) == NotTaken(resume=True)


def test_a_receipt_that_cannot_be_read_keeps_nobody_from_the_next_and_may_be_the_runs(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that the server does not tell from a file, as where it gives no permissions."""
    run = a_run()
    content = f'<receipts xmlns="urn:outbound:print-receipts:2" run="{run.id}"><run-taken/></receipts>'
    (house.files / "receipts" / "1.xml").write_text(content)
    monkeypatch.setattr("adapters.remote_print.sftp.stat.S_ISDIR", lambda _: False)
    with _folder(house.files / "receipts" / "0.xml"), house.printer() as printer, house.mailer() as mailer:
        assert [raw.body for raw in FetchedReceipts(printer, "print").fetch()] == [content.encode()]
        assert mailer.ask(run) == Taken(str(run.id))
        house.half(other := a_run(), "whoever")
        assert mailer.ask(other) == CannotSay()
    assert "A print receipt cannot be read where it lies (sftp-failure)." in caplog.messages


@contextmanager
def _folder(path: Path) -> Iterator[None]:
    path.mkdir()
    try:
        yield
    finally:
        path.rmdir()


def test_a_refused_and_a_returned_letter_are_told_of(printer: Supplier) -> None:
    run = printer.consignment("print_refused", "print_returned", "print_unknown_code", "well")
    list(printer.mailer.hand_over(run))
    told: dict[str, set[News]] = {}

    def are_there() -> bool:
        for receipt in printer.read(run):
            told.setdefault(str(receipt.dispatch), set()).add(receipt.news)
        wanted = (News.REFUSED, News.RETURNED, News.REFUSED, News.DELIVERED)
        return all(
            news in told.get(str(dispatch.id), ()) for dispatch, news in zip(run.dispatches, wanted, strict=True)
        )

    wait_for(are_there, "news of every letter")
    assert News.DELIVERED not in told[str(run.dispatches[0].id)]
    assert News.DELIVERED not in told[str(run.dispatches[2].id)]


def test_a_rejected_run_is_told_of_as_a_whole(printer: Supplier) -> None:
    dispatch = a_dispatch()
    broken = replace(dispatch, document=replace(dispatch.document, pages=7, sheets=4))
    run = a_consignment(Channel.PRINT, broken, a_dispatch())
    list(printer.mailer.hand_over(run))
    wait_for(lambda: printer.read(run), "the receipt of the run")
    (receipt,) = printer.news[run.id]
    assert (receipt.dispatch, receipt.consignment, receipt.news, receipt.code) == (None, run.id, News.REFUSED, "pages")
    assert printer.simulator.taken(run) == 0


def test_both_lanes_gather_up_to_the_setting(settings: Settings) -> None:
    mailer = connect(settings.model_copy(update={"run_letters": 7})).mailers[Channel.PRINT]
    assert [mailer.gathers(lane) for lane in Lane] == [7, 7]


def test_threads_have_connections_of_their_own(outside: Outside, remote_print: Simulator) -> None:
    found: list[list[Any] | OutsideError] = []

    def work() -> None:
        found.append(list(outside.mailers[Channel.PRINT].hand_over(a_run())))

    before = remote_print.requests().get("login", 0)
    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(answers) for answers in found if isinstance(answers, list)] == [2, 2, 2]
    assert remote_print.requests()["login"] - before >= 3


def test_ssh_says_nothing_in_the_logs(house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with house.mailer() as mailer:
        list(mailer.hand_over(a_run()))
    with house.mailer(key=other_key(tmp_path)[0]) as mailer, pytest.raises(Misconfigured):
        list(mailer.hand_over(a_run()))
    assert [record.name for record in caplog.records if record.name.startswith("paramiko")] == []


def test_the_printing_house_reads_what_it_is_to_add(printer: Supplier) -> None:
    dispatch = a_dispatch()
    adding = replace(dispatch, document=replace(dispatch.document, inserts=("KLAGE-1", "KORT")))
    run = a_consignment(Channel.PRINT, adding, replace(a_dispatch(), id=uuid4()))
    assert len(list(printer.mailer.hand_over(run))) == 2
    assert printer.is_taken(run)
    added = {
        one["dispatch"]: one["detail"]["inserts"] for one in printer.simulator.takings() if one["channel"] == "print"
    }
    assert [added[str(one.id)] for one in run.dispatches] == [["KLAGE-1", "KORT"], []]

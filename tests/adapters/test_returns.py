"""The files of what came back: what each line means, what odd ones do (nothing), and the way home over SFTP."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import damm

from adapters.remote_print.returns import LARGEST, FetchedReturns, read
from adapters.remote_print.sftp import Printer
from adapters.simulators.outcomes import STREETS, Printing
from outbound.clock import COPENHAGEN
from outbound.letter import News, Receipt, ReturnReason
from outbound.ports import Misconfigured
from outbound.settings import Settings, SettingsFault, load
from tests.adapters.outside import Simulator, simulated
from tests.adapters.test_remote_print import access_of
from tests.simulators.letters import pdf, print_run
from tests.waiting import wait_for

CODE = f"2718281828{damm.calc_check_digit('2718281828')}"
OTHER = f"3141592653{damm.calc_check_digit('3141592653')}"
AT = datetime(2026, 11, 22, 12, tzinfo=COPENHAGEN)


def lines(*rows: str, head: str = "return-code;returned;reason") -> bytes:
    return "\r\n".join([head, *rows, ""]).encode()


@pytest.mark.parametrize(
    ("row", "reason", "at"),
    [
        (f"{CODE};2026-11-22;moved", ReturnReason.MOVED, AT),
        (f"{CODE[:3]} {CODE[3:7]} {CODE[7:]};2026-11-22;deceased", ReturnReason.DECEASED, AT),
        (f"{CODE};22-11-2026;refused-by-addressee", ReturnReason.REFUSED, None),
        (f"{CODE};;Flyttet", ReturnReason.MOVED, None),
        (f"{CODE};2026-11-22;0101010101 Ymer", ReturnReason.UNKNOWN, AT),
        (f"{CODE}", ReturnReason.UNKNOWN, None),
    ],
)
def test_a_line_says_what_came_back_when_and_why(row: str, reason: ReturnReason, at: datetime | None) -> None:
    found = read(lines(row), {"Flyttet": "moved"})
    assert list(found) == [Receipt(None, News.RETURNED, reason, at=at, return_code=CODE)]


def test_columns_come_in_any_order_beside_others_and_a_letter_once() -> None:
    body = "\ufeffreason;name;return-code\r\n" + f"moved;Ymer;{CODE}\r\n" * 2
    (found,) = read(body.encode(), {})
    assert (found.return_code, found.code) == (CODE, "moved")
    assert "Ymer" not in repr(found)


def test_a_line_that_cannot_be_understood_hides_no_neighbour(caplog: pytest.LogCaptureFixture) -> None:
    found = read(lines("0101010101;2026-11-22;Ymer", f"{CODE};2026-11-22;moved", ";;"), {})
    assert [one.return_code for one in found] == [CODE]
    assert "2 lines of a return file cannot be understood" in caplog.text
    assert "Ymer" not in caplog.text


@pytest.mark.parametrize(
    ("odd", "read_of_it"),
    [
        (f'{OTHER};2026-11-22;moved;"Bella" Hotel'.encode(), True),
        (f'{OTHER};2026-11-22;"moved'.encode(), True),
        (f'"{OTHER};2026-11-22;moved'.encode(), False),
        (f"{OTHER};2026-11-22;moved;{'a' * 140_000}".encode(), False),
        (f"{OTHER};2026-11-22;moved;Ærø".encode("latin-1"), False),
    ],
    ids=["quote", "open-quote", "quote-in-front", "long", "latin-1"],
)
def test_a_line_that_cannot_be_read_hides_no_neighbour(
    odd: bytes, read_of_it: bool, caplog: pytest.LogCaptureFixture
) -> None:
    row = f"{CODE};2026-11-22;moved\r\n".encode()
    found = read(b"return-code;returned;reason;hotel\r\n" + odd + b"\r\n" + row, {})
    assert [(one.return_code, one.code) for one in found] == [(OTHER, "moved")] * read_of_it + [(CODE, "moved")]
    assert ("1 lines of a return file cannot be understood." in caplog.messages) is not read_of_it


def test_the_names_of_the_columns_may_have_spaces_around_them() -> None:
    (found,) = read(lines(f"{CODE};2026-11-22;moved", head="return-code; returned ; reason"), {})
    assert (found.return_code, found.at, found.code) == (CODE, AT, "moved")


def test_a_code_with_a_wrong_digit_is_told_on_so_that_a_person_sees_it() -> None:
    wrong = CODE[:-1] + str((int(CODE[-1]) + 1) % 10)
    assert [one.return_code for one in read(lines(f"{wrong};2026-11-22;moved"), {})] == [wrong]


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_anything_else_is_unreadable_and_says_nothing_of_itself(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"^Nothing in this return file can be understood\.$"):
        read(b"x" + body, {})


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Simulator, Path]]:
    folder = tmp_path_factory.mktemp("returns")
    with simulated("remote_print", folder) as simulator:
        yield simulator, folder / "sftp"


@pytest.fixture
def returns(house: tuple[Simulator, Path]) -> Iterator[FetchedReturns]:
    with closing(Printer(access_of(house[0]))) as printer:
        yield FetchedReturns(printer, "returned-post", "returns", {})


def test_what_the_printing_house_gets_back_comes_home_by_the_code_in_its_window(
    house: tuple[Simulator, Path], returns: FetchedReturns
) -> None:
    simulator, files = house
    simulator.mood(receipts={"return_file": True})
    back = f"{STREETS[Printing.RETURNED]} 12 {CODE[:3]} {CODE[3:7]} {CODE[7:]} side"
    run, _, content = print_run([pdf(back), pdf(f"Prøvevej 7 {CODE} side")])
    (files / "incoming" / f"{run}.zip").write_bytes(content)
    wait_for(lambda: list(returns.fetch()), "the return file")
    (raw,) = returns.fetch()
    (found,) = returns.parse(raw)
    assert (found.news, found.return_code, found.code) == (News.RETURNED, CODE, "moved")
    returns.confirm(raw)
    returns.confirm(raw)
    assert list(returns.fetch()) == []


def test_a_file_too_large_or_oddly_named_stays_there_and_is_told_of(
    house: tuple[Simulator, Path], returns: FetchedReturns, caplog: pytest.LogCaptureFixture
) -> None:
    odd = [house[1] / "returns" / f"{uuid4()}.csv", house[1] / "returns" / "0101010101 Ymer.csv"]
    odd[0].write_bytes(b" " * LARGEST)
    odd[1].write_text("x")
    assert list(returns.fetch()) == []
    assert "2 return files are too large or have a name we do not read" in caplog.text
    assert "Ymer" not in caplog.text
    for path in odd:
        path.unlink()


@pytest.mark.parametrize("told", [True, False], ids=["told", "untold"])
def test_a_folder_among_the_files_keeps_nobody_from_the_next(
    house: tuple[Simulator, Path],
    returns: FetchedReturns,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    told: bool,
) -> None:
    """Also where the server does not tell it from a file."""
    if not told:
        monkeypatch.setattr("adapters.remote_print.sftp.stat.S_ISDIR", lambda _: False)
    folder, file = house[1] / "returns" / "dir.csv", house[1] / "returns" / "file.csv"
    folder.mkdir()
    file.write_text("x")
    assert [raw.body for raw in returns.fetch()] == [b"x"]
    assert ("A return file cannot be read where it lies (sftp-failure)." in caplog.messages) is not told
    folder.rmdir()
    file.unlink()


def test_a_folder_that_is_not_there_is_for_a_person_to_mend(house: tuple[Simulator, Path]) -> None:
    with closing(Printer(access_of(house[0]))) as printer, pytest.raises(Misconfigured, match="no-folder"):
        list(FetchedReturns(printer, "returned-post", "nowhere", {}).fetch())


def test_a_reason_is_translated_to_one_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTBOUND_PRINT_RETURN_REASONS", '{"Flyttet": "moved"}')
    assert load().print_return_reasons == {"Flyttet": ReturnReason.MOVED}
    monkeypatch.setenv("OUTBOUND_PRINT_RETURN_REASONS", '{"Flyttet": "gone"}')
    with pytest.raises(SettingsFault, match="OUTBOUND_PRINT_RETURN_REASONS"):
        load()
    assert Settings.model_fields["print_return_reasons"].default == {}

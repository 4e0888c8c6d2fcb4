"""Files from outside: names that lead elsewhere, links, and XML that asks for more than stands in it."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.beskedfordeler.envelope import parsed
from adapters.remote_print.receipts import read as read_receipts
from outbound.cli import drop_folder
from outbound.cli.drop_folder import Unusable, is_plain, read, set_aside, whole_letters, worked_alone
from outbound.cli.faults import CannotDo
from tests.adapters.test_print_receipts import job, receipts

Reader = Callable[[str, str], object]
NAMES = (
    "..", "...", ".. .. etc passwd", "..\\..\\etc\\passwd", "\u2215etc\u2215passwd", "\uff0e\uff0e\uff0fetc",
    "a\u2044b", "%2e%2e%2fetc", "C:", "-rf", "~root", "$HOME", "\u202egnp.etc",
)  # fmt: skip
DANGEROUS = (
    '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>',
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>',
)


@pytest.mark.parametrize("name", NAMES)
def test_a_dropped_letter_s_name_leads_nowhere(tmp_path: Path, name: str) -> None:
    folder, outside = tmp_path / "drop", tmp_path / "outside"
    for made in (folder, outside):
        made.mkdir()
    (folder / f"{name}.json").write_text(json.dumps({}))
    with worked_alone(folder):
        for one in whole_letters(folder, age=-1):
            for place in (drop_folder.DONE, drop_folder.FAULTY):
                kept = set_aside(folder, one, place)
                assert is_plain(kept)
                assert "/" not in kept
    everywhere = {file.relative_to(tmp_path).parts[0] for file in tmp_path.rglob("*") if file.is_file()}
    assert everywhere == {"drop"}


def test_no_link_pipe_or_folder_is_read_and_no_name_with_a_way_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    secret = tmp_path / "secret.json"
    secret.write_text("hemmeligt")
    (folder / "link.json").symlink_to(secret)
    (folder / "away").symlink_to(tmp_path)
    (folder / "folder.json").mkdir()
    os.mkfifo(folder / "pipe.json")
    for name in ("link.json", "folder.json", "pipe.json"):
        with pytest.raises(Unusable) as fault:
            read(folder, name, 1000)
        assert "secret" not in str(fault.value)


def test_a_place_that_is_a_link_is_not_written_through(tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / drop_folder.FAULTY).symlink_to(tmp_path)
    with pytest.raises(CannotDo), worked_alone(folder):
        pass


def _printers(head: str, text: str) -> object:
    return read_receipts(receipts(job("returned", f'code="{text}"'), head=head))


def _beskedfordelers(head: str, text: str) -> object:
    return parsed(f'<?xml version="1.0" encoding="UTF-8"?>{head}<x>{text}</x>'.encode()).text


@pytest.mark.parametrize("reader", [_printers, _beskedfordelers])
@pytest.mark.parametrize("head", DANGEROUS)
def test_xml_that_asks_for_more_is_unreadable_and_nothing_is_fetched(reader: Reader, head: str) -> None:
    assert reader("", "addressee.unknown"), "without it the same file is read"
    with pytest.raises(ValueError, match=r".") as fault:
        reader(head, "&c;" if "ENTITY c" in head else "x")
    assert "aaaa" not in str(fault.value)
    assert Path("/etc/hostname").read_text().strip() not in str(fault.value)

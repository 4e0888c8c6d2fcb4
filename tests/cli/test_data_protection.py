"""What `/dpo` does, at a terminal; a person's number is never in a command line, and never printed."""

import json
import zipfile
from pathlib import Path

import pytest

from outbound.delivery import House
from tests.cli.conftest import Run
from tests.house import DECISION, look
from tests.outside import World
from tests.retention.lives import SOLVEJ, delivered, filed, to

WHY = ("--why", "Anmodning 26/1", "--by", "mester")


def test_a_person_is_looked_for_by_a_number_from_standard_input(
    run: Run, house: House, world: World, tmp_path: Path
) -> None:
    (letter,) = delivered(house, world)
    run("find", "--person", "--by", "kollegaen", "--purpose", "case-work", stdin=f"{SOLVEJ}\n")
    ended = run("person", *WHY, "--pdf", tmp_path / "a.pdf", "--zip", tmp_path / "a.zip", stdin=f"{SOLVEJ}\n")
    assert ended.code == 0
    assert str(letter) in ended.out
    assert "kollegaen" in ended.out
    assert SOLVEJ not in ended.out + ended.err
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert any(str(letter) in name for name in zipfile.ZipFile(tmp_path / "a.zip").namelist())
    assert (tmp_path / "a.zip").stat().st_mode & 0o777 == 0o600
    read = run("readings", "--format", "json", "--by", "mester")
    assert {"search", "document"} <= {one["part"] for one in json.loads(read.out)}
    assert "mester" in run("readings", "--readers").out


@pytest.mark.parametrize("name", ["worker", "Timer", "jobcenter"])
def test_nobody_reads_under_the_routers_or_a_systems_name(run: Run, house: House, world: World, name: str) -> None:
    (letter,) = delivered(house, world)
    refused = run("show", letter, "--open", "--by", name)
    assert refused.code == 3
    assert "the router's own or a specialist system's" in refused.err
    assert run("show", letter, "--open", "--by", "mester").code == 0


def test_nobody_is_found_in_a_sentence_and_a_wrong_number_is_refused(run: Run, house: House) -> None:
    assert "Nothing is known" in run("person", *WHY, stdin=f"{SOLVEJ}\n").out
    refused = run("person", *WHY, stdin="123\n")
    assert refused.code == 3
    assert "ten digits" in refused.err


def test_holds_stop_forgetting_and_a_number_is_never_an_argument(run: Run, house: House, world: World) -> None:
    (letter,) = delivered(house, world, to(SOLVEJ, letter_type=DECISION))
    filed(house, letter)
    assert run("legal-hold", "place", "person", SOLVEJ, *WHY).code == 3
    placed = run("legal-hold", "place", "person", "-", *WHY, stdin=f"{SOLVEJ}\n")
    assert placed.code == 0
    assert "on 1 letters now" in placed.err
    assert run("legal-hold", "place", "case", "26/nope", *WHY).code == 3
    refused = run("retention", "forget", letter, *WHY)
    assert refused.code == 3
    assert "legal-hold" in refused.err
    listed = run("legal-hold", "list")
    assert placed.out.strip() in listed.out
    assert run("legal-hold", "lift", placed.out.strip(), *WHY).code == 0
    assert run("retention", "forget", letter, *WHY).code == 0
    assert look(house, letter).forgotten_at
    assert "breve slettet" in run("retention", "show").out
    assert "There is no hold." in run("legal-hold", "list").out


def test_retention_is_previewed_and_run(run: Run, house: House) -> None:
    assert "Nothing was due." in run("retention", "preview").out
    assert run("retention", "run").code == 0
    assert json.loads(run("retention", "show", "--format", "json").out) == []


def test_keys_are_listed_rotated_resealed_and_dropped(run: Run, house: House, world: World) -> None:
    (letter,) = delivered(house, world)
    month = look(house, letter).retention_month
    ended = run("keys", "rotate", month, "--in", 0, *WHY)
    assert f"{month}.2 is used from" in ended.out
    assert "parts sealed anew" in run("keys", "reseal").out
    found = {one["id"]: one for one in json.loads(run("keys", "list", "--format", "json").out)}
    assert (found[month]["parts"], found[f"{month}.2"]["in_use"]) == (0, True)
    assert "back-up of the last" in run("keys", "drop", month, *WHY).err
    assert "--yes-delete 0" in run("keys", "drop", month, "--force", *WHY).err
    assert run("keys", "drop", month, "--force", "--yes-delete", 0, *WHY).code == 0
    assert month not in house.seal.keys().seal

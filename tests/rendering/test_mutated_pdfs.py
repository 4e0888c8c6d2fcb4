"""Files that were cut, flipped, doubled and spliced: always a verdict, in time, in memory, and the same one twice.

OUTBOUND_TORTURE=5000 tries so many instead of some hundred.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from time import monotonic

from outbound.rendering import RULES, Expected, Limits, marked, preflight
from outbound.rendering.children import pool
from tests.rendering.made import BODY, box, letter, pages, window
from tests.rendering.pdfs import pdf
from tests.rendering.test_verdict import picture

MUTANTS = int(os.environ.get("OUTBOUND_TORTURE", "300"))
SECONDS, MEMORY = 5.0, 512_000_000
LIMITS = Limits(seconds=SECONDS, memory=MEMORY)
WITHIN = Expected(("Ærø Øster Ågård",), ("Opdigtet Allé 12",), window=True)
SEEDS = (
    letter(box(5, 100, 3, 3)),
    pages([*window(), *BODY], [picture()], []),
    pdf(
        catalog="/AcroForm<</Fields[<</Kids[<</AA<</K<</S/JavaScript>>>>>>]>>]>>",
        page="/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://www.nordby.example)>>>>]",
    ),
    pdf(boxes=["[0 0 842 595]", "[0 0 595 842]"], page="/Rotate 90/UserUnit 1.0/Resources<</XObject<<>>>>"),
)
TOKENS = (b"/Kids", b"/Parent", b"/Length", b"/Count", b" 0 R", b"stream", b"endobj", b"/Filter", b"xref", b"<<", b"[")


def mutant(number: int) -> bytes:
    """The same number is the same file, on every machine."""
    chance = Random(number)
    data = bytearray(chance.choice(SEEDS))
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        chance.choice((cut, flip, flip, double, splice, swap, number_of))(data, chance)
    return bytes(data)


def cut(data: bytearray, chance: Random) -> None:
    at = chance.randrange(len(data) + 1)
    del data[at : at + chance.choice((1, 10, 100, 10_000_000))]


def flip(data: bytearray, chance: Random) -> None:
    for _ in range(chance.choice((1, 4, 40))):
        if data:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def double(data: bytearray, chance: Random) -> None:
    at = chance.randrange(len(data) + 1)
    data[at:at] = data[at : at + chance.choice((10, 200, 5000))] * chance.choice((1, 1, 50))


def splice(data: bytearray, chance: Random) -> None:
    other = chance.choice(SEEDS)
    first, at = chance.randrange(len(other)), chance.randrange(len(data) + 1)
    data[at : at + 50] = other[first : first + chance.choice((50, 2000))]


def swap(data: bytearray, chance: Random) -> None:
    old, new = chance.choice(TOKENS), chance.choice(TOKENS)
    at = data.find(old, chance.randrange(len(data) + 1))
    if at >= 0:
        data[at : at + len(old)] = new


def number_of(data: bytearray, chance: Random) -> None:
    """A digit becomes a number that nobody expects."""
    places = [at for at, byte in enumerate(data) if 48 <= byte <= 57]
    if places:
        at = chance.choice(places)
        data[at : at + 1] = chance.choice((b"-1", b"99999999", b"0", b"1e9", b"0.0001", b"2147483648"))


def looked_at(number: int) -> str | None:
    """What is wrong with the verdict on this mutant; None where nothing is."""
    given, started = mutant(number), monotonic()
    found = preflight(given, WITHIN, LIMITS)
    took = monotonic() - started
    unknown = {one.code for one in found.found} - RULES.keys()
    if unknown or took > 3 * SECONDS + 20:
        return f"mutant {number}: {unknown or took}"
    if number % 10 == 0 and preflight(given, WITHIN, LIMITS) != found:
        return f"mutant {number}: another verdict at the second look"
    if number % 25 == 0:
        marked(given, WITHIN, LIMITS)
    return None


def test_whatever_a_file_has_become_there_is_a_verdict() -> None:
    with ThreadPoolExecutor(2) as threads:
        wrong = list(filter(None, threads.map(looked_at, range(MUTANTS))))
    assert wrong == []
    assert preflight(letter(), Expected(("Ærø Øster Ågård",), window=True)).codes == ()
    assert all(memory_of(child.process.pid) < MEMORY for child in list(pool().alive))


def test_mutants_are_not_all_alike() -> None:
    """A fuzz that only makes unreadable files tries little."""
    seen = {preflight(mutant(number), WITHIN, LIMITS).codes for number in range(60)}
    assert () in seen or len(seen) > 3
    assert ("pdf-unreadable",) in seen


def memory_of(pid: int) -> int:
    """Bytes that the process has in memory; 0 where it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))

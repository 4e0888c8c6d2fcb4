"""Which counts of a public file are left out, so that nobody can be recognised among very few.

Pure. Cells have names; sums say which cells make up which other. A cell from 1 to 4 is left out (`FEW`); then others
are (`LEFT_OUT`), until no sum gives away one of those: neither one sum, nor several together, nor what a reader
knows of a number under five. Where no other is left, those under five are not said to be so (`LEFT_OUT` too).

Danmarks Statistik shows no cell of fewer than three (dst.dk, "Diskretionering og databehandling"); tables made with it
mark those under five. The stricter of the two stands here.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

FEWEST = 5
FEW, LEFT_OUT = "<5", "x"
PASSES = 100  # over the sums, narrowing what a number can be; two or three are enough for sums that end

Sum = tuple[str, tuple[str, ...]]
"""A cell, and those that add up to it."""


def few(value: int) -> bool:
    """Is it a count that nobody may see? One that corrections made negative is."""
    return value < FEWEST and value != 0


def hidden(
    cells: Mapping[str, int],
    sums: Sequence[Sum],
    elsewhere: frozenset[str] = frozenset(),
    already: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The cells to be left out, and what stands in their place. `elsewhere`: those that are shown in other places too,
    so that it is of no use to leave them out beside another. `already`: those that are left out anyway."""
    found = {name: FEW for name, value in cells.items() if few(value)} | dict(already or {})
    while more := _more(cells, sums, found, elsewhere):
        found |= dict.fromkeys(more, LEFT_OUT)
    return _needed(cells, sums, found, frozenset(already or ()))


def _needed(
    cells: Mapping[str, int], sums: Sequence[Sum], found: dict[str, str], already: frozenset[str]
) -> dict[str, str]:
    """Without those that were left out on the way and need not be: the largest is shown again first."""
    more = [name for name, mark in found.items() if mark == LEFT_OUT and name not in already and not few(cells[name])]
    for name in sorted(more, key=lambda one: (-cells[one], one)):
        fewer = {one: mark for one, mark in found.items() if one != name}
        if not _given_away(cells, sums, fewer):
            found = fewer
    return found


def _more(
    cells: Mapping[str, int], sums: Sequence[Sum], found: Mapping[str, str], elsewhere: frozenset[str]
) -> list[str]:
    """What is to be left out, or not said to be few, for something that is given away; empty where nothing is."""
    for known in _given_away(cells, sums, found):
        if more := _next(cells, sums, found, known, elsewhere) or _said_to_be_few(sums, found, known):
            return more
    return []


def _next(
    cells: Mapping[str, int], sums: Sequence[Sum], found: Mapping[str, str], known: str, elsewhere: frozenset[str]
) -> list[str]:
    """What is to be left out too: the smallest number that is near. Empty where nothing is left."""
    for beside in _beside(sums, found, known):
        if reached := [name for name in beside if name not in found and name not in elsewhere]:
            return sorted(reached, key=lambda name: (cells[name] == 0, cells[name], name))[:1]
    return []


def _said_to_be_few(sums: Sequence[Sum], found: Mapping[str, str], known: str) -> list[str]:
    """Those near that are said to be under five: of what is not said less follows."""
    for beside in _beside(sums, found, known):
        if said := [name for name in beside if found.get(name) == FEW]:
            return said
    return []


def _beside(sums: Sequence[Sum], found: Mapping[str, str], known: str) -> Iterator[set[str]]:
    """Those that share a sum with what is given away; then also with what is left out in the same sums, and so on."""
    near, wider = set[str](), {known}
    while wider != near:
        near = wider
        beside = {name for whole, parts in sums if near & {whole, *parts} for name in (whole, *parts)}
        yield beside
        wider = near | (beside & found.keys())


def _given_away(cells: Mapping[str, int], sums: Sequence[Sum], found: Mapping[str, str]) -> list[str]:
    """The cells under five that a reader could work out."""
    known = {*determined(cells, sums, found), *bounded(cells, sums, found)}
    return [name for name in sorted(known) if few(cells[name])]


def determined(cells: Mapping[str, int], sums: Sequence[Sum], found: Mapping[str, str]) -> Iterator[str]:
    """The cells left out that follow from the sums and the cells shown: by linear algebra, all sums at once."""
    rows = [row for whole, parts in sums if (row := _unknown(whole, parts, found))]
    solved: dict[str, dict[str, Fraction]] = {}
    for row in rows:
        rest = _less(row, solved)
        if rest:
            pivot = min(rest)
            rest = {name: factor / rest[pivot] for name, factor in rest.items()}
            for other in solved:
                solved[other] = _less(solved[other], {pivot: rest})
            solved[pivot] = rest
    return (pivot for pivot, row in solved.items() if len(row) == 1)


def _unknown(whole: str, parts: tuple[str, ...], found: Mapping[str, str]) -> dict[str, Fraction]:
    """A sum as an equation in the cells that are left out."""
    row: dict[str, Fraction] = {}
    for name, factor in ((whole, -1), *((part, 1) for part in parts)):
        if name in found:
            row[name] = row.get(name, Fraction(0)) + factor
    return {name: factor for name, factor in row.items() if factor}


def _less(row: Mapping[str, Fraction], solved: Mapping[str, Mapping[str, Fraction]]) -> dict[str, Fraction]:
    """The equation without the cells that others have been solved for."""
    rest = dict(row)
    for pivot, by in solved.items():
        if factor := rest.get(pivot):
            for name, times in by.items():
                rest[name] = rest.get(name, Fraction(0)) - factor * times
    return {name: factor for name, factor in rest.items() if factor}


def bounded(cells: Mapping[str, int], sums: Sequence[Sum], found: Mapping[str, str]) -> Iterator[str]:
    """Those under five that only one number fits, by who takes it that they are from 1 to 4."""
    most = 1 + sum(abs(value) for value in cells.values()) + FEWEST * len(cells)
    low = {name: 1 if found.get(name) == FEW else 0 if name in found else cells[name] for name in cells}
    high = {name: FEWEST - 1 if found.get(name) == FEW else most if name in found else cells[name] for name in cells}
    for _ in range(PASSES):
        changed = False
        for whole, parts in sums:
            for name, floor, roof in _narrowed(whole, parts, low, high):
                if floor > roof:  # a correction made it negative: who reckons so comes to nothing
                    return iter(())
                changed |= (floor, roof) != (low[name], high[name])
                low[name], high[name] = floor, roof
        if not changed:
            break
    return (name for name in found if few(cells[name]) and low[name] == high[name])


def _narrowed(
    whole: str, parts: tuple[str, ...], low: Mapping[str, int], high: Mapping[str, int]
) -> Iterator[tuple[str, int, int]]:
    """The bounds that one sum leaves."""
    least, most = sum(low[part] for part in parts), sum(high[part] for part in parts)
    yield whole, max(low[whole], least), min(high[whole], most)
    for part in parts:
        floor = low[whole] - (most - high[part])
        roof = high[whole] - (least - low[part])
        yield part, max(low[part], floor), min(high[part], roof)

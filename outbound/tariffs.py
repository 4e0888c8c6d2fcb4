"""Reads `config/tariffs.toml`: every fault in a sentence of its own, all of them together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise, product
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from outbound.letter import Channel
from outbound.letter_class import LetterClass
from outbound.policy import Faults, lines_of, on, one, period_faults, raise_if, read, rows, tables
from outbound.postage import NEEDS, NEMSMS, OFFICE, RETURNED, Envelope, Tariffs, by_product
from outbound.tariff_row import MOST_STEPS, Count, Part, Step, TariffRow, Text

FILE = "tariffs.toml"
WITHOUT_PAPER = ("digital", NEMSMS, RETURNED)
NOWHERE: Mapping[str, Sequence[int]] = MappingProxyType({})
KNOWN_CLASSES = ", ".join(LetterClass)


@dataclass(frozen=True, slots=True)
class Paper:
    """What a sheet weighs, and which countries the domestic prices reach."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    sheet_mg: Count
    home: tuple[Annotated[str, Field(pattern="^[A-Z]{2}$")], ...]
    source: Text


def load_tariffs(path: Path) -> Tariffs:
    """The tariffs of that file, or of `tariffs.toml` in that folder. Raises SettingsFault with every fault."""
    faults = Faults(path / FILE if path.is_dir() else path, [])
    found = tables(read(faults.file, faults), ("paper", "envelope", "tariff"), faults)
    paper = tuple(one(Paper, "paper", found["paper"], faults))
    lines = {name: _lines(faults.file, name) for name in ("envelope", "tariff")}
    envelopes = rows(Envelope, "envelope", found["envelope"], faults, lines["envelope"])
    tariffs = rows(TariffRow, "tariff", found["tariff"], faults, lines["tariff"])
    _check(tariffs, envelopes, faults, Places.of(found["tariff"], lines["tariff"]))
    raise_if((faults,))
    return Tariffs(by_product(tariffs), envelopes, paper[0].sheet_mg, frozenset(paper[0].home))


@dataclass(frozen=True, slots=True)
class Places:
    """The lines in which rows begin, by their code."""

    lines: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, listed: object, lines: Sequence[int]) -> "Places":
        """Of the rows as they were read; nowhere where they are not written as tables of their own."""
        found: dict[str, tuple[int, ...]] = {}
        for raw, line in zip(listed if isinstance(listed, list) else [], lines, strict=False):
            code = str(raw.get("code")) if isinstance(raw, dict) else ""
            found[code] = (*found.get(code, ()), line)
        return cls(found if isinstance(listed, list) and len(listed) == len(lines) else {})

    def line(self, code: str) -> int | None:
        """Of the only row of that code; of several the last."""
        return self.lines.get(code, (None,))[-1]


def _lines(file: Path, name: str) -> tuple[int, ...]:
    try:
        return lines_of(file.read_text(encoding="utf-8"), name)
    except (OSError, UnicodeDecodeError):
        return ()  # `read` has said so


def _check(tariffs: tuple[TariffRow, ...], envelopes: tuple[Envelope, ...], faults: Faults, places: Places) -> None:
    for name, dated in by_product(tariffs).items():
        for row, before, what in period_faults(dated, gaps=True):
            who = f"tariff {row.code} ({' '.join(filter(None, name))})"
            other = f" The earlier one is {before.code}, line {places.line(before.code)}." if before else ""
            faults.add(who, what + other, places.line(row.code))
    for row in tariffs:
        _check_row(row, faults, places.line(row.code))
    _check_once([row.code for row in tariffs], "tariff", "code", faults, places.lines)
    _check_once([f"{each.format} of {each.provider}" for each in envelopes], "envelope", "format", faults)
    _check_envelopes(tariffs, envelopes, faults, places)
    _check_complete(tariffs, envelopes, faults)


def _check_envelopes(
    tariffs: tuple[TariffRow, ...], envelopes: tuple[Envelope, ...], faults: Faults, places: Places
) -> None:
    """Each envelope that a letter may get has a price, and a larger one takes more."""
    for provider in sorted({each.provider for each in envelopes}):
        most = {each.format: each.sheets for each in envelopes if each.provider == provider}
        if len(most) > 1 and most["C4"] <= most["C5"]:
            faults.add(f"envelope C4 of {provider}", "must take more sheets than C5.")
        for row in tariffs:
            if row.per_envelope and row.provider == provider:
                for missing in sorted(most.keys() - {each.format for each in row.per_envelope}):
                    what = f"per_envelope has no price for {missing}, which {provider} has; add one."
                    faults.add(f"tariff {row.code}", what, places.line(row.code))


def _check_row(row: TariffRow, faults: Faults, line: int | None) -> None:
    where = f"tariff {row.code}"
    for what in _faults_of(row):
        faults.add(where, what, line)


def _faults_of(row: TariffRow) -> Iterator[str]:
    if not row.charges and not row.is_example:
        yield "charges for nothing; set a price, or mark its source as an example."
    if bool(row.seconds) != bool(row.hourly):
        yield "working time needs both seconds and hourly."
    if row.charged_if_refused and row.channel not in ("digital", "print"):
        yield "charged_if_refused is of letters handed over; leave it out."
    yield from _faults_of_way(row)
    if row.letter_class and row.letter_class not in set(LetterClass):
        yield f"letter_class {row.letter_class} is none; known are {KNOWN_CLASSES}."
    formats = [each.format for each in row.per_envelope]
    if len(set(formats)) < len(formats):
        yield "per_envelope: a format stands more than once; keep one."
    for name, steps in (("weight_steps", row.weight_steps), ("size_most", row.size_most)):
        if not _ascending(steps):
            yield f"{name}: each step must reach further than the one before."
        if len(steps) > MOST_STEPS:
            yield f"{name}: has more than {MOST_STEPS} steps; the audit's workbook has no room for them."


def _faults_of_way(row: TariffRow) -> Iterator[str]:
    if row.channel == RETURNED and row.product[3:] != ("", ""):
        yield "a letter that came back is charged whatever its class and region; leave them out."
    if row.channel == NEMSMS and row.product[3:] != ("", ""):
        yield "a text message has neither a letter class nor a region; leave them out."
    if row.channel in WITHOUT_PAPER and (row.per_sheet or row.per_envelope or row.weight_steps):
        yield "a digital letter has no sheets, envelope or weight; charge by letter or size."
    if row.channel != "digital" and (row.per_mb or row.size_most):
        yield "a letter on paper is not charged by bytes; charge by weight, sheet or envelope."


def _ascending(steps: tuple[Step, ...]) -> bool:
    return all(a.up_to < b.up_to for a, b in pairwise(steps))


def _check_once(
    names: Iterable[str], table: str, field: str, faults: Faults, lines: Mapping[str, Sequence[int]] = NOWHERE
) -> None:
    listed = list(names)
    for name in sorted({name for name in listed if listed.count(name) > 1}):
        at = f" (lines {', '.join(map(str, lines[name]))})" if name in lines else ""
        faults.add(f"{table} {name}", f"this {field} stands more than once{at}; keep one.")


def _check_complete(tariffs: tuple[TariffRow, ...], envelopes: tuple[Envelope, ...], faults: Faults) -> None:
    ways = {(row.channel, row.provider) for row in tariffs} | {(OFFICE, OFFICE)}
    for channel, provider in sorted(ways):
        parts = {row.part for row in tariffs if (row.channel, row.provider) == (channel, provider)}
        for part in NEEDS[channel]:
            if part not in parts:
                faults.add(f"tariff {channel} {provider}", f"there is no price for {part}; add one.")
        for part in sorted(parts - set(NEEDS[channel])):
            faults.add(f"tariff {channel} {provider}", f"{part} is not charged on this channel; remove the row.")
        if channel not in WITHOUT_PAPER and provider not in {each.provider for each in envelopes}:
            faults.add(f"envelope {provider}", "there is no envelope for this provider; add one.")


@dataclass(frozen=True, slots=True)
class Way:
    """A way that letters go: by whom, and in which classes."""

    channel: Channel | Literal["office", "nemsms"]
    provider: str
    classes: tuple[str, ...] = ("",)

    @property
    def regions(self) -> tuple[str, ...]:
        """Where its letters may go; what is no paper knows no abroad."""
        return ("",) if self.channel in WITHOUT_PAPER else ("home", "abroad")


def unpriced(file: Path, tariffs: Tariffs, used: Iterable[Way], day: date) -> list[str]:
    """What is used and has no price on that day: a sentence for each, which names the row that ended, if one did."""
    faults = Faults(file, [])
    places = Places.of(read(file, faults).get("tariff"), _lines(file, "tariff"))
    for what in (each for way in used for each in _asked_of(way)):
        rows_of = [row for key, dated in tariffs.products.items() if _fits(key, what) for row in dated]
        if on(day, rows_of):
            continue
        price = f"no price for {' '.join(filter(None, what))}"
        ended = max((row for row in rows_of if row.valid_from < day), key=lambda row: row.valid_from, default=None)
        if ended:
            until = f"ends on {ended.valid_to}, and there is {price} on {day}; add a row after it."
            faults.add(f"tariff {ended.code}", until, places.line(ended.code))
        else:
            faults.add("tariff", f"there is {price} on {day}; add a row.")
    return faults.found


def too_light(file: Path, tariffs: Tariffs, day: date) -> list[str]:
    """Prices in force on that day that stop short of a full envelope, a sentence each: such a letter has no price."""
    faults = Faults(file, [])
    places = Places.of(read(file, faults).get("tariff"), _lines(file, "tariff"))
    full: dict[str, int] = {}
    for each in tariffs.envelopes:
        full[each.provider] = max(full.get(each.provider, 0), each.sheets * tariffs.sheet_mg + each.weight_mg)
    for row in filter(None, (on(day, dated) for dated in tariffs.products.values())):
        weight = full.get(row.provider, 0)
        if row.weight_steps and weight > row.weight_steps[-1].up_to * 1000:
            what = f"weight_steps end at {row.weight_steps[-1].up_to} g; a full envelope weighs {-(-weight // 1000)} g."
            faults.add(f"tariff {row.code}", what, places.line(row.code))
    return faults.found


def _asked_of(way: Way) -> Iterator[tuple[str, ...]]:
    """What letters that go this way may be charged for, as products are named; only porto differs by class."""
    for part in NEEDS[way.channel]:
        by_class = part is Part.PORTO
        for letter_class, region in product(way.classes if by_class else ("",), way.regions if by_class else ("",)):
            yield str(way.channel), way.provider, str(part), letter_class, region


def _fits(key: tuple[str, ...], what: tuple[str, ...]) -> bool:
    """Is this product a price of what is asked for? Either may leave class and region open."""
    return key[:3] == what[:3] and all(
        "" in (mine, wanted) or mine == wanted for mine, wanted in zip(key, what, strict=True)
    )

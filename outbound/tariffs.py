"""Reads `config/tariffs.toml`: every fault in a sentence of its own, all of them together."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field

from outbound.policy import Faults, check_periods, one, raise_if, read, rows, tables
from outbound.postage import NEEDS, NEMSMS, OFFICE, RETURNED, Envelope, Tariffs, by_product
from outbound.tariff_row import Count, Step, TariffRow, Text

FILE = "tariffs.toml"
WITHOUT_PAPER = ("digital", NEMSMS, RETURNED)


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
    envelopes = rows(Envelope, "envelope", found["envelope"], faults)
    tariffs = rows(TariffRow, "tariff", found["tariff"], faults)
    _check(tariffs, envelopes, faults)
    raise_if((faults,))
    return Tariffs(by_product(tariffs), envelopes, paper[0].sheet_mg, frozenset(paper[0].home))


def _check(tariffs: tuple[TariffRow, ...], envelopes: tuple[Envelope, ...], faults: Faults) -> None:
    for product, dated in by_product(tariffs).items():
        check_periods("tariff " + " ".join(filter(None, product)), dated, faults, gaps=True)
    for row in tariffs:
        _check_row(row, faults)
    _check_once([row.code for row in tariffs], "tariff", "code", faults)
    _check_once([f"{each.format} of {each.provider}" for each in envelopes], "envelope", "format", faults)
    _check_complete(tariffs, envelopes, faults)


def _check_row(row: TariffRow, faults: Faults) -> None:
    where = f"tariff {row.code}"
    if not row.charges and not row.is_example:
        faults.add(where, "charges for nothing; set a price, or mark its source as an example.")
    if bool(row.seconds) != bool(row.hourly):
        faults.add(where, "working time needs both seconds and hourly.")
    if row.charged_if_refused and row.channel not in ("digital", "print"):
        faults.add(where, "charged_if_refused is of letters handed over; leave it out.")
    if row.channel == RETURNED and row.product[3:] != ("", ""):
        faults.add(where, "a letter that came back is charged whatever its class and region; leave them out.")
    if row.channel == NEMSMS and row.product[3:] != ("", ""):
        faults.add(where, "a text message has neither a letter class nor a region; leave them out.")
    if row.channel in WITHOUT_PAPER and (row.per_sheet or row.per_envelope or row.weight_steps):
        faults.add(where, "a digital letter has no sheets, envelope or weight; charge by letter or size.")
    if row.channel != "digital" and (row.per_mb or row.size_most):
        faults.add(where, "a letter on paper is not charged by bytes; charge by weight, sheet or envelope.")
    for name, steps in (("weight_steps", row.weight_steps), ("size_most", row.size_most)):
        if not _ascending(steps):
            faults.add(where, f"{name}: each step must reach further than the one before.")


def _ascending(steps: tuple[Step, ...]) -> bool:
    return all(a.up_to < b.up_to for a, b in pairwise(steps))


def _check_once(names: Iterable[str], table: str, field: str, faults: Faults) -> None:
    listed = list(names)
    for name in sorted({name for name in listed if listed.count(name) > 1}):
        faults.add(f"{table} {name}", f"this {field} stands more than once; keep one.")


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

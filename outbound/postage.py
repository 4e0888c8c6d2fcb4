"""What a letter costs by the way it goes, and what it would have cost printed and posted at the office. Pure.

Every price carries its inputs and the dated tariff row it was made from; `tariff_row.recompute` makes it again from
these two alone, which is how `outbound audit` checks the ledger.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from pydantic import ConfigDict

from outbound.letter import Channel
from outbound.policy import on
from outbound.shares import Share
from outbound.tariff_row import Count, Inputs, NoPrice, Part, TariffRow, Text, recompute

OFFICE: Literal["office"] = "office"
"""Channel and provider of the baseline: the same letter printed and posted at the caseworker's own desk."""

NEMSMS: Literal["nemsms"] = "nemsms"
"""Channel of the prices of reminders by text message."""

RETURNED: Literal["returned"] = "returned"
"""Channel of the prices that a provider takes for a letter that came back; it may have none."""

BASELINE_CLASS = "economy"
"""The class at the office of a letter that has none of its own, as a digital one."""

NEEDS: dict[str, tuple[Part, ...]] = {
    Channel.DIGITAL: (Part.PORTO,),
    Channel.PRINT: (Part.PORTO, Part.MATERIALS),
    OFFICE: (Part.PORTO, Part.MATERIALS, Part.HANDLING),
    NEMSMS: (Part.PORTO,),
    RETURNED: (Part.PORTO,),
}
"""What a letter, or its reminder, is charged for on each way. A missing row is a fault, never a zero."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The most sheets that an envelope takes at a provider, and what it weighs."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    provider: Text
    format: Literal["C5", "C4"]
    sheets: Count
    weight_mg: Count
    source: Text


@dataclass(frozen=True, slots=True)
class Sending:
    """A letter as the tariffs see it: `sheets` of A4, `size` of the PDF in bytes, `country` as ISO 3166 alpha-2."""

    channel: Channel | Literal["office"]
    provider: str
    sheets: int
    letter_class: str = ""
    country: str = "DK"
    size: int = 0


@dataclass(frozen=True, slots=True)
class Price:
    """One amount in øre without VAT, with all that it was made from."""

    part: Part
    amount: int
    row: TariffRow
    inputs: Inputs

    def shared(self, share: Share) -> "Price":
        """One letter's share of it."""
        return replace(self, amount=share.of(self.amount), inputs={**self.inputs, **share.inputs})


@dataclass(frozen=True, slots=True)
class Bill:
    """What one letter costs, part by part."""

    prices: tuple[Price, ...]

    def amount(self, part: Part) -> int:
        """What this part costs; 0 where the way has no such part."""
        return sum(price.amount for price in self.prices if price.part is part)

    @property
    def total(self) -> int:
        """All parts."""
        return sum(price.amount for price in self.prices)


def saving(cost: Bill, baseline: Bill) -> dict[Part, int]:
    """What the router saved against the office, part by part; negative where it cost more."""
    return {part: baseline.amount(part) - cost.amount(part) for part in Part}


@dataclass(frozen=True, slots=True)
class Tariffs:
    """All prices. `sheet_mg` is the weight of a sheet, `home` the countries that domestic prices go to."""

    products: Mapping[tuple[str, ...], tuple[TariffRow, ...]]
    envelopes: tuple[Envelope, ...]
    sheet_mg: int
    home: frozenset[str]

    def envelope(self, sheets: int, provider: str) -> Literal["C5", "C4"] | None:
        """The smallest envelope that takes these sheets; None where none does."""
        fit = self._fitting(sheets, provider)
        return fit.format if fit else None

    def price(self, sending: Sending, day: date) -> Bill:
        """What the letter costs when handed over on that day. Raises NoPrice."""
        inputs = self._inputs(sending)
        return Bill(tuple(self._charge(sending, part, inputs, day) for part in NEEDS[sending.channel]))

    def shared(self, sending: Sending, share: Share, day: date) -> Bill:
        """The letter's share of what its envelope costs, handed over on that day. Raises NoPrice."""
        whole = self.price(replace(sending, sheets=share.sheets), day)
        return Bill(tuple(each.shared(share) for each in whole.prices))

    def baseline(self, sending: Sending, day: date) -> Bill:
        """What the same letter would cost printed and posted at the office on that day. Raises NoPrice.

        More sheets than fit one of the office's envelopes count as one full envelope: a saving is rather understated.
        """
        most = max((each.sheets for each in self.envelopes if each.provider == OFFICE), default=sending.sheets)
        letter_class = sending.letter_class or BASELINE_CLASS
        office = Sending(OFFICE, OFFICE, min(sending.sheets, most), letter_class, sending.country)
        inputs = {**self._inputs(office), "sheets_of_letter": sending.sheets}
        return Bill(tuple(self._charge(office, part, inputs, day) for part in NEEDS[OFFICE]))

    def reminder(self, provider: str, day: date) -> Price:
        """What one reminder by text message costs when sent on that day. Raises NoPrice."""
        row = on(day, self.products.get((NEMSMS, provider, str(Part.PORTO), "", ""), ()))
        if row is None:
            raise NoPrice(f"config/tariffs.toml: no price for {NEMSMS} {provider} on {day}; add one or move the date.")
        return Price(Part.PORTO, recompute({}, row), row, {})

    def _inputs(self, sending: Sending) -> dict[str, int | str]:
        if sending.sheets < 1:
            raise ValueError(f"A letter has at least one sheet, not {sending.sheets}.")
        common: dict[str, int | str] = {"sheets": sending.sheets, "region": self._region(sending.country)}
        if sending.channel is Channel.DIGITAL:
            return {**common, "bytes": sending.size}
        fit = self._fitting(sending.sheets, sending.provider)
        if fit is None:
            raise NoPrice(f"No envelope of {sending.provider} takes {sending.sheets} sheets; add one to tariffs.toml.")
        paper = {"envelope": fit.format, "envelope_mg": fit.weight_mg, "sheet_mg": self.sheet_mg}
        return {**common, **paper, "letter_class": sending.letter_class}

    def _charge(self, sending: Sending, part: Part, inputs: Inputs, day: date) -> Price:
        row = self._row(sending, part, str(inputs["region"]), day)
        return Price(part, recompute(inputs, row), row, inputs)

    def _row(self, sending: Sending, part: Part, region: str, day: date) -> TariffRow:
        way = (str(sending.channel), sending.provider, str(part))
        for letter_class in (sending.letter_class, ""):
            for where in (region, ""):
                if row := on(day, self.products.get((*way, letter_class, where), ())):
                    return row
        what = " ".join(filter(None, (*way, sending.letter_class, region)))
        raise NoPrice(f"config/tariffs.toml: no price for {what} on {day}; add one or move the date.")

    def _region(self, country: str) -> Literal["home", "abroad"]:
        return "home" if country in self.home else "abroad"

    def _fitting(self, sheets: int, provider: str) -> Envelope | None:
        fits = [each for each in self.envelopes if each.provider == provider and sheets <= each.sheets]
        return min(fits, key=lambda each: each.sheets, default=None)


def by_product(rows: tuple[TariffRow, ...]) -> dict[tuple[str, ...], tuple[TariffRow, ...]]:
    """The rows of each product, oldest first."""
    found: dict[tuple[str, ...], tuple[TariffRow, ...]] = {}
    for row in sorted(rows, key=lambda row: row.valid_from):
        found[row.product] = (*found.get(row.product, ()), row)
    return found

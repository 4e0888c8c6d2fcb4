"""A dated price, and the amount it makes of its inputs. Pure.

Amounts are integer øre without VAT: a municipality gets its VAT refunded, so that a price with VAT and one without
can only be compared after taking it off.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from outbound.shares import Share

VAT = 25  # percent: momsloven § 33

Inputs = Mapping[str, int | str]
Amount = Annotated[int, Field(ge=0, le=10**9, strict=True)]  # ten million kroner: a slip of the keyboard
Count = Annotated[int, Field(gt=0, strict=True)]
Text = Annotated[str, Field(min_length=1, max_length=400)]


MOST_STEPS = 12
"""The most steps of weight, and of size, that a row may have: the audit's workbook has a column for each."""

LATER = ("charged_if_refused",)
"""Fields that rows had not when the first were hashed: unset they leave a row's hash as it was."""


class Part(StrEnum):
    """What a price is for. Porto and materials are certain; handling is an estimate of working time."""

    PORTO = "porto"
    MATERIALS = "materials"
    HANDLING = "handling"

    @property
    def certain(self) -> bool:
        """Rigsrevisionen, 2016: postage and paper are realised when the letter goes; working time was not shown."""
        return self is not Part.HANDLING


class NoPrice(Exception):
    """The tariffs have no price for this; the text says which row is missing, and of no person."""


@dataclass(frozen=True, slots=True)
class Step:
    """Up to and including this limit (g for weight, bytes for size), this amount."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    up_to: Count
    amount: Amount


@dataclass(frozen=True, slots=True)
class EnvelopePrice:
    """One envelope of this format."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    format: Literal["C5", "C4"]
    amount: Amount


@dataclass(frozen=True)  # no slots: the hash is kept once it is made
class TariffRow:
    """One dated price. What it charges is the sum of those fields that are set; see `config/tariffs.toml`.

    `weight_steps` is by weight in g, `size_most` the most that a letter of that many bytes costs, `per_mb` is per
    1024 KB, by each KB begun; `seconds` of work at `hourly` øre. `charged_if_refused`: a letter that was taken and then
    refused costs this all the same.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    code: Annotated[str, Field(pattern="^[a-z0-9-]{1,60}$")]
    part: Part
    channel: Literal["digital", "print", "office", "nemsms", "returned"]
    provider: Annotated[str, Field(pattern="^[a-z0-9-]{1,40}$")]
    valid_from: date
    vat_included: bool
    source: Text
    valid_to: date | None = None
    letter_class: Annotated[str, Field(max_length=20)] = ""  # '' = any
    region: Literal["", "home", "abroad"] = ""  # '' = any
    per_letter: Amount = 0
    per_sheet: Amount = 0
    per_envelope: tuple[EnvelopePrice, ...] = ()
    weight_steps: tuple[Step, ...] = ()
    per_mb: Amount = 0
    size_most: tuple[Step, ...] = ()
    seconds: Amount = 0
    hourly: Amount = 0
    charged_if_refused: bool = False

    @property
    def charges(self) -> bool:
        """Is anything charged at all?"""
        return bool(
            self.per_letter or self.per_sheet or self.per_envelope or self.weight_steps or self.per_mb or self.seconds
        )

    @property
    def is_example(self) -> bool:
        """Has the price no source? Then it must be replaced before anybody relies on it."""
        return self.source.startswith("example:")

    @property
    def product(self) -> tuple[str, ...]:
        """What the row is a price of; rows of one product follow each other in time."""
        return self.channel, self.provider, self.part, self.letter_class, self.region

    @cached_property
    def canonical(self) -> str:
        """Its one form as JSON: every field, sorted, without spaces; those that came later only where they are set."""
        dumped = _rows().dump_python(self, mode="json")
        fields = {name: value for name, value in dumped.items() if value or name not in LATER}
        return json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical form, under which the ledger keeps a copy."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()

    @classmethod
    def from_canonical(cls, text: str) -> "TariffRow":
        """The row of a copy in the ledger. Raises ValueError where the text is no row."""
        return _rows().validate_json(text)


@lru_cache(1)
def _rows() -> TypeAdapter[TariffRow]:
    return TypeAdapter(TariffRow)


def recompute(inputs: Inputs, row: TariffRow) -> int:
    """The amount in øre without VAT, from nothing but these two.

    With `weights` and `place` among the inputs the amount is that letter's share of the whole (outbound/shares.py).
    Raises NoPrice where the row has no step for the weight or no price for the envelope, KeyError where an input
    that the row charges for is missing.
    """
    amount = row.per_letter + _work(row) + _size(inputs, row) + _paper(inputs, row) + _weight(inputs, row)
    whole = _divide(amount * 100, 100 + VAT) if row.vat_included else amount
    share = Share.kept_in(inputs)
    return share.of(whole) if share else whole


def weight_mg(inputs: Inputs) -> int:
    """What the letter weighs with its envelope, in mg."""
    return int(inputs["sheets"]) * int(inputs["sheet_mg"]) + int(inputs["envelope_mg"])


def _weight(inputs: Inputs, row: TariffRow) -> int:
    if not row.weight_steps:
        return 0
    weight = weight_mg(inputs)
    for step in row.weight_steps:
        if weight <= step.up_to * 1000:
            return step.amount
    raise NoPrice(f"config/tariffs.toml: {row.code} has no step for {weight / 1000:g} g; add one.")


def _paper(inputs: Inputs, row: TariffRow) -> int:
    sheets = row.per_sheet * int(inputs["sheets"]) if row.per_sheet else 0
    if not row.per_envelope:
        return sheets
    for envelope in row.per_envelope:
        if envelope.format == inputs["envelope"]:
            return sheets + envelope.amount
    raise NoPrice(f"config/tariffs.toml: {row.code} has no price for an envelope {inputs['envelope']}; add one.")


def _size(inputs: Inputs, row: TariffRow) -> int:
    if not row.per_mb:
        return 0
    size = int(inputs["bytes"])
    amount = _divide(-(-size // 1024) * row.per_mb, 1024)
    most = next((step.amount for step in row.size_most if size <= step.up_to), None)
    return amount if most is None else min(amount, most - row.per_letter)


def _work(row: TariffRow) -> int:
    return _divide(row.seconds * row.hourly, 3600)


def _divide(amount: int, by: int) -> int:
    """To the nearest whole øre, half upwards; amounts here are never negative."""
    return (2 * amount + by) // (2 * by)

"""Reads `config/postcodes.toml`: postcodes that are newer than the shipped table, or named otherwise there."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field

from outbound.policy import Faults, raise_if, read, rows, tables
from outbound.postal_districts import SHIPPED, PostalDistricts

FILE = "postcodes.toml"


@dataclass(frozen=True, slots=True)
class Postcode:
    """One row: four digits, the postal district, and where that is known from."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    code: Annotated[str, Field(pattern="^[0-9]{4}$")]
    town: Annotated[str, Field(min_length=1, max_length=28)]
    source: Annotated[str, Field(min_length=1)]


def load_districts(folder: Path) -> PostalDistricts:
    """The shipped table with the rows of the file, where there is one. Raises SettingsFault with every fault."""
    file = folder / FILE
    if not file.exists():
        return SHIPPED
    faults = Faults(file, [])
    found = tables(read(file, faults), ("postcode",), faults)
    more = rows(Postcode, "postcode", found["postcode"], faults)
    raise_if((faults,))
    return SHIPPED.with_more({one.code: one.town for one in more})

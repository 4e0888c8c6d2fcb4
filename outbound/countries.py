"""Every country by ISO 3166-1 alpha-2, with the Danish name that stands on an envelope: `countries.csv` beside this."""

from collections.abc import Mapping
from pathlib import Path


def _read(file: Path) -> Mapping[str, str]:
    lines = (line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return dict(line.split(";", 1) for line in lines)


COUNTRY_NAMES = _read(Path(__file__).with_name("countries.csv"))
"""Code to name in capitals; Denmark, which is written on no envelope, included."""

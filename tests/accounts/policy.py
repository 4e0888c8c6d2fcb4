"""Tariffs of the tests' own: the shipped ones with lines exchanged, and prices that those have not."""

from dataclasses import replace
from pathlib import Path

from outbound.delivery import House
from outbound.tariffs import load_tariffs

RETURNS = """
[[tariff]]
code = "print-returned"
part = "porto"
channel = "returned"
provider = "print"
valid_from = 2024-01-01
vat_included = false
per_letter = 425
source = "example: of a test"
"""
PRESENT = 'valid_from = 2022-03-21\nvat_included = false\nper_letter = 0\nsource = "example: the present'
CHARGED = PRESENT.replace("per_letter = 0", "per_letter = 30\ncharged_if_refused = true")


def with_tariffs(house: House, folder: Path, *changes: tuple[str, str], more: str = "") -> House:
    """The same house with these lines exchanged in its tariffs, and more of them."""
    text = (house.settings.config_dir / "tariffs.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "tariffs.toml").write_text(text + more, encoding="utf-8")
    return replace(house, tariffs=load_tariffs(folder))

"""Tariffs with which a letter's cost can be computed by hand."""

from pathlib import Path

from outbound.postage import Tariffs
from outbound.tariffs import load_tariffs

TARIFFS = """
[paper]
sheet_mg = 5000
home = ["DK"]
source = "test"
[[envelope]]
provider = "print"
format = "C5"
sheets = 8
weight_mg = 10000
source = "test"
[[envelope]]
provider = "office"
format = "C5"
sheets = 8
weight_mg = 10000
source = "test"
"""


def tariff(part: str, channel: str, provider: str, first: str, last: str = "", **charges: object) -> str:
    lines = {"code": f"{channel}-{part}-{first}", "part": part, "channel": channel, "provider": provider}
    said = "".join(f'{name} = "{value}"\n' for name, value in lines.items())
    said += f"valid_from = {first}\n" + (f"valid_to = {last}\n" if last else "")
    said += "".join(f"{name} = {value}\n" for name, value in charges.items())
    return f'[[tariff]]\n{said}vat_included = false\nsource = "test"\n'


def tariffs_of(folder: Path, porto: int = 1000, digital: str = "per_letter = 20\nper_mb = 1024") -> Tariffs:
    """Print 10 kr. porto to June and 11 kr. from July, 0.12 kr. a sheet; digital 0.20 kr. and 0.01 kr. a KB begun."""
    rows = [
        tariff("porto", "digital", "digital-post", "2026-01-01").replace("vat_included", f"{digital}\nvat_included"),
        tariff("porto", "print", "print", "2026-01-01", "2026-06-30", per_letter=porto),
        tariff("porto", "print", "print", "2026-07-01", per_letter=porto + 100),
        tariff("materials", "print", "print", "2026-01-01", per_sheet=12),
        tariff("porto", "office", "office", "2026-01-01", per_letter=2000),
        tariff("materials", "office", "office", "2026-01-01", per_sheet=20),
        tariff("handling", "office", "office", "2026-01-01", seconds=210, hourly=28286),
    ]
    (folder / "tariffs.toml").write_text(TARIFFS + "".join(rows), encoding="utf-8")
    return load_tariffs(folder)

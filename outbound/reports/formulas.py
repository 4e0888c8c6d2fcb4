"""A price as a spreadsheet's formula: what `tariff_row.recompute` computes, over cells of a tariff and of an entry."""

from collections.abc import Iterator, Mapping, Sequence

from outbound.tariff_row import MOST_STEPS as STEPS
from outbound.tariff_row import VAT, Step, TariffRow

SHEET = "Takster"
PLAIN = ("vat_included", "per_letter", "per_sheet", "C5", "C4", "per_mb", "seconds", "hourly")
HEADINGS: Mapping[str, str] = {
    "hash": "Nøgle (SHA-256)",
    "code": "Takst",
    "part": "Art",
    "provider": "Leverandør",
    "valid_from": "Gælder fra",
    "valid_to": "Gælder til",
    "source": "Kilde",
    "vat_included": "Med moms (1 = ja)",
    "per_letter": "Pr. brev",
    "per_sheet": "Pr. ark",
    "C5": "Pr. kuvert C5",
    "C4": "Pr. kuvert C4",
    "per_mb": "Pr. MB",
    "seconds": "Sekunder",
    "hourly": "Timeløn",
    **{f"weight {n} up_to": f"Vægttrin {n}: til og med g" for n in range(1, STEPS + 1)},
    **{f"weight {n} amount": f"Vægttrin {n}: øre" for n in range(1, STEPS + 1)},
    **{f"size {n} up_to": f"Størrelse {n}: til og med bytes" for n in range(1, STEPS + 1)},
    **{f"size {n} amount": f"Størrelse {n}: højst øre" for n in range(1, STEPS + 1)},
}
COLUMNS = {name: place for place, name in enumerate(HEADINGS)}


def letters(column: int) -> str:
    """0 → A, 26 → AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def cells_of(row: TariffRow) -> dict[str, str | int]:
    """What stands in the row of a tariff. Raises ValueError where it has more steps than there are columns."""
    if max(len(row.weight_steps), len(row.size_most)) > STEPS:
        raise ValueError(f"{row.code} has more than {STEPS} steps; the workbook has no room for them.")
    text = {"hash": row.hash, "code": row.code, "part": str(row.part), "provider": row.provider, "source": row.source}
    days = {"valid_from": str(row.valid_from), "valid_to": str(row.valid_to or "")}
    plain = {name: int(getattr(row, name)) for name in PLAIN if name not in ("C5", "C4")}
    envelopes = {str(each.format): each.amount for each in row.per_envelope}
    steps = {**_steps("weight", row.weight_steps), **_steps("size", row.size_most)}
    return {**text, **days, **plain, **envelopes, **steps}


def _steps(kind: str, steps: Sequence[Step]) -> dict[str, int]:
    limits = {f"{kind} {n} up_to": step.up_to for n, step in enumerate(steps, 1)}
    return limits | {f"{kind} {n} amount": step.amount for n, step in enumerate(steps, 1)}


def formula(row: TariffRow, at: int, inputs: Mapping[str, str]) -> str:
    """The amount in øre without VAT, of a tariff that stands in line `at`; `inputs`: the cell of each input."""
    terms = "+".join(_terms(row, at, inputs)) or "0"
    return f"IF({_cell('vat_included', at)}=1,ROUND(({terms})*100/{100 + VAT},0),{terms})"


def share(whole: str, weights: Sequence[int], place: int) -> str:
    """The part that the letter at this place (from 1) has of the amount in cell `whole`, by weights.

    The largest remainders get the øre left over, ties by order; the parts of all places make up the whole.
    """
    total, mine = sum(weights), weights[place - 1]
    remainder = f"MOD({whole}*{mine},{total})"
    before = [
        f"IF(MOD({whole}*{weight},{total}){'>=' if at < place else '>'}{remainder},1,0)"
        for at, weight in enumerate(weights, 1)
        if at != place
    ]
    left = f"{whole}-{'-'.join(f'INT({whole}*{weight}/{total})' for weight in weights)}"
    return f"INT({whole}*{mine}/{total})+IF({'+'.join(before) or '0'}<{left},1,0)"


def _terms(row: TariffRow, at: int, inputs: Mapping[str, str]) -> Iterator[str]:
    if row.per_letter:
        yield _cell("per_letter", at)
    if row.per_sheet:
        yield f"{inputs['sheets']}*{_cell('per_sheet', at)}"
    if row.per_envelope:
        yield _envelope(row, at, inputs["envelope"])
    if row.weight_steps:
        weight = f"({inputs['sheets']}*{inputs['sheet_mg']}+{inputs['envelope_mg']})"
        steps = [(f"{weight}<={_cell(f'weight {n} up_to', at)}*1000", n) for n in range(1, len(row.weight_steps) + 1)]
        yield _first([(when, _cell(f"weight {n} amount", at)) for when, n in steps], "NA()")
    if row.per_mb:
        yield _size(row, at, inputs["bytes"])
    if row.seconds:
        yield f"ROUND({_cell('seconds', at)}*{_cell('hourly', at)}/3600,0)"


def _envelope(row: TariffRow, at: int, envelope: str) -> str:
    choices = [(f'{envelope}="{each.format}"', _cell(each.format, at)) for each in row.per_envelope]
    return _first(choices, "NA()")


def _size(row: TariffRow, at: int, size: str) -> str:
    by_kb = f"ROUND(ROUNDUP({size}/1024,0)*{_cell('per_mb', at)}/1024,0)"
    most = [
        (
            f"{size}<={_cell(f'size {n} up_to', at)}",
            f"MIN({by_kb},{_cell(f'size {n} amount', at)}-{_cell('per_letter', at)})",
        )
        for n in range(1, len(row.size_most) + 1)
    ]
    return _first(most, by_kb)


def _first(choices: Sequence[tuple[str, str]], otherwise: str) -> str:
    """The value of the first condition that holds."""
    found = otherwise
    for when, value in reversed(choices):
        found = f"IF({when},{value},{found})"
    return found


def _cell(name: str, at: int) -> str:
    return f"{SHEET}!${letters(COLUMNS[name])}${at}"

"""`outbound print`: print runs, what the printer said of them, the orders about them, and proof runs."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from outbound import clock
from outbound.cli.acts import By, Why
from outbound.cli.faults import CannotDo, Code
from outbound.cli.opening import hand, opened_house, opened_ledger
from outbound.cli.tables import Form, clean, moment, shown
from outbound.cli.telling import tell, wants_json
from outbound.cli.views import AsForm
from outbound.delivery.closing import class_closings
from outbound.ledger import proofs, runs
from outbound.ledger.run_values import Run, RunLetter
from outbound.letter import News
from outbound.life import Outcome
from outbound.ports import RunOrder
from outbound.web.pages.run_words import (
    COUNTED,
    MISSING,
    ORDERED,
    RUN_STATES,
    TOLD,
    order_said,
    proof_said,
    remarks,
)
from outbound.web.pages.words import OUTCOMES, STATES

print_runs = typer.Typer(no_args_is_help=True, help="Print runs: list, show, hold, release, recall, and proof runs.")
OneRun = Annotated[str, typer.Argument(help="The run's id, as `outbound print runs` shows it.")]
RUNS = {
    "run": "Kørsel",
    "closed": "Lukket",
    "state": "Tilstand",
    "letters": "Breve",
    "envelopes": "Kuverter",
    "pages": "Sider",
    "sheets": "Ark",
    "remarks": "Bemærk",
}
COUNTED_BY_PRINTER = {f"counted_{name}": "" for name in COUNTED}
ALL = {**RUNS, "provider": "", "lane": "", **COUNTED_BY_PRINTER, "missing": "", "held_back": "", "told": ""}
"""What other programs get of a run."""
LETTERS = {
    "letter": "Brev",
    "outcome": "I kørslen",
    "state": "Nu",
    "type": "Brevtype",
    "pages": "Sider",
    "sheets": "Ark",
}
PROOFS = {"type": "Brevtype", "told": "Trykkeriets svar", "code": "Kode"}


@print_runs.command("runs")
def list_runs(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest first.")] = 50,
    missing: Annotated[
        bool, typer.Option("--missing", help="Only those of which the printer should have said something; exit code 1.")
    ] = False,
    form: AsForm = Form.TABLE,
) -> None:
    """Print runs, the newest first.

    Our control totals, where each run is, and what somebody should see: no word from the printer, other counts, orders.
    """
    with opened_ledger() as (settings, ledger), ledger.reading() as tx:
        found = runs.newest(tx, None, limit, [runs.missing()] if missing else ())
        closing = min(class_closings(settings).values())
        waiting = runs.waiting(tx, closing)
    typer.echo(shown([_row(one, form) for one in found], RUNS if form is Form.TABLE else ALL, form))
    if form is Form.TABLE:
        typer.echo(
            f"\nNæste kørsel lukker {moment(closing)}; {waiting.due} breve er med ({waiting.letters} venter i alt)."
        )
    if missing and found:
        if form is Form.TABLE:
            typer.echo(MISSING)
        raise typer.Exit(Code.FOUND)


@print_runs.command("show")
def show_run(
    run: OneRun,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many of its letters.")] = 500,
    form: AsForm = Form.TABLE,
) -> None:
    """One run with its letters, or a proof run with what the printer said of each."""
    with opened_ledger() as (_, ledger), ledger.reading() as tx:
        found, proof = runs.run(tx, run_id(run)), proofs.proof(tx, run_id(run))
        letters = runs.letters_of(tx, run_id(run), None, limit)
    rows: list[Mapping[str, Any]]
    if proof:
        rows = [{"type": one.letter_type, "told": _told(one.told, form), "code": one.code or ""} for one in proof[1]]
        said, columns = [f"Prøvekørsel {proof[0].id}: {proof_said(proof[0])}"], PROOFS
    elif found:
        rows, columns = [_letter(one, form) for one in letters], LETTERS
        said = list(_said(found))
    else:
        raise CannotDo("There is no such run.")
    if form is Form.TABLE:
        typer.echo("\n".join(map(clean, said)) + "\n")
    typer.echo(shown(rows, columns, form))


@print_runs.command("hold")
def hold(run: OneRun, by: By, why: Why) -> None:
    """Ask the printer not to print a run yet."""
    _order(run, RunOrder.HOLD, by, why)


@print_runs.command("release")
def release(run: OneRun, by: By, why: Why) -> None:
    """Ask the printer to print a run that it holds back."""
    _order(run, RunOrder.RELEASE, by, why)


@print_runs.command("recall")
def recall(run: OneRun, by: By, why: Why) -> None:
    """Ask the printer not to print a run at all.

    Where it can still be stopped, all of its letters are HELD (recalled) until somebody releases or cancels them.
    """
    _order(run, RunOrder.RECALL, by, why)


@print_runs.command("proof")
def proof(
    by: By,
    why: Annotated[str, typer.Option("--why", help="Why; kept under the seal. Needed where the proof is sent.")] = "",
    letter_type: Annotated[list[str] | None, typer.Option(help="A letter type; again for more. None: all.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the PDFs into this folder for approval, and send nothing.")
    ] = None,
) -> None:
    """Send the printer a proof run: invented letters, marked PRØVE, printed to be looked at and never posted."""
    from outbound.delivery.proof import examples, send_proof

    with opened_house() as house:
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            for one in examples(house, letter_type or ()):
                file = out / f"{one.letter_type.name}.pdf"
                file.write_bytes(one.document.pdf)
                said = f"{file}: {one.document.pages} page(s) on {one.document.sheets} sheet(s)."
                tell(said, done=True, file=file)
            return
        made = send_proof(house, letter_type or (), hand(by, why))
    taken = made.outcome is Outcome.TAKEN
    said = f"Prøvekørsel {made.id}: {made.letters} breve, {made.sheets} ark. {proof_said(made)}."
    if wants_json():
        tell(said, done=taken, code="" if taken else made.outcome, id=made.id)
    else:
        typer.echo(said)
    if not taken:
        raise typer.Exit(Code.REFUSED)


def run_id(text: str) -> UUID:
    """The id of a run as somebody typed it. Raises CannotDo."""
    try:
        return UUID(text.strip())
    except ValueError:
        raise CannotDo("A run's id is a UUID; `outbound print runs` and the pages show it.") from None


def _order(run: str, kind: RunOrder, by: str, why: str) -> None:
    from outbound import run_desk
    from outbound.delivery import give_orders

    with opened_house() as house:
        run_desk.order(house, run_id(run), kind, hand(by, why))
        give_orders(house)
        with house.ledger.reading() as tx:
            found = runs.run(tx, run_id(run))
    said = order_said(found.orders[0]) if found else ""
    tell(f"{run_id(run)}: {ORDERED[kind].lower()}: {said}.", done=True, id=run_id(run))


def _row(one: Run, form: Form) -> Mapping[str, Any]:
    totals = {name: getattr(one.ours, name) for name in COUNTED}
    if form is Form.TABLE:
        said = {"closed": moment(one.closed_at), "state": RUN_STATES[one.state], "remarks": "; ".join(remarks(one))}
        return {"run": one.id, **said, **totals}
    theirs = {f"counted_{name}": getattr(one.theirs, name) if one.theirs else None for name in COUNTED}
    plain = {"run": one.id, "closed": one.closed_at, "state": one.state, "provider": one.provider, "lane": one.lane}
    flags = {"missing": one.missing(clock.now()), "held_back": one.held_back_at, "told": one.told_at}
    return {**plain, **totals, **theirs, **flags, "remarks": "; ".join(remarks(one))}


def _said(one: Run) -> Iterator[str]:
    yield f"Kørsel {one.id}: {RUN_STATES[one.state]}"
    yield f"  lukket {moment(one.closed_at)}, afleveret {moment(one.begun_at) or '–'}, {one.provider}"
    for name, said in COUNTED.items():
        theirs = getattr(one.theirs, name) if one.theirs else "–"
        yield f"  {said}: {getattr(one.ours, name)}, trykkeriet {theirs}" + (
            " (afviger)" if name in one.differs else ""
        )
    if one.missing(clock.now()):
        yield f"  {MISSING}"
    for order in one.orders:
        yield f"  {moment(order.at)}  {ORDERED[order.kind]} ({order.by}): {order_said(order)}"


def _letter(one: RunLetter, form: Form) -> Mapping[str, Any]:
    plain = {"letter": one.id, "type": one.letter_type, "pages": one.pages, "sheets": one.sheets}
    if form is not Form.TABLE:
        return {**plain, "outcome": one.outcome, "state": one.status}
    return {**plain, "outcome": OUTCOMES[one.outcome], "state": STATES[one.status]}


def _told(told: News | None, form: Form) -> str:
    return "" if not told else TOLD.get(told, told) if form is Form.TABLE else told

"""`outbound letters`, `outbound batch`: letters found by what the ledger knows, and acts on many of them at once."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import typer

from outbound import many
from outbound.cli.acts import By, Way, Why, each_id
from outbound.cli.choosing import choosing
from outbound.cli.faults import CannotDo
from outbound.cli.ids import MOST_SHOWN, say_ids
from outbound.cli.opening import hand, opened_house, opened_ledger
from outbound.cli.tables import Form, clean, moment, shown
from outbound.cli.views import AsForm
from outbound.ledger import batches, search
from outbound.ledger.batches import Batch, Phase, Row
from outbound.ledger.search import Wanted
from outbound.ledger.values import Letter
from outbound.letter import Channel
from outbound.web.pages import many_words
from outbound.web.pages.words import STATES, state_said

batch = typer.Typer(no_args_is_help=True, help="Many letters at once: preview, begin, list, show, undo, end.")
Letters = Annotated[list[str] | None, typer.Argument(help="Ids of letters; - reads them from standard input.")]
What = Annotated[str, typer.Option("--verb", help=f"What to do: {', '.join(sorted(many.ACTS))}.")]
To_Way = Annotated[Way | None, typer.Option("--to-channel", help="The channel that you choose, with --verb reroute.")]
One = Annotated[UUID, typer.Argument(help="The batch's id, as `outbound batch list` shows it.")]
COLUMNS = {
    "letter": "Brev",
    "state": "Tilstand",
    "code": "Kode",
    "system": "Fagsystem",
    "type": "Brevtype",
    "department": "Forvaltning",
    "reference": "Reference",
    "since": "Siden",
}
BATCHES = {"batch": "Handling", "at": "Hvornår", "verb": "Hvad", "letters": "Breve", "phase": "Hvor langt", "by": "Af"}
MOST_COUNTED = 10_000


@choosing()
def letters(
    wanted: Wanted,
    limit: Annotated[
        int | None, typer.Option(min=1, max=100_000, help="At most so many, oldest first; else 50, with --ids all.")
    ] = None,
    ids: Annotated[
        bool, typer.Option("--ids", help="Ids alone, one a line, as `outbound release -` reads them.")
    ] = False,
    form: AsForm = Form.TABLE,
) -> None:
    """Letters, found by what the ledger knows of them."""
    with opened_ledger() as (_, ledger), ledger.reading() as tx:
        if ids:
            say_ids(lambda after, most: [one.id for one in search.page(tx, wanted, after, most)], limit)
            return
        found = search.page(tx, wanted, None, limit or MOST_SHOWN)
        count = search.count(tx, wanted, MOST_COUNTED)
    typer.echo(shown([_row(one, form) for one in found], COLUMNS, form))
    if form is Form.TABLE:
        typer.echo(f"\n{'Mindst ' if count >= MOST_COUNTED else ''}{count} breve passer; {len(found)} er vist.")


@batch.command("preview")
@choosing()
def preview(verb: What, given: Letters = None, to_channel: To_Way = None, *, wanted: Wanted) -> None:
    """What would happen, and to which letters. Changes nothing."""
    order = _order(verb, wanted, given, to_channel)
    with opened_house() as house:
        seen = many.preview(house, order)
    _tell(order, seen)


@batch.command("begin")
@choosing()
def begin(
    verb: What,
    by: By,
    why: Why,
    given: Letters = None,
    to_channel: To_Way = None,
    most: Annotated[
        int, typer.Option(min=0, help="Begin nothing where more letters are meant than the preview counted.")
    ] = 0,
    *,
    wanted: Wanted,
) -> None:
    """Begin it; the workers do it. --most is the number that the preview said, without which nothing is begun."""
    order = _order(verb, wanted, given, to_channel)
    if not most:
        raise CannotDo("Look first: `outbound batch preview` says how many letters are meant; repeat it with --most.")
    with opened_house() as house:
        made = many.begin(house, order, most, hand(by, why))
    typer.echo(f"{made}: begun. `outbound batch show {made}` says how far it is.")


@batch.command("list")
def list_batches(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest first.")] = 50,
    form: AsForm = Form.TABLE,
) -> None:
    """Acts on many letters, the newest first."""
    with opened_ledger() as (_, ledger), ledger.reading() as tx:
        found = batches.newest(tx, None, limit)
    typer.echo(shown([_batch(one, form) for one in found], BATCHES, form))


@batch.command("show")
def show(
    which: One,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many of its letters.")] = 50,
    row: Annotated[Row, typer.Option("--letters", help="Which of its letters.")] = Row.REFUSED,
    form: AsForm = Form.TABLE,
) -> None:
    """How far it has come, and why letters were left alone."""
    with opened_ledger() as (_, ledger), ledger.reading() as tx:
        one = batches.find(tx, which)
        if one is None:
            raise CannotDo("There is no such act on many letters; `outbound batch list` shows them.")
        counts = batches.counts(tx, which)
        reasons = {each: batches.reasons(tx, which, each) for each in (Row.REFUSED, Row.KEPT)}
        found = batches.rows(tx, which, row, None, limit)
    if form is Form.TABLE:
        _told(one, counts, reasons)
    rows = [{"letter": each.letter, "state": each.state, "code": each.code or ""} for each in found]
    typer.echo(shown(rows, {"letter": "Brev", "state": "I handlingen", "code": "Hvorfor"}, form))


@batch.command("undo")
def undo(which: One, by: By, why: Why) -> None:
    """Take it back, as far as it goes."""
    with opened_house() as house:
        many.undo(house, which, hand(by, why))
    typer.echo(f"{which}: is being undone.")


@batch.command("end")
def end(which: One, by: By, why: Why) -> None:
    """Leave the rest; what is done stays done."""
    with opened_house() as house:
        many.end(house, which, hand(by, why))
    typer.echo(f"{which}: ended.")


def _order(verb: str, wanted: Wanted, given: list[str] | None, to: Way | None) -> many.Order:
    return many.Order(verb, wanted, tuple(each_id(given or [])), Channel(to) if to else None)


def _tell(order: many.Order, seen: many.Preview) -> None:
    said, more = many_words.VERBS[order.verb]
    typer.echo(f"{said}: {seen.fits} breve. {more}\n{many_words.undo_said(order.verb)}")
    unfit = {STATES[status]: count for status, count in seen.unfit.items()}
    named = {"Passer ikke til": unfit, "Fagsystemer": seen.systems, "Brevtyper": seen.types}
    for title, rows in {**named, "Forvaltninger": seen.departments}.items():
        if rows:
            typer.echo(f"{title}: " + ", ".join(f"{clean(name)} {count}" for name, count in rows.items()))
    typer.echo(f"Begynd med: outbound batch begin … --most {seen.listed} --why …")


def _told(one: Batch, counts: Mapping[Row, int], reasons: Mapping[Row, Mapping[str, int]]) -> None:
    typer.echo(f"{many_words.verb_said(one.verb, one.channel)}: {one.letters} breve. {many_words.phase_said(one)}.")
    typer.echo(clean(f"  {one.by}, {moment(one.at)}; {' '.join(f'{k}={v}' for k, v in one.wanted.items())}"))
    for row, count in counts.items():
        said = "ikke rørt" if row is Row.WAITING and one.phase is Phase.OVER else many_words.ROWS[row]
        typer.echo(f"  {count:>7} {said}")
    for found in reasons.values():
        for code, count in found.items():
            typer.echo(f"  {count:>7} {many_words.refused_said(code)}")


def _row(one: Letter, form: Form) -> Mapping[str, Any]:
    plain = {"letter": one.id, "code": one.held_code or "", "system": one.system, "type": one.letter_type}
    plain |= {"department": one.department, "reference": one.reference}
    if form is Form.TABLE:
        return {**plain, "state": state_said(one.status, one.channel), "since": moment(one.updated_at)}
    return {**plain, "state": one.status, "since": one.updated_at}


def _batch(one: Batch, form: Form) -> Mapping[str, Any]:
    plain = {"batch": one.id, "letters": one.letters, "by": one.by}
    if form is not Form.TABLE:
        return {**plain, "at": one.at, "verb": one.verb, "phase": one.phase}
    said = {"verb": many_words.verb_said(one.verb, one.channel), "phase": many_words.phase_said(one)}
    return {**plain, **said, "at": moment(one.at)}
